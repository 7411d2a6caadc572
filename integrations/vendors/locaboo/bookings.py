"""Locaboo's bookings as neutral values. Pure: no HTTP, no clock."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo

from integrations.types import BookingRecord, BookingStatus, OccurrenceRecord, Rejected
from integrations.vendors.locaboo.fields import Unreadable, ident, mapping, optional_ident, pairs, text
from integrations.vendors.locaboo.times import span

STATUSES: Mapping[str, BookingStatus] = {
    "live": BookingStatus.CONFIRMED,
    "completed": BookingStatus.CONFIRMED,
    "complete": BookingStatus.CONFIRMED,
    "pending": BookingStatus.PENDING,
    "draft": BookingStatus.PENDING,
    "cancelled": BookingStatus.CANCELLED,
    "cancel": BookingStatus.CANCELLED,
}
# no answer documents a status; these are the names under which one may appear (section 7.3)
STATUS_KEYS = ("status", "booking_status", "state")


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads bookings of an account: its zone, and what its status texts (in lower case) mean."""

    zone: ZoneInfo
    statuses: Mapping[str, BookingStatus]

    def booking(self, row: object) -> tuple[BookingRecord, list[Rejected]]:
        """One booking from a row of the list or from a detail, and its instances that cannot be read.

        The same booking gives the same record from either. Every instance is an occurrence of its own, with
        the resource or part that it names itself. Unreadable when the booking as a whole cannot be read.
        """
        row = mapping(row, "the booking")
        ref = ident(row.get("id"), "the booking's id")
        occurrences, rejected = self._occurrences(ref, row)
        status, status_text = self._status(row)
        persons = row.get("persons")
        record = BookingRecord(
            ref=ref,
            status=status,
            status_text=status_text,
            occurrences=tuple(occurrences),
            title=text(row.get("title")),
            customer_ref=optional_ident(row.get("customer_id"), "the customer's id"),
            people=(len(persons) or None) if isinstance(persons, list) else None,
            comment=text(row.get("comments")),
            raw=_raw(row),
        )
        return record, rejected

    def all(self, rows: Iterable[object]) -> tuple[list[BookingRecord], list[Rejected]]:
        """All bookings of an answer, each once; a bad row rejects itself and no other (B-C5)."""
        records: dict[str, BookingRecord] = {}
        rejected: list[Rejected] = []
        for row in rows:
            try:
                record, bad = self.booking(row)
            except Unreadable as error:
                rejected.append(_rejected_booking(row, error))
                continue
            rejected += bad
            known = records.get(record.ref)
            records[record.ref] = _joined(known, record) if known else record
        return list(records.values()), rejected

    def _occurrences(self, ref: str, row: Mapping[str, Any]) -> tuple[list[OccurrenceRecord], list[Rejected]]:
        found: dict[str, OccurrenceRecord] = {}
        rejected: list[Rejected] = []
        for key, instance in _instances(row):
            try:
                occurrence = self._occurrence(key, instance)
                if occurrence and found.setdefault(occurrence.ref, occurrence) != occurrence:
                    raise Unreadable("its id occurs twice in the booking")  # noqa: TRY301 told like the others
            except Unreadable as error:
                rejected.append(_rejected_occurrence(ref, key, instance, error))
        return list(found.values()), rejected

    def _occurrence(self, key: str, instance: object) -> OccurrenceRecord | None:
        """One instance, or None when it says itself that it is cancelled."""
        instance = mapping(instance, "the instance")
        status, _ = self._status(instance)
        if status is BookingStatus.CANCELLED:
            return None
        if status is not BookingStatus.CONFIRMED:
            raise Unreadable("it has a status of its own that gives no access")
        starts_text, ends_text = instance.get("from"), instance.get("to")
        starts_at, ends_at = span(starts_text, ends_text, self.zone)
        return OccurrenceRecord(
            ref=ident(instance.get("id", key), "the instance's id"),
            resource_ref=ident(instance.get("resource_id"), "the instance's resource"),
            starts_at=starts_at,
            ends_at=ends_at,
            starts_text=str(starts_text),
            ends_text=str(ends_text),
        )

    def _status(self, row: Mapping[str, Any]) -> tuple[BookingStatus, str]:
        """What a status says; CONFIRMED where there is none, as in all that Locaboo documents."""
        for name in STATUS_KEYS:
            if name in row:
                said = text(row[name])
                return self.statuses.get(said.strip().lower(), BookingStatus.UNKNOWN), said
        return BookingStatus.CONFIRMED, ""


def _instances(row: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for _, entry in pairs(row.get("resources"), "resources"):
        yield from pairs(mapping(entry, "a resource of the booking").get("instances"), "instances")


def _raw(row: Mapping[str, Any]) -> dict[str, Any]:
    """The little of a booking that the record does not hold, the same from the list and from the detail.

    The list has the custom fields at the booking, the detail at each of its resources.
    """
    fields: dict[str, Any] = {}
    for owner in (row, *(entry for _, entry in pairs(row["resources"], "resources"))):
        custom = owner.get("custom_fields")
        fields |= custom if isinstance(custom, dict) else {"": custom} if custom else {}
    return {"custom_fields": fields, "color": row.get("color")}


def _joined(known: BookingRecord, again: BookingRecord) -> BookingRecord:
    """A booking that was told twice in one answer, with the occurrences of both; the later telling counts."""
    both = {each.ref: each for each in (*known.occurrences, *again.occurrences)}
    return replace(again, occurrences=tuple(both.values()))


def _rejected_booking(row: object, error: Unreadable) -> Rejected:
    raw = row if isinstance(row, dict) else {"row": row}
    return Rejected("booking", _ref_of(row), str(error), raw)


def _rejected_occurrence(booking: str, key: str, instance: object, error: Unreadable) -> Rejected:
    raw = {"booking_id": booking, "key": key, "instance": instance}
    return Rejected("occurrence", _ref_of(instance, key), f"booking {booking}: {error}", raw)


def _ref_of(row: object, key: str = "") -> str:
    """The row's own id, or else a name that is the same each time the same row comes."""
    try:
        return ident(row.get("id", key) if isinstance(row, dict) else key, "the id")
    except Unreadable:
        content = json.dumps(row, sort_keys=True, default=str)
        return "?" + hashlib.sha256(content.encode()).hexdigest()[:12]
