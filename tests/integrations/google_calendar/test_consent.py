"""A manager lets an account in: state, PKCE, the least scopes, and a token that lasts (4.5)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from integrations.errors import Garbled, Misconfigured, Refused, Unavailable
from integrations.sandbox.google_calendar import GoogleCalendarSandbox
from integrations.sandbox.server import Server
from integrations.types import Settings
from integrations.vendors import google_calendar
from integrations.vendors.google_calendar.consent import SCOPES, _granted
from tests.integrations.google_calendar.conftest import Connect
from tests.integrations.support import settings_for

STATE, VERIFIER = "s" * 32, "v" * 64
BACK = "https://latchkey.example/oauth"
Visit = Callable[..., str]


@pytest.fixture
def settings(sandbox: Server, google: GoogleCalendarSandbox) -> Settings:
    url = f"{sandbox.url}/google_calendar"
    secrets = {**google.secrets_at(url), "redirect_uri": BACK}
    secrets.pop("refresh_token")
    return settings_for(f"{url}/calendar/v3", secrets)


@pytest.fixture
def visit(settings: Settings) -> Visit:
    """The manager goes to Google's page and answers; the code he is brought back with."""

    def visited(answer: str = "allow", **form: Any) -> str:
        url = google_calendar.authorize_url(settings, STATE, VERIFIER)
        back = requests.post(url, data={"answer": answer, **form}, timeout=30, allow_redirects=False)
        assert back.headers["Location"].startswith(BACK)
        return said(back.headers["Location"])["code"]

    return visited


def said(url: str) -> dict[str, str]:
    return {name: value[0] for name, value in parse_qs(urlsplit(url).query).items()}


def test_the_page_is_asked_for_the_least_that_does_and_for_a_token_that_lasts(settings: Settings) -> None:
    query = said(google_calendar.authorize_url(settings, STATE, VERIFIER))
    assert query["scope"].split() == [
        "https://www.googleapis.com/auth/calendar.events",
        "https://www.googleapis.com/auth/calendar.calendarlist.readonly",
    ]
    assert (query["access_type"], query["prompt"], query["state"]) == ("offline", "consent", STATE)
    assert (query["code_challenge_method"], VERIFIER in str(query)) == ("S256", False)
    assert query.keys() & {"include_granted_scopes", "client_secret"} == set()


def test_without_another_address_it_is_googles_page(settings: Settings) -> None:
    plain = {name: value for name, value in settings.secrets.items() if name != "auth_uri"}
    url = google_calendar.authorize_url(replace(settings, secrets=plain), STATE, VERIFIER)
    assert url.startswith("https://accounts.google.com/o/oauth2/v2/auth?")


def test_an_account_is_connected_by_what_the_code_is_worth(
    settings: Settings, visit: Visit, connect: Connect, google: GoogleCalendarSandbox
) -> None:
    found = google_calendar.exchange(settings, visit(), VERIFIER)
    assert found.keys() == {"refresh_token", "token"}
    assert found["refresh_token"] != google.secrets["refresh_token"]
    client = connect({"refresh_token": found["refresh_token"]})
    assert len(client.calendars().records) == 3


def test_the_token_that_comes_with_it_is_used_at_once(
    settings: Settings, visit: Visit, connect: Connect, google: GoogleCalendarSandbox, store: Any
) -> None:
    found = google_calendar.exchange(settings, visit(), VERIFIER)
    store.token = found["token"]
    connect({"refresh_token": found["refresh_token"]}).calendars()
    assert len(google.calls("POST /token")) == 1


def test_connecting_a_second_time_gives_a_token_that_lasts_too(settings: Settings, visit: Visit) -> None:
    first, second = (google_calendar.exchange(settings, visit(), VERIFIER) for _ in range(2))
    assert first["refresh_token"] != second["refresh_token"]


def test_a_code_is_worth_nothing_without_its_verifier(settings: Settings, visit: Visit) -> None:
    with pytest.raises(Refused) as caught:
        google_calendar.exchange(settings, visit(), "w" * 64)
    assert "start again" in caught.value.text


def test_a_code_works_once(settings: Settings, visit: Visit) -> None:
    code = visit()
    google_calendar.exchange(settings, code, VERIFIER)
    with pytest.raises(Refused):
        google_calendar.exchange(settings, code, VERIFIER)


