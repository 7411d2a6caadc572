"""Loop safety L and shared calendars, each requirement by its id (google_calendar.md, 5.6 and 5.7)."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from backoffice.flow import calendars as reading
from backoffice.models import (
    AccessGrant,
    Block,
    Booking,
    CalendarEvent,
    CalendarPairing,
    CalendarReading,
    Conflict,
    Room,
    VendorAccount,
)
from tests.story.channels import LAB, Channels, channels
from tests.story.conftest import MORNING

__all__ = ["channels"]

HOURS = ("14:30", "16:00", "18:00")
NEXT = "2026-03-10"
TABLES = ("block", "booking", "occurrence", "calendarevent", "calendarreading", "conflict", "accessgrant")


@pytest.fixture(autouse=True)
def offered(channels: Channels) -> None:
    channels.offer(*HOURS)


def writes(channels: Channels) -> int:
    """How often any vendor's calendar or booking system was asked to change something."""
    journals = (channels.google.journal, channels.lockme.journal, channels.locaboo.journal)
    every = [call for journal in journals for call in journal]
    changing = [c for c in every if c.method not in ("GET", "HEAD") or "booking_save" in c.path]
    return len([c for c in changing if "token" not in c.path])


def versions() -> set[tuple[str, int, str]]:
    """Every row of the tables with the transaction that wrote it last."""
    found: set[tuple[str, int, str]] = set()
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"SELECT id, xmin FROM backoffice_{table}")  # noqa: S608 names of ours
            found |= {(table, pk, str(xmin)) for pk, xmin in cursor.fetchall()}
    return found


def busy(channels: Channels) -> None:
    """A booking of each channel, and an event."""
    channels.game("14:30")
    channels.google.put_event(LAB, "Away", f"{NEXT} 14:00", f"{NEXT} 17:00")
    channels.sync()
    channels.sync()


def test_l1_our_own_event_is_no_block_and_no_booking(channels: Channels) -> None:
    channels.game("14:30")
    for _ in range(3):
        channels.sync()
    assert CalendarEvent.objects.get().ours
    assert Booking.objects.filter(account__slug="calendars").count() == 0
    assert Block.objects.filter(account__slug="lockme").count() == 0


def test_l1_a_copy_of_our_event_that_a_person_makes_is_a_persons_event(channels: Channels) -> None:
    channels.game("14:30")
    channels.sync()
    (ours,) = channels.events()
    channels.google.put_event(
        LAB, "copy", f"{NEXT} 14:00", f"{NEXT} 15:00", extendedProperties=ours["extendedProperties"]
    )
    channels.sync()
    assert channels.taken("14:30", NEXT)


def test_l2_the_same_page_twice_changes_nothing(channels: Channels) -> None:
    busy(channels)
    before = versions()
    CalendarReading.objects.update(token="")
    tokens = {("calendarreading", row.pk) for row in CalendarReading.objects.all()}
    channels.sync()
    after = {row for row in versions() if row[:2] not in tokens}
    assert after == {row for row in before if row[:2] not in tokens}


def test_l3_a_whole_reading_after_410_neither_doubles_nor_deletes(channels: Channels) -> None:
    busy(channels)
    shown = channels.events()
    channels.google.expire_sync_tokens()
    channels.sync()
    channels.sync()
    assert channels.events() == shown
    assert Block.objects.filter(state="active").count() == 5


def test_l4_a_token_is_kept_only_with_all_of_its_pages(channels: Channels) -> None:
    channels.sync()
    token = CalendarReading.objects.get().token
    channels.google.switch["page_cap"] = 1
    for hour in (14, 16):
        channels.google.put_event(LAB, "Away", f"{NEXT} {hour}:00", f"{NEXT} {hour}:45")
    channels.google.fail("status", "GET /calendar/v3/calendars/", times=9, status=500)
    channels.sync(status=1)
    assert CalendarReading.objects.get().token == token
    channels.google.faults.clear()
    channels.sync()
    assert channels.taken("16:00", NEXT)


def test_l5_a_paid_booking_that_changed_meanwhile_wins_over_a_dragged_event(channels: Channels) -> None:
    number = channels.game("14:30")
    channels.sync()
    channels.sync()
    (event,) = channels.events()
    channels.later(minutes=5)
    channels.google.drag(LAB, event["id"], "2026-03-09 18:00")
    channels.lockme.move(number, None, "2026-03-09", "16:00:00")
    channels.sync()
    channels.sync()
    assert channels.taken("16:00")
    (after,) = channels.events()
    assert after["start"]["dateTime"][11:16] == "16:00"


def test_l5_else_the_newer_of_two_changes_wins(channels: Channels) -> None:
    number = channels.lockme.book(1398, "2026-03-09", "14:30:00", source="panel", name="Ida")
    channels.sync()
    channels.sync()
    (event,) = channels.events()
    channels.lockme.edit(number, people=3)
    channels.later(minutes=5)
    channels.sync("lockme")
    channels.later(minutes=5)
    channels.google.drag(LAB, event["id"], "2026-03-09 18:00")
    channels.sync()
    assert channels.taken("18:00")


def test_l6_two_runs_without_an_outside_change_write_nothing(channels: Channels) -> None:
    busy(channels)
    asked, rows = writes(channels), versions()
    channels.sync()
    channels.sync()
    assert writes(channels) == asked
    assert versions() == rows


def test_shared_calendar_a_rooms_own_event_does_not_block_the_other_room(channels: Channels) -> None:
    _share(channels)
    channels.game("14:30")
    for _ in range(3):
        channels.sync()
    assert not channels.taken("14:30", "2026-03-09", room=1400)
    assert len(channels.events()) == 1


