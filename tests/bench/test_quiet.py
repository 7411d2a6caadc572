"""A quiet pass and the pages at sizes at which no time means anything, but every query does."""

from __future__ import annotations

import pytest

from tests.bench import pages, quiet
from tests.bench.house import Size

pytestmark = pytest.mark.django_db(transaction=True)
SMALL = Size(past=0, coming=8, rooms=8, codes=8, calendars=2, events=6, writing=1, fobs=4, clashes=1, runs=3)
LARGER = Size(
    past=40, coming=32, rooms=8, codes=20, calendars=2, events=24, writing=1, fobs=16, clashes=6, runs=9
)


def test_a_quiet_pass_asks_as_much_and_writes_nothing_however_much_is_behind_it():
    found = list(quiet.lines([0, 60], SMALL, rounds=1))
    assert [str(line) for line in found if line.firm and not line.met and "memory" not in line.name] == []


def test_a_quiet_pass_asks_no_more_for_more_that_is_to_come():
    few, many = (_queries(size) for size in (SMALL, LARGER))
    assert many == few


def _queries(size):
    with quiet.built(size):
        return dict(quiet.measured(0, 1).queries)


def test_no_page_and_no_list_of_the_api_asks_more_the_longer_it_is():
    few, many = pages.asked_in(SMALL), pages.asked_in(LARGER)
    assert {name: (few[name], many[name]) for name in few if many[name] > few[name]} == {}
