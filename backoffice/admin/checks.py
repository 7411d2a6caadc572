"""The site file's checks, for forms: the same rules and the same words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pydantic
from django.core.exceptions import ValidationError

from backoffice.sitefile.schema import Lock


def checked_with(check: Callable[[str], str], text: str) -> str:
    """The text as the check gives it back; what the check says against it becomes the form's error."""
    try:
        return check(text)
    except ValueError as error:
        raise ValidationError(str(error)) from None


def checked_lock(values: dict[str, Any]) -> dict[str, Any]:
    """How a lock's codes are computed, as stored on a door; ValidationError names what is wrong."""
    try:
        lock = Lock.model_validate({name: value for name, value in values.items() if value not in ("", None)})
    except pydantic.ValidationError as error:
        raise ValidationError([_said(problem) for problem in error.errors()]) from None
    return lock.model_dump(exclude_none=True)


SHAPES = {"timecode": "12 digits, as the lock's certificate shows it", "identifier": "6 digits"}


def _said(problem: Any) -> str:
    name = str(problem["loc"][-1]) if problem["loc"] else ""
    if name in SHAPES:
        return f"{name}: {SHAPES[name]}"
    text = problem["msg"].removeprefix("Value error, ")
    return f"{name}: {text}" if name else text
