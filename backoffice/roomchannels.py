"""All channels of a room together: where it is sold, its calendars and feeds, what is blocked where and why.

Asked by the room's page and by the API; it reads and never writes, and asks no vendor.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from backoffice.flow.channels import can_block
from backoffice.models import (
    Block,
    CalendarPairing,
    CalendarReading,
    Feed,
    Resource,
    Room,
    Said,
    VendorAccount,
)
from backoffice.selectors import with_reading
from backoffice.standing import READING, RUNNING, Standing, standing
from backoffice.states import BlockState
from integrations.types import BookingStatus

MOST = 40  # blocks on one page, and what belongs to the same stays
RELATED = (
    "account",
    "room__venue",
    "resource",
    "pairing",
    "occurrence__booking__account",
    "occurrence__booking__customer",
    "occurrence__resource__room__venue",
)
UNREAD = ("occurrence__booking__raw", "resource__raw", "occurrence__resource__raw")
NOWHERE = (
    "Entries in its calendar keep nobody from booking it elsewhere: choose below where bookings from "
    "elsewhere block it."
)
ONCE = (
    "It is sold in more than one place, and a booking in one does not block it in the others: choose below."
)


@dataclass(frozen=True, slots=True)
class Sold:
    """A thing that a room is sold as, and whether it is blocked there for bookings from elsewhere."""

    resource: Resource
    can_block: bool
    blocked: bool


@dataclass(frozen=True, slots=True)
class Paired:
    """A calendar of a room: how it does, who else uses it, how far it was read, what could not be written."""

    pairing: CalendarPairing
    standing: Standing
    others: list[Room]
    read_at: datetime | None
    error: str
    unwritten: int

    @property
    def unacknowledged(self) -> bool:
        """Others use the calendar, and nobody has said that this is wanted."""
        return bool(self.others) and self.pairing.acknowledged_at is None


@dataclass(slots=True)
class RoomChannels:
    """One room, all its channels. `blocks` are of its own time, `elsewhere` those that its bookings make
    in its parts and wholes; `more`: further ones stand on the list of blocks only."""

    room: Room
    wholes: list[Room]
    parts: list[Room]
    sold: list[Sold]
    calendars: list[Paired]
    feeds: list[Feed]
    warnings: list[str] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    elsewhere: list[Block] = field(default_factory=list)
    more: bool = False


def of_room(room: Room, now: datetime) -> RoomChannels:
    """All channels of a room, with its blocks that are not over, soonest first."""
    found = RoomChannels(
        room,
        wholes_of(room),
        parts_of(room),
        sold_as(room),
        paired(CalendarPairing.objects.filter(room=room), now),
        list(feeds_of(room)),
    )
    found.warnings = list(_warnings(found))
    _with_blocks(found, now)
    return found


def wholes_of(room: Room) -> list[Room]:
    """What the room is a part of, outwards."""
    chain: list[Room] = []
    whole = room.part_of
    while whole is not None and whole != room and whole not in chain:
        chain.append(whole)
        whole = whole.part_of
    return chain


def parts_of(room: Room) -> list[Room]:
    """The room's parts, and theirs."""
    inside: dict[int | None, list[Room]] = defaultdict(list)
    for each in Room.objects.filter(venue=room.venue_id).exclude(part_of=None).order_by("name"):
        inside[each.part_of_id].append(each)
    found, look = [], list(inside[room.pk])
    while look:
        part = look.pop(0)
        if part not in found and part != room:
            found.append(part)
            look += inside[part.pk]
    return found


def sold_as(room: Room) -> list[Sold]:
    """Where the room is sold; a calendar's entries are no place where it is sold."""
    rows = Resource.objects.filter(room=room, gone_at=None).select_related("account").defer("raw")
    shops = [
        row for row in rows.order_by("account__slug", "title", "pk") if not row.ref.startswith("pairing:")
    ]
    return [Sold(row, can_block(row.account), row.account.slug in room.block_on) for row in shops]


def feeds_of(room: Room) -> Iterable[Feed]:
    """The feeds in use that show the room: its own and its venue's."""
    rows = Feed.objects.filter(Q(room=room) | Q(venue=room.venue_id, room=None), withdrawn_at=None)
    return rows.select_related("venue", "room__venue", "made_by").order_by("room", "-made_at")


