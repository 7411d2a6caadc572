"""Errors of the API in one shape: {"error": {"code", "message", "fields"}}."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterator
from typing import Any

from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.views import exception_handler, set_rollback

from backoffice.flow.desk.bookings import Doubts
from backoffice.word import NotPossible

logger = logging.getLogger(__name__)

NO_FIELD = "non_field_errors"
NOT_OURS = "Something went wrong on the server. It is on record; nothing more was done."
SHAPE = {
    "type": "object",
    "properties": {
        "error": {
            "type": "object",
            "properties": {
                "code": {"type": "string", "example": "invalid"},
                "message": {"type": "string", "example": "until: The end must be in the future."},
                "fields": {
                    "type": "object",
                    "additionalProperties": {"type": "array", "items": {"type": "string"}},
                },
            },
            "required": ["code", "message", "fields"],
        }
    },
    "required": ["error"],
}


def in_schema(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """The schema, with this shape as every operation's answer when it does not do what was asked."""
    result["components"]["schemas"]["Error"] = SHAPE
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    for path in result["paths"].values():
        for operation in path.values():
            told = {"description": "It was not done: why, in one shape.", "content": content}
            operation["responses"].setdefault("default", told)
    return result


def answer(error: Exception, context: dict[str, Any]) -> Response:
    """The answer for an exception; what staff's rules do not allow is 409, in their words.

    What nobody foresaw is 500 and tells nothing of itself.
    """
    if isinstance(error, Doubts):
        fields = {"all_the_same": error.warnings}
        return Response(_body("doubts", str(error), fields), status.HTTP_409_CONFLICT)
    if isinstance(error, NotPossible):
        return Response(_body("not_possible", str(error), {}), status.HTTP_409_CONFLICT)
    response = exception_handler(error, context)
    if response is None:
        return _unforeseen(error, context)
    if isinstance(error, exceptions.ValidationError):
        told = response.data if isinstance(response.data, dict) else {NO_FIELD: response.data}
        fields = {name: list(_texts(of_it)) for name, of_it in told.items()}
        response.data = _body("invalid", _sentence(fields), fields)
    else:
        detail = (
            error.detail if isinstance(error, exceptions.APIException) else response.data.get("detail", "")
        )
        response.data = _body(getattr(detail, "code", "error"), str(detail), {})
    return response


def _unforeseen(error: Exception, context: dict[str, Any]) -> Response:
    """A mistake of ours: where it happened is logged, not its words, which may hold a guest's data."""
    set_rollback()
    where = "".join(traceback.format_tb(error.__traceback__))
    logger.error("%s in %s:\n%s", type(error).__name__, type(context.get("view")).__name__, where)
    return Response(_body("server_error", NOT_OURS, {}), status.HTTP_500_INTERNAL_SERVER_ERROR)


def _body(code: str, message: str, fields: Any) -> dict[str, Any]:
    return {"error": {"code": code, "message": message, "fields": fields}}


def _texts(told: Any) -> Iterator[str]:
    """The mistakes of a field; those of what is inside it with its own name, where it has one."""
    if isinstance(told, dict):
        for name, inner in told.items():
            own = "" if isinstance(name, int) or name == NO_FIELD else f"{name}: "
            yield from (f"{own}{text}" for text in _texts(inner))
    elif isinstance(told, list):
        for each in told:
            yield from _texts(each)
    else:
        yield str(told)


def _sentence(fields: dict[str, list[str]]) -> str:
    """All mistakes in one line, each with its field, if it has one."""
    return "; ".join(
        " ".join(texts) if name == NO_FIELD else f"{name}: {' '.join(texts)}"
        for name, texts in fields.items()
    )
