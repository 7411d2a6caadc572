"""Webhook messages: kept at once, opened, applied, and marked read only when that is committed."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from backoffice.models import VendorAccount, WebhookMessage
from backoffice.states import MessageState, move
from integrations.errors import Garbled, Misconfigured, Missing, Unavailable, VendorError
from integrations.types import BookingSource

LONGEST_REF = 100
FIRST_RETRY, LAST_RETRY = timedelta(seconds=15), timedelta(hours=1)
GARBLED_TRIES = 8  # then somebody must look at what the vendor sends
ABOUT_BOOKINGS = ("add", "edit", "delete")
HARMLESS = ("test",)
UNKNOWN = "Nobody knows this action: nothing was done."


def keep(account: VendorAccount, message_ref: str, now: datetime) -> WebhookMessage | None:
    """Keep a message by its id, before anything is done about it; None when it is known and done.

    One that is known and not done is given back, and one that had failed is tried again: the vendor sends it
    anew, so it may well be readable now. ValueError for an id that is empty or too long.
    """
    if not 0 < len(message_ref) <= LONGEST_REF:
        raise ValueError("a message's id has 1 to 100 characters")
    message, _ = WebhookMessage.objects.get_or_create(
        account=account, ref=message_ref, defaults={"received_at": now}
    )
    if message.state == MessageState.ACKNOWLEDGED:
        return None
    if message.state == MessageState.FAILED:
        again = MessageState.APPLIED if message.applied_at else MessageState.RECEIVED
        move(message, again, attempts=0, next_try_at=None, error="")
    return message


def open(message: WebhookMessage, source: BookingSource, now: datetime) -> bool:  # noqa: A001 what it is
    """Fetch the message, once, and note what it is about; is there a booking to be mirrored?

    Only the ids in it are used: its booking is a snapshot of when the message was made. A test, or an action
    that nobody knows, has no `booking_ref`; the latter is said in `error`. Raises VendorError.
    """
    message.refresh_from_db()
    if message.applied_at or message.state == MessageState.ACKNOWLEDGED:
        return False
    if message.action:
        return bool(message.booking_ref)
    fetched = source.message(message.ref)
    known = fetched.action in ABOUT_BOOKINGS
    message.action = fetched.action[:40] or "?"
    message.resource_ref = fetched.resource_ref[:100] if known else ""
    message.booking_ref = fetched.booking_ref[:100] if known else ""
    message.raw = dict(fetched.raw)
    message.error = _note(message)
    message.save(update_fields=["action", "resource_ref", "booking_ref", "raw", "error"])
    return bool(message.booking_ref)


def applied(message: WebhookMessage, now: datetime) -> bool:
    """Note that what the message is about has been mirrored and committed; False if it had been before."""
    done = {"applied_at": now, "attempts": 0, "next_try_at": None, "error": _note(message)}
    return move(message, MessageState.APPLIED, **done)


def acknowledge(message: WebhookMessage, source: BookingSource, now: datetime) -> bool:
    """Mark an applied message as read at the vendor; False when there is nothing to mark.

    A message that the vendor no longer has need not be marked. Otherwise raises VendorError: hand it to
    `failed`, and the marking alone is tried again.
    """
    message.refresh_from_db()
    if message.state != MessageState.APPLIED:
        return False
    with suppress(Missing):
        source.acknowledge(message.ref)
    done = {"acknowledged_at": now, "next_try_at": None, "error": _note(message)}
    return move(message, MessageState.ACKNOWLEDGED, **done)


def failed(message: WebhookMessage, error: VendorError, now: datetime) -> None:
    """Note what went wrong: tried again later when that may help, else FAILED with the vendor's words."""
    message.refresh_from_db()
    if message.state not in (MessageState.RECEIVED, MessageState.APPLIED):
        return
    attempts = message.attempts + 1
    passing = isinstance(error, (Unavailable, Misconfigured))  # a stopped account's messages wait for it
    if not passing and not (isinstance(error, Garbled) and attempts < GARBLED_TRIES):
        move(message, MessageState.FAILED, attempts=attempts, next_try_at=None, error=error.text)
        return
    message.attempts, message.error = attempts, error.text
    message.next_try_at = now + _pause(attempts, error.retry_after)
    message.save(update_fields=["attempts", "error", "next_try_at"])


def waiting(now: datetime) -> QuerySet[WebhookMessage]:
    """Messages to be opened or marked read now, oldest first, of accounts that are in use."""
    unfinished = WebhookMessage.objects.filter(state__in=(MessageState.RECEIVED, MessageState.APPLIED))
    usable = unfinished.filter(account__enabled=True, account__stopped_at=None)
    due = usable.filter(Q(next_try_at=None) | Q(next_try_at__lte=now))
    return due.select_related("account").order_by("received_at", "pk")


def _note(message: WebhookMessage) -> str:
    """What staff should know of a message that was read well."""
    return "" if message.action in (*ABOUT_BOOKINGS, *HARMLESS) else UNKNOWN


def _pause(attempts: int, retry_after: float | None) -> timedelta:
    doublings: int = min(attempts - 1, 20)
    pause = min(FIRST_RETRY * (1 << doublings), LAST_RETRY)
    return max(pause, timedelta(seconds=min(retry_after or 0.0, LAST_RETRY.total_seconds())))
