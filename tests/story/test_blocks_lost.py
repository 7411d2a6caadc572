"""Blocks of which we lost sight: written but not answered, dragged elsewhere, brought back by people."""

from __future__ import annotations

import pytest

from backoffice import tasks
from backoffice.flow.channels import asking
from backoffice.models import Block, VendorAccount, VendorWrite
from tests.story.channels import LAB, Channels, channels
from tests.story.conftest import berlin

__all__ = ["channels"]

HOURS = ("14:00", "15:00", "16:30", "18:00")
NEXT, AFTER = "2026-03-10", "2026-03-11"


@pytest.fixture(autouse=True)
def offered(channels: Channels) -> None:
    channels.offer(*HOURS)


def hall(channels: Channels) -> int:
    return channels.locaboo.book(90, berlin("15:00", NEXT), berlin("16:00", NEXT), customer_id=4711)


def at_locaboo(channels: Channels) -> list[tuple[str, str]]:
    """When the laboratory is taken at Locaboo."""
    rows = channels.locaboo.state()["bookings"]
    return sorted((row["from"], row["to"][11:]) for row in rows if row["status"] == "Live")


def reread(channels: Channels, slug: str) -> None:
    """Only this account is read, and what follows is planned and written."""
    tasks.refresh(VendorAccount.objects.get(slug=slug), full=True)
    channels.later(minutes=1)
    tasks.follow_up()


def test_an_event_whose_answer_was_lost_goes_with_its_booking(channels: Channels) -> None:
    booked = hall(channels)
    channels.google.fail("drop_after", "POST /calendar/v3/calendars")
    channels.google.fail("status", "/events", times=99, status=503)
    channels.sync("halls")
    assert len(channels.events()) == 1
    channels.locaboo.cancel(booked)
    channels.google.faults.clear()
    reread(channels, "halls")
    reread(channels, "halls")
    assert channels.events() == []


def test_a_block_whose_answer_was_lost_moves_with_its_booking_before_it_was_read(channels: Channels) -> None:
    number = channels.game("15:00", NEXT)
    channels.locaboo.fail("drop_after", "booking_add")
    channels.locaboo.fail("slow", "booking_list")
    channels.locaboo.fail("status", "booking_list", times=99, status=503)
    channels.sync("lockme")
    assert at_locaboo(channels) == [(f"{NEXT} 15:00", "16:00")]
    channels.lockme.move(number, None, AFTER, "15:00:00")
    channels.locaboo.faults.clear()
    reread(channels, "lockme")
    assert at_locaboo(channels) == [(f"{AFTER} 15:00", "16:00")]


def test_a_block_that_somebody_makes_longer_is_as_long_as_its_booking_again(channels: Channels) -> None:
    channels.game("15:00", NEXT)
    channels.sync()
    ((number, order),) = channels.locaboo.store.bookings.items()
    channels.later(minutes=5)
    channels.locaboo.move(number, order.instances[0].id, berlin("15:00", NEXT), berlin("17:00", NEXT))
    channels.sync()
    assert at_locaboo(channels) == [(f"{NEXT} 15:00", "16:00")]


def test_a_block_that_somebody_moves_to_another_room_is_moved_back(channels: Channels) -> None:
    hall(channels)
    channels.sync()
    (number,) = channels.lockme.starts()
    channels.later(minutes=5)
    channels.lockme.move(number, 1400, NEXT, "15:00:00")
    channels.sync()
    assert channels.lockme.store.reservations[number]["roomid"] == 1398


def test_a_block_that_somebody_moved_to_another_room_goes_with_its_booking(channels: Channels) -> None:
    booked = hall(channels)
    channels.sync()
    (number,) = channels.lockme.starts()
    channels.later(minutes=5)
    channels.lockme.move(number, 1400, NEXT, "15:00:00")
    channels.locaboo.cancel(booked)
    channels.sync()
    channels.sync()
    assert channels.lockme.starts() == {}


def test_a_block_that_is_made_after_it_was_given_up_goes(channels: Channels) -> None:
    booked = hall(channels)
    channels.sync()
    (row,) = channels.lockme.store.reservations.values()
    channels.locaboo.cancel(booked)
    channels.sync()
    channels.lockme.store.add(row, "2026-03-09 09:00:00")
    channels.sync()
    channels.sync()
    assert channels.lockme.starts() == {}


def test_an_order_of_an_account_that_stops_ends_neither_the_others_nor_the_pass(channels: Channels) -> None:
    for hour in HOURS[:2]:
        channels.lockme.book(1398, NEXT, f"{hour}:00", source="panel", name="Ida")
    channels.sync()
    channels.sync()
    channels.later(minutes=5)
    for event in channels.events():
        channels.google.drag(LAB, event["id"], event["start"]["dateTime"].replace(NEXT, AFTER))
    channels.lockme.fail("status", "/move", times=99, status=401)
    channels.sync(status=1)
    assert VendorAccount.objects.get(slug="lockme").stopped_at


def test_what_was_asked_for_and_tried_again_by_staff_is_looked_for_when_it_is_not_wanted_any_more(
    channels: Channels,
) -> None:
    booked = hall(channels)
    channels.lockme.fail("drop_after", "PUT /v2.4")
    channels.lockme.fail("slow", "reservation/ext")
    channels.lockme.fail("status", "reservation/ext", times=99, status=503)
    channels.sync("halls")
    assert channels.lockme.starts()
    Block.objects.filter(state="planned").update(**asking.AGAIN)
    channels.lockme.faults.clear()
    channels.locaboo.cancel(booked)
    reread(channels, "halls")
    reread(channels, "halls")
    assert channels.lockme.starts() == {}


def test_an_order_that_was_carried_out_leaves_no_earlier_one_in_doubt(channels: Channels) -> None:
    number = channels.lockme.book(1398, NEXT, "15:00:00", source="panel", name="Ida")
    for _ in range(2):
        channels.sync()
    channels.later(minutes=5)
    channels.google.drag(LAB, channels.events()[0]["id"], f"{NEXT} 18:00")
    channels.lockme.fail("status", "/move", status=503)
    channels.sync()
    channels.later(minutes=15)
    channels.sync()
    assert channels.lockme.starts()[number] == berlin("18:00", NEXT)
    assert {write.state for write in VendorWrite.objects.all()} == {"done"}


@pytest.mark.parametrize("removed", [True, False], ids=["and is removed", "and stays"])
def test_a_block_that_was_written_and_not_read_yet_is_looked_for(
    channels: Channels, *, removed: bool
) -> None:
    channels.game("15:00", NEXT)
    with pytest.MonkeyPatch.context() as patch:  # its writer dies before it has mirrored what it made
        patch.setattr("backoffice.tasks.keeping._mirror_blocks", lambda *_: None)
        channels.sync("lockme")
    block = Block.objects.get(account__slug="halls")
    assert block.state == "active"
    if removed:
        channels.locaboo.delete(int(block.ref))
    reread(channels, "lockme")
    block.refresh_from_db()
    assert (block.state, block.said) == (("removed", "deleted") if removed else ("active", ""))
    assert at_locaboo(channels) == ([] if removed else [(f"{NEXT} 15:00", "16:00")])
