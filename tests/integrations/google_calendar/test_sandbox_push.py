"""The sandbox Google tells channels of changes as Google does (4.4)."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import pytest

from integrations.sandbox.google_calendar import GoogleCalendarSandbox
from tests.integrations.google_calendar.conftest import HOLIDAYS, LAB, Ask, reason
from tests.integrations.google_calendar.receiver import Receiver


def watch(ask: Ask, receiver: Receiver, **body: Any) -> Any:
    plain = {"id": "chan-1", "type": "web_hook", "address": receiver.url, "token": "ours"}
    return ask("POST", "events/watch", json={**plain, **body})


def put(google: GoogleCalendarSandbox, calendar: str = LAB) -> str:
    return google.put_event(calendar, "Game", "2026-03-10 18:00", "2026-03-10 19:00")


def test_a_channel_begins_with_sync_and_tells_nothing_but_that_something_changed(
    google: GoogleCalendarSandbox, ask: Ask, receiver: Receiver
) -> None:
    channel = watch(ask, receiver).json()
    put(google)
    first, second = receiver.told
    assert (first["X-Goog-Resource-State"], first["X-Goog-Message-Number"]) == ("sync", "1")
    assert (second["X-Goog-Resource-State"], second["X-Goog-Message-Number"]) == ("exists", "2")
    assert second["X-Goog-Channel-ID"] == "chan-1"
    assert second["X-Goog-Channel-Token"] == "ours"
    assert second["X-Goog-Resource-ID"] == channel["resourceId"]
    assert second["X-Goog-Resource-URI"] == channel["resourceUri"]
    assert second["X-Goog-Channel-Expiration"] == "Mon, 16 Mar 2026 08:00:00 GMT"
    assert receiver.bodies == [b"", b""]
    assert isinstance(channel["expiration"], str)


def test_a_change_through_the_api_is_told_and_a_reading_is_not(ask: Ask, receiver: Receiver) -> None:
    watch(ask, receiver)
    ask("GET", "events")
    assert len(receiver.told) == 1
    times = {"start": {"date": "2026-03-10"}, "end": {"date": "2026-03-11"}}
    ask("POST", "events", json=times)
    assert len(receiver.told) == 2


def test_another_calendars_changes_are_not_told(
    google: GoogleCalendarSandbox, ask: Ask, receiver: Receiver
) -> None:
    watch(ask, receiver)
    put(google, "harbour@sandbox.test")
    assert len(receiver.told) == 1


def test_a_channel_ends_by_itself_after_a_week(
    google: GoogleCalendarSandbox, ask: Ask, receiver: Receiver
) -> None:
    watch(ask, receiver)
    google.clock.move(timedelta(days=7))
    put(google)
    assert len(receiver.told) == 1


@pytest.mark.parametrize(("status", "times"), [(503, 2), (500, 2), (404, 1), (204, 1)])
def test_a_telling_is_repeated_after_server_errors_alone(
    google: GoogleCalendarSandbox, ask: Ask, receiver: Receiver, status: int, times: int
) -> None:
    receiver.answers = [status, 200]
    watch(ask, receiver)
    google.clock.move(timedelta(seconds=2))
    google.deliver_due()
    assert [headers["X-Goog-Message-Number"] for headers in receiver.told] == ["1"] * times


def test_a_telling_that_nobody_takes_is_given_up(
    google: GoogleCalendarSandbox, ask: Ask, receiver: Receiver
) -> None:
    google.switch["pauses"] = (1,)
    receiver.answers = [503]
    watch(ask, receiver)
    for _ in range(4):
        google.clock.move(timedelta(minutes=5))
        google.deliver_due()
    assert [delivery.status for delivery in google.deliveries] == [503, 503]


def test_tellings_are_sent_by_themselves(google: GoogleCalendarSandbox, ask: Ask, receiver: Receiver) -> None:
    google.switch["delivery"] = "thread"
    watch(ask, receiver)
    put(google)
    until = time.monotonic() + 30
    while len(receiver.told) < 2 and time.monotonic() < until:
        time.sleep(0.02)
    assert [headers["X-Goog-Message-Number"] for headers in receiver.told] == ["1", "2"]


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ({"id": ""}, "required"),
        ({"id": "c" * 65}, "required"),
        ({"type": "mail"}, "invalid"),
        ({"address": "http://venue.example/hooks"}, "push.webhookUrlNotHttps"),
        ({"expiration": 1}, "invalid"),
        ({"expiration": "soon"}, "invalid"),
        ({"token": "t" * 257}, "invalid"),
        ({"params": {}, "colour": "red"}, "invalid"),
    ],
)
def test_a_channel_that_does_not_hold_together_is_refused(
    ask: Ask, receiver: Receiver, body: dict[str, Any], why: str
) -> None:
    assert reason(watch(ask, receiver, **body)) == (400, why)


def test_an_id_is_of_one_channel_for_good(ask: Ask, receiver: Receiver) -> None:
    channel = watch(ask, receiver).json()
    assert reason(watch(ask, receiver)) == (400, "channelIdNotUnique")
    stop = {"id": "chan-1", "resourceId": channel["resourceId"]}
    assert reason(ask("POST", "/channels/stop", json={**stop, "resourceId": "other"})) == (404, "notFound")
    assert ask("POST", "/channels/stop", json=stop).status_code == 204
    assert reason(ask("POST", "/channels/stop", json=stop)) == (404, "notFound")
    assert reason(watch(ask, receiver)) == (400, "channelIdNotUnique")


def test_holidays_tell_nobody(ask: Ask, receiver: Receiver) -> None:
    body = {"id": "c", "type": "web_hook", "address": receiver.url}
    answer = ask("POST", f"/calendars/{HOLIDAYS.replace('#', '%23')}/events/watch", json=body)
    assert reason(answer) == (400, "pushNotSupportedForRequestedResource")
