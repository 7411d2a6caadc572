"""From instants to the text that a write carries, in the zone that the account's vendor reads it in.

The vendor does not say which zone that is (L-C14), so it is the account's `timezone`; every write is read
back, and reads are UTC beyond doubt.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)
QUARTER = timedelta(minutes=15)  # zones are apart by multiples of it
DAY = timedelta(hours=26)  # and by no more than this


@dataclass(frozen=True, slots=True)
class LocalTime:
    """What is written, and the instants (UTC) that it can mean: two in the hour that a clock repeats."""

    text: str
    readings: frozenset[datetime]

    def apart(self, instant: datetime) -> timedelta:
        """How far an instant that was read is from the nearest one that was meant."""
        read = instant.replace(microsecond=0)
        return min((read - meant for meant in self.readings), key=abs)


@dataclass(frozen=True, slots=True)
class Span:
    """A window as it is written; each method compares it with what was read, in UTC."""

    starts: LocalTime
    ends: LocalTime

    def differs(self, effective: datetime | None, expires: datetime | None) -> bool:
        """Whether another window was read; a missing time is unlimited, so another."""
        return any(shift is None or shift for shift in self._shifts(effective, expires))

    def shift(self, effective: datetime | None, expires: datetime | None) -> timedelta | None:
        """By how much the window is off, if by what a wrong write zone would explain (L-C15)."""
        shifts = [shift for shift in self._shifts(effective, expires) if shift is not None]
        off = [shift for shift in shifts if shift]
        return off[0] if len(shifts) == 2 and off and all(map(is_zone, shifts)) else None

    def _shifts(self, effective: datetime | None, expires: datetime | None) -> list[timedelta | None]:
        read = ((self.starts, effective), (self.ends, expires))
        return [None if instant is None else meant.apart(instant) for meant, instant in read]


def is_zone(shift: timedelta) -> bool:
    """Whether two zones can be this far apart."""
    return not shift % QUARTER and abs(shift) <= DAY


def opening(instant: datetime, zone: ZoneInfo) -> LocalTime:
    """The time from which access begins: full seconds, never later than `instant` whichever way it is read.

    In the hour that the clock repeats the text moves to before that hour if it could mean too late (L-C14).
    """
    naive = instant.astimezone(zone).replace(tzinfo=None, microsecond=0)
    while max(_readings(naive, zone)) > instant:
        naive = naive.replace(second=0) - MINUTE
    return LocalTime(f"{naive:%Y-%m-%d %H:%M:%S}", _readings(naive, zone))


def closing(instant: datetime, zone: ZoneInfo) -> LocalTime:
    """The time at which access ends: full seconds, never earlier than `instant` whichever way it is read."""
    if instant.microsecond:
        instant = instant.replace(microsecond=0) + timedelta(seconds=1)
    naive = instant.astimezone(zone).replace(tzinfo=None)
    while min(_readings(naive, zone)) < instant:
        naive = naive.replace(second=0) + MINUTE
    return LocalTime(f"{naive:%Y-%m-%d %H:%M:%S}", _readings(naive, zone))


def span(starts_at: datetime, ends_at: datetime, zone: ZoneInfo) -> Span:
    """A window (aware) as it is written in a zone."""
    return Span(opening(starts_at, zone), closing(ends_at, zone))


def _readings(naive: datetime, zone: ZoneInfo) -> frozenset[datetime]:
    return frozenset(naive.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
