"""The plain values that vendors are turned into, and what a client of each role can do.

Every time in here is an aware datetime in UTC unless its name ends in `_local` (naive, on the lock's own
clock) or `_text` (as the vendor wrote it).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Protocol, runtime_checkable

from integrations.errors import VendorError

Raw = Mapping[str, Any]


class Role(StrEnum):
    """What an account is for."""

    BOOKINGS = "bookings"
    ACCESS = "access"
    CALENDAR = "calendar"


class Method(StrEnum):
    """How a door is opened (design, section 3)."""

    NETCODE = "netcode"
    PHONE = "phone"
    CARD = "card"
    FOB = "fob"


class BookingStatus(StrEnum):
    """What a source counts a booking as; only CONFIRMED gets new access."""

    CONFIRMED = "confirmed"
    PENDING = "pending"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"


# ---------------------------------------------------------------------------------------------- bookings


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
class Rejected:
    """A row of an answer that could not be read: shown to staff, never guessed."""

    kind: str  # booking | occurrence | customer | resource | door …
    ref: str
    reason: str
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
class Listing:
    """A complete and believable list of something that has no window."""

    records: tuple[Any, ...]
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


# ------------------------------------------------------------------------------------------------ access


@dataclass(frozen=True, slots=True)
class Limits:
    """What the flow must know about an access provider before it asks it for anything."""

    revocable: bool  # can a way in be withdrawn?
    readable: bool  # can what was issued be read back (and looked for) at no cost?
    batch: int = 1  # most orders in one call
    one_writer: bool = False  # the vendor forbids overlapping writes of one account


@dataclass(frozen=True, slots=True)
class DoorRecord:
    """A thing that opens, as the lock vendor lists it."""

    ref: str
    name: str
    enabled: bool = True
    location: str = ""
    battery: float | None = None  # 0..1; None = unknown, never "empty"
    battery_text: str = ""
    timezone: str = ""  # the lock's own zone, where the vendor tells it
    raw: Raw = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Duration:
    """A length a lock can grant: `hours` from a full hour or `days` from midnight on its own clock."""

    id: int
    hours: int = 0
    days: int = 0


@dataclass(frozen=True, slots=True)
class GridRecord:
    """The durations a lock model offers."""

    model: str
    durations: tuple[Duration, ...]


@dataclass(frozen=True, slots=True)
class AccessLevelRecord:
    ref: str
    name: str
    door_refs: tuple[str, ...]
    raw: Raw = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ScheduleRecord:
    ref: str
    name: str
    days: tuple[bool, ...]  # Monday first
    start_text: str
    stop_text: str
    raw: Raw = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CardholderRecord:
    """A person at the lock vendor. `level_refs` None = the vendor did not say (never: none)."""

    ref: str
    key: str  # our id at the vendor (id_num); "" for people who are not ours
    name: str
    card_number: str
    enabled: bool | None
    starts_at: datetime | None
    ends_at: datetime | None
    level_refs: tuple[str, ...] | None = None
    raw: Raw = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CredentialRecord:
    ref: str
    card_number: str
    secret: str  # what the guest types into the app
    claimed: bool | None
    holder_ref: str = ""
    raw: Raw = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FobRecord:
    ref: str
    key: str
    name: str
    card_number: str
    enabled: bool | None
    starts_at: datetime | None
    ends_at: datetime | None
    raw: Raw = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Directory:
    """Everything an access provider lists; None = it does not list such things."""

    doors: Listing | None = None
    grids: tuple[GridRecord, ...] | None = None
    access_levels: Listing | None = None
    schedules: Listing | None = None
    cardholders: Listing | None = None
    credentials: Listing | None = None
    fobs: Listing | None = None


@dataclass(frozen=True, slots=True)
class CodeOrder:
    """One way in to be made true at a vendor.

    NetCode: one code of one lock (`lock`, `start_local`, `duration`). Card: the complete state of one
    temporary cardholder (`holder_key`, `level_refs`, window); no levels = take everything away.
    """

    key: str  # idempotency key, ours
    method: Method
    starts_at: datetime
    ends_at: datetime
    door_ref: str = ""
    lock: Mapping[str, str] = field(default_factory=dict)  # model, timecode, identifier, clock
    start_local: datetime | None = None  # naive, on the lock's clock, aligned to its grid
    duration: Duration | None = None
    holder_key: str = ""
    holder_name: str = ""
    card_number: str = ""
    level_refs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CodeRecord:
    """What the vendor has made of an order."""

    key: str
    ref: str  # the vendor's id of it
    secret: str = ""  # PIN, or the key of a mobile credential
    card_number: str = ""
    confirmed: bool = False  # read back and found as ordered
    note: str = ""  # in the vendor's words, without secrets


@dataclass(frozen=True, slots=True)
class Outcome:
    """One order's end: a record, or the error that says what to do next."""

    key: str
    record: CodeRecord | None = None
    error: VendorError | None = None


@dataclass(frozen=True, slots=True)
class EventRecord:
    """What a door reported."""

    ref: str
    happened_at: datetime
    outcome: str  # granted | denied | other
    text: str
    door_ref: str = ""
    door_name: str = ""
    card_number: str = ""
    person: str = ""
    raw: Raw = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EventPage:
    """Events since a cursor, oldest first; `gap` names what was missed, "" when nothing was."""

    events: tuple[EventRecord, ...]
    gap: str = ""
    rejected: tuple[Rejected, ...] = ()


@runtime_checkable
class AccessProvider(Protocol):
    """A vendor at which ways in are made."""

    limits: Limits

    def directory(self, models: Iterable[str]) -> Directory:
        """What the vendor lists now; grids of the lock models named in `models`."""

    def check(self, order: CodeOrder) -> None:
        """Raise Refused when the order could not be carried out, without asking the vendor."""

    def look(self, orders: Sequence[CodeOrder]) -> Sequence[CodeRecord | None]:
        """What exists at the vendor for each order; None = nothing, or the vendor cannot tell."""

    def issue(self, orders: Sequence[CodeOrder]) -> Sequence[Outcome]:
        """Make the orders true and read them back where possible; at most `limits.batch` orders.

        Orders that turn out well in a batch where others fail have records; an error that concerns the
        whole batch is raised.
        """

    def withdraw(self, orders: Sequence[CodeOrder]) -> Sequence[Outcome]:
        """Take the ways in away and read back that they are gone; Refused if not `limits.revocable`."""

    def events(self, cursor: str) -> EventPage | None:
        """What the doors reported since the event with this ref ("" = all), or None if it cannot tell."""


# --------------------------------------------------------------------------------- what a client is given


class TokenStore(Protocol):
    """Where an OAuth token lives between calls and hosts."""

    def load(self) -> Mapping[str, Any]:
        """The token as stored now."""

    def locked(self) -> AbstractContextManager[None]:
        """Let one refresh run at a time, on all hosts; no database transaction is open in it."""

    def save(self, token: Mapping[str, Any]) -> None:
        """Replace the stored token, at once and for all hosts."""


class Meter(Protocol):
    """The ledger of paid calls."""

    def spend(self, counter: str, subject: str) -> None:
        """Write one call of `counter` into the ledger before it is made; OverBudget when it may not be."""


@dataclass(frozen=True, slots=True)
class Settings:
    """All that a client of one account gets."""

    slug: str
    base_url: str
    timezone: str
    secrets: Mapping[str, Any]
    options: Mapping[str, Any]
    clock: Callable[[], datetime]  # aware UTC
    tokens: TokenStore
    meter: Meter
