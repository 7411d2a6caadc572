"""Bookings read from their source: windows by poll, one booking by message."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from backoffice.flow.mirror import applying, evidence, known, newer, schedule
from backoffice.flow.mirror.clues import Clues
from backoffice.flow.mirror.drafts import Desk
from backoffice.flow.mirror.places import readable_refs, refresh_customers, refresh_resources
from backoffice.flow.mirror.runs import Run, begin
from backoffice.models import Booking, SyncRun, VendorAccount
from backoffice.states import RunState
from integrations.errors import Missing, VendorError
from integrations.types import BookingSource, Window


def refresh_bookings(
    account: VendorAccount,
    source: BookingSource,
    now: datetime,
    *,
    full: bool = False,
    accept_loss: bool = False,
) -> SyncRun:
    """Mirror the account's resources, customers and the bookings of the windows that are due.

    `full` reads all windows, and so does a run after a long silence. A run that would lose too much removes
    nothing and is STOPPED; `accept_loss` is staff's word that the loss is real. An error of the vendor makes
    the run FAILED: what was applied before it stays, nothing is removed, the error itself is in `failure`.
    """
    full = full or not _read_lately(account, now)
    run = begin(account, "full" if full else "poll", now, accept_loss=accept_loss)
    try:
        _refresh(run, Desk(run, source), full=full)
    except VendorError as error:
        return run.fail(error)
    return run.end()


def refresh_booking(
    account: VendorAccount, source: BookingSource, resource_ref: str, ref: str, now: datetime
) -> SyncRun:
    """Mirror one booking as it is now; when the source says that there is none, it is gone at once.

    A booking that was moved to another resource is asked for there, too, for old messages come late. Raises
    VendorError, after the run has been written as FAILED, so that whoever asked can try again.
    """
    run = begin(account, "message", now)
    booking = Booking.objects.filter(account=account, ref=ref).first()
    try:
        desk = Desk(run, source)
        desk.learn()
        record = evidence.ask(source, _resource_refs(resource_ref, booking), ref)
        run.asked.add(ref)
        newer.tell(run)
        if record is not None:
            evidence.take(run, desk, record)
        elif booking is not None:
            evidence.remove(run, bookings=[booking.pk])
    except VendorError as error:
        run.fail(error)
        raise
    return run.end()


def refresh_people(account: VendorAccount, source: BookingSource, now: datetime) -> SyncRun:
    """Mirror the account's customers alone, as after one was written; FAILED as `refresh_bookings`."""
    run = begin(account, "people", now)
    try:
        refresh_customers(run, source)
    except VendorError as error:
        return run.fail(error)
    return run.end()


def _refresh(run: Run, desk: Desk, *, full: bool) -> None:
    refresh_resources(run, desk.source)
    refresh_customers(run, desk.source)
    desk.learn()
    windows = list(_windows(run, desk.source))
    today = _today(run.account, run.now)
    poll = schedule.poll_number(run.now, run.account.poll_minutes)
    due = [window for window in windows if full or schedule.due(window, today, poll)]
    clues = Clues.of(run.account, run.now, due)
    _read_all(run, desk, due, clues)
    if len(due) == len(windows):
        run.listed |= {"booking", "occurrence"}
    if not run.doubted:
        evidence.weigh(run, desk, clues, turn=poll)


def _windows(run: Run, source: BookingSource) -> Iterable[Window]:
    today = _today(run.account, run.now)
    first = today - timedelta(days=run.account.lookback_days)
    last = today + timedelta(days=run.account.horizon_days)
    return source.windows(readable_refs(run.account), first, last)


def _read_all(run: Run, desk: Desk, windows: Iterable[Window], clues: Clues) -> None:
    """Read and apply window by window; one that the vendor does not know keeps none of the others back."""
    unknown: VendorError | None = None
    for window in windows:
        try:
            _read(run, desk, window, clues)
        except Missing as error:
            unknown = unknown or error
    if unknown:
        raise unknown


def _read(run: Run, desk: Desk, window: Window, clues: Clues) -> None:
    reading = desk.source.read(window)
    run.windows.append(window)
    newer.tell(run)
    run.reject(reading.rejected)
    records = desk.writable(reading.bookings)
    run.seen.update(records)
    compared = known.compare(run.account, {ref: desk.digest(record) for ref, record in records.items()})
    changed = (record for ref, record in records.items() if ref in compared.changed)
    left = applying.apply(run, desk.drafts(changed))
    clues.add(reading, compared.told, left)


def _read_lately(account: VendorAccount, now: datetime) -> bool:
    """Has the account been read within one round of its far days?"""
    since = now - timedelta(minutes=schedule.FAR_ROUND * account.poll_minutes)
    good = (RunState.OK, RunState.STOPPED)
    runs = SyncRun.objects.filter(account=account, kind__in=("poll", "full"), state__in=good)
    return runs.filter(started_at__gt=since).exists()


def _resource_refs(told: str, booking: Booking | None) -> list[str]:
    """Where to look for a booking: where a message says that it is, then where it was known to be."""
    known: Iterable[str] = ()
    if booking is not None:
        live = booking.occurrences.filter(gone_at=None).order_by("resource__ref")
        known = live.values_list("resource__ref", flat=True)
    return [ref for ref in dict.fromkeys([told, *known]) if ref] or [told]


def _today(account: VendorAccount, now: datetime) -> date:
    return now.astimezone(ZoneInfo(account.timezone)).date()
