"""The two counted lines to Codelocks, NetCode and Utility: every call is written down before it is made."""

from __future__ import annotations

import json
import random
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

from integrations.errors import Misconfigured, OverBudget, Refused, Unavailable, VendorError
from integrations.http import CUT_JSON, LONGEST_WAIT, MASK, TAG, Answer, Http
from integrations.types import Settings

Sleep = Callable[[float], None]

NETCODE = "netcode"
UTILITY = "utility"
VERSIONS = {NETCODE: ("netcode_version", "n/1"), UTILITY: ("utility_version", "u/1")}
TRIES = 3
RETRIED = {None, 500, 502, 503, 504}  # None: no answer at all
TOLD = tuple(status for status in range(400, 500) if status != 429)  # read here, not by Http
QUOTA = "limit exceeded"
ACCESS_KEY = re.compile(r"access[ _-]?key", re.IGNORECASE)


class Line:
    """Sends to Codelocks: spends, retries what may be retried, and says what an error means."""

    def __init__(self, settings: Settings, sleep: Sleep = time.sleep) -> None:
        """Misconfigured when the API key is missing or the address is not https (C-C1)."""
        key = str(settings.secrets.get("api_key") or "")
        if not key:
            raise Misconfigured("the secret api_key is missing")
        self._access_key = str(settings.secrets.get("access_key") or "")
        self._http = Http(
            settings.base_url, headers={"x-api-key": key}, secrets=(key, self._access_key), tries=1
        )
        self._settings = settings
        self._sleep = sleep
        self._stopped: dict[str, datetime] = {}  # counter -> until when the vendor answers no more

    @property
    def has_access_key(self) -> bool:
        """Whether the account has a K3 access key at all; KitLocks need none."""
        return bool(self._access_key)

    def access_key(self) -> str:
        """The K3 account's access key; Misconfigured when there is none or it is a lock's number (C-C4)."""
        if not self._access_key:
            raise Misconfigured("the secret access_key is missing: K3 locks cannot be asked for")
        if re.fullmatch(r"[0-9]{6}", self._access_key):
            raise Misconfigured("the secret access_key is six digits: that is a KitLock's number")
        return self._access_key

    def get(
        self, counter: str, path: str, subject: str, *, query: Mapping[str, str], tries: int = TRIES
    ) -> Answer:
        """Read once, or up to three times when the vendor is unavailable; each try is counted (C-C12).

        `path` is without the version; `subject` is for the ledger and holds no secret. Raises what
        `_refusal` says, Unavailable, and OverBudget when the month's calls are spent.
        """
        # a space must be %20, as in the vendor's sample; handed over as text it stays so
        how = {"params": urlencode(query, quote_via=quote)} if query else {}
        return self._sent("GET", counter, path, subject, tries, how)

    def write(
        self, method: str, path: str, subject: str, form: Mapping[str, str], *, tries: int = 1
    ) -> Answer:
        """Send one form, also in the body of a DELETE. `tries` over 1 is for what may be done twice."""
        return self._sent(method, UTILITY, path, subject, tries, {"data": dict(form)})

    def shown(self, text: str) -> str:
        """One masked line of a vendor's text."""
        return self._http.line(text)

    def _sent(
        self, method: str, counter: str, path: str, subject: str, tries: int, how: dict[str, Any]
    ) -> Answer:
        option, default = VERSIONS[counter]
        version = str(self._settings.options.get(option) or default).strip("/")
        answer = self._tried(counter, subject, tries, lambda: self._once(method, f"/{version}{path}", how))
        if answer.status >= 400:
            raise self._refusal(answer)
        return answer

    def _once(self, method: str, path: str, how: dict[str, Any]) -> Answer:
        return self._http.send(method, path, expect=TOLD, tries=1, **how)

    def _tried(self, counter: str, subject: str, tries: int, send: Callable[[], Answer]) -> Answer:
        for left in range(tries - 1, -1, -1):
            self._spend(counter, subject)
            try:
                return send()
            except Unavailable as error:
                wait = error.retry_after or random.uniform(0.2, 1.0)  # noqa: S311 jitter, no secret
                if error.status == 429:
                    raise self._throttled(counter, error) from None
                if not left or error.status not in RETRIED or wait > LONGEST_WAIT:
                    raise
            self._sleep(wait)
        raise ValueError("tries must be at least 1")

    def _spend(self, counter: str, subject: str) -> None:
        until = self._stopped.get(counter)
        if until and self._settings.clock() < until:
            raise OverBudget(f"Codelocks has said that this month's {counter} calls are spent", status=429)
        self._settings.meter.spend(counter, subject)

    def _throttled(self, counter: str, error: Unavailable) -> Unavailable:
        """429 is a pause, or the end of the month's quota (gateway's words, X8)."""
        if QUOTA not in error.text.lower():
            return error
        now = self._settings.clock()
        until = self._stopped[counter] = next_month(now)
        self._settings.meter.stop(counter, error.text)
        return OverBudget(error.text, status=429, retry_after=(until - now).total_seconds())

    def _refusal(self, answer: Answer) -> VendorError:
        """What a 4xx means here (C-C12, C-C13): 404 is a missing parameter, not a missing thing."""
        words = self.shown(said(answer.text))
        text = f"{answer.where} answered {answer.status}" + (f": {words}" if words else "")
        if answer.status == 403:
            return Misconfigured(f"{text} (the API key is missing or not valid)", status=403)
        # recorded in 2016 as an empty 401; a 400 that names it is the same news
        if answer.status == 401 or (answer.status == 400 and ACCESS_KEY.search(words)):
            return Misconfigured(f"{text} (the access key is not accepted)", status=answer.status)
        if answer.status == 404:
            return Refused(f"{text} (a required parameter is missing)", status=404)
        return Refused(text, status=answer.status)


@contextmanager
def hiding(*private: str) -> Iterator[None]:
    """Mask these words, in any case, in an error's text: vendors repeat what they were sent."""
    words = "|".join(re.escape(word) for word in sorted(private, key=len, reverse=True) if word)
    try:
        yield
    except VendorError as error:
        text = re.sub(words, MASK, error.text, flags=re.IGNORECASE) if words else error.text
        raise type(error)(text, status=error.status, retry_after=error.retry_after) from None


def next_month(now: datetime) -> datetime:
    """The first instant of the next month, in UTC: the quotas are monthly."""
    return (now.replace(day=1) + timedelta(days=32)).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def said(text: str) -> str:
    """The words in an error's body (C-C11): Message or message, JSON as text in it, plain text; else ""."""
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        body = "" if CUT_JSON.match(text) else text
    if isinstance(body, dict):
        fields = lowered(body)
        body = next((fields[name] for name in ("message", "error", "resultstatus") if fields.get(name)), "")
    words = unwrapped(body)
    return "" if TAG.search(words) else words


def unwrapped(value: Any) -> str:
    """A text that may itself be a JSON list of texts, as one line."""
    if isinstance(value, str):
        try:
            inner = json.loads(value)
        except ValueError:
            return value
        return unwrapped(inner) if isinstance(inner, list) else value
    if isinstance(value, list):
        return "; ".join(unwrapped(item) for item in value)
    return ""


def lowered(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields by lower-case name: the vendor writes LockId and LockID, DurationId … (oddity 17)."""
    return {str(name).lower(): value for name, value in fields.items()}
