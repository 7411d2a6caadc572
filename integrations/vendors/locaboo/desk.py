"""Locaboo's bookings as staff write them: one attempt, then a look at what came of it (B-C19, B-C20)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from integrations.errors import Garbled, Refused, Unavailable, VendorError
from integrations.types import (
    AddOrder,
    BookingRecord,
    BookingStatus,
    SaveOrder,
    SaveStatus,
    Verdict,
    Window,
    Written,
)
from integrations.vendors.locaboo import brackets, orders, spans
from integrations.vendors.locaboo.fields import Unreadable, ident, mapping
from integrations.vendors.locaboo.mirror import Mirror
from integrations.vendors.locaboo.wire import Envelope

STATUSES = {
    SaveStatus.LIVE: BookingStatus.CONFIRMED,
    SaveStatus.COMPLETE: BookingStatus.CONFIRMED,
    SaveStatus.DRAFT: BookingStatus.PENDING,
    SaveStatus.CANCEL: BookingStatus.CANCELLED,
}
NOBODY = "its customer is another one, or gone"
LOOK = "look at Locaboo before it is written again"


@dataclass(frozen=True, slots=True)
class Wish:
    """What a booking is to be like: what differs of it, its status, and where to look for it."""

    differs: Callable[[BookingRecord], list[str]]
    status: BookingStatus
    resource: str
    days: tuple[date, date]
    ref: str = ""  # of what is changed
    before: BookingRecord | None = None  # as it was

    def wrongs(self, record: BookingRecord) -> list[str]:
        """What of a booking is not as it was wished, in words."""
        if self.status is BookingStatus.CANCELLED:
            # where it takes place does not matter any more
            return [] if says(record) is self.status else ["it is still shown"]
        words = self.differs(record)
        if says(record) not in (self.status, None) or (says(record) is None and not self.shown):
            words.append("its status is another one, or not told")
        return words

    @property
    def shown(self) -> bool:
        """Is a booking of this status listed at all? Drafts and requests need not be (section 3.3)."""
        return self.status is BookingStatus.CONFIRMED


class Desk(Mirror):
    """Bookings of one account, written. No read path leads here; nothing here is tried again."""

    def save_booking(self, order: SaveOrder) -> Written:
        """Make a booking, or put it in the place of the one with its ref: booking_save, asked once.

        Raises Refused for what cannot be, before Locaboo is asked: among it a change of a booking of several
        spans, of which it would keep one. Misconfigured for a bad key. All else is in what it gives: done
        when it was read back as wanted, refused in Locaboo's words, or in doubt with what was seen.
        """
        form = orders.save_form(order, self._zone)
        wish = self._save_wish(order, self._before(order) if order.ref else None)
        private = list(order.customer.values())
        return self._written(lambda: self._wire.get_once("booking_save", form, private), wish)

    def add_booking(self, order: AddOrder) -> Written:
        """Add a booking, single or recurring, direct or as a request: booking_add, asked once.

        Raises and gives what `save_booking` does.
        """
        tree = orders.add_form(order, self._zone)
        wish = self._add_wish(order)
        private = [order.title, order.comment, order.internal_comment]
        return self._written(lambda: self._wire.post("booking_add", brackets.encode(tree), private), wish)

    def _save_wish(self, order: SaveOrder, before: BookingRecord | None) -> Wish:
        form = orders.save_form(order, self._zone)
        first, last = spans.local(order.starts_at, order.ends_at, self._zone)
        return Wish(
            lambda record: [*orders.save_differs(order, record, self._zone), *_lost(order, record, before)],
            STATUSES[order.status],
            form["resource_id"],
            (first.date(), last.date()),
            form.get("booking_id", ""),
            before,
        )

    def _add_wish(self, order: AddOrder) -> Wish:
        return Wish(
            lambda record: [*orders.add_differs(order, record, self._zone), *_not_for(order, record)],
            BookingStatus.PENDING if order.request else BookingStatus.CONFIRMED,
            ident(order.resource_ref, "the main resource"),
            orders.first_and_last(order, self._zone),
        )

    def _before(self, order: SaveOrder) -> BookingRecord | None:
        """The booking as it is; None where Locaboo does not show it, as it may be with a draft."""
        found = self.booking(order.resource_ref, order.ref)
        if found is None or order.status is SaveStatus.CANCEL:
            return found
        if (count := len(spans.merged(found.occurrences))) > 1:
            raise Refused(f"booking {found.ref} has {count} times or resources, and saving it would keep one")
        return found

    def _written(self, write: Callable[[], Envelope], wish: Wish) -> Written:
        try:
            ref, note = _answered(write())
        except Refused as error:
            return Written(Verdict.REFUSED, wish.ref, error.text, booking=wish.before)
        except (Unavailable, Garbled) as error:
            return self._doubted(error.text, wish)
        if wish.ref and ref != wish.ref:
            return Written(Verdict.IN_DOUBT, ref, f"Locaboo answered with booking {ref} instead: {LOOK}")
        return self._read_back(ref, note, wish)

    def _read_back(self, ref: str, note: str, wish: Wish) -> Written:
        try:
            found = self.booking(wish.resource, ref)
        except VendorError as error:
            said = f"Locaboo took it, but it could not be read back: {error.text}"
            return Written(Verdict.IN_DOUBT, ref, said)
        if found is None:
            return _unseen(ref, wish)
        if wrongs := wish.wrongs(found):
            said = f"Locaboo took it, but {', and '.join(wrongs)}: {LOOK}"
            return Written(Verdict.IN_DOUBT, ref, said + note, booking=found)
        return Written(Verdict.DONE, ref, f"Locaboo has it as wanted{note}", confirmed=True, booking=found)

    def _doubted(self, said: str, wish: Wish) -> Written:
        """What came of a write without a good answer, as far as it can be seen."""
        doubt = Written(Verdict.IN_DOUBT, wish.ref, f"{said}; whether it was done is not known: {LOOK}")
        try:
            if not wish.ref:
                return replace(doubt, candidates=self._candidates(wish))
            found = self.booking(wish.resource, wish.ref)
        except VendorError:
            return doubt
        if wish.before and wish.wrongs(wish.before) and _is_right(found, wish):
            done = "Locaboo gave no good answer, but it was read back as wanted"
            return Written(Verdict.DONE, wish.ref, done, confirmed=True, booking=found)
        return replace(doubt, booking=found)

    def _candidates(self, wish: Wish) -> tuple[str, ...]:
        """Bookings that may be the one that was made: another person may have made the same."""
        reading = self.read(Window(wish.resource, *wish.days))
        return tuple(each.ref for each in reading.bookings if not wish.differs(each))


def _answered(envelope: Envelope) -> tuple[str, str]:
    """The id in an answer, and what is to be told of a conflict; its message means nothing (B-C22)."""
    try:
        (row,) = [mapping(row, "a row") for row in envelope.rows()]
        ref = ident(row.get("id"), "the booking's id")
    except (Unreadable, ValueError):
        raise Garbled(f"{envelope.where} answered without an id") from None
    return ref, "; Locaboo says that the time was taken already" if row.get("conflict") is True else ""


def says(record: BookingRecord) -> BookingStatus | None:
    """The status that a booking tells; None where it tells none, as in all that is documented."""
    return record.status if record.status_text else None


def _is_right(found: BookingRecord | None, wish: Wish) -> bool:
    if found is None:
        return wish.status is BookingStatus.CANCELLED
    return not wish.wrongs(found)


def _unseen(ref: str, wish: Wish) -> Written:
    """What it means that a booking that was taken is not shown."""
    if wish.status is BookingStatus.CANCELLED:
        return Written(Verdict.DONE, ref, "Locaboo does not show it any more", confirmed=True)
    if not wish.shown:
        return Written(Verdict.DONE, ref, "Locaboo took it, and does not show it before it is confirmed")
    return Written(Verdict.IN_DOUBT, ref, f"Locaboo took it, but does not show it: {LOOK}")


def _lost(order: SaveOrder, record: BookingRecord, before: BookingRecord | None) -> list[str]:
    """Whether the customer was not taken, or lost, as may be what is not sent (section 7, trap 10)."""
    if any(order.customer.values()):
        return [] if record.customer_ref else [NOBODY]
    lost = before is not None and record.customer_ref != before.customer_ref
    return [NOBODY] if lost else []


def _not_for(order: AddOrder, record: BookingRecord) -> list[str]:
    """Whether it is for somebody else than was asked: nobody then gets the letter with the way in."""
    return [NOBODY] if order.customer_ref and ident(order.customer_ref, "") != record.customer_ref else []
