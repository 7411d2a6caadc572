"""A second look at Locaboo for what it did not answer: reads alone, no proof where its page gives none."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from integrations.types import (
    AddOrder,
    Before,
    BookingRecord,
    BookingStatus,
    CustomerRecord,
    Proof,
    SaveOrder,
    SaveStatus,
    Sight,
    Window,
)
from integrations.vendors.locaboo import orders, spans
from integrations.vendors.locaboo.desk import Wish, says
from integrations.vendors.locaboo.fields import ident
from integrations.vendors.locaboo.people import People

DAY = timedelta(days=1)
PEOPLE = {"first_name": "name", "last_name": "name", "company": "company", "email": "email", "phone": "phone"}
NOT_LISTED = "it is not listed, which proves nothing of a booking that is not confirmed"


class Looks(People):
    """Bookings of one account, looked at again. Nothing here is written."""

    def look_for(self, order: AddOrder | SaveOrder, ref: str, known: Collection[str]) -> Sight:
        """A new booking of which Locaboo did not say what came of it, or said `ref` but did not show it.

        Done: exactly one booking is there in the same rooms at the same time, and it is the same customer's,
        of the same title. Not done: two complete readings have none such, and it would be listed (3.3).
        `known` are bookings that were there before, or are another order's. Raises as `read` and `booking`.
        """
        wish = self._add_wish(order) if isinstance(order, AddOrder) else self._save_wish(order, None)
        if ref:
            found = self.booking(wish.resource, ref)
            sure = found is not None and not wish.wrongs(found) and self._is_whose(order, found)
            return Sight(Proof.DONE, ref) if sure else Sight(Proof.NEITHER, text=_shown(found))
        alike, whole = self._there(order, wish, known)
        if len(alike) == 1 and not wish.wrongs(alike[0]) and self._is_whose(order, alike[0]):
            return Sight(Proof.DONE, alike[0].ref)
        if alike:
            return Sight(Proof.NEITHER, text=f"there at that time is {_named(alike)}, and it need not be it")
        again, still = self._there(order, wish, known)
        if not wish.shown or again or not (whole and still):
            return Sight(Proof.NEITHER, text=NOT_LISTED if not wish.shown else "not all of it could be read")
        return Sight(Proof.NOT_DONE)

    def look_at(self, order: SaveOrder, before: Before | None) -> Sight:
        """A booking that was to be changed or cancelled; `before` as it was, None where nobody knows.

        Done: it is as wanted, and was not so before; of a cancelled one, Locaboo says that it has none. Not
        done: it is where it was, or says that it is not cancelled. Raises as `booking`.
        """
        wish = self._save_wish(order, None)
        found = self.booking(wish.resource, wish.ref)
        if order.status is SaveStatus.CANCEL:
            return _cancelled(found, wish)
        if found is None or before is None:
            return Sight(Proof.NEITHER, text=_shown(found))
        was = {(before.resource_ref, before.starts_at, before.ends_at)}
        moved = spans.merged(found.occurrences) != was
        kept = found.customer_ref == before.customer_ref
        if not wish.wrongs(found) and kept and (moved or says(found) is wish.status):
            return Sight(Proof.DONE, found.ref)
        if not moved and self._elsewhere(order, found):
            return Sight(Proof.NOT_DONE)
        return Sight(Proof.NEITHER, text=_shown(found))

    def _there(
        self, order: AddOrder | SaveOrder, wish: Wish, known: Collection[str]
    ) -> tuple[list[BookingRecord], bool]:
        """The bookings in these rooms at this time, whoseever, and whether each row could be read."""
        first, last = wish.days
        reading = self.read(Window(wish.resource, first - DAY, last + DAY))
        found = [each for each in reading.bookings if each.ref not in known]
        return [each for each in found if not self._elsewhere(order, each)], not reading.rejected

    def _elsewhere(self, order: AddOrder | SaveOrder, record: BookingRecord) -> bool:
        """Is a booking of other rooms or at another time?"""
        if isinstance(order, AddOrder):
            return bool(orders.add_differs(order, record, self._zone))
        return bool(orders.save_differs(order, record, self._zone))

    def _is_whose(self, order: AddOrder | SaveOrder, record: BookingRecord) -> bool:
        """Is a booking that customer's? Where none was named and no title either, nobody can say."""
        if isinstance(order, AddOrder):
            same = record.customer_ref == (ident(order.customer_ref, "") if order.customer_ref else "")
            return same and record.title == order.title and bool(order.customer_ref or order.title)
        wanted = {name: value for name, value in order.customer.items() if name in PEOPLE and value}
        if not wanted or not record.customer_ref:
            return False
        people = (each for each in self.customers().records if each.ref == record.customer_ref)
        return any(_is_person(each, wanted) for each in people)


def _is_person(record: CustomerRecord, wanted: dict[str, str]) -> bool:
    return all(value in getattr(record, PEOPLE[name]) for name, value in wanted.items())


def _cancelled(found: BookingRecord | None, wish: Wish) -> Sight:
    """What it says of a cancellation: only a status that is told proves that it stands (section 3.3)."""
    if found is None or not wish.wrongs(found):
        return Sight(Proof.DONE, wish.ref)
    if says(found) is BookingStatus.CONFIRMED:
        return Sight(Proof.NOT_DONE)
    return Sight(Proof.NEITHER, text=_shown(found))


def _named(found: list[BookingRecord]) -> str:
    refs = ", ".join(each.ref for each in found)
    return f"booking {refs}" if len(found) == 1 else f"more than one booking ({refs})"


def _shown(found: BookingRecord | None) -> str:
    if found is None:
        return "it is not shown there"
    return f"booking {found.ref} is still shown there, and nothing tells what came of it"
