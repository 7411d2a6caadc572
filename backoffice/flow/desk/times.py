"""When something is to take place, worked out on the account's clock before anybody is asked. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from backoffice.word import NotPossible
from integrations.types import (
    Daily,
    Hours,
    MonthlyByDay,
    MonthlyByWeekday,
    Once,
    Rule,
    Series,
    Weekly,
    WholeDays,
)

DAY = timedelta(days=1)
MOST_DAYS = 1100  # three years: what is longer is a slip of the keyboard
Span = tuple[datetime, datetime]  # from, to in UTC


def instant(local: datetime, zone: ZoneInfo, *, ends: bool = False) -> datetime:
    """A time on a zone's clock as UTC; NotPossible for one that the clock skips.

    Of an hour that comes twice the first one starts and the second one ends.
    """
    at = local.replace(tzinfo=zone, fold=int(ends)).astimezone(UTC)
    if at.astimezone(zone).replace(tzinfo=None) != local:
        raise NotPossible(
            f"The clock skips {local:%H:%M} on {_day(local)} ({zone.key}): take an hour that there is."
        )
    return at


def spans(when: Once | WholeDays | Series, zone: ZoneInfo) -> tuple[Span, ...]:
    """All times of it in order, in UTC; NotPossible, in words, for what cannot be."""
    if isinstance(when, Once):
        if when.ends_at <= when.starts_at:
            raise NotPossible("It ends before it starts: the end must be after the start.")
        return ((when.starts_at, when.ends_at),)
    if when.last < when.first:
        raise NotPossible("The last day is before the first.")
    if (when.last - when.first).days >= MOST_DAYS:
        raise NotPossible("That is more than three years: choose an earlier last day.")
    if isinstance(when, WholeDays):
        return ((_midnight(when.first, zone), _midnight(when.last + DAY, zone)),)
    return _series(when, zone)


def _series(series: Series, zone: ZoneInfo) -> tuple[Span, ...]:
    _check(series.rule)
    found = tuple(
        _span(day, hours, zone)
        for day in _days(series)
        for hours in _hours_on(series.rule, series.first, day)
    )
    if not found:
        raise NotPossible("The series has no date between its first and its last day.")
    return tuple(sorted(found))


def _days(series: Series) -> Iterator[date]:
    for number in range((series.last - series.first).days + 1):
        yield series.first + number * DAY


def _hours_on(rule: Rule, first: date, day: date) -> list[Hours]:
    """The times that a rule gives a day; weeks and months are counted from those of the first day."""
    if isinstance(rule, Daily):
        return [rule.hours]
    if isinstance(rule, Weekly):
        weeks = (_monday(day) - _monday(first)).days // 7
        return [hours for at, hours in rule.days if weeks % rule.every == 0 and at == day.weekday()]
    months = 12 * (day.year - first.year) + day.month - first.month
    if isinstance(rule, MonthlyByDay):
        hit = day.day == rule.day and months % rule.every == 0
    elif isinstance(rule, MonthlyByWeekday):
        nth = (day.day - 1) // 7 + 1
        hit = (day.weekday(), nth) == (rule.weekday, rule.week) and months % rule.every == 0
    else:
        hit = (day.day, day.month) == (rule.day, rule.month)
    return [rule.hours] if hit else []


def _check(rule: Rule) -> None:
    """Whether a rule can be at all, in words that say what to change."""
    if isinstance(rule, Weekly):
        if not rule.days:
            raise NotPossible("A weekly series needs a day of the week: tick at least one.")
        if rule.every not in range(1, 5):
            raise NotPossible("A series is for every week, or every second, third or fourth.")
        if len(set(rule.days)) != len(rule.days):
            raise NotPossible("A day of the week is there twice with the same times.")
    elif isinstance(rule, MonthlyByDay | MonthlyByWeekday) and rule.every not in range(1, 13):
        raise NotPossible("A monthly series is for every month, up to every twelfth.")
    for hours in [hours for _, hours in rule.days] if isinstance(rule, Weekly) else [rule.hours]:
        _check_hours(hours)


def _check_hours(hours: Hours) -> None:
    if hours.starts is None and hours.ends is None:
        return
    if hours.starts is None or hours.ends is None:
        raise NotPossible("Give both times, from and to, or none for the whole day.")
    if hours.ends != time() and hours.ends <= hours.starts:
        raise NotPossible(
            f"{hours.starts:%H:%M} to {hours.ends:%H:%M}: a day of a series cannot go on after midnight."
            " End it at 00:00, and make a second series for the night."
        )


def _span(day: date, hours: Hours, zone: ZoneInfo) -> Span:
    if hours.starts is None or hours.ends is None:
        return _midnight(day, zone), _midnight(day + DAY, zone)
    if hours.ends == time():
        return instant(datetime.combine(day, hours.starts), zone), _midnight(day + DAY, zone)
    starts, ends = (datetime.combine(day, at) for at in (hours.starts, hours.ends))
    return instant(starts, zone), instant(ends, zone, ends=True)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    """When a day begins; in a zone whose clock skips midnight, when the clock jumped."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _monday(day: date) -> date:
    return day - day.weekday() * DAY


def _day(at: datetime) -> str:
    return f"{at:%a} {at.day} {at:%b %Y}"
