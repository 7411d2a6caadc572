from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from backoffice.models import Venue
from backoffice.wording import moment, period

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
