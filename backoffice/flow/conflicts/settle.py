"""What staff do about a conflict: accept it, deny one side, let one guest in after the other, undo that."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from backoffice import states
from backoffice.models import AccessGrant, Booking, Conflict, Occurrence, Override, OverrideKind
from backoffice.states import LIVE_GRANTS, ConflictState, GrantState
from backoffice.word import NotPossible, Word, on_record, say, take_back
from backoffice.wording import moment
from integrations.types import BookingStatus

DENIED = "{guest} is denied access by staff and does not get in until that word is released."
REOPENED = "The conflict is open again, and somebody has to settle it."
OVER = (GrantState.ENDED, GrantState.WITHDRAWN)
AFTERWARDS = timedelta(days=1)  # so long a trim outlasts the windows that it shortens
Window = AccessGrant | Occurrence


def accept(conflict: Conflict, word: Word) -> Conflict:
    """Leave it as it is, for a reason; it is open again when its time changes.

    NotPossible when it is over or accepted already.
    """
    with transaction.atomic():
        _accepted(conflict, word)
        on_record(word, "accept", conflict, booking=conflict.first.booking, detail=_about(conflict))
    return conflict


def reopen(conflict: Conflict, word: Word) -> str:
    """Take back what settled it: the acceptance, and each trim and denial said for it that still holds.

    Gives in words what both may do from now on; what staff said of a guest elsewhere holds on. NotPossible
    when it is not accepted.
    """
    with transaction.atomic():
        if not states.move(conflict, ConflictState.OPEN):
            raise NotPossible("Only what was accepted can be opened again.")
        holds = conflict.overrides.filter(lifted_at=None, ends_at__gt=word.now).order_by("pk")
        said = [take_back(each, word) for each in holds.select_related("booking__customer", "grant")]
        on_record(word, "reopen", conflict, booking=conflict.first.booking, detail=_about(conflict))
    return " ".join([REOPENED, *(_no_longer(each) for each in said), *still_denied(conflict, word.now)])


def _no_longer(said: Override) -> str:
    """What is over for one side with staff's word on it."""
    guest = (said.booking and said.booking.customer) or said.booking
    what = "no longer denied access" if said.kind == OverrideKind.DENY else "no longer trimmed for the other"
    return f"{guest} is {what}."


def deny(conflict: Conflict, booking: Booking, until: datetime, word: Word) -> str:
    """No access for one side until then; the conflict counts as accepted for as long as that word holds.

    NotPossible for a booking of neither side, for a calendar's entry, and when the conflict is over.
    """
    _must_be_current(conflict)
    _side_of(conflict, booking)
    if booking.status == BookingStatus.BLOCK:
        raise NotPossible("An entry in a calendar lets nobody in: there is no access to deny.")
    with transaction.atomic():
        say(OverrideKind.DENY, booking, until, word, conflict=conflict)
        _accepted(conflict, word)
    return f"{booking.customer or booking} is denied access. Tell the guest: the booking itself still stands."


def trim(conflict: Conflict, first_out: Booking, at: datetime, word: Word) -> str:
    """One guest's way in ends at an instant and the other's begins there, at all doors.

    `first_out` is the booking that goes first, `at` is aware. The plan obeys by not_after and not_before, so
    a booking that is moved keeps its whole window. NotPossible when nothing would be left for one of them.
    """
    _must_be_current(conflict)
    mine = _side_of(conflict, first_out)
    theirs = conflict.second if mine == conflict.first else conflict.first
    leaving, coming = _windows(mine), _windows(theirs)
    _must_leave_something(leaving, coming, at, word)
    until = max(window.ends_at for window in (*leaving, *coming)) + AFTERWARDS
    with transaction.atomic():
        say(OverrideKind.TRIM, mine.booking, until, word, not_after=at, conflict=conflict)
        say(OverrideKind.TRIM, theirs.booking, until, word, not_before=at, conflict=conflict)
        _accepted(conflict, word)
    return _one_after_the_other(mine, theirs, at, word.now)


def _one_after_the_other(first: Occurrence, then: Occurrence, at: datetime, now: datetime) -> str:
    """Who gets in until when and from when on; a trim opens no door to one who is denied."""
    when = moment(at, first.resource.room.venue if first.resource.room else None)
    shut = {side: _denied(side, now) for side in (first, then)}
    if not any(shut.values()):
        return f"{_guest(first)} gets in until {when}, the other guest from then on."
    return " ".join(
        DENIED.format(guest=_guest(side)) if shut[side] else f"{_guest(side)} gets in {from_or_until} {when}."
        for side, from_or_until in ((first, "until"), (then, "from"))
    )


def still_denied(conflict: Conflict, now: datetime) -> list[str]:
    """In words, of each side that staff deny access: that it gets none, whatever else is said here."""
    sides = (conflict.first, conflict.second)
    return [DENIED.format(guest=_guest(side)) for side in sides if _denied(side, now)]


def _denied(side: Occurrence, now: datetime) -> bool:
    """Whether staff's word on its booking, as it stands, or on each of its doors keeps this side out."""
    grants = list(side.grants.exclude(state__in=OVER))
    begins = min((grant.starts_at for grant in grants), default=side.starts_at)
    words = side.booking.overrides.filter(kind=OverrideKind.DENY, lifted_at=None, starts_at__lte=now)
    if words.filter(ends_at__gt=max(now, begins)).exists():
        return True
    by_door = Override.objects.filter(kind=OverrideKind.DENY, lifted_at=None, booking=None, ends_at__gt=now)
    return bool(grants) and all(
        by_door.filter(Q(grant=grant) | Q(door=grant.door_id), ends_at__gt=grant.starts_at).exists()
        for grant in grants
    )


def _guest(side: Occurrence) -> str:
    return str(side.booking.customer or side.booking)


def _accepted(conflict: Conflict, word: Word) -> None:
    by = {"accepted_by": word.author, "accepted_reason": word.reason.strip(), "accepted_at": word.now}
    if not states.move(conflict, ConflictState.ACCEPTED, **by):
        how = "is over" if conflict.closed_at else "was accepted already"
        raise NotPossible(f"This conflict {how}.")


def _must_be_current(conflict: Conflict) -> None:
    if conflict.state != ConflictState.OPEN:
        how = "is over" if conflict.closed_at else "was accepted already: open it again first"
        raise NotPossible(f"This conflict {how}.")


def _side_of(conflict: Conflict, booking: Booking) -> Occurrence:
    for occurrence in (conflict.first, conflict.second):
        if occurrence.booking_id == booking.pk:
            return occurrence
    raise NotPossible(f"{booking} is not part of this conflict.")


def _windows(occurrence: Occurrence) -> Sequence[Window]:
    """When one side may open doors: its decisions, or its time where there are none yet."""
    return list(occurrence.grants.filter(state__in=LIVE_GRANTS)) or [occurrence]


def _must_leave_something(
    leaving: Sequence[Window], coming: Sequence[Window], at: datetime, word: Word
) -> None:
    if at <= word.now:
        raise NotPossible("The moment must still be to come.")
    if any(window.starts_at >= at for window in leaving) or any(window.ends_at <= at for window in coming):
        raise NotPossible("At that moment one of them would have no time left: deny that one instead.")


def _about(conflict: Conflict) -> dict[str, int]:
    return {"conflict": conflict.pk, "first": conflict.first.booking_id, "second": conflict.second.booking_id}
