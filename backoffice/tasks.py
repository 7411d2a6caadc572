"""The arrows: the only place where one step leads to the next.

Rows are the queue: every task finds what is due by itself, so a lost message costs one tick and a
repeated one nothing. A refresh or a message is followed by plan → issue → deliver → audit.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from celery import shared_task
from celery.contrib.django.task import DjangoTask

from backoffice import accounts
from backoffice.clock import now as clock
from backoffice.flow import audit, calendars, channels, conflicts, deliver, desk, grant, inbox, issue, mirror
from backoffice.models import Door, IssuedCode, SyncRun, VendorAccount, VendorWrite, WebhookMessage
from backoffice.states import RunState, WriteState
from integrations.errors import Misconfigured, VendorError
from integrations.types import BookingSource, LockMemory, Role, SlotSource

logger = logging.getLogger(__name__)


@shared_task(base=DjangoTask)
def tick() -> None:
    """Find in rows what is due and wake somebody up for it: Celery beat's only entry."""
    for message in inbox.waiting(clock()):
        process_message.delay(message.pk)
    for account in due_accounts(clock()):
        refresh_account.delay(account.pk)
    follow.delay()


@shared_task(base=DjangoTask)
def refresh_account(pk: int, full: bool = False, accept_loss: bool = False) -> None:  # noqa: FBT001, FBT002 a task's arguments are plain
    """Read one account, let the rest follow; `accept_loss` is staff's word that what is missing is gone."""
    account = VendorAccount.objects.get(pk=pk)
    with accounts.exclusive(f"refresh {pk}", wait=60 if accept_loss else 0) as mine:
        if mine:
            refresh(account, full=full, accept_loss=accept_loss)
    follow.delay()


@shared_task(base=DjangoTask)
def process_message(pk: int) -> None:
    """Open one webhook message, mirror what it is about, let the rest follow, mark it read."""
    message = WebhookMessage.objects.select_related("account").get(pk=pk)
    with accounts.exclusive(f"message {pk}", wait=0) as mine:
        if mine:
            read_message(message)
    follow.delay()


@shared_task(base=DjangoTask)
def read_memory(pk: int, door: int | None = None) -> None:
    """Read what one lock of an account has noted, or all of its locks."""
    account = VendorAccount.objects.get(pk=pk)
    with accounts.exclusive(f"memory {pk}", wait=60) as mine:
        if mine:
            learn_memory(account, None if door is None else Door.objects.filter(pk=door, account=account))
    follow.delay()


@shared_task(base=DjangoTask)
def follow() -> None:
    """Plan, issue, deliver, audit: what follows a change of bookings, of staff's word, or of time.

    One at a time: whoever comes second would find nothing left to do.
    """
    with accounts.exclusive("follow", wait=20) as mine:
        if mine:
            follow_up()


def take_over(write: VendorWrite) -> None:
    """Mirror at once what a source was made to write, so that staff see it, and wake what follows.

    Of a write in doubt that has no number the whole account is read. A source that does not answer now is
    read again by its next poll.
    """
    account = write.account
    if write.state == WriteState.REFUSED:
        return
    desk.forget(account)
    if write.resource and not write.ref:
        refresh_account.delay_on_commit(account.pk)
        return
    try:
        _mirror(write, clock())
    except VendorError as error:
        logger.warning("after a write at %s: %s", account.slug, error.text)
    desk.link(write)
    follow.delay_on_commit()


def _mirror(write: VendorWrite, now: datetime) -> None:
    source = accounts.booking_source(write.account)
    if write.resource is None or write.asked.get("customer"):  # a booking may bring a new customer
        mirror.refresh_people(write.account, source, now)
    if write.resource:
        mirror.refresh_booking(write.account, source, write.resource.ref, write.ref, now)


def sync(chosen: Iterable[VendorAccount]) -> dict[str, dict[str, Any]]:
    """The whole flow once, in this process: messages, refresh, plan, issue, deliver, audit.

    A report per account: status (ok, failed, stopped, skipped), counts, error. An account whose listings are
    paid for is read again only when its poll interval has passed.
    """
    slugs = {account.slug: account for account in chosen}
    for message in inbox.waiting(clock()):
        if message.account.slug in slugs:
            read_message(message)
    reports = {slug: _refreshed(account) for slug, account in slugs.items()}
    with accounts.exclusive("follow", wait=120):
        changed = follow_up(wait=120)
    for account in changed:  # what was made there is mirrored now, not by the next reading
        if account.slug in reports and not account.profile.budgets:
            _add(reports[account.slug], _report(account, refresh(account)))
    for slug, account in slugs.items():
        account.refresh_from_db()
        if account.stopped_at and reports[slug]["status"] == "ok":
            reports[slug] |= {"status": "failed", "error": account.stopped_reason}
    return reports


def _refreshed(account: VendorAccount) -> dict[str, Any]:
    account.refresh_from_db()
    if account.profile.budgets and account not in due_accounts(clock()):
        return _report(account, None)
    with accounts.exclusive(f"refresh {account.pk}", wait=120):
        whole = account.profile.role != Role.CALENDAR  # a calendar tells all that changed since its token
        return _report(account, refresh(account, full=whole))


def _report(account: VendorAccount, run: SyncRun | None) -> dict[str, Any]:
    counts = {name: getattr(run, name) if run else 0 for name in ("seen", "created", "updated", "gone")}
    if run:
        return {"status": run.state, **counts, "error": run.error or None}
    if account.stopped_at:
        return {"status": "failed", **counts, "error": account.stopped_reason}
    read = account.enabled and _mirrored(account)
    return {"status": "ok" if read else "skipped", **counts, "error": None}


