"""From instants to the text that a write carries, in the zone that the account's vendor reads it in.

The vendor does not say which zone that is (L-C14), so it is the account's `timezone`; every write is read
back, and reads are UTC beyond doubt.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class LocalTime:
    """What is written, and the instants (UTC) that it can mean: two in the hour that a clock repeats."""

    text: str
    readings: frozenset[datetime]

    def apart(self, instant: datetime) -> timedelta:
        """How far an instant that was read is from the nearest one that was meant."""
        read = instant.replace(microsecond=0)
        return min((read - meant for meant in self.readings), key=abs)


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


def _readings(naive: datetime, zone: ZoneInfo) -> frozenset[datetime]:
    return frozenset(naive.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
