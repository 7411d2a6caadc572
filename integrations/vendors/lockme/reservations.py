"""Reservations as records: the slot and the ids strictly, what people wrote as it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from integrations.types import (
    BookingRecord,
    BookingStatus,
    CustomerRecord,
    OccurrenceRecord,
    Rejected,
    Window,
)
from integrations.vendors.lockme import fields
from integrations.vendors.lockme.fields import Unreadable, ident, text

Zones = Callable[[str], ZoneInfo]
SOURCES = ("web", "widget", "panel", "api")
STATUSES = {
    **{f"{source}:true": BookingStatus.CONFIRMED for source in SOURCES},
    **{f"{source}:false": BookingStatus.PENDING for source in SOURCES},
}
WORDS = {"web:true": "paid", "web:false": "in the cart", "true": "confirmed", "false": "unconfirmed"}
NEIGHBOUR = timedelta(days=1)


class Reader:
    """Reads reservations of rooms in their zones, with the account's own view of what is confirmed."""

    def __init__(self, zones: Zones, statuses: Mapping[str, BookingStatus]) -> None:
        self._zones = zones
        self._statuses = statuses

    def all(self, rows: list[Any], window: Window) -> tuple[tuple[BookingRecord, ...], tuple[Rejected, ...]]:
        """The reservations of one room and day, and the rows that cannot be read."""
        records: dict[str, BookingRecord] = {}
        rejected: dict[str, Rejected] = {}
        for row in rows:
            try:
                record = self.record(row, window.resource_ref)
                _fits(record, window)
                _alone(record, records.get(record.ref))
            except Unreadable as error:
                bad = _rejected(row, str(error), window)
                rejected[bad.ref] = bad
            else:
                records[record.ref] = record
        return tuple(each for ref, each in records.items() if ref not in rejected), tuple(rejected.values())

    def record(self, row: object, room: str, ref: str = "") -> BookingRecord:
        """One reservation; `room` and `ref` are what was asked for, where the object does not repeat them.

        Unreadable when the ids or the slot are not what they must be. All else may be missing (1.4).
        """
        known = fields.mapping(row, "the reservation")
        said = known.get("reservationid")
        ref = ident(said, "reservationid") if said or not ref else ref
        source = text(known.get("source")).lower()
        kind = f"{source}:{fields.truth(known.get('status'))}"
        return BookingRecord(
            ref=ref,
            status=self._statuses.get(kind, BookingStatus.UNKNOWN),
            status_text=_words(kind),
            occurrences=(self._occurrence(known, room),),
            title=text(known.get("pricer")),
            external_ref=text(known.get("extid")),
            channel=source,
            customer=_customer(known, ref),
            language=text(known.get("language")),
            people=fields.people(known.get("people")),
            price=fields.amount(known.get("price")),
            comment=text(known.get("comment")),
            booked_text=text(known.get("time")),
            raw=known,
        )

    def _occurrence(self, known: Mapping[str, Any], asked: str) -> OccurrenceRecord:
        """When it starts, in UTC; Lock.me does not say when it ends."""
        room = asked if known.get("roomid") is None else ident(known["roomid"], "roomid")
        at, clock = fields.day(known.get("date")), fields.hour(known.get("hour"))
        starts_at = fields.instant(at, clock, self._zones(room))
        return OccurrenceRecord("", room, starts_at, None, f"{known['date']} {known['hour']}")


def _words(kind: str) -> str:
    """Source and status for people, after the panel's colours (3.1)."""
    source, _, status = kind.rpartition(":")
    said = WORDS.get(kind) or WORDS.get(status) or "status unknown"
    return f"{source or 'source unknown'}, {said}"[:100]


def _customer(known: Mapping[str, Any], ref: str) -> CustomerRecord | None:
    """Who booked, as the reservation says; None where it says nothing, as in RODO mode (1.4)."""
    name = " ".join(filter(None, (text(known.get("name")), text(known.get("surname")))))
    email, phone = text(known.get("email")), text(known.get("phone"))
    if not (name or email or phone):
        return None
    language = text(known.get("language"))
    return CustomerRecord(f"booking:{ref}", name=name, email=email, phone=phone, language=language)


def _fits(record: BookingRecord, window: Window) -> None:
    """A row speaks for itself, so a game after midnight may be listed with the evening before; another room's
    row, or one of quite another day, is not an answer to what was asked."""
    (slot,) = record.occurrences
    if slot.resource_ref != window.resource_ref:
        raise Unreadable("it is listed for a room that is not its own")
    if abs(fields.day(slot.starts_text[:10]) - window.first) > NEIGHBOUR:
        raise Unreadable("it is listed for a day that is not its own")


def _alone(record: BookingRecord, twin: BookingRecord | None) -> None:
    if twin is not None and twin != record:
        raise Unreadable("it is listed twice, and differently")


def _rejected(row: object, reason: str, window: Window) -> Rejected:
    raw = row if isinstance(row, dict) else {"row": row}
    try:
        ref = ident(raw.get("reservationid"), "reservationid")
    except Unreadable:
        ref = f"{window.resource_ref}/{window.first}"
    return Rejected("booking", ref, reason, raw)
