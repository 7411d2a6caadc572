"""One thing that needs a person, in words for the front desk, and the rows that remember it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from backoffice import accounts
from backoffice.models import AccessGrant, Booking, Finding, Occurrence, Severity, VendorAccount
from backoffice.wording import period
from integrations.errors import RECONNECT

SOON = timedelta(hours=24)
GRANT = ("door__venue", "person", "occurrence__booking__customer", "occurrence__resource__room__venue")


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is wrong, with whom, what to do; the same key for as long as it is the same thing."""

    kind: str
    key: str
    severity: Severity
    text: str
    account_id: int | None = None
    booking_id: int | None = None
    door_id: int | None = None
    grant_id: int | None = None
    conflict_id: int | None = None
    room_id: int | None = None


def open_findings(troubles: Iterable[Trouble], now: datetime) -> int:
    """Open a finding for each that has none; how many were opened."""
    rows = [Finding(**asdict(trouble), opened_at=now) for trouble in troubles]
    return len(Finding.objects.bulk_create(rows, ignore_conflicts=True))


def soon(starts_at: datetime, now: datetime, within: timedelta = SOON) -> Severity:
    """How soon a person is needed for something that begins then: now, when that is within the time given."""
    return Severity.NOW if starts_at <= now + within else Severity.TODAY


def sentence(text: str) -> str:
    """Somebody else's words as a sentence of ours, with one full stop."""
    return text.rstrip(". ") + "."


def remedy(account: VendorAccount) -> str:
    """What lets a stopped account go on, and where that is done."""
    if not accounts.to_reconnect(account):
        return "Correct its settings, then resume it: both on its page."
    word = "reconnect" if RECONNECT in account.stopped_reason else "connect"
    return f"A manager has to {word} {account} on its page."


def guest(booking: Booking) -> str:
    """Who booked, as the desk would look for him: Ida Kern (lockme-main/4711)."""
    return f"{booking.customer} ({booking})" if booking.customer else f"The guest of {booking}"


def who(grant: AccessGrant) -> str:
    """Whom a decision lets in."""
    if grant.person:
        return f"{grant.person.person_name} (let in by staff)"
    return guest(grant.occurrence.booking) if grant.occurrence else "Somebody"


def stay(occurrence: Occurrence) -> str:
    """Room and time of a booking, in the venue's zone: Laboratory, Mon 9 Mar, 18:00 to 19:00."""
    room = occurrence.resource.room
    venue = room.venue if room else None
    return f"{room or occurrence.resource}, {period(occurrence.starts_at, occurrence.ends_at, venue)}"


def what_for(grant: AccessGrant) -> str:
    """What a decision is about: a stay, or a person's window at a door."""
    if grant.occurrence:
        return stay(grant.occurrence)
    return f"{grant.door}, {period(grant.starts_at, grant.ends_at, grant.door.venue)}"


def about(grant: AccessGrant) -> dict[str, int | None]:
    """The links from a finding to what a decision is about: door, and booking and room where there are."""
    links: dict[str, int | None] = {"grant_id": grant.pk, "door_id": grant.door_id}
    return {**links, **about_stay(grant.occurrence)} if grant.occurrence else links


def about_stay(occurrence: Occurrence) -> dict[str, int | None]:
    """The links from a finding to a booking and to the room that it has there."""
    return {"booking_id": occurrence.booking_id, "room_id": occurrence.resource.room_id}
