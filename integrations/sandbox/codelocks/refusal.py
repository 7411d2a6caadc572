"""How the vendor says no, and the reading of parameters that leads to it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime

from werkzeug.wrappers import Response

from integrations.sandbox.wire import answer


class Refusal(Exception):
    """An answer that ends the request."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status)
        self.response = response


def invalid(what: str) -> Refusal:
    """400: capital M, and a JSON list as text in it, as recorded."""
    return Refusal(answer({"Message": json.dumps([f"[Invalid Data] {what}"])}, 400))


def missing(name: str) -> Refusal:
    """404 is a parameter that is missing."""
    return Refusal(answer({"Message": json.dumps([f"[Missing Parameter] {name}"])}, 404))


def no_lock() -> Refusal:
    """404 where it does mean that there is no such thing."""
    return Refusal(answer({"Message": json.dumps(["No lock found"])}, 404))


def bad_access_key(switch: str) -> Refusal:
    """An empty 401, as recorded, or a 400."""
    return Refusal(Response("", 401)) if switch == "401" else invalid("Access Key")


def forbidden(words: str = "Forbidden") -> Response:
    """The gateway's own refusal, with a small m."""
    return answer({"message": words}, 403)


def given(values: Mapping[str, str], *names: str) -> dict[str, str]:
    """The named parameters; Refusal (404) when one is missing or empty."""
    for name in names:
        if not values.get(name):
            raise missing(name)
    return {name: values[name] for name in names}


def chosen(values: Mapping[str, str], name: str, allowed: tuple[str, ...]) -> str:
    """A parameter that must be one of a few; Refusal when it is missing (404) or another (400)."""
    value = given(values, name)[name]
    if value not in allowed:
        raise invalid(f"{name} (Expected: {', '.join(allowed)})")
    return value


def whole(text: str, name: str) -> int:
    """A whole number from zero on; Refusal (400) when it is none."""
    if not re.fullmatch(r"[0-9]{1,6}", text):
        raise invalid(f"{name} (Expected: number)")
    return int(text)


def moment(text: str) -> datetime:
    """A start without zone; Refusal (400) when it is none."""
    if not re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d", text):
        raise invalid("start (Expected: yyyy-MM-dd HH:mm)")
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise invalid("start (Expected: a date)") from None
