"""What staff write at a booking source, what came of it, and what helps them to decide."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from enum import StrEnum
from typing import Protocol, runtime_checkable
from zoneinfo import ZoneInfo

from integrations.types.bookings import BookingRecord, CustomerRecord, ResourceRecord
from integrations.types.common import Listing, Raw
from integrations.types.series import Once, Series, WholeDays

HOUR = time(1)


class Verdict(StrEnum):
    """What came of one write that is not to be made again before somebody has looked."""

    DONE = "done"
    REFUSED = "refused"
    IN_DOUBT = "in doubt"


@dataclass(frozen=True, slots=True)
class Written:
    """One write's end. `confirmed`: it was read back, and is as it was wanted."""

    verdict: Verdict
    ref: str = ""  # the vendor's id of what was written, where it is known
    text: str = ""  # for staff, in words
    confirmed: bool = False
    booking: BookingRecord | None = None  # as read back
    customer: CustomerRecord | None = None  # as read back
    candidates: tuple[str, ...] = ()  # ids of what may be it, after a write without an answer


@dataclass(frozen=True, slots=True)
class Slot:
    """An hour that a room is offered at, on its own clock, with the ids of the price options."""

    hour: time
    pricers: tuple[int, ...] = ()


class SaveStatus(StrEnum):
    """The statuses that a saved booking may be given."""

    LIVE = "Live"
    DRAFT = "Draft"
    COMPLETE = "Complete"
    CANCEL = "Cancel"


@dataclass(frozen=True, slots=True)
class SaveOrder:
    """A booking of one resource and one span to be made, or (with `ref`) put in the place of what it was.

    The status is never left to the vendor. `customer` may hold first_name, last_name, email, company,
    salutation (Mr, Ms/Mrs, Pr, Dr), street, zip, phone, city.
    """

    resource_ref: str
    starts_at: datetime
    ends_at: datetime
    status: SaveStatus
    ref: str = ""
    customer: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AddOrder:
    """A booking to be added: once, for whole days, or as a series.

    `parts`: the parts of each main resource; none = all of it. `fields`: values of the custom fields by main
    resource and field. `inventory`, `services`: quantities by main resource and thing.
    """

    resource_ref: str  # the main resource
    when: Once | WholeDays | Series
    request: bool = False  # True = it waits for approval
    title: str = ""
    customer_ref: str = ""
    person_refs: tuple[str, ...] = ()
    season_ref: str = ""
    comment: str = ""  # public
    internal_comment: str = ""
    color: str = ""  # "#ff0000"; "" = the vendor's own
    in_entrance_hall: bool = False
    hidden: bool = False
    parts: Mapping[str, Sequence[str]] = field(default_factory=dict)
    fields: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    inventory: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    services: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


class Comparison(StrEnum):
    """How a custom field is compared; ANY where its value alone counts."""

    LESS = "less_than"
    AT_MOST = "less_than_et"
    EQUAL = "et"
    MORE = "great_than"
    AT_LEAST = "great_than_et"
    ANY = ""


@dataclass(frozen=True, slots=True)
class Condition:
    """A custom field that a free resource must have."""

    field_ref: str
    comparison: Comparison
    value: str


@dataclass(frozen=True, slots=True)
class FreeQuery:
    """When resources are free: days and times are on the account's own clock; no resources = all."""

    first: date
    last: date
    resource_refs: tuple[str, ...] = ()
    duration: time = HOUR
    opens: time | None = None
    closes: time | None = None
    conditions: tuple[Condition, ...] = ()
    limit: int | None = None  # most slots, over all resources


class Payment(StrEnum):
    """Whether an invoice is paid, as far as the account's own options say what the vendor's label means."""

    PAID = "paid"
    OPEN = "open"
    VOID = "void"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class InvoiceRecord:
    """An invoice. The labels are the vendor's, in its language, for people only."""

    ref: str
    number: str
    customer_ref: str
    booking_refs: tuple[str, ...]
    payment: Payment
    payment_label: str
    status_label: str
    currency: str
    total: Decimal | None  # as the vendor tells it
    rows_total: Decimal | None  # the sum of its rows; None when one of them has no total
    created_at: datetime | None
    due_on: date | None
    raw: Raw = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StockRecord:
    """A thing or a service that can be (or is) booked along, and where; `quantity` None = not told."""

    ref: str
    name: str
    quantity: int | None
    resource_refs: tuple[str, ...]
    kind: str  # inventory | service
    raw: Raw = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PlaceDetail:
    """What a resource's own page says of today, on the account's clock."""

    ref: str
    title: str
    open_today: tuple[tuple[time, time], ...]
    holidays: tuple[tuple[str, date, date], ...]  # title, first and last day
    raw: Raw = field(default_factory=dict)


@runtime_checkable
class ReservationDesk(Protocol):
    """A booking source at which staff make, change, move and delete reservations by room."""

    def add(self, room: str, fields: Mapping[str, object]) -> int:
        """Make a reservation; its id."""

    def edit(self, room: str, ref: str, fields: Mapping[str, object]) -> BookingRecord:
        """Change the fields that are named; the reservation as it is then."""

    def move(self, room: str, ref: str, to_room: str, day: date, hour: time) -> BookingRecord:
        """Move a reservation; as it is then."""

    def delete(self, room: str, ref: str) -> bool:
        """Delete a reservation: True."""

    def zone(self, room: str) -> ZoneInfo:
        """The zone that the room's dates and hours are in."""


@runtime_checkable
class Trial(Protocol):
    """A vendor that can be asked whether address, version and token work, and whose token it is."""

    def test(self) -> None:
        """Nothing, where they work; an error says what does not."""

    def me(self) -> Mapping[str, object]:
        """Whose token it is: userid, nick."""


@runtime_checkable
class RoomCalendar(Protocol):
    """A booking source at which staff say when a room is offered."""

    def margin(self, ref: str) -> float | None:
        """The hours between booking and start that are set for a room; None = none is told."""

    def edit_room(self, room: str, margin: float) -> ResourceRecord:
        """Set the hours between booking and start."""

    def on_weekday(self, room: str, weekday: int) -> tuple[Slot, ...]:
        """The slots of a weekday, 0 = Monday."""

    def set_weekday(self, room: str, weekday: int, slots: Sequence[Slot]) -> tuple[Slot, ...]:
        """Replace them; none = closed."""

    def on_date(self, room: str, day: date) -> tuple[Slot, ...]:
        """The slots of a date."""

    def set_date(self, room: str, day: date, slots: Sequence[Slot]) -> tuple[Slot, ...]:
        """Replace them for this date alone; none = closed."""

    def clear_date(self, room: str, day: date) -> tuple[Slot, ...]:
        """Let the date be like its weekday again; the slots that it has then."""


@runtime_checkable
class BookingDesk(Protocol):
    """A booking source at which staff write bookings and customers, each in one attempt that is read back."""

    @property
    def customer_fields(self) -> Collection[str]:
        """The names of what a customer may have."""

    def save_booking(self, order: SaveOrder) -> Written:
        """Make or replace a booking of one span."""

    def add_booking(self, order: AddOrder) -> Written:
        """Add a booking of any kind."""

    def add_customer(self, fields: Mapping[str, object]) -> Written:
        """Add a customer."""

    def edit_customer(self, ref: str, fields: Mapping[str, object]) -> Written:
        """Change the fields of a customer that are named."""

    def add_address(self, ref: str, addresses: Sequence[Mapping[str, object]]) -> Written:
        """Add addresses to a customer."""

    def invoices(self) -> Listing:
        """All invoices as `InvoiceRecord`s."""
