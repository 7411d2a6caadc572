"""A manager connects an account to Lock.me, or pastes the panel's token (lockme.md, 1.2)."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
import requests

from integrations.errors import Garbled, Misconfigured, Refused, Unavailable, VendorError
from integrations.sandbox.lockme import LockmeSandbox
from integrations.sandbox.server import Server
from integrations.types import Settings
from integrations.vendors import lockme
from tests.conftest import NOW
from tests.integrations.lockme.conftest import Connect, Shared
from tests.integrations.support import settings_for

STATE = "0123456789abcdef0123456789abcdef"
EPOCH = int(NOW.timestamp())
PASTED = {"token_type": "Bearer", "access_token": "eyJ.a.b", "refresh_token": "def5", "expires": EPOCH + 900}
Consent = Callable[[], str]


@pytest.fixture
def account(sandbox: Server, shop: LockmeSandbox) -> Settings:
    """An account that has no token yet."""
    return settings_for(f"{sandbox.url}/lockme", {**shop.secrets, "token": None})


@pytest.fixture
def consent(account: Settings) -> Consent:
    """A manager's consent in the browser: the code that he brings back."""

    def given() -> str:
        url = lockme.authorize_url(account, STATE)
        back = requests.post(url, data={"answer": "allow"}, timeout=30, allow_redirects=False)
        said = dict(parse_qsl(urlsplit(back.headers["Location"]).query))
        assert said["state"] == STATE
        return said["code"]

    return given


def test_1_2_the_address_of_consent_has_what_lock_me_wants(shop: LockmeSandbox, account: Settings) -> None:
    url = urlsplit(lockme.authorize_url(account, STATE))
    assert url.path == "/lockme/authorize"
    assert dict(parse_qsl(url.query)) == {
        "scope": "rooms_manage",
        "state": STATE,
        "response_type": "code",
        "approval_prompt": "auto",
        "redirect_uri": shop.secrets["redirect_uri"],
        "client_id": shop.secrets["client_id"],
    }
    assert shop.secrets["client_secret"] not in url.query


def test_a_state_that_can_be_guessed_is_a_mistake(account: Settings) -> None:
    with pytest.raises(ValueError, match="guessable"):
        lockme.authorize_url(account, "1")


def test_consent_is_not_asked_for_over_an_open_line(shop: LockmeSandbox) -> None:
    with pytest.raises(Misconfigured, match="https"):
        lockme.authorize_url(settings_for("http://api.lock.me", shop.secrets), STATE)


def test_1_2_a_code_becomes_a_token_that_works(
    shop: LockmeSandbox, account: Settings, consent: Consent, connect: Connect
) -> None:
    token = lockme.exchange(account, consent())
    assert (token["token_type"], token["expires"]) == ("Bearer", EPOCH + 3600)
    connect(tokens=Shared(token)).test()
    shop.expire_tokens()
    connect(tokens=Shared(token)).test()


def test_1_2_the_code_grant_has_the_credentials_in_its_form(
    shop: LockmeSandbox, account: Settings, consent: Consent
) -> None:
    code = consent()
    lockme.exchange(account, code)
    (call,) = shop.calls("POST /access_token")
    client = {name: shop.secrets[name] for name in ("client_id", "client_secret", "redirect_uri")}
    sent = {name: value[0] for name, value in parse_qs(call.body).items()}
    assert sent == {**client, "grant_type": "authorization_code", "code": code}


def test_1_2_a_code_works_once(account: Settings, consent: Consent) -> None:
    code = consent()
    lockme.exchange(account, code)
    with pytest.raises(Refused, match="used or expired; start again"):
        lockme.exchange(account, code)


@pytest.mark.parametrize("code", ["", "a b", "zażółć"])
def test_what_is_no_code_is_not_sent(shop: LockmeSandbox, account: Settings, code: str) -> None:
    with pytest.raises(Refused, match="gave no code"):
        lockme.exchange(account, code)
    assert shop.journal == []


