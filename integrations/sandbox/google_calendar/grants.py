"""OAuth2 as Google does it: consent with PKCE, codes that work once, refresh tokens that may be revoked."""

from __future__ import annotations

import hashlib
import secrets
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

CODE_LIFE = timedelta(minutes=10)
PREFIX = "https://www.googleapis.com/auth/"
SCOPES = {
    "calendar": "see, edit, share and delete all calendars",
    "calendar.readonly": "see and download any calendar",
    "calendar.events": "see and edit events on all calendars",
    "calendar.events.readonly": "see events on all calendars",
    "calendar.calendarlist": "see, add and remove calendars of the list",
    "calendar.calendarlist.readonly": "see the list of calendars",
    "calendar.calendars.readonly": "see the title, zone and other properties of calendars",
    "calendar.freebusy": "see when calendars are busy",
}
Form = Mapping[str, str]


class GrantError(Exception):
    """A refused token request, as Google words it."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(description)
        self.status = status
        self.body = {"error": error, "error_description": description}


@dataclass(frozen=True, slots=True)
class Code:
    """What a code stands for."""

    scopes: frozenset[str]
    redirect_uri: str
    challenge: str
    method: str
    offline: bool
    until: datetime


@dataclass(frozen=True, slots=True)
class Access:
    """What an access token opens, and until when."""

    scopes: frozenset[str]
    until: datetime
    refresh: str


@dataclass(slots=True)
class Grants:
    """One API client and all that one Google user gave it."""

    client: Mapping[str, str]  # client_id, client_secret
    codes: dict[str, Code] = field(default_factory=dict)
    access: dict[str, Access] = field(default_factory=dict)
    refresh: dict[str, tuple[frozenset[str], datetime]] = field(default_factory=dict)

    def scopes(self, access: str, now: datetime) -> frozenset[str] | None:
        """What this access token opens now; None for one that opens nothing."""
        known = self.access.get(access)
        return known.scopes if known and now < known.until else None

    def refusal(self, form: Form, registered: str) -> str:
        """Google's words for an authorization request that leads nowhere; "" for any other."""
        address = form.get("redirect_uri", "")
        safe = address.startswith(("https://", "http://127.0.0.1", "http://localhost"))
        method = form.get("code_challenge_method", "S256")
        known = {PREFIX + name for name in SCOPES}
        wrong = {
            "Error 401: invalid_client": form.get("client_id") != self.client["client_id"],
            "Error 400: redirect_uri_mismatch": not safe or (registered and address != registered),
            "Error 400: invalid_request": form.get("response_type") != "code" or not form.get("scope"),
            "Error 400: invalid_request (PKCE)": method not in ("S256", "plain"),
            "Error 400: invalid_scope": not known.issuperset(form.get("scope", "").split()),
        }
        return next((words for words, true in wrong.items() if true), "")

    def code(self, form: Form, scopes: list[str], now: datetime) -> str:
        """A new code for what the user allowed, good for one use.

        A refresh token comes of it only with access_type=offline, and again only with prompt=consent.
        """
        code = f"4/0A{secrets.token_urlsafe(24)}"
        offline = form.get("access_type") == "offline"
        again = "consent" in form.get("prompt", "").split() or not self.refresh
        challenge, method = form.get("code_challenge", ""), form.get("code_challenge_method", "plain")
        self.codes[code] = Code(
            frozenset(scopes), form["redirect_uri"], challenge, method, offline and again, now + CODE_LIFE
        )
        return code

    def token(self, form: Form, basic: str, now: datetime, life: timedelta) -> dict[str, Any]:
        """What POST /token answers; GrantError for what it refuses."""
        self._authenticate(form, basic)
        if form.get("grant_type") == "authorization_code":
            return self._exchanged(form, now, life)
        if form.get("grant_type") == "refresh_token":
            return self._refreshed(form.get("refresh_token", ""), now, life)
        raise GrantError("unsupported_grant_type", f"Invalid grant_type: {form.get('grant_type', '')}")

    def keep(self, refresh: str, scopes: frozenset[str], now: datetime) -> None:
        """A refresh token that works."""
        self.refresh[refresh] = (scopes, now)

    def revoke(self, token: str) -> bool:
        """End a grant by its refresh token or by an access token of it; False for one that is none."""
        refresh = self.access[token].refresh if token in self.access else token
        known = self.refresh.pop(refresh, None) is not None or token in self.access
        self.access = {each: one for each, one in self.access.items() if one.refresh != refresh}
        return known

    def _authenticate(self, form: Form, basic: str) -> None:
        given = (form.get("client_id", ""), form.get("client_secret", ""))
        if basic.startswith("Basic "):
            name, _, word = b64decode(basic[6:]).decode().partition(":")
            given = (name, word)
        if given[0] != self.client["client_id"]:
            raise GrantError("invalid_client", "The OAuth client was not found.", 401)
        if not secrets.compare_digest(given[1].encode(), self.client["client_secret"].encode()):
            raise GrantError("invalid_client", "Unauthorized", 401)

    def _exchanged(self, form: Form, now: datetime, life: timedelta) -> dict[str, Any]:
        code = self.codes.pop(form.get("code", ""), None)
        if code is None or now >= code.until:
            raise GrantError("invalid_grant", "Malformed auth code.")
        if form.get("redirect_uri") != code.redirect_uri:
            raise GrantError("redirect_uri_mismatch", "Bad Request")
        if code.challenge and challenge(form.get("code_verifier", ""), code.method) != code.challenge:
            raise GrantError("invalid_grant", "Invalid code verifier.")
        refresh = f"1//0{secrets.token_urlsafe(40)}" if code.offline else ""
        if refresh:
            self.keep(refresh, code.scopes, now)
        token = self._issue(code.scopes, now, life, refresh)
        return {**token, "refresh_token": refresh} if refresh else token

    def _refreshed(self, refresh: str, now: datetime, life: timedelta) -> dict[str, Any]:
        if refresh not in self.refresh:
            raise GrantError("invalid_grant", "Token has been expired or revoked.")
        return self._issue(self.refresh[refresh][0], now, life, refresh)

    def _issue(self, scopes: frozenset[str], now: datetime, life: timedelta, refresh: str) -> dict[str, Any]:
        access = f"ya29.{secrets.token_urlsafe(40)}"
        self.access[access] = Access(scopes, now + life, refresh)
        return {
            "access_token": access,
            "expires_in": int(life.total_seconds()) - 1,
            "scope": " ".join(sorted(scopes)),
            "token_type": "Bearer",
        }


def challenge(verifier: str, method: str) -> str:
    """What a verifier's challenge is (RFC 7636)."""
    if method == "plain":
        return verifier
    return urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
