"""A hall with bookings for years, made window by window, so that nobody ever holds all of them."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from integrations.types import (
    BookingRecord,
    BookingStatus,
    CustomerRecord,
    Listing,
    OccurrenceRecord,
    Reading,
    ResourceRecord,
    Window,
)

NOW = datetime(2026, 3, 9, 8, 0, tzinfo=UTC)
FIRST = NOW.date()
DAY = timedelta(days=1)
SINGLE, SERIES, WEEKS = 60, 4, 10  # bookings that begin on each day; a series is once a week
HUNDREDTH, SPECIAL = 100, 7  # which booking of a hundred changes
A_DAY = SINGLE + SERIES * WEEKS  # occurrences of the bookings that begin on one day
PLACES, PEOPLE = 20, 500
WINDOW_DAYS = 31  # as the client of Locaboo has it


@dataclass(slots=True)
class Hall:
    """A booking source of `days` days; `seconds` is what making its answers took, not a cost of the mirror.

    In every `edition` one booking in a hundred has another title and other ends than in the one before it.
    """

    days: int
    edition: int = 0
    seconds: float = 0.0

    @property
    def occurrences(self) -> int:
        return self.days * A_DAY

    @property
    def bookings(self) -> int:
        return self.days * (SINGLE + SERIES)

    @property
    def changed(self) -> int:
        """Bookings that differ between two editions."""
        return len(range(SPECIAL, self.bookings + 1, HUNDREDTH))

    @property
    def horizon(self) -> int:
        """Days until the last series has ended."""
        return self.days + 7 * WEEKS

    def resources(self) -> Listing:
        return Listing(
            tuple(ResourceRecord(str(n), f"Room {n}", raw={"id": n}) for n in range(1, PLACES + 1))
        )

    def customers(self) -> Listing:
        return Listing(
            tuple(
                CustomerRecord(str(n), f"Club {n}", email=f"club{n}@example.test", phone=f"+49 30 {n:07}")
                for n in range(1, PEOPLE + 1)
            )
        )

    def windows(self, _refs: Sequence[str], first: date, last: date) -> Iterator[Window]:
        """Neighbours share a day, as those of Locaboo do."""
        while first < last:
            end = min(last, first + (WINDOW_DAYS - 1) * DAY)
            yield Window("", first, end)
            first = end

    def read(self, window: Window) -> Reading:
        """Bookings with all of their occurrences in each window that holds one of them, as Locaboo has it."""
        began = time.perf_counter()
        reading = Reading(window, tuple(self.told(window.first, window.last)))
        self.seconds += time.perf_counter() - began
        return reading

    def booking(self, _resource_ref: str, _ref: str) -> None:
        """What an answer lacks is not there."""

    def begun(self, day: int) -> list[BookingRecord]:
        """The bookings that begin on a day, counted from the first."""
        singles = [self._booking(day, n, 1) for n in range(SINGLE)]
        return singles + self._series(day)

    def told(self, first: date, last: date) -> Iterator[BookingRecord]:
        begin, end = (first - FIRST).days, (last - FIRST).days
        for day in range(max(0, begin - 7 * (WEEKS - 1)), min(end + 1, self.days)):
            if day >= begin:
                yield from self.begun(day)
            elif any(begin <= day + 7 * week <= end for week in range(WEEKS)):
                yield from self._series(day)

    def _series(self, day: int) -> list[BookingRecord]:
        return [self._booking(day, SINGLE + n, WEEKS) for n in range(SERIES)]

    def _booking(self, day: int, number: int, weeks: int) -> BookingRecord:
        ident = day * (SINGLE + SERIES) + number + 1
        record = BookingRecord(
            ref=str(ident),
            status=BookingStatus.CONFIRMED,
            status_text="",
            occurrences=tuple(_occurrence(ident, day, week) for week in range(weeks)),
            title=f"Training of club {number}",
            customer_ref=str(ident % PEOPLE + 1),
            people=number + 1,
            comment="Please open the store, too.",
            raw={
                "custom_fields": {
                    "70": {"mf_3": {"label": "Personen ", "value": str(number), "category": 0}},
                    "71": {"mf_4": {"label": "Licht ", "value": "on", "category": None}},
                },
                "color": "#17df26",
            },
        )
        return _changed(record, self.edition) if ident % HUNDREDTH == SPECIAL else record


def _occurrence(ident: int, day: int, week: int) -> OccurrenceRecord:
    minutes = (ident * 7) % 600
    starts = datetime(FIRST.year, FIRST.month, FIRST.day, 8, tzinfo=UTC)
    starts += timedelta(days=day + 7 * week, minutes=minutes)
    ends = starts + timedelta(hours=1)
    return OccurrenceRecord(
        ref=str(ident * 100 + week),
        resource_ref=str(ident % PLACES + 1),
        starts_at=starts,
        ends_at=ends,
        starts_text=f"{starts:%Y-%m-%d %H:%M}",
        ends_text=f"{ends:%Y-%m-%d %H:%M}",
    )


def _changed(record: BookingRecord, edition: int) -> BookingRecord:
    later = timedelta(minutes=5 * edition)
    spans = (
        replace(each, ends_at=each.starts_at + timedelta(hours=1) + later) for each in record.occurrences
    )
    return replace(record, title=f"{record.title}, changed {edition} times", occurrences=tuple(spans))
