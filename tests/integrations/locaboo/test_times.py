"""B-C6, B-C7, B-C8: Locaboo's local times as spans in UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from integrations.vendors.locaboo.fields import Unreadable
from integrations.vendors.locaboo.times import span

BERLIN = ZoneInfo("Europe/Berlin")


def utc(starts: str, ends: str, zone: ZoneInfo = BERLIN) -> str:
    first, last = span(starts, ends, zone)
    return f"{first:%d %H:%M} {last:%d %H:%M}"


@pytest.mark.parametrize(
    ("starts", "ends", "expected"),
    [
        ("2026-03-10 09:00", "2026-03-10 11:00", "10 08:00 10 10:00"),
        ("2026-07-10 09:00", "2026-07-10 11:00", "10 07:00 10 09:00"),
        ("2026-03-29 01:00", "2026-03-29 04:00", "29 00:00 29 02:00"),
    ],
)
def test_b_c6_times_are_those_of_the_account_s_zone(starts: str, ends: str, expected: str) -> None:
    assert utc(starts, ends) == expected


@pytest.mark.parametrize(
    ("starts", "ends", "expected"),
    [
        ("2026-03-29 02:30", "2026-03-29 05:00", "29 01:30 29 03:00"),
        ("2026-03-29 00:30", "2026-03-29 02:30", "28 23:30 29 01:30"),
        ("2026-03-29 02:10", "2026-03-29 02:50", "29 01:10 29 01:50"),
    ],
)
def test_b_c6_a_skipped_hour_moves_forward(starts: str, ends: str, expected: str) -> None:
    assert utc(starts, ends) == expected


@pytest.mark.parametrize(
    ("starts", "ends", "zone", "expected"),
    [
        ("2026-03-29 02:45", "2026-03-29 03:15", "Europe/Berlin", "29 01:00 29 01:15"),
        ("2026-10-04 02:20", "2026-10-04 02:40", "Australia/Lord_Howe", "03 15:30 03 15:40"),
    ],
)
def test_b_c6_a_start_in_the_skipped_hour_never_passes_its_end(
    starts: str, ends: str, zone: str, expected: str
) -> None:
    assert utc(starts, ends, ZoneInfo(zone)) == expected


def test_b_c6_a_booking_of_nothing_but_the_skipped_hour_is_told() -> None:
    with pytest.raises(Unreadable, match="skips"):
        span("2026-03-29 02:00", "2026-03-29 03:00", BERLIN)


@pytest.mark.parametrize(
    ("starts", "ends", "expected"),
    [
        ("2026-10-25 02:30", "2026-10-25 04:00", "25 00:30 25 03:00"),
        ("2026-10-25 01:00", "2026-10-25 02:30", "24 23:00 25 01:30"),
        ("2026-10-25 02:10", "2026-10-25 02:20", "25 00:10 25 01:20"),
    ],
)
def test_b_c6_an_hour_that_comes_twice_is_open_twice(starts: str, ends: str, expected: str) -> None:
    assert utc(starts, ends) == expected


@pytest.mark.parametrize(
    ("starts", "ends", "expected"),
    [
        ("2026-03-10 00:00", "2026-03-10 23:59", "09 23:00 10 23:00"),
        ("2026-03-10 09:00", "2026-03-12 23:59", "10 08:00 12 23:00"),
        ("2026-03-10 23:59", "2026-03-11 00:30", "10 22:59 10 23:30"),
        ("2026-03-10 09:00", "2026-03-10 23:58", "10 08:00 10 22:58"),
    ],
)
def test_b_c7_23_59_is_the_end_of_the_day(starts: str, ends: str, expected: str) -> None:
    assert utc(starts, ends) == expected


def test_b_c7_the_days_of_a_chain_touch() -> None:
    first = span("2026-03-28 00:00", "2026-03-28 23:59", BERLIN)
    second = span("2026-03-29 00:00", "2026-03-29 23:59", BERLIN)
    assert first[1] == second[0]
    assert second[1] - second[0] == timedelta(hours=23)


@pytest.mark.parametrize(
    ("starts", "ends"),
    [
        ("2026-03-10 11:00", "2026-03-10 09:00"),
        ("2026-03-10 09:00", "2026-03-10 09:00"),
        ("2026-03-10 23:59", "2026-03-10 23:59"),
        ("2026-03-10 18:00", "2026-03-10 00:00"),
        ("2026-03-10 09:00", "2027-04-15 09:00"),
        ("0000-01-01 09:00", "0000-01-01 10:00"),
        ("9999-12-31 09:00", "9999-12-31 23:59"),
        ("0001-01-01 00:00", "0001-01-01 00:10"),
    ],
)
def test_b_c8_a_span_that_makes_no_sense_is_rejected(starts: str, ends: str) -> None:
    with pytest.raises(Unreadable):
        span(starts, ends, BERLIN)


def test_b_c8_a_long_span_is_a_span() -> None:
    first, last = span("2026-03-10 09:00", "2027-04-14 09:00", BERLIN)
    assert last - first == timedelta(days=400, hours=-1)


ZONES = st.sampled_from(["Europe/Berlin", "Europe/Warsaw", "America/New_York", "Australia/Lord_Howe", "UTC"])
MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)).map(  # noqa: DTZ001 local on purpose
    lambda at: at.replace(second=0, microsecond=0)
)


@given(MOMENTS, st.integers(2, 60 * 72), ZONES)
def test_a_span_is_never_empty_and_hardly_shorter_than_it_says(at: datetime, minutes: int, zone: str) -> None:
    until = at + timedelta(minutes=minutes)
    place = ZoneInfo(zone)
    assume(at.replace(tzinfo=place).astimezone(UTC).astimezone(place).replace(tzinfo=None) == at)
    first, last = span(f"{at:%Y-%m-%d %H:%M}", f"{until:%Y-%m-%d %H:%M}", place)
    assert last > first
    assert last - first >= timedelta(minutes=minutes) - timedelta(hours=1)
