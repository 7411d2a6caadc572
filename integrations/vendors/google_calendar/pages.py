"""Lists that come in pages: read to the end, or not believed at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from integrations.errors import Garbled
from integrations.vendors.google_calendar.line import Line

MOST_PAGES = 500


@dataclass(frozen=True, slots=True)
class Page:
    """One page that may be believed; `body` is all that it says."""

    rows: list[Any]
    body: Mapping[str, Any]
    where: str


def pages(line: Line, path: str, params: Mapping[str, Any], kind: str) -> Iterator[Page]:
    """Each page of a list, which may be short or empty with more to come (4.2); at least one.

    Raises as `Line.send`; Garbled for a page that is none, a page that comes again, or a list without end.
    """
    seen: set[str] = set()
    token = ""
    while True:
        found = page(line, path, {**params, **({"pageToken": token} if token else {})}, kind)
        yield found
        token = _next(found)
        if not token:
            return
        if token in seen or len(seen) >= MOST_PAGES:
            raise Garbled(f"{found.where}: the list has no end")
        seen.add(token)


def page(line: Line, path: str, params: Mapping[str, Any], kind: str) -> Page:
    """One page; raises as `Line.send`; Garbled when it is none: what was not understood is not empty."""
    answer = line.get(path, params)
    body = answer.object()
    items = body.get("items")
    if body.get("kind") != kind or not isinstance(items, list):
        raise Garbled(f"{answer.where} did not answer with a list of {kind.removeprefix('calendar#')}")
    return Page(items, body, answer.where)


def _next(found: Page) -> str:
    token = found.body.get("nextPageToken")
    if not isinstance(token, str | None):
        raise Garbled(f"{found.where} answered with a nextPageToken that is not a text")
    return token or ""
