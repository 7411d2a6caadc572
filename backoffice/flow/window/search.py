"""The search for codes along the wall times that a lock must open at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

from backoffice.flow.window.clock import DAY, EPOCH_LOCAL, Clock, Span, length
from backoffice.flow.window.values import Asked, Code, Limits
from integrations.types import Duration

HOUR, FOREVER = 60, 10**9


def wall_of(code: Code) -> Span:
    start = (code[0] - EPOCH_LOCAL) // timedelta(minutes=1)
    return start, start + _minutes_of(code[1])


def _minutes_of(duration: Duration) -> int:
    return duration.days * DAY if duration.days else duration.hours * HOUR


def outside(shown: Clock, window: Span, walls: Iterable[Span]) -> Span:
    """For how many minutes before and after a window the clock shows these wall times."""
    early = late = 0
    for wall in walls:
        opened = shown.instants(wall)
        early += length(opened, (-FOREVER, window[0]))
        late += length(opened, (window[1], FOREVER))
    return early, late


Step = tuple[int, int, int]  # start (wall minutes), minus its length, id: in this order the earliest is best


@dataclass(frozen=True, slots=True)
class Label:
    """Codes chosen so far: up to where on the wall they cover, and what they open outside the window."""

    reached: int
    early: int
    late: int
    path: tuple[Step, ...] = ()

    @property
    def cost(self) -> tuple[int, tuple[Step, ...]]:
        return self.early + self.late, self.path

    def beats(self, other: Label) -> bool:
        return self.reached >= other.reached and self.early <= other.early and self.late <= other.late


class Search:
    """Label by label along the wall times that must be covered, one more code at each level."""

    def __init__(
        self, shown: Clock, window: Span, durations: Iterable[Duration], avoid: frozenset[Asked]
    ) -> None:
        self._shown, self._window, self._avoid = shown, window, avoid
        self._durations = {each.id: each for each in durations if _minutes_of(each) > 0}
        self._needed = shown.walls(window)
        self._end = self._needed[-1][1]

    @cached_property
    def _lengths(self) -> dict[int, list[tuple[int, int]]]:
        """Grid of the starts -> (length, id), the shortest first."""
        lengths: dict[int, list[tuple[int, int]]] = {HOUR: [], DAY: []}
        for each in self._durations.values():
            lengths[DAY if each.days else HOUR].append((_minutes_of(each), each.id))
        return {grid: sorted(found) for grid, found in lengths.items() if found}

    def code(self, step: Step) -> Code:
        return EPOCH_LOCAL + timedelta(minutes=step[0]), self._durations[step[2]]

    def fewest(self, limits: Limits) -> Label | None:
        """The best of the covers with the fewest codes, within the limits."""
        for level in self._levels(limits):
            if done := [label for label in level if label.reached >= self._end]:
                return min(done, key=lambda label: label.cost)
        return None

    def closest(self) -> Label | None:
        """The cover that opens least outside the window, however many codes it takes."""
        done = (label for level in self._levels(Limits(FOREVER, FOREVER)) for label in level)
        return min(
            (label for label in done if label.reached >= self._end), key=lambda x: x.cost, default=None
        )

    def _levels(self, limits: Limits) -> Iterator[list[Label]]:
        """All that is worth going on with, after one code, after two …"""
        first = Label(self._needed[0][0], *outside(self._shown, self._window, self._needed))
        level = [first]
        while level := _undominated(
            new for label in level if label.reached < self._end for new in self._longer(label, limits)
        ):
            yield level

    def _longer(self, label: Label, limits: Limits) -> Iterator[Label]:
        """One more code: it covers the first wall time that is needed and not covered yet."""
        point = next(max(start, label.reached) for start, end in self._needed if end > label.reached)
        least = label.path[-1][0] if label.path else -FOREVER
        for grid, lengths in self._lengths.items():
            for start in range(point // grid * grid, max(least, point - lengths[-1][0] + 1) - 1, -grid):
                before = self._add(label, start if not label.path else max(start, label.reached), point)
                if before.early > limits.early or before.late > limits.late:
                    break  # a code that starts earlier opens even more
                yield from self._ending(before, start, lengths, limits)

    def _ending(
        self, label: Label, start: int, lengths: Iterable[tuple[int, int]], limits: Limits
    ) -> Iterator[Label]:
        for minutes_long, ref in lengths:
            end = start + minutes_long
            if end <= label.reached or self._is_avoided(start, ref):
                continue
            longer = self._add(label, label.reached, end)
            if longer.early > limits.early or longer.late > limits.late:
                return
            yield Label(end, longer.early, longer.late, (*label.path, (start, -minutes_long, ref)))

    def _add(self, label: Label, start: int, end: int) -> Label:
        """The label after covering a span more, counting what of it is not needed."""
        extra = list(_without((start, end), self._needed))
        early, late = outside(self._shown, self._window, extra) if extra else (0, 0)
        return Label(end, label.early + early, label.late + late, label.path)

    def _is_avoided(self, start: int, ref: int) -> bool:
        return bool(self._avoid) and (EPOCH_LOCAL + timedelta(minutes=start), ref) in self._avoid


def _without(span: Span, needed: Iterable[Span]) -> Iterator[Span]:
    """What of a span is not needed."""
    start = span[0]
    for needed_start, needed_end in needed:
        if start < min(needed_start, span[1]):
            yield start, min(needed_start, span[1])
        start = max(start, needed_end)
    if start < span[1]:
        yield start, span[1]


def _undominated(labels: Iterable[Label]) -> list[Label]:
    """The labels that no other one is at least as good as in all respects."""
    kept: list[Label] = []
    for label in sorted(labels, key=lambda x: (-x.reached, x.cost)):
        if not any(other.beats(label) for other in kept):
            kept.append(label)
    return kept
