"""Lock.me's wall time as instants: rooms in their zones, hours that are skipped or repeated."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.sandbox.lockme import LockmeSandbox
from integrations.vendors.lockme import Lockme
from integrations.vendors.lockme.fields import instant
from tests.integrations.lockme.conftest import Connect
from tests.integrations.lockme.test_reservations import DAY, only


@pytest.mark.parametrize(
    ("day", "hour", "utc"),
    [
        ("2026-03-29", "01:30:00", "2026-03-29T00:30"),
        ("2026-03-29", "02:30:00", "2026-03-29T01:30"),  # does not exist: the clock shows 03:30
        ("2026-03-29", "03:30", "2026-03-29T01:30"),
        ("2026-10-25", "01:30:00", "2026-10-24T23:30"),
        ("2026-10-25", "02:30:00", "2026-10-25T00:30"),  # exists twice: the first
        ("2026-10-25", "03:30:00", "2026-10-25T02:30"),
        ("2026-07-01", "9:05", "2026-07-01T07:05"),
    ],
)
def test_an_hour_that_is_skipped_moves_on_and_one_that_is_repeated_is_the_first(
    shop: LockmeSandbox, client: Lockme, day: str, hour: str, utc: str
) -> None:
    (occurrence,) = only(shop, client, date=day, hour=hour).occurrences
    assert occurrence.starts_at == datetime.fromisoformat(utc).replace(tzinfo=UTC)
    assert occurrence.starts_text == f"{day} {hour}"


@given(
    st.dates(date(2000, 1, 1), date(2040, 1, 1)), st.times(), st.sampled_from(["Europe/Warsaw", "Asia/Tokyo"])
)
def test_the_rooms_clock_shows_the_hour_or_one_hour_more_where_it_is_skipped(
    day: date, clock: time, name: str
) -> None:
    wall = datetime.combine(day, clock)
    shown = instant(day, clock, ZoneInfo(name)).astimezone(ZoneInfo(name)).replace(tzinfo=None)
    assert shown - wall in (timedelta(0), timedelta(hours=1))


def test_a_room_or_department_may_have_a_zone_of_its_own(shop: LockmeSandbox, connect: Connect) -> None:
    shop.add_room(2132, "Lighthouse", "Harbour")
    shop.add_room(2133, "Smugglers", "Harbour")
    for room in (1398, 2132, 2133):
        shop.book(room, "2026-03-10", "16:30")
    client = connect(timezones={"Harbour": "Europe/London", "2133": "Atlantic/Reykjavik"})
    hours = []
    for window in client.windows(["1398", "2132", "2133"], DAY, DAY):
        (record,) = client.read(window).bookings
        hours.append(record.occurrences[0].starts_at.strftime("%H:%M"))
    assert hours == ["15:30", "16:30", "16:30"]
    assert len(shop.calls("/rooms")) == 1
