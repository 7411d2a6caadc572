"""What a client of one account is given."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol


class TokenStore(Protocol):
    """Where an OAuth token lives between calls and hosts."""

    def load(self) -> Mapping[str, Any]:
        """The token as stored now."""

    def locked(self) -> AbstractContextManager[None]:
        """Let one refresh run at a time, on all hosts; no database transaction is open in it."""

    def save(self, token: Mapping[str, Any]) -> None:
        """Replace the stored token, at once and for all hosts."""


class Meter(Protocol):
    """The ledger of paid calls."""

    def spend(self, counter: str, subject: str) -> None:
        """Write one call of `counter` into the ledger before it is made; OverBudget when it may not be."""

    def stop(self, counter: str, text: str) -> None:
        """The vendor says that this month's calls of `counter` are spent: make none until it is over."""


@dataclass(frozen=True, slots=True)
class Settings:
    """All that a client of one account gets."""

    slug: str
    base_url: str
    timezone: str
    secrets: Mapping[str, Any]
    options: Mapping[str, Any]
    clock: Callable[[], datetime]  # aware UTC
    tokens: TokenStore
    meter: Meter
