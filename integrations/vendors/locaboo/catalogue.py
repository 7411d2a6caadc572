"""Locaboo's other reads: what a resource is, when it is free, what is sold with it, what takes place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from typing import Any
from urllib.parse import quote

from integrations.errors import Garbled
from integrations.types import FreeQuery, Listing, OccasionRecord, PlaceDetail, StockRecord
from integrations.vendors.locaboo import filters, shelf
from integrations.vendors.locaboo.fields import Unreadable, ident, mapping, pairs, text
from integrations.vendors.locaboo.wire import Envelope, Fields, Wire

Row = Mapping[str, Any]
Slots = dict[date, list[tuple[time, time]]]


class Catalogue:
    """Reads that nothing is mirrored from. All raise as `Wire.get` does; rows are given as they came."""

    def __init__(self, wire: Wire, *, both_names: bool = False) -> None:
        """`both_names`: availability's filters are sent as text and sample name them (section 7, trap 12)."""
        self._wire = wire
        self._both_names = both_names

    def resource(self, ref: str) -> Row | None:
        """All about one resource, or None; its image has no true host and is not to be fetched (B-C25)."""
        found = self._wire.find(f"resource/{quote(ref, safe='')}")
        return found.object() if found else None

    def profile(self) -> Row:
        """The manager; there is no time zone in it (section 3.6)."""
        return self._wire.get("profile").object()

    def inventory(self) -> list[Row]:
        """Things that are booked along; numbers are texts."""
        return _rows(self._wire.get("inventory_list"))

    def services(self) -> list[Row]:
        """Services that are booked along."""
        return _rows(self._wire.get("service_list"))

    def stock(self) -> Listing:
        """Inventory and services as `StockRecord`s, by the resources that they belong to (section 3.8)."""
        rows = [("inventory", row) for row in self._wire.get("inventory_list").rows()]
        return shelf.stock([*rows, *(("service", row) for row in self._wire.get("service_list").rows())])

    def booked_along(self, ref: str) -> tuple[StockRecord, ...] | None:
        """What a booking has with it, of which one or more are taken; None when there is no such booking.

        Garbled when it cannot be read.
        """
        found = self._wire.find(f"booking/{quote(ref, safe='')}")
        return shelf.booked_along(found.object(), found.where) if found else None

    def place(self, ref: str) -> PlaceDetail | None:
        """When a resource is open today, and its holidays; None when there is none. Garbled if unreadable."""
        found = self._wire.find(f"resource/{quote(ref, safe='')}")
        return shelf.place(found.object(), found.where) if found else None

    def invoices(self) -> list[Row]:
        """Invoices; their statuses are German labels and mean nothing to a program (B-C22)."""
        return _rows(self._wire.get("invoice_list"))

    def events(self, first: date, last: date) -> list[Row]:
        """Events from day to day; dates in them are d.m.Y."""
        return _rows(self._wire.get("event_list", _dates(first, last)))

    def event(self, ref: str) -> Row | None:
        """One event with its documents and their bookings; Garbled for an answer like the sample, no JSON."""
        found = self._wire.find(f"event_details/{quote(ref, safe='')}")
        if found is None:
            return None
        rows = _rows(found)
        if len(rows) != 1:
            raise Garbled(f"{found.where} answered with {len(rows)} events")
        return rows[0]

    def fields(self) -> Listing:
        """The custom fields as `FieldRecord`s (section 3.1). Garbled when the resources cannot be read."""
        answer = self._wire.get("resource_list", lenient=True)
        try:
            return shelf.fields(answer.body.get("free_text_fields"), answer.rows())
        except Unreadable as error:
            raise Garbled(f"{answer.where}: {error}") from None

    def owner(self) -> Mapping[str, str]:
        """Whose account it is: the texts of its profile, without the addresses of its pictures (B-C25)."""
        texts = {name: text(value) for name, value in self.profile().items() if "logo" not in name}
        return {name: value for name, value in texts.items() if value}

    def occasions(self, first: date, last: date) -> Listing:
        """Events from day to day as `OccasionRecord`s, on the account's clock (section 3.10)."""
        return shelf.occasions(self._wire.get("event_list", _dates(first, last)).rows())

    def occasion(self, ref: str) -> OccasionRecord | None:
        """One event with its bookings; None when there is none. Garbled when it cannot be read."""
        row = self.event(ref)
        try:
            return shelf.occasion(row) if row else None
        except Unreadable as error:
            raise Garbled(f"the event cannot be read: {error}") from None

    def availability(
        self, refs: Iterable[str], first: date, last: date, *, duration: time = time(1)
    ) -> dict[str, Slots]:
        """Free slots of `duration` by resource and day, on the account's local clock.

        A resource with parts is answered by its parts (section 3.5). Garbled when a slot cannot be read.
        """
        return self.free(FreeQuery(first, last, tuple(refs), duration))

    def free(self, query: FreeQuery) -> dict[str, Slots]:
        """Free slots as `availability` gives them, by all the filters that Locaboo has (section 2 no. 5).

        Raises Refused for filters that cannot be, before Locaboo is asked. With a limit the answer is cut.
        """
        answer = self._wire.get("availability", filters.form(query, both_names=self._both_names))
        try:
            return {ident(row.get("resource_id"), "the resource"): _slots(row) for row in _rows(answer)}
        except (Unreadable, KeyError, TypeError, ValueError):
            raise Garbled(f"{answer.where} answered with slots that cannot be read") from None


def _rows(answer: Envelope) -> list[Row]:
    try:
        return [mapping(row, "a row") for row in answer.rows()]
    except Unreadable as error:
        raise Garbled(f"{answer.where}: {error}") from None


def _dates(first: date, last: date) -> Fields:
    return {"date_from": first.isoformat(), "date_to": last.isoformat()}


def _slots(row: Row) -> Slots:
    """`dates` is a map of days, or [] for none."""
    return {
        datetime.strptime(day, "%Y-%m-%d").date(): [  # noqa: DTZ007 a day on the account's clock
            (_clock(slot["time_from"]), _clock(slot["time_to"])) for slot in slots
        ]
        for day, slots in pairs(row.get("dates"), "dates")
    }


def _clock(text: str) -> time:
    return datetime.strptime(text, "%H:%M").time()  # noqa: DTZ007 a time on the account's clock
