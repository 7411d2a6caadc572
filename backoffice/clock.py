"""The clock, which only the edges ask: tasks, views and commands; everything else is told the time."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    """The machine's time as an aware datetime in UTC."""
    return datetime.now(UTC)  # noqa: TID251 the one place that asks