@pytest.mark.parametrize("name", ["client_id", "client_secret", "redirect_uri"])
def test_wrong_credentials_are_told_in_words(
    sandbox: Server, shop: LockmeSandbox, consent: Consent, name: str
) -> None:
    wrong = settings_for(f"{sandbox.url}/lockme", {**shop.secrets, name: "https://wrong.example"})
    with pytest.raises(Misconfigured, match="compare client id, client secret and redirect URI"):
        lockme.exchange(wrong, consent())


@pytest.mark.parametrize("kind", ["drop_before", "drop_after", "status"])
def test_a_code_is_tried_once(shop: LockmeSandbox, account: Settings, consent: Consent, kind: str) -> None:
    code = consent()
    shop.fail(kind, "/access_token", times=2)
    with pytest.raises(Unavailable, match="start again"):
        lockme.exchange(account, code)
    assert [fault.times for fault in shop.faults] == [1]


@pytest.mark.parametrize("body", ["<html>", "[]", "{}", '{"access_token": 7}', '{"access_token": "a b"}'])
def test_what_is_no_token_is_not_stored_as_one(
    shop: LockmeSandbox, account: Settings, consent: Consent, body: str
) -> None:
    code = consent()
    shop.fail("body", "/access_token", body=body)
    with pytest.raises(Garbled):
        lockme.exchange(account, code)


def test_1_8_an_error_with_a_good_status_is_no_token(
    shop: LockmeSandbox, account: Settings, consent: Consent
) -> None:
    code = consent()
    shop.fail("body", "/access_token", body='{"error": "invalid_grant"}')
    with pytest.raises(Refused, match="invalid_grant"):
        lockme.exchange(account, code)


@pytest.mark.parametrize("status", [400, 401])
def test_neither_code_nor_secret_is_told(
    shop: LockmeSandbox, account: Settings, consent: Consent, caplog: pytest.LogCaptureFixture, status: int
) -> None:
    caplog.set_level(logging.DEBUG, "integrations")
    code, secret = consent(), shop.secrets["client_secret"]
    said = json.dumps({"error": "no", "message": f"{code} of {secret} is wrong"})
    shop.fail("status", "/access_token", status=status, body=said)
    with pytest.raises(VendorError, match="is wrong") as caught:
        lockme.exchange(account, code)
    assert not [word for word in (code, secret) if word in caught.value.text + caplog.text]


# -------------------------------------------------------------------------------------- the panel's token


def test_1_2_a_pasted_token_is_stored_as_it_is() -> None:
    assert lockme.token_from_panel(f"\ufeff\n {json.dumps(PASTED)} \n") == PASTED


def test_1_2_a_pasted_token_works(shop: LockmeSandbox, connect: Connect) -> None:
    token = lockme.token_from_panel(json.dumps(shop.secrets["token"]))
    connect(tokens=Shared(token)).test()


@pytest.mark.parametrize("end", [None, 3600, "soon", {}, 0])
def test_an_end_that_is_no_instant_is_left_out(end: Any) -> None:
    assert lockme.token_from_panel(json.dumps({**PASTED, "expires": end, "expires_in": 3600}))["expires"] == 0


@pytest.mark.parametrize(
    ("pasted", "words"),
    [
        ("", "not JSON"),
        ("eyJ.a.b", "not JSON"),
        ('{"access_token": "eyJ.a\n.b"}', "not JSON"),
        ('["eyJ.a.b"]', "not a token"),
        ('{"refresh_token": "def5"}', "no access_token"),
        ('{"access_token": "eyJ. a"}', "broken"),
        ('{"access_token": "eyJ.a", "refresh_token": "de f"}', "refresh_token is broken"),
        ('{"access_token": "eyJ.a", "token_type": "mac"}', "not Bearer"),
    ],
)
def test_what_is_no_token_is_refused_in_words_that_do_not_repeat_it(pasted: str, words: str) -> None:
    with pytest.raises(Refused, match=words) as caught:
        lockme.token_from_panel(pasted)
    assert "eyJ" not in caught.value.text
