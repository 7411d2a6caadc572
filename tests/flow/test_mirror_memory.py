"""What a run remembers: little, and yet everything that decides whether a booking is missing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backoffice.flow.mirror import refresh_bookings
from backoffice.flow.mirror.clues import Elsewhere
from backoffice.flow.mirror.refs import Refs
from backoffice.models import Occurrence
from backoffice.states import RunState
from integrations.types import Reading, Window
from tests.factories import NOW, LocabooFactory
from tests.fakes import NINE, FakeSource, booking, occurrence

BERLIN = ZoneInfo("Europe/Berlin")
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
FIRST = NINE.date()


@given(st.lists(st.text(max_size=5)), st.lists(st.text(max_size=5)))
def test_refs_are_a_set_of_refs(remembered, asked):
    refs = Refs()
    refs.update(remembered)
    assert len(refs) == len(set(remembered))
    assert refs.among(asked) == set(remembered) & set(asked)


def test_a_hundred_thousand_refs_take_less_than_a_megabyte():
    refs = Refs()
    refs.update(map(str, range(100_000)))
    assert refs._hashes.itemsize * len(refs._hashes) < 1_000_000


def test_what_was_told_of_a_day_is_forgotten_with_its_last_window():
    one, two = (Window("", FIRST + n * DAY, FIRST + (n + 2) * DAY) for n in (0, 2))
    told = Elsewhere.of([one, two], BERLIN)
    on_both = NINE + 2 * DAY
    told.tell(on_both, (7, 8))
    told.read(one, BERLIN)
    assert told.told(on_both, (8,))
    told.read(two, BERLIN)
    assert not told.told(on_both, (8,))
    assert not told._told


def test_what_no_window_will_ask_for_is_not_kept():
    told = Elsewhere.of([Window("", FIRST, FIRST)], BERLIN)
    told.tell(NINE + 30 * DAY, (7,))
    assert not told._told


class Odd(FakeSource):
    """Tells the series s, whole, in one window alone: the first or the last of two."""

    teller = 0

    def read(self, window):
        reading = super().read(window)
        silent = window.first != FIRST - DAY + self.teller * 10 * DAY
        kept = (one for one in reading.bookings if one.ref != "s") if silent else reading.bookings
        return Reading(window, tuple(kept))


@pytest.mark.django_db
@pytest.mark.parametrize("teller", [0, 1])
def test_an_occurrence_that_another_window_told_before_or_after_is_not_missing(teller):
    account = LocabooFactory(timezone="UTC", lookback_days=0, horizon_days=19)
    spans = [occurrence(str(n), starts=NINE + 7 * n * DAY) for n in range(3)]
    source = Odd(window_days=10).add(booking("s", *spans), booking("b1"))
    source.teller = teller
    for minute in range(4):
        run = refresh_bookings(account, source, NOW + minute * MINUTE, full=True)
        assert run.state == RunState.OK
    assert not Occurrence.objects.exclude(missing_since=None, gone_at=None).exists()
    assert source.count("booking lab s") == 0


@pytest.mark.django_db
def test_an_occurrence_that_no_window_told_is_asked_about():
    account = LocabooFactory(timezone="UTC", lookback_days=0, horizon_days=19)
    spans = [occurrence(str(n), starts=NINE + 7 * n * DAY) for n in range(3)]
    source = Odd(window_days=10).add(booking("s", *spans), booking("b1"))
    refresh_bookings(account, source, NOW, full=True)
    source.add(replace(source.bookings["s"], occurrences=tuple(spans[:2])))
    refresh_bookings(account, source, NOW + MINUTE, full=True)
    assert source.count("booking lab s") == 1
    assert set(Occurrence.objects.filter(gone_at=None).values_list("ref", flat=True)) >= {"0", "1"}
    assert Occurrence.objects.get(ref="2").gone_at == datetime(2026, 3, 9, 8, 1, tzinfo=UTC)