def test_shared_calendar_a_persons_event_blocks_every_paired_room(channels: Channels) -> None:
    _share(channels)
    channels.google.put_event(LAB, "Away", f"{NEXT} 14:00", f"{NEXT} 15:00")
    channels.sync()
    assert channels.taken("14:30", NEXT)
    assert channels.taken("14:30", NEXT, room=1400)


def _share(channels: Channels) -> None:
    ballroom = Room.objects.get(slug="ballroom")
    Room.objects.filter(pk=ballroom.pk).update(block_on=["lockme"])
    account = VendorAccount.objects.get(slug="calendars")
    CalendarPairing.objects.create(room=ballroom, account=account, ref=LAB, activated_at=MORNING)
    channels.offer(*HOURS, room=1400)


# -------------------------------------------------------------------------------- echoes, silence, reconnect


def test_a_block_never_comes_back_as_a_booking_of_its_own(channels: Channels) -> None:
    busy(channels)
    channels.sync()
    echoes = Booking.objects.filter(echo_of__isnull=False)
    assert echoes.count() == 4
    assert not AccessGrant.objects.filter(occurrence__booking__in=echoes).exists()
    assert not Conflict.objects.exists()


def test_a_block_whose_webhook_comes_before_its_answer_is_no_booking(channels: Channels) -> None:
    channels.google.put_event(LAB, "Away", f"{NEXT} 14:00", f"{NEXT} 15:00")
    channels.lockme.fail("drop_after", "PUT /v2.4")
    channels.sync()
    channels.sync("lockme")
    assert not AccessGrant.objects.filter(occurrence__booking__account__slug="lockme").exists()
    channels.later(minutes=2)
    channels.sync()
    assert Block.objects.get(account__slug="lockme").state == "active"
    assert len(channels.lockme.calls("PUT /v2.4")) <= 2


def test_a_block_that_could_not_be_written_is_tried_again_and_shown(channels: Channels) -> None:
    channels.google.put_event(LAB, "Away", f"{NEXT} 14:00", f"{NEXT} 15:00")
    channels.lockme.fail("status", "PUT /v2.4", times=9, status=503)
    channels.sync()
    block = Block.objects.get(account__slug="lockme")
    assert (block.state, bool(block.error)) == ("planned", True)
    channels.lockme.faults.clear()
    channels.later(minutes=5)
    channels.sync()
    assert channels.taken("14:30", NEXT)


@pytest.mark.parametrize("body", ["<html>", "{}", '{"items": []}', '{"items": null}', "[]"])
def test_an_answer_that_is_not_understood_frees_nothing(channels: Channels, body: str) -> None:
    busy(channels)
    channels.google.expire_sync_tokens()
    channels.google.fail("body", "/events", times=9, body=body)
    channels.sync(status=1)
    assert channels.taken("14:30", NEXT)
    assert Block.objects.filter(state="active").count() == 5


def test_a_whole_reading_that_lacks_most_events_stops_and_asks(channels: Channels) -> None:
    for hour in (10, 11, 12, 13):
        channels.google.put_event(LAB, "Away", f"{NEXT} {hour}:00", f"{NEXT} {hour}:30")
    channels.sync()
    calendar = channels.google.store.calendars[LAB]
    kept = dict(calendar.events)
    calendar.events.clear()
    channels.google.expire_sync_tokens()
    report = channels.sync(status=1)
    assert report["calendars"]["status"] == "stopped"
    assert CalendarEvent.objects.filter(gone_at=None).count() == 4
    calendar.events.update(kept)


def test_a_dead_grant_pauses_the_pairing_says_reconnect_and_deletes_nothing(channels: Channels) -> None:
    busy(channels)
    shown = channels.events()
    channels.google.revoke()
    channels.later(minutes=61)
    report = channels.sync(status=1)
    assert "reconnect" in report["calendars"]["error"]
    assert channels.events() == shown
    assert channels.taken("14:30", NEXT)
    assert "reconnect" in CalendarPairing.objects.get().paused_reason


def _account() -> VendorAccount:
    return VendorAccount.objects.get(slug="calendars")


def test_a_telling_with_the_right_token_makes_the_calendar_read_and_a_wrong_one_does_not(
    channels: Channels, client: Any, settings: Any
) -> None:
    settings.PUBLIC_URL = "https://back.example.test"
    channels.google.switch["delivery"] = "by hand"
    channels.sync()
    row = CalendarReading.objects.get().channels.get()
    headers = {
        "X-Goog-Channel-ID": row.ref,
        "X-Goog-Resource-ID": row.resource_ref,
        "X-Goog-Resource-State": "exists",
        "X-Goog-Message-Number": "2",
    }
    address = f"/hooks/{_account().hook_token}/"
    wrong = client.post(address, headers={**headers, "X-Goog-Channel-Token": "guessed"})
    assert (wrong.status_code, reading.hints(_account())) == (404, False)
    right = client.post(address, headers={**headers, "X-Goog-Channel-Token": row.token})
    assert (right.status_code, reading.hints(_account())) == (200, True)


def test_push_channels_are_renewed_before_they_end_and_stopped_with_their_pairing(
    channels: Channels, settings: Any
) -> None:
    settings.PUBLIC_URL = "https://back.example.test"
    channels.sync()
    first = CalendarReading.objects.get().channels.get()
    channels.later(days=6, hours=1)
    channels.sync()
    first.refresh_from_db()
    assert first.stopped_at is not None
    assert CalendarReading.objects.get().channels.filter(stopped_at=None).count() == 1
    settings.PUBLIC_URL = ""
    channels.sync()
    assert not CalendarReading.objects.get().channels.filter(stopped_at=None).exists()


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
