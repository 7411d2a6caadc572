"""The line to Google: a bearer on every call, one renewal when it is refused, and what each refusal means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from integrations.errors import (
    ChangedMeanwhile,
    Garbled,
    Misconfigured,
    Missing,
    Refused,
    Unavailable,
    VendorError,
)
from integrations.http import Answer, Http
from integrations.types import Settings
from integrations.vendors.google_calendar.token import RECONNECT, Token, Tokens

UNAUTHORIZED, FORBIDDEN, NOT_FOUND, CONFLICT, GONE, CHANGED, MANY = 401, 403, 404, 409, 410, 412, 429
CLIENT_ERRORS = range(400, 500)  # Google says in the body what they mean (4.6)
QUOTA = {"rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded", "dailyLimitExceeded"}
SETUP = {"accessNotConfigured", "insufficientPermissions", "ACCESS_TOKEN_SCOPE_INSUFFICIENT"}
TOO_OLD = {"fullSyncRequired", "updatedMinTooLongAgo"}
QUOTA_PAUSE = 60.0  # seconds; quotas are per minute, and Google seldom says how long to wait (4.6)


class Gone(Refused):
    """It was deleted; of a sync token: it is too old, or none of Google's."""


class Duplicate(Refused):
    """The id is in use, be it by a deleted event (4.3)."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """An error as Google words it (4.6)."""

    message: str
    reason: str = ""
    location: str = ""


class Line:
    """Calls in the name of one account."""

    def __init__(self, settings: Settings) -> None:
        """Misconfigured when a secret is missing, or an address cannot be used."""
        self._base = settings.base_url
        self._tokens = Tokens(settings)
        self._masked = {str(settings.secrets["client_secret"]), str(settings.secrets["refresh_token"])}
        self._http = Http(self._base)
        self._bearer = ""

    def get(self, path: str, params: Mapping[str, Any] | None = None) -> Answer:
        """Read something; raises as `send`."""
        return self.send("GET", path, params=dict(params or {}))

    def send(self, method: str, path: str, **how: Any) -> Answer:
        """One call, made again with another token after a 401, which says that it was not carried out.

        Raises Unavailable (no answer, 5xx, quota), Misconfigured (token, scopes), Missing (404), Duplicate
        (409), Gone (410), ChangedMeanwhile (412), Refused (other 4xx), Garbled (a refusal that is not
        Google's, a redirect).
        """
        token = self._tokens.current()
        answer = self._once(token, method, path, how)
        if answer.status == UNAUTHORIZED and not self._about_push(answer):
            answer = self._once(self._tokens.renewed(token.access), method, path, how)
        if answer.status >= 400:
            raise self._error(answer, refusal(answer))
        return answer

    def _once(self, token: Token, method: str, path: str, how: Mapping[str, Any]) -> Answer:
        return self._client(token).send(method, path, expect=CLIENT_ERRORS, **how)

    def _client(self, token: Token) -> Http:
        if self._bearer != token.access:
            self._masked.add(token.access)
            headers = {"Accept": "application/json", "Authorization": f"Bearer {token.access}"}
            self._http = Http(self._base, headers=headers, secrets=self._masked)
            self._bearer = token.access
        return self._http

    def _about_push(self, answer: Answer) -> bool:
        """A 401 that is about a channel's address and not about the token."""
        return refusal(answer).reason.startswith("push.")

    def _error(self, answer: Answer, said: Refusal) -> VendorError:
        words = self._http.line(said.message)
        text = f"{answer.where} answered {answer.status}" + (f": {words}" if words else "")
        if answer.status == MANY or (answer.status == FORBIDDEN and said.reason in QUOTA):
            return Unavailable(text, status=answer.status, retry_after=answer.retry_after or QUOTA_PAUSE)
        if answer.status == UNAUTHORIZED and not said.reason.startswith("push."):
            return Misconfigured(f"{text}; {RECONNECT}", status=answer.status)
        if said.reason in SETUP:
            return Misconfigured(f"{text}; {_setup(said.reason)}", status=answer.status)
        return _kind(answer.status, said)(text, status=answer.status)


def refusal(answer: Answer) -> Refusal:
    """What Google says of an error; Garbled when it is not Google who says it (a proxy, a wrong address)."""
    error = answer.object().get("error")
    if not isinstance(error, Mapping):
        text = f"{answer.where} answered {answer.status}, but not in Google's words"
        raise Garbled(text, status=answer.status)
    rows = error.get("errors")
    first = rows[0] if isinstance(rows, list) and rows and isinstance(rows[0], Mapping) else {}
    reason = str(first.get("reason") or "")
    return Refusal(str(error.get("message") or ""), reason, str(first.get("location") or ""))


def _kind(status: int, said: Refusal) -> type[Refused]:
    """Act on the status; a bad sync token may also be told as a bad request (4.2)."""
    if said.reason in TOO_OLD or said.location == "syncToken":
        return Gone
    kinds = {NOT_FOUND: Missing, CONFLICT: Duplicate, GONE: Gone, CHANGED: ChangedMeanwhile}
    return kinds.get(status, Refused)


def _setup(reason: str) -> str:
    if reason == "accessNotConfigured":
        return "switch the Google Calendar API on in Google's console"
    return f"{RECONNECT} and tick everything"
