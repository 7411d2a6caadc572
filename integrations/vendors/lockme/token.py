"""Lock.me's OAuth2 token: what is stored, when it is stale, and how it is renewed just once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from integrations.errors import Garbled, Misconfigured, Refused
from integrations.http import Http
from integrations.types import Settings

MARGIN = 60  # seconds before its end in which a token is not used any more
FIRST_EPOCH = 1_349_067_600  # OAuth2's birth: a smaller `expires` is a number of seconds (1.2, league's rule)
PRINTABLE = re.compile(r"[\x21-\x7e]+")


@dataclass(frozen=True, slots=True)
class Token:
    """A token as it is stored; `expires` is an epoch, 0 = not known: used until it is refused."""

    access: str
    refresh: str
    expires: float = 0

    def stale(self, now: float) -> bool:
        """Is it about to end, or not there at all?"""
        return not self.access or (self.expires > 0 and now >= self.expires - MARGIN)


class Tokens:
    """The token of one account, kept in a store that other processes and hosts use as well."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._held = Token("", "")

    def current(self) -> Token:
        """A token that is believed to be good; raises as `renewed`."""
        if self._held.stale(self._now()):
            self._held = self._stored()
        return self.renewed() if self._held.stale(self._now()) else self._held

    def renewed(self, dead: str = "") -> Token:
        """Another token than `dead`, which was refused: one that somebody else has stored, or a new one.

        A refresh token works only once (1.2, 6 no. 5), so one process refreshes at a time, looks into the
        store first, and stores what it got at once. Raises Misconfigured when a person must reconnect the
        account; Unavailable without an answer, after which nobody knows if the old refresh token still works.
        """
        with self._settings.tokens.locked():
            stored = self._stored()
            if stored.stale(self._now()) or stored.access == dead:
                stored = self._refreshed(stored)
            self._held = stored
        return stored

    def _now(self) -> float:
        return self._settings.clock().timestamp()

    def _stored(self) -> Token:
        raw = self._settings.tokens.load()
        expires = _number(raw.get("expires"))
        return Token(
            _printable(raw.get("access_token")),
            _printable(raw.get("refresh_token")),
            expires if expires >= FIRST_EPOCH else 0,
        )

    def _refreshed(self, old: Token) -> Token:
        if not old.refresh:
            raise Misconfigured("Lock.me's token has ended and cannot be refreshed: reconnect the account")
        raw = self._exchange(old.refresh)
        access, now = _printable(raw.get("access_token")), self._now()
        if not access:
            raise Garbled("POST /access_token answered without an access token")
        new = Token(access, _printable(raw.get("refresh_token")) or old.refresh, _end(raw, now))
        self._settings.tokens.save(
            {
                "token_type": "Bearer",
                "access_token": new.access,
                "refresh_token": new.refresh,
                "expires": int(new.expires),
            }
        )
        return new

    def _exchange(self, refresh: str) -> Mapping[str, Any]:
        """The refresh grant (1.2): the credentials and redirect_uri stand in the form, without a version."""
        secrets = self._settings.secrets
        names = ("client_id", "client_secret", "redirect_uri")
        form = {name: str(secrets[name]) for name in names}
        http = Http(self._settings.base_url, secrets=[form["client_secret"], refresh])
        form |= {"grant_type": "refresh_token", "refresh_token": refresh}
        try:
            body = http.send("POST", "/access_token", data=form, headers={"Accept": "application/json"})
        except (Misconfigured, Refused) as error:
            raise Misconfigured(f"{error.text}; reconnect the account", status=error.status) from None
        found = body.object()
        if "error" in found:
            raise Misconfigured(f"Lock.me refused to refresh: {http.words(body.text)}; reconnect the account")
        return found


def _end(raw: Mapping[str, Any], now: float) -> float:
    """When a token just given out ends: `expires_in` is seconds, `expires` is an epoch or seconds (1.2)."""
    if seconds := _number(raw.get("expires_in")):
        return now + seconds
    expires = _number(raw.get("expires"))
    return expires if expires >= FIRST_EPOCH or not expires else now + expires


def _number(value: object) -> float:
    """A positive number, also as text; 0 for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return 0.0
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return 0.0
    return number if 0 < number < 10**12 else 0.0


def _printable(value: object) -> str:
    """A token that can stand in a header; "" for anything else."""
    return value if isinstance(value, str) and PRINTABLE.fullmatch(value) else ""
