"""A pass in which nothing is to be done, over houses with little and with much behind them."""

from __future__ import annotations

import sys
import time
import tracemalloc
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from statistics import median
from typing import Any

from django.db import connection

from backoffice import tasks
from tests.bench.house import Size, built
from tests.bench.mirroring import versions
from tests.bench.wanted import Line, seconds, times_as_long

STEPS = "backoffice.flow."
LONGER, MORE = 1.3, 1.1  # the most that the largest house may take of what the smallest takes


@dataclass(slots=True)
class Pass:
    """What quiet passes over one house took."""

    behind: int
    times: list[float] = field(default_factory=list)
    queries: Counter[str] = field(default_factory=Counter)
    memory: float = 0.0
    written: list[str] = field(default_factory=list)


def lines(past: Sequence[int], size: Size, rounds: int) -> Iterator[Line]:
    """A quiet pass over houses that differ in what is over alone."""
    passes = []
    for behind in past:
        with built(replace(size, past=behind)):
            passes.append(measured(behind, rounds))
        yield seconds(f"quiet pass, {behind:,} occurrences behind", passes[-1].times)
    first, last = passes[0], passes[-1]
    middles = [median(first.times)], [median(last.times)]
    yield times_as_long("  the last of them as the first", *reversed(middles), LONGER)
    yield _firm(
        "  its memory, the last as the first",
        f"{last.memory / first.memory:.3f} times",
        MORE,
        last.memory / first.memory,
    )
    written = sorted({name for each in passes for name in each.written})
    yield Line("  tables written to", ", ".join(written) or "none", "none", not written, firm=True)
    for step in sorted(first.queries | last.queries):
        few, many = first.queries[step], last.queries[step]
        yield Line(f"  queries of {step}", f"{few} and {many}", "the same", few == many, firm=True)


def measured(behind: int, rounds: int) -> Pass:
    """Passes one after the other, then one for its queries and one for its memory."""
    found = Pass(behind)
    before = versions()
    found.times = [_seconds(tasks.follow_up) for _ in range(rounds)]
    found.queries = queries_by_step(tasks.follow_up)
    found.memory = _peak(tasks.follow_up)
    found.written = [name for name, version in versions().items() if version != before[name]]
    return found


def queries_by_step(act: Callable[[], Any]) -> Counter[str]:
    """How many queries each step asks; those that the arrows ask themselves count as theirs."""
    asked: Counter[str] = Counter()

    def count(execute: Any, *args: Any) -> Any:
        asked[_step()] += 1
        return execute(*args)

    with connection.execute_wrapper(count):
        act()
    return asked


def _step() -> str:
    """The outermost step on the stack."""
    step, frame = "tasks", sys._getframe()
    while frame.f_back is not None:
        frame = frame.f_back
        name = str(frame.f_globals.get("__name__", ""))
        if name.startswith(STEPS):
            step = name.removeprefix(STEPS).partition(".")[0]
    return step


def _seconds(act: Callable[[], Any]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def _peak(act: Callable[[], Any]) -> float:
    """The most memory that Python's objects take meanwhile, in MB."""
    tracemalloc.start()
    try:
        act()
        return tracemalloc.get_traced_memory()[1] / 1e6
    finally:
        tracemalloc.stop()


def _firm(name: str, found: str, most: float, value: float) -> Line:
    return Line(name, found, f"at most {most:g}", value <= most, firm=True)