def _warnings(found: RoomChannels) -> Iterable[str]:
    blockable = [each for each in found.sold if each.can_block]
    blocked = any(each.blocked for each in blockable)
    reads = any(p.standing.word == RUNNING and p.pairing.mode in READING for p in found.calendars)
    if reads and blockable and not blocked:
        yield NOWHERE
    elif len({each.resource.account_id for each in blockable}) > 1 and not blocked:
        yield ONCE


def _with_blocks(found: RoomChannels, now: datetime) -> None:
    family = Q(room=found.room) | Q(occurrence__resource__room=found.room)
    rows = blocks_to_come(now).filter(family)
    stays = set(rows.values_list("occurrence", flat=True)[:MOST])
    shown = list(rows.filter(occurrence__in=stays))  # of a stay all or none: what is missing looks free
    found.more = rows.exclude(occurrence__in=stays).exists()
    found.blocks = [row for row in shown if row.room_id == found.room.pk]
    found.elsewhere = [row for row in shown if row.room_id != found.room.pk]


def blocks_to_come(now: datetime) -> QuerySet[Block]:
    """Blocks that matter still: not over, and not taken away as they should be. One that a person removed
    matters for as long as what it stood for stands."""
    gone = Q(occurrence__gone_at__isnull=False) | Q(occurrence__booking__gone_at__isnull=False)
    gone |= Q(occurrence__booking__status=BookingStatus.CANCELLED)
    away = Q(state=BlockState.REMOVED) & (~Q(said=Said.DELETED) | gone)
    rows = Block.objects.filter(ends_at__gt=now).exclude(away).select_related(*RELATED).defer(*UNREAD)
    return rows.order_by("starts_at", "pk")


# --------------------------------------------------------------------------------------------- pairings


def with_sharing(pairings: QuerySet[CalendarPairing]) -> QuerySet[CalendarPairing]:
    """Pairings with `shared`: whether another room is paired with the same calendar."""
    others = CalendarPairing.objects.filter(account=OuterRef("account"), ref=OuterRef("ref"))
    return pairings.annotate(shared=Exists(others.exclude(pk=OuterRef("pk"))))


def paired(pairings: QuerySet[CalendarPairing], now: datetime) -> list[Paired]:
    """Pairings with how they do; as many queries for one as for a hundred."""
    known = with_reading(with_sharing(pairings), now).select_related("account", "room__venue")
    rows = list(known.order_by("room__name", "ref", "pk"))
    if not rows:
        return []
    accounts = {row.account_id for row in rows}
    readings = {
        (each.account_id, each.ref): each for each in CalendarReading.objects.filter(account__in=accounts)
    }
    users, unwritten = _users(rows), _unwritten(rows, now)
    return [_one(row, readings.get((row.account_id, row.ref)), users, unwritten) for row in rows]


def _one(
    row: CalendarPairing,
    reading: CalendarReading | None,
    users: dict[tuple[int, str], list[Room]],
    unwritten: dict[int, int],
) -> Paired:
    others = [room for room in users[row.account_id, row.ref] if room.pk != row.room_id]
    error = reading.error if reading and _fails(reading, row.account) else ""
    read_at: datetime | None = row.read_at  # type: ignore[attr-defined]  # of `with_reading`
    return Paired(row, standing(row), others, read_at, error, unwritten.get(row.pk, 0))


def _fails(reading: CalendarReading, account: VendorAccount) -> bool:
    """Could it not be read, and has nobody seen to the account since?"""
    failed, seen_to = reading.failed_at, account.resumed_at
    return failed is not None and (seen_to is None or failed > seen_to)


def _users(rows: Sequence[CalendarPairing]) -> dict[tuple[int, str], list[Room]]:
    """The rooms that are paired with each calendar of these."""
    found: dict[tuple[int, str], list[Room]] = defaultdict(list)
    same = CalendarPairing.objects.filter(ref__in={row.ref for row in rows}).select_related("room__venue")
    for each in same.order_by("room__name"):
        found[each.account_id, each.ref].append(each.room)
    return found


def _unwritten(rows: Iterable[CalendarPairing], now: datetime) -> dict[int, int]:
    """How many events could not be written or taken away so far."""
    waits = Q(state__in=(BlockState.PLANNED, BlockState.REMOVING)) & ~Q(error="")
    blocks = Block.objects.filter(Q(state=BlockState.FAILED) | waits, pairing__in=rows, ends_at__gt=now)
    counted = blocks.order_by().values("pairing").annotate(n=Count("pk"))
    return dict(counted.values_list("pairing", "n"))
