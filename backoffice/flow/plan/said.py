"""What staff said, found by what it is about."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from backoffice.flow.plan.values import HeldGrant, Said, Word
from backoffice.flow.plan.wishes import Wish


class Words:
    """What staff said that is in force at an instant, by what it is about."""

    def __init__(self, words: Iterable[Word], now: datetime) -> None:
        self._about: dict[tuple[str, int | None], list[Word]] = defaultdict(list)
        for word in words:
            if not word.lifted and word.starts_at <= now < word.ends_at:
                self._about["grant", word.grant_id].append(word)
                self._about["booking", word.booking_id].append(word)
                self._about["door", word.door_id].append(word)

    def about(self, wish: Wish, grant: HeldGrant | None) -> list[Word]:
        """What is about a wish, the newest first."""
        keys = [
            ("grant", grant.id if grant else 0),
            ("booking", wish.booking_id or 0),
            ("door", wish.door.id),
        ]
        found = {word.id: word for key in keys for word in self._about.get(key, ())}
        newest_first = (found[pk] for pk in sorted(found, reverse=True))
        return [word for word in newest_first if _concerns(word, wish)]


def _concerns(word: Word, wish: Wish) -> bool:
    """A hold is about now, the rest about windows that begin before its end."""
    return word.kind != Said.GRANT and (word.kind == Said.HOLD or wish.starts_at < word.ends_at)
