"""What staff do meanwhile: pairings made, changed, put to sleep, woken and taken away, channels chosen,
blocks tried again, reservations cancelled. Each act has a dice of its own, like people's."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from random import Random

from django.contrib.auth.models import User

from backoffice import tasks
from backoffice.clock import now as clock
from backoffice.flow import calendars, conflicts
from backoffice.flow import channels as step
from backoffice.flow.desk import reservations
from backoffice.models import Block, Booking, CalendarPairing, Conflict, Mode, Room, Scope, VendorAccount
from backoffice.word import NotPossible, Word
from integrations.errors import VendorError
from integrations.types import CalendarRecord
from tests.story.orders.acts import People
from tests.story.orders.house import PART, WHOLE, Sold

THIRD = "third@group.calendar.google.com"


class Desk:
    """The staff."""

    def __init__(self, house: Sold, people: People) -> None:
        self.house, self.people = house, people

    def names(self) -> list[str]:
        """What they can do."""
        return sorted(name[3:] for name in dir(self) if name.startswith("do_"))

    def act(self, name: str, dice: Random) -> None:
        """Do one thing, if it is possible now; then look at how the rooms are paired."""
        do: Callable[[Random, Word], None] = getattr(self, f"do_{name}")
        person, _ = User.objects.get_or_create(username="desk")
        with suppress(NotPossible, VendorError):
            do(dice, Word(person, "they asked", clock()))
        self.house.look()

    # -------------------------------------------------------------------------------------------- blocks

    def do_try_again(self, dice: Random, word: Word) -> None:
        blocks = list(Block.objects.order_by("pk"))
        if blocks:
            step.try_again(dice.choice(blocks), word)

    def do_synchronise(self, dice: Random, word: Word) -> None:
        room = dice.choice([None, *Room.objects.order_by("pk")])
        step.synchronise(_account(), dice.choice(list(Mode)), room, word)

    def do_block_on(self, dice: Random, word: Word) -> None:
        """A room is blocked on both channels, on one, or on none."""
        room = dice.choice(list(Room.objects.order_by("pk")))
        step.block_on(
            room, dice.choice((["lockme", "halls"], ["lockme", "halls"], ["lockme"], ["halls"], [])), word
        )

    # ------------------------------------------------------------------------------------------ bookings

    def do_cancel_reservation(self, dice: Random, word: Word) -> None:
        """One of Lock.me's, as it is known: a guest's, or one of our blocks."""
        known = Booking.objects.filter(account__slug="lockme", gone_at=None).exclude(status="cancelled")
        rows = list(known.select_related("account", "echo_of").order_by("pk"))
        if rows:
            row = dice.choice(rows)
            self.people.ordered.add((("lockme", row.ref), ""))
            if row.echo_of is not None:
                self.people.taken_away(row.echo_of.key)
            tasks.take_over(reservations.cancel(row, word))

    def do_accept(self, dice: Random, word: Word) -> None:
        """A conflict stays as it is, or is open again."""
        rows = list(Conflict.objects.filter(closed_at=None).order_by("pk"))
        if rows:
            dice.choice((conflicts.accept, conflicts.reopen))(dice.choice(rows), word)

    # ------------------------------------------------------------------------------------------ pairings

    def do_change_pairing(self, dice: Random, word: Word) -> None:
        """Another direction, another scope, or both."""
        mode, scope, both = dice.choice(list(Mode)), dice.choice(list(Scope)), dice.random()
        for pairing in _one(dice, self.house.pairings()):
            given = {
                "mode": mode if both < 0.7 else pairing.mode,
                "scope": scope if both > 0.3 else pairing.scope,
            }
            step.change(pairing, given, word)
            self._wake(dice)

    def do_activate(self, dice: Random, word: Word) -> None:
        for pairing in _one(dice, [each for each in self.house.pairings() if not each.activated_at]):
            step.activate(pairing, word)
            self._wake(dice)

    def do_deactivate(self, dice: Random, word: Word) -> None:
        for pairing in _one(dice, [each for each in self.house.pairings() if each.activated_at]):
            step.deactivate(pairing, word)

    def do_unpair(self, dice: Random, word: Word) -> None:
        """A sleeping pairing is taken away, with its events or without; the rooms are let go now or later."""
        clean = dice.random() < 0.5
        for pairing in _one(dice, [each for each in self.house.pairings() if not each.activated_at]):
            step.unpair(pairing, word, clean=clean)
            if dice.random() < 0.5:
                calendars.take(_account(), clock())

    def do_pair(self, dice: Random, word: Word) -> None:
        """A room gets a calendar, maybe one that it had, or that the other room has."""
        room, ref = dice.choice(list(Room.objects.order_by("pk"))), dice.choice((PART, WHOLE, THIRD))
        if ref not in self.house.calendars():
            self.house.google.create_calendar(ref, ref)
        mode, scope = dice.choice(list(Mode)), dice.choice(list(Scope))
        given = {"mode": mode, "scope": scope, "acknowledged": True}
        record = CalendarRecord(ref, ref, "Europe/Berlin", can_write=True)
        pairing = step.pair(room, _account(), record, given, word)
        if dice.random() < 0.7:
            step.activate(pairing, word)
            self._wake(dice)

    def wake_all(self) -> None:
        """Activate what sleeps."""
        person, _ = User.objects.get_or_create(username="desk")
        for account in VendorAccount.objects.filter(slug="calendars"):
            with suppress(NotPossible):
                step.activate_all(account, Word(person, "they asked", clock()))
        self.house.look()

    def _wake(self, dice: Random) -> None:
        """What the page does next, unless nobody is there to do it."""
        if dice.random() < 0.5:
            tasks.refresh(_account())


def _account() -> VendorAccount:
    return VendorAccount.objects.get(slug="calendars")


def _one(dice: Random, rows: list[CalendarPairing]) -> list[CalendarPairing]:
    """One of them, where there is any."""
    return [dice.choice(rows)] if rows else []
