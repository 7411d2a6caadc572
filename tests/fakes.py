"""A booking source and an access provider in memory, for the logic that no wire can show."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta

from django.db import connection

from integrations.errors import Missing, VendorError
from integrations.types import (
    BookingRecord,
    BookingStatus,
    CustomerRecord,
    Directory,
    Limits,
    Listing,
    Message,
    OccurrenceRecord,
    Reading,
    Rejected,
    ResourceRecord,
    Window,
)

DAY = timedelta(days=1)
NINE = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)  # the day after the tests' now


def occurrence(ref: str = "", resource: str = "lab", starts: datetime = NINE, hours: float | None = 1):
    """One span; `hours` None = the vendor gives no end."""
    ends = None if hours is None else starts + timedelta(hours=hours)
    return OccurrenceRecord(ref, resource, starts, ends, f"{starts:%Y-%m-%d %H:%M}", "")


def booking(ref: str = "b1", *spans: OccurrenceRecord, **fields) -> BookingRecord:
    """A confirmed booking, of one hour in the lab when no spans are given."""
    values = {"status": BookingStatus.CONFIRMED, "status_text": "", "raw": {"id": ref}} | fields
    return BookingRecord(ref=ref, occurrences=spans or (occurrence(),), **values)


@dataclass
class FakeSource:
    """Holds bookings by ref; `daily` reads by resource and day, otherwise one window is all.

    `hidden` bookings are in no list, only in single reads; `errors` are raised by the calls whose name and
    first argument contain the key; `semantics` is what a list means by its dates (B-S4).
    """

    bookings: dict[str, BookingRecord] = field(default_factory=dict)
    rooms: list[ResourceRecord] = field(default_factory=lambda: [ResourceRecord("lab", "Laboratory")])
    people: list[CustomerRecord] | None = None
    messages: dict[str, Message] = field(default_factory=dict)
    rejected: list[Rejected] = field(default_factory=list)
    hidden: set[str] = field(default_factory=set)
    errors: dict[str, VendorError] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    daily: bool = False
    window_days: int = 0
    semantics: str = "overlap"

    def __post_init__(self) -> None:
        self._blocks = len(connection.atomic_blocks)

    def add(self, *records: BookingRecord) -> FakeSource:
        """Have these bookings, in place of those with the same refs."""
        self.bookings.update({record.ref: record for record in records})
        return self

    def count(self, name: str) -> int:
        """How often a call whose text contains `name` was made."""
        return sum(name in call for call in self.calls)

    def resources(self) -> Listing:
        self._call("resources")
        return Listing(tuple(self.rooms))

    def customers(self) -> Listing | None:
        self._call("customers")
        return None if self.people is None else Listing(tuple(self.people))

    def windows(self, resource_refs, first: date, last: date):
        if self.daily:
            days = [first + i * DAY for i in range((last - first).days + 1)]
            yield from (Window(ref, day, day) for day in days for ref in resource_refs)
        elif self.window_days:
            while first <= last:
                yield Window("", first, min(last, first + (self.window_days - 1) * DAY))
                first += self.window_days * DAY
        else:
            yield Window("", first, last)

    def read(self, window: Window) -> Reading:
        self._call(f"read {window.resource_ref} {window.first}")
        told = [self._told(record, window) for ref, record in self.bookings.items() if ref not in self.hidden]
        return Reading(window, tuple(record for record in told if record), tuple(self.rejected))

    def booking(self, resource_ref: str, ref: str) -> BookingRecord | None:
        self._call(f"booking {resource_ref} {ref}")
        record = self.bookings.get(ref)
        if record and self.daily and all(each.resource_ref != resource_ref for each in record.occurrences):
            return None
        return record

    def message(self, ref: str) -> Message:
        self._call(f"message {ref}")
        if ref not in self.messages:
            raise Missing("GET /message answered 404", status=404)
        return self.messages[ref]

    def acknowledge(self, ref: str) -> None:
        self._call(f"acknowledge {ref}")

    def _told(self, record: BookingRecord, window: Window) -> BookingRecord | None:
        first, last = (datetime.combine(day, time(), UTC) for day in (window.first, window.last + DAY))
        inside = tuple(
            each
            for each in record.occurrences
            if first <= each.starts_at < last and window.resource_ref in ("", each.resource_ref)
        )
        if self.semantics == "filter":
            return replace(record, occurrences=inside) if inside else None
        if self.semantics == "start" and first > min(each.starts_at for each in record.occurrences):
            return None
        return record if inside else None

    def _call(self, call: str) -> None:
        assert len(connection.atomic_blocks) == self._blocks, "a vendor is called inside a transaction"
        self.calls.append(call)
        for match, error in self.errors.items():
            if match in call:
                raise error


@dataclass
class FakeProvider:
    """Lists what it is given."""

    directory_now: Directory = field(default_factory=Directory)
    error: VendorError | None = None
    limits: Limits = field(default_factory=lambda: Limits(revocable=True, readable=True))

    def directory(self, models) -> Directory:
        if self.error:
            raise self.error
        return self.directory_now
