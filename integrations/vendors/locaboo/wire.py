"""Locaboo's envelope: the key that goes in, and what counts as an answer."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from integrations.errors import Garbled, Misconfigured, Refused, VendorError
from integrations.http import Answer, Http
from integrations.vendors.locaboo.brackets import Pairs

KEY = "api_secret_key"
MASK = "•••"
LEAST = 3  # a shorter text is not told from the vendor's own words
ABOUT_KEY = re.compile(r"\bkey\b|api_secret_key|unauthori[sz]ed|authenticat", re.IGNORECASE)
Fields = Mapping[str, str | int]
NONE: Fields = MappingProxyType({})
STRING_OR_COMMA = re.compile(r'"(?:\\.|[^"\\])*"|,(?=\s*[\]}])')


@dataclass(frozen=True, slots=True)
class Envelope:
    """An answer that may be believed. `total` is an alarm and no count (B-C10, B-C22)."""

    data: Any
    total: int
    body: dict[str, Any]
    where: str

    def rows(self) -> list[Any]:
        """`data` as a list; Garbled when it is none."""
        if not isinstance(self.data, list):
            raise Garbled(f"{self.where} answered without a list")
        return self.data

    def object(self) -> dict[str, Any]:
        """`data` as an object; Garbled when it is none."""
        if not isinstance(self.data, dict):
            raise Garbled(f"{self.where} answered without an object")
        return self.data


class Wire:
    """Calls with the account's key, which stands in the query of a GET and in the form of a POST (B-C1)."""

    def __init__(self, http: Http, key: str) -> None:
        self._http = http
        self._key = key

    def get(self, call: str, fields: Fields = NONE, *, lenient: bool = False) -> Envelope:
        """Read something; the errors of `Http.send`, and those of `_envelope`.

        `lenient` forgives commas before a closing bracket, which the sample of resource_list has.
        """
        return self._call("GET", call, lenient, params={KEY: self._key, **fields})

    def post(self, call: str, fields: Fields | Pairs = NONE, private: Iterable[str] = ()) -> Envelope:
        """Write something, once; the errors of `get`, in whose texts the `private` words are masked."""
        sent = list(fields.items()) if isinstance(fields, Mapping) else fields
        return self._write("POST", call, private, data=[(KEY, self._key), *sent])

    def get_once(self, call: str, fields: Fields, private: Iterable[str] = ()) -> Envelope:
        """Write something by a GET, which is not tried again like those that read (B-C19); as `post`."""
        return self._write("GET", call, private, params={KEY: self._key, **fields}, tries=1)

    def _write(self, method: str, call: str, private: Iterable[str], **how: Any) -> Envelope:
        try:
            return self._call(method, call, lenient=False, **how)
        except VendorError as error:
            text = _without(error.text, private)
            raise type(error)(text, status=error.status, retry_after=error.retry_after) from None

    def find(self, call: str) -> Envelope | None:
        """Read one thing by the id in its address, or None when Locaboo says in JSON that it is not there.

        A 404 in HTML is a web server's word and not Locaboo's: Garbled.
        """
        answer = self._http.send("GET", f"/api/v2/{call}", expect=(404,), params={KEY: self._key})
        if answer.status != 404:
            return self._envelope(answer, _parsed(answer, lenient=False))
        if answer.object().get("success"):
            raise Garbled(f"{answer.where} answered 404 and success")
        return None

    def _call(self, method: str, call: str, lenient: bool, **body: Any) -> Envelope:  # noqa: FBT001 private
        answer = self._http.send(method, f"/api/v2/{call}", **body)
        return self._envelope(answer, _parsed(answer, lenient=lenient))

    def _envelope(self, answer: Answer, body: object) -> Envelope:
        """The envelope of a 200 with a JSON object that says success (B-C2).

        Raises Misconfigured when it speaks of the key instead, Refused when it says that it failed, Garbled
        when it says neither.
        """
        if answer.status != 200 or not isinstance(body, dict):
            raise Garbled(f"{answer.where} answered {answer.status} with {type(body).__name__}")
        if body.get("success") is not True:
            said = self._http.words(answer.text) if {"message", "error"} & body.keys() else ""
            if body.get("success") is False or ABOUT_KEY.search(said):
                # a bad key may come as a 200: its words are all there is to tell it by
                kind = Misconfigured if ABOUT_KEY.search(said) else Refused
                raise kind(f"{answer.where} answered without success: {said}".rstrip(": "))
            raise Garbled(f"{answer.where} did not say that it succeeded")
        if "data" not in body:
            raise Garbled(f"{answer.where} answered without data")
        return Envelope(body["data"], _total(body.get("total")), body, answer.where)


def _parsed(answer: Answer, *, lenient: bool) -> Any:
    try:
        return answer.json()
    except Garbled:
        if not lenient:
            raise
    try:
        return json.loads(STRING_OR_COMMA.sub(lambda found: found[0].rstrip(","), answer.text))
    except ValueError:
        raise Garbled(f"{answer.where} answered with something that is not JSON") from None


def _without(text: str, private: Iterable[str]) -> str:
    """The text without these words, longest first."""
    for word in sorted(private, key=len, reverse=True):
        text = text.replace(word, MASK) if len(word) >= LEAST else text
    return text


def _total(value: object) -> int:
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
