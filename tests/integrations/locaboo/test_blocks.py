"""Times of Locaboo taken for other channels, and given back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from integrations.errors import Unavailable
from integrations.sandbox.locaboo import LocabooSandbox
from integrations.types import BlockDesk, BlockOrder, Verdict, Window
from integrations.vendors.locaboo import Locaboo

START = datetime(2026, 3, 10, 13, tzinfo=UTC)
ORDER = BlockOrder("lkb7", "80", START, START + timedelta(hours=2), "Blocked")
ADD, SAVE = "booking_add", "booking_save"


def spans(client: Locaboo, resource: str) -> list[tuple[datetime, datetime | None]]:
    """What Locaboo lists for the resource on the day."""
    day = START.date()
    bookings = client.read(Window("", day, day)).bookings
    found = [one for each in bookings for one in each.occurrences if one.resource_ref == resource]
    return [(one.starts_at, one.ends_at) for one in found]


def test_the_client_takes_times_for_other_channels(client: Locaboo) -> None:
    assert isinstance(client, BlockDesk)


@pytest.mark.parametrize("resource", ["80", "70", "71"])
def test_a_block_takes_the_span_of_a_room_a_hall_and_a_part(client: Locaboo, resource: str) -> None:
    end = client.block(replace(ORDER, resource_ref=resource))
    assert end.verdict is Verdict.DONE
    assert spans(client, resource) == [(ORDER.starts_at, ORDER.ends_at)]


def test_b_c19_a_block_asked_for_twice_is_made_once(hall: LocabooSandbox, client: Locaboo) -> None:
    first = client.block(ORDER)
    again = client.block(ORDER)
    assert (again.verdict, again.ref) == (Verdict.DONE, first.ref)
    assert len(hall.calls(ADD)) == 1
    assert not hall.calls(SAVE)


def test_b_c19_a_block_whose_answer_is_lost_is_found_before_it_is_asked_for_again(
    hall: LocabooSandbox, client: Locaboo
) -> None:
    hall.fail("drop_after", ADD)
    with pytest.raises(Unavailable):
        client.block(ORDER)
    assert client.block(ORDER).verdict is Verdict.DONE
    assert len(spans(client, "80")) == 1


def test_b_c20_a_block_that_moved_is_saved_anew_not_added(hall: LocabooSandbox, client: Locaboo) -> None:
    ref = client.block(ORDER).ref
    later = replace(ORDER, ref=ref, starts_at=START + timedelta(hours=3), ends_at=START + timedelta(hours=4))
    assert client.block(later).ref == ref
    assert spans(client, "80") == [(later.starts_at, later.ends_at)]
    assert len(hall.calls(ADD)) == 1


def test_a_block_given_back_leaves_the_span_free_and_giving_it_back_twice_is_done(
    client: Locaboo,
) -> None:
    ref = client.block(ORDER).ref
    for order in (replace(ORDER, ref=ref), replace(ORDER, ref=ref), ORDER):
        assert client.unblock(order).verdict is Verdict.DONE
        assert spans(client, "80") == []


def test_a_booking_of_several_spans_is_not_cancelled_from_here(hall: LocabooSandbox, client: Locaboo) -> None:
    number = hall.book(80, START, START + timedelta(hours=1))
    hall.extend(number, 80, START + timedelta(hours=5), START + timedelta(hours=6))
    end = client.cancel_booking("80", str(number))
    assert end.verdict is Verdict.REFUSED
    assert len(spans(client, "80")) == 2


def test_a_booking_of_several_spans_is_not_moved_from_here(hall: LocabooSandbox, client: Locaboo) -> None:
    number = hall.book(80, START, START + timedelta(hours=1))
    hall.extend(number, 80, START + timedelta(hours=5), START + timedelta(hours=6))
    end = client.move_booking("80", str(number), START + timedelta(hours=2), START + timedelta(hours=3))
    assert end.verdict is Verdict.REFUSED
    assert len(spans(client, "80")) == 2


def test_a_booking_that_is_cancelled_is_not_brought_back_by_moving_it(
    hall: LocabooSandbox, client: Locaboo
) -> None:
    number = hall.book(80, START, START + timedelta(hours=1))
    hall.cancel(number)
    end = client.move_booking("80", str(number), START + timedelta(hours=2), START + timedelta(hours=3))
    assert end.verdict is Verdict.REFUSED
    assert spans(client, "80") == []


def test_a_booking_of_one_span_is_cancelled_and_moved(hall: LocabooSandbox, client: Locaboo) -> None:
    number = hall.book(80, START, START + timedelta(hours=1))
    later = START + timedelta(hours=5)
    assert client.move_booking("80", str(number), later, later + timedelta(hours=1)).verdict is Verdict.DONE
    assert spans(client, "80") == [(later, later + timedelta(hours=1))]
    assert client.cancel_booking("80", str(number)).verdict is Verdict.DONE
    assert spans(client, "80") == []
