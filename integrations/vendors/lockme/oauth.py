"""Connecting an account to Lock.me: where a manager consents, what the code is worth, tokens of the panel."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from integrations.errors import Garbled, Misconfigured, Refused, Unavailable
from integrations.http import Http
from integrations.types import Settings

CREDENTIALS = ("client_id", "client_secret", "redirect_uri")
SCOPE = "rooms_manage"
FIRST_EPOCH = 1_349_067_600  # OAuth2's birth: a smaller `expires` is a number of seconds (1.2, league's rule)
LEAST_STATE = 16  # characters of a state that nobody guesses
PRINTABLE = re.compile(r"[\x21-\x7e]+")
AGAIN = "start again: a code works once, and not for long"
Token = dict[str, Any]


def authorize_url(settings: Settings, state: str) -> str:
    """The page of Lock.me on which a manager lets this account in (1.2), with `state` to know him again by.

    It leads back to the redirect_uri with `code` and `state`, or with `error`. Misconfigured when a secret
    is missing or the address is not safe; ValueError for a state that could be guessed.
    """
    if len(state) < LEAST_STATE:
        raise ValueError("the state must not be guessable")
    known = credentials(settings)
    Http(settings.base_url)  # refuses an address that is not https://
    query = {
        "scope": SCOPE,
        "state": state,
        "response_type": "code",
        "approval_prompt": "auto",
        "redirect_uri": known["redirect_uri"],
        "client_id": known["client_id"],
    }
    return f"{settings.base_url.rstrip('/')}/authorize?{urlencode(query)}"


def exchange(settings: Settings, code: str) -> Token:
    """The token that a code from the callback is worth, as it is to be stored (1.2); asked for once.

    Raises Refused for a code that is not accepted; Misconfigured when client id, client secret or
    redirect_uri are wrong; Unavailable without an answer, after which the code may be spent; Garbled.
    """
    if not PRINTABLE.fullmatch(code):
        raise Refused(f"Lock.me gave no code; {AGAIN}")
    try:
        raw = grant(settings, {"grant_type": "authorization_code", "code": code}, code)
    except Refused as error:
        raise Refused(f"{error.text}; {AGAIN}", status=error.status) from None
    except Misconfigured as error:
        raise Misconfigured(
            f"{error.text}; compare client id, client secret and redirect URI with Lock.me's panel",
            status=error.status,
        ) from None
    except Unavailable as error:
        raise Unavailable(f"{error.text}; {AGAIN}", status=error.status) from None
    return stored(raw, settings.clock().timestamp())


def consented(settings: Settings, state: str, verifier: str) -> str:
    """`authorize_url` in the registry's form: Lock.me knows no PKCE (1.2)."""
    del verifier
    return authorize_url(settings, state)


def given(settings: Settings, code: str, verifier: str) -> Token:
    """`exchange` as secrets to be stored: the token, and the redirect_uri that a refresh repeats (1.2)."""
    del verifier
    return {"token": exchange(settings, code), "redirect_uri": settings.secrets["redirect_uri"]}


def pasted(text: str) -> Token:
    """`token_from_panel` as secrets to be stored."""
    return {"token": token_from_panel(text)}


def token_from_panel(text: str) -> Token:
    """The token that Lock.me's panel shows as JSON, as it is to be stored; Refused in words (1.2).

    An end that is not an instant is left out: the token is used until it is refused.
    """
    try:
        raw = json.loads(text.strip().lstrip("\ufeff"))
    except ValueError:
        raise Refused("this is not JSON: paste all that the panel shows, from { to }") from None
    if not isinstance(raw, dict):
        raise Refused("this is not a token: paste all that the panel shows, from { to }")
    if str(raw.get("token_type", "Bearer")).lower() != "bearer":
        raise Refused("the token's token_type is not Bearer")
    if not printable(raw.get("access_token")):
        raise Refused("there is no access_token in it, or it is broken by a blank or a line break")
    if raw.get("refresh_token") and not printable(raw["refresh_token"]):
        raise Refused("its refresh_token is broken by a blank or a line break")
    expires = number(raw.get("expires"))
    return shape(raw, expires if expires >= FIRST_EPOCH else 0)


def grant(settings: Settings, form: Mapping[str, str], *secrets: str) -> Mapping[str, Any]:
    """What POST /access_token answers to a grant, asked for once and without a version in the address.

    `secrets` are masked. Raises as `Http.send`, with Refused for an error that came with a good status.
    """
    known = credentials(settings)
    http = Http(settings.base_url, secrets=[known["client_secret"], *secrets])
    headers = {"Accept": "application/json"}
    answer = http.send("POST", "/access_token", data={**known, **form}, headers=headers)
    found = answer.object()
    if "error" in found:
        raise Refused(f"{answer.where} answered: {http.words(answer.text)}", status=answer.status)
    return found


def credentials(settings: Settings) -> dict[str, str]:
    """The three secrets of the API application; Misconfigured when one is missing."""
    if missing := [name for name in CREDENTIALS if not settings.secrets.get(name)]:
        raise Misconfigured(f"the secret {', '.join(missing)} is missing")
    return {name: str(settings.secrets[name]) for name in CREDENTIALS}


def stored(raw: Mapping[str, Any], now: float, refresh: str = "") -> Token:
    """A token just given out, as it is stored; `refresh` where it repeats none; Garbled without a token."""
    if not printable(raw.get("access_token")):
        raise Garbled("POST /access_token answered without an access token")
    known = {**raw, "refresh_token": printable(raw.get("refresh_token")) or refresh}
    return shape(known, _end(raw, now))


def shape(raw: Mapping[str, Any], expires: float) -> Token:
    """The shape in which tokens are stored, which is the panel's and the SDK's, too."""
    return {
        "token_type": "Bearer",
        "access_token": printable(raw.get("access_token")),
        "refresh_token": printable(raw.get("refresh_token")),
        "expires": int(expires),
    }


def number(value: object) -> float:
    """A positive number, also as text; 0 for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return 0.0
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return 0.0
    return found if 0 < found < 10**12 else 0.0


def printable(value: object) -> str:
    """A token that can stand in a header; "" for anything else."""
    return value if isinstance(value, str) and PRINTABLE.fullmatch(value) else ""


def _end(raw: Mapping[str, Any], now: float) -> float:
    """When a token just given out ends: `expires_in` is seconds, `expires` is an epoch or seconds (1.2)."""
    if seconds := number(raw.get("expires_in")):
        return now + seconds
    expires = number(raw.get("expires"))
    return expires if expires >= FIRST_EPOCH or not expires else now + expires
