"""One reading of an account's paired calendars: what changed since the last one, or all of it."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q

from backoffice.flow.calendars import rows
from backoffice.flow.calendars.taking import take
from backoffice.models import CalendarEvent, CalendarPairing, CalendarReading, SyncRun, VendorAccount
from backoffice.selectors import CALENDAR
from backoffice.states import RunState
from integrations.errors import Misconfigured, Missing, Refused, StartOver, Unavailable, VendorError
from integrations.types import Calendar, EventChanges

ALL_AGAIN = timedelta(days=7)  # so often a calendar is read whole, in case a telling was lost
LOST = (
    "{calendar} lacks {count} events that were there before. Nothing was freed or cancelled: look at the "
    "calendar, and if they are gone indeed, say so."
)


@dataclass(slots=True)
class Run:
    """A reading while it goes on."""

    account: VendorAccount
    row: SyncRun
    now: datetime
    full: bool
    accept_loss: bool
    counts: rows.Counts = field(default_factory=rows.Counts)
    notes: list[str] = field(default_factory=list)
    well: list[str] = field(default_factory=list)  # the calendars that were read to their end, and believed
    failure: VendorError | None = None
    doubted: bool = False
    began: float = field(default_factory=time.monotonic)

    @property
    def since(self) -> datetime:
        """What ended before this is not asked for."""
        return self.now - timedelta(days=self.account.lookback_days)


def read_calendars(
    account: VendorAccount, client: Calendar, now: datetime, *, full: bool = False, accept_loss: bool = False
) -> SyncRun:
    """Read the calendars of active pairings; then their events take the paired rooms' time.

    Goes on from where the last reading ended; `full`, a token that is too old (410), and a week since the
    last whole one read all again. A reading that would free or cancel too much is not believed: the run is
    STOPPED until staff say so (`accept_loss`). A calendar that is not there any more pauses its pairings; a
    dead grant (Misconfigured) pauses all of them; nothing is deleted by either (google_calendar 4.2, 4.6).
    """
    row = SyncRun.objects.create(account=account, kind="full" if full else "poll", started_at=now)
    run = Run(account, row, now, full, accept_loss)
    for ref in _paired(account):
        try:
            _read(run, client, ref)
        except (Misconfigured, Unavailable) as error:  # the other calendars would hear the same
            _failed(run, ref, error)
            break
        except VendorError as error:
            _failed(run, ref, error)
    take(account, now)
    return _end(run)


def _paired(account: VendorAccount) -> list[str]:
    """The calendars with an active pairing, each once; first those that could be read the last time."""
    active = CalendarPairing.objects.filter(account=account, activated_at__isnull=False)
    refs = active.order_by("ref").values_list("ref", flat=True).distinct()
    failed = CalendarReading.objects.filter(account=account, failed_at__isnull=False)
    troubled = set(failed.values_list("ref", flat=True))
    return sorted(refs, key=lambda ref: (ref in troubled, ref))


def _read(run: Run, client: Calendar, ref: str) -> None:
    calendar, _ = CalendarReading.objects.get_or_create(account=run.account, ref=ref)
    if not calendar.title or run.full:
        _describe(calendar, client)
    token = "" if run.full or _stale(calendar, run.now) else calendar.token
    try:
        changes = client.changes(ref, token, run.since)
    except StartOver:
        changes = client.changes(ref, "", run.since)
    lost = _store(run, calendar, changes)
    if lost and rows.too_many(calendar, lost, run.now) and not run.accept_loss:
        run.doubted = True
        run.notes.append(LOST.format(calendar=calendar, count=len(lost)))
    else:
        gone = [event for event in lost if _is_gone(client, event)]
        _keep_token(run, calendar, changes, gone)
        run.well.append(ref)
    _well(run, calendar)


def _stale(calendar: CalendarReading, now: datetime) -> bool:
    return calendar.whole_at is None or calendar.whole_at <= now - ALL_AGAIN


def _describe(calendar: CalendarReading, client: Calendar) -> None:
    """What the calendar says of itself; its pairings bear its title."""
    record = client.calendar(calendar.ref)
    calendar.title, calendar.timezone = record.title[:250], record.timezone[:64]
    calendar.can_write = record.can_write
    calendar.save(update_fields=["title", "timezone", "can_write"])
    of_it = CalendarPairing.objects.filter(account=calendar.account, ref=calendar.ref)
    of_it.exclude(title=calendar.title).update(title=calendar.title)


def _store(run: Run, calendar: CalendarReading, changes: EventChanges) -> list[CalendarEvent]:
    with transaction.atomic():
        CalendarReading.objects.select_for_update().get(pk=calendar.pk)
        lost = rows.store(calendar, changes, run.since, run.now, run.counts)
    if changes.rejected:
        count, first = len(changes.rejected), changes.rejected[0].reason
        run.notes.append(f"{calendar}: {count} events could not be read ({first}).")
    return lost


def _is_gone(client: Calendar, event: CalendarEvent) -> bool:
    """Does the calendar say so itself, asked for this event alone? That a list lacks it is no proof."""
    record = client.event(event.calendar.ref, event.ref)
    return record is None or record.cancelled


def _keep_token(
    run: Run, calendar: CalendarReading, changes: EventChanges, gone: list[CalendarEvent]
) -> None:
    """Only now that all of the reading is committed may the next one go on from its end (L4).

    Where nothing had changed the old token is as good, and nothing is written.
    """
    if not (changes.events or changes.complete):
        return
    with transaction.atomic():
        run.counts.gone += rows.remove(gone, run.now)
        calendar.token = changes.next_token
        if changes.complete:
            calendar.whole_at = run.now
        calendar.save(update_fields=["token", "whole_at"])


def _well(run: Run, calendar: CalendarReading) -> None:
    """The reading came to its end: pauses that were for its sake are over."""
    troubled = Q(failed_at__isnull=False) | Q(hinted_at__lte=run.now)
    CalendarReading.objects.filter(troubled, pk=calendar.pk).update(failed_at=None, error="", hinted_at=None)
    paused = CalendarPairing.objects.filter(account=run.account, ref=calendar.ref, paused_at__isnull=False)
    paused.update(paused_at=None, paused_reason="")


def _failed(run: Run, ref: str, error: VendorError) -> None:
    run.failure = run.failure or error
    run.notes.append(f"{ref}: {error.text}" if isinstance(error, Refused) else error.text)
    CalendarReading.objects.filter(account=run.account, ref=ref).update(failed_at=run.now, error=error.text)
    older = Q(paused_at=None) | Q(paused_at__lte=F("account__resumed_at"))  # of before it was used again
    pairings = CalendarPairing.objects.filter(older, account=run.account)
    if isinstance(error, Misconfigured):
        pairings.update(paused_at=run.now, paused_reason=error.text)
    elif isinstance(error, Missing):
        words = "The calendar is not there, or not shared with the account any more."
        pairings.filter(ref=ref).update(paused_at=run.now, paused_reason=words)


def _end(run: Run) -> SyncRun:
    row, counts = run.row, run.counts
    row.state = _state(run)
    row.finished_at = run.now + timedelta(seconds=time.monotonic() - run.began)
    row.seen, row.created, row.updated, row.gone = counts.seen, counts.created, counts.updated, counts.gone
    row.error = " ".join(_sentences(run.notes))
    row.read = [{CALENDAR: ref} for ref in run.well]
    row.save()
    row.failure = run.failure
    return row


def _state(run: Run) -> RunState:
    if run.failure is not None:
        return RunState.FAILED
    return RunState.STOPPED if run.doubted else RunState.OK


def _sentences(notes: Iterable[str]) -> Iterable[str]:
    return dict.fromkeys(notes)