@pytest.mark.parametrize("code", ["", "two words", "line\nbreak"])
def test_no_code_is_told_in_words(settings: Settings, google: GoogleCalendarSandbox, code: str) -> None:
    with pytest.raises(Refused):
        google_calendar.exchange(settings, code, VERIFIER)
    assert google.calls("POST /token") == []


@pytest.mark.parametrize(
    ("ticked", "missing"),
    [
        ("calendar.events", "see the list"),
        ("calendar.calendarlist.readonly", "edit events"),
        ("", "edit events"),
    ],
)
def test_a_manager_who_unticks_something_is_told_what_is_missing(
    settings: Settings, visit: Visit, ticked: str, missing: str
) -> None:
    scope = [f"https://www.googleapis.com/auth/{ticked}"] if ticked else []
    with pytest.raises(Refused) as caught:
        google_calendar.exchange(settings, visit(asked="1", scope=scope), VERIFIER)
    assert missing in caught.value.text


def test_more_than_was_asked_for_is_enough() -> None:
    assert all(_granted(scope, "openid https://www.googleapis.com/auth/calendar") for scope in SCOPES)


def test_an_answer_without_a_refresh_token_is_refused_in_words(
    settings: Settings, google: GoogleCalendarSandbox
) -> None:
    scope = " ".join(SCOPES)
    body = f'{{"access_token": "ya29.x", "expires_in": 3599, "scope": "{scope}"}}'
    google.fail("body", "POST /token", body=body)
    with pytest.raises(Refused) as caught:
        google_calendar.exchange(settings, "4/0code", VERIFIER)
    assert "no refresh token" in caught.value.text


@pytest.mark.parametrize("body", ["<html>hello</html>", "[]", '{"access_token": "ya29.x"}'])
def test_an_answer_that_is_none_is_garbled(
    settings: Settings, google: GoogleCalendarSandbox, body: str
) -> None:
    google.fail("body", "POST /token", body=body)
    with pytest.raises(Garbled):
        google_calendar.exchange(settings, "4/0code", VERIFIER)


def test_no_answer_says_start_again(settings: Settings, google: GoogleCalendarSandbox) -> None:
    google.fail("drop_after", "POST /token")
    with pytest.raises(Unavailable) as caught:
        google_calendar.exchange(settings, "4/0code", VERIFIER)
    assert "start again" in caught.value.text


def test_a_wrong_client_is_told_where_to_look(settings: Settings, visit: Visit) -> None:
    code = visit()
    wrong = replace(settings, secrets={**settings.secrets, "client_secret": "GOCSPX-wrong"})
    with pytest.raises(Misconfigured) as caught:
        google_calendar.exchange(wrong, code, VERIFIER)
    assert "Google's console" in caught.value.text
    assert "GOCSPX" not in caught.value.text


def test_a_code_and_a_verifier_are_in_no_error(settings: Settings, google: GoogleCalendarSandbox) -> None:
    body = f'{{"error": "invalid_grant", "error_description": "4/0secretcode {VERIFIER}"}}'
    google.fail("status", "POST /token", status=400, body=body)
    with pytest.raises(Refused) as caught:
        google_calendar.exchange(settings, "4/0secretcode", VERIFIER)
    assert "secretcode" not in caught.value.text
    assert VERIFIER not in caught.value.text


@pytest.mark.parametrize(("state", "verifier"), [("short", VERIFIER), (STATE, "short"), (STATE, "ä" * 64)])
def test_nothing_that_could_be_guessed_is_sent(settings: Settings, state: str, verifier: str) -> None:
    with pytest.raises(ValueError, match="guessable"):
        google_calendar.authorize_url(settings, state, verifier)


@pytest.mark.parametrize(
    "wrong", [{"client_id": ""}, {"redirect_uri": ""}, {"auth_uri": "http://evil.example/auth"}]
)
def test_what_is_missing_or_unsafe_is_told_before_anybody_leaves(
    settings: Settings, wrong: dict[str, str]
) -> None:
    with pytest.raises(Misconfigured):
        google_calendar.authorize_url(
            replace(settings, secrets={**settings.secrets, **wrong}), STATE, VERIFIER
        )
