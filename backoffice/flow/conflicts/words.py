"""A conflict in words for the front desk: who has what when, and what to do."""

from __future__ import annotations

from backoffice.models import AccessGrant, Booking, Conflict, ConflictKind, Occurrence, Venue
from backoffice.wording import period
from integrations.types import BookingStatus

SIDES = ("first", "second")
RELATED = (
    "room__venue",
    "door__venue",
    "first_grant",
    "second_grant",
    *(f"{side}__booking__account" for side in SIDES),
    *(f"{side}__booking__customer" for side in SIDES),
    *(f"{side}__resource__room__venue" for side in SIDES),
)
UNREAD = (
    *(f"{side}__booking__raw" for side in SIDES),
    *(f"{side}__booking__customer__email" for side in SIDES),
    *(f"{side}__booking__customer__phone" for side in SIDES),
)
UNSURE = {
    BookingStatus.PENDING: ", not paid yet",
    BookingStatus.UNKNOWN: ", in a state that is not known here",
}


def told(conflict: Conflict) -> str:
    """What is wrong, with whom, what to do; times on the venue's clock."""
    return _at_the_door(conflict) if conflict.kind == ConflictKind.DOOR else _in_the_room(conflict)


def side(occurrence: Occurrence) -> str:
    """One side with room and time: Ida Kern (lockme-main/4711), Laboratory, Mon 9 Mar, 18:00 to 19:00."""
    room = occurrence.resource.room
    when = period(occurrence.starts_at, occurrence.ends_at, room.venue if room else None)
    unsure = UNSURE.get(BookingStatus(occurrence.booking.status), "")
    return f"{whose(occurrence.booking)}, {room or occurrence.resource}, {when}{unsure}"


def whose(booking: Booking) -> str:
    """Who has it, as the desk would look for him: Ida Kern (lockme-main/4711)."""
    if booking.status == BookingStatus.BLOCK:
        return f"an entry in a calendar ({booking.account})"
    return f"{booking.customer} ({booking})" if booking.customer else f"the guest of {booking}"


def _in_the_room(conflict: Conflict) -> str:
    when = period(conflict.starts_at, conflict.ends_at, conflict.room.venue if conflict.room else None)
    statuses = {conflict.first.booking.status, conflict.second.booking.status}
    what = "A booking and an entry in a calendar" if BookingStatus.BLOCK in statuses else "Two bookings"
    return (
        f"{what} at one time: {side(conflict.first)}, and {side(conflict.second)}. "
        f"Both have it {when}. {_remedy(statuses)}"
    )


def _remedy(statuses: set[str]) -> str:
    if BookingStatus.BLOCK in statuses:
        return "Move or cancel the booking, or take the entry out of the calendar."
    if BookingStatus.PENDING in statuses:
        return "Take back the one that is not paid before the guest pays, or move one of them."
    return "Move or cancel one of them, or let one guest in only after the other."


def _at_the_door(conflict: Conflict) -> str:
    venue = conflict.door.venue if conflict.door else None
    first = _window(conflict.first, conflict.first_grant, venue)
    second = _window(conflict.second, conflict.second_grant, venue)
    both = period(conflict.starts_at, conflict.ends_at, venue)
    return (
        f"Two guests may open {conflict.door} at one time: {first}, and {second}. Both can {both}. "
        "Trim the windows, or take back what made one longer."
    )


def _window(occurrence: Occurrence, grant: AccessGrant | None, venue: Venue | None) -> str:
    when = f" {period(grant.starts_at, grant.ends_at, venue)}" if grant else ""
    return f"{whose(occurrence.booking)}{when}"
