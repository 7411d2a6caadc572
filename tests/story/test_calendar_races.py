"""Channels when things happen in an unlucky order: bookings moved quickly, workers killed, modes changed."""

from __future__ import annotations

import pytest

from backoffice import tasks
from backoffice.flow import channels as step
from backoffice.models import (
    Block,
    Booking,
    CalendarEvent,
    CalendarPairing,
    CalendarReading,
    Mode,
    Room,
    VendorAccount,
    VendorWrite,
)
from integrations.types import BlockOrder
from integrations.vendors.locaboo import Locaboo
from tests.story.channels import HALL, LAB, Channels, channels
from tests.story.conftest import MORNING, berlin

__all__ = ["channels"]

HOURS = ("14:00", "15:00", "16:30", "18:00")
TODAY, NEXT, AFTER = "2026-03-09", "2026-03-10", "2026-03-11"


@pytest.fixture(autouse=True)
def offered(channels: Channels) -> None:
    channels.offer(*HOURS)


def sold(channels: Channels, hour: str = "15:00", day: str = NEXT) -> int:
    """A booking of the panel, mirrored and in the calendar."""
    number = channels.lockme.book(1398, day, f"{hour}:00", source="panel", name="Ida")
    channels.lockme.edit(number, status=1)
    channels.sync()
    channels.sync()
    channels.later(minutes=5)
    return int(number)


def blocked(channels: Channels, day: str = NEXT) -> list[str]:
    return [hour for hour in HOURS if channels.taken(hour, day)]


def at_locaboo(channels: Channels) -> list[str]:
    """When the laboratory is taken at Locaboo, by the start of each day."""
    rows = channels.locaboo.state()["bookings"]
    return sorted(row["from"] for row in rows if row["resource"] == "Labor" and row["status"] == "Live")


def shown(channels: Channels, name: str = "start") -> list[str]:
    return [event[name]["dateTime"][11:16] for event in channels.events()]


def test_l1_an_event_that_we_moved_and_have_not_read_again_is_no_order_to_move_back(
    channels: Channels,
) -> None:
    number = sold(channels)
    channels.lockme.move(number, None, NEXT, "18:00:00")
    for _ in range(3):
        channels.sync("lockme")
    assert blocked(channels) == ["18:00"]
    assert not VendorWrite.objects.exists()


def test_l1_a_list_that_is_older_than_our_write_is_no_order_either(channels: Channels) -> None:
    number = sold(channels)
    before = CalendarEvent.objects.get().etag
    stale = channels.google.store.calendars[LAB].events.copy()
    channels.lockme.move(number, None, NEXT, "18:00:00")
    channels.sync("lockme")
    fresh = channels.google.store.calendars[LAB].events
    channels.google.store.calendars[LAB].events = stale
    CalendarReading.objects.update(token="")
    channels.sync("calendars")
    channels.google.store.calendars[LAB].events = fresh
    assert CalendarEvent.objects.get().etag != before
    assert blocked(channels) == ["18:00"]


def test_a_booking_that_moves_often_and_quickly_ends_where_it_is(channels: Channels) -> None:
    number = sold(channels)
    for hour in ("18:00", "14:00", "15:00", "16:30"):
        channels.lockme.move(number, None, NEXT, f"{hour}:00")
        channels.sync("lockme")
    channels.sync()
    assert (blocked(channels), shown(channels)) == (["16:30"], ["16:30"])
    assert at_locaboo(channels) == [f"{NEXT} 16:30"]


def test_m2_an_event_that_a_person_made_longer_is_as_long_as_its_booking_again(channels: Channels) -> None:
    sold(channels)
    (event,) = channels.events()
    channels.google.drag(LAB, event["id"], f"{NEXT} 15:00", f"{NEXT} 17:00")
    channels.sync()
    channels.sync()
    assert shown(channels, "end") == ["16:00"]


def test_m2_an_event_that_a_person_made_a_whole_day_has_its_hour_again(channels: Channels) -> None:
    sold(channels)
    (event,) = channels.events()
    channels.google.drag(LAB, event["id"], NEXT, AFTER)
    channels.sync()
    assert (shown(channels), blocked(channels)) == (["15:00"], ["15:00"])
    assert "hour" in Block.objects.get(calendar_ref=LAB).note


def test_m2_dragging_the_event_of_a_booking_that_was_cancelled_brings_nothing_back(
    channels: Channels,
) -> None:
    number = channels.locaboo.book(90, berlin("15:00", NEXT), berlin("16:00", NEXT), customer_id=4711)
    channels.sync()
    channels.locaboo.cancel(number)
    (event,) = channels.events()
    channels.google.drag(LAB, event["id"], f"{NEXT} 18:00")
    channels.sync("calendars")
    channels.sync()
    assert (at_locaboo(channels), channels.events()) == ([], [])


@pytest.mark.parametrize("waiting", ["POST /calendar/v3/calendars", "DELETE"])
def test_m4_what_waits_to_be_written_is_not_once_the_calendar_is_only_read(
    channels: Channels, waiting: str
) -> None:
    number = sold(channels) if waiting == "DELETE" else 0
    channels.google.fail("status", waiting, times=90, status=503)
    channels.lockme.cancel(number) if number else sold(channels)
    channels.sync()
    before = channels.events()
    CalendarPairing.objects.update(mode=Mode.FROM_CALENDAR)
    channels.google.faults.clear()
    channels.later(minutes=30)
    channels.sync()
    assert channels.events() == before


