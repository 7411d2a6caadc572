"""Doors and ways in as plain values, and what a client of an access provider can do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, runtime_checkable

from integrations.errors import VendorError
from integrations.types.common import Listing, Method, Raw, Rejected


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
    holder_ref: str = ""  # who has it, where the vendor says


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
