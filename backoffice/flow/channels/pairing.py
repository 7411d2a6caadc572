"""Rooms paired with calendars: chosen, acknowledged where they share one, activated by an explicit act."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from backoffice.models import Block, CalendarPairing, CalendarReading, Mode, Room, Scope, VendorAccount
from backoffice.word import NotPossible, Word, on_record
from integrations.types import CalendarRecord

OPTIONS = ("transparent", "declined", "working_location", "birthday")
USED = "{calendar} is paired with {rooms} already."
TOGETHER = "{calendar} is chosen here for {rooms} as well."
BLOCKS_ALL = "Entries of people in it block every paired room."
ACKNOWLEDGE = "Acknowledge that this is wanted, or give the room a calendar of its own."
READ_ONLY = (
    "{calendar} may only be read with this account: choose “from the calendar only”, or share it for changes."
)


class Shared(NotPossible):
    """Another room uses the calendar, and nobody has said that this is wanted; `facts` without the remedy."""

    def __init__(self, fact: str) -> None:
        self.facts = f"{fact} {BLOCKS_ALL}"
        super().__init__(f"{self.facts} {ACKNOWLEDGE}")


@dataclass(frozen=True, slots=True)
class Choice:
    """A room and the calendar chosen for it; `given` as `pair` takes it."""

    room: Room
    calendar: CalendarRecord
    given: dict[str, Any]


def pair_all(account: VendorAccount, choices: Sequence[Choice], word: Word) -> dict[int, NotPossible]:
    """Pair any number of rooms with calendars, all or none (M8); what is refused, by its place in `choices`.

    Two rooms that get the same calendar here must both be acknowledged (5.6).
    """
    refused: dict[int, NotPossible] = {}
    with transaction.atomic():
        for n, choice in enumerate(choices):
            try:
                _acknowledged(choice, choices)
                pair(choice.room, account, choice.calendar, choice.given, word)
            except NotPossible as error:
                refused[n] = error
        if refused:
            transaction.set_rollback(True)
    return refused


def _acknowledged(choice: Choice, choices: Sequence[Choice]) -> None:
    """Shared, where another of the choices has the same calendar and nobody has said that this is wanted."""
    same = [each.room for each in choices if each.calendar.ref == choice.calendar.ref]
    others = [str(room) for room in same if room != choice.room]
    if others and not choice.given.get("acknowledged"):
        raise Shared(TOGETHER.format(calendar=choice.calendar.title, rooms=", ".join(others)))


def pair(
    room: Room, account: VendorAccount, calendar: CalendarRecord, given: dict[str, Any], word: Word
) -> CalendarPairing:
    """Pair a room with a calendar of the account's list; nothing syncs before `activate` (M6).

    `given`: mode, scope, acknowledged (that another room uses it), options. NotPossible, in words, for a pair
    that there is already, a calendar that cannot be written in a mode that writes, and a shared one that was
    not acknowledged (5.6).
    """
    mode, scope = Mode(given["mode"]), Scope(given["scope"])
    if CalendarPairing.objects.filter(room=room, account=account, ref=calendar.ref).exists():
        raise NotPossible(f"{room} is paired with {calendar.title} already: change that pairing.")
    if mode != Mode.FROM_CALENDAR and not calendar.can_write:
        raise NotPossible(READ_ONLY.format(calendar=calendar.title))
    acknowledged = bool(given.get("acknowledged"))
    if (others := _others(account, calendar.ref, room)) and not acknowledged:
        raise _shared(calendar.title, others)
    with transaction.atomic():
        row = CalendarPairing.objects.create(
            room=room,
            account=account,
            ref=calendar.ref,
            title=calendar.title[:250],
            mode=mode,
            scope=scope,
            options=_options(given),
            acknowledged_at=word.now if acknowledged else None,
        )
        # what the room left there when it was paired with the calendar before is looked after again
        left = Block.objects.filter(account=account, calendar_ref=calendar.ref, pairing=None, room=room)
        left.update(pairing=row)
        on_record(word, "pair", row, detail={"room": str(room), "mode": mode, "scope": scope})
    return row


def change(pairing: CalendarPairing, given: dict[str, Any], word: Word) -> CalendarPairing:
    """Give a pairing another mode, scope or options; a narrower scope rewrites the events to come (5.2).

    NotPossible for a mode that writes where the calendar is known to be only readable.
    """
    known = CalendarReading.objects.filter(account=pairing.account, ref=pairing.ref, can_write=False)
    if given["mode"] != Mode.FROM_CALENDAR and known.exists():
        raise NotPossible(READ_ONLY.format(calendar=pairing.title or pairing.ref))
    before = {"mode": pairing.mode, "scope": pairing.scope}
    pairing.mode, pairing.scope = Mode(given["mode"]), Scope(given["scope"])
    pairing.options = _options(given)
    after = {"mode": pairing.mode, "scope": pairing.scope}
    with transaction.atomic():
        pairing.save(update_fields=["mode", "scope", "options"])
        on_record(word, "change pairing", pairing, detail={"before": before, "after": after})
    return pairing


def activate(pairing: CalendarPairing, word: Word) -> CalendarPairing:
    """Let a pairing sync from now on (M6); NotPossible while its account is not connected or stopped."""
    account = pairing.account
    if account.stopped_at:
        raise NotPossible(f"{account} is stopped: {account.stopped_reason}. Connect it first.")
    others = _others(account, pairing.ref, pairing.room)
    if others and pairing.acknowledged_at is None:
        raise _shared(pairing.title or pairing.ref, others)
    changed = CalendarPairing.objects.filter(pk=pairing.pk, activated_at=None)
    return _switched(pairing, changed, "activate", word, activated_at=word.now)


def activate_all(account: VendorAccount, word: Word) -> tuple[int, list[str]]:
    """Activate every pairing of an account that is not active yet: how many, and why the others are not.

    NotPossible where there is none to activate.
    """
    done, refused = 0, []
    waiting = CalendarPairing.objects.filter(account=account, activated_at=None)
    for pairing in waiting.select_related("room", "account").order_by("room__name", "pk"):
        try:
            activate(pairing, word)
            done += 1
        except NotPossible as error:
            refused.append(f"{pairing.room}: {error}")
    if not (done or refused):
        raise NotPossible(f"No pairing of {account} waits to be activated.")
    return done, refused


def deactivate(pairing: CalendarPairing, word: Word) -> CalendarPairing:
    """Let a pairing sync no more. What stands in the calendar and what it blocks stays as it is."""
    changed = CalendarPairing.objects.filter(pk=pairing.pk, activated_at__isnull=False)
    return _switched(pairing, changed, "deactivate", word, activated_at=None)


def acknowledge(pairing: CalendarPairing, word: Word) -> CalendarPairing:
    """Accept that several rooms share the calendar, and that people's entries in it block them all.

    NotPossible where no other room has it: a word given before there is a question answers none.
    """
    if not shared_with(pairing):
        raise NotPossible(f"No other room is paired with {pairing.title or pairing.ref}.")
    changed = CalendarPairing.objects.filter(pk=pairing.pk, acknowledged_at=None)
    return _switched(pairing, changed, "acknowledge", word, acknowledged_at=word.now)


def shared_with(pairing: CalendarPairing) -> list[str]:
    """The other rooms that are paired with the same calendar."""
    return _others(pairing.account, pairing.ref, pairing.room)


def _shared(calendar: str, rooms: list[str]) -> Shared:
    return Shared(USED.format(calendar=calendar, rooms=", ".join(rooms)))


def _others(account: VendorAccount, ref: str, room: Room) -> list[str]:
    used = CalendarPairing.objects.filter(account=account, ref=ref).exclude(room=room)
    return [str(pairing.room) for pairing in used.select_related("room").order_by("room__name")]


def _options(given: dict[str, Any]) -> dict[str, bool]:
    chosen = given.get("options") or ()
    return {name: True for name in OPTIONS if name in chosen}


def _switched(pairing: CalendarPairing, rows: Any, verb: str, word: Word, **fields: Any) -> CalendarPairing:
    with transaction.atomic():
        if not rows.update(**fields):
            raise NotPossible("That has been done already.")
        pairing.refresh_from_db()
        on_record(word, verb, pairing, detail={"room": str(pairing.room)})
    return pairing