def _add(report: dict[str, Any], again: dict[str, Any]) -> None:
    """A second reading in the same sync: its changes count too, and so does its failure."""
    for name in ("created", "updated", "gone"):
        report[name] += again[name]
    if report["status"] == "ok":
        report |= {name: again[name] for name in ("status", "seen", "error")}


# ----------------------------------------------------------------- the same arrows for one process, in order


def refresh(account: VendorAccount, *, full: bool = False, accept_loss: bool = False) -> SyncRun | None:
    """Read one account whole (`full`) or what is due of it; None when it is stopped, off or of another role.

    What went wrong is in the run; an account whose settings are wrong stops.
    """
    if account.stopped_at or not account.enabled or not _mirrored(account):
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
        _guarded(account, lambda a: bool(calendars.watch(a, client, accounts.hook_address(a), now)))
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


def follow_up(wait: float = 0.0) -> list[VendorAccount]:
    """Plan, issue, conflicts, deliver, audit, once each; gives the accounts at which a code came or went."""
    channels.recognise()  # before any plan: our own block is nobody's booking
    grant.replan(clock())
    changed = [account for account in _with(Role.ACCESS) if _guarded(account, lambda a: _issue(a, wait))]
    if grant.replan(clock()).planned:  # what the vendor refused, or the guest did not take, has another way
        again = [account for account in _with(Role.ACCESS) if _guarded(account, lambda a: _issue(a, wait))]
        changed += [account for account in again if account not in changed]
    _keep_channels(wait)
    conflicts.detect(clock())
    deliver.deliver(clock())
    for account in VendorAccount.objects.filter(pk__in=desk.looks.doubtful(clock()).values("account")):
        _guarded(account, _look_again)
    for account in _with(Role.ACCESS):
        if audit.memory_due(account, clock()):
            learn_memory(account)
    audit.findings(clock())
    return changed


def _look_again(account: VendorAccount) -> bool:
    """Look for what staff had the source write and it did not answer; what was done is mirrored."""
    writes = list(desk.looks.doubtful(clock()).filter(account=account))
    done = desk.looks.look(account, writes, clock())
    for write in done:
        _mirror(write, clock())
        desk.link(write)
    return bool(done)


def _keep_channels(wait: float) -> None:
    """What people did at the channels, the slots there, what is to be blocked, and the blocks themselves."""
    channels.listen(clock())
    for account in _channels():
        _guarded(account, _obey)
        _guarded(account, _read_slots)
    channels.plan(clock())
    for account in _channels():
        _guarded(account, lambda a: _write_blocks(a, wait))


def _channels() -> list[VendorAccount]:
    return [*_with(Role.BOOKINGS), *_with(Role.CALENDAR)]


def _read_slots(account: VendorAccount) -> bool:
    due = channels.slots_due(account, clock()) if "slots" in account.profile.desk else []
    if not due:
        return False
    source = accounts.booking_source(account)
    return isinstance(source, SlotSource) and bool(channels.read_slots(source, due, clock()))


def _write_blocks(account: VendorAccount, wait: float) -> bool:
    if not channels.due(account, clock()).exists():
        return False
    done = channels.write_due(account, _channel(account), clock(), wait)
    return bool(done.written or done.removed)


def _obey(account: VendorAccount) -> bool:
    """Put to the source of a booking what a person ordered in a calendar that goes both ways."""
    for wish in channels.wishes(account, clock()):
        word = desk.RuleWord(wish.rule, wish.reason, clock())
        ask = desk.Ask(account, wish.verb, wish.subject, resource=wish.resource, booking=wish.booking)
        client = _channel(account)
        write = desk.carry_out(ask, word, partial(channels.put, wish, client))
        if write.state == WriteState.DONE and isinstance(client, BookingSource):
            mirror.refresh_booking(account, client, wish.resource.ref, wish.booking.ref, clock())
        elif write.state == WriteState.DONE:
            calendars.take(account, clock())
        channels.answered(wish, write.state, write.text, clock())
    return False


def _channel(account: VendorAccount) -> Any:
    if account.profile.role == Role.CALENDAR:
        return accounts.calendar(account)
    return accounts.booking_source(account)


def _issue(account: VendorAccount, wait: float) -> bool:
    issue.wake(account, clock())
    codes = IssuedCode.objects.filter(issue.due(account, clock()))
    if not (codes.exists() or issue.fobs_due(account, clock())):
        return False
    done = issue.issue_due(account, accounts.access_provider(account), clock(), wait)
    return bool(done.issued or done.revoked)


def _guarded(account: VendorAccount, step: Callable[[VendorAccount], bool]) -> bool:
    """One account's trouble is not the others'."""
    try:
        return step(account)
    except Misconfigured as error:
        accounts.stop(account, error.text, clock())
    except VendorError as error:
        logger.warning("%s: %s", account.slug, error.text)
    return False


def _with(role: Role) -> Iterable[VendorAccount]:
    return [a for a in VendorAccount.objects.filter(enabled=True, stopped_at=None) if a.profile.role == role]


def _mirrored(account: VendorAccount) -> bool:
    """Is there anything to be read? A calendar only once a pairing with it was activated."""
    if account.profile.role == Role.CALENDAR:
        return account.pairings.filter(activated_at__isnull=False).exists()
    return account.profile.connect is not None


def due_accounts(now: datetime) -> list[VendorAccount]:
    """The accounts whose last reading began longer ago than their poll interval."""
    usable = VendorAccount.objects.filter(enabled=True, stopped_at=None)
    due = []
    for account in usable:
        if not _mirrored(account):
            continue
        since = now - timedelta(minutes=account.poll_minutes)
        recent = SyncRun.objects.filter(account=account, kind__in=("poll", "full"), started_at__gt=since)
        if not recent.exists():
            due.append(account)
    return due
