"""Locaboo's things, services and opening times as neutral values (sections 3.2, 3.4, 3.8)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, time
from typing import Any

from integrations.errors import Garbled
from integrations.types import Listing, PlaceDetail, Rejected, StockRecord
from integrations.vendors.locaboo.fields import Unreadable, ident, mapping, pairs, text

BOOKED = {"inventory": "inventory", "features": "service"}
NOBODYS = (None, "")


def stock(rows: Iterable[tuple[str, object]]) -> Listing:
    """What can be booked along, each with its kind; a bad row rejects itself and no other."""
    records: list[StockRecord] = []
    rejected: list[Rejected] = []
    for kind, row in rows:
        try:
            records.append(_stock(kind, mapping(row, f"the {kind}")))
        except Unreadable as error:
            raw = row if isinstance(row, dict) else {"row": row}
            rejected.append(Rejected(kind, text(raw.get("id")), str(error), raw))
    return Listing(tuple(records), tuple(rejected))


def booked_along(row: Mapping[str, Any], where: str) -> tuple[StockRecord, ...]:
    """What a booking has with it, from its detail; a quantity of 0 is nothing."""
    try:
        entries = [mapping(entry, "a resource") for _, entry in pairs(row.get("resources"), "resources")]
        return tuple(thing for entry in entries for thing in _things(entry) if thing.quantity)
    except Unreadable as error:
        raise Garbled(f"{where} cannot be read: {error}") from None


def place(row: Mapping[str, Any], where: str) -> PlaceDetail:
    """When a resource is open today; its image is never fetched (B-C25)."""
    try:
        hours = [_hours(each) for _, each in pairs(row.get("today_opening_times") or [], "opening times")]
        free = [_holiday(each) for _, each in pairs(row.get("today_holidays") or [], "holidays")]
        ref = ident(row.get("id"), "the resource's id")
    except (Unreadable, ValueError, TypeError) as error:
        raise Garbled(f"{where} cannot be read: {error}") from None
    return PlaceDetail(ref, text(row.get("title")), tuple(hours), tuple(free), row)


def _stock(kind: str, row: Mapping[str, Any]) -> StockRecord:
    # a map of id to name; [] where it is for none (B-C3)
    owners = tuple(ident(key, "a resource") for key, _ in pairs(row.get("resources"), "resources"))
    ref = ident(row.get("id"), f"the {kind}'s id")
    return StockRecord(ref, text(row.get("name")), _count(row.get("quantity")), owners, kind, row)


def _things(entry: Mapping[str, Any]) -> Iterable[StockRecord]:
    owner = ident(entry.get("resource_id"), "a resource")
    for name, kind in BOOKED.items():
        for key, value in pairs(entry.get(name) or [], name):
            row = mapping(value, name)
            ref = ident(key or row.get("id"), f"the {kind}'s id")
            yield StockRecord(
                ref, text(row.get("rule_name")), _count(row.get("quantity")), (owner,), kind, row
            )


def _count(value: object) -> int | None:
    """A whole number, also as text (section 3.8); None where none is told."""
    if value in NOBODYS or isinstance(value, bool):
        return None
    said = str(value).strip()
    if not (said.isascii() and said.isdigit()) or len(said) > 9:
        raise Unreadable("a quantity is not a whole number")
    return int(said)


def _hours(each: Any) -> tuple[time, time]:
    opens, closes = each
    return time.fromisoformat(opens), time.fromisoformat(closes)


def _holiday(each: Any) -> tuple[str, date, date]:
    row = mapping(each, "a holiday")
    first, last = (date.fromisoformat(str(row.get(name))) for name in ("from", "to"))
    return text(row.get("title")), first, last
