"""Times as people at a venue say them."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from backoffice.models import Door, IssuedCode, Venue
from backoffice.models.places import CENTRAL
from backoffice.states import CodeState
from integrations.types import Method

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
INVITATIONS = {
    CodeState.PLANNED: "not invited yet",
    CodeState.HELD: "not invited: held by staff",
    CodeState.ISSUING: "being invited",
    CodeState.REVOKING: "being removed: until then it opens",
    CodeState.REVOKED: "never sent",
    CodeState.EXPIRED: "never sent",
    CodeState.FAILED: "refused, declined or removed at the vendor",
    CodeState.LINGERING: "opens still",
}

ANSWER = re.compile(r"[A-Z]+ \S+ answered \d{3}(?:: (.+))?$", re.S)  # of a vendor's refusal: its words

SUSPENDED = "it is suspended at the vendor"
SUSPENDED_BY_STAFF = "Suspended by staff: it opens nothing until it is restored."
OPENS_AGAIN = "staff have suspended it, and the vendor lists it as one that opens"
TURNED_UP = "It was believed gone, and the vendor lists it again: it is taken away there."


def zone_of(venue: Venue | None) -> ZoneInfo:
    """The venue's zone; the central one for a door that belongs to no venue yet."""
    return ZoneInfo(venue.timezone if venue else CENTRAL)


def moment(at: datetime, venue: Venue | None) -> str:
    """An instant in the venue's zone: Mon 9 Mar 18:45."""
    local = at.astimezone(zone_of(venue))
    return f"{local:%a} {local.day} {local:%b %H:%M}{mark(local)}"


def period(starts_at: datetime, ends_at: datetime, venue: Venue | None) -> str:
    """A span in the venue's zone: Mon 9 Mar, 18:45 to 20:15; the second day only where there is one."""
    zone = zone_of(venue)
    if days := whole_days(starts_at, ends_at, zone):
        return days
    first, last = starts_at.astimezone(zone), ends_at.astimezone(zone)
    if first.date() == last.date():
        return f"{moment(starts_at, venue)}–{last:%H:%M}{mark(last)}"
    return f"{moment(starts_at, venue)} – {moment(ends_at, venue)}"


def whole_days(starts_at: datetime, ends_at: datetime, zone: ZoneInfo, known: int = 0) -> str:
    """A span from midnight to midnight as its days: Sun 6 to Mon 7 Dec, all day; "" for any other one.

    The year is told where it changes meanwhile, and where it is not the one that is `known`.
    """
    first, after = starts_at.astimezone(zone), ends_at.astimezone(zone)
    if not (first.time() == after.time() == time() and first.date() < after.date()):
        return ""
    begins, last = first.date(), after.date() - timedelta(days=1)
    same = begins.year == last.year and known in (0, begins.year)
    days = [f"{day:%a} {day.day} {day:%b}{'' if same else f' {day.year}'}" for day in (begins, last)]
    return f"{' – '.join(dict.fromkeys(days))}, all day"


def invitation(code: IssuedCode) -> str:
    """How far a phone key has come, and how we know; "" for a code of another method."""
    if code.method != Method.PHONE:
        return ""
    if code.state == CodeState.ACTIVE and code.suspended_at:
        return f"suspended by staff, but {code.error}" if code.error else "suspended by staff: opens nothing"
    if code.state == CodeState.ACTIVE:
        return "accepted by the guest" if code.accepted_at else "invited, not accepted yet"
    if code.state == CodeState.REVOKED and code.issued_at:
        return "removed: the vendor's list no longer has it"
    return INVITATIONS[CodeState(code.state)]


def weekly_hours(code: IssuedCode) -> str:
    """A phone key's hours on the lock's clock: Mon 17:45 to 19:15; they come back every week."""
    return ", ".join(
        f"{' '.join(WEEKDAYS[day] for day in days)} {first}–{last}" for first, last, days in code.periods
    )


def mark(local: datetime) -> str:
    """The zone's abbreviation for a time that the clock shows twice that night, else nothing."""
    other = local.replace(fold=1 - local.fold)
    twice = local.utcoffset() != other.utcoffset() and other.astimezone(ZoneInfo("UTC")).astimezone(
        local.tzinfo
    ).replace(tzinfo=None) == local.replace(tzinfo=None)
    return f" {local:%Z}" if twice else ""


def door_name(door: Door) -> str:
    """A door's name and venue, for a list that shows more than one venue."""
    return f"{door} ({door.venue})" if door.venue else str(door)
