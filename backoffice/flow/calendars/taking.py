"""The times that people's events take: a booking each that lets nobody in, in every paired room."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import CharField, Exists, OuterRef, Value
from django.db.models.functions import Cast, Concat

from backoffice.models import (
    Booking,
    CalendarEvent,
    CalendarPairing,
    Mode,
    Occurrence,
    Resource,
    VendorAccount,
)
from integrations.types import BookingStatus

KIND = "calendar"
OF_PAIRING = "pairing:"  # before its number: the ref of the thing that a pairing's entries are bookings of
POINT = timedelta(minutes=1)  # an event without length takes the slot that starts with it (B5)
READING = (Mode.BIDIRECTIONAL, Mode.FROM_CALENDAR)
BLOCK = BookingStatus.BLOCK.value
IGNORED = {"workingLocation": "working_location", "birthday": "birthday"}
OPTIONS = {"transparent": False, "declined": False, "working_location": False, "birthday": False}


@dataclass(frozen=True, slots=True)
class Taken:
    """A time of one room that an event takes."""

    event: int
    resource: int
    starts_at: datetime
    ends_at: datetime


def take(account: VendorAccount, now: datetime) -> int:
    """Let the events of an account's calendars take the time of the rooms they are paired with.

    Each foreign event that takes time by its pairing's options (B10) is a booking of the status BLOCK, with
    an occurrence in each room of an active pairing that reads (M3, M4); on a shared calendar that is every
    paired room (5.6). Our own events are none (L1). What is over is left as it was, and so is what a pairing
    took before staff deactivated it; of one that they took away nothing stays. Gives the number of rows that
    were written: none when nothing changed.
    """
    pairings = _pairings(account)
    resources = _resources(account, pairings)
    wanted = {(each.event, each.resource): each for each in _taken(pairings, resources, now)}
    with transaction.atomic():
        return _write(account, wanted, now)


def left(now: datetime) -> list[VendorAccount]:
    """The accounts whose entries take the time of rooms that are not paired with them any more."""
    thing = Concat(Value(OF_PAIRING), Cast("pk", CharField()))
    paired = CalendarPairing.objects.alias(thing=thing).filter(thing=OuterRef("resource__ref"))
    taken = Occurrence.objects.filter(~Exists(paired), resource__kind=KIND, gone_at=None, ends_at__gt=now)
    return list(VendorAccount.objects.filter(pk__in=taken.values("booking__account")))


def takes_time(event: CalendarEvent, options: Mapping[str, object]) -> bool:
    """Does the event keep anybody else out? Free, declined, birthday, workplace: by option (B10)."""
    asked = {**OPTIONS, **options}
    if not event.busy and not asked["transparent"]:
        return False
    if event.declined and not asked["declined"]:
        return False
    option = IGNORED.get(event.kind)
    return option is None or bool(asked[option])


def _pairings(account: VendorAccount) -> list[CalendarPairing]:
    active = CalendarPairing.objects.filter(account=account, activated_at__isnull=False)
    return list(active.select_related("room").order_by("pk"))


def _resources(account: VendorAccount, pairings: Iterable[CalendarPairing]) -> dict[int, int]:
    """Pairing -> the thing that its calendar's events are bookings of."""
    known = {row.ref: row for row in Resource.objects.filter(account=account, kind=KIND)}
    found: dict[int, int] = {}
    for pairing in pairings:
        ref, title = f"{OF_PAIRING}{pairing.pk}", (pairing.title or pairing.ref)[:250]
        row = known.get(ref) or Resource(account=account, ref=ref, kind=KIND)
        if row.pk is None or (row.room_id, row.title) != (pairing.room_id, title):
            row.room_id, row.title = pairing.room_id, title
            row.save()
        found[pairing.pk] = row.pk
    return found


