"""Events that become series, and series that are deleted: every instance blocks once and frees its slot."""

from __future__ import annotations

import pytest

from backoffice.models import Block, Booking
from tests.story.channels import LAB, Channels, channels
from tests.story.loops import NEXT, offered

__all__ = ["channels", "offered"]


def test_an_event_of_ours_that_a_person_makes_a_series_of_is_one_event_again(channels: Channels) -> None:
    number = channels.lockme.book(1398, "2026-03-09", "14:30:00", source="panel", name="Ida")
    channels.sync()
    channels.sync()
    (event,) = channels.events()
    channels.later(minutes=5)
    channels.google.edit(LAB, event["id"], recurrence=["RRULE:FREQ=DAILY;COUNT=3"])
    for _ in range(3):
        channels.sync()
    assert len(channels.events()) == 1
    assert channels.taken("14:30")
    assert not channels.taken("14:30", NEXT)
    assert Booking.objects.get(ref=str(number)).gone_at is None


@pytest.mark.parametrize("told", ["instances", "series"])
def test_b8_a_series_that_is_deleted_frees_all_of_its_slots(channels: Channels, told: str) -> None:
    channels.google.switch["series_deletion"] = told
    event = channels.google.put_event(
        LAB, "Away", f"{NEXT} 14:00", f"{NEXT} 15:00", recurrence=["RRULE:FREQ=DAILY;COUNT=2"]
    )
    channels.sync()
    assert channels.taken("14:30", NEXT)
    channels.later(minutes=5)
    channels.google.remove(LAB, channels.events()[0]["id"], which="all")
    channels.sync()
    assert event
    assert not channels.taken("14:30", NEXT)
    assert not channels.taken("14:30", "2026-03-11")


def test_a_single_event_that_becomes_a_series_blocks_each_instance_once(channels: Channels) -> None:
    event = channels.google.put_event(LAB, "Away", f"{NEXT} 14:00", f"{NEXT} 15:00")
    channels.sync()
    channels.later(minutes=5)
    channels.google.edit(LAB, event, recurrence=["RRULE:FREQ=DAILY;COUNT=2"])
    channels.sync()
    assert channels.taken("14:30", NEXT)
    assert channels.taken("14:30", "2026-03-11")
    assert Block.objects.filter(account__slug="lockme", state="active").count() == 2
