from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from backoffice.models import Venue
from backoffice.wording import moment, period, whole_days

BERLIN = Venue(timezone="Europe/Berlin")
HOUR = timedelta(hours=1)


def test_a_span_is_told_in_the_venues_zone():
    start = datetime(2026, 3, 9, 17, tzinfo=UTC)
    assert period(start, start + HOUR, BERLIN) == "Mon 9 Mar 18:00–19:00"
    assert period(start, start + HOUR, Venue(timezone="Europe/London")) == "Mon 9 Mar 17:00–18:00"


def test_a_span_over_midnight_names_both_days():
    start = datetime(2026, 3, 9, 22, tzinfo=UTC)
    assert period(start, start + 2 * HOUR, BERLIN) == "Mon 9 Mar 23:00 – Tue 10 Mar 01:00"


@pytest.mark.parametrize(
    ("hour", "text"), [(0, "Sun 25 Oct 02:00 CEST"), (1, "Sun 25 Oct 02:00 CET"), (2, "Sun 25 Oct 03:00")]
)
def test_only_a_time_that_comes_twice_is_told_with_its_zone(hour, text):
    assert moment(datetime(2026, 10, 25, hour, tzinfo=UTC), BERLIN) == text


def test_a_time_that_is_skipped_is_never_told():
    assert moment(datetime(2026, 3, 29, 1, tzinfo=UTC), BERLIN) == "Sun 29 Mar 03:00"


@pytest.mark.parametrize(
    ("first", "after", "text"),
    [
        ("2026-12-06", "2026-12-07", "Sun 6 Dec, all day"),
        ("2026-12-06", "2026-12-08", "Sun 6 Dec – Mon 7 Dec, all day"),
        ("2026-12-31", "2027-01-02", "Thu 31 Dec 2026 – Fri 1 Jan 2027, all day"),
        ("2026-03-29", "2026-03-30", "Sun 29 Mar, all day"),
        ("2026-12-06", "2026-12-06", ""),
        ("2026-12-06", "2026-12-07T10:00", ""),
    ],
)
def test_from_midnight_to_midnight_the_days_are_told(first, after, text):
    zone = ZoneInfo("Europe/Berlin")
    begins, ends = (datetime.fromisoformat(each).replace(tzinfo=zone) for each in (first, after))
    assert whole_days(begins.astimezone(UTC), ends.astimezone(UTC), zone) == text
    assert not text or period(begins, ends, BERLIN) == text


def test_the_year_is_told_where_it_is_not_the_one_that_is_known():
    zone = ZoneInfo("Europe/Berlin")
    begins, ends = (datetime(2025, 12, day, tzinfo=zone) for day in (6, 7))
    assert whole_days(begins, ends, zone, 2026) == "Sat 6 Dec 2025, all day"
