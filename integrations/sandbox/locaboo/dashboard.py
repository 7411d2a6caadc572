"""What a person can do in the sandbox Locaboo, and the switches of its server."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from integrations.sandbox.locaboo.store import MANAGER, STATUSES, Booking, Customer, Instance, Resource, Store
from integrations.sandbox.week import Drop, Piece
from integrations.sandbox.wire import Action, Clock, Sandbox

FIRST_RESOURCE = 70
When = str | datetime
EMPTY = '{"data":[],"total":0,"success":true}'


class Dashboard(Sandbox):
    """One manager's account. Times are given on the store's clock, or aware."""

    name = "locaboo"
    secrets = {"api_secret_key": "sandbox-locaboo-0123456789abcdef"}
    options: Mapping[str, Any] = {
        "auth_failure": "401",  # 401 | 403 | success_false | html: how a wrong key is told
        "window": "overlap",  # overlap | start | instance: what booking_list means by its dates
        "cap": 100,  # most bookings without a limit; 0 = none
        "paging": "honoured",  # honoured | capped (no limit beats the cap) | ignored: limit and offset
        "total": "right",  # right | page: what booking_list counts
        "listed": ("Live", "Completed"),  # the statuses that booking_list shows
        "unlisted_detail": "404",  # 404 | 200: booking/<id> of a status that is not listed
        "status_key": "",  # the key under which bookings show their status; "" = not at all
        "renumber": False,  # an edit gives every instance of the booking a new id
        "shuffle": False,  # booking_list comes in another order each time
        "unknown_keys": False,  # keys of newer servers
        "as_documented": False,  # resource_list with trailing commas, event_details as broken as its sample
        "free_text_fields": "top",  # top | inside | none: where resource_list has them
        "omitted": "keep",  # keep | blank: what booking_save does to fields that are not sent
        "conflict_flag": False,  # booking_add says whether the time was taken
        "nasty_text": False,  # titles, comments and names as the worst of users type them
        "zone": "Europe/Berlin",  # what the store's clock shows; never told
    }

    def __init__(self, clock: Clock | None = None, **options: Any) -> None:
        """See `options`."""
        super().__init__(clock, **options)
        self.store = Store()
        self.keys = set(self.secrets.values())
        self._calls_left = -1
        self._turn = 0

    def add_resource(
        self, ident: int, title: str, parts: Mapping[int, str] | None = None, *, manager: int = MANAGER
    ) -> int:
        """A main resource with its parts; another manager's is 404 for ours."""
        with self._lock:
            self.store.resources[ident] = Resource(ident, title, manager=manager)
            for part, name in (parts or {}).items():
                self.store.resources[part] = Resource(part, name, ident, manager)
        return ident

    def add_customer(
        self, first_name: str = "", last_name: str = "", email: str = "", company_name: str = "", **more: Any
    ) -> int:
        """A customer; `more` may hold `id` and `phone`."""
        with self._lock:
            ident = int(more.pop("id", 0)) or self.store.next("customer")
            found = Customer(ident, first_name, last_name, email, company_name, **more)
            self.store.customers[ident] = found
        return ident

    def book(
        self, resource_id: int, starts: When, ends: When, customer_id: int = 0, title: str = "", **more: Any
    ) -> int:
        """A Live booking, over midnight as a chain of daily instances; `more` are fields of Booking.

        Gives its id. Further spans come with `extend`.
        """
        with self._lock:
            ident = int(more.pop("id", 0)) or self.store.next("booking")
            booking = Booking(ident, title, customer_id, **more)
            self.store.place(booking, [(resource_id, self.local(starts), self.local(ends))], renumber=True)
            self.store.bookings[ident] = booking
        return ident

    def extend(self, booking_id: int, resource_id: int, starts: When, ends: When) -> list[int]:
        """A further span of a booking, with the ids of its new instances."""
        with self._lock:
            scratch = Booking(0)
            self.store.place(scratch, [(resource_id, self.local(starts), self.local(ends))], renumber=True)
            self.store.bookings[booking_id].instances += scratch.instances
        return [one.id for one in scratch.instances]

    def instances(self, booking_id: int) -> list[int]:
        """The ids of a booking's instances now."""
        return [one.id for one in self.store.bookings[booking_id].instances]

    def move(
        self, booking_id: int, instance_id: int, starts: When, ends: When, resource_id: int | None = None
    ) -> None:
        """Move one instance in time, or to another resource."""
        with self._lock:
            booking, one = self.store.bookings[booking_id], self._instance(booking_id, instance_id)
            one.starts, one.ends = self.local(starts), self.local(ends)
            one.resource_id = resource_id or one.resource_id
            if self.switch["renumber"]:
                for each in booking.instances:
                    each.id = self.store.next("instance")

    def lanes(self) -> Mapping[str, str]:
        """What is booked, in the week."""
        with self._lock:
            return {str(ident): self.store.name(ident) for ident in self.store.resources}

    def pieces(self, first: date, last: date) -> Iterable[Piece]:
        """The instances of the week; those of cancelled bookings are nowhere."""
        with self._lock:
            spans = [(each, one) for each in self.store.mine() for one in each.instances]
        for booking, one in spans:
            if booking.status != "Cancelled" and first <= one.ends.date() and one.starts.date() < last:
                key = f"{booking.id} {one.id}"
                title = booking.title or self._who(booking)
                yield Piece(str(one.resource_id), key, title, one.starts, one.ends)

    def drop(self, drop: Drop) -> str:
        """To another time or resource, or longer."""
        booking, ident = (int(number) for number in drop.key.split())
        one = self._instance(booking, ident)
        starts, ends = one.starts + drop.by, one.ends + drop.by + drop.longer
        self.move(booking, ident, starts, ends, int(drop.to))
        return f"booking {booking} is at {starts:%a %d %b %H:%M}–{ends:%H:%M}, {self.lanes()[drop.to]}"

    def _instance(self, booking: int, ident: int) -> Instance:
        for one in self.store.bookings[booking].instances:
            if one.id == ident:
                return one
        raise ValueError(f"booking {booking} has no instance {ident}")

    def _who(self, booking: Booking) -> str:
        guest = self.store.customers.get(booking.customer_id)
        return f"{guest.first_name} {guest.last_name}".strip() if guest else str(booking.id)

    def drop_instance(self, booking_id: int, instance_id: int) -> None:
        """Take one date out of a booking."""
        with self._lock:
            booking = self.store.bookings[booking_id]
            booking.instances = [one for one in booking.instances if one.id != instance_id]

    def set_status(self, booking_id: int, status: str) -> None:
        """Live, Pending, Draft, Cancelled or Completed."""
        if status not in STATUSES:
            raise ValueError(status)
        self.store.bookings[booking_id].status = status

    def cancel(self, booking_id: int) -> None:
        """Cancel a booking: nothing but its absence tells."""
        self.set_status(booking_id, "Cancelled")

    def delete(self, booking_id: int) -> None:
        """Delete a booking."""
        with self._lock:
            del self.store.bookings[booking_id]

    def revoke_key(self, after: int = 0) -> None:
        """Make the key invalid after so many more calls."""
        self._calls_left = after

    def ghost(self, match: str = "booking_list", times: int = 1) -> None:
        """Answer with an empty list that looks true."""
        self.fail("body", match, times=times, body=EMPTY, content_type="application/json")

    def local(self, when: When) -> datetime:
        """A time on the store's clock."""
        at = datetime.fromisoformat(when) if isinstance(when, str) else when
        return at.astimezone(ZoneInfo(self.switch["zone"])).replace(tzinfo=None) if at.tzinfo else at

    def actions(self) -> Iterable[Action]:
        """Forms of the sandbox's page."""
        return (
            Action(
                "book", "Book", ("resource_id", "starts", "ends", "customer_id", "title"), self._form_book
            ),
            Action(
                "move",
                "Move (resource_id may be empty)",
                ("booking_id", "instance_id", "starts", "ends", "resource_id"),
                self._form_move,
            ),
            Action("cancel", "Cancel", ("booking_id",), self._form_status),
            Action("set_status", "Set status", ("booking_id", "status"), self._form_status),
            Action(
                "add_customer",
                "Add customer",
                ("first_name", "last_name", "email"),
                lambda **fields: f"customer {self.add_customer(**fields)}",
            ),
            Action("add_resource", "Add resource, or part of one", ("title", "part_of"), self._form_resource),
        )

    def state(self) -> Mapping[str, list[dict[str, Any]]]:
        """Resources, customers and instances."""
        with self._lock:
            return {
                "resources": [
                    {"id": each.id, "title": self.store.name(each.id), "part of": each.parent or ""}
                    for each in self.store.resources.values()
                ],
                "customers": [
                    {"id": each.id, "name": f"{each.first_name} {each.last_name}", "email": each.email}
                    for each in self.store.customers.values()
                ],
                "bookings": [
                    {
                        "booking": booking.id,
                        "instance": one.id,
                        "status": booking.status,
                        "resource": self.store.name(one.resource_id),
                        "from": f"{one.starts:%Y-%m-%d %H:%M}",
                        "to": f"{one.ends:%Y-%m-%d %H:%M}",
                        "customer": booking.customer_id or "",
                        "title": booking.title,
                    }
                    for booking in self.store.mine()
                    for one in booking.instances
                ],
            }

    def _form_resource(self, title: str, part_of: str = "") -> str:
        known = self.store.resources
        main = int(part_of or 0)
        if not title.strip() or (main and (main not in known or known[main].parent)):
            raise ValueError("a resource needs a title, and a part a main resource that is there")
        ident = max(known, default=FIRST_RESOURCE - 1) + 1
        with self._lock:
            known[ident] = Resource(ident, title.strip(), main)
        return f"{'part' if main else 'resource'} {ident}"

    def _form_book(self, resource_id: str, starts: str, ends: str, customer_id: str, title: str) -> str:
        booking = self.book(int(resource_id), starts, ends, int(customer_id or 0), title)
        return f"booking {booking}"

    def _form_move(
        self, booking_id: str, instance_id: str, starts: str, ends: str, resource_id: str = ""
    ) -> str:
        self.move(int(booking_id), int(instance_id), starts, ends, int(resource_id or 0))
        return f"booking {booking_id} moved"

    def _form_status(self, booking_id: str, status: str = "Cancelled") -> str:
        self.set_status(int(booking_id), status)
        return f"booking {booking_id} is {status}"
