"""The vendor's envelopes: what a read gives, what a write says of itself, and which errors mean "again"."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from integrations.errors import (
    Garbled,
    Misconfigured,
    Missing,
    NotReleased,
    Refused,
    Unavailable,
    VendorError,
)
from integrations.http import CONTACT, LONGEST_WAIT, MASK, WORDS, Answer, Http
from integrations.vendors.lockt.rows import PRIVATE

TRIES = 3
AGAIN = {None, 429, 502, 503, 504}  # L-C22; None = no answer
ANSWERED = (400, 401, 404, 409, 501)  # statuses whose body this module reads

TOO_MANY = re.compile(r"Batch size exceeds maximum of (\d+)")
TERMINATED = ("Unable to enumerate dependant record.", "Unable to locate template.")
INVALID = "Validation errors found."
OVERLAP = re.compile(r"overlap|simultaneous|concurrent|in progress|rate limit|too many requests", re.I)

EMAIL = re.compile(r"[^\s@:,;<>\"']+@+[^\s,;<>\"']+")
KEY = re.compile(r"\b[A-Z0-9]{4}(?:-[A-Z0-9]{4}){3}\b")


@dataclass(frozen=True, slots=True)
class RowError:
    """What the vendor says of one submitted row, and by what that row is known (L-C4)."""

    text: str
    id_num: str = ""
    card_num: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Written:
    """What a write says of itself; only reading back shows what it did."""

    trouble: VendorError | None = None  # why the whole batch did not go through
    again: bool = False  # what reading back shows as missing may be sent again
    rows: tuple[RowError, ...] = ()
    failed: int = 0
    overlooked: int = 0  # rows that are neither in, nor updated, nor failed (L-C10)
    largest: int = 0  # most rows that the vendor takes, when it says that these were too many

    def plus(self, other: Written) -> Written:
        """Both together."""
        return Written(
            self.trouble or other.trouble,
            self.again or other.again,
            self.rows + other.rows,
            self.failed + other.failed,
            self.overlooked + other.overlooked,
        )


class Wire:
    """Reads and writes of one account."""

    def __init__(self, http: Http) -> None:
        self._http = http

    def rows(self, path: str) -> list[Any]:
        """A whole list; an error in a 200 is Unavailable, no list is Garbled, never a guess (L-C3)."""
        answer = self._send("GET", path)
        if answer.status >= 400:
            raise _error(answer)
        return _list(answer)

    def found(self, path: str) -> list[Any]:
        """The rows of a search: an empty list and a 404 in the vendor's envelope both mean nobody."""
        answer = self._send("GET", path)
        if answer.status == 404 and ("data" in (body := answer.object()) or _texts(body)):
            return []
        if answer.status >= 400:
            raise _error(answer)
        return _list(answer)

    def told(self, path: str) -> Any:
        """What `data` holds where its shape is not documented; NotReleased for 404 and 501 (L-C24)."""
        answer = self._send("GET", path)
        if answer.status in {404, 501}:
            raise NotReleased(f"the vendor has not released {answer.where}", status=answer.status)
        if answer.status >= 400:
            raise _error(answer)
        body = answer.object()
        data = body.get("data")
        if any(_is_error(row) for row in (body, data, *(data if isinstance(data, list) else ()))):
            raise _said_no(answer, _texts(body))
        if data is None:
            raise Garbled(f"{answer.where} answered without data")
        return data

    def write(self, method: str, path: str, body: Mapping[str, Any]) -> Written:
        """Send one batch. Misconfigured (401) and Missing are raised, all else is told (L-C22, L-C23)."""
        try:
            answer = self._send(method, path, json=body)
        except Unavailable as error:
            return Written(error, again=error.status != 429)
        if answer.status == 409:
            return Written(Unavailable(_error(answer).text, status=409))
        if answer.status not in {200, 201, 400}:
            raise _error(answer)
        return _written(answer)

    def _send(self, method: str, path: str, **body: Any) -> Answer:
        """One call, again while that is allowed: reads by L-C22, writes when they were not let in (429)."""
        again = AGAIN if method == "GET" else {429}
        for turn in range(1, TRIES + 1):
            try:
                answer = self._http.send(method, path, tries=1, expect=ANSWERED, **body)
                return replace(answer, text=self._http.mask(answer.text))  # its words may be shown
            except VendorError as error:
                wait = error.retry_after or 0.0
                final = turn == TRIES or wait > LONGEST_WAIT or error.status not in again
                if final or not isinstance(error, Unavailable):
                    raise _redacted(error) from None
                pause(turn, wait)
        raise AssertionError("unreachable")


def pause(turn: int, at_least: float = 0.0) -> None:
    """Wait longer from turn to turn."""
    time.sleep(max(at_least, random.uniform(0.1, 0.3) * 2 ** (turn - 1)))  # noqa: S311 jitter, no secret


