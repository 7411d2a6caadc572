"""What Lock.me's fields look like, whichever way PHP happened to write them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

MOST_DIGITS = 18
MOST_PEOPLE = 100_000
DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
HOUR = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?")
YEARS = range(1970, 3000)


class Unreadable(Exception):
    """A row that cannot be read. The text says why, without quoting what people wrote."""


def ident(value: object, what: str) -> str:
    """An id as text, whether it came as 17, "17" or 17.0 (1.3, 6 no. 15); Unreadable if it is none."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    if not (text.isascii() and text.isdigit()) or len(text) > MOST_DIGITS:
        raise Unreadable(f"{what} is missing" if value in (None, "") else f"{what} is not a number")
    return text.lstrip("0") or "0"


def mapping(row: object, what: str) -> dict[str, Any]:
    """The row as a map; Unreadable when it is none."""
    if not isinstance(row, dict):
        raise Unreadable(f"{what} is not an object")
    return row


def day(value: object) -> date:
    """A date written YYYY-MM-DD; Unreadable for anything else."""
    if isinstance(value, str) and DATE.fullmatch(value):
        try:
            found = date.fromisoformat(value)
        except ValueError:
            raise Unreadable("the date does not exist") from None
        if found.year in YEARS:
            return found
    raise Unreadable("the date is not YYYY-MM-DD")


def hour(value: object) -> time:
    """An hour written HH:MM:SS, or HH:MM; Unreadable for anything else."""
    found = HOUR.fullmatch(value) if isinstance(value, str) else None
    if not found:
        raise Unreadable("the hour is not HH:MM:SS")
    try:
        return time(int(found[1]), int(found[2]), int(found[3] or 0))
    except ValueError:
        raise Unreadable("the hour does not exist") from None


def instant(at: date, clock: time, zone: ZoneInfo) -> datetime:
    """Wall time of a zone in UTC: an hour that is skipped moves on with the clock, one that is repeated is
    the first of the two, so that neither makes anybody wait at a closed door (1.7)."""
    return datetime.combine(at, clock, zone).astimezone(UTC)


def truth(value: object) -> str:
    """A status as "true" or "false", whether it came as true, 1, "1" or "true"; "?" for all else (1.4)."""
    words = {"1": "true", "true": "true", "0": "false", "false": "false"}
    return words.get(str(value).strip().lower(), "?") if isinstance(value, bool | int | str) else "?"


def text(value: object) -> str:
    """A text as people wrote it, without what a database or UTF-8 cannot hold; "" for anything else."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        return ""
    return value.replace("\0", "").encode("utf-8", "replace").decode("utf-8").strip()


def amount(value: object) -> str:
    """A price with two decimals, whether it came as 220, 220.0 or "220.00"; other text as it is (1.4)."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return ""
    try:
        number = Decimal(str(value).strip())
        return f"{number:.2f}" if number.is_finite() and abs(number) < 10**9 else ""
    except InvalidOperation:
        return text(value)


def people(value: object) -> int | None:
    """How many come; None where nobody has said it, for which 0 stands, too (1.4)."""
    try:
        number = int(ident(value, "people"))
    except Unreadable:
        return None
    return number if 0 < number <= MOST_PEOPLE else None
