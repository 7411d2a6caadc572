"""What the API takes: reservation fields, dates, hours and slots, checked as strictly as it may be."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from integrations.sandbox.lockme.store import Refusal, Slots

HOUR = re.compile(r"([01]\d|2[0-3]):([0-5]\d)(:[0-5]\d)?")
DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
TEXTS = ("extid", "name", "surname", "email", "phone", "pricer", "comment")
SLOT = ("roomid", "date", "hour")


def body(data: bytes) -> Any:
    """The JSON that was sent, None for nothing; 400 for anything else."""
    if not data:
        return None
    try:
        return json.loads(data)
    except ValueError:
        raise Refusal(400, "Body is not JSON") from None


def reservation(sent: Any, *, required: tuple[str, ...] = ()) -> dict[str, Any]:
    """The fields of a reservation that were sent; what may not be set is ignored."""
    fields = mapping(sent)
    if missing := [name for name in required if fields.get(name) in (None, "")]:
        raise Refusal(400, f"Missing {', '.join(missing)}")
    found: dict[str, Any] = {name: text(fields[name], name) for name in TEXTS if name in fields}
    for name in ("roomid", "people"):
        if name in fields:
            found[name] = whole(fields[name], name)
    if "date" in fields:
        found["date"] = day(fields["date"])
    if "hour" in fields:
        found["hour"] = hour(fields["hour"])
    if "price" in fields:
        found["price"] = number(fields["price"], "price")
    if "status" in fields:
        found["status"] = fields["status"] not in (None, False, 0, "", "0")
    return found


def mapping(sent: Any) -> Mapping[str, Any]:
    """An object, or nothing, for PHP leaves out what is empty."""
    if sent in (None, []):
        return {}
    if not isinstance(sent, dict):
        raise Refusal(400, "Body is not an object")
    return sent


def slots(sent: Any) -> Slots:
    """Slot settings; no body means no slots."""
    if sent is None:
        return []
    if not isinstance(sent, list):
        raise Refusal(400, "Body is not a list of slots")
    return sorted((_slot(each) for each in sent), key=lambda each: str(each["hour"]))


def day(value: Any) -> str:
    """A date as YYYY-MM-DD."""
    if isinstance(value, str) and DATE.fullmatch(value):
        try:
            return date.fromisoformat(value).isoformat()
        except ValueError:
            pass
    raise Refusal(400, "Wrong date")


def hour(value: Any) -> str:
    """An hour as HH:MM:SS."""
    if not isinstance(value, str) or not (found := HOUR.fullmatch(value)):
        raise Refusal(400, "Wrong hour")
    return value if found[3] else f"{value}:00"


def whole(value: Any, name: str) -> int:
    """A whole number, also as text."""
    if isinstance(value, bool) or not re.fullmatch(r"\d{1,9}", str(value)):
        raise Refusal(400, f"Wrong {name}")
    return int(value)


def number(value: Any, name: str) -> float:
    """A number, also as text."""
    try:
        return float("x" if isinstance(value, bool) or value is None else value)
    except (TypeError, ValueError):
        raise Refusal(400, f"Wrong {name}") from None


def text(value: Any, name: str) -> str:
    """A text, also as a number or null."""
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise Refusal(400, f"Wrong {name}")
    return str(value)


def _slot(sent: Any) -> dict[str, Any]:
    pricers = sent.get("pricers", []) if isinstance(sent, dict) else None
    if not isinstance(pricers, list):
        raise Refusal(400, "Wrong slot")
    return {"hour": hour(sent.get("hour")), "pricers": [whole(each, "pricers") for each in pricers]}
