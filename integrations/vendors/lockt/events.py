"""What the doors reported: ids are the order and the cursor, times are not (L-C16 to L-C18)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from integrations.errors import Garbled, Misconfigured
from integrations.types import EventPage, EventRecord, Rejected
from integrations.vendors.lockt.rows import Digits, Instant, Row, Text, read, safe
from integrations.vendors.lockt.wire import Wire

CODES = {"48": "granted", "49": "denied"}
CATEGORIES = {"1": "granted", "2": "denied"}


class Event(Row):
    """An event; the vendor's table says `event_time`, its samples `hw_time`."""

    device: Text = ""
    code: Digits = ""
    code_text: Text = ""
    subcode_text: Text = ""
    card_num: Digits = ""
    user: Text = ""
    category: Digits = ""
    hw_time: Instant = None
    event_time: Instant = None
    db_time: Instant = None


@dataclass(frozen=True, slots=True)
class Log:
    """The event log of one account.

    `overlap`: how many ids before the cursor are read again, because whether `?id=` includes its id is not
    known. `cache`: the most events that the vendor gives. `offset`: added to the vendor's ids; staff raise it
    above the last one when the vendor's numbers have begun again.
    """

    wire: Wire
    overlap: int
    cache: int
    offset: int

    def since(self, cursor: str) -> EventPage:
        """Events from the cursor on, oldest first and some known ones among them; "" = all there are."""
        last = int(cursor) - self.offset if cursor.isdigit() else 0
        first = last - self.overlap
        rows = self.wire.rows(f"/events?id={first}" if first > 0 else "/events")
        if first > 0 and _newest(rows) < last:
            rows = self.wire.rows("/events")  # not even the cursor's own event: what is there at all?
        reset = _begun_again(rows, last)
        events, rejected = self._read(rows)
        gap = reset or self._gap(rows, last)
        return EventPage(events, gap, rejected)

    def _read(self, rows: list[Any]) -> tuple[tuple[EventRecord, ...], tuple[Rejected, ...]]:
        events: dict[int, EventRecord] = {}
        rejected = []
        for row in rows:
            try:
                number, event = self._event(row)
                events[number] = event
            except Garbled as error:
                rejected.append(Rejected("event", str(_number(row) or ""), error.text, safe(row)))
        return tuple(events[number] for number in sorted(events)), tuple(rejected)

    def _event(self, raw: Any) -> tuple[int, EventRecord]:
        row = read(Event, raw, "event")
        happened = row.hw_time or row.event_time or row.db_time
        if happened is None:
            raise Garbled("an event without a time")
        number = int(row.id) + self.offset
        return number, EventRecord(
            ref=str(number),
            happened_at=happened,
            outcome=_outcome(row),
            text=": ".join(filter(None, (row.code_text, row.subcode_text))),
            door_name=row.device,
            card_number=row.card_num,
            person=row.user,
            raw=raw,
        )

    def _gap(self, rows: list[Any], last: int) -> str:
        """Named when the page is full and does not reach back to the cursor (L-C18)."""
        numbers = [number for row in rows if (number := _number(row)) is not None]
        oldest = min(numbers, default=0)
        if last <= 0 or len(rows) < self.cache or oldest <= last + 1:
            return ""
        return f"events {last + 1} to {oldest - 1} are lost: more than {self.cache} since the last poll"


def log(wire: Wire, options: Mapping[str, Any]) -> Log:
    """The log with the account's options; Misconfigured when one of them is no number."""
    return Log(
        wire,
        overlap=number(options, "events_overlap", 50),
        cache=number(options, "events_cache", 5000),
        offset=number(options, "events_offset", 0),
    )


def number(options: Mapping[str, Any], name: str, default: int) -> int:
    """A whole number from 0 among the options; Misconfigured when it is something else."""
    value = options.get(name, default)
    if not str(value).isdigit():
        raise Misconfigured(f"option {name} must be a whole number")
    return int(value)


def _number(row: Any) -> int | None:
    value = row.get("id") if isinstance(row, dict) else None
    return int(str(value)) if str(value).isdigit() else None


def _newest(rows: list[Any]) -> int:
    return max((number for row in rows if (number := _number(row)) is not None), default=0)


def _outcome(row: Event) -> str:
    """By code and category; where both are known and disagree, neither is believed."""
    said = {CODES.get(row.code), CATEGORIES.get(row.category)} - {None}
    outcome = said.pop() if len(said) == 1 else None
    return outcome or "other"


def _begun_again(rows: list[Any], last: int) -> str:
    """Words for a log in which even the cursor's own event is missing, "" when it is only empty."""
    newest = _newest(rows)
    if not newest or newest >= last:
        return ""
    return (
        f"event numbers have begun again: the newest is {newest}, {last} was known; "
        "set the account's option events_offset to a number above the last known event"
    )
