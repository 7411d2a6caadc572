"""Silence is not an order, at the calendars: what fails, is not understood or is revoked frees nothing."""

from __future__ import annotations

import pytest

from backoffice.models import Block, CalendarEvent, CalendarPairing
from tests.story.channels import LAB, Channels, channels
from tests.story.loops import NEXT, busy, offered

__all__ = ["channels", "offered"]


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
