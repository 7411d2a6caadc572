"""Written times: the hour that a clock repeats never shortens access, whichever way it is read (L-C14)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.vendors.lockt.times import closing, opening
from tests.integrations.lockt.conftest import order

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = st.sampled_from(
    [BERLIN, ZoneInfo("Australia/Lord_Howe"), ZoneInfo("America/New_York"), ZoneInfo("UTC")]
)
INSTANTS = st.datetimes(datetime(2024, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
AUTUMN = datetime(2026, 10, 25, tzinfo=UTC)  # 02:00 to 03:00 in Berlin comes twice, from 00:00 and 01:00 UTC


@given(INSTANTS, ZONES)
def test_l_c14_however_it_is_read_access_is_not_shortened(instant, zone):
    assert max(opening(instant, zone).readings) <= instant <= min(closing(instant, zone).readings)


@given(INSTANTS, ZONES)
def test_l_c14_a_time_has_no_t_no_z_and_no_offset(instant, zone):
    shape = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d"
    assert re.fullmatch(shape, opening(instant, zone).text)
    assert re.fullmatch(shape, closing(instant, zone).text)


@given(INSTANTS, ZONES)
def test_access_is_exact_to_the_second_outside_the_repeated_hour_and_to_the_hour_in_it(instant, zone):
    early, late = (
        instant - min(opening(instant, zone).readings),
        max(closing(instant, zone).readings) - instant,
    )
    repeated = len({instant.astimezone(zone).replace(fold=fold).utcoffset() for fold in (0, 1)}) > 1
    most = timedelta(hours=1) + timedelta(minutes=1) if repeated else timedelta(seconds=1)
    assert max(early, late) < most


def test_starts_are_cut_and_ends_filled_to_the_second():
    instant = datetime(2026, 3, 9, 8, 0, 0, 500_000, tzinfo=UTC)
    assert opening(instant, BERLIN).text == "2026-03-09 09:00:00"
    assert closing(instant, BERLIN).text == "2026-03-09 09:00:01"


@pytest.mark.parametrize(
    ("minutes", "start", "end"),
    [
        (30, "2026-10-25 01:59:00", "2026-10-25 02:30:00"),  # the first half past two
        (90, "2026-10-25 02:30:00", "2026-10-25 03:00:00"),  # the second one
        (120, "2026-10-25 03:00:00", "2026-10-25 03:00:00"),
    ],
)
def test_in_the_repeated_hour_the_text_is_on_the_safe_side(minutes, start, end):
    instant = AUTUMN + timedelta(minutes=minutes)
    assert (opening(instant, BERLIN).text, closing(instant, BERLIN).text) == (start, end)


@pytest.mark.parametrize("fold", [0, 1])
def test_a_night_booking_at_the_change_of_clocks_is_confirmed_and_opens(client, site, fold):
    site.switch["fold"] = fold
    start, end = AUTUMN + timedelta(minutes=30), AUTUMN + timedelta(minutes=90)
    [outcome] = client.issue([order(starts_at=start, ends_at=end)])
    assert outcome.record.confirmed
    assert "clock goes back" in outcome.record.note
    assert site.opens(501, "40001", start)
    assert site.opens(501, "40001", end - timedelta(seconds=1))


def test_a_booking_over_the_skipped_hour_is_exact(client, site):
    start, end = datetime(2026, 3, 29, 0, 30, tzinfo=UTC), datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    [outcome] = client.issue([order(starts_at=start, ends_at=end)])
    assert (outcome.record.confirmed, outcome.record.note) == (True, "")
    assert (site.user("LK-1").effective, site.user("LK-1").expires) == (start, end)
