"""Which windows a run reads: near days at every poll, far days in turns. Pure, and kept nowhere."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from integrations.types import Window

NEAR, MIDDLE = (-1, 2), (3, 13)  # days from today, both included
MIDDLE_ROUND, FAR_ROUND = 6, 24  # polls until each of those days has been read once
DAY = timedelta(days=1)


def poll_number(now: datetime, poll_minutes: int) -> int:
    """The number of the poll that `now` lies in, counted from 1970."""
    return int(now.timestamp()) // (60 * max(1, poll_minutes))


def due(window: Window, today: date, poll: int) -> bool:
    """Is this window to be read at this poll? `today` is in the account's zone.

    Windows of a whole account are read every time. Those of one resource wait for their turn when their
    days are far; all resources of a day have the same turn, so that a booking cannot slip from one room to
    another between two of them.
    """
    if not window.resource_ref:
        return True
    first, last = (window.first - today).days, (window.last - today).days
    if first <= NEAR[1] and last >= NEAR[0]:
        return True
    soon = first <= MIDDLE[1] and last >= MIDDLE[0]
    return (poll + window.first.toordinal()) % (MIDDLE_ROUND if soon else FAR_ROUND) == 0


def bounds(window: Window, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The instants at which the window's first day begins and its last day ends, in the account's zone."""
    return (
        datetime.combine(window.first, time(), zone),
        datetime.combine(window.last + DAY, time(), zone),
    )


def brief(windows: Iterable[Window], asked: Iterable[str] = ()) -> list[dict[str, str]]:
    """The windows in few words: days that follow each other of one resource become one span.

    After them the refs of bookings that were asked for one by one.
    """
    spans: list[tuple[str, date, date]] = []
    for ref, first, last in sorted((each.resource_ref, each.first, each.last) for each in windows):
        if spans and spans[-1][0] == ref and first <= spans[-1][2] + DAY:
            spans[-1] = (ref, spans[-1][1], max(last, spans[-1][2]))
        else:
            spans.append((ref, first, last))
    read = [{"resource": ref, "first": str(first), "last": str(last)} for ref, first, last in spans]
    return [*read, *({"booking": ref} for ref in sorted(asked))]
