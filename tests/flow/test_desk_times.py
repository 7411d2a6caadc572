"""The dates of a booking before it is sent: as the source makes them, and on a clock that jumps."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from backoffice.flow.desk import times
from backoffice.word import NotPossible
from integrations.sandbox.locaboo import LocabooSandbox
from integrations.sandbox.locaboo.forms import nested
from integrations.sandbox.locaboo.recurrence import series as as_the_source_makes_them
from integrations.types import (
    AddOrder,
    Daily,
    Hours,
    MonthlyByDay,
    MonthlyByWeekday,
    Once,
    Series,
    Weekly,
    WholeDays,
    Yearly,
)
from integrations.vendors.locaboo import brackets, orders
from tests.flow.halls import BERLIN

EVENING = Hours(time(18), time(20))
MARCH = date(2026, 3, 1)
HOURS = st.sampled_from([EVENING, Hours(), Hours(time(22), time())])
NTH = st.integers(1, 4)
RULES = st.one_of(
    st.builds(Daily, HOURS),
    st.builds(
        lambda days, hours, every: Weekly(tuple((day, hours) for day in days), every),
        st.sets(st.integers(0, 6), min_size=1),
        HOURS,
        NTH,
    ),
    st.builds(MonthlyByDay, st.integers(1, 31), HOURS, NTH),
    st.builds(MonthlyByWeekday, st.integers(1, 5), st.integers(0, 6), HOURS, NTH),
    st.builds(Yearly, st.integers(1, 28), st.integers(1, 12), HOURS),
)


@given(rule=RULES, offset=st.integers(0, 400), days=st.integers(0, 400))
def test_a_series_has_the_dates_that_the_source_makes_of_it(rule, offset, days):
    first = MARCH + timedelta(days=offset)
    series = Series(first, first + timedelta(days=days), rule)
    try:
        found = times.spans(series, BERLIN)
    except NotPossible:
        return
    form = nested(MultiDict(brackets.encode(orders.add_form(AddOrder("70", series), BERLIN))))
    made = [starts.replace(tzinfo=BERLIN).astimezone(UTC) for starts, _ in as_the_source_makes_them(form)]
    assert [starts for starts, _ in found] == sorted(made)


@given(rule=RULES, offset=st.integers(0, 400), days=st.integers(0, 400))
def test_every_date_begins_within_the_series_and_ends_after_it_begins(rule, offset, days):
    first = MARCH + timedelta(days=offset)
    series = Series(first, first + timedelta(days=days), rule)
    try:
        found = times.spans(series, BERLIN)
    except NotPossible:
        return
    for starts, ends in found:
        assert series.first <= starts.astimezone(BERLIN).date() <= series.last
        assert starts < ends


def words(when):
    with pytest.raises(NotPossible) as refusal:
        times.spans(when, BERLIN)
    return str(refusal.value)


def series(rule, days=60):
    return Series(MARCH, MARCH + timedelta(days=days), rule)


@pytest.mark.parametrize(
    ("when", "said"),
    [
        (series(Weekly(())), "tick at least one"),
        (series(Weekly(((0, EVENING),), 5)), "third or fourth"),
        (series(Weekly(((0, EVENING), (0, EVENING)))), "twice"),
        (series(MonthlyByDay(1, EVENING, 13)), "twelfth"),
        (series(Daily(Hours(time(18)))), "Give both times"),
        (series(Daily(Hours(time(22), time(2)))), "22:00 to 02:00: a day of a series cannot go on after"),
        (series(MonthlyByDay(31, EVENING), 20), "no date between"),
        (series(Daily(EVENING), 1200), "more than three years"),
        (Series(MARCH, MARCH - timedelta(days=1), Daily(EVENING)), "The last day is before the first"),
        (series(Daily(Hours(time(2, 30), time(4)))), "The clock skips 02:30 on Sun 29 Mar 2026"),
        (Once(datetime(2026, 3, 9, tzinfo=UTC), datetime(2026, 3, 9, tzinfo=UTC)), "ends before it starts"),
    ],
)
def test_what_cannot_be_is_said_in_words_that_help(when, said):
    assert said in words(when)


def test_an_hour_that_the_clock_skips_is_no_time():
    with pytest.raises(NotPossible, match=r"02:30 on Sun 29 Mar 2026 \(Europe/Berlin\)"):
        times.instant(datetime.fromisoformat("2026-03-29T02:30"), BERLIN)


def test_of_an_hour_that_comes_twice_the_first_starts_and_the_second_ends():
    twice = datetime.fromisoformat("2026-10-25T02:30")
    assert times.instant(twice, BERLIN) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert times.instant(twice, BERLIN, ends=True) == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


def test_whole_days_are_one_span_from_midnight_to_midnight():
    days = WholeDays(date(2026, 3, 28), date(2026, 3, 29))
    assert times.spans(days, BERLIN) == (
        (datetime(2026, 3, 27, 23, tzinfo=UTC), datetime(2026, 3, 29, 22, tzinfo=UTC)),
    )


def test_the_stand_in_is_on_the_clock_that_these_tests_think():
    assert LocabooSandbox.options["zone"] == BERLIN.key
