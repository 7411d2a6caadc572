"""Weekly periods: cut to a window on the lock's clock, split at midnight, in the vendor's form."""

from __future__ import annotations

import json
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from integrations.errors import Refused
from integrations.types import Period, together, weekly_periods
from integrations.vendors.codelocks import weeks
from integrations.vendors.codelocks.weeks import DEFAULT

MONDAY = datetime(2026, 3, 9)  # noqa: DTZ001 on a lock's clock
LAST = time(23, 59)
MINUTE = timedelta(minutes=1)
STARTS = st.datetimes(MONDAY, MONDAY + timedelta(days=400))
LENGTHS = st.timedeltas(timedelta(seconds=1), timedelta(days=6))


def at(day, hour, minute=0, second=0):
    return MONDAY + timedelta(days=day, hours=hour, minutes=minute, seconds=second)


def holds(periods, wall):
    return any(wall.weekday() in one.days and one.starts <= wall.time() < one.ends for one in periods)


CUT = {
    "an evening": (at(1, 14), at(1, 17), [Period(time(14), time(17), (1,))]),
    "a night": (at(0, 22), at(1, 1), [Period(time(22), LAST, (0,)), Period(time(0), time(1), (1,))]),
    "until midnight": (at(0, 22), at(1, 0), [Period(time(22), LAST, (0,))]),
    "from midnight": (at(1, 0), at(1, 1), [Period(time(0), time(1), (1,))]),
    "a whole day": (at(1, 0), at(2, 0), [Period(time(0), LAST, (1,))]),
    "seconds": (at(0, 9, 0, 30), at(0, 10, 0, 30), [Period(time(9), time(10, 1), (0,))]),
    "the last minute": (at(6, 23, 59), at(7, 0), [Period(time(23, 58), LAST, (6,))]),
    "over the week's end": (
        at(5, 18),
        at(8, 9),
        [Period(time(18), LAST, (5,)), Period(time(0), LAST, (0, 6)), Period(time(0), time(9), (1,))],
    ),
}


@pytest.mark.parametrize(("starts", "ends", "periods"), CUT.values(), ids=CUT)
def test_a_window_is_cut_at_midnight(starts, ends, periods):
    assert list(weekly_periods(starts, ends)) == periods


@given(STARTS, LENGTHS, st.floats(0, 1, exclude_max=True))
def test_every_instant_of_the_window_is_held_but_for_the_minute_that_cannot_be_written(starts, length, part):
    assume((starts + length - timedelta(microseconds=1)).date() <= starts.date() + timedelta(days=6))
    inside = starts + length * part
    assume(inside < starts + length)
    assert holds(weekly_periods(starts, starts + length), inside) or inside.time() >= LAST


@given(STARTS, LENGTHS, st.floats(0, 0.999999))
def test_nothing_is_held_on_the_windows_days_beyond_its_own_minutes(starts, length, part):
    ends = starts + length
    assume((ends - timedelta(microseconds=1)).date() <= starts.date() + timedelta(days=6))
    first = starts.replace(hour=0, minute=0, second=0, microsecond=0)
    instant = first + timedelta(days=7) * part
    if holds(weekly_periods(starts, ends), instant):
        assert starts - 2 * MINUTE < instant < ends + MINUTE


@given(STARTS, LENGTHS)
def test_three_periods_are_enough_and_each_is_within_a_day(starts, length):
    assume((starts + length - timedelta(microseconds=1)).date() <= starts.date() + timedelta(days=6))
    periods = weekly_periods(starts, starts + length)
    assert len(periods) <= 3
    assert all(one.starts < one.ends and one.days for one in periods)
    assert weeks.read([json.loads(weeks.form(periods))]) == periods


SENSELESS = {
    "empty": (at(0, 9), at(0, 9)),
    "backwards": (at(0, 10), at(0, 9)),
    "back to its weekday": (at(0, 22), at(7, 8)),
    "with a zone": (at(0, 9).replace(tzinfo=UTC), at(0, 10).replace(tzinfo=UTC)),
}