def _taken(
    pairings: Iterable[CalendarPairing], resources: Mapping[int, int], now: datetime
) -> Iterator[Taken]:
    for pairing in pairings:
        if pairing.mode not in READING:
            continue
        live = CalendarEvent.objects.filter(
            calendar__account=pairing.account_id,
            calendar__ref=pairing.ref,
            gone_at=None,
            ours=False,
            ends_at__gte=now,
        )
        for event in live.defer("summary").order_by("pk"):
            if takes_time(event, pairing.options):
                ends_at = max(event.ends_at, event.starts_at + POINT)
                yield Taken(event.pk, resources[pairing.pk], event.starts_at, ends_at)


# -------------------------------------------------------------------------------------------------- rows


def _write(account: VendorAccount, wanted: Mapping[tuple[int, int], Taken], now: datetime) -> int:
    held = Occurrence.objects.filter(
        booking__account=account, resource__kind=KIND, gone_at=None, ends_at__gt=now
    ).exclude(resource__ref__in=_asleep(account))
    rows = {(int(row.booking.ref), row.resource_id): row for row in held.select_related("booking")}
    rows |= _over(account, wanted.keys() - rows.keys())
    moved = [
        _moved(rows[key], one) for key, one in wanted.items() if key in rows and _differs(rows[key], one)
    ]
    Occurrence.objects.bulk_update(moved, ["starts_at", "ends_at"], batch_size=500)
    fresh = _add(account, [one for key, one in wanted.items() if key not in rows], now)
    gone = [row.pk for key, row in rows.items() if key not in wanted]
    if gone:
        Occurrence.objects.filter(pk__in=gone).update(gone_at=now)
    return len(moved) + fresh + len(gone) + _settle_bookings(account, now)


def _over(account: VendorAccount, keys: Collection[tuple[int, int]]) -> dict[tuple[int, int], Occurrence]:
    """What events took that was over, and is to come again because somebody dragged them there."""
    refs = [str(event) for event, _ in keys]
    found = Occurrence.objects.filter(booking__account=account, booking__ref__in=refs, gone_at=None)
    every = {(int(row.booking.ref), row.resource_id): row for row in found.select_related("booking")}
    return {key: row for key, row in every.items() if key in keys}


def _asleep(account: VendorAccount) -> list[str]:
    """The things that calendars of pairings which are not active are bookings of."""
    inactive = CalendarPairing.objects.filter(account=account, activated_at=None)
    return [f"{OF_PAIRING}{pk}" for pk in inactive.values_list("pk", flat=True)]


def _differs(row: Occurrence, one: Taken) -> bool:
    return (row.starts_at, row.ends_at) != (one.starts_at, one.ends_at)


def _moved(row: Occurrence, one: Taken) -> Occurrence:
    row.starts_at, row.ends_at = one.starts_at, one.ends_at
    return row


def _add(account: VendorAccount, taken: list[Taken], now: datetime) -> int:
    refs = {str(one.event) for one in taken}
    known = {row.ref: row for row in Booking.objects.filter(account=account, ref__in=refs)}
    fresh = [
        Booking(account=account, ref=ref, status=BLOCK, channel=KIND, first_seen_at=now, changed_at=now)
        for ref in sorted(refs - known.keys())
    ]
    known |= {row.ref: row for row in Booking.objects.bulk_create(fresh)}
    rows = [
        Occurrence(
            booking=known[str(one.event)],
            resource_id=one.resource,
            ref=str(one.resource),
            starts_at=one.starts_at,
            ends_at=one.ends_at,
        )
        for one in taken
    ]
    return len(Occurrence.objects.bulk_create(rows))


def _settle_bookings(account: VendorAccount, now: datetime) -> int:
    """A booking without a live occurrence is gone, one with a live one is back.

    What people call their event stays with the event: not everybody who sees bookings is to see that.
    """
    bookings = Booking.objects.filter(account=account, channel=KIND)
    live = Occurrence.objects.filter(booking__account=account, gone_at=None).values("booking")
    gone = bookings.filter(gone_at=None).exclude(pk__in=live).update(gone_at=now)
    back = bookings.filter(gone_at__isnull=False, pk__in=live).update(gone_at=None)
    return gone + back
