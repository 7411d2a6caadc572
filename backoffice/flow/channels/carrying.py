"""Events of ours that people put into another calendar: no deletion, and no block of that calendar's room."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from backoffice.models import Block, CalendarEvent, CalendarPairing, Mode, Said
from backoffice.states import BlockState, move
from integrations.types import Calendar

CARRIED = (
    "Somebody put its event into the calendar {calendar}. The booking stays in its room, so the event stays "
    "in its own calendar. For another room, move the booking at its source."
)
WRITES = (Mode.BIDIRECTIONAL, Mode.TO_CALENDAR)
THERE = (BlockState.ACTIVE, BlockState.PLANNED, BlockState.FAILED)


def bring_back(now: datetime) -> int:
    """Let the events that are seen in another calendar be written into their own again; how many."""
    seen = _strays(now).exclude(_written_since()).select_related("calendar")
    blocks = _blocks_of(seen)
    return sum(_bring_back(blocks[event.block_key], str(event.calendar)) for event in seen)


def not_deleted(block: Block, client: Calendar) -> bool:
    """Was the event only put into another calendar? Then it is to be written into its own again.

    The calendars that are paired are asked, those first in which it was seen: a cancellation is for good, and
    one calendar may have been read without the other. An event that is carried keeps its id (4.3). Raises as
    the client's `event` does.
    """
    for ref, title in _others(block).items():
        record = client.event(ref, block.ref)
        if record is not None and not record.cancelled:
            return _bring_back(block, title)
    return False


def to_take_out(account: int, now: datetime) -> list[CalendarEvent]:
    """The events that stand in their own calendar again, and in another one of the account still."""
    written = CalendarPairing.objects.filter(_awake(), mode__in=WRITES, account=account)
    strays = _strays(now).filter(_written_since(), calendar__account=account)
    return list(strays.filter(calendar__ref__in=written.values("ref")).select_related("calendar"))


def taken_out(event: CalendarEvent, now: datetime) -> None:
    """It is gone from the other calendar."""
    CalendarEvent.objects.filter(pk=event.pk, gone_at=None).update(gone_at=now)


def _awake() -> Q:
    return Q(activated_at__isnull=False, paused_at=None)


def _strays(now: datetime) -> QuerySet[CalendarEvent]:
    """Events of ours to come in calendars that are not their block's."""
    return CalendarEvent.objects.filter(Exists(_home()), ours=True, gone_at=None, ends_at__gt=now)


def _home() -> QuerySet[Block]:
    """The block of an event, where the calendar that it belongs to is written still."""
    awake = Q(pairing__activated_at__isnull=False, pairing__paused_at=None, pairing__mode__in=WRITES)
    of_it = Block.objects.filter(
        awake, key=OuterRef("block_key"), ref=OuterRef("ref"), account=OuterRef("calendar__account")
    )
    return of_it.exclude(Q(calendar_ref=OuterRef("calendar__ref")) | Q(calendar_ref=""))


def _written_since() -> Exists:
    """It was written into its own calendar after it was seen in this one, or is not to be there at all."""
    again = Q(state=BlockState.ACTIVE, written_at__gt=OuterRef("seen_at"))
    return Exists(_home().filter(again | Q(state=BlockState.REMOVED) & ~Q(said=Said.DELETED)))


def _blocks_of(events: QuerySet[CalendarEvent]) -> dict[str, Block]:
    keys = {event.block_key for event in events}
    return {block.key: block for block in Block.objects.filter(key__in=keys)} if keys else {}


def _bring_back(block: Block, calendar: str) -> bool:
    note = CARRIED.format(calendar=calendar)
    if block.state == BlockState.PLANNED and (block.etag, block.note, block.said) == ("", note, ""):
        return False
    if block.state not in THERE and (block.state, block.said) != (BlockState.REMOVED, Said.DELETED):
        return False
    again: dict[str, object] = {"said": "", "said_at": None, "next_try_at": None, "attempts": 0, "error": ""}
    again |= {"etag": "", "written_digest": "", "note": note, "ended_at": None}
    if block.state == BlockState.PLANNED:
        return bool(Block.objects.filter(pk=block.pk, state=BlockState.PLANNED).update(**again))
    return move(block, BlockState.PLANNED, **again)


def _others(block: Block) -> dict[str, str]:
    """The other calendars of the account that are paired, by ref, with names: where it was seen first."""
    paired = CalendarPairing.objects.filter(_awake(), account=block.account).exclude(ref=block.calendar_ref)
    seen = CalendarEvent.objects.filter(
        calendar__account=OuterRef("account"), calendar__ref=OuterRef("ref"), ref=block.ref, gone_at=None
    )
    rows = paired.annotate(seen=Exists(seen)).order_by(F("seen").desc(), "pk")
    return {row.ref: row.title or row.ref for row in rows}
