"""From an account's row to a client: secrets, token, ledger of paid calls, locks, health."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.conf import settings as conf
from django.db import connection, transaction

from backoffice.clock import now as machine_time
from backoffice.ledger import RowMeter
from backoffice.models import VendorAccount
from integrations import registry
from integrations.errors import RECONNECT, Misconfigured, Unavailable
from integrations.types import AccessProvider, BookingSource, Calendar, Settings

PAUSE = 0.05  # seconds between two tries for a lock


def booking_source(account: VendorAccount) -> BookingSource:
    """The client of a booking source's account; Misconfigured when a secret is missing."""
    return registry.booking_client(account.vendor, settings(account))


def calendar(account: VendorAccount) -> Calendar:
    """The client of a calendar account; Misconfigured when a secret is missing."""
    return registry.calendar_client(account.vendor, settings(account))


def access_provider(account: VendorAccount) -> AccessProvider:
    """The client of an access provider's account; Misconfigured when a secret is missing."""
    return registry.access_client(account.vendor, settings(account))


def hook_address(account: VendorAccount) -> str:
    """Where the account's vendor can tell us of changes; "" where we have no address that is public."""
    base = str(conf.PUBLIC_URL).rstrip("/")
    return f"{base}/hooks/{account.hook_token}/" if base else ""


def settings(account: VendorAccount, *, connecting: bool = False) -> Settings:
    """All that a client of this account gets; Misconfigured names the secret that is missing.

    `connecting`: what a manager's consent gives may be missing, for it is about to come.
    """
    if missing := _missing(account):
        raise Misconfigured(f"account {account.slug} has no {', '.join(missing)}: fill in its secrets")
    if not connecting and not connected(account):
        raise Misconfigured(f"account {account.slug} is not connected yet: a manager connects it on its page")
    return Settings(
        slug=account.slug,
        base_url=account.base_url,
        timezone=account.timezone,
        secrets=account.secrets or {},
        options={**account.profile.default_options, **account.options},
        clock=machine_time,
        tokens=RowTokens(account.pk),
        meter=RowMeter(account.pk),
    )


def _missing(account: VendorAccount) -> list[str]:
    """The secrets that a person is to enter and has not."""
    have = account.secrets or {}
    return [name for name in account.profile.entered if not have.get(name)]


def connected(account: VendorAccount) -> bool:
    """Are all secrets there, those that a consent gives, too? Whether they work only the vendor knows."""
    have = account.secrets or {}
    return all(have.get(name) for name in account.profile.secrets)


def keep_secrets(account: VendorAccount, given: Mapping[str, Any]) -> None:
    """Store secrets that a consent gave, while nobody renews the token whose place they take."""
    with RowTokens(account.pk).locked(), transaction.atomic():
        row = VendorAccount.objects.select_for_update().get(pk=account.pk)
        row.secrets = {**(row.secrets or {}), **given}
        row.save(update_fields=["secrets"])
    account.refresh_from_db(fields=["secrets"])


# ------------------------------------------------------------------------------------------------- locks


@contextmanager
def exclusive(name: str, wait: float = 30.0) -> Iterator[bool]:
    """Be the only one, on all hosts, who holds `name`; False when others kept it for `wait` seconds.

    A PostgreSQL session lock: it needs no transaction, and the database gives it back when the process
    that holds it dies. It needs a connection of its own, so no transaction pooling between us and it.
    """
    number = lock_number(name)
    held = _try_until(number, time.monotonic() + wait)
    try:
        yield held
    finally:
        if held and connection.connection is not None and not connection.needs_rollback:
            _ask("SELECT pg_advisory_unlock(%s)", number)


def lock_number(name: str) -> int:
    """The number under which PostgreSQL knows a lock of this name."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)


def _try_until(number: int, end: float) -> bool:
    while not _ask("SELECT pg_try_advisory_lock(%s)", number):
        if time.monotonic() >= end:
            return False
        time.sleep(PAUSE)
    return True


def _ask(sql: str, number: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(sql, [number])
        row = cursor.fetchone()
    return bool(row and row[0])


# ------------------------------------------------------------------------------------------------- token


class RowTokens:
    """An account's OAuth token, kept encrypted in its row."""

    def __init__(self, pk: int) -> None:
        self._pk = pk

    def load(self) -> Mapping[str, Any]:
        """The token as it is in the row now."""
        token = VendorAccount.objects.only("secrets").get(pk=self._pk).secrets.get("token")
        return token if isinstance(token, dict) else {}

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Let one refresh run at a time on all hosts; Unavailable when it takes others over a minute."""
        with exclusive(f"token {self._pk}", wait=60) as mine:
            if not mine:
                raise Unavailable("another process is renewing the token of this account")
            yield

    def save(self, token: Mapping[str, Any]) -> None:
        """Replace the token in the row, and nothing else."""
        with transaction.atomic():
            account = VendorAccount.objects.select_for_update().get(pk=self._pk)
            account.secrets = {**account.secrets, "token": dict(token)}
            account.save(update_fields=["secrets"])


# ------------------------------------------------------------------------------------------------ health


def to_reconnect(account: VendorAccount) -> bool:
    """Is it stopped until a manager consents at the vendor? Else it is its settings that are wrong."""
    if account.stopped_at is None or account.profile.consent is None:
        return False
    waits = not (_missing(account) or connected(account))
    return waits or RECONNECT in account.stopped_reason


def stop(account: VendorAccount, reason: str, now: datetime) -> None:
    """Ask the vendor nothing more until a person has changed the account."""
    stopped = VendorAccount.objects.filter(pk=account.pk, stopped_at=None)
    stopped.update(stopped_at=now, stopped_reason=reason)
    account.refresh_from_db(fields=["stopped_at", "stopped_reason"])


def resume(account: VendorAccount) -> None:
    """Let the account be asked again; what is known of it from before waits for the next reading."""
    again = {"stopped_at": None, "stopped_reason": "", "resumed_at": machine_time()}
    VendorAccount.objects.filter(pk=account.pk).update(**again)
    account.refresh_from_db(fields=list(again))
