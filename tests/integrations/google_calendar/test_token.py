"""Google's access token: asked for when there is none, renewed once, shared by all (4.6)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from integrations.errors import Garbled, Misconfigured, Unavailable
from integrations.sandbox.google_calendar import GoogleCalendarSandbox
from integrations.vendors.google_calendar import GoogleCalendar
from tests.conftest import NOW
from tests.integrations.google_calendar.conftest import LAB, Connect
from tests.integrations.support import Memory


def refreshes(google: GoogleCalendarSandbox) -> int:
    return len(google.calls("POST /token"))


def test_a_token_is_asked_for_once_and_stored(
    google: GoogleCalendarSandbox, client: GoogleCalendar, connect: Connect, store: Memory
) -> None:
    client.calendars()
    client.changes(LAB)
    connect().calendars()
    assert refreshes(google) == 1
    assert store.token.keys() == {"access_token", "expires", "scope"}
    assert store.token["expires"] == int(NOW.timestamp()) + 3599


def test_a_token_that_is_about_to_end_is_renewed_before_it_is_used(
    google: GoogleCalendarSandbox, client: GoogleCalendar
) -> None:
    client.calendars()
    google.clock.move(timedelta(minutes=59, seconds=30))
    client.calendars()
    assert [call.status for call in google.calls("calendarList")] == [200, 200]
    assert refreshes(google) == 2


def test_a_token_that_dies_early_is_renewed_and_the_call_is_made_again(
    google: GoogleCalendarSandbox, client: GoogleCalendar
) -> None:
    client.calendars()
    google.expire_tokens()
    assert len(client.calendars().records) == 3
    assert [call.status for call in google.calls("calendarList")] == [200, 401, 200]


def test_a_token_that_another_host_renewed_is_taken_up(
    google: GoogleCalendarSandbox, connect: Connect
) -> None:
    one, other = connect(), connect()
    one.calendars()
    other.calendars()
    google.expire_tokens()
    one.calendars()
    other.calendars()
    assert refreshes(google) == 2


def test_a_token_that_is_refused_again_says_reconnect(
    google: GoogleCalendarSandbox, client: GoogleCalendar
) -> None:
    google.refuse(401, "authError", "calendarList", times=2)
    with pytest.raises(Misconfigured) as caught:
        client.calendars()
    assert "reconnect" in caught.value.text
    assert len(google.calls("calendarList")) == 2


def test_a_consent_that_was_taken_back_says_reconnect(
    google: GoogleCalendarSandbox, client: GoogleCalendar
) -> None:
    client.calendars()
    google.revoke()
    with pytest.raises(Misconfigured) as caught:
        client.changes(LAB)
    assert "reconnect" in caught.value.text
    assert "consent has ended or was taken back" in caught.value.text
    assert "answered 400" not in caught.value.text  # read by people on a room's page


def test_a_consent_of_a_screen_in_testing_ends_after_a_week(
    google: GoogleCalendarSandbox, client: GoogleCalendar
) -> None:
    google.switch["refresh_days"] = 7
    client.calendars()
    google.clock.move(timedelta(days=7))
    with pytest.raises(Misconfigured):
        client.calendars()


def test_a_token_address_without_an_answer_is_unavailable(
    google: GoogleCalendarSandbox, client: GoogleCalendar
) -> None:
    google.fail("status", "POST /token", status=503)
    with pytest.raises(Unavailable):
        client.calendars()


def test_a_token_address_that_answers_with_a_page_is_garbled(
    google: GoogleCalendarSandbox, client: GoogleCalendar
) -> None:
    google.fail("body", "POST /token", body="<html>sign in</html>")
    with pytest.raises(Garbled):
        client.calendars()


@pytest.mark.parametrize(
    "wrong",
    [
        {"client_id": ""},
        {"client_secret": None},
        {"refresh_token": "two words"},
        {"token_uri": "http://evil.example/token"},
    ],
)
def test_secrets_that_cannot_work_are_told_before_anything_is_sent(
    google: GoogleCalendarSandbox, connect: Connect, wrong: dict[str, str]
) -> None:
    with pytest.raises(Misconfigured):
        connect(wrong)
    assert google.journal == []


def test_no_secret_is_in_an_error_or_a_log(
    google: GoogleCalendarSandbox, client: GoogleCalendar, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    secret = google.secrets["refresh_token"]
    body = f'{{"error": "invalid_grant", "error_description": "{secret} of guest@example.com"}}'
    google.fail("status", "POST /token", status=400, body=body)
    with pytest.raises(Misconfigured) as caught:
        client.calendars()
    for text in (caught.value.text, caplog.text):
        assert secret not in text
        assert "guest@example.com" not in text
