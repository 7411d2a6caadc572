"""Lock.me's rooms as resources."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from integrations.types import Listing, Rejected, ResourceRecord
from integrations.vendors.lockme.fields import Unreadable, ident, mapping, text


def listing(rows: list[Any]) -> Listing:
    """All rooms; those that cannot be read, or are listed twice and differently, are rejected."""
    records: dict[str, ResourceRecord] = {}
    rejected: list[Rejected] = []
    for number, row in enumerate(rows):
        try:
            found = record(row)
            _alone(found, records.get(found.ref))
            records[found.ref] = found
        except Unreadable as error:
            raw = row if isinstance(row, dict) else {"row": row}
            rejected.append(Rejected("resource", _ref(raw, number), str(error), raw))
    return Listing(tuple(records.values()), tuple(rejected))


def record(row: object) -> ResourceRecord:
    """One room, titled with its department; Unreadable without an id or a name (1.5)."""
    known = mapping(row, "the room")
    ref, name = ident(known.get("roomid"), "roomid"), text(known.get("room"))
    if not name:
        raise Unreadable("the room has no name")
    department = text(known.get("department"))
    return ResourceRecord(ref, f"{department} – {name}" if department else name, raw=known)


def departments(rooms: Listing) -> Mapping[str, str]:
    """The department of each room."""
    return {each.ref: text(each.raw.get("department")) for each in rooms.records}


def margin(room: ResourceRecord) -> float | None:
    """The room's own margin in hours, or None where none is told (1.5)."""
    said = room.raw.get("calendarMargin")
    try:
        return float(said) if isinstance(said, int | float | str) and not isinstance(said, bool) else None
    except ValueError:
        return None


def _alone(found: ResourceRecord, twin: ResourceRecord | None) -> None:
    if twin is not None and twin != found:
        raise Unreadable("it is listed twice, and differently")


def _ref(raw: Mapping[str, Any], number: int) -> str:
    try:
        return ident(raw.get("roomid"), "roomid")
    except Unreadable:
        return f"row {number + 1}"
