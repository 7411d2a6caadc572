"""What the sandbox Locaboo knows; times are naive, on the clock of the store's zone, as in its answers."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

MANAGER = 46
STATUSES = ("Live", "Pending", "Draft", "Cancelled", "Completed")
DAY = timedelta(days=1)


class BadRequest(Exception):
    """What the API refuses, with the status it refuses it with."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.message = message
        self.status = status


@dataclass(slots=True)
class Resource:
    """A main resource, or a part of one."""

    id: int
    title: str
    parent: int = 0
    manager: int = MANAGER
    opens: str = "08:00"
    closes: str = "22:00"


@dataclass(slots=True)
class Customer:
    """A customer; `extra` holds what customer_add took and no list shows."""

    id: int
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    company_name: str = ""
    phone: str | None = None
    created: str = "2025-07-02T08:10:00+02:00"
    extra: dict[str, str] = field(default_factory=dict)
    addresses: list[Mapping[str, str]] = field(default_factory=list)


@dataclass(slots=True)
class Instance:
    """One span of one resource; a span over midnight is a chain of instances."""

    id: int
    resource_id: int
    starts: datetime
    ends: datetime
    custom_fields: dict[int, dict[int, str]] = field(default_factory=dict)


@dataclass(slots=True)
class Booking:
    """One order. Custom fields are values by main resource and field id."""

    id: int
    title: str = ""
    customer_id: int = 0
    status: str = "Live"
    comments: str = ""
    color: str = "#17df26"
    recurring: bool = False
    manager: int = MANAGER
    persons: list[int] = field(default_factory=list)
    custom_fields: dict[int, dict[int, str]] = field(default_factory=dict)
    inventory: dict[int, int] = field(default_factory=dict)  # id -> quantity
    services: dict[int, int] = field(default_factory=dict)  # the same
    instances: list[Instance] = field(default_factory=list)


Span = tuple[int, datetime, datetime]  # resource, from, to


class Store:
    """Resources, customers and bookings, by id."""

    def __init__(self) -> None:
        self.resources: dict[int, Resource] = {}
        self.customers: dict[int, Customer] = {}
        self.bookings: dict[int, Booking] = {}
        self._last = {"resource": 60, "customer": 4700, "booking": 9000, "instance": 500}

    def next(self, kind: str) -> int:
        """A new id: never one that somebody has chosen for what is there."""
        chosen: dict[str, Collection[int]] = {"customer": self.customers, "booking": self.bookings}
        there = chosen.get(kind, ())
        self._last[kind] += 1
        while self._last[kind] in there:
            self._last[kind] += 1
        return self._last[kind]

    def resource(self, ident: int) -> Resource:
        """A resource of this manager; 404 for another's."""
        found = self.resources.get(ident)
        if found is None or found.manager != MANAGER:
            raise BadRequest("Resource not found.", 404)
        return found

    def customer(self, ident: int) -> Customer:
        """A customer; 404 for one that is not there."""
        if ident not in self.customers:
            raise BadRequest("Customer not found.", 404)
        return self.customers[ident]

    def booking(self, ident: int) -> Booking:
        """A booking of this manager; 404 for another's."""
        found = self.bookings.get(ident)
        if found is None or found.manager != MANAGER:
            raise BadRequest("Booking not found.", 404)
        return found

    def mine(self) -> list[Booking]:
        """This manager's bookings by id."""
        return sorted(
            (each for each in self.bookings.values() if each.manager == MANAGER), key=lambda each: each.id
        )

    def parts(self, ident: int) -> list[Resource]:
        """The parts of a resource."""
        return [each for each in self.resources.values() if each.parent == ident]

    def main(self, ident: int) -> Resource:
        """The main resource of a resource or part."""
        found = self.resources[ident]
        return self.resources[found.parent] if found.parent else found

    def name(self, ident: int) -> str:
        """Parent > Part."""
        found, main = self.resources[ident], self.main(ident)
        return found.title if found is main else f"{main.title} > {found.title}"

    def occupies(self, ident: int) -> set[int]:
        """The resources whose bookings keep this one from being free."""
        found = self.resources[ident]
        return {ident, found.parent, *(part.id for part in self.parts(ident))} - {0}

    def place(self, booking: Booking, spans: list[Span], *, renumber: bool) -> None:
        """Give a booking these spans in place of its own; old ids are used again in order, if they may."""
        old = [] if renumber else [instance.id for instance in booking.instances]
        pieces = [(resource, *piece) for resource, *span in spans for piece in chain(*span)]
        booking.instances = [
            Instance(old[index] if index < len(old) else self.next("instance"), *piece)
            for index, piece in enumerate(pieces)
        ]

    def taken(self, resource: int, starts: datetime, ends: datetime, *, but: int = 0) -> bool:
        """Is the resource, its main resource or one of its parts booked in that span?"""
        occupied = self.occupies(resource)
        return any(
            instance.resource_id in occupied and instance.starts < ends and starts < instance.ends
            for booking in self.mine()
            if booking.status != "Cancelled" and booking.id != but
            for instance in booking.instances
        )


def chain(starts: datetime, ends: datetime) -> Iterator[tuple[datetime, datetime]]:
    """A span as daily pieces: a day that goes on ends at 23:59 and the next one starts at 00:00."""
    while starts.date() < ends.date():
        yield starts, datetime.combine(starts.date(), time(23, 59))
        starts = datetime.combine(starts.date() + DAY, time())
    if starts < ends:
        yield starts, ends
