"""From an account's row to a client: secrets, token, ledger of paid calls, locks, health."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Sum

from backoffice.clock import now as machine_time
from backoffice.models import PaidCall, VendorAccount
from integrations import registry
from integrations.errors import Misconfigured, OverBudget, Unavailable
from integrations.types import AccessProvider, BookingSource, Calendar, Settings

OPENING = "before Latchkey took over"
PAUSE = 0.05  # seconds between two tries for a lock


@dataclass(frozen=True, slots=True)
class Budget:
    """One counter of paid calls in one month (UTC)."""

    used: int
    quota: int

    @property
    def left(self) -> int:
        """How many calls may still be made."""
        return max(0, self.quota - self.used)


def booking_source(account: VendorAccount) -> BookingSource:
    """The client of a booking source's account; Misconfigured when a secret is missing."""
    return registry.booking_client(account.vendor, settings(account))


def calendar(account: VendorAccount) -> Calendar:
    """The client of a calendar account; Misconfigured when a secret is missing."""
    return registry.calendar_client(account.vendor, settings(account))


def access_provider(account: VendorAccount) -> AccessProvider:
    """The client of an access provider's account; Misconfigured when a secret is missing."""
    return registry.access_client(account.vendor, settings(account))


def settings(account: VendorAccount) -> Settings:
    """All that a client of this account gets; Misconfigured names the secret that is missing."""
    secrets = account.secrets or {}
    missing = [name for name in account.profile.secrets if not secrets.get(name)]
    if missing:
        raise Misconfigured(f"account {account.slug} has no {', '.join(missing)}: fill in its secrets")
    return Settings(
        slug=account.slug,
        base_url=account.base_url,
        timezone=account.timezone,
        secrets=secrets,
        options={**account.profile.default_options, **account.options},
        clock=machine_time,
        tokens=RowTokens(account.pk),
        meter=RowMeter(account.pk),
    )


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


# ------------------------------------------------------------------------------------------------ ledger


class RowMeter:
    """The ledger of an account's paid calls."""

    def __init__(self, pk: int) -> None:
        self._pk = pk

    def spend(self, counter: str, subject: str) -> None:
        """Write one call of `counter` before it is made; OverBudget when the month's quota is used up.

        A client may not undo it: whether a call that failed is paid, the vendor does not say.
        """
        now = machine_time()
        with transaction.atomic():
            account = VendorAccount.objects.select_for_update().get(pk=self._pk)
            budget = budgets(account, now).get(counter)
            if budget is not None and budget.left <= int(account.option(f"{counter}_reserve") or 0):
                raise OverBudget(
                    f"the {counter} budget of {account.slug} is spent: {budget.used} of {budget.quota} calls"
                    f" this month; after buying more raise its option {account.profile.budgets[counter]},"
                    " or wait for the next month"
                )
            PaidCall.objects.create(
                account=account, counter=counter, month=_month(now), at=now, subject=subject[:200]
            )


def budgets(account: VendorAccount, now: datetime) -> dict[str, Budget]:
    """The budgets of an account in the month of `now` (UTC), by counter; {} where no calls are paid."""
    names = account.profile.budgets
    if not names:
        return {}
    spent = (
        PaidCall.objects.filter(account=account, month=_month(now)).values("counter").annotate(n=Sum("calls"))
    )
    return budgets_of(account, {row["counter"]: row["n"] for row in spent})


def budgets_of(account: VendorAccount, used: Mapping[str, int]) -> dict[str, Budget]:
    """The budgets of an account when so many calls of each counter are used this month."""
    return {
        counter: Budget(used.get(counter, 0), int(account.option(option) or 0))
        for counter, option in account.profile.budgets.items()
    }


def take_over(account: VendorAccount, counter: str, calls: int, now: datetime) -> None:
    """Write into the ledger how many calls were spent this month before Latchkey came."""
    PaidCall.objects.update_or_create(
        account=account,
        counter=counter,
        month=_month(now),
        subject=OPENING,
        defaults={"calls": calls},
        create_defaults={"calls": calls, "at": now},
    )


def _month(now: datetime) -> date:
    return now.date().replace(day=1)


# ------------------------------------------------------------------------------------------------ health


def stop(account: VendorAccount, reason: str, now: datetime) -> None:
    """Ask the vendor nothing more until a person has changed the account."""
    stopped = VendorAccount.objects.filter(pk=account.pk, stopped_at=None)
    stopped.update(stopped_at=now, stopped_reason=reason)
    account.refresh_from_db(fields=["stopped_at", "stopped_reason"])


def resume(account: VendorAccount) -> None:
    """Let the account be asked again."""
    VendorAccount.objects.filter(pk=account.pk).update(stopped_at=None, stopped_reason="")
    account.refresh_from_db(fields=["stopped_at", "stopped_reason"])
