"""Events into rows: the new ones written at once, of the known ones only what changed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from backoffice.calendarrows import BLOCK, FIELDS, OurEvents, digest_of, filled, overtaken
from backoffice.models import Block, CalendarEvent, CalendarReading, Mode
from backoffice.states import BlockState
from integrations.types import CalendarEventRecord, EventChanges

SERIES = "series"  # the kind of an event of ours that a person made a series of
MOST_LOST = 2
PART_LOST = 10  # a tenth
THERE = (BlockState.ACTIVE, BlockState.PLANNED, BlockState.FAILED)


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

    Gives the events that a whole reading does not list any more, and those whose deletion would cancel a
    booking; of them nothing is written yet. What ended before `since` is left out unless it is known: a token
    cannot be asked for a window (4.2).
    """
    counts.seen += len(changes.events)
    known = {row.ref: row for row in calendar.events.all()} if changes.events or changes.complete else {}
    told = {record.ref: record for record in changes.events}
    ours = _ours(calendar, told.values())
    fresh, changed = [], []
    for ref, record in told.items():
        row = known.get(ref)
        if record.cancelled or record.starts_at is None:
            changed += _cancelled(row, record, now)
        elif row is None:
            if record.ends_at is not None and record.ends_at > since:
                fresh.append(filled(CalendarEvent(calendar=calendar, ref=ref), record, ours, now))
        elif not overtaken(row, record) and (digest_of(record) != row.digest or row.gone_at):
            changed.append(filled(row, record, ours, now))
    orders = _orders(calendar, [row for row in changed if row.gone_at and row.ours])
    changed = [row for row in changed if row not in orders]
    counts.gone += sum(row.gone_at is not None for row in changed)
    counts.updated += sum(row.gone_at is None for row in changed)
    changed += _became_series(known, told, now, counts)
    counts.created += len(CalendarEvent.objects.bulk_create(fresh, batch_size=500))
    CalendarEvent.objects.bulk_update(changed, FIELDS, batch_size=500)
    if not changes.complete or changes.rejected:
        return orders
    return orders + [
        row for row in known.values() if row.ref not in told and not row.gone_at and row.ends_at > since
    ]


def _cancelled(row: CalendarEvent | None, record: CalendarEventRecord, now: datetime) -> list[CalendarEvent]:
    """An event that is known, and that the calendar says is gone."""
    if row is None or row.gone_at or not record.cancelled or overtaken(row, record):
        return []
    row.gone_at, row.etag = now, record.etag[:200] or row.etag
    return [row]


def _lacks(row: CalendarEvent, told: Collection[str], since: datetime) -> bool:
    return row.ref not in told and row.gone_at is None and row.ends_at > since


def _orders(calendar: CalendarReading, cancelled: Collection[CalendarEvent]) -> list[CalendarEvent]:
    """Events of ours that a person deleted where that cancels their bookings (D2)."""
    if not cancelled:
        return []
    pairing = {"pairing__mode": Mode.BIDIRECTIONAL, "pairing__activated_at__isnull": False}
    refs = [row.ref for row in cancelled]
    standing = Block.objects.filter(ref__in=refs, account=calendar.account_id, state__in=THERE, **pairing)
    known = set(standing.values_list("ref", flat=True))
    return [row for row in cancelled if row.ref in known]


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


def _ours(calendar: CalendarReading, records: Iterable[CalendarEventRecord]) -> OurEvents:
    """The blocks that the records name, or whose events they are though they stand in another calendar."""
    records = list(records)
    keys = {record.mark[BLOCK] for record in records if record.mark.get(BLOCK)}
    if not records:
        return OurEvents({})
    itself = Q(key__in=keys) | Q(account=calendar.account_id, ref__in={record.ref for record in records})
    blocks = list(Block.objects.filter(itself).values_list("key", "ref", "calendar_ref"))
    carried = {ref: key for key, ref, at in blocks if ref and at not in ("", calendar.ref)}
    return OurEvents({key: ref for key, ref, _ in blocks}, carried)
