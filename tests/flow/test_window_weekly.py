"""A window as one span of a lock's clock, also while that is put on or back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backoffice.flow.window import shown, zone_of
from tests.flow.test_window import CLOCKS, DAYS

MINUTE = timedelta(minutes=1)
STARTS = st.builds(
    lambda day, minutes: datetime.fromisoformat(f"{day}T00:00:00+00:00") + minutes * MINUTE,
    st.sampled_from(DAYS),
    st.integers(0, 3000),
)


@settings(max_examples=80, deadline=None)
@given(STARTS, st.integers(1, 2000), st.sampled_from(CLOCKS), st.integers(0, 1999))
def test_every_minute_of_the_window_is_in_the_span(starts_at, length, clock, minute):
    span = shown(starts_at, starts_at + length * MINUTE, clock)
    at = starts_at + min(minute, length - 1) * MINUTE
    assert span.start_local <= at.astimezone(zone_of(clock)).replace(tzinfo=None) < span.end_local
    assert span.starts_at <= at < span.ends_at


def test_an_hour_that_comes_twice_opens_twice_and_says_so():
    start = datetime(2026, 10, 25, 0, 15, tzinfo=UTC)  # 2:15 summer time, for an hour
    span = shown(start, start + 60 * MINUTE, "Europe/Berlin")
    assert (f"{span.start_local:%H:%M}", f"{span.end_local:%H:%M}") == ("02:00", "03:00")
    assert (span.early_minutes, span.late_minutes) == (15, 45)


def test_a_clock_that_is_none_is_refused():
    with pytest.raises(ValueError, match="no clock"):
        shown(datetime(2026, 3, 9, tzinfo=UTC), datetime(2026, 3, 10, tzinfo=UTC), "Mars/Olympus")
