"""Which of a booking's known occurrences is which of those it has now. Pure."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from backoffice.flow.mirror.digests import Span


class Held(NamedTuple):
    """An occurrence as our row has it."""

    pk: int
    ref: str
    resource_id: int
    starts_at: datetime
    ends_at: datetime
    starts_text: str
    ends_text: str
    missing_since: datetime | None
    gone_at: datetime | None


Key = Callable[[Span | Held], Hashable]


def _ref(each: Span | Held) -> Hashable:
    return each.ref


def _natural(each: Span | Held) -> Hashable:
    return (each.resource_id, each.starts_at, each.ends_at)


def match(spans: Sequence[Span], held: Iterable[Held]) -> tuple[dict[Span, Held], list[Held]]:
    """The row that each span is, and the live rows that no span is.

    Ids win, so that two instances that swap their times keep their rows; then room and time, so that
    renumbered instances keep theirs (B-C14). A row that was gone comes back rather than having a twin.
    """
    rows = sorted(held, key=lambda row: row.pk)
    live = [row for row in rows if row.gone_at is None]
    gone = [row for row in rows if row.gone_at is not None]
    found: dict[Span, Held] = {}
    for pool in (live, gone):
        for key in (_ref, _natural):
            _pair(spans, pool, key, found)
    taken = {row.pk for row in found.values()}
    return found, [row for row in live if row.pk not in taken]


def _pair(spans: Sequence[Span], pool: Sequence[Held], key: Key, found: dict[Span, Held]) -> None:
    """Pair what is still free on both sides and has the same key; the latest row wins."""
    taken = {row.pk for row in found.values()}
    free = {key(row): row for row in pool if row.pk not in taken}
    for span in spans:
        if span not in found and (row := free.pop(key(span), None)):
            found[span] = row
