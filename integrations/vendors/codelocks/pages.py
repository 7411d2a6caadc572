"""Reading page after page where every page is paid for and none says whether it is the last (C-C21)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from integrations.errors import Misconfigured
from integrations.types import Settings

PAGE, CAP = 50, 10


@dataclass(frozen=True, slots=True)
class Limit:
    """Rows asked for at a time, and most pages of one reading: each costs a Utility call."""

    size: int
    cap: int


@dataclass(frozen=True, slots=True)
class Page:
    """One page; `count` is the vendor's own number, of which it is not said what it counts."""

    rows: list[Any]
    count: int = 0


@dataclass(frozen=True, slots=True)
class Pages:
    """All rows, each once; `gap` says why there may be more."""

    rows: list[Any]
    gap: str = ""


def paged(limit: Limit, read: Callable[[int], Page], enough: Callable[[list[Any]], bool]) -> Pages:
    """Read pages from 1 until one is empty or short, `enough` is said of the rows so far, or the cap.

    A row that comes twice, because others came in between, is one. A page of which nothing is new ends the
    reading: the vendor does not turn pages. Where it counts more than came, a short page is not believed.
    """
    rows: list[Any] = []
    for number in range(1, limit.cap + 1):
        page = read(number)
        fresh = [row for row in page.rows if row not in rows]
        rows += fresh
        short = len(page.rows) < limit.size and page.count <= len(rows)
        if short or enough(rows):
            return Pages(rows)
        if not page.rows:
            return Pages(rows, f"the vendor counts {page.count} and lists {len(rows)}")
        if not fresh:
            return Pages(rows, f"page {number} repeats what came before")
    return Pages(rows, f"there are more than {limit.cap} pages")


def limit(settings: Settings) -> Limit:
    """The account's options `page_size` (50) and `page_cap` (10); Misconfigured when they are no numbers."""
    return Limit(number(settings, "page_size", PAGE), number(settings, "page_cap", CAP))


def number(settings: Settings, name: str, default: int, least: int = 1) -> int:
    """A whole number among the options; Misconfigured when it is something else."""
    text = str(settings.options.get(name, default))
    if not (text.isascii() and text.isdigit() and int(text) >= least):
        raise Misconfigured(f"option {name} must be a whole number from {least}")
    return int(text)
