"""booking_add: series of every kind, with their dates as Locaboo makes them."""

from __future__ import annotations

from datetime import date, time

import pytest

from integrations.errors import Refused
from integrations.sandbox.locaboo import LocabooSandbox
from integrations.types import (
    AddOrder,
    Daily,
    Hours,
    MonthlyByDay,
    MonthlyByWeekday,
    Rule,
    Series,
    Verdict,
    Weekly,
    Yearly,
)
from integrations.vendors.locaboo import Locaboo
from tests.integrations.locaboo.answers import ends
from tests.integrations.locaboo.orders import ADD, FIRST, LAST, dates, sent

HOURS, ALL_DAY = Hours(time(9), time(10, 30)), Hours()


def series(rule: Rule, last: date = LAST) -> AddOrder:
    return AddOrder("80", Series(FIRST, last, rule))


@pytest.mark.parametrize(
    ("rule", "count", "first"),
    [
        (Daily(HOURS), 84, "09.03. 09:00-10:30"),
        (Daily(ALL_DAY), 84, "09.03. 00:00-23:59"),
        (Weekly(((0, HOURS), (5, ALL_DAY))), 24, "09.03. 09:00-10:30"),
        (Weekly(((2, HOURS),), every=4), 3, "11.03. 09:00-10:30"),
        (Weekly(((2, Hours(time(20), time(0))),), every=4), 3, "11.03. 20:00-23:59"),
        (MonthlyByDay(1, HOURS), 2, "01.04. 09:00-10:30"),
        (MonthlyByDay(10, ALL_DAY, every=2), 2, "10.03. 00:00-23:59"),
        (MonthlyByWeekday(2, 1, HOURS), 3, "10.03. 09:00-10:30"),
        (Yearly(1, 5, HOURS), 1, "01.05. 09:00-10:30"),
    ],
)
def test_a_series_of_every_kind_is_added_and_read_back(
    hall: LocabooSandbox, client: Locaboo, rule: Rule, count: int, first: str
) -> None:
    assert ends(client.add_booking(series(rule))) == (Verdict.DONE, True)
    assert (len(dates(hall)), dates(hall)[0]) == (count, first)


@pytest.mark.parametrize(
    ("rule", "fields"),
    [
        (Daily(HOURS), {"recurrence_type": "day", "daily_recurrence[from]": "09:00"}),
        (Weekly(((1, HOURS),), 2), {"weekly_type_select": "biweek", "weekly_recurrence[0][day]": "tue"}),
        (MonthlyByDay(1, HOURS), {"monthly_recurrence[mode]": "day", "monthly_recurrence[days][day]": "01"}),
        (
            MonthlyByWeekday(1, 1, ALL_DAY),
            {"monthly_recurrence[days][week_day]": "tue", "monthly_recurrence[full_day]": "1"},
        ),
        (Yearly(1, 5, HOURS), {"yearly_recurrence[day]": "01", "yearly_recurrence[month]": "05"}),
    ],
)
def test_b_c21_days_and_months_of_a_series_are_zero_padded(
    hall: LocabooSandbox, client: Locaboo, rule: Rule, fields: dict[str, str]
) -> None:
    client.add_booking(series(rule))
    assert ({"recurring": "1"} | fields).items() <= sent(hall).items()


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (Daily(Hours(time(9))), "a time is missing"),
        (Daily(Hours(time(22), time(2))), "cannot go on after midnight"),
        (Daily(Hours(time(9, 0, 1), time(10))), "whole minutes"),
        (Weekly(()), "needs a day of the week"),
        (Weekly(((7, HOURS),)), "0 = Monday to 6 = Sunday"),
        (Weekly(((1, HOURS), (1, HOURS))), "occurs twice"),
        (Weekly(((1, HOURS),), every=5), "fourth week"),
        (MonthlyByDay(32, HOURS), "from 1 to 31"),
        (MonthlyByDay(1, HOURS, every=13), "twelfth month"),
        (MonthlyByWeekday(6, 0, HOURS), "first to the fifth"),
        (Yearly(30, 2, HOURS), "no such day of the year"),
        (Yearly(24, 12, HOURS), "no day of the series"),
    ],
)
def test_a_bad_series_is_refused_in_words_before_locaboo_is_asked(
    hall: LocabooSandbox, client: Locaboo, rule: Rule, words: str
) -> None:
    with pytest.raises(Refused, match=words):
        client.add_booking(series(rule))
    assert hall.journal == []


@pytest.mark.parametrize(
    ("last", "words"), [(date(2026, 3, 8), "before the first"), (date(2031, 1, 1), "longer")]
)
def test_a_series_has_days_in_order_and_not_too_many(client: Locaboo, last: date, words: str) -> None:
    with pytest.raises(Refused, match=words):
        client.add_booking(series(Daily(HOURS), last))


@pytest.mark.parametrize(
    ("instead", "words"),
    [
        ((80, "2026-03-10 08:00", "2026-03-10 10:30"), "days or times that the series has not"),
        ((80, "2026-06-01 09:00", "2026-06-01 10:30"), "dates outside of the series"),
        ((71, "2026-03-10 09:00", "2026-03-10 10:30"), "of other resources"),
    ],
)
def test_a_series_that_is_read_back_otherwise_is_a_doubt_that_says_why(
    hall: LocabooSandbox, client: Locaboo, instead: tuple[int, str, str], words: str
) -> None:
    hall.book(*instead, id=42)
    hall.fail("body", ADD, body='{"data": [{"id": 42}], "success": true}')
    written = client.add_booking(series(Daily(HOURS)))
    assert (written.verdict, words in written.text) == (Verdict.IN_DOUBT, True)
