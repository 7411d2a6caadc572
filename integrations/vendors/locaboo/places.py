"""Locaboo's resources and customers as neutral values. Pure: no HTTP, no clock."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from integrations.types import CustomerRecord, Listing, Rejected, ResourceRecord
from integrations.vendors.locaboo.fields import Unreadable, ident, mapping, pairs, text

NAMES = ("first_name", "last_name", "show_name", "company_name", "email", "phone", "mobile")
Record = TypeVar("Record", ResourceRecord, CustomerRecord)


def resources(rows: Iterable[object]) -> Listing:
    """Main resources as rooms, then their parts; there are two levels and no more (B-C15)."""
    rooms, bad_rooms = _read("resource", rows, _room)
    nested = [(room.ref, part) for room, row in rooms for part in _parts(row)]
    parts, bad_parts = _read("resource", nested, _part)
    records: dict[str, ResourceRecord] = {}
    for record, _ in (*rooms, *parts):
        records.setdefault(record.ref, record)
    return Listing(tuple(records.values()), (*bad_rooms, *bad_parts))


def customers(rows: Iterable[object]) -> Listing:
    """Customers, those without an e-mail too (trap 16)."""
    found, rejected = _read("customer", rows, _customer)
    return Listing(tuple(record for record, _ in found), tuple(rejected))


def _read(
    kind: str, rows: Iterable[object], parse: Callable[[Any], Record]
) -> tuple[list[tuple[Record, Any]], list[Rejected]]:
    """Every row that can be read, as its record and itself; a bad row rejects itself and no other."""
    records: list[tuple[Record, Any]] = []
    rejected: list[Rejected] = []
    for row in rows:
        try:
            records.append((parse(row), row))
        except Unreadable as error:
            named = row[1] if isinstance(row, tuple) else row
            raw = named if isinstance(named, dict) else {"row": named}
            rejected.append(Rejected(kind, text(raw.get("id")), str(error), raw))
    return records, rejected


def _room(row: Any) -> ResourceRecord:
    row = mapping(row, "the resource")
    _parts(row)
    raw = {name: value for name, value in row.items() if name != "parts"}
    return ResourceRecord(ident(row.get("id"), "the resource's id"), text(row.get("title")), "room", "", raw)


def _part(nested: tuple[str, Any]) -> ResourceRecord:
    parent, row = nested
    row = mapping(row, "the part")
    return ResourceRecord(ident(row.get("id"), "the part's id"), text(row.get("title")), "part", parent, row)


def _parts(row: dict[str, Any]) -> list[Any]:
    return [part for _, part in pairs(row.get("parts") or [], "parts")]


def _customer(row: Any) -> CustomerRecord:
    """A customer. Its row is not kept: it changes with every login, and holds more than is needed."""
    row = mapping(row, "the customer")
    words = {name: text(row.get(name)).strip() for name in NAMES}
    return CustomerRecord(
        ref=ident(row.get("id", row.get("customer_id")), "the customer's id"),
        name=f"{words['first_name']} {words['last_name']}".strip() or words["show_name"],
        company=words["company_name"],
        email=words["email"],
        phone=words["phone"] or words["mobile"],
    )
