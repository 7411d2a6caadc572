"""The cheapest codes that open during a whole window: fewest, then least outside it, then earliest.

A code (start, length) opens at an instant when `start <= wall < start + length`, where `wall` is what the
lock's clock shows, without a zone: an hour that the clock shows twice is opened twice, one that it skips
never. So a window is covered when all that the clock shows in it is: what is to be covered is a few spans of
wall time, and the search goes along them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from functools import lru_cache

from backoffice.flow.window.clock import (
    EPOCH,
    MARGIN,
    Clock,
    Span,
    around,
    instant,
    joined,
    minutes,
)
from backoffice.flow.window.search import Search, outside, wall_of
from backoffice.flow.window.values import (
    Asked,
    Code,
    Cover,
    Grid,
    Limits,
    Measure,
    Piece,
    Refusal,
)


def cover(
    starts_at: datetime,
    ends_at: datetime,
    grid: Grid,
    limits: Limits,
    avoid: Collection[Asked] = (),
) -> Cover | Refusal:
    """The cheapest cover of an access window (UTC, widened to whole minutes) without the codes to avoid.

    A Refusal says why there is none: no such clock, no such lengths, or none within the limits (C-C6).
    """
    window = _whole_minutes(starts_at, ends_at)
    return _cover(window, grid, limits, _near(avoid, window))


def measure(
    starts_at: datetime, ends_at: datetime, clock: str, codes: Iterable[Code], since: datetime
) -> Measure:
    """How codes that exist fit a window (UTC), of which only what is left after `since` must be covered.

    ValueError for a clock that is none.
    """
    window = _whole_minutes(starts_at, ends_at)
    shown = around(clock, window)
    union = joined(wall_of(code) for code in codes)
    left = (min(max(window[0], minutes(since)), window[1]), window[1])
    covers = all(any(a <= start and end <= b for a, b in union) for start, end in shown.walls(left))
    return Measure(covers, *outside(shown, window, union))


def piece(starts_at: datetime, ends_at: datetime, clock: str, code: Code) -> Piece | None:
    """One code against a window (UTC): when it really opens, and how much of that is outside.

    None when the clock shows nothing of it, as it skips it; ValueError for a clock that is none.
    """
    window = _whole_minutes(starts_at, ends_at)
    return _piece(around(clock, window), window, code)


def _piece(shown: Clock, window: Span, code: Code) -> Piece | None:
    opened = shown.instants(wall_of(code))
    if not opened:
        return None
    early, late = outside(shown, window, [wall_of(code)])
    return Piece(*code, instant(opened[0][0]), instant(opened[-1][1]), early, late)


def _whole_minutes(starts_at: datetime, ends_at: datetime) -> Span:
    return minutes(starts_at), -((EPOCH - ends_at) // timedelta(minutes=1))


def _near(avoid: Collection[Asked], window: Span) -> frozenset[Asked]:
    """What of the codes to avoid could be of use at all: a smaller question is remembered more often."""
    first = instant(window[0]).replace(tzinfo=None) - timedelta(days=MARGIN)
    last = instant(window[1]).replace(tzinfo=None) + timedelta(days=MARGIN)
    return frozenset(asked for asked in avoid if first < asked[0] < last)


@lru_cache(maxsize=8192)
def _cover(window: Span, grid: Grid, limits: Limits, avoid: frozenset[Asked]) -> Cover | Refusal:
    try:
        shown = around(grid.clock, window)
    except ValueError as error:
        return Refusal(str(error))
    search = Search(shown, window, grid.durations, avoid)
    best = search.fewest(limits)
    if best is None:
        return _refusal(search, grid, limits)
    pieces = (_piece(shown, window, search.code(step)) for step in best.path)
    return Cover(tuple(each for each in pieces if each), best.early, best.late)


def _refusal(search: Search, grid: Grid, limits: Limits) -> Refusal:
    if not grid.durations:
        return Refusal("the lock's model offers no lengths")
    closest = search.closest()
    if closest is None:
        return Refusal("the lengths that the lock offers do not cover this time")
    return Refusal(
        f"the lock's grid would open {closest.early} minutes early and {closest.late} minutes late at best;"
        f" at most {limits.early} and {limits.late} are allowed",
        closest.early,
        closest.late,
    )
