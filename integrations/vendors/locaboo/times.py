"""Locaboo's times: local texts without a zone, as instants in UTC."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from integrations.vendors.locaboo.fields import Unreadable

LOCAL = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2}) ([0-9]{2}):([0-9]{2})")
LONGEST = timedelta(days=400)
MINUTE = timedelta(minutes=1)


def span(starts: object, ends: object, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Two texts `Y-m-d H:i` on the zone's clock as a span in UTC; Unreadable when they make none.

    23:59 is the end of its day (B-C7). A start that the clock skips is moved forward by the gap; of an hour
    that comes twice the first reading starts and the last one ends, so nobody's access is cut (B-C6).
    """
    try:
        return _span(_local(starts), _local(ends), zone)
    except (ValueError, OverflowError):  # a 30 February, a year 0, the last day of year 9999
        raise Unreadable("a time is not on the calendar") from None


def _local(text: object) -> datetime:
    parts = LOCAL.fullmatch(text) if isinstance(text, str) else None
    if parts is None:
        raise Unreadable("a time is not written as Y-m-d H:i")
    year, month, day, hour, minute = map(int, parts.groups())
    return datetime(year, month, day, hour, minute)  # noqa: DTZ001 the zone comes with `span`


def _span(first: datetime, last: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    if first >= last:
        raise Unreadable("it ends before it starts, or at once")
    if last - first > LONGEST:
        raise Unreadable(f"it is longer than {LONGEST.days} days")
    if (last.hour, last.minute) == (23, 59):
        last += MINUTE
    starts = first.replace(tzinfo=zone).astimezone(UTC)
    ends = max(last.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    starts = starts if starts < ends else _after_gap(starts, zone)
    if starts == ends:
        raise Unreadable("all of it lies in the hour that the clock skips")
    return starts, ends


def _after_gap(starts: datetime, zone: ZoneInfo) -> datetime:
    """The instant at which the clock jumped, for a start that was moved over the end of its own booking."""
    while (starts - MINUTE).astimezone(zone).utcoffset() == starts.astimezone(zone).utcoffset():
        starts -= MINUTE
    return starts
