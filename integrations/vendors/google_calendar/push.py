"""Push channels: asking to be told, and what a telling says."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from integrations.errors import Garbled
from integrations.http import Answer
from integrations.types import Push, PushChannel

HEADERS = {
    "channel_ref": "x-goog-channel-id",
    "resource_ref": "x-goog-resource-id",
    "token": "x-goog-channel-token",
    "state": "x-goog-resource-state",
}
NUMBER = "x-goog-message-number"
LONGEST = 400  # characters of a header that is one of Google's
LONGEST_REF = 64
LONGEST_NUMBER = 19  # digits


def request(ref: str, address: str, token: str, until: datetime | None) -> dict[str, Any]:
    """The body that asks for a channel (4.4); ValueError for an id that Google cannot have."""
    if not 0 < len(ref) <= LONGEST_REF:
        raise ValueError("a channel's id has 1 to 64 characters")
    ends = {"expiration": int(until.timestamp() * 1000)} if until else {}
    return {"id": ref, "type": "web_hook", "address": address, "token": token, **ends}


def channel(answer: Answer, ref: str, address: str) -> PushChannel:
    """The channel that was made; Garbled when the answer is none."""
    body = answer.object()
    resource = body.get("resourceId")
    if body.get("id") != ref or not isinstance(resource, str) or not resource:
        raise Garbled(f"{answer.where} did not answer with the channel")
    return PushChannel(ref, resource, address, _ends(answer, body.get("expiration")))


def read_push(headers: Mapping[str, str]) -> Push:
    """What a telling says; it has no body (4.4). ValueError when it is none of Google's."""
    told = {name.lower(): value for name, value in headers.items()}
    found = {name: told.get(header, "") for name, header in HEADERS.items()}
    number = told.get(NUMBER, "")
    if not found["channel_ref"] or any(len(value) > LONGEST for value in found.values()):
        raise ValueError("the request names no channel")
    counted = number.isascii() and number.isdigit() and len(number) < LONGEST_NUMBER
    return Push(**found, number=int(number) if counted else 0)


def _ends(answer: Answer, expiration: object) -> datetime | None:
    """Epoch milliseconds, as a text or a number."""
    if expiration is None:
        return None
    try:
        return datetime.fromtimestamp(int(str(expiration)) / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        raise Garbled(f"{answer.where} answered with an end that is no time") from None
