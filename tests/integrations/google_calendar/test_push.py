"""Push channels: made, told of changes, ended; and what a telling says (4.4)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.errors import Garbled, Refused
from integrations.sandbox.google_calendar import GoogleCalendarSandbox
from integrations.types import PushChannel
from integrations.vendors import google_calendar
from integrations.vendors.google_calendar import GoogleCalendar
from tests.conftest import NOW
from tests.integrations.google_calendar.conftest import HOLIDAYS, LAB
from tests.integrations.google_calendar.receiver import Receiver

WATCH = "POST /calendar/v3/calendars"


def test_a_channel_tells_of_changes_with_our_token(
    google: GoogleCalendarSandbox, client: GoogleCalendar, receiver: Receiver
) -> None:
    channel = client.watch(LAB, "chan-1", receiver.url, "our-token")
    google.put_event(LAB, "Game", "2026-03-10 18:00", "2026-03-10 19:00")
    pushes = [google_calendar.read_push(headers) for headers in receiver.told]
    assert [(push.state, push.number) for push in pushes] == [("sync", 1), ("exists", 2)]
    assert {push.channel_ref for push in pushes} == {"chan-1"}
    assert {push.token for push in pushes} == {"our-token"}
    assert {push.resource_ref for push in pushes} == {channel.resource_ref}


def test_a_channel_ends_when_google_says_so_and_not_later_than_asked(
    client: GoogleCalendar, receiver: Receiver
) -> None:
    long = client.watch(LAB, "chan-1", receiver.url, "t")
    short = client.watch(LAB, "chan-2", receiver.url, "t", NOW + timedelta(hours=1))
    never = client.watch(LAB, "chan-3", receiver.url, "t", NOW + timedelta(days=400))
    assert long.expires_at == never.expires_at == NOW + timedelta(days=7)
    assert short.expires_at == NOW + timedelta(hours=1)


def test_a_channel_that_was_stopped_tells_nothing_more(
    google: GoogleCalendarSandbox, client: GoogleCalendar, receiver: Receiver
) -> None:
    channel = client.watch(LAB, "chan-1", receiver.url, "t")
    client.stop_watch(channel)
    google.put_event(LAB, "Game", "2026-03-10 18:00", "2026-03-10 19:00")
    assert len(receiver.told) == 1


def test_stopping_what_has_ended_is_done(google: GoogleCalendarSandbox, client: GoogleCalendar) -> None:
    client.stop_watch(PushChannel("gone", "r", "https://a.test", None))
    assert [call.status for call in google.calls("channels/stop")] == [404]


def test_a_calendar_that_tells_nobody_refuses_and_is_polled(
    client: GoogleCalendar, receiver: Receiver
) -> None:
    with pytest.raises(Refused):
        client.watch(HOLIDAYS, "chan-1", receiver.url, "t")


def test_an_address_that_is_not_https_is_refused_and_the_account_goes_on(
    google: GoogleCalendarSandbox, client: GoogleCalendar
) -> None:
    with pytest.raises(Refused):
        client.watch(LAB, "chan-1", "http://venue.example/hooks", "t")
    google.refuse(401, "push.webhookUrlUnauthorized", WATCH)
    with pytest.raises(Refused):
        client.watch(LAB, "chan-2", "https://venue.example/hooks", "t")
    assert len(google.calls("POST /token")) == 1


@pytest.mark.parametrize(
    "body",
    [
        "{}",
        '{"id": "other", "resourceId": "r"}',
        '{"id": "chan-1"}',
        '{"id": "chan-1", "resourceId": "r", "expiration": "soon"}',
        '{"id": "chan-1", "resourceId": "r", "expiration": "99999999999999999999"}',
    ],
)
def test_an_answer_that_is_no_channel_is_garbled(
    google: GoogleCalendarSandbox, client: GoogleCalendar, receiver: Receiver, body: str
) -> None:
    google.fail("body", WATCH, body=body)
    with pytest.raises(Garbled):
        client.watch(LAB, "chan-1", receiver.url, "t")


@pytest.mark.parametrize("ref", ["", "c" * 65])
def test_an_id_that_google_cannot_have_is_a_mistake_of_the_caller(client: GoogleCalendar, ref: str) -> None:
    with pytest.raises(ValueError, match="64"):
        client.watch(LAB, ref, "https://venue.example/hooks", "t")


@pytest.mark.parametrize("headers", [{}, {"X-Goog-Channel-ID": ""}, {"X-Goog-Channel-ID": "c" * 401}])
def test_a_request_that_is_no_telling_is_not_taken_for_one(headers: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="channel"):
        google_calendar.read_push(headers)


@given(
    st.dictionaries(st.sampled_from(["X-Goog-Channel-ID", "x-goog-message-number"]), st.text(), max_size=2)
)
def test_whatever_a_stranger_sends_is_read_or_refused(headers: dict[str, Any]) -> None:
    try:
        push = google_calendar.read_push(headers)
    except ValueError:
        return
    assert push.channel_ref
    assert push.number >= 0
