"""From the vendors into rows: one account, one message, one write of staff."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta

from backoffice import accounts
from backoffice.clock import now as clock
from backoffice.flow import audit, calendars, inbox, mirror
from backoffice.models import Door, SyncRun, VendorAccount, VendorWrite, WebhookMessage
from backoffice.states import RunState
from backoffice.tasks.guard import guarded
from integrations.errors import Misconfigured, VendorError
from integrations.types import LockMemory, Role

logger = logging.getLogger(__name__)


def refresh(account: VendorAccount, *, full: bool = False, accept_loss: bool = False) -> SyncRun | None:
    """Read one account whole (`full`) or what is due of it; None when it is stopped, off or of another role.

    What went wrong is in the run; an account whose settings are wrong stops.
    """
    if account.stopped_at or not account.enabled or not mirrored(account):
        return None
    now = clock()
    try:
        run = _read(account, now, full=full, accept_loss=accept_loss)
    except VendorError as error:  # a client could not even be made
        run = SyncRun.objects.create(
            account=account, state=RunState.FAILED, started_at=now, finished_at=clock(), error=error.text
        )
        run.failure = error
    if isinstance(run.failure, Misconfigured):
        accounts.stop(account, run.failure.text, now)
    return run


def _read(account: VendorAccount, now: datetime, *, full: bool, accept_loss: bool) -> SyncRun:
    if account.profile.role == Role.BOOKINGS:
        source = accounts.booking_source(account)
        return mirror.refresh_bookings(account, source, now, full=full, accept_loss=accept_loss)
    if account.profile.role == Role.CALENDAR:
        return _read_calendars(account, now, full=full, accept_loss=accept_loss)
    run = _refresh_doors(account, now, accept_loss=accept_loss)
    learn_events(account)
    return run


def _read_calendars(account: VendorAccount, now: datetime, *, full: bool, accept_loss: bool) -> SyncRun:
    client = accounts.calendar(account)
    run = calendars.read_calendars(account, client, now, full=full, accept_loss=accept_loss)
    if run.failure is None:
        guarded(account, lambda a: bool(calendars.watch(a, client, accounts.hook_address(a), now)))
    return run


def _refresh_doors(account: VendorAccount, now: datetime, *, accept_loss: bool) -> SyncRun:
    provider = accounts.access_provider(account)
    doors = Door.objects.filter(account=account, lock__has_key="model")
    models = doors.order_by().values_list("lock__model", flat=True).distinct()
    return mirror.refresh_directory(account, provider, now, sorted(models), accept_loss=accept_loss)


def learn_events(account: VendorAccount) -> None:
    """Ask one access provider what its doors reported, where it can tell."""
    if account.stopped_at or not account.enabled:
        return
    try:
        page = accounts.access_provider(account).events(audit.cursor(account))
        if page is not None:
            audit.learn(account, page, clock())
    except Misconfigured as error:
        accounts.stop(account, error.text, clock())
    except VendorError as error:
        logger.warning("events of %s: %s", account.slug, error.text)
        audit.unheard(account, error, clock())


def learn_memory(account: VendorAccount, chosen: Iterable[Door] | None = None) -> None:
    """Ask what locks have noted by themselves, those chosen or all; every page is a paid call."""
    if account.stopped_at or not account.enabled:
        return
    started, new, failure = clock(), 0, None
    try:
        provider = accounts.access_provider(account)
        doors = audit.doors_with_memory(account) if chosen is None else chosen
        if isinstance(provider, LockMemory):
            for door in doors:
                new += audit.remember(door, provider.audit(door.ref, audit.memory_cursor(door)), clock())
    except VendorError as error:
        failure = error
        if isinstance(error, Misconfigured):
            accounts.stop(account, error.text, clock())
    audit.read(account, started, new, failure)


def read_message(message: WebhookMessage) -> None:
    """Fetch a message, mirror its booking, and mark it read once that is committed."""
    account, now = message.account, clock()
    if account.stopped_at or not account.enabled:
        return
    try:
        source = accounts.booking_source(account)
        if inbox.open(message, source, now):
            mirror.refresh_booking(account, source, message.resource_ref, message.booking_ref, now)
        inbox.applied(message, clock())
        inbox.acknowledge(message, source, clock())
    except Misconfigured as error:
        accounts.stop(account, error.text, now)
        inbox.failed(message, error, now)
    except VendorError as error:
        inbox.failed(message, error, now)


def mirror_write(write: VendorWrite, now: datetime) -> None:
    """Mirror what a source was made to write; raises as its client does."""
    source = accounts.booking_source(write.account)
    if write.resource is None or write.asked.get("customer"):  # a booking may bring a new customer
        mirror.refresh_people(write.account, source, now)
    if write.resource:
        mirror.refresh_booking(write.account, source, write.resource.ref, write.ref, now)


def mirrored(account: VendorAccount) -> bool:
    """Is there anything to be read? A calendar only once a pairing with it was activated."""
    if account.profile.role == Role.CALENDAR:
        return account.pairings.filter(activated_at__isnull=False).exists()
    return account.profile.connect is not None


def due_accounts(now: datetime) -> list[VendorAccount]:
    """The accounts whose last reading began longer ago than their poll interval."""
    usable = VendorAccount.objects.filter(enabled=True, stopped_at=None)
    due = []
    for account in usable:
        if not mirrored(account):
            continue
        since = now - timedelta(minutes=account.poll_minutes)
        recent = SyncRun.objects.filter(account=account, kind__in=("poll", "full"), started_at__gt=since)
        if not recent.exists():
            due.append(account)
    return due
