"""An event as a calendar has it, into its row: by a reading, and by a write of ours that was answered."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from backoffice.fields import fingerprint
from backoffice.models import CalendarEvent
from integrations.types import CalendarEventRecord

BLOCK = "block"  # the entry of a mark that says which of our blocks an event is
FIELDS = (
    "etag",
    "summary",
    "starts_at",
    "ends_at",
    "all_day",
    "busy",
    "kind",
    "declined",
    "recurring_ref",
    "ours",
    "block_key",
    "updated_at",
    "digest",
    "seen_at",
    "gone_at",
)


@dataclass(frozen=True, slots=True)
class OurEvents:
    """The events that blocks of ours are, as far as a reading tells of them."""

    refs: Mapping[str, str]  # by key
    carried: Mapping[str, str] = field(default_factory=dict)  # keys by event, of blocks of other calendars


def filled(row: CalendarEvent, record: CalendarEventRecord, known: OurEvents, now: datetime) -> CalendarEvent:
    """The row with all that is kept of an event.

    A copy of an event of ours that a person made is a person's event, though it has our mark. One that was
    put into another calendar is ours: it keeps its id (4.3), whether or not it keeps its mark.
    """
    carried = known.carried.get(record.ref, "")
    key = carried or record.mark.get(BLOCK, "")
    row.etag = record.etag[:200]
    row.summary = record.summary[:500]
    row.starts_at, row.ends_at = _span(record)
    row.all_day = record.all_day
    row.busy = not record.transparent
    row.kind = record.kind[:20]
    row.declined = record.declined
    row.recurring_ref = record.recurring_ref
    itself = ("", record.ref, record.recurring_ref)
    made_here = record.made_by(row.calendar.origin) and known.refs.get(key, record.ref) in itself
    row.ours = made_here or bool(carried)
    row.block_key = key[:100] if row.ours else ""
    row.updated_at = record.updated_at
    row.digest = digest_of(record)
    row.seen_at = now
    row.gone_at = None
    return row


def digest_of(record: CalendarEventRecord) -> str:
    """Of all that is kept of an event."""
    said: dict[str, Any] = {
        "etag": record.etag,
        "summary": record.summary,
        "span": [str(record.starts_at), str(record.ends_at)],
        "looks": [record.all_day, record.transparent, record.kind, record.declined],
        "mark": dict(record.mark),
        "of": record.recurring_ref,
    }
    return fingerprint(json.dumps(said, sort_keys=True))


def overtaken(row: CalendarEvent, record: CalendarEventRecord) -> bool:
    """Is the answer older than what we wrote since? A list may have been on its way meanwhile (L1)."""
    if not row.ours or record.updated_at is None or row.updated_at is None:
        return False
    return record.updated_at < row.updated_at


def _span(record: CalendarEventRecord) -> tuple[datetime, datetime]:
    """Its start and its end, which is its start for an event without an end, or one before its start."""
    assert record.starts_at is not None  # noqa: S101 asked before
    return record.starts_at, max(record.ends_at or record.starts_at, record.starts_at)
