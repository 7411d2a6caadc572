"""What is mirrored of Locaboo: resources, customers, bookings window by window."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from integrations.errors import Garbled, Misconfigured
from integrations.types import (
    BookingRecord,
    BookingStatus,
    Listing,
    Reading,
    Settings,
    Window,
)
from integrations.vendors.locaboo import places
from integrations.vendors.locaboo.bookings import STATUSES, Reader
from integrations.vendors.locaboo.fields import Unreadable, ident
from integrations.vendors.locaboo.pages import collect
from integrations.vendors.locaboo.wire import Envelope, Fields, Wire

DAY = timedelta(days=1)


class Mirror:
    """The reads of one manager's account that everything is mirrored from."""

    def __init__(self, wire: Wire, settings: Settings) -> None:
        """Misconfigured when the zone or an option is not what it must be."""
        self._wire = wire
        self._clock = settings.clock
        self._zone = _zone(settings.timezone)
        self._reader = Reader(self._zone, _statuses(settings.options.get("status_map") or {}))
        self._window_days = _positive(settings.options, "window_days", 31)
        self._page_size = _positive(settings.options, "page_size", 500)

    def resources(self) -> Listing:
        """All resources, each before its parts (resource_list; B-C15). Raises as `Wire.get` does."""
        return places.resources(self._wire.get("resource_list", lenient=True).rows())

    def customers(self) -> Listing:
        """All customers (customer_list; B-C18); Garbled when the answer says that there are more."""

        def ask(offset: int) -> Envelope:
            # the documented call has no parameters, so it is only paged when the first answer looks cut off
            paging = {"limit": self._page_size, "offset": offset} if offset else {}
            return self._wire.get("customer_list", paging)

        haul = collect(ask, self._page_size)
        if haul.short:
            raise Garbled("GET /api/v2/customer_list is incomplete")
        return places.customers(haul.rows)

    def windows(self, resource_refs: Sequence[str], first: date, last: date) -> Iterator[Window]:
        """Windows of all resources at once, `window_days` long, neighbours sharing a day (B-C9).

        The days are those of the account's zone; nearest to today first.
        """
        today = self._clock().astimezone(self._zone).date()
        found = []
        while first <= last:
            end = min(last, first + (self._window_days - 1) * DAY)
            found.append(Window("", first, end))
            first = max(end, first + DAY) if end < last else last + DAY
        yield from sorted(found, key=lambda each: max(each.first - today, today - each.last, 0 * DAY))

    def read(self, window: Window) -> Reading:
        """All bookings that Locaboo lists for a window, each instance as an occurrence in UTC.

        What the list means by its dates is not documented (B-S4). A booking comes with instances outside of
        the window, or without them, or not at all if it began before it. So a booking or instance that is not
        in a reading is not proven to be gone, not even in its own window: ask `booking` before believing it,
        or read again. Nor are cancelled bookings told: absence is their only sign.

        Rows that cannot be read are in `rejected`: their absence from `bookings` says nothing at all.
        Raises as `Wire.get` does, and Garbled when the list is cut off even for a single day (B-C10).
        """
        bookings, rejected = self._reader.all(self._rows(window))
        return Reading(window, tuple(bookings), tuple(rejected))

    def booking(self, resource_ref: str, ref: str) -> BookingRecord | None:
        """One booking with all of its instances, or None when Locaboo answers in JSON that it has none.

        Garbled when any of it cannot be read, so that an instance is not taken for gone because of that.
        Otherwise raises as `Wire.get` does.
        """
        try:
            envelope = self._wire.find(f"booking/{ident(ref, 'the id')}")
            if envelope is None:
                return None
            record, rejected = self._reader.booking(envelope.object())
        except Unreadable as error:
            raise Garbled(f"booking {ref} cannot be read: {error}") from None
        if rejected:
            raise Garbled(f"{len(rejected)} instances cannot be read: {rejected[0].reason}")
        if record.ref != ident(ref, "the id"):
            raise Garbled(f"asked for booking {ref} and got {record.ref}")
        return record

    def _rows(self, window: Window) -> list[Any]:
        """The rows of a window; it is halved, down to single days, while its list is cut off."""
        haul = collect(lambda offset: self._page(window, offset), self._page_size)
        if haul.complete:
            return haul.rows
        if window.first >= window.last:
            raise Garbled(f"GET /api/v2/booking_list is incomplete for {window.first}")
        middle = window.first + (window.last - window.first) // 2
        near = Window(window.resource_ref, window.first, middle)
        far = Window(window.resource_ref, middle + DAY, window.last)
        return self._rows(near) + self._rows(far)

    def _page(self, window: Window, offset: int) -> Envelope:
        one = {"resource_id": window.resource_ref} if window.resource_ref else {}
        fields: Fields = {
            **one,
            "date_from": window.first.isoformat(),
            "date_to": window.last.isoformat(),
            "show_details": "true",
            "limit": self._page_size,
            "offset": offset,
        }
        return self._wire.get("booking_list", fields)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise Misconfigured(f"{name!r} is not a time zone") from None


def _positive(options: Mapping[str, Any], name: str, default: int) -> int:
    value = options.get(name, default)
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise Misconfigured(f"the option {name} must be a whole number from 1")
    return value


def _statuses(extra: Any) -> dict[str, BookingStatus]:
    """The usual meaning of status texts, with the account's own `status_map` on top of it."""
    try:
        return {**STATUSES, **{str(key).strip().lower(): BookingStatus(extra[key]) for key in extra}}
    except (TypeError, ValueError):
        raise Misconfigured("the option status_map must map texts to " + ", ".join(BookingStatus)) from None
