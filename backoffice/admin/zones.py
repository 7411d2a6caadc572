"""Whose clock a row is read on: its venue's, else its account's."""

from __future__ import annotations

from collections.abc import Iterable
from functools import singledispatch
from typing import Any
from zoneinfo import ZoneInfo

from backoffice.models import (
    AccessGrant,
    Block,
    Booking,
    CalendarPairing,
    Conflict,
    Door,
    EntryEvent,
    Feed,
    Finding,
    Fob,
    FobLoan,
    IssuedCode,
    Notice,
    Occurrence,
    Override,
    Resource,
    Room,
    StaffAct,
    VendorAccount,
    Venue,
)
from backoffice.models.places import CENTRAL
from backoffice.wording import zone_of


def zone_of_row(row: Any) -> ZoneInfo:
    """The zone of the venue that a row is about; of its account where it is about no venue."""
    venue = venue_of(row)
    if venue is not None:
        return zone_of(venue)
    account = row if isinstance(row, VendorAccount) else getattr(row, "account", None)
    return ZoneInfo(account.timezone if account else CENTRAL)


def common_zone(rows: Iterable[Any]) -> ZoneInfo:
    """The zone that all rows share; UTC where they do not, so that one text means one instant."""
    zones = {zone_of_row(row).key for row in rows}
    return ZoneInfo(zones.pop()) if len(zones) == 1 else ZoneInfo("UTC")


@singledispatch
def venue_of(row: Any) -> Venue | None:
    """The venue that a row is about; None where there is none."""
    del row
    return None


@venue_of.register
def _(row: Venue) -> Venue:
    return row


@venue_of.register
def _(row: Fob) -> Venue | None:
    return row.venue


@venue_of.register
def _(row: Block) -> Venue | None:
    return row.room.venue


@venue_of.register
def _(row: Door | Room) -> Venue | None:
    return row.venue


@venue_of.register
def _(row: Resource | CalendarPairing) -> Venue | None:
    return row.room.venue if row.room else None


@venue_of.register
def _(row: Occurrence) -> Venue | None:
    return venue_of(row.resource)


@venue_of.register
def _(row: AccessGrant | IssuedCode | EntryEvent) -> Venue | None:
    return row.door.venue if row.door else None


@venue_of.register
def _(row: FobLoan) -> Venue | None:
    return venue_of(row.grant)


@venue_of.register
def _(row: Booking) -> Venue | None:
    places = (venue_of(occurrence) for occurrence in row.occurrences.all())
    return next((venue for venue in places if venue), None)


@venue_of.register
def _(row: Override) -> Venue | None:
    return _about(row.door, row.grant, row.booking)


@venue_of.register
def _(row: Finding) -> Venue | None:
    return _about(row.door, row.grant, row.room, row.booking)


@venue_of.register
def _(row: Conflict) -> Venue | None:
    return _about(row.room, row.door, row.first)


@venue_of.register
def _(row: Feed) -> Venue | None:
    return row.venue


@venue_of.register
def _(row: Notice | StaffAct) -> Venue | None:
    return _about(row.grant, row.booking)


def _about(*rows: Any) -> Venue | None:
    venues = (venue_of(row) for row in rows if row is not None)
    return next((venue for venue in venues if venue), None)
