"""How Lock.me writes what it knows, in every way that clients have met."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from integrations.sandbox.lockme.postbox import Message

Switch = Mapping[str, Any]
NULLABLE = ("email", "phone", "comment")
LANGUAGE_SINCE, INVOICE_SINCE = 2, 1  # v2.2, v2.1


def reservation(known: Mapping[str, Any], switch: Switch, minor: int) -> dict[str, Any]:
    """A reservation object in version v2.`minor`."""
    shown = {**known, "status": _status(known["status"], switch["status_as"])}
    if switch["ids_as_text"]:
        shown |= {name: str(shown[name]) for name in ("reservationid", "roomid")}
    if switch["price_as_text"]:
        shown["price"] = f"{shown['price']:.2f}"
    if switch["empty_as_null"]:
        shown |= {name: None for name in NULLABLE if not shown[name]}
    if switch["unknown_keys"]:
        shown["deposit"] = {"paid": False}
    for name in _left_out(switch, minor):
        shown.pop(name, None)
    return shown


def message(known: Message, switch: Switch, minor: int) -> dict[str, Any]:
    """A message object. Its booking does not repeat the reservation's id."""
    data = reservation(known.data, switch, minor) if known.data else {}
    data.pop("reservationid", None)
    if not switch["data_roomid"]:
        data.pop("roomid", None)
    return {
        "messageid": known.number,
        "action": known.action,
        "roomid": known.room,
        "reservationid": known.reservation,
        "data": data,
    }


def _status(status: bool, how: str) -> object:  # noqa: FBT001 a value to be written
    return {"int": int(status), "bool": status, "text": str(int(status))}[how]


def _left_out(switch: Switch, minor: int) -> list[str]:
    gated = switch["version_gates"]
    return [
        *(["language"] if gated and minor < LANGUAGE_SINCE else []),
        *(["invoice"] if gated and minor < INVOICE_SINCE else []),
        *([] if switch["reservationid"] else ["reservationid"]),
    ]
