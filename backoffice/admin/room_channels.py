"""A room's channels on its page: where it is sold, its calendars and feeds, what is blocked where and why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.http import HttpRequest

from backoffice import roomchannels
from backoffice.admin import health
from backoffice.admin.acts import buttons_of
from backoffice.admin.show import chip, distance, span, stamp
from backoffice.admin.zones import zone_of_row
from backoffice.clock import now as clock
from backoffice.models import Block, CalendarPairing, Occurrence, Room, Said, VendorAccount
from backoffice.roomchannels import Paired
from backoffice.standing import ASLEEP, PAUSED, RUNNING, WAITING, WRITING
from backoffice.states import BlockState
from backoffice.vendorwords import plainly
from integrations.types import BookingStatus

STANDING = {RUNNING: "green", ASLEEP: "grey", PAUSED: "red", WAITING: "blue"}
WORDS = {
    BlockState.PLANNED: ("to be blocked", "blue"),
    BlockState.WRITING: ("being blocked", "blue"),
    BlockState.ACTIVE: ("blocked", "green"),
    BlockState.REMOVING: ("being freed", "orange"),
    BlockState.REMOVED: ("freed", "grey"),
    BlockState.FAILED: ("not blocked", "red"),
}


@dataclass(frozen=True, slots=True)
class PairingLine:
    """A pairing as staff see it."""

    paired: Paired
    state: Any
    shows: str  # "" where nothing is written
    read: str
    trouble: str  # "" where it could be read; the vendor's exact text is behind it
    buttons: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class BlockLine:
    """A block as staff see it: where, how it stands, what went wrong."""

    block: Block
    where: str
    state: Any
    trouble: str
    next_try: str
    buttons: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class StayLine:
    """A time that a room is taken: when, by whom, and on which channels it is blocked therefore."""

    stay: Occurrence
    room: Room
    when: str
    who: str
    reason: str
    blocks: list[BlockLine]


def section(request: HttpRequest, room: Room) -> dict[str, Any]:
    """What the room's page shows of its channels; each part to those who may see its rows."""
    now = clock()
    found = roomchannels.of_room(room, now)
    sees = {name: request.user.has_perm(f"backoffice.view_{name}") for name in ("block", "feed")}
    return {
        "channels": found,
        "sold": _sold(found, now),
        "pairings": pairing_lines(found.calendars, request, now),
        "feeds": found.feeds if sees["feed"] else [],
        "here": stay_lines(found.blocks, request, now) if sees["block"] else [],
        "elsewhere": stay_lines(found.elsewhere, request, now) if sees["block"] else [],
        "sees_blocks": sees["block"],
        "change_blocking": buttons_of(room, request, folded=True),
    }


def _sold(found: roomchannels.RoomChannels, now: datetime) -> list[dict[str, Any]]:
    used = {each.resource.account_id for each in found.sold}
    rows: QuerySet[Any] = health.with_health(VendorAccount.objects.filter(pk__in=used), now)
    known = {row.pk: health.health(row, now) for row in rows} if used else {}
    alone = len(found.sold) == 1 and not (found.calendars or found.wholes or found.parts)
    return [
        {"sold": each, "health": known[each.resource.account_id], "chip": _blocked(each, alone=alone)}
        for each in found.sold
    ]


def _blocked(sold: roomchannels.Sold, *, alone: bool) -> Any:
    """Whether bookings from elsewhere block it there; where nothing is elsewhere, that is no matter."""
    if sold.blocked:
        return chip("blocked for bookings from elsewhere", "green")
    if alone:
        return chip("the only channel", "grey")
    if not sold.can_block:
        return chip("cannot be blocked", "grey", "This vendor takes no blocks from elsewhere.")
    return chip("not blocked from elsewhere", "orange", "It can be sold here while it is booked elsewhere.")


# -------------------------------------------------------------------------------------------- pairings


def pairings_of(account: VendorAccount, request: HttpRequest) -> list[PairingLine]:
    """The pairings of an account, by room."""
    now = clock()
    found = roomchannels.paired(CalendarPairing.objects.filter(account=account), now)
    return pairing_lines(found, request, now)


def pairing_lines(found: Iterable[Paired], request: HttpRequest, now: datetime) -> list[PairingLine]:
    """Pairings as staff see them, with what this person may do."""
    return [
        PairingLine(
            each,
            standing_chip(each),
            _shows(each),
            _read(each, now),
            plainly(each.error, each.pairing.account.profile.label),
            buttons_of(each.pairing, request),
        )
        for each in found
    ]


