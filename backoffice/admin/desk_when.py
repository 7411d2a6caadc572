"""The part of a form that says when: once, for whole days, or again and again by a rule."""

from __future__ import annotations

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django import forms

from backoffice.admin import desk_fields as fields
from backoffice.flow.desk import times
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
    Yearly,
)

ONCE, DAYS, DAILY, WEEKLY, MONTHDAY, MONTHWEEK, YEARLY = (
    "once", "days", "daily", "weekly", "monthday", "monthweek", "yearly",
)  # fmt: skip
KINDS = [
    (ONCE, "Once"),
    (DAYS, "Whole days"),
    (DAILY, "Every day"),
    (WEEKLY, "Every week, on certain days"),
    (MONTHDAY, "Every month, on a day"),
    (MONTHWEEK, "Every month, on a weekday"),
    (YEARLY, "Every year"),
]
NTH = [(1, "first"), (2, "second"), (3, "third"), (4, "fourth"), (5, "fifth")]
MONTHS = [(n, f"{date(2000, n, 1):%B}") for n in range(1, 13)]
DAYS_OF_WEEK = list(enumerate(fields.WEEKDAYS))
SHOWN = {  # which fields a kind needs; the page hides the others
    "starts": (ONCE,),
    "ends": (ONCE,),
    "first": (DAYS, DAILY, WEEKLY, MONTHDAY, MONTHWEEK, YEARLY),
    "last": (DAYS, DAILY, WEEKLY, MONTHDAY, MONTHWEEK, YEARLY),
    "from_time": (DAILY, WEEKLY, MONTHDAY, MONTHWEEK, YEARLY),
    "to_time": (DAILY, WEEKLY, MONTHDAY, MONTHWEEK, YEARLY),
    "every": (WEEKLY, MONTHDAY, MONTHWEEK),
    "month_day": (MONTHDAY, YEARLY),
    "month": (YEARLY,),
    "nth": (MONTHWEEK,),
    "weekday": (MONTHWEEK,),
}


class When(forms.Form):
    """When it is to be; `zone` is the clock that all of it is on."""

    kind = fields.one_of("How often", KINDS, required=True)
    starts = fields.moment("From")
    ends = fields.moment("Until")
    first = fields.day("First day")
    last = fields.day("Last day")
    from_time = fields.clock("From")
    to_time = fields.clock("Until")
    every = fields.number("Every … weeks or months", 1, 12, 1)
    month_day = fields.number("Day of the month", 1, 31)
    month = fields.one_of("Month", [("", "choose"), *MONTHS])
    nth = fields.one_of("Which one of the month", NTH)
    weekday = fields.one_of("Weekday", DAYS_OF_WEEK)

    def __init__(self, *args: Any, zone: ZoneInfo, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone = zone
        for number, name in enumerate(fields.WEEKDAYS):
            self.fields[f"on_{number}"] = fields.tick(name)
            self.fields[f"from_{number}"] = fields.clock(f"{name} from")
            self.fields[f"to_{number}"] = fields.clock(f"{name} until")

    def when(self) -> Once | WholeDays | Series | None:
        """What the fields say; None, with an error at its field, where something is missing."""
        given = self.cleaned_data
        missing = [name for name in self._needed(given.get("kind", "")) if given.get(name) in (None, "")]
        for name in missing:
            if name not in self.errors:
                self.add_error(name, "Fill this in.")
        if missing or self.errors:
            return None
        try:
            return self._when(given)
        except NotPossible as error:
            self.add_error(None, str(error))
            return None

    def _needed(self, kind: str) -> list[str]:
        optional = ("from_time", "to_time", "every", "nth", "weekday")
        return [name for name, kinds in SHOWN.items() if kind in kinds and name not in optional]

    def _when(self, given: dict[str, Any]) -> Once | WholeDays | Series:
        kind = given["kind"]
        if kind == ONCE:
            starts = times.instant(given["starts"], self.zone)
            return Once(starts, times.instant(given["ends"], self.zone, ends=True))
        if kind == DAYS:
            return WholeDays(given["first"], given["last"])
        return Series(given["first"], given["last"], self._rule(kind, given))

    def _rule(self, kind: str, given: dict[str, Any]) -> Rule:
        hours, every = Hours(given["from_time"], given["to_time"]), given["every"] or 1
        if kind == DAILY:
            return Daily(hours)
        if kind == WEEKLY:
            return Weekly(tuple(self._days(given, hours)), every)
        if kind == MONTHDAY:
            return MonthlyByDay(given["month_day"], hours, every)
        if kind == MONTHWEEK:
            return MonthlyByWeekday(int(given["nth"]), int(given["weekday"]), hours, every)
        return Yearly(given["month_day"], int(given["month"]), hours)

    def _days(self, given: dict[str, Any], hours: Hours) -> list[tuple[int, Hours]]:
        """The days that are ticked, with their own hours where they have some."""
        own = {n: Hours(given[f"from_{n}"], given[f"to_{n}"]) for n in range(7) if given[f"on_{n}"]}
        return [(n, each if each != Hours() else hours) for n, each in own.items()]

    # ------------------------------------------------------------------------------------------ for the page

    def rows(self) -> list[tuple[str, Any]]:
        """The fields of a time with the kinds that need each, as classes."""
        return [(" ".join(f"lk-{kind}" for kind in kinds), self[name]) for name, kinds in SHOWN.items()]

    def week(self) -> list[tuple[Any, Any, Any]]:
        """The days of a week: tick, from, until."""
        return [(self[f"on_{n}"], self[f"from_{n}"], self[f"to_{n}"]) for n in range(7)]
