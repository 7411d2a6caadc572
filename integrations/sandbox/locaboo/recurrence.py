"""The recurring bookings of booking_add, expanded to their spans."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from integrations.sandbox.locaboo import forms
from integrations.sandbox.locaboo.forms import Form
from integrations.sandbox.locaboo.store import DAY, BadRequest

Times = tuple[datetime, datetime]
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
EVERY = {"week": 1, "biweek": 2, "triweek": 3, "quadweek": 4}


def series(form: Form) -> list[Times]:
    """All spans from date_from to date_to, by recurrence_type and the table that goes with it."""
    first, last = forms.days(form)
    kind = forms.one_of(form, "recurrence_type", ("day", "week", "month", "year"))
    rules: dict[str, Callable[[Form, date], Iterator[Form]]] = {
        "day": _daily,
        "week": _weekly,
        "month": _monthly,
        "year": _yearly,
    }
    on, spans = first, []
    while on <= last:
        spans += [_times(on, rule) for rule in rules[kind](form, on)]
        on += DAY
    if not spans:
        raise BadRequest("The recurrence has no date in its range.")
    return spans


def _daily(form: Form, _on: date) -> Iterator[Form]:
    yield _required(form, "daily_recurrence")


def _weekly(form: Form, on: date) -> Iterator[Form]:
    every = EVERY[forms.one_of(form, "weekly_type_select", EVERY, "week")]
    start = forms.day(form, "date_from")
    weeks = (_monday(on) - _monday(start)).days // 7
    for rule in _required(form, "weekly_recurrence").values():
        if weeks % every == 0 and forms.one_of(rule, "day", WEEKDAYS) == WEEKDAYS[on.weekday()]:
            yield rule


def _monthly(form: Form, on: date) -> Iterator[Form]:
    rule = _required(form, "monthly_recurrence")
    mode = forms.one_of(rule, "mode", ("day", "week"))
    days = forms.branch(rule, "days")
    start = forms.day(form, "date_from")
    months = 12 * (on.year - start.year) + on.month - start.month
    hit = (
        on.day == forms.number(days, "day")
        if mode == "day"
        else WEEKDAYS[on.weekday()] == forms.one_of(days, "week_day", WEEKDAYS)
        and (on.day - 1) // 7 + 1 == forms.number(days, "week_number")
    )
    if hit and months % max(1, forms.number(days, "month")) == 0:
        yield rule


def _yearly(form: Form, on: date) -> Iterator[Form]:
    rule = _required(form, "yearly_recurrence")
    if (on.day, on.month) == (forms.number(rule, "day"), forms.number(rule, "month")):
        yield rule


def _times(on: date, rule: Form) -> Times:
    if forms.flag(rule, "full_day", "0"):
        return forms.moment(on, time()), forms.moment(on, time(23, 59))
    return forms.moment(on, forms.clock(rule, "from")), forms.moment(on, forms.clock(rule, "to"))


def _required(form: Form, name: str) -> dict[str, Any]:
    found = forms.branch(form, name)
    if not found:
        raise BadRequest(f"The {name} field is required.")
    return found


def _monday(on: date) -> date:
    return on - timedelta(days=on.weekday())
