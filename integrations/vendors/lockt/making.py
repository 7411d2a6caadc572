"""Making things that the vendor cannot match: look first, send what is missing, look again (L-C25)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from integrations.errors import Refused, VendorError
from integrations.types import DoorRecord, FobRecord
from integrations.vendors.lockt.wire import Written, pause
from integrations.vendors.lockt.writing import TURNS, untouched

Thing = FobRecord | DoorRecord


@dataclass(frozen=True, slots=True)
class Maker:
    """How one kind of thing is read, by our key for it, and sent, as rows."""

    read: Callable[[], Mapping[str, Thing]]
    send: Callable[[list[Mapping[str, Any]]], Written]

    def make(self, rows: Mapping[str, Mapping[str, Any]]) -> dict[str, Thing | VendorError]:
        """How each row has ended: the thing as it is there now, or why it is not.

        What is there already is not sent. Raises Misconfigured, and what reading raises.
        """
        there, said = self.read(), Written()
        refused: dict[str, VendorError] = {}
        for turn in range(TURNS):
            missing = {key: row for key, row in rows.items() if key not in there and key not in refused}
            if not missing or (turn and not said.again):
                break
            if turn:
                pause(turn)
            said = self.send(list(missing.values()))
            refused |= _refused(missing, said)
            there = self.read()
        ends = {key: refused.get(key) or untouched(said) for key in rows if key not in there}
        return {key: there[key] if key in there else ends[key] for key in rows}


def _refused(missing: Mapping[str, Mapping[str, Any]], said: Written) -> dict[str, VendorError]:
    """The vendor's complaints by key, mapped back by id_num, card number or name (L-C4)."""
    found: dict[str, VendorError] = {}
    for error in said.rows:
        known = {(name, getattr(error, name)) for name in ("id_num", "card_num", "name")}
        keys = [
            key
            for key, row in missing.items()
            if any(value and str(row.get(name) or "") == value for name, value in known)
        ]
        if keys or len(missing) == 1:
            found[(keys or list(missing))[0]] = Refused(error.text)
    return found
