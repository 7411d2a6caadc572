"""A window that staff made shorter, so that one guest gets in after the other."""

from __future__ import annotations

from collections.abc import Iterable

from backoffice.flow.plan.values import Said, Word
from backoffice.flow.plan.wishes import Wish
from backoffice.flow.plan.words import period


def trim(wish: Wish, words: Iterable[Word]) -> None:
    """Let a wish begin and end no earlier and no later than staff said.

    A trim never takes a window whole: that is what a denial is for. So one that would leave nothing, as that
    of a booking which was moved since, does nothing.
    """
    said = [word for word in words if word.kind == Said.TRIM]
    starts_at = max([wish.starts_at, *(word.not_before for word in said if word.not_before)])
    ends_at = min([wish.ends_at, *(word.not_after for word in said if word.not_after)])
    if starts_at >= ends_at or (starts_at, ends_at) == (wish.starts_at, wish.ends_at):
        return
    wish.starts_at, wish.ends_at = starts_at, ends_at
    when = period(starts_at, ends_at, wish.door.zone)
    wish.trims.append(f"Trimmed by staff to {when}: {', '.join(word.reason.rstrip('. ') for word in said)}.")
