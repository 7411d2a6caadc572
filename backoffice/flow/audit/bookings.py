"""What needs a person about bookings: rooms not linked, statuses not known, conflicts and their remains."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import chain

from django.db.models import Exists, OuterRef

from backoffice.flow.audit import outlived
from backoffice.flow.audit.trouble import Trouble, about_stay, guest, soon, stay
from backoffice.models import Conflict, ConflictKind, Occurrence, PathStep
from backoffice.states import ConflictState
from integrations.types import BookingStatus

UNREAD = (
    "booking__raw",
    "booking__customer__email",
    "booking__customer__phone",
    "resource__raw",
    *(
        f"{path}__account__{secret}"
        for path in ("booking", "resource")
        for secret in ("secrets", "hook_token")
    ),
)


def troubles(now: datetime) -> Iterable[Trouble]:
    """What is wrong with bookings that are still to come."""
    coming = _strange(now)
    confirmed = [row for row in coming if row.booking.status == BookingStatus.CONFIRMED]
    return chain(_unlinked(confirmed, now), _unknown(coming, now), _conflicts(now), outlived.troubles(now))


def _strange(now: datetime) -> list[Occurrence]:
    """Those to come that nobody can be let in for, or of a status that is not known here."""
    path = PathStep.objects.filter(room=OuterRef("resource__room"))
    return list(
        Occurrence.objects.filter(
            gone_at=None,
            booking__gone_at=None,
            booking__echo_of=None,
            ends_at__gt=now,
            booking__status__in=(BookingStatus.CONFIRMED, BookingStatus.UNKNOWN),
        )
        .annotate(has_path=Exists(path))
        .exclude(has_path=True, booking__status=BookingStatus.CONFIRMED)
        .select_related("booking__account", "booking__customer", "resource__account", "resource__room__venue")
        .defer(*UNREAD)
        .order_by("starts_at", "pk")
    )


def _unlinked(coming: Iterable[Occurrence], now: datetime) -> Iterator[Trouble]:
    """One finding per resource or room, however many bookings it has."""
    groups: dict[tuple[str, int], list[Occurrence]] = defaultdict(list)
    for row in coming:
        if row.resource.room_id is None:
            groups["resource_unlinked", row.resource_id].append(row)
        elif not row.has_path:  # type: ignore[attr-defined]  # annotated
            groups["room_without_path", row.resource.room_id].append(row)
    for (kind, pk), rows in groups.items():
        first, resource = rows[0], rows[0].resource
        what = f"{resource} ({resource.account}, {resource.ref}) is linked to no room"
        do = "Link it on its page"
        if kind == "room_without_path":
            what, do = f"{resource.room} has no doors on its path", "Enter its path on its page"
        yield Trouble(
            kind,
            str(pk),
            soon(first.starts_at, now),
            f"{what}, and {len(rows)} bookings are coming, the first for {stay(first)}: "
            f"nobody gets a way in. {do}.",
            account_id=resource.account_id,
            room_id=resource.room_id,
        )


def _unknown(coming: Iterable[Occurrence], now: datetime) -> Iterator[Trouble]:
    seen: set[int] = set()
    for row in coming:
        booking = row.booking
        if booking.status != BookingStatus.UNKNOWN or booking.pk in seen:
            continue
        seen.add(booking.pk)
        yield Trouble(
            "status_unknown",
            str(booking.pk),
            soon(row.starts_at, now),
            f"{guest(booking)}, {stay(row)}: the source says “{booking.status_text}”, and what that means "
            "is not known here. The booking keeps the access it has and gets no new one: look it up there.",
            account_id=booking.account_id,
            **about_stay(row),
        )


def _conflicts(now: datetime) -> Iterator[Trouble]:
    """What the conflicts step found and nobody has settled: one finding each, with its words."""
    for row in Conflict.objects.filter(state=ConflictState.OPEN).select_related("second"):
        yield Trouble(
            "double_booking" if row.kind == ConflictKind.ROOM else "door_conflict",
            str(row.pk),
            soon(row.starts_at, now),
            row.text,
            booking_id=row.second.booking_id,
            door_id=row.door_id,
            conflict_id=row.pk,
            room_id=row.room_id,
        )
