"""When a month's calls end: plain numbers."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backoffice.forecast import Demand, forecast, ordinal

NINTH = date(2026, 3, 9)
days = st.integers(0, 40).map(lambda n: NINTH - timedelta(days=5) + timedelta(days=n))
demands = st.builds(
    Demand, st.dictionaries(days, st.integers(0, 30), max_size=20), st.floats(0, 20, allow_nan=False)
)


def test_calls_that_are_booked_end_the_plan_on_their_day():
    booked = {date(2026, 3, 20): 6, date(2026, 3, 23): 5}
    found = forecast(10, Demand(booked), NINTH)
    assert (found.ends_on, found.expected) == (date(2026, 3, 23), 11)


def test_where_less_is_booked_than_usual_the_usual_counts():
    found = forecast(10, Demand({date(2026, 3, 10): 7}, usual=2), NINTH)
    assert found.ends_on == date(2026, 3, 12)  # 7, 9, 11


def test_calls_of_the_next_month_end_no_plan_of_this_one():
    assert forecast(1, Demand({date(2026, 4, 1): 50}), NINTH).ends_on is None


def test_a_plan_ends_with_the_call_that_is_one_too_many():
    demand = Demand({date(2026, 3, 12): 5})
    assert forecast(5, demand, NINTH).ends_on is None
    assert forecast(4, demand, NINTH).ends_on == date(2026, 3, 12)


@given(st.integers(0, 300), demands)
def test_a_plan_ends_in_this_month_exactly_when_more_is_expected_than_is_left(left, demand):
    found = forecast(left, demand, NINTH)
    if found.ends_on is None:
        assert found.expected <= left + 1  # rounded
    else:
        assert NINTH <= found.ends_on <= date(2026, 3, 31)
        assert found.expected >= left


@given(st.integers(0, 300), st.integers(0, 100), demands)
def test_more_calls_never_end_sooner(left, more, demand):
    few, many = forecast(left, demand, NINTH).ends_on, forecast(left + more, demand, NINTH).ends_on
    assert many is None or (few is not None and few <= many)


@pytest.mark.parametrize(
    ("day", "said"),
    [(1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (11, "11th"), (13, "13th"), (23, "23rd"), (31, "31st")],
)
def test_days_are_said_as_people_say_them(day, said):
    assert ordinal(day) == said
