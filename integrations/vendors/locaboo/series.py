"""Series as booking_add takes them, each kind checked in words before Locaboo is asked (section 4)."""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from datetime import date, time, timedelta
from typing import Any

from integrations.errors import Refused
from integrations.types import (
    WEEKDAYS,
    Daily,
    Hours,
    MonthlyByDay,
    MonthlyByWeekday,
    Rule,
    Series,
    Weekly,
    Yearly,
)
from integrations.vendors.locaboo import spans

MOST_DAYS = 1100  # three years: a longer series is a slip of the keyboard
EVERY = {1: "week", 2: "biweek", 3: "triweek", 4: "quadweek"}
ALL_DAY = ("00:00", "23:59")
Tree = dict[str, Any]


def form(series: Series) -> Tree:
    """The recurrence fields; Refused in words when a rule cannot be, or has no date in its days."""
    spans.days(series.first, series.last, MOST_DAYS)
    table = _rule(series.rule)
    if not any(hours_on(series.rule, day) for day in _days(series)):
        raise Refused("no day of the series is between its first and its last day")
    return {"recurring": 1, **table}


def hours_on(rule: Rule, day: date) -> list[tuple[str, str]]:
    """The times that a rule may give a day, whichever of its weeks, months or years count."""
    if isinstance(rule, Daily):
        return [_clock(rule.hours)]
    if isinstance(rule, Weekly):
        return [_clock(hours) for weekday, hours in rule.days if weekday == day.weekday()]
    if isinstance(rule, MonthlyByDay):
        hit = day.day == rule.day
    elif isinstance(rule, MonthlyByWeekday):
        hit = (day.weekday(), (day.day - 1) // 7 + 1) == (rule.weekday, rule.week)
    else:
        hit = (day.day, day.month) == (rule.day, rule.month)
    return [_clock(rule.hours)] if hit else []


def _rule(rule: Rule) -> Tree:
    if isinstance(rule, Daily):
        return {"recurrence_type": "day", "daily_recurrence": _hours(rule.hours)}
    if isinstance(rule, Weekly):
        return _weekly(rule)
    if isinstance(rule, Yearly):
        return _yearly(rule)
    return {"recurrence_type": "month", "monthly_recurrence": _monthly(rule)}


def _weekly(rule: Weekly) -> Tree:
    if rule.every not in EVERY:
        raise Refused("a series is for each, each second, third or fourth week")
    if not rule.days:
        raise Refused("a weekly series needs a day of the week")
    if any(weekday not in range(7) for weekday, _ in rule.days):
        raise Refused("a weekday is from 0 = Monday to 6 = Sunday")
    if len(set(rule.days)) != len(rule.days):
        raise Refused("a day of the week occurs twice with the same times")
    rows = [{"day": WEEKDAYS[weekday], **_hours(hours)} for weekday, hours in rule.days]
    return {"recurrence_type": "week", "weekly_type_select": EVERY[rule.every], "weekly_recurrence": rows}


def _monthly(rule: MonthlyByDay | MonthlyByWeekday) -> Tree:
    if rule.every not in range(1, 13):
        raise Refused("a series is for each to each twelfth month")
    month = f"{rule.every:02}"
    if isinstance(rule, MonthlyByDay):
        if rule.day not in range(1, 32):
            raise Refused("the day of the month is from 1 to 31")
        return {"mode": "day", "days": {"day": f"{rule.day:02}", "month": month}, **_hours(rule.hours)}
    if rule.week not in range(1, 6) or rule.weekday not in range(7):
        raise Refused("it is the first to the fifth of a weekday from 0 = Monday to 6 = Sunday")
    days = {"week_number": rule.week, "week_day": WEEKDAYS[rule.weekday], "month": month}
    return {"mode": "week", "days": days, **_hours(rule.hours)}


def _yearly(rule: Yearly) -> Tree:
    leap = 2000
    if rule.month not in range(1, 13) or not 1 <= rule.day <= calendar.monthrange(leap, rule.month)[1]:
        raise Refused("there is no such day of the year")
    date_ = {"day": f"{rule.day:02}", "month": f"{rule.month:02}"}
    return {"recurrence_type": "year", "yearly_recurrence": {**date_, **_hours(rule.hours)}}


def _hours(hours: Hours) -> Tree:
    """from, to and full_day; a day of a series does not go on after midnight."""
    if hours.starts is None and hours.ends is None:
        return {"full_day": 1}
    if hours.starts is None or hours.ends is None:
        raise Refused("a time is missing: give both, or none for the whole day")
    if any(at.second or at.microsecond for at in (hours.starts, hours.ends)):
        raise Refused("Locaboo takes whole minutes only")
    first, last = _clock(hours)
    if first >= last:
        raise Refused("it ends before it starts: a series cannot go on after midnight")
    return {"from": first, "to": last, "full_day": 0}


def _clock(hours: Hours) -> tuple[str, str]:
    if hours.starts is None or hours.ends is None:
        return ALL_DAY
    ends = spans.LAST_MINUTE if hours.ends == time() else hours.ends  # midnight ends the day (B-C7)
    return f"{hours.starts:%H:%M}", f"{ends:%H:%M}"


def _days(series: Series) -> Iterator[date]:
    for number in range((series.last - series.first).days + 1):
        yield series.first + timedelta(days=number)
