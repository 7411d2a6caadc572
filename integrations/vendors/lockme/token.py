"""Lock.me's OAuth2 token: what is stored, when it is stale, and how it is renewed just once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from integrations.errors import RECONNECT, Misconfigured, Refused
from integrations.types import Settings
from integrations.vendors.lockme import oauth

MARGIN = 60  # seconds before its end in which a token is not used any more


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
        return _token(self._settings.tokens.load())

    def _refreshed(self, old: Token) -> Token:
        """The refresh grant (1.2), which sends the redirect_uri as well."""
        if not old.refresh:
            raise Misconfigured(f"Lock.me's token has ended and cannot be refreshed: {RECONNECT}")
        form = {"grant_type": "refresh_token", "refresh_token": old.refresh}
        try:
            raw = oauth.grant(self._settings, form, old.refresh, old.access)
        except (Misconfigured, Refused) as error:
            raise Misconfigured(f"{error.text}; {RECONNECT}", status=error.status) from None
        new = oauth.stored(raw, self._now(), old.refresh)
        self._settings.tokens.save(new)
        return _token(new)


def _token(raw: Mapping[str, Any]) -> Token:
    expires = oauth.number(raw.get("expires"))
    return Token(
        oauth.printable(raw.get("access_token")),
        oauth.printable(raw.get("refresh_token")),
        expires if expires >= oauth.FIRST_EPOCH else 0,
    )
