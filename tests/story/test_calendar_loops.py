"""Loop safety L, echoes and shared calendars, each requirement by its id (google_calendar.md, 5.6, 5.7)."""

from __future__ import annotations

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
from tests.story.loops import HOURS, NEXT, busy, offered, versions

__all__ = ["channels", "offered"]


def writes(channels: Channels) -> int:
    """How often any vendor's calendar or booking system was asked to change something."""
    journals = (channels.google.journal, channels.lockme.journal, channels.locaboo.journal)
    every = [call for journal in journals for call in journal]
    changing = [c for c in every if c.method not in ("GET", "HEAD") or "booking_save" in c.path]
    return len([c for c in changing if "token" not in c.path])


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


# ---------------------------------------------------------------------------------------------------- echoes


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
