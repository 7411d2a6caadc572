"""What people do at the vendors. Each act takes its choices from a dice of its own, so that a walk without
one of its steps is still the same walk."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from random import Random
from typing import Any

from backoffice.models import Block, CalendarEvent
from tests.story.orders.house import BERLIN, DAYS, GAMES, HALLS, HOURS, Sold, local, span_of

STARTS = (*HOURS, "15:30", "17:15")
LENGTHS = (15, 60, 90, 180)
MINUTE = timedelta(minutes=1)


class People:
    """The people, and what they have done: what of it the house may undo or obey is written down."""

    def __init__(self, house: Sold) -> None:
        self.house = house
        self.wanted: dict[tuple[str, str], Any] = {}  # what was booked, as people left it
        # what they asked us to change, by way of our blocks, and the calendar that must go both ways for it
        self.ordered: set[tuple[tuple[str, str], str]] = set()
        self.removed: set[str] = set()  # keys of our blocks that they took away

    def names(self) -> list[str]:
        """What they can do."""
        return sorted(name[3:] for name in dir(self) if name.startswith("do_"))

    def act(self, name: str, dice: Random) -> None:
        """Do one thing, if it can be done now; then look at what stands."""
        do: Callable[[Random], None] = getattr(self, f"do_{name}")
        before = facts(self.house)
        with suppress(ValueError):  # a vendor's own refusal: a slot that is taken
            do(dice)
        after = facts(self.house)
        for key in before.keys() | after.keys():
            if before.get(key) != after.get(key):
                self.wanted[key] = after.get(key)

    # ---------------------------------------------------------------------------------------- Lock.me

    def do_book_game(self, dice: Random) -> None:
        """In the cart, paid, or entered in the panel."""
        room, day, hour = dice.choice(list(GAMES)), dice.choice(DAYS), dice.choice(HOURS)
        how = dice.choice(("cart", "paid", "panel"))
        source = "panel" if how == "panel" else "web"
        number = self.house.lockme.book(room, day, f"{hour}:00", source=source, name="Ida")
        if how != "cart":
            self.house.lockme.pay(number)

    def do_pay_game(self, dice: Random) -> None:
        self._of_game(dice, self.house.lockme.pay)

    def do_move_game(self, dice: Random) -> None:
        room, day, hour = dice.choice([None, *GAMES]), dice.choice(DAYS), dice.choice(HOURS)
        self._of_game(dice, lambda number: self.house.lockme.move(number, room, day, f"{hour}:00"))

    def do_edit_game(self, dice: Random) -> None:
        name = dice.choice(("Ida", "Ada", "Eda"))
        self._of_game(dice, lambda number: self.house.lockme.edit(number, name=name))

    def do_cancel_game(self, dice: Random) -> None:
        self._of_game(dice, self.house.lockme.cancel)

    def _of_game(self, dice: Random, do: Callable[[int], Any]) -> None:
        rows = self.house.reservations(ours=False)
        if rows:
            do(dice.choice(rows)["reservationid"])

    # ---------------------------------------------------------------------------------------- Locaboo

    def do_book_hall(self, dice: Random) -> None:
        self.house.locaboo.book(dice.choice(list(HALLS)), *span(dice), customer_id=4711)

    def do_book_hall_twice(self, dice: Random) -> None:
        """An order of two times, maybe of two resources."""
        number = self.house.locaboo.book(dice.choice(list(HALLS)), *span(dice, 0), customer_id=4711)
        self.house.locaboo.extend(number, dice.choice(list(HALLS)), *span(dice, 1))

    def do_move_hall(self, dice: Random) -> None:
        rows = self.house.orders(ours=False)
        if rows:
            row, times, resource = dice.choice(rows), span(dice), dice.choice([None, *HALLS])
            self.house.locaboo.move(row.id, dice.choice(row.instances).id, *times, resource)

    def do_drop_hall(self, dice: Random) -> None:
        rows = [row for row in self.house.orders(ours=False) if len(row.instances) > 1]
        if rows:
            row = dice.choice(rows)
            self.house.locaboo.drop_instance(row.id, row.instances[dice.randrange(2) - 1].id)

    def do_cancel_hall(self, dice: Random) -> None:
        rows = self.house.orders(ours=False)
        if rows:
            dice.choice((self.house.locaboo.cancel, self.house.locaboo.delete))(dice.choice(rows).id)

    # --------------------------------------------------------------------------------------- calendars

    def do_enter(self, dice: Random) -> None:
        calendar, (starts_at, ends_at) = dice.choice(self.house.calendars()), span(dice)
        self.house.google.put_event(calendar, "Away", starts_at, ends_at)

    def do_enter_day(self, dice: Random) -> None:
        day = dice.randrange(2)
        self.house.google.put_event(
            dice.choice(self.house.calendars()), "Works", DAYS[day], f"2026-03-1{day + 1}"
        )

    def do_drag_entry(self, dice: Random) -> None:
        self._of_entry(dice, ours=False, do=lambda calendar, ref: self._drag(calendar, ref, dice))

    def do_free_entry(self, dice: Random) -> None:
        said = dice.choice(("transparent", "opaque"))
        self._of_entry(
            dice,
            ours=False,
            do=lambda calendar, ref: self.house.google.edit(calendar, ref, transparency=said),
        )

    def do_delete_entry(self, dice: Random) -> None:
        self._of_entry(dice, ours=False, do=self.house.google.remove)

    def _of_entry(self, dice: Random, *, ours: bool, do: Callable[[str, str], Any]) -> None:
        calendar = dice.choice(self.house.calendars())
        rows = self.house.entries(calendar, ours=ours)
        if rows:
            do(calendar, dice.choice(rows)["id"])

    def _drag(self, calendar: str, ref: str, dice: Random) -> None:
        self.house.google.drag(calendar, ref, *span(dice))

    # ------------------------------------------------------------------------- our blocks, by hand of people

    def do_drag_our_event(self, dice: Random) -> None:
        def drag(calendar: str, ref: str) -> None:
            self._order(calendar, ref)
            self._drag(calendar, ref, dice)

        self._of_entry(dice, ours=True, do=drag)

    def do_resize_our_event(self, dice: Random) -> None:
        def resize(calendar: str, ref: str) -> None:
            self._order(calendar, ref)
            (event,) = [one for one in self.house.google.events(calendar) if one["id"] == ref]
            starts_at, ends_at = span_of(event)
            self.house.google.drag(calendar, ref, starts_at, ends_at + dice.choice((15, 60)) * MINUTE)

        self._of_entry(dice, ours=True, do=resize)

    def do_delete_our_event(self, dice: Random) -> None:
        def delete(calendar: str, ref: str) -> None:
            self._order(calendar, ref)
            self.removed |= set(Block.objects.filter(ref=ref).values_list("key", flat=True))
            self.house.google.remove(calendar, ref)

        self._of_entry(dice, ours=True, do=delete)

    def do_carry_our_event(self, dice: Random) -> None:
        """Into another calendar: where that one is paired, it cancels nothing and comes back."""

        def carry(calendar: str, ref: str) -> None:
            to = dice.choice(self.house.calendars())
            if to not in self.house.written():
                self._order(calendar, ref)
                self.removed |= set(Block.objects.filter(ref=ref).values_list("key", flat=True))
            self.house.google.carry(calendar, ref, to)

        self._of_entry(dice, ours=True, do=carry)

    def do_copy_our_event(self, dice: Random) -> None:
        def copy(calendar: str, ref: str) -> None:
            (event,) = [one for one in self.house.google.events(calendar) if one["id"] == ref]
            mark = event["extendedProperties"]
            self.house.google.put_event(calendar, "copy", *span(dice), extendedProperties=mark)

        self._of_entry(dice, ours=True, do=copy)

    def do_delete_our_game(self, dice: Random) -> None:
        rows = self.house.reservations(ours=True)
        if rows:
            row = dice.choice(rows)
            self.taken_away(row["extid"])
            self.house.lockme.cancel(row["reservationid"])

    def do_move_our_game(self, dice: Random) -> None:
        rows, day, hour = self.house.reservations(ours=True), dice.choice(DAYS), dice.choice(HOURS)
        if rows:
            number, room = dice.choice(rows)["reservationid"], dice.choice([None, *GAMES])
            self.house.lockme.move(number, room, day, f"{hour}:00")

    def do_cancel_our_hall(self, dice: Random) -> None:
        rows = self.house.orders(ours=True)
        if rows:
            row = dice.choice(rows)
            self.taken_away(row.title.partition("[")[2].rstrip("]"))
            self.house.locaboo.cancel(row.id)

    def do_move_our_hall(self, dice: Random) -> None:
        rows = self.house.orders(ours=True)
        if rows:
            row, times, resource = dice.choice(rows), span(dice), dice.choice([None, *HALLS])
            if dice.random() < 0.5:  # only its end
                times, resource = (row.instances[0].starts, row.instances[0].ends + 15 * MINUTE), None
            self.house.locaboo.move(row.id, row.instances[0].id, *times, resource)

    def taken_away(self, key: str) -> None:
        """Note that people took a block of ours away; that may be an order for what it stands for (D1)."""
        self.removed.add(key)
        entries = Block.objects.filter(key=key, occurrence__booking__channel="calendar")
        for block in entries.select_related("occurrence__booking__account"):
            event = CalendarEvent.objects.get(pk=int(block.occurrence.booking.ref))
            self.ordered.add((source_of(block), event.calendar.ref))

    def _order(self, calendar: str, ref: str) -> None:
        found = Block.objects.filter(calendar_ref=calendar, ref=ref)
        for block in found.select_related("occurrence__booking__account"):
            self.ordered.add((source_of(block), calendar))


def source_of(block: Block) -> tuple[str, str]:
    """What a block stands for, by the vendor's own id."""
    booking = block.occurrence.booking
    return booking.account.slug, ref_of(booking)


