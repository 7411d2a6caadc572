"""What tests of clients share: settings over plain memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from integrations.types import Settings
from tests.conftest import NOW


class Memory:
    """A token store and a ledger of paid calls that forget everything with the test."""

    def __init__(self, token: Mapping[str, Any] | None = None) -> None:
        self.token: Mapping[str, Any] = token or {}
        self.spent: list[tuple[str, str]] = []
        self.stopped: dict[str, str] = {}

    def load(self) -> Mapping[str, Any]:
        return self.token

    @contextmanager
    def locked(self) -> Iterator[None]:
        yield

    def save(self, token: Mapping[str, Any]) -> None:
        self.token = token

    def spend(self, counter: str, subject: str) -> None:
        self.spent.append((counter, subject))

    def stop(self, counter: str, text: str) -> None:
        self.stopped[counter] = text


def settings_for(
    base_url: str,
    secrets: Mapping[str, Any],
    *,
    timezone: str = "Europe/Berlin",
    options: Mapping[str, Any] | None = None,
    **changed: Any,
) -> Settings:
    """Settings of an account at a stand-in; `changed` replaces fields of it (clock, tokens, meter, slug)."""
    memory = Memory(secrets.get("token"))
    plain: dict[str, Any] = {
        "slug": "test",
        "clock": lambda: NOW,
        "tokens": memory,
        "meter": memory,
        **changed,
    }
    return Settings(base_url=base_url, timezone=timezone, secrets=secrets, options=options or {}, **plain)
