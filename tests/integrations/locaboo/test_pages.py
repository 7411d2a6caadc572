"""B-C10: a list that may be cut off is read whole, or not believed."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from integrations.errors import Garbled
from integrations.sandbox.locaboo import LocabooSandbox
from integrations.types import Window
from integrations.vendors.locaboo import Locaboo
from integrations.vendors.locaboo.pages import collect
from integrations.vendors.locaboo.wire import Envelope

FIRST = date(2026, 3, 9)
MONTH = Window("", FIRST, FIRST + timedelta(days=30))


def fill(shop: LocabooSandbox, count: int, days: int = 31) -> set[str]:
    """Bookings, spread over the days."""
    on = [FIRST + timedelta(days=number % days) for number in range(count)]
    return {str(shop.book(70, f"{day} 09:00", f"{day} 10:00")) for day in on}


@pytest.mark.parametrize("window", ["overlap", "start", "instance"])
@pytest.mark.parametrize("total", ["right", "page"])
@pytest.mark.parametrize("paging", ["honoured", "capped", "ignored"])
def test_b_c10_more_bookings_than_the_cap_are_all_read(
    hall: LocabooSandbox, connect: Callable[..., Locaboo], window: str, total: str, paging: str
) -> None:
    hall.switch |= {"window": window, "total": total, "paging": paging}
    everything = fill(hall, 230)
    assert {each.ref for each in connect().read(MONTH).bookings} == everything


@pytest.mark.parametrize("total", ["right", "page"])
def test_b_c10_a_day_that_stays_cut_off_is_not_believed(
    hall: LocabooSandbox, connect: Callable[..., Locaboo], total: str
) -> None:
    hall.switch |= {"total": total, "paging": "ignored"}
    fill(hall, 130, days=1)
    with pytest.raises(Garbled):
        connect().read(MONTH)


def test_b_c10_one_window_of_ordinary_size_is_one_call(
    hall: LocabooSandbox, connect: Callable[..., Locaboo]
) -> None:
    fill(hall, 33)
    connect().read(MONTH)
    assert len(hall.calls("booking_list")) == 1


@pytest.mark.parametrize("size", [1, 7, 10, 33, 500])
def test_b_c10_pages_of_any_size_make_the_same_whole(
    hall: LocabooSandbox, connect: Callable[..., Locaboo], size: int
) -> None:
    everything = fill(hall, 33)
    assert {each.ref for each in connect(page_size=size).read(MONTH).bookings} == everything


def test_b_c10_customers_beyond_a_cap_are_asked_for(
    hall: LocabooSandbox, connect: Callable[..., Locaboo]
) -> None:
    first = ",".join(f'{{"id": {number}}}' for number in range(1, 101))
    hall.fail("body", "customer_list", body=f'{{"data": [{first}], "total": 101, "success": true}}')
    assert {"1", "100", "4711"} <= {each.ref for each in connect().customers().records}
    assert [call.query.get("offset") for call in hall.calls("customer_list")] == [None, "100"]


def test_an_empty_list_that_promises_more_is_not_believed(
    hall: LocabooSandbox, connect: Callable[..., Locaboo]
) -> None:
    body = '{"data": [], "total": 3, "success": true}'
    hall.fail("body", "booking_list", times=99, body=body)
    with pytest.raises(Garbled):
        connect().read(MONTH)


# --------------------------------------------------------------------------- any server, pure


def rows(count: int) -> list[dict[str, int]]:
    return [{"id": number} for number in range(count)]


def page_total(_everything: int, page: int) -> int:
    return page


@dataclass
class Kind:
    """A server of some kind: what it does with limit, offset, order and total."""

    rows: list[dict[str, int]]
    limit: int
    cap: int | None = None
    offset_works: bool = True
    limit_works: bool = True
    shuffled: bool = False
    total: Callable[[int, int], int] = lambda everything, _page: everything
    calls: int = 0  # also the seed of the order

    def ask(self, offset: int) -> Envelope:
        self.calls += 1
        rows = list(self.rows)
        if self.shuffled:
            random.Random(self.calls).shuffle(rows)
        start = offset if self.offset_works else 0
        most = [each for each in (self.limit if self.limit_works else None, self.cap) if each is not None]
        page = rows[start : start + min(most, default=len(rows))]
        return Envelope(page, self.total(len(self.rows), len(page)), {}, "GET /x")


TOTALS = st.sampled_from(
    [
        lambda everything, page: everything,
        page_total,
        lambda everything, page: 0,
        lambda everything, page: 4,
        lambda everything, page: everything + 1,
    ]
)
SERVERS = st.builds(
    Kind,
    rows=st.one_of(st.integers(0, 20), st.integers(0, 260)).map(rows),
    limit=st.sampled_from([1, 7, 50, 100, 500]),
    cap=st.sampled_from([None, 50, 100, 250]),
    offset_works=st.booleans(),
    limit_works=st.booleans(),
    shuffled=st.booleans(),
    total=TOTALS,
    calls=st.integers(0, 10_000),
)


@settings(max_examples=400)
@example(Kind(rows(10), 7, shuffled=True, total=page_total, calls=5))
@given(SERVERS)
def test_what_is_called_complete_is_complete(server: Kind) -> None:
    haul = collect(server.ask, server.limit)
    assert not haul.complete or len(haul.rows) == len(server.rows)


@given(SERVERS)
def test_no_server_is_asked_for_ever(server: Kind) -> None:
    before = server.calls
    collect(server.ask, server.limit)
    assert server.calls - before <= len(server.rows) + 2


@given(st.integers(0, 260), st.sampled_from([1, 7, 50, 100, 500]), st.booleans())
def test_an_honest_server_is_believed(count: int, limit: int, knows_total: bool) -> None:
    server = Kind(rows(count), limit, total=lambda everything, page: everything if knows_total else page)
    assert collect(server.ask, limit).complete


def test_pages_that_never_end_are_not_believed() -> None:
    def ask(offset: int) -> Envelope:
        return Envelope([{"id": offset}], 0, {}, "GET /x")

    with pytest.raises(Garbled):
        collect(ask, 1)


def test_rows_without_an_id_are_told_apart_by_all_of_it() -> None:
    pages = iter([[{"id": None, "a": 1}, "x"], ["x", {"a": 2}], []])
    haul = collect(lambda _: Envelope(next(pages), 0, {}, "GET /x"), 2)
    assert haul.rows == [{"id": None, "a": 1}, "x", {"a": 2}]


@pytest.mark.parametrize("count", [0, 1, 49, 51])
def test_a_server_without_paging_and_total_is_believed_below_a_round_number(count: int) -> None:
    server = Kind(rows(count), 500, offset_works=False, total=lambda *_: 0)
    assert collect(server.ask, 500).complete
