"""A whole list from an API that does not say whether it gave all of it (B-C10).

Locaboo documents no paging, yet its own client sends limit and offset, so a list may be cut off in silence.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from integrations.errors import Garbled
from integrations.vendors.locaboo.wire import Envelope

MOST_PAGES = 1000
CURIOUS = 5  # this many rows, or a multiple, may be a cap: ask for more, which costs one call
ROUND = 50  # this many, from a server that knows no offset, are taken for a cap


@dataclass(slots=True)
class Haul:
    """The rows of all pages, and whether they are believed to be all there are."""

    limit: int
    rows: list[Any] = field(default_factory=list)
    complete: bool = False
    _seen: set[str] = field(default_factory=set)
    _total: int = 0
    _mixed: bool = False  # a page told some of an earlier one again: the order is not firm

    @property
    def short(self) -> bool:
        """Does the vendor's total promise more than was read?"""
        return self._total > len(self.rows)

    def take(self, page: Envelope) -> bool:
        """Add a page; is another one to be asked for?"""
        told = page.rows()
        keys = [_key(row) for row in told]
        fresh = [row for key, row in zip(keys, told, strict=True) if key not in self._seen]
        ignored = bool(told) and set(keys) == self._seen  # the server took no notice of the offset
        self._mixed |= bool(self._seen) and len(fresh) < len(told) and not ignored
        self._seen.update(keys)
        self.rows += fresh
        self._total = max(self._total, page.total)
        if fresh and (self.short or len(told) >= self.limit or len(self.rows) % CURIOUS == 0):
            return True
        stuck = ignored and (len(told) == self.limit or len(told) % ROUND == 0)
        self.complete = not self.short and not stuck and not self._mixed
        return False


def collect(ask: Callable[[int], Envelope], limit: int) -> Haul:
    """Ask for pages by offset until one is short, empty or repeats what is known.

    The haul is not `complete` when the vendor's total promises more, when pages overlap, or when a server
    without offset stops at a round number. Garbled when the pages do not end.
    """
    haul = Haul(limit)
    offset = 0
    for _ in range(MOST_PAGES):
        page = ask(offset)
        if not haul.take(page):
            return haul
        offset += len(page.rows())
    raise Garbled("the pages of a list did not end")


def _key(row: object) -> str:
    """What tells one row from another: its id as text, or else all of it."""
    named = row.get("id") if isinstance(row, dict) else None
    return str(named).strip() if isinstance(named, int | str) else json.dumps(row, sort_keys=True)
