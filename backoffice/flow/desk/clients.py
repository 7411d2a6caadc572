"""The clients of accounts at which staff write, in the shape that this step needs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar, runtime_checkable

from backoffice import accounts
from backoffice.models import VendorAccount
from backoffice.word import NotPossible
from integrations.errors import Misconfigured, VendorError
from integrations.types import BookingSource, ReservationDesk, RoomCalendar

Read = TypeVar("Read")


@runtime_checkable
class Reservations(BookingSource, ReservationDesk, RoomCalendar, Protocol):
    """A booking source at which staff make reservations in the hours that a room is offered at."""


def usable(account: VendorAccount) -> None:
    """NotPossible, in words, for an account of which nothing may be asked now."""
    if account.stopped_at or not account.enabled:
        how = "stopped" if account.stopped_at else "switched off"
        raise NotPossible(f"{account} is {how}: nothing can be read or written there.")


def reservations(account: VendorAccount) -> Reservations:
    """The desk of an account; NotPossible where its vendor has none, or it is not usable."""
    usable(account)
    client = read(account, lambda: accounts.booking_source(account))
    if not isinstance(client, Reservations):
        raise NotPossible(f"{account.profile.label} takes no reservations from here.")
    return client


def calendar(account: VendorAccount) -> RoomCalendar:
    """The room calendar of an account; NotPossible where its vendor has none, or it is not usable."""
    usable(account)
    client = read(account, lambda: accounts.booking_source(account))
    if not isinstance(client, RoomCalendar):
        raise NotPossible(f"{account.profile.label} lets nobody set a room's week from here.")
    return client


def read(account: VendorAccount, ask: Callable[[], Read]) -> Read:
    """What a reading before a write gives; NotPossible in the vendor's words: nothing is sent."""
    try:
        return ask()
    except Misconfigured as error:
        raise NotPossible(f"{account} cannot be used: {error.text}. Nothing was changed.") from None
    except VendorError as error:
        label = account.profile.label
        raise NotPossible(f"{label} could not be read: {error.text}. Nothing was changed.") from None
