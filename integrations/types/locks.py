"""What a lock vendor tells of locks beyond codes: how to commission one, what it has noted, whose it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, runtime_checkable

from integrations.types.access import DoorRecord, Duration
from integrations.types.common import Raw, Rejected


@dataclass(frozen=True, slots=True)
class InitRecord:
    """What is typed into a new lock, at once, for it sets the lock's clock (UTC). Show it once, keep none.

    Its text forms leave the secrets out: the sequence holds the master code and the lock's number.
    """

    sequence: str = field(repr=False)
    format: str
    format_text: str
    timecode: str  # 12 digits, YYYYMMDDhhmm; "" when the vendor's cannot be read so
    timecode_text: str
    default_master_code: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class ModeRecord:
    """A family of codes that some lock models can run."""

    mode: str
    submode: str
    models: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RuleRecord:
    """The vendor's rule of a duration. Who is to apply it is not said: a cross-check, never a conversion."""

    model: str
    duration: Duration
    mode: str
    applies_dst: bool | None
    converts_to_utc: bool | None
    start_text: str


@dataclass(frozen=True, slots=True)
class LockAccountRecord:
    """The account that the locks are paired with."""

    email: str
    status_text: str


@dataclass(frozen=True, slots=True)
class LockEntryRecord:
    """One line of a lock's own memory, in the vendor's words. `entered_local` is on the lock's clock."""

    ref: str
    lock_ref: str
    entered_local: datetime | None
    entered_text: str
    kind: str
    text: str
    raw: Raw = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LockEntries:
    """A lock's lines, lowest ref first, known ones among them; `gap` says what may be missing."""

    entries: tuple[LockEntryRecord, ...]
    gap: str = ""
    rejected: tuple[Rejected, ...] = ()


@runtime_checkable
class Commissioning(Protocol):
    """An access provider that tells how a lock is set up."""

    def init(
        self, model: str, timezone: str = ..., *, random_id: bool = ..., master_code: str = ...
    ) -> InitRecord:
        """The sequence to type in at once; one paid call, never repeated by itself."""


@runtime_checkable
class LockFacts(Protocol):
    """An access provider that tells staff of locks what no mirror keeps. Every call may be paid."""

    def door(self, ref: str) -> DoorRecord:
        """One lock as its vendor lists it; Missing when there is none."""

    def account(self) -> LockAccountRecord:
        """Whose the locks are."""

    def modes(self, model: str = ...) -> tuple[ModeRecord, ...]:
        """The families of codes that a lock model can run, "" = of all models."""

    def rule(self, model: str, duration_id: int) -> RuleRecord:
        """The vendor's rule of one duration."""

    def spcconfig(self) -> str:
        """The vendor's own sample of weekly periods, as it writes them."""


@runtime_checkable
class LockMemory(Protocol):
    """An access provider whose locks have a memory of their own."""

    def audit(self, lock_ref: str, since: str = ...) -> LockEntries:
        """What the lock has noted since the line with this ref ("" = all that can be had)."""
