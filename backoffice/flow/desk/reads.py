"""What a source tells staff now and nothing mirrors: invoices, stock, opening times, free times.

An answer is kept for a minute; when the source does not answer, the last one is shown with its time.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Generic, TypeVar

from django.core.cache import cache

from backoffice import accounts
from backoffice.models import Booking, Customer, Resource, VendorAccount
from integrations.errors import Misconfigured, NotReleased, VendorError
from integrations.types import (
    BookingDesk,
    Catalogue,
    FieldRecord,
    FreeQuery,
    InvoiceRecord,
    OccasionRecord,
    PlaceDetail,
    Slots,
    StockRecord,
    WithCatalogue,
)

FRESH = timedelta(minutes=1)
PATIENCE = timedelta(seconds=20)  # after a failure the source is left alone for so long
KEPT = 24 * 60 * 60  # seconds that a last answer is kept
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Told(Generic[T]):
    """What a source told: `at` is when (None = never), `trouble` why it could not be asked just now."""

    value: T | None
    at: datetime | None
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer in the cache, or a failure after one."""

    value: Any
    at: datetime | None
    failed_at: datetime | None = None
    trouble: str = ""


def invoices(account: VendorAccount, now: datetime) -> Told[tuple[InvoiceRecord, ...]]:
    """All invoices of an account, times in UTC; labels in the source's language (B-C22)."""
    return _told(account, "invoices", now, lambda: _bare(_desk(account).invoices().records))


def invoices_of(row: Booking | Customer, now: datetime) -> Told[tuple[InvoiceRecord, ...]]:
    """The invoices of a booking or of a customer."""
    told = invoices(row.account, now)
    if told.value is None:
        return told
    mine = (
        (each for each in told.value if row.ref in each.booking_refs)
        if isinstance(row, Booking)
        else (each for each in told.value if each.customer_ref == row.ref)
    )
    return replace(told, value=tuple(mine))


def stock(account: VendorAccount, now: datetime) -> Told[tuple[StockRecord, ...]]:
    """Things and services that can be booked along at an account (section 3.8)."""
    return _told(account, "stock", now, lambda: _bare(_catalogue(account).stock().records))


def booked_along(booking: Booking, now: datetime) -> Told[tuple[StockRecord, ...]]:
    """Things and services of a booking; none for a booking that the source does not know."""
    name = f"along {booking.ref}"
    return _told(
        booking.account, name, now, lambda: _bare(_catalogue(booking.account).booked_along(booking.ref) or ())
    )


def place(resource: Resource, now: datetime) -> Told[PlaceDetail]:
    """When a resource is open today, and its holidays, on the account's clock; no value: it is unknown."""

    def ask() -> PlaceDetail | None:
        found = _catalogue(resource.account).place(resource.parent_ref or resource.ref)
        return replace(found, raw={}) if found else None

    return _told(resource.account, f"place {resource.parent_ref or resource.ref}", now, ask)


def fields(account: VendorAccount, now: datetime) -> Told[tuple[FieldRecord, ...]]:
    """The custom fields by which free resources can be chosen."""
    return _told(account, "fields", now, lambda: _catalogue(account).fields().records)


def owner(account: VendorAccount, now: datetime) -> Told[Mapping[str, str]]:
    """Whose account it is, in the source's words."""
    return _told(account, "owner", now, lambda: dict(_catalogue(account).owner()))


def occasions(
    account: VendorAccount, first: date, last: date, now: datetime
) -> Told[tuple[OccasionRecord, ...]]:
    """What takes place from day to day, on the account's clock."""
    name = f"occasions {first} {last}"
    return _told(account, name, now, lambda: _bare(_catalogue(account).occasions(first, last).records))


def occasion(account: VendorAccount, ref: str, now: datetime) -> Told[OccasionRecord]:
    """One of them with its bookings and documents; no value: it is unknown."""

    def ask() -> OccasionRecord | None:
        found = _catalogue(account).occasion(ref)
        return replace(found, raw={}) if found else None

    return _told(account, f"occasion {ref}", now, ask)


def free(account: VendorAccount, query: FreeQuery, now: datetime) -> Told[Mapping[str, Slots]]:
    """Free times by resource and day, on the account's clock, by all filters that the source has."""
    return _told(account, f"free {query}", now, lambda: dict(_catalogue(account).free(query)))


def forget(account: VendorAccount) -> None:
    """Something was written there: what it told before is asked for again."""
    cache.set(_turn(account), cache.get(_turn(account), 0) + 1, None)


def _told(account: VendorAccount, name: str, now: datetime, ask: Callable[[], T | None]) -> Told[T]:
    """The answer of the last minute, or a new one, or the last one with what is wrong now."""
    key = _key(account, name)
    kept: Kept = cache.get(key) or Kept(None, None)
    if kept.at and now - kept.at < FRESH:
        return Told(kept.value, kept.at)
    if kept.failed_at and now - kept.failed_at < PATIENCE:
        return Told(kept.value, kept.at, kept.trouble)
    if off := _off(account):
        return Told(kept.value, kept.at, off)
    try:
        kept = Kept(ask(), now)
    except VendorError as error:
        kept = Kept(kept.value, kept.at, now, _trouble(account, error))
    cache.set(key, kept, KEPT)
    return Told(kept.value, kept.at, kept.trouble)


def _off(account: VendorAccount) -> str:
    if account.stopped_at:
        return f"{account} is stopped: {account.stopped_reason}"
    return "" if account.enabled else f"{account} is switched off."


def _trouble(account: VendorAccount, error: VendorError) -> str:
    """Why there is no answer now, and what can be done."""
    label = account.profile.label
    if isinstance(error, NotReleased):
        return f"{label} does not tell this: {error.text}"
    if isinstance(error, Misconfigured):
        return f"{label} does not accept the account's settings: {error.text}. A manager must look at them."
    return f"{label} could not be asked just now: {error.text}."


def _catalogue(account: VendorAccount) -> Catalogue:
    client = accounts.booking_source(account)
    if not isinstance(client, WithCatalogue):
        raise NotReleased("there is no such call")
    return client.catalogue


def _desk(account: VendorAccount) -> BookingDesk:
    client = accounts.booking_source(account)
    if not isinstance(client, BookingDesk):
        raise NotReleased("there is no such call")
    return client


def _bare(records: Any) -> Any:
    """Records without the answer as it came, which may hold a guest's contact."""
    return tuple(replace(each, raw={}) for each in records)


def _key(account: VendorAccount, name: str) -> str:
    text = f"{cache.get(_turn(account), 0)} {name}"
    return f"told:{account.pk}:{hashlib.sha256(text.encode()).hexdigest()}"


def _turn(account: VendorAccount) -> str:
    return f"told:{account.pk}:turn"