def redact(text: str, row: Any = None) -> str:
    """The vendor's words in one line, without contact data, keys, and what the row holds of the kind."""
    text = CONTACT.sub(MASK, KEY.sub(MASK, EMAIL.sub(MASK, re.sub(r"\s+", " ", text))))
    private = [str(row[name]) for name in PRIVATE & row.keys()] if isinstance(row, dict) else []
    for value in sorted(filter(None, private), key=len, reverse=True):
        text = text.replace(value, MASK)
    return text.strip()[:WORDS]


def _redacted(error: VendorError) -> VendorError:
    return type(error)(redact(error.text), status=error.status, retry_after=error.retry_after)


def _error(answer: Answer) -> VendorError:
    """The error for a status of 400 and more, in the vendor's own words."""
    try:
        words = "; ".join(_texts(answer.object()))
    except Garbled:
        words = ""
    text = f"{answer.where} answered {answer.status}" + (f": {redact(words)}" if words else "")
    kinds: dict[int, type[VendorError]] = {401: Misconfigured, 404: Missing, 501: NotReleased}
    return kinds.get(answer.status, Refused)(text, status=answer.status)


def _texts(body: dict[str, Any]) -> list[str]:
    """Every error text of an envelope, in any of the shapes that the vendor's page allows."""
    data = body.get("data")
    parts = [body, data, *(data if isinstance(data, list) else ())]
    found: list[str] = []
    for part in parts:
        if isinstance(part, dict) and "id" not in part:
            for name in ("error", "result", "message"):
                said = part.get(name)
                found += [str(one) for one in (said if isinstance(said, list) else [said]) if one]
    return found


def _list(answer: Answer) -> list[Any]:
    body = answer.object()
    data = body.get("data")
    good = isinstance(data, list) and not any(_is_error(row) for row in data)
    if good and not body.get("error") and not body.get("errors"):
        return list(data or ())
    if texts := _texts(body):
        raise _said_no(answer, texts)
    raise Garbled(f"{answer.where} answered without a list of data")


def _said_no(answer: Answer, texts: list[str]) -> Unavailable:
    """An error in a 200."""
    text = f"{answer.where} answered {answer.status}: {redact('; '.join(texts))}"
    return Unavailable(text, status=answer.status)


def _is_error(row: Any) -> bool:
    return isinstance(row, dict) and "error" in row and "id" not in row


def _written(answer: Answer) -> Written:
    try:
        body = answer.object()
    except Garbled as error:
        return Written(error)
    data = body.get("data")
    node: dict[str, Any] = data if isinstance(data, dict) else {}
    rows = _row_errors(body.get("errors")) + _row_errors(node.get("errors"))
    texts = _texts(body)
    counted = all(str(node.get(name)).isdigit() for name in ("submitted", "inserted", "updated"))
    if counted and not any(literal in text for literal in TERMINATED for text in texts):
        return _counted(node, rows)
    if texts:
        return _failed(answer, texts, rows)
    if rows:
        return Written(rows=rows, again=True)
    return Written(Garbled(f"{answer.where} answered {answer.status} without counters"))


def _counted(node: dict[str, Any], rows: tuple[RowError, ...]) -> Written:
    """The counters, which are not reliable: they only raise a suspicion (facts, section 7, 2)."""
    failed = max(_count(node.get("errors")), len(rows))
    done = _count(node["inserted"]) + _count(node["updated"]) + failed
    return Written(rows=rows, failed=failed, overlooked=max(0, _count(node["submitted"]) - done))


def _count(value: Any) -> int:
    return int(value) if str(value).isdigit() else 0


def _failed(answer: Answer, texts: list[str], rows: tuple[RowError, ...]) -> Written:
    """A batch with a `result` or an error: which of the vendor's literals it is (facts, section 2)."""
    said = " ".join(texts)
    text = f"{answer.where} answered {answer.status}: {redact('; '.join(texts))}"
    if too_many := TOO_MANY.search(said):
        return Written(Refused(text), largest=int(too_many[1]))
    if any(literal in said for literal in TERMINATED):
        return Written(Unavailable(text), again=True, rows=rows)
    if rows:
        # good rows of a batch that failed as a whole were not applied: they go again without the bad ones
        return Written(rows=rows, again=INVALID in said)
    if answer.status == 200 or OVERLAP.search(said):
        return Written(Unavailable(text))
    return Written(Refused(text))


def _row_errors(errors: Any) -> tuple[RowError, ...]:
    """The list of failed rows; a count in its place is none."""
    found = []
    for one in errors if isinstance(errors, list) else ():
        row = one.get("input_data") if isinstance(one, dict) else None
        texts = one.get("error") if isinstance(one, dict) else one
        text = "; ".join(map(str, texts)) if isinstance(texts, list) else str(texts)
        known = row if isinstance(row, dict) else {}
        names = (str(known.get(name) or "") for name in ("id_num", "card_num", "name"))
        found.append(RowError(redact(text, row), *names))
    return tuple(found)
