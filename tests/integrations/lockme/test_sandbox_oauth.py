"""The sandbox Lock.me gives tokens to whom it may, once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from integrations.sandbox.lockme import LockmeSandbox
from integrations.sandbox.server import Server

Ask = Callable[..., requests.Response]


@pytest.fixture
def ask(sandbox: Server, shop: LockmeSandbox) -> Ask:
    """A token request with the right credentials, unless others are given."""

    def asked(**form: Any) -> requests.Response:
        client = {name: shop.secrets[name] for name in ("client_id", "client_secret", "redirect_uri")}
        return requests.post(f"{sandbox.url}/lockme/access_token", data={**client, **form}, timeout=30)

    return asked


@pytest.fixture
def consent(sandbox: Server, shop: LockmeSandbox) -> Ask:
    """A visit of the consent page with what league's client sends, and an answer to it."""

    def visit(answer: str = "", **query: Any) -> requests.Response:
        right = {
            "scope": "rooms_manage",
            "state": "a" * 32,
            "response_type": "code",
            "approval_prompt": "auto",
            "redirect_uri": shop.secrets["redirect_uri"],
            "client_id": shop.secrets["client_id"],
        }
        url = f"{sandbox.url}/lockme/authorize"
        method, form = ("POST", {"answer": answer}) if answer else ("GET", None)
        how: dict[str, Any] = {"params": {**right, **query}, "data": form, "allow_redirects": False}
        return requests.request(method, url, timeout=30, **how)

    return visit


def brought_back(answer: requests.Response) -> dict[str, str]:
    return {name: value[0] for name, value in parse_qs(urlsplit(answer.headers["Location"]).query).items()}


def test_7_no_2_consent_leads_back_with_a_code_that_works_once(
    consent: Ask, ask: Ask, shop: LockmeSandbox
) -> None:
    assert "<form" in consent().text
    back = consent("allow")
    assert back.headers["Location"].startswith(shop.secrets["redirect_uri"])
    said = brought_back(back)
    assert said["state"] == "a" * 32
    token = ask(grant_type="authorization_code", code=said["code"]).json()
    assert {name: type(value) for name, value in token.items()} == {
        "token_type": str, "expires_in": int, "access_token": str, "refresh_token": str,
    }  # fmt: skip
    assert ask(grant_type="authorization_code", code=said["code"]).json()["error"] == "invalid_grant"


def test_a_code_ends_after_ten_minutes(consent: Ask, ask: Ask, shop: LockmeSandbox) -> None:
    code = brought_back(consent("allow"))["code"]
    shop.clock.move(timedelta(minutes=10))
    assert ask(grant_type="authorization_code", code=code).status_code == 400


def test_who_says_no_is_brought_back_without_a_code(consent: Ask) -> None:
    assert brought_back(consent("deny")) == {"error": "access_denied", "state": "a" * 32}
    assert brought_back(consent(scope="everything"))["error"] == "invalid_scope"


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"client_id": "other"}, 401),
        ({"redirect_uri": "https://evil.example"}, 401),
        ({"response_type": "token"}, 400),
    ],
)
def test_7_no_2_a_wrong_request_is_brought_nowhere(consent: Ask, query: dict[str, str], status: int) -> None:
    answer = consent("allow", **query)
    assert (answer.status_code, "Location" in answer.headers) == (status, False)


def test_7_no_3_a_refresh_token_works_once_and_takes_its_access_token_with_it(
    ask: Ask, shop: LockmeSandbox
) -> None:
    old = shop.secrets["token"]
    first = ask(grant_type="refresh_token", refresh_token=old["refresh_token"])
    assert first.status_code == 200
    assert not shop.grants.valid(old["access_token"], shop.clock.now())
    second = ask(grant_type="refresh_token", refresh_token=old["refresh_token"])
    assert (second.status_code, second.json()["error"]) == (400, "invalid_grant")
    assert ask(grant_type="refresh_token", refresh_token=first.json()["refresh_token"]).status_code == 200


def test_a_refresh_token_that_does_not_rotate_is_a_switch(ask: Ask, shop: LockmeSandbox) -> None:
    shop.switch["rotate"] = False
    refresh = shop.secrets["token"]["refresh_token"]
    for _ in range(2):
        assert ask(grant_type="refresh_token", refresh_token=refresh).json()["refresh_token"] == refresh


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"client_id": "other"}, 401),
        ({"client_secret": "wrong"}, 401),
        ({"redirect_uri": "https://evil.example"}, 401),
        ({"redirect_uri": None}, 400),
        ({"grant_type": "password"}, 400),
        ({"refresh_token": "def50200other"}, 400),
        ({"refresh_token": None}, 400),
    ],
)
def test_7_no_3_a_wrong_token_request_is_refused_in_words(
    ask: Ask, shop: LockmeSandbox, form: dict[str, Any], status: int
) -> None:
    right = {"grant_type": "refresh_token", "refresh_token": shop.secrets["token"]["refresh_token"]}
    answer = ask(**{**right, **form})
    said = answer.json()
    assert answer.status_code == status
    assert all(isinstance(said[name], str) for name in ("error", "error_description", "message"))
    assert ask(**right).status_code == 200


def test_an_access_token_lives_as_long_as_the_switch_says(ask: Ask, shop: LockmeSandbox) -> None:
    shop.switch["token_life"] = 120
    token = ask(grant_type="refresh_token", refresh_token=shop.secrets["token"]["refresh_token"]).json()
    assert token["expires_in"] == 120
    shop.clock.move(timedelta(seconds=119))
    assert shop.grants.valid(token["access_token"], shop.clock.now())
    shop.clock.move(timedelta(seconds=1))
    assert not shop.grants.valid(token["access_token"], shop.clock.now())
