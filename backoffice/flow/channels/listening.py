"""What people did with our blocks at their channels, as the mirrors show it; what it means is said here."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q

from backoffice.flow.channels.events import current_digest
from backoffice.models import Block, Booking, CalendarEvent, Mode, Occurrence, Said
from backoffice.states import BlockState, move
from integrations.types import BookingStatus

SERIES = "series"  # as the calendars step calls such an event
ONE_BOOKING = (
    "Somebody made a series of its event. A booking takes place once: book the other times at the source."
)
NO_HOUR = "Somebody made whole days of its event. A booking has an hour: move it at the source."
DRAGGED = "Somebody moved the block there, but what it stands for has not moved. It is moved back."
NOTED = timedelta(days=1)  # so long what was put right stands: every shift reads it once
EXACT = timedelta(minutes=1)  # sources count in minutes, entries in calendars may not
BY_HAND = "Removed at its channel by a person. It is not written again until what it stands for changes."
THERE = (BlockState.ACTIVE, BlockState.PLANNED, BlockState.FAILED)


def listen(now: datetime) -> int:
    """Note what people deleted or moved; how many blocks that concerns.

    In a calendar that goes both ways it is an order for the booking behind the event (M2, D2), which
    `obeying` carries out; in one that is only written it is none (M3, D6). A block that was removed at a
    booking source takes the event that it came from with it, where the calendar goes both ways (D1); else it
    stays away until the event changes (D3, D5). What was moved without being an order is moved back. While a
    change of ours waits to be written, the newer of the two counts, and a paid booking always (L5).

    What was undone is told for a day after it has been read back as it should be.
    """
    _told_long_enough(now)
    heard = sum(_hear_event(block, event, now) for block, event in _differing())
    heard += sum(_put_back(block) for block in _dragged())
    heard += sum(stays_away(block, now) for block in _removed())
    return heard + sum(_is_there(block) for block in _there_after_all(now))


def _told_long_enough(now: datetime) -> int:
    """Let go of what was said of blocks that have been right again for a day; how many."""
    right = Block.objects.filter(state=BlockState.ACTIVE, confirmed_at__lte=now - NOTED)
    return right.exclude(note="").update(note="")


def _differing() -> Iterator[tuple[Block, CalendarEvent]]:
    """The blocks whose event is not as it was written."""
    of_it = CalendarEvent.objects.filter(
        calendar__account=OuterRef("account"), calendar__ref=OuterRef("calendar_ref"), ref=OuterRef("ref")
    )
    other = of_it.filter(Q(gone_at__isnull=False) | ~Q(etag=OuterRef("etag")))
    blocks = {
        (block.account_id, block.calendar_ref, block.ref): block
        for block in Block.objects.filter(Exists(other), state__in=THERE, said="")
        .exclude(Q(ref="") | Q(calendar_ref=""))
        .select_related(
            "pairing",
            "occurrence__booking__account",
            "occurrence__booking__customer",
            "occurrence__resource__room__venue",
            "room__venue",
        )
    }
    if not blocks:
        return
    refs = {ref for _, _, ref in blocks}
    events = CalendarEvent.objects.filter(ref__in=refs).select_related("calendar").defer("summary")
    for event in events:
        block = blocks.get((event.calendar.account_id, event.calendar.ref, event.ref))
        if block is not None and (event.gone_at or event.etag != block.etag):
            yield block, event


def _hear_event(block: Block, event: CalendarEvent, now: datetime) -> bool:
    obeys = _is_order(block) and _person_wins(block, event)
    if event.gone_at is None:
        return _hear_change(block, event, now, obeys=obeys)
    if obeys:
        return _said(block, Said.DELETED, now)
    # while a change of ours waits to be written, it is written: that brings the event back
    return block.state == BlockState.ACTIVE and not _is_order(block) and stays_away(block, now)


def _hear_change(block: Block, event: CalendarEvent, now: datetime, *, obeys: bool) -> bool:
    if event.kind == SERIES or event.all_day:
        return _as_it_was(block, ONE_BOOKING if event.kind == SERIES else NO_HOUR)
    moved = (event.starts_at, event.ends_at) != (block.starts_at, block.ends_at)
    if moved and not _is_order(block):
        return _as_it_was(block, DRAGGED)
    if moved and obeys:
        times = {"said_starts_at": event.starts_at, "said_ends_at": event.ends_at}
        return _said(block, Said.MOVED, now, **times, etag=event.etag)
    Block.objects.filter(pk=block.pk).update(etag=event.etag)
    return False


def _as_it_was(block: Block, why: str) -> bool:
    """A person made of an event what its booking is not: it is written again, whatever it has become.

    In a calendar that is not written any more it waits, and is noted once.
    """
    if block.state == BlockState.PLANNED and (block.etag, block.note) == ("", why):
        return False
    Block.objects.filter(pk=block.pk).update(etag="", written_digest="", note=why)
    return block.state == BlockState.PLANNED or move(block, BlockState.PLANNED)


def _is_order(block: Block) -> bool:
    """Is a change of the event an order for a booking?"""
    pairing = block.pairing
    awake = pairing is not None and pairing.activated_at is not None and pairing.mode == Mode.BIDIRECTIONAL
    return awake and block.occurrence.booking.status != BookingStatus.BLOCK


def _person_wins(block: Block, event: CalendarEvent) -> bool:
    """Does what a person did count? Not against a change of the booking that is newer, or of a paid one (L5).

    When a source changed a booking it mostly does not say, so the moment counts at which we learned it. What
    was undone once is not heard again before the event has been put back.
    """
    if block.note and block.state != BlockState.ACTIVE:
        return False
    if current_digest(block) == block.written_digest:
        return True
    booking = block.occurrence.booking
    paid = booking.account.profile.event_marks.get(f"{booking.channel}:{booking.status}")
    newer = event.updated_at is not None and event.updated_at > booking.changed_at
    return not paid and newer


def _said(block: Block, what: Said, now: datetime, **fields: object) -> bool:
    rows = Block.objects.filter(pk=block.pk, said="")
    return bool(rows.update(said=what, said_at=now, next_try_at=None, attempts=0, **fields))


def stays_away(block: Block, now: datetime) -> bool:
    """A person removed it at its channel; whether that is news."""
    return move(block, BlockState.REMOVED, said=Said.DELETED, said_at=now, reason=BY_HAND, ended_at=now)


# --------------------------------------------------------------------------------- blocks at booking sources


def _dragged() -> Iterator[Block]:
    """The blocks whose booking at the source has another time or place, as it was read after we wrote it."""
    live = Occurrence.objects.filter(
        booking__echo_of=OuterRef("pk"),
        booking__ref=OuterRef("ref"),
        booking__gone_at=None,
        booking__changed_at__gt=OuterRef("written_at"),
        gone_at=None,
    ).exclude(booking__status=BookingStatus.CANCELLED)
    here = live.filter(resource=OuterRef("resource"))
    begins = here.filter(starts_at__range=(OuterRef("starts_at") - EXACT, OuterRef("starts_at")))
    ends = here.filter(ends_at__range=(OuterRef("ends_at"), OuterRef("ends_at") + EXACT))
    there = Block.objects.filter(state=BlockState.ACTIVE, resource__isnull=False).exclude(ref="")
    wrong = ~Exists(begins) | Q(by_slot=False) & ~Exists(ends)  # how long a slot lasts is its room's affair
    yield from there.filter(wrong, Exists(live))


def _put_back(block: Block) -> bool:
    return move(block, BlockState.PLANNED, written_digest="", note=DRAGGED, next_try_at=None, attempts=0)


def _removed() -> Iterator[Block]:
    """The blocks whose booking at the source is gone, though nobody here took it away.

    Only the booking that the block became last counts: one that was made anew has another id there.
    """
    gone = Q(gone_at__isnull=False) | Q(status=BookingStatus.CANCELLED)
    echoes = Booking.objects.filter(gone, echo_of=OuterRef("pk"), ref=OuterRef("ref"))
    there = Block.objects.filter(state=BlockState.ACTIVE, resource__isnull=False).exclude(ref="")
    yield from there.filter(Exists(echoes))


# ------------------------------------------------------------------------------------------ there after all


def _there_after_all(now: datetime) -> Iterator[Block]:
    """The blocks that were removed, as we knew, and that their channel shows.

    A write that nobody waited for any more was done late, a worker died before it noted it, or a person
    brought it back.
    """
    itself = Q(ref=OuterRef("ref")) | Q(external_ref=OuterRef("key"))
    echoes = Booking.objects.filter(itself, echo_of=OuterRef("pk"), gone_at=None)
    events = CalendarEvent.objects.filter(
        calendar__account=OuterRef("account"),
        calendar__ref=OuterRef("calendar_ref"),
        block_key=OuterRef("key"),
        ours=True,
        gone_at=None,
    )
    shown = Exists(echoes.exclude(status=BookingStatus.CANCELLED)) | Exists(events)
    at_channels = Q(resource__isnull=False) | Q(pairing__isnull=False)
    yield from Block.objects.filter(at_channels, shown, state=BlockState.REMOVED, ends_at__gt=now)


def _is_there(block: Block) -> bool:
    """It goes, unless it is one that a person had removed, and brought back: that is written anew."""
    again = {"said": "", "next_try_at": None, "attempts": 0, "ended_at": None}
    to = BlockState.PLANNED if block.said == Said.DELETED else BlockState.REMOVING
    return move(block, to, **again, written_digest="")
