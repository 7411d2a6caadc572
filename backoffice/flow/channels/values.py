"""What a plan of blocks is made of, as plain values; every time is aware UTC."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Facts:
    """What may be told of a booking. Which of it is told, the scope says."""

    label: str = ""  # account and number, for staff
    source: str = ""  # the vendor's name, and its word for the booking's state
    name: str = ""
    email: str = ""
    phone: str = ""
    price: str = ""
    option: str = ""  # what was chosen of a price list
    people: int | None = None
    language: str = ""
    mark: str = ""  # #block, LM or nothing
    is_entry: bool = False  # somebody's entry in a calendar: nothing of it is told


@dataclass(frozen=True, slots=True)
class Stay:
    """A time that a room is taken; `keep`: its source calls it by a word that nobody knows."""

    id: int
    booking_id: int
    room_id: int
    account_id: int
    resource_id: int
    resource_ref: str
    parent_ref: str
    starts_at: datetime
    ends_at: datetime
    facts: Facts = field(default_factory=Facts)
    calendar: tuple[int, str] | None = None  # account and calendar, of an entry in one
    keep: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """Where a room is sold, and others' bookings are to be blocked."""

    resource_id: int
    account_id: int
    room_id: int
    ref: str
    parent_ref: str = ""
    by_slot: bool = False
    session: timedelta = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Paired:
    """A calendar that is written for a room."""

    pairing_id: int
    account_id: int
    room_id: int
    ref: str
    scope: str


@dataclass(frozen=True, slots=True)
class Room:
    """A room with what it is a part of."""

    id: int
    name: str
    zone: str
    part_of: int | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """When games may start at one place, as far as it was read; `days` are of its own calendar."""

    starts: tuple[datetime, ...] = ()
    days: frozenset[str] = frozenset()
    any_at_all: bool = False  # whether any known day offers anything


@dataclass(frozen=True, slots=True)
class World:
    """All that a plan of blocks depends on."""

    now: datetime
    rooms: Mapping[int, Room]
    places: tuple[Place, ...] = ()
    calendars: tuple[Paired, ...] = ()
    stays: tuple[Stay, ...] = ()
    offers: Mapping[int, Offer] = field(default_factory=dict)  # by resource
    taken: frozenset[tuple[int, datetime]] = frozenset()  # (resource, start) of live bookings there


@dataclass(frozen=True, slots=True)
class Wanted:
    """A block that is to be there; `name` is what it is found again by.

    `along`: another room was booked, and this one cannot be used meanwhile.
    """

    occurrence_id: int
    booking_id: int
    room_id: int
    account_id: int
    starts_at: datetime
    ends_at: datetime
    digest: str
    reason: str
    resource_id: int | None = None
    pairing_id: int | None = None
    calendar_ref: str = ""
    slot: bool = False
    along: bool = False

    @property
    def name(self) -> Name:
        return name_of(self.occurrence_id, self.account_id, self.resource_id, self.calendar_ref, self._slot)

    @property
    def span(self) -> Span:
        """One booking takes one time at one place, however many of its occurrences ask for that."""
        booking = None if self.slot else self.booking_id
        return booking, self.account_id, self.resource_id, self.calendar_ref, self.starts_at, self.ends_at

    @property
    def _slot(self) -> datetime | None:
        return self.starts_at if self.slot else None


Name = tuple[int | None, int, int | None, str, datetime | None]
Span = tuple[int | None, int, int | None, str, datetime, datetime]


def name_of(
    occurrence: int, account: int, resource: int | None, calendar: str, slot: datetime | None
) -> Name:
    """What a block is found again by: whose it is and where; a slot by its start alone, for it is sold once,
    and is handed on among those who take it."""
    return (None if slot else occurrence), account, resource, calendar, slot
