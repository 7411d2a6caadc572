"""Which windows a poll reads."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from backoffice.flow.mirror import schedule
from integrations.types import Window

TODAY = date(2026, 3, 9)
DAY = timedelta(days=1)


def day(offset, ref="lab"):
    return Window(ref, TODAY + offset * DAY, TODAY + offset * DAY)


@given(st.integers(-1, 2), st.integers(0, 10**7))
def test_near_days_are_read_at_every_poll(offset, poll):
    assert schedule.due(day(offset), TODAY, poll)


@given(st.integers(3, 13), st.integers(0, 10**7))
def test_days_of_the_coming_fortnight_are_read_once_in_six_polls(offset, poll):
    assert sum(schedule.due(day(offset), TODAY, poll + i) for i in range(6)) == 1


@given(st.integers(14, 400) | st.integers(-400, -2), st.integers(0, 10**7))
def test_far_days_are_read_once_in_24_polls(offset, poll):
    assert sum(schedule.due(day(offset), TODAY, poll + i) for i in range(24)) == 1


@given(st.integers(0, 10**7))
def test_every_poll_reads_about_as_many_days(poll):
    assert 6 <= sum(schedule.due(day(offset), TODAY, poll) for offset in range(-2, 61)) <= 9


def test_a_window_of_the_whole_account_is_always_read():
    assert all(schedule.due(Window("", TODAY, TODAY + 60 * DAY), TODAY, poll) for poll in range(24))


def test_the_poll_number_changes_with_each_interval():
    at = datetime(2026, 3, 9, 8, 0, tzinfo=UTC)
    numbers = [schedule.poll_number(at + timedelta(minutes=m), 5) for m in (0, 4, 5, 10)]
    assert [number - numbers[0] for number in numbers] == [0, 0, 1, 2]


def test_the_days_of_a_window_are_the_accounts_own_even_on_a_night_of_23_hours():
    first, last = schedule.bounds(Window("", date(2026, 3, 29), date(2026, 3, 29)), ZoneInfo("Europe/Berlin"))
    assert last.astimezone(UTC) - first.astimezone(UTC) == timedelta(hours=23)


def test_days_that_follow_each_other_are_told_as_one_span():
    windows = [day(2), day(0), day(1), day(0, "hall"), day(5)]
    assert schedule.brief(windows) == [
        {"resource": "hall", "first": "2026-03-09", "last": "2026-03-09"},
        {"resource": "lab", "first": "2026-03-09", "last": "2026-03-11"},
        {"resource": "lab", "first": "2026-03-14", "last": "2026-03-14"},
    ]
