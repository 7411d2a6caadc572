"""Rows into the plain values that a plan of blocks is made of; only rooms that have a channel to block."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime, timedelta

from backoffice.flow.channels.values import Facts, Offer, Paired, Place, Room, Stay, World
from backoffice.flow.channels.wanting import families
from backoffice.models import (
    Booking,
    CalendarPairing,
    Mode,
    Occurrence,
    Resource,
    SlotDay,
    VendorAccount,
)
from backoffice.models import Room as RoomRow
from integrations.types import BookingStatus

HOUR = timedelta(hours=1)
WRITING = (Mode.BIDIRECTIONAL, Mode.TO_CALENDAR)
TAKES = (BookingStatus.CONFIRMED, BookingStatus.PENDING, BookingStatus.BLOCK, BookingStatus.UNKNOWN)
SLOTS, BLOCKS = "slots", "blocks"
UNREAD = ("booking__raw", "resource__raw")
CONTACT = ("booking__customer__email", "booking__customer__phone")


def load(now: datetime, *, words: bool = True) -> World:
    """The world to plan blocks for; without any channel to block it has no stays.

    `words`: with what events are to say. A guest's address and number are read for calendars alone.
    """
    accounts = {account.pk: account for account in VendorAccount.objects.all()}
    rows = list(RoomRow.objects.select_related("venue"))
    rooms = {row.pk: Room(row.pk, row.name, row.venue.timezone, row.part_of_id) for row in rows}
    places = tuple(_places(rows, accounts))
    calendars = tuple(_calendars())
    targets = {place.room_id for place in places} | {calendar.room_id for calendar in calendars}
    family = families(rooms)
    concerned = {room for room, others in family.items() if targets.intersection(others)}
    written = {calendar.room_id for calendar in calendars} if words else set()
    told = {room for room, others in family.items() if written.intersection(others)}
    if not concerned:
        return World(now, rooms)
    return World(
        now=now,
        rooms=rooms,
        places=places,
        calendars=calendars,
        stays=(*_stays(told, accounts, now, contact=True), *_stays(concerned - told, accounts, now)),
        offers=offers(place.resource_id for place in places if place.by_slot),
        taken=frozenset(_taken(places, now)),
    )


def _places(rooms: Iterable[RoomRow], accounts: Mapping[int, VendorAccount]) -> Iterator[Place]:
    """Where rooms are sold on a channel that they are to be blocked on."""
    block_on = {room.pk: set(room.block_on) for room in rooms if room.block_on}
    for row in Resource.objects.filter(gone_at=None, room__in=block_on).order_by("pk"):
        account, room = accounts[row.account_id], row.room_id or 0
        if account.slug not in block_on[room] or BLOCKS not in account.profile.desk:
            continue
        yield Place(
            resource_id=row.pk,
            account_id=row.account_id,
            room_id=room,
            ref=row.ref,
            parent_ref=row.parent_ref,
            by_slot=SLOTS in account.profile.desk,
            session=timedelta(minutes=row.session_minutes) if row.session_minutes else HOUR,
        )


def _calendars() -> Iterator[Paired]:
    active = CalendarPairing.objects.filter(activated_at__isnull=False, mode__in=WRITING)
    for row in active.order_by("pk"):
        yield Paired(row.pk, row.account_id, row.room_id, row.ref, row.scope)


def _stays(
    rooms: Collection[int], accounts: Mapping[int, VendorAccount], now: datetime, *, contact: bool = False
) -> Iterator[Stay]:
    """The times that rooms are taken: not our own echoes, and not beyond the horizon of their account."""
    horizon = max(account.horizon_days for account in accounts.values()) + 1
    found = Occurrence.objects.filter(
        gone_at=None,
        ends_at__gt=now,
        starts_at__lt=now + timedelta(days=horizon),
        resource__room__in=rooms,
        booking__gone_at=None,
        booking__echo_of=None,
        booking__status__in=TAKES,
    )
    if not rooms:
        return
    pairings = _calendar_of_resources()
    unread = UNREAD if contact else (*UNREAD, *CONTACT)
    rows = found.order_by("starts_at", "pk").select_related("booking__customer", "resource").defer(*unread)
    for row in rows:
        yield _stay(row, accounts[row.booking.account_id], pairings, contact=contact)


def _calendar_of_resources() -> dict[str, tuple[int, str]]:
    """What a calendar's events are bookings of -> the account and the calendar."""
    rows = CalendarPairing.objects.values_list("pk", "account_id", "ref")
    return {f"pairing:{pk}": (account, ref) for pk, account, ref in rows}


def _stay(
    row: Occurrence, account: VendorAccount, pairings: Mapping[str, tuple[int, str]], *, contact: bool
) -> Stay:
    booking, resource = row.booking, row.resource
    is_entry = booking.status == BookingStatus.BLOCK
    booking.account = account
    return Stay(
        id=row.pk,
        booking_id=booking.pk,
        room_id=resource.room_id or 0,
        account_id=booking.account_id,
        resource_id=resource.pk,
        resource_ref=resource.ref,
        parent_ref=resource.parent_ref,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        facts=facts_of(booking, contact=contact),
        calendar=pairings.get(resource.ref, (booking.account_id, "")) if is_entry else None,
        keep=booking.status == BookingStatus.UNKNOWN,
    )


def facts_of(booking: Booking, *, contact: bool = True) -> Facts:
    """What may be told of a booking; of somebody's entry in a calendar nothing."""
    if booking.status == BookingStatus.BLOCK:
        return Facts(is_entry=True)
    customer, account, profile = booking.customer, booking.account, booking.account.profile
    said = f", {booking.status_text}" if booking.status_text else ""
    return Facts(
        label=f"{account.slug}/{booking.ref}",
        source=f"{profile.label}{said}",
        name=(customer.name or customer.company) if customer else "",
        email=customer.email if customer and contact else "",
        phone=customer.phone if customer and contact else "",
        price=booking.price,
        option=booking.title,
        people=booking.people,
        language=booking.language,
        mark=_mark(profile.event_marks, booking.channel, booking.status),
    )


def _mark(marks: Mapping[str, str], channel: str, status: str) -> str:
    return marks.get(f"{channel}:{status}") or marks.get(f"*:{status}", "")


def offers(resources: Iterable[int]) -> dict[int, Offer]:
    """What is known of the starts on offer, by resource."""
    days: dict[int, list[SlotDay]] = defaultdict(list)
    for row in SlotDay.objects.filter(resource__in=list(resources)).order_by("day"):
        days[row.resource_id].append(row)
    return {resource: _offer(rows) for resource, rows in days.items()}


def _offer(rows: Iterable[SlotDay]) -> Offer:
    rows = list(rows)
    starts = tuple(sorted({datetime.fromisoformat(at) for row in rows for at in row.starts}))
    return Offer(starts, frozenset(row.day.isoformat() for row in rows), bool(starts))


def _taken(places: Iterable[Place], now: datetime) -> Iterator[tuple[int, datetime]]:
    by_slot = [place.resource_id for place in places if place.by_slot]
    live = Occurrence.objects.filter(
        resource__in=by_slot,
        gone_at=None,
        ends_at__gt=now,
        booking__gone_at=None,
        booking__echo_of=None,
        booking__status__in=TAKES,
    )
    yield from live.values_list("resource_id", "starts_at")
