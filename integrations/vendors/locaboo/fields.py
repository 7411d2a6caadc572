"""What Locaboo's fields look like, whichever way PHP happened to write them."""

from __future__ import annotations

from typing import Any

MOST_DIGITS = 18


class Unreadable(Exception):
    """A row that cannot be read. The text says why, without quoting what people wrote."""


def ident(value: object, what: str) -> str:
    """An id as text without leading zeros, whether it came as 4711 or "4711" (B-C4); Unreadable if none."""
    ref = optional_ident(value, what)
    if not ref:
        raise Unreadable(f"{what} is missing")
    return ref


def optional_ident(value: object, what: str) -> str:
    """Like `ident`, but "" for null, "", 0 and "0", with which Locaboo says that there is none (B-C4)."""
    if value is None or value == "":
        return ""
    text = str(value).strip() if isinstance(value, int | str) and not isinstance(value, bool) else ""
    if not (text.isascii() and text.isdigit()) or len(text) > MOST_DIGITS:
        raise Unreadable(f"{what} is not a number")
    return text.lstrip("0")


def pairs(value: object, what: str) -> list[tuple[str, Any]]:
    """The rows of a list, or of the map that stands in its place, each with its key or "" (B-C3).

    Unreadable for anything else, also for null: what was not said is not "none".
    """
    if isinstance(value, dict):
        return list(value.items())
    if isinstance(value, list):
        return [("", row) for row in value]
    raise Unreadable(f"{what} is neither a list nor a map")


def mapping(row: object, what: str) -> dict[str, Any]:
    """The row as a map; Unreadable when it is none."""
    if not isinstance(row, dict):
        raise Unreadable(f"{what} is not an object")
    return row


def text(value: object) -> str:
    """A text as people wrote it, without what a database or UTF-8 cannot hold; "" for anything else."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        return ""
    return value.replace("\0", "").encode("utf-8", "replace").decode("utf-8")
