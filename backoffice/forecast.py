"""How long the calls of a month last, from what is booked and what is usual: plain numbers, no rows."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Rhythm:
    """So many calls at a time (aware UTC), and again every so often: what an account asks by itself."""

    calls: int
    first: datetime
    every: timedelta  # not zero

    def on(self, day: date) -> int:
        """The calls of one UTC day."""
        midnight = datetime.combine(day, time(), UTC)
        return self.calls * (self._before(midnight + DAY) - self._before(midnight))

    def _before(self, at: datetime) -> int:
        """How many times lie before an instant."""
        return max(0, -((self.first - at) // self.every))


@dataclass(frozen=True, slots=True)
class Demand:
    """Calls to be expected: `booked` by the UTC day on which they are due, `rhythms`, and `usual` a day."""

    booked: Mapping[date, int] = field(default_factory=dict)
    usual: float = 0.0  # 0 = not known yet
    rhythms: Sequence[Rhythm] = ()

    def of(self, day: date, today: date) -> float:
        """The calls of one day: what is planned, and where less is planned than usual, what is usual.

        Today counts by what is planned alone: its usual calls may have been made.
        """
        booked = self.booked.get(day, 0) + sum(rhythm.on(day) for rhythm in self.rhythms)
        return booked if day <= today else max(booked, self.usual)


@dataclass(frozen=True, slots=True)
class Forecast:
    """`ends_on`: the UTC day on which the last call goes, None = the month is over first."""

    ends_on: date | None
    expected: int  # calls from today to the end of the month


def forecast(left: int, demand: Demand, today: date) -> Forecast:
    """When so many calls are spent, as far as this month goes (UTC days)."""
    total, ends_on = 0.0, None
    for day in _days(today):
        total += demand.of(day, today)
        if ends_on is None and total > left:
            ends_on = day
    return Forecast(ends_on, round(total))


def _days(today: date) -> Iterator[date]:
    last = today.replace(day=monthrange(today.year, today.month)[1])
    for n in range((last - today).days + 1):
        yield today + n * DAY


def ordinal(day: int) -> str:
    """A day of the month as people say it: 23rd."""
    ending = "th" if 10 <= day % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    return f"{day}{ending}"
