"""Our event that people put into another calendar: no booking is cancelled, and no other room blocked."""

from __future__ import annotations

import pytest

from backoffice.models import Block, Booking, CalendarPairing, Mode, Room, VendorAccount, VendorWrite
from backoffice.tasks.keeping import keep_channels
from backoffice.tasks.reading import refresh
from tests.story.channels import HALL, LAB, Channels, channels
from tests.story.conftest import MORNING

__all__ = ["channels"]


@pytest.fixture
def running(channels: Channels) -> Channels:
    """A guest of the laboratory, unpaid, whose event stands in its calendar; the hall has a calendar, too."""
    channels.offer("14:30", "16:00")
    account = VendorAccount.objects.get(slug="calendars")
    CalendarPairing.objects.create(
        room=Room.objects.get(slug="hall"),
        account=account,
        ref=HALL,
        title="Hall",
        mode=Mode.BIDIRECTIONAL,
        activated_at=MORNING,
    )
    number = channels.lockme.book(1398, "2026-03-09", "14:30:00", source="panel", name="Ida")
    channels.lockme.edit(number, status=1)
    for _ in range(2):
        channels.sync()
    channels.later(minutes=5)
    channels.google.carry(LAB, ours(channels), HALL)
    return channels


def ours(channels: Channels) -> str:
    (event,) = channels.events(LAB)
    return str(event["id"])


def settles(channels: Channels) -> None:
    """Nothing was cancelled, the event is where it was, and the hall is free."""
    assert Booking.objects.get(account__slug="lockme").status == "confirmed"
    assert channels.taken("14:30")
    assert [event["summary"] for event in channels.events(LAB)] != []
    assert channels.events(HALL) == []
    assert not Booking.objects.filter(account__slug="calendars").exists()
    assert not VendorWrite.objects.exists()
    assert "put its event into the calendar Hall" in Block.objects.get(calendar_ref=LAB).note


def read(*refs: str) -> None:
    """Read these calendars alone, as after a telling, and let the channels be kept."""
    account = VendorAccount.objects.get(slug="calendars")
    away = CalendarPairing.objects.exclude(ref__in=refs)
    standing = {row.pk: row.activated_at for row in away}
    away.update(activated_at=None)
    refresh(account)
    for pk, moment in standing.items():
        CalendarPairing.objects.filter(pk=pk).update(activated_at=moment)
    keep_channels(0)


@pytest.mark.parametrize("first", [(LAB,), (HALL,), (LAB, HALL)], ids=["own first", "other first", "both"])
def test_our_event_in_another_calendar_is_brought_back(running: Channels, first: tuple[str, ...]) -> None:
    read(*first)
    for _ in range(3):
        running.sync()
    settles(running)


def test_our_event_in_another_calendar_is_known_without_its_mark(running: Channels) -> None:
    (event,) = running.events(HALL)
    running.google.store.calendars[HALL].events[event["id"]].pop("extendedProperties")
    for _ in range(3):
        running.sync()
    settles(running)
