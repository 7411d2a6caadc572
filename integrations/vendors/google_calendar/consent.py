"""Connecting an account to Google: where a manager consents, and what the code from there is worth."""

from __future__ import annotations

import hashlib
import re
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from integrations.errors import Garbled, Misconfigured, Refused, Unavailable
from integrations.http import Http
from integrations.types import Settings
from integrations.vendors.google_calendar import token

AUTH_URI = "https://accounts.google.com/o/oauth2/v2/auth"
PREFIX = "https://www.googleapis.com/auth/"
SCOPES = (f"{PREFIX}calendar.events", f"{PREFIX}calendar.calendarlist.readonly")  # the least (4.5)
ENOUGH = {  # what else would do, if Google grants more than was asked for
    SCOPES[0]: {f"{PREFIX}calendar"},
    SCOPES[1]: {f"{PREFIX}calendar", f"{PREFIX}calendar.readonly", f"{PREFIX}calendar.calendarlist"},
}
MEANING = {SCOPES[0]: "see and edit events", SCOPES[1]: "see the list of calendars"}
LEAST_STATE = 16  # characters of a state that nobody guesses
VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")  # RFC 7636, 4.1
AGAIN = "start again: a code works once, and not for long"


def authorize_url(settings: Settings, state: str, verifier: str, redirect_uri: str = "") -> str:
    """Google's page on which a manager lets this account in (4.5), with `state` to know him again by.

    It leads back to `redirect_uri` (or the secret of that name) with `code` and `state`, or with `error`.
    Keep the `verifier` (PKCE, S256) until then. Misconfigured when a secret is missing or an address is not
    safe; ValueError for a state or verifier that could be guessed.
    """
    if len(state) < LEAST_STATE or not VERIFIER.fullmatch(verifier):
        raise ValueError("state and verifier must not be guessable")
    page = str(settings.secrets.get("auth_uri") or settings.options.get("auth_uri") or AUTH_URI)
    Http(page)  # refuses an address that is not https://
    query = {
        "client_id": token.secret(settings, "client_id"),
        "redirect_uri": redirect_uri or token.secret(settings, "redirect_uri"),
        "response_type": "code",
        "scope": " ".join(SCOPES),
        "state": state,
        "code_challenge": _challenge(verifier),
        "code_challenge_method": "S256",
        "access_type": "offline",  # else there is no refresh token
        "prompt": "consent",  # else there is none the second time
    }
    return f"{page}?{urlencode(query)}"


def exchange(settings: Settings, code: str, verifier: str, redirect_uri: str = "") -> Mapping[str, Any]:
    """The secrets that a code from the callback is worth, to be stored: refresh_token and token.

    Asked for once. Raises Refused for a code that is not accepted, or when the manager allowed too little;
    Misconfigured when client id, client secret or redirect URI are wrong; Unavailable without an answer,
    after which the code may be spent; Garbled.
    """
    if not token.PRINTABLE.fullmatch(code):
        raise Refused(f"Google gave no code; {AGAIN}")
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "code_verifier": verifier,
        "redirect_uri": redirect_uri or token.secret(settings, "redirect_uri"),
    }
    try:
        raw = token.grant(settings, form, code, verifier)
    except (Refused, Unavailable) as error:
        raise type(error)(f"{error.text}; {AGAIN}", status=error.status) from None
    except Misconfigured as error:
        text = f"{error.text}; compare client id, client secret and redirect URI with Google's console"
        raise Misconfigured(text, status=error.status) from None
    return _secrets(raw, settings.clock().timestamp())


def _secrets(raw: Mapping[str, Any], now: float) -> Mapping[str, Any]:
    if missing := [MEANING[scope] for scope in SCOPES if not _granted(scope, raw.get("scope"))]:
        raise Refused(
            f"Google was not allowed to let Latchkey {' and '.join(missing)}; start again and tick everything"
        )
    refresh = token.printable(raw.get("refresh_token"))
    if not refresh:
        raise Refused(
            "Google gave no refresh token; remove Latchkey's access in the Google account, then start again"
        )
    return {"refresh_token": refresh, "token": token.stored(raw, now)}


def _granted(scope: str, granted: object) -> bool:
    """Is the scope, or one that holds it, among those that were granted?"""
    if not isinstance(granted, str):
        raise Garbled("Google did not say what was allowed")
    return bool({scope, *ENOUGH[scope]} & set(granted.split()))


def _challenge(verifier: str) -> str:
    return urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
