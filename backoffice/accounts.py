"""From an account's row to a client: secrets, token, ledger of paid calls, locks, health."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any

from backoffice.models import VendorAccount
from integrations.types import AccessProvider, BookingSource


def booking_source(account: VendorAccount) -> BookingSource:
    """The client of a booking source's account; Misconfigured when a secret is missing."""
    raise NotImplementedError


def access_provider(account: VendorAccount) -> AccessProvider:
    """The client of an access provider's account; Misconfigured when a secret is missing."""
    raise NotImplementedError


def exclusive(name: str, wait: float = 30.0) -> AbstractContextManager[bool]:
    """Be the only one, on all hosts, who holds `name`; gives False when others kept it for `wait` seconds."""
    raise NotImplementedError


def stop(account: VendorAccount, reason: str, now: datetime) -> None:
    """Ask the vendor nothing more until a person has changed the account."""
    raise NotImplementedError


def budgets(account: VendorAccount, now: datetime) -> dict[str, Any]:
    """Per counter: used, quota, left."""
    raise NotImplementedError
