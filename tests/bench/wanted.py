"""What was found out, what was wanted, and whether it was met."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was measured. A `firm` one is no time: when it is missed, the bench fails."""

    name: str
    found: str
    wanted: str = ""
    met: bool = True
    firm: bool = False

    def __str__(self) -> str:
        verdict = f"   wanted {self.wanted}: {'met' if self.met else 'MISSED'}" if self.wanted else ""
        return f"{self.name:<52}{self.found:>28}{verdict}"


def times_as_fast(name: str, ours: Sequence[float], theirs: Sequence[float], least: float = 0) -> Line:
    """How many times as fast we are as a rival, in the median of the rounds."""
    ratios = [other / own for own, other in zip(ours, theirs, strict=True)]
    wanted = f"at least {least:g}" if least else ""
    return Line(name, f"{_spread(ratios)} times as fast", wanted, median(ratios) >= least)


def times_as_long(name: str, ours: Sequence[float], theirs: Sequence[float], most: float) -> Line:
    """How many times as long we take as a rival, in the median of the rounds."""
    ratios = [own / other for own, other in zip(ours, theirs, strict=True)]
    return Line(name, f"{_spread(ratios)} times as long", f"at most {most:g}", median(ratios) <= most)


def seconds(name: str, values: Sequence[float]) -> Line:
    """A time, for orientation: only ratios of one run say anything."""
    return Line(name, f"{median(values):.2f} s")


def _spread(ratios: Sequence[float]) -> str:
    low, middle, high = (f"{value:.3g}" for value in (min(ratios), median(ratios), max(ratios)))
    return middle if len(ratios) == 1 else f"{middle} ({low} to {high})"
