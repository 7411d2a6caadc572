"""OAuth2 as Lock.me's server does it: codes that work once, refresh tokens that rotate."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

CODE_LIFE = timedelta(minutes=10)
SCOPES = {"rooms_manage"}
Form = Mapping[str, str]


class GrantError(Exception):
    """A refused token request, as league/oauth2-server words it."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(description)
        self.status = status
        self.body = {"error": error, "error_description": description, "message": description}


@dataclass(slots=True)
class Grants:
    """The one API application and all that was given out in its name."""

    client: Mapping[str, str]  # client_id, client_secret, redirect_uri
    codes: dict[str, datetime] = field(default_factory=dict)  # until
    access: dict[str, datetime] = field(default_factory=dict)  # until
    refresh: dict[str, str] = field(default_factory=dict)  # refresh token -> its access token

    def valid(self, access: str, now: datetime) -> bool:
        """Does this access token open anything now?"""
        return access in self.access and now < self.access[access]

    def live(self, now: datetime) -> int:
        """How many access tokens open anything now."""
        return sum(now < until for until in self.access.values())

    def refusal(self, form: Form) -> tuple[str, str, int]:
        """Error, words and status of an authorize request that leads nowhere; no error for any other."""
        if form.get("client_id") != self.client["client_id"]:
            return "invalid_client", "The client is unknown", 401
        if form.get("redirect_uri", self.client["redirect_uri"]) != self.client["redirect_uri"]:
            return "invalid_client", "redirect_uri is not the registered one", 401
        if form.get("response_type") != "code":
            return "unsupported_response_type", "This response type is not supported", 400
        return "", "", 200

    def code(self, now: datetime) -> str:
        """A new code, good for one use."""
        code = f"def502{secrets.token_hex(16)}"
        self.codes[code] = now + CODE_LIFE
        return code

    def token(self, form: Form, now: datetime, life: timedelta, *, rotate: bool) -> dict[str, Any]:
        """What POST /access_token answers; GrantError for what it refuses."""
        self._authenticate(form)
        if form.get("grant_type") == "authorization_code":
            if self.codes.pop(form.get("code", ""), now) <= now:
                raise GrantError("invalid_grant", "The code is unknown, used or expired")
            return self._issue(now, life)
        if form.get("grant_type") == "refresh_token":
            return self._refreshed(form.get("refresh_token", ""), now, life, rotate=rotate)
        raise GrantError("unsupported_grant_type", "This grant type is not supported")

    def keep(self, access: str, refresh: str, until: datetime) -> None:
        """Give out a pair of tokens."""
        self.access[access] = until
        self.refresh[refresh] = access

    def _authenticate(self, form: Form) -> None:
        if missing := [name for name in self.client if not form.get(name)]:
            raise GrantError("invalid_request", f"Missing {', '.join(missing)}")
        if form["client_id"] != self.client["client_id"]:
            raise GrantError("invalid_client", "Client authentication failed", 401)
        if not secrets.compare_digest(form["client_secret"].encode(), self.client["client_secret"].encode()):
            raise GrantError("invalid_client", "Client authentication failed", 401)
        if form["redirect_uri"] != self.client["redirect_uri"]:
            raise GrantError("invalid_client", "redirect_uri is not the registered one", 401)

    def _refreshed(self, refresh: str, now: datetime, life: timedelta, *, rotate: bool) -> dict[str, Any]:
        if refresh not in self.refresh:
            raise GrantError("invalid_grant", "The refresh token is invalid")
        if not rotate:
            return self._issue(now, life, refresh)
        self.access.pop(self.refresh.pop(refresh), None)
        return self._issue(now, life)

    def _issue(self, now: datetime, life: timedelta, refresh: str = "") -> dict[str, Any]:
        access = f"eyJ0eXAi.{secrets.token_hex(16)}.{secrets.token_hex(8)}"
        refresh = refresh or f"def50200{secrets.token_hex(20)}"
        self.keep(access, refresh, now + life)
        return {
            "token_type": "Bearer",
            "expires_in": int(life.total_seconds()),
            "access_token": access,
            "refresh_token": refresh,
        }
