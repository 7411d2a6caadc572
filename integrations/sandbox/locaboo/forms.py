"""What the sandbox Locaboo accepts in queries and forms: formats, enums, PHP's bracketed names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from typing import Any

from werkzeug.datastructures import MultiDict

from integrations.sandbox.locaboo.store import BadRequest

Form = Mapping[str, Any]
NAME = re.compile(r"[^\[\]]+|\[[^\[\]]*\]")


def day(fields: Form, name: str, default: date | None = None) -> date:
    """A date Y-m-d."""
    value = fields.get(name)
    if value in {None, ""} and default is not None:
        return default
    if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        raise BadRequest(f"The {name} field is required in the format Y-m-d.")
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise BadRequest(f"The {name} field is not a date.") from None


def days(fields: Form) -> tuple[date, date]:
    """date_from and date_to in order."""
    first, last = day(fields, "date_from"), day(fields, "date_to")
    if last < first:
        raise BadRequest("The date_to field is before date_from.")
    return first, last


def clock(fields: Form, name: str, default: time | None = None) -> time:
    """A time H:i."""
    value = fields.get(name)
    if value in {None, ""} and default is not None:
        return default
    if not isinstance(value, str) or not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value):
        raise BadRequest(f"The {name} field is required in the format H:i.")
    return time.fromisoformat(value)


def moment(on: date, at: time) -> datetime:
    """A day and a time on the store's clock."""
    return datetime.combine(on, at)


def number(fields: Form, name: str, default: int | None = None) -> int:
    """A whole number that is not negative."""
    value = fields.get(name)
    if value in {None, ""} and default is not None:
        return default
    if not isinstance(value, str) or not (value.isascii() and value.isdigit()):
        raise BadRequest(f"The {name} field must be a number.")
    return int(value)


def one_of(fields: Form, name: str, allowed: Iterable[str], default: str = "") -> str:
    """One of the allowed words; the default where nothing was sent, if there is one."""
    value = fields.get(name) or default
    if value not in list(allowed):
        raise BadRequest(f"The {name} field must be one of {', '.join(allowed)}.")
    return str(value)


def flag(fields: Form, name: str, default: str = "") -> bool:
    """0 or 1."""
    return one_of(fields, name, ("0", "1"), default) == "1"


def branch(fields: Form, name: str) -> dict[str, Any]:
    """A nested map; empty where nothing was sent."""
    value = fields.get(name) or {}
    if not isinstance(value, dict):
        raise BadRequest(f"The {name} field must be an array.")
    return value


def nested(form: MultiDict[str, str]) -> dict[str, Any]:
    """The fields of a form with PHP's names: a[b][c]=1 and a[]=1 become maps, [] counts from 0."""
    tree: dict[str, Any] = {}
    for name, value in form.items(multi=True):
        *steps, last = [step.strip("[]") if step != "[]" else "" for step in NAME.findall(name)] or [name]
        node = tree
        for step in steps:
            node = node.setdefault(step, {})
            if not isinstance(node, dict):
                raise BadRequest(f"The {name} field contradicts another one.")
        node[last or str(len(node))] = value
    return tree
