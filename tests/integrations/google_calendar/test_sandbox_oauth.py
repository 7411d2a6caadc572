"""The sandbox Google gives tokens to whom it may, for what was allowed (4.5, 4.6)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from integrations.sandbox.google_calendar import GoogleCalendarSandbox
from integrations.sandbox.google_calendar.grants import PREFIX, challenge
from integrations.sandbox.server import Server
from tests.integrations.google_calendar.conftest import LAB, reason

VERIFIER = "v" * 43
BACK = "https://latchkey.example/oauth"
Post = Callable[..., requests.Response]


@pytest.fixture
def url(sandbox: Server, google: GoogleCalendarSandbox) -> str:
    return f"{sandbox.url}/google_calendar"


@pytest.fixture
def ask_token(url: str, google: GoogleCalendarSandbox) -> Post:
    """A token request with the right client, unless another is given."""

    def asked(**form: Any) -> requests.Response:
        client = {name: google.secrets[name] for name in ("client_id", "client_secret")}
        return requests.post(f"{url}/token", data={**client, **form}, timeout=30)

    return asked


@pytest.fixture
def consent(url: str, google: GoogleCalendarSandbox) -> Post:
    """A visit of the consent page, and an answer to it."""

    def visit(answer: str = "allow", **query: Any) -> requests.Response:
        right = {
            "client_id": google.secrets["client_id"],
            "redirect_uri": BACK,
            "response_type": "code",
            "scope": f"{PREFIX}calendar.events {PREFIX}calendar.calendarlist.readonly",
            "state": "a b",
            "access_type": "offline",
            "prompt": "consent",
            "code_challenge": challenge(VERIFIER, "S256"),
            "code_challenge_method": "S256",
        }
        method, form = ("POST", {"answer": answer}) if answer else ("GET", None)
        how: dict[str, Any] = {"params": {**right, **query}, "data": form, "allow_redirects": False}
        return requests.request(method, f"{url}/o/oauth2/v2/auth", timeout=30, **how)

    return visit


def code_of(answer: requests.Response) -> str:
    return brought_back(answer)["code"]


def brought_back(answer: requests.Response) -> dict[str, str]:
    return {name: value[0] for name, value in parse_qs(urlsplit(answer.headers["Location"]).query).items()}


def exchanged(ask_token: Post, given: str, **form: Any) -> requests.Response:
    right = {"grant_type": "authorization_code", "redirect_uri": BACK, "code_verifier": VERIFIER}
    return ask_token(**{**right, "code": given, **form})


def test_the_page_shows_what_is_asked_for_with_a_button(consent: Post) -> None:
    page = consent("").text
    assert page.count("checkbox") == 2
    assert "<button" in page


def test_a_yes_leads_back_with_state_and_a_code_that_works_once(consent: Post, ask_token: Post) -> None:
    back = consent()
    assert back.headers["Location"].startswith(BACK)
    assert brought_back(back)["state"] == "a b"
    token = exchanged(ask_token, code_of(back))
    assert token.json().keys() == {"access_token", "expires_in", "scope", "token_type", "refresh_token"}
    assert exchanged(ask_token, code_of(back)).json()["error"] == "invalid_grant"


def test_a_no_leads_back_without_a_code(consent: Post) -> None:
    assert brought_back(consent("deny")) == {"state": "a b", "error": "access_denied"}


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"client_id": "other"}, "invalid_client"),
        ({"redirect_uri": "http://evil.example"}, "redirect_uri_mismatch"),
        ({"response_type": "token"}, "invalid_request"),
        ({"scope": ""}, "invalid_request"),
        ({"scope": f"{PREFIX}mail"}, "invalid_scope"),
        ({"code_challenge_method": "S512"}, "invalid_request"),
    ],
)
def test_a_wrong_request_leads_nowhere(consent: Post, query: dict[str, str], words: str) -> None:
    answer = consent(**query)
    assert (answer.status_code, "Location" in answer.headers) == (400, False)
    assert words in answer.text


def test_a_registered_address_is_the_only_one(google: GoogleCalendarSandbox, consent: Post) -> None:
    google.switch["redirect_uri"] = "https://latchkey.example/other"
    assert consent().status_code == 400


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({"code_verifier": "w" * 43}, "invalid_grant"),
        ({"code_verifier": None}, "invalid_grant"),
        ({"redirect_uri": "https://other.example"}, "redirect_uri_mismatch"),
        ({"client_secret": "wrong"}, "invalid_client"),
        ({"client_id": "wrong"}, "invalid_client"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"code": "4/made-up"}, "invalid_grant"),
    ],
)
def test_a_wrong_token_request_is_refused(
    consent: Post, ask_token: Post, form: dict[str, Any], error: str
) -> None:
    answer = exchanged(ask_token, code_of(consent()), **form)
    assert (answer.status_code, answer.json()["error"]) == (401 if error == "invalid_client" else 400, error)


def test_a_code_ends_after_ten_minutes(google: GoogleCalendarSandbox, consent: Post, ask_token: Post) -> None:
    code = code_of(consent())
    google.clock.move(timedelta(minutes=10))
    assert exchanged(ask_token, code).json()["error"] == "invalid_grant"


@pytest.mark.parametrize("query", [{"access_type": "online"}, {"prompt": ""}])
def test_a_refresh_token_comes_only_offline_and_again_only_when_asked_anew(
    consent: Post, ask_token: Post, query: dict[str, str]
) -> None:
    assert "refresh_token" not in exchanged(ask_token, code_of(consent(**query))).json()


def test_a_refresh_token_works_again_and_again_until_it_is_revoked(
    google: GoogleCalendarSandbox, ask_token: Post, url: str
) -> None:
    form = {"grant_type": "refresh_token", "refresh_token": google.secrets["refresh_token"]}
    first, second = (ask_token(**form).json() for _ in range(2))
    assert first["access_token"] != second["access_token"]
    assert "refresh_token" not in first
    withdrawn = requests.post(f"{url}/revoke", data={"token": first["access_token"]}, timeout=30)
    assert withdrawn.status_code == 200
    again = ask_token(**form)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    assert requests.post(f"{url}/revoke", data={"token": "none"}, timeout=30).status_code == 400
    assert google.grants.scopes(second["access_token"], google.clock.now()) is None


def test_a_token_opens_what_was_allowed_and_no_more(
    google: GoogleCalendarSandbox, ask_token: Post, url: str
) -> None:
    form = {"grant_type": "refresh_token", "refresh_token": google.secrets["refresh_token"]}
    headers = {"Authorization": f"Bearer {ask_token(**form).json()['access_token']}"}

    def asked(path: str) -> requests.Response:
        return requests.get(f"{url}/calendar/v3/{path}", headers=headers, timeout=30)

    assert asked(f"calendars/{LAB}/events").status_code == 200
    assert asked("users/me/calendarList").status_code == 200
    assert reason(asked(f"calendars/{LAB}")) == (403, "insufficientPermissions")


def test_nobody_gets_in_without_a_token(url: str) -> None:
    answer = requests.get(f"{url}/calendar/v3/users/me/calendarList", timeout=30)
    assert reason(answer) == (401, "authError")
    assert "WWW-Authenticate" in answer.headers
