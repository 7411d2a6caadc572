"""Spans as Locaboo is told them, and as it tells them back: whole minutes on the account's own clock."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from integrations.errors import Refused
from integrations.types import OccurrenceRecord
from integrations.vendors.locaboo.fields import Unreadable
from integrations.vendors.locaboo.times import LONGEST, span

DAY = timedelta(days=1)
LAST_MINUTE = time(23, 59)  # how Locaboo writes the end of a day (B-C7)
Span = tuple[str, datetime, datetime]  # resource, from, to in UTC


def local(starts_at: datetime, ends_at: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Two aware instants on the account's clock; an end at midnight is 23:59 of the day before.

    Raises Refused in words for what is no span there.
    """
    if starts_at.tzinfo is None or ends_at.tzinfo is None:
        raise ValueError("the times must be aware")
    first, last = (at.astimezone(zone).replace(tzinfo=None) for at in (starts_at, ends_at))
    if any(at.second or at.microsecond for at in (first, last)):
        raise Refused("Locaboo takes whole minutes only")
    if last.time() == time() and first < last:
        last = datetime.combine(last.date() - DAY, LAST_MINUTE)
    if first >= last:
        raise Refused("it ends before it starts, or at once, on Locaboo's clock")
    if last - first > LONGEST:
        raise Refused(f"it is longer than {LONGEST.days} days")
    return first, last


def days(first: date, last: date, most: int) -> None:
    """Refused when these are no days in order, or too many."""
    if last < first:
        raise Refused("the last day is before the first")
    if (last - first).days >= most:
        raise Refused(f"it is longer than {most} days")


def told(resource: str, first: datetime, last: datetime, zone: ZoneInfo) -> Span:
    """What a span on the account's clock is when it is read back; Refused when nothing of it is on it."""
    try:
        return (resource, *span(f"{first:%Y-%m-%d %H:%M}", f"{last:%Y-%m-%d %H:%M}", zone))
    except Unreadable as error:
        raise Refused(str(error)) from None


def merged(occurrences: Iterable[OccurrenceRecord]) -> set[Span]:
    """The spans of a booking's instances, those that touch joined (B-C7)."""
    found: list[Span] = []
    for one in sorted(occurrences, key=lambda one: (one.resource_ref, one.starts_at)):
        ends_at = one.ends_at or one.starts_at
        if found and found[-1][0] == one.resource_ref and one.starts_at <= found[-1][2]:
            resource, starts_at, before = found.pop()
            found.append((resource, starts_at, max(before, ends_at)))
        else:
            found.append((one.resource_ref, one.starts_at, ends_at))
    return set(found)