def test_an_event_that_was_over_and_is_dragged_forward_blocks_again(channels: Channels) -> None:
    event = channels.google.put_event(LAB, "Away", f"{TODAY} 10:00", f"{TODAY} 11:00")
    channels.sync()
    channels.at(berlin("12:00"))
    channels.sync()
    channels.google.drag(LAB, event, f"{NEXT} 15:00")
    channels.sync()
    assert blocked(channels) == ["15:00"]


def test_an_event_beyond_the_horizon_blocks_when_its_day_comes_near(channels: Channels) -> None:
    channels.google.put_event(LAB, "Away", "2026-04-20 15:00", "2026-04-20 15:30")
    channels.sync()
    channels.at(berlin("09:00", "2026-04-18"))
    channels.sync()
    assert blocked(channels, "2026-04-20") == ["15:00"]


def test_a_long_event_that_is_deleted_while_it_lasts_frees_the_rest(channels: Channels) -> None:
    event = channels.google.put_event(LAB, "Works", TODAY, "2026-03-14")
    channels.sync()
    assert len(at_locaboo(channels)) == 5
    channels.at(berlin("12:00", NEXT))
    channels.sync()
    channels.google.remove(LAB, event)
    channels.sync()
    assert at_locaboo(channels) == []
    assert blocked(channels, AFTER) == []


def test_a_block_whose_writer_died_moves_with_its_booking_and_is_one(
    channels: Channels, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = channels.game("15:00", NEXT)
    real = Locaboo.block

    def dies(self: Locaboo, order: BlockOrder) -> None:
        real(self, order)
        raise KeyboardInterrupt

    monkeypatch.setattr(Locaboo, "block", dies)
    with pytest.raises(KeyboardInterrupt):
        channels.sync()
    monkeypatch.setattr(Locaboo, "block", real)
    channels.lockme.move(number, None, AFTER, "15:00:00")
    channels.sync()
    channels.sync()
    assert at_locaboo(channels) == [f"{AFTER} 15:00"]


def test_a_calendar_that_cannot_be_read_keeps_no_other_from_being_read(channels: Channels) -> None:
    ballroom, account = Room.objects.get(slug="ballroom"), VendorAccount.objects.get(slug="calendars")
    CalendarPairing.objects.create(
        room=ballroom, account=account, ref=HALL, mode=Mode.BIDIRECTIONAL, activated_at=MORNING
    )
    channels.google.fail("status", f"calendars/{HALL}/events", times=90, status=500)
    channels.sync(status=1)
    channels.google.put_event(LAB, "Away", f"{NEXT} 15:00", f"{NEXT} 15:30")
    channels.later(minutes=10)
    channels.sync(status=1)
    assert blocked(channels) == ["15:00"]


def test_a_quota_that_is_spent_after_some_writes_only_delays_the_rest(channels: Channels) -> None:
    for hour in HOURS[:3]:
        channels.lockme.book(1398, NEXT, f"{hour}:00", source="panel", name="Ida")
    spent = '{"error": {"code": 403, "errors": [{"reason": "rateLimitExceeded"}], "message": "slow down"}}'
    channels.google.fail(
        "status", "POST /calendar/v3/calendars", status=403, body=spent, content_type="application/json"
    )
    channels.sync()
    assert len(channels.events()) < 3
    channels.later(minutes=2)
    channels.sync()
    assert shown(channels) == list(HOURS[:3])
    assert Block.objects.filter(calendar_ref=LAB, state="active").count() == 3


def test_a_block_that_somebody_drags_away_at_its_channel_is_put_back(channels: Channels) -> None:
    channels.locaboo.book(90, berlin("15:00", NEXT), berlin("16:00", NEXT), customer_id=4711)
    channels.sync()
    (number,) = channels.lockme.starts()
    channels.later(minutes=5)
    channels.lockme.move(number, None, NEXT, "18:00:00")
    channels.sync()
    channels.sync()
    assert blocked(channels) == ["15:00"]
    assert "moved" in Block.objects.get(account__slug="lockme").note


def test_d2_a_calendar_that_is_emptied_cancels_nothing_before_somebody_says_so(channels: Channels) -> None:
    for hour in HOURS:
        sold(channels, hour)
    for event in channels.events():
        channels.google.remove(LAB, event["id"])
    assert channels.sync(status=1)["calendars"]["status"] == "stopped"
    assert blocked(channels) == list(HOURS)
    account = VendorAccount.objects.get(slug="calendars")
    tasks.refresh(account, full=True, accept_loss=True)
    channels.sync()
    assert blocked(channels) == []


def test_an_echo_that_comes_while_others_are_at_work_gets_no_block(channels: Channels) -> None:
    channels.locaboo.book(90, berlin("15:00", NEXT), berlin("16:00", NEXT), customer_id=4711)
    channels.sync()
    Booking.objects.filter(echo_of__isnull=False).update(echo_of=None)
    step.plan(channels.server.vendors.clock.now())
    assert Block.objects.filter(occurrence__booking__account__slug="lockme").count() == 0
