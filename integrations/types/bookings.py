"""Bookings as plain values, and what a client of a booking source can do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol, runtime_checkable

from integrations.types.common import BookingStatus, Listing, Raw, Rejected


@dataclass(frozen=True, slots=True)
class ResourceRecord:
    """A bookable thing: a Lock.me room, a Locaboo resource or a part of one."""

    ref: str
    title: str
    kind: str = "room"  # room | part
    parent_ref: str = ""
    raw: Raw = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CustomerRecord:
    """Who booked; empty text where the vendor says nothing."""

    ref: str
    name: str = ""
    company: str = ""
    email: str = ""
    phone: str = ""
    language: str = ""
    raw: Raw = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OccurrenceRecord:
    """One span of one resource. `ends_at` is None where the vendor gives no end (Lock.me)."""

    ref: str  # the instance id, "" where a booking has one occurrence only
    resource_ref: str
    starts_at: datetime
    ends_at: datetime | None
    starts_text: str = ""
    ends_text: str = ""


@dataclass(frozen=True, slots=True)
class BookingRecord:
    """One order with its occurrences, as the source tells it now."""

    ref: str
    status: BookingStatus
    status_text: str
    occurrences: tuple[OccurrenceRecord, ...]
    title: str = ""
    external_ref: str = ""
    channel: str = ""  # web, widget, panel, api …: where at the vendor it was made
    customer_ref: str = ""
    customer: CustomerRecord | None = None  # where the booking itself carries the contact
    language: str = ""
    people: int | None = None
    price: str = ""
    comment: str = ""
    booked_text: str = ""
    raw: Raw = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Window:
    """What one reading covers: one resource (or all, "") from `first` to `last`, both included.

    The days are the account's own calendar days.
    """

    resource_ref: str
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Reading:
    """A complete and believable answer for a window; anything less is raised as an error."""

    window: Window
    bookings: tuple[BookingRecord, ...]
    rejected: tuple[Rejected, ...] = ()


@dataclass(frozen=True, slots=True)
class Hook:
    """What a webhook request says: the id of a message to fetch; "" when there is none to fetch."""

    message_ref: str


@dataclass(frozen=True, slots=True)
class Message:
    """A fetched message: which booking it is about. The booking in it is a snapshot, not the present."""

    ref: str
    action: str  # add | edit | delete | test | whatever the vendor says
    resource_ref: str
    booking_ref: str
    raw: Raw = field(default_factory=dict)


@runtime_checkable
class BookingSource(Protocol):
    """A vendor that bookings are mirrored from."""

    def resources(self) -> Listing:
        """All bookable things, as `ResourceRecord`s, parents before parts."""

    def customers(self) -> Listing | None:
        """All customers as `CustomerRecord`s, or None where bookings carry their own contact."""

    def windows(self, resource_refs: Sequence[str], first: date, last: date) -> Iterator[Window]:
        """Cut the span into the readings that this vendor allows, nearest days first."""

    def read(self, window: Window) -> Reading:
        """All bookings with an occurrence in the window."""

    def booking(self, resource_ref: str, ref: str) -> BookingRecord | None:
        """One booking as it is now, or None when the source says that it does not exist."""

    def message(self, ref: str) -> Message:
        """The webhook message with this id."""

    def acknowledge(self, ref: str) -> None:
        """Mark a webhook message as read, so that the vendor stops sending it."""
