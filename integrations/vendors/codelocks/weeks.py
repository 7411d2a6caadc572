"""The weekly periods of a phone key, and the words that go with it, in the vendor's form."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import time
from typing import Any

from integrations.errors import Refused
from integrations.types import Period
from integrations.vendors.codelocks.line import lowered

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MOST = 10  # periods of one key
UNUSED = Period(time(0), time(23, 59), ())
HOURS = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])(:[0-5][0-9])?")

LONGEST = 500
UNSAFE = re.compile(r"[^0-9A-Za-z _,.()-]+")
DEFAULT = "You are invited to open a door with this app."
SPELLED = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss", "ł": "l", "Ł": "L"}
    | dict.fromkeys("'’‘`", "")
    | dict.fromkeys("–—", "-")
)


def form(periods: Sequence[Period]) -> str:
    """All ten periods as JSON, unused ones switched off (C-C19); Refused for none, and for more than ten."""
    if not periods or len(periods) > MOST:
        raise Refused(f"a phone key has one to {MOST} periods")
    rows = {str(number): _row(period) for number, period in enumerate(periods)}
    unused = {str(number): _row(UNUSED) for number in range(len(periods), MOST)}
    return json.dumps(rows | unused)


def _row(period: Period) -> dict[str, Any]:
    if period.starts >= period.ends or any(day not in range(7) for day in period.days):
        raise Refused("a period is within one day and ends after it starts: a night is two of them")
    days = {name: number in period.days for number, name in enumerate(DAYS)}
    return {
        "enabled": bool(period.days),
        "starts": f"{period.starts:%H:%M}",
        "ends": f"{period.ends:%H:%M}",
        **days,
    }


def read(told: Any) -> tuple[Period, ...] | None:
    """The periods that count, from a list of one object keyed by number, or that object; None: unreadable."""
    tables = [told] if isinstance(told, dict) else told
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        return None
    try:
        rows = [lowered(row) for table in tables for row in table.values() if row is not None]
        found = [_period(row) for row in rows if _flag(row.get("enabled"))]
    except (ValueError, AttributeError):
        return None
    return tuple(period for period in found if period.days)


def _period(row: Mapping[str, Any]) -> Period:
    days = tuple(number for number, name in enumerate(DAYS) if _flag(row.get(name)))
    return Period(_time(row.get("starts")), _time(row.get("ends")), days)


def _time(value: Any) -> time:
    found = HOURS.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        raise ValueError("is no time of day")
    return time(int(found[1]), int(found[2]))


def _flag(value: Any) -> bool:
    if value is None or isinstance(value, bool):
        return bool(value)
    words = {"true": True, "false": False, "1": True, "0": False}
    if str(value).lower() not in words:
        raise ValueError("is no boolean")
    return words[str(value).lower()]


def message(text: str) -> str:
    """The text in the letters that are allowed, times as 13.00, 500 at most; a plain one for none (C-C20)."""
    text = re.sub(r"(?<=\d):(?=\d\d)", ".", text.translate(SPELLED))
    text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return " ".join(UNSAFE.sub(" ", text).split())[:LONGEST].strip() or DEFAULT