@pytest.mark.parametrize(("starts", "ends"), SENSELESS.values(), ids=SENSELESS)
def test_a_window_that_no_week_can_hold_is_refused(starts, ends):
    with pytest.raises(Refused):
        weekly_periods(starts, ends)


def test_c_c19_all_ten_periods_are_sent_and_unused_ones_are_off_on_every_day():
    rows = json.loads(weeks.form([Period(time(14), time(17), (1,))]))
    assert list(rows) == [str(number) for number in range(10)]
    assert rows["0"] == {
        "enabled": True,
        "starts": "14:00",
        "ends": "17:00",
        **dict.fromkeys(weeks.DAYS, False),
        "tue": True,
    }
    assert all(set(rows[str(number)].values()) == {False, "00:00", "23:59"} for number in range(1, 10))


@pytest.mark.parametrize(
    "periods",
    [
        [],
        [Period(time(1), time(2), (0,))] * 11,
        [Period(time(22), time(1), (0,))],
        [Period(time(1), time(2), (7,))],
    ],
)
def test_c_c19_periods_that_the_vendor_cannot_hold_are_refused(periods):
    with pytest.raises(Refused):
        weeks.form(periods)


ROW = {"enabled": True, "starts": "14:00", "ends": "17:00", "tue": True}
TUESDAY = Period(time(14), time(17), (1,))
READ = {
    "a list of one object": ([{"0": ROW}], (TUESDAY,)),
    "an object": ({"0": ROW, "1": None}, (TUESDAY,)),
    "objects of one": ([{"0": ROW}, {"1": {**ROW, "enabled": False}}], (TUESDAY,)),
    "text": ({"0": {**ROW, "enabled": "true", "tue": "1", "mon": "False", "ends": "17:00:00"}}, (TUESDAY,)),
    "upper case": ({"0": {"Enabled": True, "Starts": "14:00", "Ends": "17:00", "Tue": True}}, (TUESDAY,)),
    "none": ([], ()),
    "on no day": ({"0": {**ROW, "tue": False}}, ()),
    "not told": (None, None),
    "words": ("always", None),
    "no time": ({"0": {**ROW, "ends": "late"}}, None),
    "a list in it": ([[ROW]], None),
    "no row": ({"0": "x"}, None),
    "no flag": ({"0": {**ROW, "enabled": "perhaps"}}, None),
}


@pytest.mark.parametrize(("told", "periods"), READ.values(), ids=READ)
def test_periods_are_read_in_every_form_or_not_at_all(told, periods):
    assert weeks.read(told) == periods


SAID = {
    "Hall A, 13:00-15:00": "Hall A, 13.00-15.00",
    "Grüße für Łódź": "Gruesse fuer Lodz",
    "Ida's key – here/now\nand @home": "Idas key - here now and home",
    "": DEFAULT,
    "鍵": DEFAULT,
    "x" * 600: "x" * 500,
    "café (1_2).": "cafe (1_2).",
}


@pytest.mark.parametrize(("text", "sent"), SAID.items())
def test_c_c20_a_message_keeps_to_the_letters_that_are_allowed(text, sent):
    assert weeks.message(text) == sent


@given(st.text(max_size=700))
def test_c_c20_whatever_is_written_the_vendor_takes_it(text):
    sent = weeks.message(text)
    assert 1 <= len(sent) <= 500
    assert not weeks.UNSAFE.search(sent)


TIMES = st.times().map(lambda at: at.replace(second=0, microsecond=0))
SPANS = st.tuples(TIMES, TIMES).filter(lambda two: two[0] < two[1])
PERIODS = st.lists(
    st.builds(lambda span, days: Period(*span, tuple(days)), SPANS, st.sets(st.integers(0, 6)))
)


@given(PERIODS, st.integers(0, 6), TIMES)
def test_periods_together_hold_when_one_of_them_does(periods, day, clock):
    wall = datetime.combine((MONDAY + timedelta(days=day)).date(), clock)
    assert holds(together(periods), wall) == holds(periods, wall)


@given(PERIODS, st.randoms())
def test_periods_together_are_the_same_in_whatever_order_and_however_often(periods, random):
    shuffled = [*periods, *periods]
    random.shuffle(shuffled)
    assert together(shuffled) == together(periods) == together(together(periods))
