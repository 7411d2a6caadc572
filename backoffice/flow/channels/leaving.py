"""The end of a pairing: forgotten, and if staff say so, what was written is taken out of the calendar."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from backoffice.models import Block, CalendarPairing
from backoffice.states import BlockState, move_all
from backoffice.word import NotPossible, Word, on_record

LEFT = "The room is no longer paired with this calendar."
WRITTEN = (BlockState.ACTIVE, BlockState.WRITING, BlockState.FAILED)
WAITING = (BlockState.PLANNED, BlockState.FAILED)


def unpair(pairing: CalendarPairing, word: Word, *, clean: bool) -> int:
    """Forget a pairing; how many events of ours are now to be taken out of the calendar.

    `clean`: those to come are taken out; else what stands there stays and is not looked after any more.
    Entries of people stop taking the room's time once the caller has the calendars step look again.
    NotPossible while the pairing is active.
    """
    if pairing.activated_at is not None:
        raise NotPossible("It is active: deactivate it first, so that nothing syncs meanwhile.")
    with transaction.atomic():
        taken = _take_out(pairing, word.now) if clean else 0
        blocks = Block.objects.filter(pairing=pairing)
        # one whose writer died, or is at it, is not written by anybody else
        move_all(blocks.filter(state=BlockState.WRITING), BlockState.PLANNED)
        move_all(
            blocks.filter(state__in=WAITING),
            BlockState.REMOVED,
            reason=LEFT,
            ended_at=word.now,
            next_try_at=None,
        )
        detail = {"room": str(pairing.room), "calendar": pairing.ref, "taken out": taken}
        on_record(word, "unpair", pairing, detail=detail)
        pairing.delete()
    return taken


def _take_out(pairing: CalendarPairing, now: datetime) -> int:
    to_come = Block.objects.filter(pairing=pairing, starts_at__gt=now, asked_at__isnull=False)
    again = {"reason": LEFT, "said": "", "next_try_at": None, "attempts": 0}
    # one that waits to be written again stands there in an older form; what is planned cannot be removed
    move_all(to_come.filter(state=BlockState.PLANNED), BlockState.WRITING)
    return move_all(to_come.filter(state__in=WRITTEN), BlockState.REMOVING, **again)
