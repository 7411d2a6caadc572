"""When something takes place: once, for whole days, or again and again by a rule."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class Once:
    """One span of aware instants."""

    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class WholeDays:
    """From the first day to the last, both included, on the account's calendar."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Hours:
    """Times of a day on the account's clock; without any, all of the day."""

    starts: time | None = None
    ends: time | None = None


@dataclass(frozen=True, slots=True)
class Daily:
    """Each day."""

    hours: Hours


@dataclass(frozen=True, slots=True)
class Weekly:
    """On weekdays (0 = Monday), each with its own hours, in each first to fourth week."""

    days: tuple[tuple[int, Hours], ...]
    every: int = 1


@dataclass(frozen=True, slots=True)
class MonthlyByDay:
    """On the nth day of each nth month."""

    day: int
    hours: Hours
    every: int = 1


@dataclass(frozen=True, slots=True)
class MonthlyByWeekday:
    """On the nth (1 to 5) such weekday (0 = Monday) of each nth month."""

    week: int
    weekday: int
    hours: Hours
    every: int = 1


@dataclass(frozen=True, slots=True)
class Yearly:
    """On one date of each year."""

    day: int
    month: int
    hours: Hours


Rule = Daily | Weekly | MonthlyByDay | MonthlyByWeekday | Yearly


@dataclass(frozen=True, slots=True)
class Series:
    """All dates of a rule from the first day to the last, both included, on the account's calendar."""

    first: date
    last: date
    rule: Rule
