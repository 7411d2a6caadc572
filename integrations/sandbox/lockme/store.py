"""What the sandbox Lock.me knows: rooms, their slots, and reservations in wall time as in its answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

Reservation = Mapping[str, Any]
Slots = list[dict[str, Any]]
FIRST_RESERVATION = 746269
EMPTY: Reservation = {
    "reservationid": 0,
    "roomid": 0,
    "date": "",
    "hour": "",
    "extid": "",
    "name": "",
    "surname": "",
    "email": "",
    "phone": "",
    "people": 0,
    "pricer": "",
    "price": 0.0,
    "comment": "",
    "status": False,
    "source": "api",
    "language": "",
    "invoice": "",
    "time": "",
}


class Refusal(Exception):
    """What the API refuses, with the status it refuses it with."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


@dataclass(slots=True)
class Room:
    """A room; `ours` is False for one of another partner. Slots by weekday (0 = Monday) and by date."""

    id: int
    name: str
    department: str
    ours: bool = True
    margin: float | None = None
    week: dict[int, Slots] = field(default_factory=dict)
    dates: dict[str, Slots] = field(default_factory=dict)

    def slots(self, day: str) -> Slots:
        """The slots of a date: its exception, or its weekday's."""
        if day in self.dates:
            return self.dates[day]
        return self.week.get(date.fromisoformat(day).weekday(), [])

    def shown(self) -> dict[str, Any]:
        """The room object."""
        margin = {} if self.margin is None else {"calendarMargin": self.margin}
        return {"roomid": self.id, "room": self.name, "department": self.department, **margin}


class Store:
    """Rooms and reservations. A reservation is never changed in place, so what was read stays as it was."""

    def __init__(self) -> None:
        self.rooms: dict[int, Room] = {}
        self.reservations: dict[int, Reservation] = {}
        self.holds: dict[int, datetime] = {}  # until when an unpaid one of the marketplace is kept
        self.locked: set[tuple[int, str, str]] = set()  # room, date, hour: nobody can book it
        self._next = FIRST_RESERVATION

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take the state back; a file of an older version knows no locked slots."""
        self.__dict__.update({"locked": set(), **state})

    def room(self, number: int) -> Room:
        """The room; 404 for one that nobody has, 403 for another partner's."""
        room = self.rooms.get(number)
        if room is None:
            raise Refusal(404, "Room not found")
        if not room.ours:
            raise Refusal(403, "You have no rights to this room")
        return room

    def find(self, room: int, number: int | None, extid: str | None) -> Reservation:
        """A reservation of a room by either of its ids; 404 when there is none."""
        self.room(room)
        for each in self.reservations.values():
            right = each["reservationid"] == number if extid is None else each["extid"] == extid
            if right and each["roomid"] == room:
                return each
        raise Refusal(404, "Reservation not found")

    def day(self, room: int, day: str) -> list[Reservation]:
        """The reservations of a room and date, by hour."""
        found = [each for each in self.reservations.values() if (each["roomid"], each["date"]) == (room, day)]
        return sorted(found, key=lambda each: (each["hour"], each["reservationid"]))

    def taken(self, room: int, day: str, hour: str, besides: int = 0) -> bool:
        """Does another reservation have this slot?"""
        rivals = (each for each in self.day(room, day) if each["reservationid"] != besides)
        return (room, day, hour) in self.locked or any(each["hour"] == hour for each in rivals)

    def add(self, fields: Reservation, time: str) -> Reservation:
        """Make a reservation; 409 when its slot or its external id is taken."""
        made = {**EMPTY, **fields, "reservationid": self._next, "time": time}
        self._check(made)
        self._next += 1
        self.reservations[made["reservationid"]] = made
        return made

    def change(self, old: Reservation, fields: Mapping[str, Any]) -> Reservation:
        """The reservation with other fields, as it is kept from now on; 409 like `add`."""
        new = {**old, **fields}
        self._check(new)
        self.reservations[new["reservationid"]] = new
        return new

    def remove(self, old: Reservation) -> None:
        """Forget a reservation."""
        del self.reservations[old["reservationid"]]
        self.holds.pop(old["reservationid"], None)

    def expired(self, now: datetime) -> Iterator[Reservation]:
        """Carts whose time is up."""
        for number in [number for number, until in self.holds.items() if until <= now]:
            yield self.reservations[number]

    def _check(self, new: Reservation) -> None:
        self.room(new["roomid"])
        if self.taken(new["roomid"], new["date"], new["hour"], besides=new["reservationid"]):
            raise Refusal(409, "Slot is already taken")
        rivals = (r for r in self.reservations.values() if r["reservationid"] != new["reservationid"])
        if new["extid"] and any(each["extid"] == new["extid"] for each in rivals):
            raise Refusal(409, "External id is already used")


def starts_at(reservation: Reservation, zone: ZoneInfo) -> datetime:
    """When it starts; the zone says what the wall time means."""
    return datetime.fromisoformat(f"{reservation['date']}T{reservation['hour']}").replace(tzinfo=zone)


def paid(reservation: Reservation) -> bool:
    """Paid via Lock.me: made on the marketplace, and no longer in the cart."""
    return bool(reservation["source"] == "web" and reservation["status"])
