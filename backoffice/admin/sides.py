"""Both sides of a conflict as staff see them: who, when, where it is paid, what was told, which doors."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import prefetch_related_objects
from django.http import HttpRequest

from backoffice.admin.acts import buttons_of
from backoffice.admin.readiness import Readiness, readiness
from backoffice.admin.show import chip, chip_of, distance, span, stamp, way_in
from backoffice.admin.zones import zone_of_row
from backoffice.flow.conflicts import whose
from backoffice.models import AccessGrant, Booking, Conflict, Notice, Occurrence
from backoffice.states import LIVE_GRANTS, CodeState, ConflictState, NoticeState
from integrations.types import BookingStatus

SOON = timedelta(hours=24)
PAID = {
    BookingStatus.CONFIRMED: "confirmed there",
    BookingStatus.PENDING: "not paid yet",
    BookingStatus.UNKNOWN: "in a state that is not known here",
    BookingStatus.BLOCK: "It keeps guests out and lets nobody in. Move or delete it there.",
    BookingStatus.CANCELLED: "cancelled there",
}


@dataclass(slots=True)
class DoorOfSide:
    """One door of one side, whether the other side has it too, and whether its codes work."""

    grant: AccessGrant
    ready: Readiness
    window: str
    codes: list[str]
    both: bool


@dataclass(slots=True)
class Side:
    """One of the two."""

    occurrence: Occurrence
    who: str
    when: str
    paid: str
    status: Any
    told: list[str]
    doors: list[DoorOfSide]
    lets_in: bool
    buttons: list[dict[str, Any]]


@dataclass(slots=True)
class Clash:
    """A conflict with both sides and what can be done about it."""

    conflict: Conflict
    state: Any
    overlap: str
    since: str
    settled: str  # "" while somebody has to do something
    sides: list[Side]
    buttons: list[dict[str, Any]]


@dataclass(slots=True)
class Later:
    """A conflict in one line."""

    conflict: Conflict
    state: Any
    overlap: str
    sides: str


def lines(conflicts: Iterable[Conflict], now: datetime) -> list[Later]:
    """Conflicts of which it is enough to know for now."""
    return [
        Later(
            conflict=row,
            state=_far(row, now),
            overlap=span(row.starts_at, row.ends_at, zone_of_row(row)),
            sides=f"{whose(row.first.booking)} and {whose(row.second.booking)}",
        )
        for row in conflicts
    ]


def clashes(conflicts: Iterable[Conflict], request: HttpRequest, now: datetime) -> list[Clash]:
    """Conflicts with their sides; how many queries it takes does not depend on how many there are."""
    rows = list(conflicts)
    occurrences = [side for row in rows for side in (row.first, row.second)]
    prefetch_related_objects([side.booking for side in occurrences], "occurrences__resource__account")
    grants, told = _grants(occurrences), _told(occurrences)
    return [_clash(row, grants, told, request, now) for row in rows]


def _clash(
    row: Conflict,
    grants: dict[int | None, list[AccessGrant]],
    told: dict[int | None, list[Notice]],
    request: HttpRequest,
    now: datetime,
) -> Clash:
    shared = {grant.door_id for grant in grants[row.first_id]} & {g.door_id for g in grants[row.second_id]}
    state = _far(row, now)
    sides = [
        _side(side, grants[side.pk], told[side.booking_id], shared, request, now)
        for side in (row.first, row.second)
    ]
    overlap, since = span(row.starts_at, row.ends_at, zone_of_row(row)), distance(row.opened_at, now)
    return Clash(row, state, overlap, since, _settled(row), sides, buttons_of(row, request))


def _settled(row: Conflict) -> str:
    """That nobody has to do anything any more, and why."""
    if row.closed_at:
        return f"Over since {stamp(row.closed_at, zone_of_row(row))}: they are no longer in each other's way."
    if row.state == ConflictState.ACCEPTED:
        return f"Settled by {row.accepted_by}: {row.accepted_reason}"
    return ""


def _far(row: Conflict, now: datetime) -> Any:
    colour = "red" if row.state == ConflictState.OPEN and row.starts_at < now + SOON else "orange"
    return chip(distance(max(row.starts_at, now), now), colour)


def _side(
    occurrence: Occurrence,
    grants: list[AccessGrant],
    told: list[Notice],
    shared: set[int],
    request: HttpRequest,
    now: datetime,
) -> Side:
    booking, zone = occurrence.booking, zone_of_row(occurrence)
    return Side(
        occurrence=occurrence,
        who=_who(booking),
        when=span(occurrence.starts_at, occurrence.ends_at, zone),
        paid=_paid(occurrence),
        status=chip_of(booking.status, booking.status),
        told=[_line(notice, occurrence) for notice in told],
        doors=[_door(grant, shared, now) for grant in grants],
        lets_in=booking.status != BookingStatus.BLOCK,
        # what settles it stands first: to move or cancel one of them at its source
        buttons=[*buttons_of(booking, request, folded=True), *buttons_of(booking, request)],
    )


def _door(grant: AccessGrant, shared: set[int], now: datetime) -> DoorOfSide:
    zone, codes = zone_of_row(grant), list(grant.codes.all())
    return DoorOfSide(
        grant=grant,
        ready=readiness(grant, codes, now),
        window=span(grant.starts_at, grant.ends_at, zone),
        codes=[
            f"{way_in(code.method)} {code.get_state_display().partition(':')[0]}, "
            f"really opens {span(code.starts_at, code.ends_at, zone)}"
            for code in codes
            if code.ends_at > now and code.state not in (CodeState.REVOKED, CodeState.EXPIRED)
        ],
        both=grant.door_id in shared,
    )


def _who(booking: Booking) -> str:
    if booking.status == BookingStatus.BLOCK:
        return "An entry in a calendar"
    return str(booking.customer or "Nobody named")


def _paid(occurrence: Occurrence) -> str:
    """Where it was booked and whether it is paid there, with the price."""
    booking = occurrence.booking
    if booking.status == BookingStatus.BLOCK:
        return f"In the calendar {occurrence.resource}. {PAID[BookingStatus.BLOCK]}"
    where = f"{booking.account.profile.label} {booking.ref}"
    said = PAID[BookingStatus(booking.status)]
    words = f" (“{booking.status_text}”)" if booking.status_text else ""
    return f"{where}: {said}{words}{f', {booking.price}' if booking.price else ''}"


def _line(notice: Notice, occurrence: Occurrence) -> str:
    zone = zone_of_row(occurrence)
    if notice.state == NoticeState.SENT:
        return f"{notice.get_kind_display()}, told {stamp(notice.sent_at, zone)}"
    return f"{notice.get_kind_display()}, {notice.get_state_display().partition(':')[0]}"


def _grants(occurrences: list[Occurrence]) -> dict[int | None, list[AccessGrant]]:
    rows = AccessGrant.objects.filter(occurrence__in=occurrences, state__in=LIVE_GRANTS)
    found: dict[int | None, list[AccessGrant]] = defaultdict(list)
    for grant in rows.select_related("door__venue").prefetch_related("codes").order_by("position"):
        found[grant.occurrence_id].append(grant)
    return found


def _told(occurrences: list[Occurrence]) -> dict[int | None, list[Notice]]:
    rows = Notice.objects.filter(booking__in=[occurrence.booking_id for occurrence in occurrences])
    found: dict[int | None, list[Notice]] = defaultdict(list)
    for notice in rows.exclude(state=NoticeState.DROPPED).defer("body").order_by("due_at", "pk"):
        found[notice.booking_id].append(notice)
    return found
