"""Lock.me's webhooks: a header names a message, the message names a booking."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from integrations.errors import Garbled, Refused
from integrations.types import Hook, Message
from integrations.vendors.lockme.fields import Unreadable, ident

HEADER = "x-messageid"
MESSAGE_ID = re.compile(r"[0-9A-Za-z_-]{1,100}")
ABOUT_BOOKINGS = ("add", "edit", "delete")


def read_hook(headers: Mapping[str, str], body: bytes) -> Hook:
    """The id in the header X-MessageId, whatever the method and the body; Refused without one (2)."""
    del body  # it is empty, and nothing in it could be believed: webhooks are not signed
    found = [value.strip() for name, value in headers.items() if name.lower() == HEADER]
    if len(found) != 1 or not MESSAGE_ID.fullmatch(found[0]):
        raise Refused("the request has no X-MessageId")
    return Hook(found[0])


def message(ref: str, body: Mapping[str, Any]) -> Message:
    """The message in an answer. Its booking is a snapshot: only ids and action are taken from it.

    An action that nobody knows is kept as it is; such a message, like a test, may be about no booking.
    Garbled when it is another message, has no action, or does not say which booking was changed.
    """
    action = body.get("action")
    if not isinstance(action, str) or not action.strip():
        raise Garbled(f"message {ref} has no action")
    if body.get("messageid") is not None and str(body["messageid"]) != ref:
        raise Garbled(f"asked for message {ref} and got another one")
    data = body["data"] if isinstance(body.get("data"), dict) else {}
    # a booking that was moved to another room is there now, and the data are about the booking
    room = _first(data, body, "roomid")
    booking = _first(body, data, "reservationid")
    action = action.strip().lower()
    if action in ABOUT_BOOKINGS and not (room and booking):
        raise Garbled(f"message {ref} does not say which booking was changed")
    return Message(ref, action, room, booking, dict(body))


def _first(one: Mapping[str, Any], other: Mapping[str, Any], name: str) -> str:
    for each in (one, other):
        try:
            return ident(each.get(name), name)
        except Unreadable:
            continue
    return ""