def ref_of(booking: Any) -> str:
    """The vendor's id of a booking; of an entry in a calendar the event's."""
    if booking.channel == "calendar":
        return CalendarEvent.objects.get(pk=int(booking.ref)).ref
    return str(booking.ref)


def span(dice: Random, day: int | None = None) -> tuple[datetime, datetime]:
    """A time in the next days."""
    date = DAYS[dice.randrange(2) if day is None else day]
    starts_at = local(date, dice.choice(STARTS)).astimezone(BERLIN)
    return starts_at, starts_at + dice.choice(LENGTHS) * MINUTE


def facts(house: Sold) -> Mapping[tuple[str, str], Any]:
    """All that is foreign at the vendors, with all that is said of it."""
    found: dict[tuple[str, str], Any] = {}
    for row in house.reservations(ours=False):
        found["lockme", str(row["reservationid"])] = dict(row)
    for order in house.orders(ours=False):
        spans = sorted((one.resource_id, one.starts, one.ends) for one in order.instances)
        found["halls", str(order.id)] = (order.customer_id, order.title, order.comments, spans)
    for calendar in house.calendars():
        for event in house.entries(calendar, ours=False):
            said = {name: event.get(name) for name in ("summary", "start", "end", "description", "status")}
            found["calendars", event["id"]] = {**said, "free": event.get("transparency")}
    return found
