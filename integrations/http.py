"""One way to talk HTTP to a vendor: timeouts, retry of reads, Retry-After, redaction, error classes."""

from __future__ import annotations

import json as jsonlib
import logging
import random
import re
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote, quote_plus, urlsplit

import requests

from integrations.errors import Garbled, Misconfigured, Missing, Refused, Unavailable, VendorError

logger = logging.getLogger(__name__)

LOOPBACK = {"127.0.0.1", "localhost", "::1"}
TIMEOUT = (5.0, 30.0)  # seconds to connect, seconds between bytes
READ_TRIES = 3
LONGEST_WAIT = 5.0  # seconds; a longer Retry-After is left to the next sweep
LONGEST_PAUSE = 86_400.0  # seconds that a Retry-After is believed
MASK = "•••"
WORDS = 300  # characters of a vendor's own words that are worth showing
CUT_JSON = re.compile(r"[\s\ufeff]*[\[{]")  # half a JSON answer is rows, and guests in them, but no words
TAG = re.compile(r"<[a-z!/?]", re.IGNORECASE)
EMAIL = r"""[^\s<>"'(),;:/=]+(?:@|%40)[^\s<>"'(),;:/&]+\.\w+"""
CONTACT = re.compile(EMAIL + r"|\+\d[\d ()/.-]{6,}\d")  # and phone numbers as they are written abroad
SENDABLE = re.compile(r"[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?")  # what may stand in a header


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer, whole."""

    status: int
    text: str
    where: str  # "GET /rooms", for messages
    retry_after: float | None = None  # seconds

    def json(self) -> Any:
        """The body as JSON; Garbled when it is none."""
        try:
            return jsonlib.loads(self.text)
        except (ValueError, RecursionError):
            raise Garbled(f"{self.where} answered {self.status} with something that is not JSON") from None

    def object(self) -> dict[str, Any]:
        """The body as a JSON object; Garbled when it is none."""
        body = self.json()
        if not isinstance(body, dict):
            raise Garbled(f"{self.where} answered with {type(body).__name__} instead of an object")
        return body

    def array(self) -> list[Any]:
        """The body as a JSON array; Garbled when it is none."""
        body = self.json()
        if not isinstance(body, list):
            raise Garbled(f"{self.where} answered with {type(body).__name__} instead of a list")
        return body


class Http:
    """A vendor's address with its headers; what is secret in it is masked in every text it makes."""

    def __init__(
        self,
        base_url: str,
        *,
        headers: Mapping[str, str] | None = None,
        secrets: Iterable[object] = (),
        tries: int = READ_TRIES,
    ) -> None:
        """`secrets` are values to mask; `tries` is how often a GET is tried (1 where calls are paid).

        Misconfigured for an address that is not https, this machine's apart, or a header that cannot be sent.
        """
        parts = urlsplit(base_url)
        if parts.scheme != "https" and parts.hostname not in LOOPBACK:
            raise Misconfigured(f"base_url must begin with https://, not {parts.scheme or 'nothing'}://")
        self._base = base_url.rstrip("/")
        self._headers = dict(headers or {})
        if bad := [name for name, value in self._headers.items() if not SENDABLE.fullmatch(value)]:
            raise Misconfigured(f"{', '.join(bad)} is empty or holds characters that cannot be sent")
        forms = {form for value in secrets if value for form in _forms(str(value))}
        self._secrets = sorted(forms, key=len, reverse=True)
        self._tries = tries
        self._session = requests.Session()
        self._session.trust_env = parts.hostname not in LOOPBACK

    def send(
        self,
        method: str,
        path: str,
        *,
        expect: Iterable[int] = (),
        tries: int | None = None,
        **body: Any,
    ) -> Answer:
        """Send one request and give its answer; statuses in `expect` are given back instead of raised.

        `body` is what requests takes: params, json, data, headers. GETs are tried again when the vendor is
        unavailable (override with `tries`), anything else never: whether a write was done is not known.
        Raises Unavailable (no answer, 429, 5xx), Misconfigured (401, 403), Missing (404), Refused (other
        4xx), Garbled (a redirect).
        """
        left = (self._tries if method == "GET" else 1) if tries is None else tries
        while True:
            left -= 1
            try:
                return self._once(method, path, frozenset(expect), body)
            except Unavailable as error:
                wait = error.retry_after or random.uniform(0.1, 0.4)  # noqa: S311 jitter, no secret
                if left <= 0 or wait > LONGEST_WAIT:
                    raise
                time.sleep(wait)

    def mask(self, text: str) -> str:
        """The text with every secret in it masked, also as it stands in an address."""
        for secret in self._secrets:
            text = text.replace(secret, MASK)
        return text

    def _once(self, method: str, path: str, expect: frozenset[int], body: dict[str, Any]) -> Answer:
        where = f"{method} {self.mask(path.partition('?')[0])}"
        sent = {**body, "headers": {**self._headers, **body.get("headers", {})}}
        started = time.monotonic()
        try:
            response = self._session.request(
                method,
                self._base + path,
                timeout=TIMEOUT,
                allow_redirects=False,
                **sent,
            )
        except requests.RequestException as error:
            # the exception's own text holds the address with its query, so only its kind is told
            raise Unavailable(f"{where} got no answer ({type(error).__name__})") from None
        logger.info("%s: %s in %.0f ms", where, response.status_code, 1000 * (time.monotonic() - started))
        wait = _seconds(response.headers.get("Retry-After"))
        answer = Answer(response.status_code, _decoded(response), where, wait)
        if (answer.status >= 300 and answer.status not in expect) or response.is_redirect:
            raise self._error(answer)
        return answer

    def _error(self, answer: Answer) -> VendorError:
        text = f"{answer.where} answered {answer.status}"
        if words := self.words(answer.text):
            text += f": {words}"
        if answer.status == 429 or answer.status >= 500:
            return Unavailable(text, status=answer.status, retry_after=answer.retry_after)
        if answer.status < 400:
            return Garbled(f"{text}, a redirect", status=answer.status)
        kinds: dict[int, type[VendorError]] = {401: Misconfigured, 403: Misconfigured, 404: Missing}
        return kinds.get(answer.status, Refused)(text, status=answer.status)

    def words(self, text: str) -> str:
        """What the vendor says of an error, in one masked line: its `message`/`error`, never a whole page."""
        try:
            said = jsonlib.loads(text)
        except (ValueError, RecursionError):
            said = None if CUT_JSON.match(text) else text
        for name in ("message", "Message", "error_description", "error"):
            if isinstance(said, dict) and isinstance(said.get(name), str):
                said = said[name]
        if not isinstance(said, str) or TAG.search(said):
            return ""
        return self.line(said)

    def line(self, text: str) -> str:
        """A vendor's words in one line, without secrets, e-mail addresses and phone numbers."""
        return CONTACT.sub(MASK, self.mask(re.sub(r"\s+", " ", text))).strip()[:WORDS]


def _decoded(response: requests.Response) -> str:
    """The body as text; vendors that leave the charset out mean UTF-8."""
    return response.content.decode("utf-8", errors="replace")


def _forms(secret: str) -> set[str]:
    """A secret as it is, and as it may stand in an address or a form."""
    encoded = {quote(secret, safe=""), quote(secret), quote_plus(secret)}
    lower = {re.sub("%..", lambda found: found[0].lower(), form) for form in encoded}
    return {secret, *encoded, *lower}


def _seconds(retry_after: str | None) -> float | None:
    """Retry-After in seconds, a day at most, from either of its forms (RFC 9110, 10.2.3)."""
    if not retry_after:
        return None
    if retry_after.isascii() and retry_after.isdigit():
        return min(float(retry_after), LONGEST_PAUSE)
    try:
        seconds = parsedate_to_datetime(retry_after).timestamp() - time.time()
    except (ValueError, OverflowError):
        return None
    return min(max(0.0, seconds), LONGEST_PAUSE)