def standing_chip(paired: Paired) -> Any:
    """Active, not active, paused: as a coloured word."""
    return chip(paired.standing.word, STANDING[paired.standing.word], paired.standing.why)


def _shows(paired: Paired) -> str:
    pairing = paired.pairing
    return pairing.get_scope_display() if pairing.mode in WRITING else ""


def _read(paired: Paired, now: datetime) -> str:
    if paired.read_at is None:
        return "never read"
    return f"read {distance(paired.read_at, now)}"


# ---------------------------------------------------------------------------------------------- blocks


def stay_lines(blocks: Iterable[Block], request: HttpRequest, now: datetime) -> list[StayLine]:
    """Blocks by the stay that they are for and the room, with what this person may do."""
    groups: dict[tuple[int, int], list[Block]] = defaultdict(list)
    for block in blocks:
        groups[block.occurrence_id, block.room_id].append(block)
    return [_stay(group, request, now) for group in groups.values()]


def _stay(group: list[Block], request: HttpRequest, now: datetime) -> StayLine:
    first = group[0]
    stay, zone = first.occurrence, zone_of_row(first)
    lines = [
        BlockLine(
            block,
            where(block) + _slot(block, zone),
            state_chip(block),
            trouble(block),
            _next(block, now),
            buttons_of(block, request),
        )
        for block in group
    ]
    when = span(stay.starts_at, stay.ends_at, zone)
    return StayLine(stay, first.room, when, why(first), _reason(group), lines)


def _slot(block: Block, zone: ZoneInfo) -> str:
    """Of one that takes a slot at another hour than the stay's: which; with its day where that is another."""
    stay, slot = (at.astimezone(zone) for at in (block.occurrence.starts_at, block.starts_at))
    if not block.by_slot or slot == stay:
        return ""
    if slot.date() == stay.date():
        return f", the game at {slot:%H:%M}"
    return f", the game of {slot:%a} {slot.day} {slot:%b %H:%M}"


def _reason(group: list[Block]) -> str:
    """Why the room is taken, where that is not plain: by a part, by a whole, by a hand."""
    block = next((each for each in group if each.state == BlockState.REMOVED), group[0])
    own = block.room_id == block.occurrence.resource.room_id
    return "" if own and block.state != BlockState.REMOVED else block.reason


def state_chip(block: Block) -> Any:
    """How a block stands, as a coloured word."""
    word, colour = WORDS[BlockState(block.state)]
    if block.state == BlockState.REMOVED and block.said == Said.DELETED:
        return chip("removed by hand", "orange", block.reason)
    if block.state == BlockState.ACTIVE and block.confirmed_at:
        return chip(word, colour, f"Written and confirmed {stamp(block.confirmed_at, zone_of_row(block))}")
    return chip(word, colour, block.get_state_display())


def where(block: Block) -> str:
    """At which channel: a calendar by its title, a thing sold by its vendor and name."""
    if block.calendar_ref:
        title = block.pairing.title if block.pairing else ""
        return f"calendar {title or block.calendar_ref}"
    return f"{block.account.profile.label}: {block.resource}"


def trouble(block: Block) -> str:
    """What went wrong, put for the desk, and what staff should know."""
    return " ".join(filter(None, (went_wrong(block, ends=bool(block.note)), block.note)))


def went_wrong(block: Block, *, ends: bool = False) -> str:
    """What its channel says of it, without the request; with a full stop where more follows."""
    error = plainly(block.error, block.account.profile.label)
    return f"{error.rstrip('. ')}." if error and ends else error


def why(block: Block) -> str:
    """Whose time it is, as the desk would look for it."""
    stay = block.occurrence
    booking = stay.booking
    if booking.status == BookingStatus.BLOCK:
        return f"an entry in the calendar {stay.resource}"
    return f"{booking.customer or 'nobody named'}, {booking.account.profile.label} {booking.ref}"


def _next(block: Block, now: datetime) -> str:
    waits = block.next_try_at is not None and block.state not in (BlockState.ACTIVE, BlockState.REMOVED)
    return f"tried again {distance(block.next_try_at, now)}" if waits and block.next_try_at else ""
