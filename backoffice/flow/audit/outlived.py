"""Words of staff that settled a conflict and still keep a guest out, though the other side is gone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from backoffice.flow.audit.trouble import Trouble, about_stay, guest, soon, stay
from backoffice.models import AccessGrant, Conflict, ConflictKind, Occurrence, Override, OverrideKind
from backoffice.states import LIVE_GRANTS, GrantState
from backoffice.wording import moment
from integrations.types import BookingStatus

TAKES = (BookingStatus.CONFIRMED, BookingStatus.PENDING, BookingStatus.UNKNOWN, BookingStatus.BLOCK)
SIDES = ("conflict__first", "conflict__second")
RELATED = tuple(
    f"{side}__{path}"
    for side in SIDES
    for path in ("booking__account", "booking__customer", "resource__room__venue")
)
UNREAD = tuple(
    f"{side}__{path}"
    for side in SIDES
    for path in ("booking__raw", "resource__raw", "booking__customer__email")
)
DENIED = "still gets no access"
TRIMMED = "still gets in for a part of the time only"


def troubles(now: datetime) -> Iterator[Trouble]:
    """One finding per guest who is denied or trimmed for a conflict whose cause is gone.

    No plan undoes staff's word, so a person has to; a window that the word does not touch is no matter.
    """
    seen: set[int | None] = set()
    for word in _words(now):
        conflict = word.conflict
        if conflict is None or word.booking_id in seen:
            continue
        mine, other = _sides(conflict, word)
        if _stands(mine, now) and _is_gone(conflict, other):
            seen.add(word.booking_id)
            yield _trouble(word, mine, now)


def _words(now: datetime) -> QuerySet[Override]:
    """Denials first: who gets no access at all is told of that."""
    felt = AccessGrant.objects.filter(occurrence__booking=OuterRef("booking"), ends_at__gt=now)
    cut = felt.filter(state__in=LIVE_GRANTS).exclude(trimmed="")
    effect = Q(Exists(felt.filter(state=GrantState.DENIED)), kind=OverrideKind.DENY) | Q(
        Exists(cut), kind=OverrideKind.TRIM
    )
    rows = Override.objects.filter(effect, lifted_at=None, ends_at__gt=now, conflict__ends_at__gt=now)
    rows = rows.exclude(conflict__closed_at=None).select_related("author", "conflict", *RELATED)
    return rows.defer(*UNREAD).order_by("kind", "pk")


def _sides(conflict: Conflict, word: Override) -> tuple[Occurrence, Occurrence]:
    both = conflict.first, conflict.second
    return both if both[0].booking_id == word.booking_id else (both[1], both[0])


def _stands(stay: Occurrence, now: datetime) -> bool:
    live = stay.gone_at is None and stay.booking.gone_at is None and stay.ends_at > now
    return live and stay.booking.status in TAKES


def _is_gone(conflict: Conflict, other: Occurrence) -> bool:
    """A room's conflict closes when the bookings part; one at a door also by the trim that settles it."""
    gone = other.gone_at is not None or other.booking.gone_at is not None
    return conflict.kind == ConflictKind.ROOM or gone or other.booking.status not in TAKES


def _trouble(word: Override, mine: Occurrence, now: datetime) -> Trouble:
    room = mine.resource.room
    until = moment(word.ends_at, room.venue if room else None)
    what = DENIED if word.kind == OverrideKind.DENY else TRIMMED
    return Trouble(
        "word_outlived",
        str(word.booking_id),
        soon(mine.starts_at, now),
        f"{guest(mine.booking)}, {stay(mine)}, {what}, though the conflict that {word.author.get_username()} "
        f"settled so is over. Release that word on the booking's page, or it stands until {until}.",
        **about_stay(mine),
    )
