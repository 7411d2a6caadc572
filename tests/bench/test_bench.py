"""The bench does what it says, at a size at which no time means anything."""

from __future__ import annotations

import pytest

from backoffice import accounts
from backoffice.models import Booking
from tests.bench import cards, memory
from tests.bench.hall import DAY, FIRST, Hall
from tests.bench.loop import Loop
from tests.bench.mirroring import Bench, account, refresh, versions
from tests.bench.wanted import times_as_fast, times_as_long
from tests.bench.wire import served

pytestmark = pytest.mark.django_db(transaction=True)


def test_every_ratio_is_measured_and_the_unchanged_run_writes_nothing():
    lines = list(Bench(Hall(2), sample=50, rounds=1).lines())
    assert [line.wanted for line in lines if line.wanted and not line.firm] == [
        "at least 15",
        "at most 4",
        "at least 100",
    ]
    assert [line.found for line in lines if line.firm and line.met] == ["none"]


def test_a_written_row_is_noticed():
    row = account("hall", Hall(1))
    refresh(row, Hall(1), 0)
    before = versions()
    Booking.objects.filter(pk=Booking.objects.first().pk).update(title="Training of club 0")
    assert [name for name, found in versions().items() if found != before[name]] == ["backoffice_booking"]


def test_the_loop_writes_what_the_mirror_would_write():
    hall = Hall(2)
    row = account("hall", hall)
    refresh(row, hall, 0)
    hall.edition = 1
    Loop(row, hall, hall.occurrences).run()
    run, _ = refresh(row, hall, 1)
    assert hall.changed
    assert (run.seen, run.created, run.updated) == (hall.bookings, 0, 0)


def test_the_hall_is_the_same_over_http():
    hall = Hall(3)
    with served(hall) as address:
        row = account("hall", hall, base_url=address, secrets={"api_secret_key": "a key of the bench"})
        client = accounts.booking_source(row)
        (window,) = client.windows([], FIRST, FIRST + 5 * DAY)
        assert client.read(window) == hall.read(window)


def test_memory_is_measured_in_a_process_of_its_own():
    *peaks, _ = memory.lines([1, 2])
    assert all(float(line.found.removesuffix(" MB")) > 20 for line in peaks)


def test_cards_are_counted_where_they_arrive():
    confirmed, writes, reads = cards.lines(101)
    assert (confirmed.found, writes.found) == ("101", "2")
    assert confirmed.met
    assert writes.met
    assert reads.met


def test_a_ratio_that_is_missed_says_so():
    assert not times_as_fast("slow", [1.0, 1.0], [10.0, 20.0], 100).met
    assert "MISSED" in str(times_as_long("slow", [9.0], [1.0], 4))
