"""Times of Lock.me taken for other channels, and given back."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from integrations.errors import Unavailable
from integrations.sandbox.lockme import LockmeSandbox
from integrations.types import BlockDesk, BlockOrder, Slot, SlotSource, Verdict
from integrations.vendors.lockme import Lockme

START = datetime(2026, 3, 10, 15, 30, tzinfo=UTC)  # 16:30 in Warsaw
ORDER = BlockOrder("lkb-7", "1398", START, START + timedelta(hours=1), "taken at the hall")
PUT = "PUT /v2.4"


def test_the_client_takes_times_for_other_channels(client: Lockme) -> None:
    assert isinstance(client, BlockDesk)
    assert isinstance(client, SlotSource)


def test_3_2_a_block_is_a_reservation_with_our_external_id_at_that_hour(
    shop: LockmeSandbox, client: Lockme
) -> None:
    end = client.block(ORDER)
    found = client.booking("1398", "ext/lkb-7")
    assert (end.verdict, end.confirmed) == (Verdict.DONE, True)
    assert found is not None
    assert (found.ref, found.occurrences[0].starts_at) == (end.ref, START)


def test_a_block_asked_for_twice_is_made_once(shop: LockmeSandbox, client: Lockme) -> None:
    assert client.block(ORDER).ref == client.block(ORDER).ref
    assert len(shop.calls(PUT)) == 1


def test_a_block_whose_answer_is_lost_is_found_and_not_made_again(
    shop: LockmeSandbox, client: Lockme
) -> None:
    shop.fail("drop_after", PUT)
    assert client.block(ORDER).verdict is Verdict.DONE
    assert len(shop.calls(PUT)) <= 1


def test_a_block_that_never_arrived_is_not_believed(shop: LockmeSandbox, client: Lockme) -> None:
    shop.fail("drop_before", PUT, times=3)
    with pytest.raises(Unavailable):
        client.block(ORDER)


def test_a_slot_that_somebody_has_refuses_a_block_in_words(shop: LockmeSandbox, client: Lockme) -> None:
    shop.book(1398, "2026-03-10", "16:30:00")
    end = client.block(ORDER)
    assert end.verdict is Verdict.REFUSED
    assert end.text


def test_a_block_given_back_leaves_the_slot_free_and_giving_it_back_twice_is_done(
    shop: LockmeSandbox, client: Lockme
) -> None:
    client.block(ORDER)
    assert client.unblock(ORDER).verdict is Verdict.DONE
    assert not shop.taken(1398, "2026-03-10", "16:30:00")
    assert client.unblock(ORDER).verdict is Verdict.DONE


def test_3_2_a_booking_paid_at_lockme_cannot_be_cancelled(shop: LockmeSandbox, client: Lockme) -> None:
    number = shop.book(1398, "2026-03-10", "16:30:00")
    shop.pay(number)
    assert client.cancel_booking("1398", str(number)).verdict is Verdict.REFUSED
    assert shop.taken(1398, "2026-03-10", "16:30:00")


def test_a_booking_is_moved_to_another_hour_of_its_room(shop: LockmeSandbox, client: Lockme) -> None:
    number = shop.book(1398, "2026-03-10", "16:30:00", source="panel")
    later = START + timedelta(hours=2)
    end = client.move_booking("1398", str(number), later, later)
    assert end.verdict is Verdict.DONE
    assert shop.taken(1398, "2026-03-10", "18:30:00")


def test_the_starts_on_offer_are_told_in_utc(shop: LockmeSandbox, client: Lockme) -> None:
    day = date(2026, 3, 10)
    client.set_date("1398", day, [Slot(time(14)), Slot(time(16, 30))])
    assert client.offered("1398", day) == (START.replace(hour=13, minute=0), START)
