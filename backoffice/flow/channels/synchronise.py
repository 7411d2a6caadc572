"""Synchronise calendars now: which way, and all rooms or one."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from backoffice.models import Block, CalendarPairing, CalendarReading, Mode, Room, Said, VendorAccount
from backoffice.states import BlockState, move_all
from backoffice.word import NotPossible, Word, on_record


def synchronise(account: VendorAccount, mode: Mode, room: Room | None, word: Word) -> int:
    """Have the active pairings of an account (or of one room of it) done anew, in one way or both (M7).

    To the calendar: every event of ours that is to come is written again, also one that a person deleted
    there. From the calendar: all of it is read again. A pairing is never done in a way that it does not go:
    NotPossible when none of them goes this way. The caller wakes the reading. Gives how many pairings.
    """
    found = CalendarPairing.objects.filter(account=account, activated_at__isnull=False)
    if room is not None:
        found = found.filter(room=room)
    pairings = [pairing for pairing in found if mode in (pairing.mode, Mode.BIDIRECTIONAL) or _both(pairing)]
    if not pairings:
        raise NotPossible("No active calendar goes this way: look at the pairings of the room.")
    with transaction.atomic():
        for pairing in pairings:
            if Mode.FROM_CALENDAR not in {mode, pairing.mode}:
                _write_again(pairing, word.now)
            if Mode.TO_CALENDAR not in {mode, pairing.mode}:
                CalendarReading.objects.filter(account=account, ref=pairing.ref).update(token="")
        detail = {"mode": str(mode), "room": str(room or "all")}
        on_record(word, "synchronise", account, detail=detail)
    return len(pairings)


def _both(pairing: CalendarPairing) -> bool:
    return pairing.mode == Mode.BIDIRECTIONAL


def _write_again(pairing: CalendarPairing, now: datetime) -> None:
    to_come = Block.objects.filter(pairing=pairing, ends_at__gt=now)
    there = Q(state=BlockState.ACTIVE) | Q(state=BlockState.FAILED)
    by_hand = Q(state=BlockState.REMOVED, said=Said.DELETED)
    move_all(
        to_come.filter(there | by_hand),
        BlockState.PLANNED,
        said="",
        written_digest="",
        next_try_at=None,
        attempts=0,
    )
