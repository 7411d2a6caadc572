"""Locaboo's things, services and opening times as neutral values (sections 3.2, 3.4, 3.8)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from typing import Any

from integrations.errors import Garbled
from integrations.types import FieldRecord, Listing, OccasionRecord, PlaceDetail, Rejected, StockRecord
from integrations.vendors.locaboo.fields import Unreadable, ident, mapping, pairs, text

BOOKED = {"inventory": "inventory", "features": "service"}
NOBODYS = (None, "")
FIELD_NAME = re.compile(r"category_fields\[[0-9]+\]\[([0-9]+)\]")  # the newer shape's name of a field


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


def fields(top: object, resources: Iterable[object]) -> Listing:
    """The custom fields, wherever an answer has them: beside its resources, or in each (section 3.1)."""
    rows = [row for _, row in pairs(top or [], "free_text_fields")]
    for each in resources:
        owned = mapping(each, "the resource").get("free_text_fields") or []
        rows += [row for _, row in pairs(owned, "free_text_fields")]
    found: dict[str, FieldRecord] = {}
    rejected: list[Rejected] = []
    for row in rows:
        try:
            record = _field(mapping(row, "the field"))
            found.setdefault(record.ref, record)
        except Unreadable as error:
            rejected.append(Rejected("field", "", str(error), row if isinstance(row, dict) else {"row": row}))
    return Listing(tuple(found.values()), tuple(rejected))


def _field(row: Mapping[str, Any]) -> FieldRecord:
    newer = FIELD_NAME.fullmatch(text(row.get("field_name")))
    ref = ident(newer[1] if newer else row.get("id"), "the field's id")
    config = row.get("field_config")
    told = config.get("options") if isinstance(config, dict) else row.get("options")
    options = (
        each.get("value") if isinstance(each, dict) else each for _, each in pairs(told or [], "options")
    )
    name = text(row.get("field_label")) or text(row.get("name"))
    kind = text(row.get("field_type")) or text(row.get("type"))
    return FieldRecord(ref, name.strip(), kind, tuple(filter(None, map(text, options))))


def occasions(rows: Iterable[object]) -> Listing:
    """Events; a bad row rejects itself and no other."""
    records: list[OccasionRecord] = []
    rejected: list[Rejected] = []
    for row in rows:
        try:
            records.append(occasion(mapping(row, "the event")))
        except Unreadable as error:
            raw = row if isinstance(row, dict) else {"row": row}
            rejected.append(Rejected("event", text(raw.get("id")), str(error), raw))
    return Listing(tuple(records), tuple(rejected))


def occasion(row: Mapping[str, Any]) -> OccasionRecord:
    """One event, dates d.m.Y and times H:i (section 3.10), with the bookings of its documents."""
    papers = [mapping(each, "a document") for _, each in pairs(row.get("documents") or [], "documents")]
    booked = (
        ident(mapping(each, "a booking").get("id"), "a booking's id")
        for paper in papers
        for _, each in pairs(paper.get("bookings") or [], "bookings")
    )
    named = (f"{text(each.get('document_type'))} {text(each.get('document_number'))}" for each in papers)
    return OccasionRecord(
        ref=ident(row.get("id"), "the event's id"),
        title=text(row.get("event_title")).strip(),
        first=_german(row.get("date_from")),
        last=_german(row.get("date_to")),
        opens=_at(row.get("time_from")),
        closes=_at(row.get("time_to")),
        entrance=_at(row.get("entrance_time")),
        booking_refs=tuple(dict.fromkeys(booked)),
        documents=tuple(each.strip() for each in named),
        raw=row,
    )


def _german(value: object) -> date:
    try:
        return datetime.strptime(str(value), "%d.%m.%Y").date()  # noqa: DTZ007 a day on the account's clock
    except ValueError:
        raise Unreadable("a date is not written as d.m.Y") from None


def _at(value: object) -> time | None:
    try:
        return time.fromisoformat(str(value)) if value else None
    except ValueError:
        raise Unreadable("a time is not written as H:i") from None
