"""Events into rows: the new ones written at once, of the known ones only what changed."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from backoffice.fields import fingerprint
from backoffice.models import Block, CalendarEvent, CalendarReading
from integrations.types import CalendarEventRecord, EventChanges

BLOCK = "block"  # the entry of a mark that says which of our blocks an event is
SERIES = "series"  # the kind of an event of ours that a person made a series of
MOST_LOST = 2
PART_LOST = 10  # a tenth
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


@dataclass(slots=True)
class Counts:
    """What a run came to, in events."""

    seen: int = 0
    created: int = 0
    updated: int = 0
    gone: int = 0


def store(
    calendar: CalendarReading, changes: EventChanges, since: datetime, now: datetime, counts: Counts
) -> list[CalendarEvent]:
    """Write what is new or different of a reading; events that the calendar says are cancelled are gone.

    Gives the events that a whole reading does not list any more; of them nothing is written yet. What ended
    before `since` is left out unless it is known: a token cannot be asked for a window (4.2).
    """
    counts.seen += len(changes.events)
    known = {row.ref: row for row in calendar.events.all()} if changes.events or changes.complete else {}
    told = {record.ref: record for record in changes.events}
    refs = _refs_of_blocks(told.values())
    fresh, changed = [], []
    for ref, record in told.items():
        row = known.get(ref)
        if record.cancelled or record.starts_at is None:
            if row is not None and row.gone_at is None and record.cancelled:
                row.gone_at, row.etag = now, record.etag[:200] or row.etag
                changed.append(row)
                counts.gone += 1
        elif row is None:
            if record.ends_at is not None and record.ends_at > since:
                fresh.append(_filled(CalendarEvent(calendar=calendar, ref=ref), record, refs, now))
        elif _digest(record) != row.digest or row.gone_at:
            changed.append(_filled(row, record, refs, now))
            counts.updated += 1
    changed += _became_series(known, told, now, counts)
    counts.created += len(CalendarEvent.objects.bulk_create(fresh, batch_size=500))
    CalendarEvent.objects.bulk_update(changed, FIELDS, batch_size=500)
    if not changes.complete or changes.rejected:
        return []
    return [row for row in known.values() if row.ref not in told and not row.gone_at and row.ends_at > since]


def _became_series(
    known: Mapping[str, CalendarEvent],
    told: Mapping[str, CalendarEventRecord],
    now: datetime,
    counts: Counts,
) -> list[CalendarEvent]:
    """Single events that a person has made a series of, and whole series that are gone.

    A list of instances says neither of the event itself: it has the new instances, which name it, or only the
    series as cancelled. An event of ours is not gone by that; it is to be written as the one that it was.
    """
    series = {one.recurring_ref for one in told.values() if one.recurring_ref and not one.cancelled}
    over = {one.ref for one in told.values() if one.cancelled}
    changed = []
    for row in known.values():
        if row.gone_at or row.ref in told:
            continue
        if row.ref in series and row.ours:
            row.etag, row.digest, row.kind = "", "", SERIES
        elif row.ref in series or row.recurring_ref in over:
            row.gone_at = now
            counts.gone += 1
        else:
            continue
        changed.append(row)
    return changed


def too_many(calendar: CalendarReading, lost: Collection[CalendarEvent], now: datetime) -> bool:
    """Is it more than a tenth of what is to come, and more than two?"""
    to_come = [event for event in lost if event.ends_at > now]
    all_of_it = calendar.events.filter(gone_at=None, ends_at__gt=now).count()
    return len(to_come) > MOST_LOST and len(to_come) * PART_LOST > all_of_it


def remove(lost: Collection[CalendarEvent], now: datetime) -> int:
    """Write that events are gone; how many."""
    pks = [event.pk for event in lost]
    return CalendarEvent.objects.filter(pk__in=pks, gone_at=None).update(gone_at=now) if pks else 0


def _refs_of_blocks(records: Iterable[CalendarEventRecord]) -> Mapping[str, str]:
    """The events that our blocks are, by key: a copy of one that a person made is a person's event."""
    keys = {record.mark[BLOCK] for record in records if record.mark.get(BLOCK)}
    return dict(Block.objects.filter(key__in=keys).values_list("key", "ref")) if keys else {}


def _filled(
    row: CalendarEvent, record: CalendarEventRecord, refs: Mapping[str, str], now: datetime
) -> CalendarEvent:
    key = record.mark.get(BLOCK, "")
    row.etag = record.etag[:200]
    row.summary = record.summary[:500]
    row.starts_at, row.ends_at = _span(record)
    row.all_day = record.all_day
    row.busy = not record.transparent
    row.kind = record.kind[:20]
    row.declined = record.declined
    row.recurring_ref = record.recurring_ref
    itself = ("", record.ref, record.recurring_ref)
    row.ours = record.made_by(row.calendar.origin) and refs.get(key, record.ref) in itself
    row.block_key = key[:100] if row.ours else ""
    row.updated_at = record.updated_at
    row.digest = _digest(record)
    row.seen_at = now
    row.gone_at = None
    return row


def _span(record: CalendarEventRecord) -> tuple[datetime, datetime]:
    """Its start and its end, which is its start for an event without an end, or one before its start."""
    assert record.starts_at is not None  # noqa: S101 asked before
    return record.starts_at, max(record.ends_at or record.starts_at, record.starts_at)


def _digest(record: CalendarEventRecord) -> str:
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
