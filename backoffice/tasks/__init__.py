"""The arrows: the only place where one step leads to the next.

Rows are the queue: every task finds what is due by itself, so a lost message costs one tick and a
repeated one nothing. A refresh or a message is followed by plan → issue → channels → deliver → audit.
The tasks are here; `reading` goes from vendors into rows, `following` from rows to vendors and guests,
`keeping` is what follows for channels, `syncing` is all of it once in one process.
"""

from __future__ import annotations

import logging

from celery import shared_task
from celery.contrib.django.task import DjangoTask

from backoffice import accounts
from backoffice.clock import now as clock
from backoffice.flow import calendars, desk, inbox
from backoffice.flow import prune as old
from backoffice.models import Door, VendorAccount, VendorWrite, WebhookMessage
from backoffice.states import WriteState
from backoffice.tasks.following import follow_up
from backoffice.tasks.reading import (
    due_accounts,
    learn_events,
    learn_memory,
    mirror_write,
    read_message,
    refresh,
)
from backoffice.tasks.syncing import sync
from integrations.errors import VendorError

__all__ = [
    "due_accounts",
    "follow",
    "follow_up",
    "free_rooms",
    "learn_events",
    "learn_memory",
    "process_message",
    "prune",
    "read_memory",
    "read_message",
    "refresh",
    "refresh_account",
    "sync",
    "take_over",
    "tick",
]

logger = logging.getLogger(__name__)


@shared_task(base=DjangoTask)
def tick() -> None:
    """Find in rows what is due and wake somebody up for it: Celery beat's only entry."""
    for message in inbox.waiting(clock()):
        process_message.delay(message.pk)
    for account in due_accounts(clock()):
        refresh_account.delay(account.pk)
    if old.due(clock()):
        prune.delay()
    follow.delay()


@shared_task(base=DjangoTask)
def prune() -> None:
    """Let go of what is old: once a day, by the age of the oldest reading."""
    with accounts.exclusive("prune", wait=0) as mine:
        if mine:
            old.prune(clock())


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
def free_rooms(pk: int) -> None:
    """Let go of what a calendar takes of rooms no longer paired with it; nothing is asked of it."""
    with accounts.exclusive(f"refresh {pk}", wait=60) as mine:
        if mine:
            calendars.take(VendorAccount.objects.get(pk=pk), clock())
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
        mirror_write(write, clock())
    except VendorError as error:
        logger.warning("after a write at %s: %s", account.slug, error.text)
    desk.link(write)
    follow.delay_on_commit()
