"""One booking blocks each place once; a slot that two of them take is handed on and never free meanwhile."""

from __future__ import annotations

import pytest

from backoffice.models import Block, CalendarPairing, Room, VendorAccount
from tests.story.channels import LAB, Channels, channels
from tests.story.conftest import MORNING, berlin

__all__ = ["channels"]

HOURS = ("14:00", "15:00", "16:30", "18:00")
NEXT = "2026-03-10"


@pytest.fixture(autouse=True)
def offered(channels: Channels) -> None:
    channels.offer(*HOURS)


def hall(channels: Channels, start: str, end: str) -> int:
    return channels.locaboo.book(90, berlin(start, NEXT), berlin(end, NEXT), customer_id=4711)


def test_a_slot_that_two_take_stays_taken_by_the_same_block_when_one_of_them_goes(channels: Channels) -> None:
    booked = hall(channels, "15:00", "16:00")
    channels.sync()
    (number,) = channels.lockme.starts()
    channels.google.put_event(LAB, "Away", f"{NEXT} 15:00", f"{NEXT} 16:00")
    channels.sync()
    channels.locaboo.cancel(booked)
    channels.sync()
    channels.sync()
    assert list(channels.lockme.starts()) == [number]
    assert not channels.lockme.calls("DELETE")


def test_a_slot_that_two_take_is_not_refused_to_the_second(channels: Channels) -> None:
    hall(channels, "15:00", "16:00")
    channels.google.put_event(LAB, "Away", f"{NEXT} 15:00", f"{NEXT} 16:00")
    channels.sync()
    channels.sync()
    assert not Block.objects.filter(state="failed").exists()


def test_an_event_of_a_calendar_that_part_and_whole_share_blocks_each_place_once(channels: Channels) -> None:
    ballroom, account = Room.objects.get(slug="ballroom"), VendorAccount.objects.get(slug="calendars")
    Room.objects.filter(slug="lab").update(part_of=ballroom)
    Room.objects.filter(pk=ballroom.pk).update(block_on=["halls"])
    CalendarPairing.objects.create(
        room=ballroom, account=account, ref=LAB, mode="bidirectional", activated_at=MORNING
    )
    channels.google.put_event(LAB, "Away", f"{NEXT} 15:00", f"{NEXT} 16:00")
    channels.sync()
    places = [row["resource"] for row in channels.locaboo.state()["bookings"]]
    assert sorted(places) == ["Ballsaal", "Labor"]
