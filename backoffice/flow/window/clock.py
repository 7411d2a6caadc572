"""What a lock's own clock shows, and when: spans of instants to spans of wall time and back.

Instants are minutes of UTC since 1970, wall times minutes of the same calendar. All is computed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from itertools import groupby
from zoneinfo import ZoneInfo

DAY = 24 * 60
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EPOCH_LOCAL = EPOCH.replace(tzinfo=None)
OFFSET = re.compile(r"([+-])(\d\d):([0-5]\d)")
STEP = 6 * 60  # no zone changes its clock twice within six hours
MARGIN = 9  # days around a window in which a code for it may open: the longest has seven

Span = tuple[int, int]  # minutes: from, to (exclusive)


def zone_of(clock: str) -> tzinfo:
    """What a lock's clock follows; ValueError for a clock that is none."""
    if clock == "UTC":
        return UTC
    if found := OFFSET.fullmatch(clock):
        minutes = int(found[2]) * 60 + int(found[3])
        return timezone(timedelta(minutes=-minutes if found[1] == "-" else minutes))
    try:
        return ZoneInfo(clock)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(f"there is no clock {clock!r}") from error


def minutes(at: datetime) -> int:
    """An aware time as whole minutes, rounded down."""
    return (at - EPOCH) // timedelta(minutes=1)


def instant(at: int) -> datetime:
    """The aware UTC time of some minutes."""
    return EPOCH + timedelta(minutes=at)


def _offset(zone: tzinfo, at: int) -> int:
    offset = instant(at).astimezone(zone).utcoffset() or timedelta()
    return offset // timedelta(minutes=1)


@lru_cache(maxsize=1024)
def _changes(clock: str, year: int) -> tuple[tuple[int, int], ...]:
    """From which instants of a year (UTC) the clock is how many minutes off UTC; the first is the year's."""
    zone = zone_of(clock)
    first = minutes(datetime(year, 1, 1, tzinfo=UTC))
    last = minutes(datetime(year + 1, 1, 1, tzinfo=UTC))
    found = [(first, _offset(zone, first))]
    if isinstance(zone, ZoneInfo):
        for at in range(first + STEP, last + 1, STEP):
            if _offset(zone, at) != found[-1][1]:
                found.append(_change(zone, at - STEP, at))
    return tuple(found)


def _change(zone: tzinfo, before: int, after: int) -> tuple[int, int]:
    """The instant between two at which the offset changes, and the new offset."""
    new = _offset(zone, after)
    while after - before > 1:
        middle = (before + after) // 2
        if _offset(zone, middle) == new:
            after = middle
        else:
            before = middle
    return after, new


@dataclass(frozen=True, slots=True)
class Clock:
    """What a clock shows around some time: instants from, to, and the minutes that it is off UTC."""

    parts: tuple[tuple[int, int, int], ...]

    def walls(self, span: Span) -> list[Span]:
        """All that the clock shows in a span of instants, as spans of wall time, in order, joined."""
        shown = [
            (max(start, span[0]) + offset, min(end, span[1]) + offset)
            for start, end, offset in self.parts
            if start < span[1] and end > span[0]
        ]
        return joined(shown)

    def instants(self, wall: Span) -> list[Span]:
        """When the clock shows a span of wall time: once, twice, or never."""
        shown = [
            (max(start, wall[0] - offset), min(end, wall[1] - offset)) for start, end, offset in self.parts
        ]
        return joined(span for span in shown if span[0] < span[1])


def around(clock: str, window: Span) -> Clock:
    """A clock over all the time in which codes for a window may open; ValueError for a clock that is none."""
    return _between(clock, window[0] // DAY - MARGIN, window[1] // DAY + MARGIN)


@lru_cache(maxsize=4096)
def _between(clock: str, first_day: int, last_day: int) -> Clock:
    first, last = first_day * DAY, last_day * DAY
    years = range(instant(first).year, instant(last).year + 1)
    changes = [change for year in years for change in _changes(clock, year)]
    ends = [at for at, _ in changes[1:]] + [last]
    parts = [
        (max(at, first), min(end, last), offset)
        for (at, offset), end in zip(changes, ends, strict=True)
        if max(at, first) < min(end, last)
    ]
    return Clock(tuple(_alike(parts)))


def _alike(parts: Iterable[tuple[int, int, int]]) -> Iterator[tuple[int, int, int]]:
    """Neighbours with one offset as one part."""
    for offset, group in groupby(parts, key=lambda part: part[2]):
        same = list(group)
        yield same[0][0], same[-1][1], offset


def joined(spans: Iterable[Span]) -> list[Span]:
    """The same times as spans that do not touch, in order."""
    found: list[Span] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def length(spans: Iterable[Span], within: Span) -> int:
    """How many minutes of a span such times make up."""
    return sum(max(0, min(end, within[1]) - max(start, within[0])) for start, end in spans)
