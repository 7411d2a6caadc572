"""Hours of a day with their price options, as people write them: 10:00 (1, 2), 12:30."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import time
from typing import Any

from backoffice.word import NotPossible
from integrations.types import Slot

Slots = tuple[Slot, ...]
CLOSED = "closed"
HOUR = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?\s*(?:\(([^()]*)\))?")


def told(slots: Sequence[Slot]) -> str:
    """Hours as people write them, with their price options: 10:00 (1, 2), 12:00."""
    return ", ".join(_told(slot) for slot in slots) or CLOSED


def parse(text: str) -> Slots:
    """What `told` writes, also over several lines; NotPossible says which part is no hour."""
    if text.strip().lower() == CLOSED:
        return ()
    found = [_parsed(part) for part in _parts(text)]
    if len({slot.hour for slot in found}) != len(found):
        raise NotPossible("An hour stands there twice.")
    return ordered(found)


def ordered(slots: Sequence[Slot]) -> Slots:
    """By hour."""
    return tuple(sorted(slots, key=lambda slot: slot.hour))


def plain(slots: Sequence[Slot]) -> list[Mapping[str, Any]]:
    """As they can be stored."""
    return [{"hour": f"{slot.hour:%H:%M:%S}", "pricers": list(slot.pricers)} for slot in slots]


def _told(slot: Slot) -> str:
    hour = f"{slot.hour:%H:%M:%S}".removesuffix(":00")
    return f"{hour} ({', '.join(map(str, slot.pricers))})" if slot.pricers else hour


def _parts(text: str) -> list[str]:
    """The text cut at commas and line ends that are not in brackets."""
    parts, depth = [""], 0
    for letter in text:
        depth += (letter == "(") - (letter == ")")
        if letter in ",\n;" and depth <= 0:
            parts.append("")
        else:
            parts[-1] += letter
    return [part.strip() for part in parts if part.strip()]


def _parsed(part: str) -> Slot:
    match = HOUR.fullmatch(part)
    if not match:
        raise NotPossible(f"“{part}” is no hour: write hours such as 10:00, 12:30.")
    ids = [each.strip() for each in (match[4] or "").split(",") if each.strip()]
    if not all(each.isdecimal() for each in ids):
        raise NotPossible(f"“{part}”: price options are numbers in brackets, such as 10:00 (1, 2).")
    try:
        return Slot(time(int(match[1]), int(match[2]), int(match[3] or 0)), tuple(map(int, ids)))
    except ValueError:
        raise NotPossible(f"“{part}” is no hour of a day: write hours such as 10:00, 12:30.") from None
