"""A window as the hours that a lock's clock shows, and when such hours really are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from backoffice.flow.window.clock import EPOCH, EPOCH_LOCAL, around, instant, minutes
from backoffice.flow.window.search import outside


@dataclass(frozen=True, slots=True)
class Shown:
    """From when to when on a lock's clock (naive), when that really is (UTC), and the minutes outside."""

    start_local: datetime
    end_local: datetime
    starts_at: datetime
    ends_at: datetime
    early_minutes: int
    late_minutes: int


def shown(starts_at: datetime, ends_at: datetime, clock: str) -> Shown:
    """All that a clock shows during a window (UTC, widened to whole minutes), as one span of its own hours.

    An hour that the clock shows twice is in it twice, so such a span may really be longer than the window.
    ValueError for a clock that is none.
    """
    window = minutes(starts_at), -((EPOCH - ends_at) // timedelta(minutes=1))
    near = around(clock, window)
    walls = near.walls(window)
    wall = walls[0][0], walls[-1][1]
    opened = near.instants(wall)
    first, last = (EPOCH_LOCAL + timedelta(minutes=each) for each in wall)
    return Shown(first, last, instant(opened[0][0]), instant(opened[-1][1]), *outside(near, window, [wall]))
