"""What goes into a cover of an access window and what comes out, as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from integrations.types import Duration

DEFAULT_DURATIONS = tuple(Duration(n, hours=n + 1) for n in range(12)) + tuple(
    Duration(n, days=n - 11) for n in range(12, 19)
)
Asked = tuple[datetime, int]  # start on the lock's clock, id of the duration: what a code is computed from
Code = tuple[datetime, Duration]  # the same with the whole duration


@dataclass(frozen=True, slots=True)
class Piece:
    """One code: what to ask for, when it really opens (UTC), and how many minutes of that are too many."""

    start_local: datetime
    duration: Duration
    starts_at: datetime
    ends_at: datetime
    early_minutes: int
    late_minutes: int

    @property
    def asked(self) -> Asked:
        """What the code is computed from, on one lock."""
        return (self.start_local, self.duration.id)


@dataclass(frozen=True, slots=True)
class Cover:
    """Codes that together open at every instant of a window, the first one first."""

    pieces: tuple[Piece, ...]
    early_minutes: int
    late_minutes: int


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why there is no cover; the minutes are those of the closest one, where the limits forbid it."""

    reason: str
    early_minutes: int | None = None
    late_minutes: int | None = None


@dataclass(frozen=True, slots=True)
class Grid:
    """A lock's own clock (UTC, an offset such as +01:00, or an IANA zone) and the lengths that it offers."""

    clock: str
    durations: tuple[Duration, ...] = DEFAULT_DURATIONS


@dataclass(frozen=True, slots=True)
class Limits:
    """The most minutes that codes may open before and after the window."""

    early: int = 60
    late: int = 60


@dataclass(frozen=True, slots=True)
class Measure:
    """What given codes do for a window: do they open all of it, and how much do they open outside it."""

    covers: bool
    early_minutes: int
    late_minutes: int
