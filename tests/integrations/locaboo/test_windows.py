"""Windows, and what a reading of one holds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from integrations.sandbox.locaboo import LocabooSandbox
from integrations.types import BookingStatus, Window
from integrations.vendors.locaboo import Locaboo
from tests.integrations.locaboo.answers import MARCH

KEY = LocabooSandbox.secrets["api_secret_key"]


def test_b_c9_windows_share_a_day_and_cover_the_span(connect: Callable[..., Locaboo]) -> None:
    windows = list(connect(window_days=31).windows(["71"], date(2026, 3, 7), date(2026, 5, 8)))
    assert [(each.first, each.last) for each in windows] == [
        (date(2026, 3, 7), date(2026, 4, 6)),
        (date(2026, 4, 6), date(2026, 5, 6)),
        (date(2026, 5, 6), date(2026, 5, 8)),
    ]
    assert {each.resource_ref for each in windows} == {""}


def test_b_c9_the_nearest_window_comes_first(connect: Callable[..., Locaboo]) -> None:
    windows = list(connect(window_days=10).windows([], date(2026, 1, 1), date(2026, 4, 1)))
    assert windows[0].first <= date(2026, 3, 9) <= windows[0].last
    assert windows[-1].first == date(2026, 1, 1)


@pytest.mark.parametrize(("days", "count"), [(1, 4), (2, 3), (3, 2), (4, 1), (400, 1)])
def test_b_c9_windows_of_any_length_come_to_an_end(
    connect: Callable[..., Locaboo], days: int, count: int
) -> None:
    windows = list(connect(window_days=days).windows([], date(2026, 3, 9), date(2026, 3, 12)))
    assert len(windows) == count
    assert max(each.last for each in windows) == date(2026, 3, 12)


def test_b_c9_details_and_dates_are_always_asked_for(hall: LocabooSandbox, client: Locaboo) -> None:
    client.read(MARCH)
    (call,) = hall.calls("booking_list")
    del call.query["api_secret_key"]
    assert call.query == {
        "date_from": "2026-03-09",
        "date_to": "2026-03-31",
        "show_details": "true",
        "limit": "500",
        "offset": "0",
    }


@pytest.mark.parametrize(
    ("semantics", "seen"),
    [("overlap", {"501", "502", "503"}), ("start", set()), ("instance", {"502"})],
)
def test_b_s4_a_reading_holds_for_every_meaning_of_a_window(
    hall: LocabooSandbox, client: Locaboo, semantics: str, seen: set[str]
) -> None:
    booking = hall.book(71, "2026-03-09 18:00", "2026-03-11 18:00")
    hall.switch["window"] = semantics
    reading = client.read(Window("", date(2026, 3, 10), date(2026, 3, 10)))
    assert {one.ref for each in reading.bookings for one in each.occurrences} == seen
    told = client.booking("71", str(booking))
    assert told is not None
    assert {one.ref for one in told.occurrences} == {"501", "502", "503"}


@pytest.mark.parametrize(
    ("switch", "value"),
    [
        ("unknown_keys", True),
        ("shuffle", True),
        ("nasty_text", True),
        ("status_key", "status"),
        ("status_key", "booking_status"),
        ("total", "page"),
        ("paging", "ignored"),
        ("paging", "capped"),
        ("cap", 0),
        ("free_text_fields", "inside"),
        ("free_text_fields", "none"),
        ("as_documented", True),
        ("window", "start"),
        ("window", "instance"),
    ],
)
def test_every_position_of_a_switch_tells_the_same_bookings(
    hall: LocabooSandbox, client: Locaboo, switch: str, value: Any
) -> None:
    for hour in (9, 11, 13):
        hall.book(71, f"2026-03-10 {hour:02}:00", f"2026-03-10 {hour + 2}:00", 4711)
    hall.switch[switch] = value
    reading = client.read(MARCH)
    assert sorted(each.ref for each in reading.bookings) == ["9001", "9002", "9003"]
    assert all(each.status is BookingStatus.CONFIRMED for each in reading.bookings)
    assert reading.rejected == ()
    assert len(client.resources().records) == 4


@pytest.mark.parametrize("listed", [("Live",), ("Live", "Cancelled", "Pending", "Draft", "Completed")])
@pytest.mark.parametrize("detail", ["404", "200"])
def test_a_cancelled_booking_is_absent_or_says_so(
    hall: LocabooSandbox, client: Locaboo, listed: tuple[str, ...], detail: str
) -> None:
    hall.switch |= {"listed": listed, "unlisted_detail": detail, "status_key": "status"}
    hall.cancel(hall.book(71, "2026-03-10 09:00", "2026-03-10 11:00"))
    told = [*client.read(MARCH).bookings, *filter(None, [client.booking("71", "9001")])]
    assert all(each.status is BookingStatus.CANCELLED for each in told)
    assert len(told) == (2 if len(listed) > 1 else int(detail == "200"))


@pytest.mark.parametrize("renumber", [True, False])
def test_a_moved_instance_is_told_with_its_id_of_now(
    hall: LocabooSandbox, client: Locaboo, renumber: bool
) -> None:
    hall.switch["renumber"] = renumber
    booking = hall.book(71, "2026-03-10 09:00", "2026-03-10 11:00")
    hall.move(booking, 501, "2026-03-11 09:00", "2026-03-11 11:00", 72)
    (one,) = client.read(MARCH).bookings[0].occurrences
    assert (one.ref, one.resource_ref) == ("502" if renumber else "501", "72")
    assert one.starts_at == datetime(2026, 3, 11, 8, tzinfo=UTC)


def test_b_c19_no_read_ever_writes(hall: LocabooSandbox, client: Locaboo) -> None:
    hall.book(71, "2026-03-10 09:00", "2026-03-10 11:00")
    client.resources(), client.customers(), client.read(MARCH), client.booking("71", "9001")
    assert not hall.calls("booking_save")
    assert not hall.calls("POST")
