"""Blocking B: which slots an event takes, each requirement by its id (google_calendar.md, 5.3)."""

from __future__ import annotations

from datetime import date

import pytest

from backoffice.models import Block, Conflict
from tests.story.channels import LAB, Channels, channels, pairing

__all__ = ["channels"]

HOURS = ("14:00", "15:00", "16:30", "18:00")
NEXT, AFTER = "2026-03-10", "2026-03-11"


def put(channels: Channels, start: str, end: str, day: str = NEXT, **fields: object) -> str:
    """An event of a person on a day, then a sync."""
    made = str(channels.google.put_event(LAB, "Away", f"{day} {start}", f"{day} {end}", **fields))
    channels.sync()
    return made


def blocked(channels: Channels, day: str = NEXT) -> list[str]:
    """The hours that Lock.me has something at."""
    return [hour for hour in HOURS if channels.taken(hour, day)]


@pytest.fixture(autouse=True)
def offered(channels: Channels) -> None:
    channels.offer(*HOURS)


def test_b1_an_event_blocks_every_slot_that_starts_within_it(channels: Channels) -> None:
    put(channels, "15:00", "18:00")
    assert blocked(channels) == ["15:00", "16:30"]


def test_b2_the_start_is_included(channels: Channels) -> None:
    put(channels, "16:30", "16:45")
    assert blocked(channels) == ["16:30"]


def test_b3_an_event_without_a_start_in_it_blocks_nothing(channels: Channels) -> None:
    put(channels, "15:10", "16:20")
    assert blocked(channels) == []


def test_b4_a_whole_day_blocks_its_days_and_no_more(channels: Channels) -> None:
    channels.google.put_event(LAB, "Closed", date(2026, 3, 10), date(2026, 3, 11))
    channels.sync()
    assert blocked(channels) == list(HOURS)
    assert blocked(channels, AFTER) == []


def test_b4_several_days_block_all_of_theirs(channels: Channels) -> None:
    channels.google.put_event(LAB, "Closed", date(2026, 3, 10), date(2026, 3, 12))
    channels.sync()
    assert blocked(channels) == blocked(channels, AFTER) == list(HOURS)


def test_b5_an_event_without_length_blocks_the_slot_that_starts_with_it(channels: Channels) -> None:
    put(channels, "15:00", "15:00")
    assert blocked(channels) == ["15:00"]


def test_b6_slots_are_compared_on_the_venues_clock_on_the_day_that_it_changes(channels: Channels) -> None:
    channels.at(channels.server.vendors.clock.now().replace(month=3, day=28))
    put(channels, "14:30", "15:30", "2026-03-29")
    assert blocked(channels, "2026-03-29") == ["15:00"]


def test_b7_an_event_that_moves_frees_what_it_left_and_takes_what_it_joined(channels: Channels) -> None:
    event = put(channels, "15:00", "17:00")
    channels.later(minutes=5)
    channels.google.drag(LAB, event, f"{NEXT} 16:00", f"{NEXT} 19:00")
    channels.sync()
    assert blocked(channels) == ["16:30", "18:00"]


def test_b8_a_series_blocks_each_of_its_instances_and_a_cancelled_one_frees_its_own(
    channels: Channels,
) -> None:
    put(channels, "15:00", "15:30", recurrence=["RRULE:FREQ=DAILY;COUNT=2"])
    assert (blocked(channels), blocked(channels, AFTER)) == (["15:00"], ["15:00"])
    first = channels.events()[0]
    channels.later(minutes=5)
    channels.google.remove(LAB, first["id"])
    channels.sync()
    assert (blocked(channels), blocked(channels, AFTER)) == ([], ["15:00"])


def test_b8_this_and_following_moves_the_rest_of_a_series(channels: Channels) -> None:
    put(channels, "15:00", "15:30", recurrence=["RRULE:FREQ=DAILY;COUNT=2"])
    second = channels.events()[1]
    channels.later(minutes=5)
    channels.google.drag(LAB, second["id"], f"{AFTER} 18:00", which="following")
    channels.sync()
    assert (blocked(channels), blocked(channels, AFTER)) == (["15:00"], ["18:00"])


def test_b9_an_event_does_not_overwrite_a_booking_and_the_conflict_shows(channels: Channels) -> None:
    channels.game("15:00", NEXT)
    put(channels, "15:00", "16:00")
    channels.sync()
    assert not Block.objects.filter(account__slug="lockme").exists()
    assert Conflict.objects.filter(state="open", kind="room").count() == 1


@pytest.mark.parametrize(
    "fields",
    [{"transparency": "transparent"}, {"eventType": "workingLocation"}, {"eventType": "birthday"}],
    ids=["free", "workplace", "birthday"],
)
def test_b10_what_takes_no_time_blocks_nothing(channels: Channels, fields: dict[str, str]) -> None:
    put(channels, "15:00", "16:00", **fields)
    assert blocked(channels) == []


def test_b10_a_declined_invitation_blocks_nothing(channels: Channels) -> None:
    event = put(channels, "15:00", "16:00")
    channels.later(minutes=5)
    channels.google.decline(LAB, event)
    channels.sync()
    assert blocked(channels) == []


def test_b10_an_option_of_the_pairing_lets_free_time_block(channels: Channels) -> None:
    row = pairing()
    row.options = {"transparent": True}
    row.save()
    put(channels, "15:00", "16:00", transparency="transparent")
    assert blocked(channels) == ["15:00"]


def test_b11_a_slot_that_is_added_within_an_event_is_blocked(channels: Channels) -> None:
    put(channels, "15:00", "16:00")
    channels.offer(*HOURS, "15:45")
    channels.later(minutes=61)
    channels.sync()
    assert channels.taken("15:45", NEXT)


def test_b12_slots_that_are_over_are_not_touched(channels: Channels) -> None:
    channels.at(channels.server.vendors.clock.now().replace(hour=14, minute=30))  # 15:30 in Berlin
    put(channels, "15:00", "18:00", "2026-03-09")
    assert blocked(channels, "2026-03-09") == ["16:30"]
