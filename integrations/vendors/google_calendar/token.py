"""Google's access token: asked for with the refresh token, stored for all hosts, renewed just once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from integrations import errors
from integrations.errors import Garbled, Misconfigured, Refused
from integrations.http import Answer, Http
from integrations.types import Settings

TOKEN_URI = "https://oauth2.googleapis.com/token"  # noqa: S105 an address
PRINTABLE = re.compile(r"[\x21-\x7e]+")
MARGIN = 60  # seconds before its end in which a token is not used any more
LONGEST_LIFE = 86_400.0  # seconds that an access token is believed to live
REFUSALS = (400, 401, 403)
DEAD = "invalid_grant"  # revoked, password changed, or a week of a consent screen in testing (4.6)
ENDED = "the consent has ended or was taken back at Google"
RECONNECT = f"{errors.RECONNECT} to Google"
Form = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Token:
    """An access token as it is stored; `expires` is an epoch, 0 = not known: used until it is refused."""

    access: str = ""
    expires: float = 0

    def stale(self, now: float) -> bool:
        """Is it about to end, or not there at all?"""
        return not self.access or (self.expires > 0 and now >= self.expires - MARGIN)


class Tokens:
    """The access token of one account, kept in a store that other processes and hosts use as well."""

    def __init__(self, settings: Settings) -> None:
        """Misconfigured when a secret is missing or the address of the tokens is not safe."""
        for name in ("client_id", "client_secret", "refresh_token"):
            secret(settings, name)
        address(settings)
        self._settings = settings
        self._held = Token()

    def current(self) -> Token:
        """A token that is believed to be good; raises as `renewed`."""
        if self._held.stale(self._now()):
            self._held = self._stored()
        return self.renewed() if self._held.stale(self._now()) else self._held

    def renewed(self, dead: str = "") -> Token:
        """Another token than `dead`, which was refused: one that somebody else has stored, or a new one.

        Raises Misconfigured ("reconnect") when the grant is dead, or (other words) when the
        client is not accepted; Unavailable; Garbled.
        """
        with self._settings.tokens.locked():
            known = self._stored()
            if known.stale(self._now()) or known.access == dead:
                known = self._refreshed()
            self._held = known
        return known

    def _now(self) -> float:
        return self._settings.clock().timestamp()

    def _stored(self) -> Token:
        raw = self._settings.tokens.load()
        return Token(printable(raw.get("access_token")), _number(raw.get("expires")))

    def _refreshed(self) -> Token:
        refresh = secret(self._settings, "refresh_token")
        form = {"grant_type": "refresh_token", "refresh_token": refresh}
        try:
            raw = grant(self._settings, form, refresh)
        except Refused as error:
            raise Misconfigured(f"{ENDED}; {RECONNECT}", status=error.status) from None
        new = stored(raw, self._now())
        self._settings.tokens.save(new)
        return Token(str(new["access_token"]), float(new["expires"]))


def grant(settings: Settings, form: Form, *masked: str) -> Mapping[str, Any]:
    """What Google's token address answers to a grant; asked once.

    Raises Refused for a grant that is not accepted; Misconfigured for a client that is not; Unavailable;
    Garbled.
    """
    known = {name: secret(settings, name) for name in ("client_id", "client_secret")}
    base, path = address(settings)
    http = Http(base, headers={"Accept": "application/json"}, secrets={known["client_secret"], *masked})
    answer = http.send("POST", path, data={**known, **form}, expect=REFUSALS)
    found = answer.object()
    if answer.status >= 400 or "error" in found:
        raise _refusal(http, answer, found)
    return found


def address(settings: Settings) -> tuple[str, str]:
    """Where tokens come from, as host and path; Misconfigured when it is not safe."""
    parts = urlsplit(str(settings.secrets.get("token_uri") or TOKEN_URI))
    base = f"{parts.scheme}://{parts.netloc}"
    Http(base)
    return base, parts.path or "/"


def secret(settings: Settings, name: str) -> str:
    """A secret; Misconfigured when it is missing or broken by a blank or a line break."""
    value = printable(settings.secrets.get(name))
    if not value:
        raise Misconfigured(f"the secret {name} is missing or broken by a blank")
    return value


def stored(raw: Mapping[str, Any], now: float) -> dict[str, Any]:
    """An access token just given out, as it is stored; Garbled without one."""
    access = printable(raw.get("access_token"))
    if not access:
        raise Garbled("Google answered without an access token")
    life = min(_number(raw.get("expires_in")), LONGEST_LIFE)
    scope = str(raw.get("scope") or "")
    return {"access_token": access, "expires": int(now + life) if life else 0, "scope": scope}


def printable(value: object) -> str:
    """A token that can stand in a header; "" for anything else."""
    return value if isinstance(value, str) and PRINTABLE.fullmatch(value) else ""


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return 0.0
    return float(value) if 0 < value < 10**12 else 0.0


def _refusal(http: Http, answer: Answer, found: Mapping[str, Any]) -> Misconfigured | Refused:
    kind = str(found.get("error"))
    words = http.line(" ".join(filter(None, (kind, str(found.get("error_description") or "")))))
    text = f"{answer.where} answered {answer.status}: {words}"
    return Refused(text, status=answer.status) if kind == DEAD else Misconfigured(text, status=answer.status)
