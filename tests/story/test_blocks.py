"""A booking on one channel blocks the room on the others, moves and goes with it, and never comes back."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client

from backoffice import tasks
from backoffice.flow import channels as step
from backoffice.flow import inbox
from backoffice.models import (
    AccessGrant,
    Block,
    Booking,
    Conflict,
    Finding,
    PathStep,
    Resource,
    Room,
    VendorAccount,
    WebhookMessage,
)
from integrations.errors import Unavailable
from integrations.vendors.lockme import Lockme
from tests.story.channels import LAB, Channels, channels
from tests.story.conftest import berlin
from tests.story.loops import versions

__all__ = ["channels"]

HOURS = ("14:00", "15:00", "16:30", "18:00")
TODAY, NEXT = "2026-03-09", "2026-03-10"


@pytest.fixture(autouse=True)
def offered(channels: Channels) -> None:
    channels.offer(*HOURS)


def hall(channels: Channels, start: str, end: str, resource: int = 90, day: str = NEXT) -> int:
    """A booking at Locaboo."""
    return channels.locaboo.book(resource, berlin(start, day), berlin(end, day), customer_id=4711)


def lab_at_locaboo(channels: Channels) -> list[tuple[str, str]]:
    """What Locaboo has of the laboratory, as start and end."""
    rows = channels.locaboo.state()["bookings"]
    live = [row for row in rows if row["resource"] == "Labor" and row["status"] == "Live"]
    return sorted((row["from"][11:], row["to"][11:]) for row in live)


def blocked(channels: Channels, day: str = NEXT, room: int = 1398) -> list[str]:
    return [hour for hour in HOURS if channels.taken(hour, day, room)]


def test_a_booking_of_the_hall_system_blocks_every_game_that_it_overlaps(channels: Channels) -> None:
    hall(channels, "14:30", "16:30")
    channels.sync()
    assert blocked(channels) == ["14:00", "15:00"]


def test_a_source_that_does_not_tell_its_hours_is_blocked_at_the_bookings_own_start(
    channels: Channels,
) -> None:
    channels.lockme.fail("status", "/date/", times=20, status=404, body="{}", content_type="application/json")
    hall(channels, "14:30", "15:30")
    channels.sync()
    assert channels.taken("14:30", NEXT)


def test_a_game_blocks_its_time_at_the_hall_system(channels: Channels) -> None:
    channels.game("15:00", NEXT)
    channels.sync()
    assert lab_at_locaboo(channels) == [("15:00", "16:00")]


def test_a_block_moves_with_its_booking_on_both_channels(channels: Channels) -> None:
    number, booked = channels.game("15:00", NEXT), hall(channels, "17:30", "19:00")
    channels.sync()
    channels.lockme.move(number, None, NEXT, "14:00:00")
    (span,) = channels.locaboo.instances(booked)
    channels.locaboo.move(booked, span, berlin("16:00", NEXT), berlin("17:00", NEXT))
    channels.sync()
    channels.sync()
    assert lab_at_locaboo(channels) == [("14:00", "15:00"), ("16:00", "17:00")]
    assert blocked(channels) == ["14:00", "16:30"]


def test_a_block_goes_with_its_booking_on_both_channels(channels: Channels) -> None:
    number, booked = channels.game("15:00", NEXT), hall(channels, "17:30", "19:00")
    channels.sync()
    channels.lockme.cancel(number)
    channels.locaboo.cancel(booked)
    for _ in range(3):
        channels.sync()
    assert lab_at_locaboo(channels) == []
    assert blocked(channels) == []


def test_no_echo_gets_access_or_a_block_of_its_own(channels: Channels) -> None:
    channels.game("15:00", NEXT)
    hall(channels, "17:30", "19:00")
    for _ in range(4):
        channels.sync()
    echoes = Booking.objects.filter(echo_of__isnull=False)
    assert echoes.count() == 2
    assert not AccessGrant.objects.filter(occurrence__booking__in=echoes).exists()
    assert not Block.objects.filter(occurrence__booking__in=echoes).exists()


@pytest.mark.parametrize("order", ["hook first", "poll first"])
def test_whatever_comes_first_an_echo_is_no_booking(channels: Channels, order: str) -> None:
    hall(channels, "14:30", "15:30")
    channels.sync("halls")
    number = max(channels.lockme.starts())
    account = VendorAccount.objects.get(slug="lockme")
    if order == "hook first":
        tasks.read_message(_message(account, channels))
    channels.sync("lockme")
    row = Booking.objects.get(account=account, ref=str(number))
    assert row.echo_of is not None


def _message(account: VendorAccount, channels: Channels) -> WebhookMessage:
    """The webhook message of the newest change at Lock.me."""
    newest = max(channels.lockme.postbox.messages)
    message = inbox.keep(account, str(newest), channels.server.vendors.clock.now())
    assert message is not None
    return message


def test_a_part_that_is_booked_blocks_the_whole_and_the_reverse(channels: Channels) -> None:
    _divide()
    channels.offer(*HOURS, room=1400)
    channels.game("15:00", NEXT)
    channels.game("18:00", NEXT, room=1400)
    channels.sync()
    assert blocked(channels, room=1400) == ["15:00", "18:00"]
    assert blocked(channels) == ["15:00", "18:00"]
    assert Block.objects.filter(account__slug="lockme", state="active").count() == 2


def test_a_part_that_is_booked_blocks_no_other_part(channels: Channels) -> None:
    _divide()
    Room.objects.filter(slug="hall").update(part_of=Room.objects.get(slug="ballroom"), block_on=["halls"])
    channels.game("15:00", NEXT)
    channels.sync()
    assert not Block.objects.filter(room__slug="hall").exists()


def _divide() -> None:
    """The laboratory is a part of the ballroom."""
    ballroom = Room.objects.get(slug="ballroom")
    Room.objects.filter(pk=ballroom.pk).update(block_on=["lockme"])
    Room.objects.filter(slug="lab").update(part_of=ballroom)
    Resource.objects.filter(ref="1400").update(session_minutes=60)


def test_a_room_blocks_only_the_channels_that_it_lists(channels: Channels) -> None:
    Room.objects.filter(slug="lab").update(block_on=["halls"])
    hall(channels, "14:30", "16:30")
    channels.game("18:00", NEXT)
    channels.sync()
    assert blocked(channels) == ["18:00"]
    assert lab_at_locaboo(channels) == [("14:30", "16:30"), ("18:00", "19:00")]


def test_a_booking_whose_state_nobody_understands_keeps_its_block(channels: Channels) -> None:
    number = channels.game("15:00", NEXT)
    channels.sync()
    assert number
    VendorAccount.objects.filter(slug="lockme").update(options={"status_map": {"web:true": "unknown"}})
    channels.sync()
    assert lab_at_locaboo(channels) == [("15:00", "16:00")]


def test_a_slot_that_somebody_takes_first_refuses_the_block_and_both_bookings_conflict(
    channels: Channels,
) -> None:
    hall(channels, "15:00", "16:00")
    channels.sync("halls")
    channels.sync()
    Block.objects.all().delete()
    number = channels.lockme.book(1398, NEXT, "18:00:00", source="panel")
    hall(channels, "18:00", "19:00")
    channels.sync("halls")
    assert Block.objects.get(starts_at=berlin("18:00", NEXT), account__slug="lockme").state == "failed"
    channels.sync()
    assert number in channels.lockme.starts()
    assert Conflict.objects.filter(state="open", kind="room").exists()


def test_a_worker_that_dies_while_it_writes_makes_no_second_block(
    channels: Channels, monkeypatch: pytest.MonkeyPatch
) -> None:
    hall(channels, "14:30", "15:30")
    real = Lockme.block

    def dies(self: Lockme, order: object) -> object:
        real(self, order)  # type: ignore[arg-type]
        raise KeyboardInterrupt

    monkeypatch.setattr(Lockme, "block", dies)
    with pytest.raises(KeyboardInterrupt):
        channels.sync()
    assert Block.objects.filter(state="writing").count() == 1
    monkeypatch.setattr(Lockme, "block", real)
    channels.sync()
    assert blocked(channels) == ["14:00", "15:00"]
    assert len(channels.lockme.starts()) == 2


def test_while_a_channel_is_down_the_block_waits_and_the_others_go_on(channels: Channels) -> None:
    hall(channels, "14:30", "15:30")
    channels.lockme.fail("status", "PUT /v2.4", times=20, status=503)
    channels.sync()
    assert len(channels.events()) == 1
    assert blocked(channels) == []
    channels.lockme.faults.clear()
    channels.later(minutes=20)
    channels.sync()
    assert blocked(channels) == ["14:00", "15:00"]
    assert Unavailable.__name__ not in Block.objects.first().error  # type: ignore[union-attr]


def test_what_is_over_is_left_in_the_calendar(channels: Channels) -> None:
    channels.game("14:00", TODAY)
    channels.sync()
    channels.at(berlin("16:00"))
    channels.sync()
    channels.sync()
    assert [each["summary"] for each in channels.events()] == ["LM Laboratory · Ida Kern"]


def test_a_plan_made_twice_changes_nothing(channels: Channels) -> None:
    channels.game("14:00", NEXT)
    hall(channels, "16:00", "17:00")
    channels.google.put_event(LAB, "Away", f"{NEXT} 17:30", f"{NEXT} 18:30")
    channels.sync()
    channels.sync()
    again = step.plan(channels.server.vendors.clock.now() + timedelta(seconds=1))
    assert (again.added, again.changed, again.removed) == (0, 0, 0)


def test_a_site_file_loaded_twice_leaves_the_pairing_as_it_is(channels: Channels, tmp_path: Path) -> None:
    before = datetime.now().astimezone()  # noqa: TID251 the travelled clock
    channels.later(minutes=5)
    channels.pair(tmp_path / "again.yaml")
    row = VendorAccount.objects.get(slug="calendars").pairings.get()
    assert row.activated_at is not None
    assert row.activated_at <= before


def test_our_own_blocks_stand_neither_among_todays_guests_nor_among_findings(
    channels: Channels, admin_client: Client
) -> None:
    channels.game("18:00", TODAY)
    channels.sync()
    channels.sync()
    (echo,) = Booking.objects.filter(echo_of__isnull=False)
    PathStep.objects.all().delete()
    channels.sync()
    page = admin_client.get("/admin/").content.decode()
    assert "Ida Kern" in page
    assert f">{echo.ref}<" not in page
    assert not Finding.objects.filter(booking=echo).exists()


def test_right_after_the_blocks_were_written_a_second_sync_writes_no_row(channels: Channels) -> None:
    channels.game("14:00", NEXT)
    hall(channels, "16:00", "17:00")
    channels.google.put_event(LAB, "Away", f"{NEXT} 17:30", f"{NEXT} 18:30")
    channels.sync()
    before = versions()
    channels.sync()
    assert versions() == before
