"""Times of Locaboo taken for other channels: bookings with our key in their title, for want of an id."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from integrations.errors import Refused, Unavailable
from integrations.types import (
    AddOrder,
    BlockOrder,
    BookingRecord,
    BookingStatus,
    Once,
    SaveOrder,
    SaveStatus,
    Verdict,
    Window,
    Written,
)
from integrations.vendors.locaboo import spans
from integrations.vendors.locaboo.looks import Looks

KEYED = "{text} [{key}]"  # titles are what bookings are listed with


class Blocks(Looks):
    """What other channels have of one account."""

    def block(self, order: BlockOrder) -> Written:
        """Book the span, after a look whether that was done before (booking_add; B-C19).

        One that is there at another time is saved anew (booking_save; B-C20). Raises Unavailable when nobody
        knows what came of it; else as `add_booking`.
        """
        found = self._found(order)
        if found is None:
            return _certain(lambda: self.add_booking(self._asked(order)))
        first, last = spans.local(order.starts_at, order.ends_at, self._zone)
        if spans.merged(found.occurrences) == {spans.told(order.resource_ref, first, last, self._zone)}:
            return Written(Verdict.DONE, found.ref, "Locaboo has it", confirmed=True, booking=found)
        return self._moved(order.resource_ref, found, order.starts_at, order.ends_at)

    def unblock(self, order: BlockOrder) -> Written:
        """Cancel the booking that is ours, explicitly (booking_save; B-C20); as `block`."""
        found = self._found(order)
        if found is None:
            return Written(Verdict.DONE, order.ref, "Locaboo does not show it", confirmed=True)
        return self.cancel_booking(order.resource_ref, found.ref)

    def cancel_booking(self, resource_ref: str, ref: str) -> Written:
        """Cancel a booking of one span; one of several is REFUSED: cancel it at Locaboo. As `block`."""
        found = self.booking(resource_ref, ref)
        if found is None or found.status is BookingStatus.CANCELLED:
            return Written(Verdict.DONE, ref, "Locaboo does not show it any more", confirmed=True)
        all_spans = spans.merged(found.occurrences)
        if len(all_spans) != 1:
            return _several(ref, len(all_spans))
        ((place, starts_at, ends_at),) = all_spans
        order = SaveOrder(place, starts_at, ends_at, SaveStatus.CANCEL, ref)
        return _certain(lambda: self.save_booking(order))

    def move_booking(self, resource_ref: str, ref: str, starts_at: datetime, ends_at: datetime) -> Written:
        """Save a booking of one span with other times, as Live (B-C20); as `cancel_booking`.

        It takes the place of what was there: so one that is cancelled, or has several spans, is REFUSED.
        """
        found = self.booking(resource_ref, ref)
        if found is None or found.status is BookingStatus.CANCELLED:
            return Written(Verdict.REFUSED, ref, "it is cancelled at Locaboo, or gone from it")
        return self._moved(resource_ref, found, starts_at, ends_at)

    def _moved(
        self, resource_ref: str, found: BookingRecord, starts_at: datetime, ends_at: datetime
    ) -> Written:
        all_spans = spans.merged(found.occurrences)
        if len(all_spans) != 1:
            return _several(found.ref, len(all_spans))
        order = SaveOrder(resource_ref, starts_at, ends_at, SaveStatus.LIVE, found.ref)
        return _certain(lambda: self.save_booking(order))

    def _asked(self, order: BlockOrder) -> AddOrder:
        """The booking that takes the time; of a part, that part of its resource."""
        parents = {each.ref: each.parent_ref for each in self.resources().records}
        main = parents.get(order.resource_ref) or order.resource_ref
        return AddOrder(
            main,
            Once(order.starts_at, order.ends_at),
            title=KEYED.format(text=order.text, key=order.key),
            internal_comment=order.key,
            parts={main: [order.resource_ref]} if main != order.resource_ref else {},
        )

    def _found(self, order: BlockOrder) -> BookingRecord | None:
        """Our booking as it is now: by its id, or else in the list of its days by the key in its title."""
        if order.ref:
            found = self.booking(order.resource_ref, order.ref)
            return None if found is None or found.status is BookingStatus.CANCELLED else found
        moments = (order.starts_at, order.ends_at, *(order.between or ()))
        days = sorted(moment.astimezone(self._zone).date() for moment in moments)
        reading = self.read(Window(order.resource_ref, days[0], days[-1]))
        ours = (each for each in reading.bookings if order.key in each.title)
        return next((each for each in ours if each.status is not BookingStatus.CANCELLED), None)


def _several(ref: str, count: int) -> Written:
    return Written(Verdict.REFUSED, ref, f"it has {count} times or resources: change it at Locaboo")


def _certain(write: Callable[[], Written]) -> Written:
    """A write's end, where it is known: Unavailable, so that somebody looks again, where it is not."""
    try:
        end = write()
    except Refused as error:
        return Written(Verdict.REFUSED, text=error.text)
    if end.verdict is Verdict.IN_DOUBT:
        raise Unavailable(end.text)
    return end
