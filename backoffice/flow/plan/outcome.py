"""What comes out of a plan, as plain values; every time is aware UTC."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from backoffice.flow.plan.values import Decided, Place, State
from backoffice.flow.window import Asked, Grid
from integrations.types import Duration, Method, Period


@dataclass(frozen=True, slots=True)
class NewCode:
    """A code to be issued."""

    method: str
    starts_at: datetime
    ends_at: datetime
    due_at: datetime
    early_minutes: int = 0
    late_minutes: int = 0
    start_local: datetime | None = None
    duration: Duration | None = None
    holder_key: str = ""
    card_number: str = ""
    level_ref: str = ""
    generation: int = 0
    periods: tuple[Period, ...] = ()

    @property
    def asked(self) -> Asked | None:
        """What a NetCode is computed from."""
        if self.start_local is None or self.duration is None:
            return None
        return self.start_local, self.duration.id


@dataclass(frozen=True, slots=True)
class Move:
    """A code to be moved to another state, and why."""

    code_id: int
    to: State
    reason: str


@dataclass(frozen=True, slots=True)
class Fit:
    """A code that stays, as it fits the window now."""

    code_id: int
    starts_at: datetime
    ends_at: datetime
    due_at: datetime
    early_minutes: int
    late_minutes: int


@dataclass(frozen=True, slots=True)
class Codes:
    """What becomes of one grant's codes: new ones, moves, and how those that stay fit now."""

    new: tuple[NewCode, ...] = ()
    moves: tuple[Move, ...] = ()
    fits: tuple[Fit, ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """What is decided for one guest and one door; `grant_id` is None where there is no row yet."""

    place: Place
    grant_id: int | None
    method: str
    position: int
    starts_at: datetime
    ends_at: datetime
    state: Decided
    reason: str
    conflict: str = ""
    trimmed: str = ""
    codes: Codes = field(default_factory=Codes)


@dataclass(frozen=True, slots=True)
class Way:
    """How a door can be opened: a PIN or a phone key by its lock's grid, or a card by an access level."""

    method: Method
    grid: Grid | None = None
    level_ref: str = ""
    note: str = ""  # what staff should know about it
