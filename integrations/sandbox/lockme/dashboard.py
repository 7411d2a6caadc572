"""What a person can do at the sandbox Lock.me: customers on the marketplace, staff in the panel."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from integrations.sandbox.lockme import forms
from integrations.sandbox.lockme.office import CART, Office
from integrations.sandbox.lockme.store import EMPTY, Refusal, Reservation, Room, starts_at
from integrations.sandbox.week import Drop, Piece

GAME = timedelta(hours=1)


class Dashboard(Office):
    """The marketplace and the panel."""

    def add_room(self, roomid: int, name: str, department: str = "Centre", *, ours: bool = True) -> int:
        """A room; with `ours` False one of another partner, which the API refuses with 403."""
        with self._lock:
            self.store.rooms[roomid] = Room(roomid, name, department, ours)
        return roomid

    def book(self, room: int, day: str, hour: str, *, source: str = "web", **fields: Any) -> int:
        """A booking that was not made through the API; its id. ValueError when the slot is taken.

        From the marketplace it is in the cart for 20 minutes until `pay`; `status` in `fields` overrides.
        """
        with self._change():
            status = bool(fields.pop("status", False))
            made = self._add(forms.reservation({"roomid": room, "date": day, "hour": hour}), fields, source)
            number = int(made["reservationid"])
            if source == "web" and not status:
                self.store.holds[number] = self.clock.now() + CART
            made = self.store.change(made, {"status": status})
            self._tell("add", made)
        return number

    def pay(self, number: int) -> None:
        """The customer pays for the cart; also: staff or the customer confirm a widget or panel booking."""
        with self._change():
            paid = self.store.change(self._known(number), {"status": True})
            self.store.holds.pop(number, None)
            self._tell("edit", paid)

    def edit(self, number: int, **fields: Any) -> None:
        """Staff change something else than the slot."""
        with self._change():
            self._tell("edit", self.store.change(self._known(number), fields))

    def move(self, number: int, room: int | None, day: str, hour: str) -> None:
        """The customer or staff move a booking, also to another room. ValueError when the slot is taken."""
        with self._change():
            old = self._known(number)
            slot = forms.reservation({"roomid": room or old["roomid"], "date": day, "hour": hour})
            self._moved(old, slot)

    def cancel(self, number: int) -> None:
        """The customer cancels, also when paid; or staff delete in the panel."""
        with self._change():
            gone = self._known(number)
            self.store.remove(gone)
            self._tell("delete", gone)

    def lock(self, room: int, day: str, hour: str) -> None:
        """Staff lock an empty slot. ValueError when it is taken."""
        if self.switch["locks_listed"]:
            self.book(room, day, hour, source="panel")
            return
        with self._lock:
            slot = forms.reservation({"roomid": room, "date": day, "hour": hour})
            if self.store.taken(room, day, slot["hour"]):
                raise ValueError("Slot is already taken")
            self.store.locked.add((room, day, slot["hour"]))

    def send_test(self, room: int | None = None) -> int:
        """Staff try the webhook of a room's department; the message's id."""
        with self._change():
            number = room or next(iter(self.store.rooms))
            return self._post("test", number, None, {})

    def taken(self, room: int, day: str, hour: str) -> bool:
        """Is this slot no longer free?"""
        with self._lock:
            return self.store.taken(room, day, forms.hour(hour))

    def starts(self) -> dict[int, datetime]:
        """When each booking starts, in UTC, by its id."""
        with self._lock:
            known = list(self.store.reservations.values())
        return {each["reservationid"]: starts_at(each, self.zone).astimezone(UTC) for each in known}

    def lanes(self) -> Mapping[str, str]:
        """The rooms of the week."""
        with self._lock:
            return {str(room.id): room.name for room in self.store.rooms.values() if room.ours}

    def pieces(self, first: date, last: date) -> Iterable[Piece]:
        """The bookings of the week; how long a game takes is not told, so each has an hour."""
        with self._lock:
            known = list(self.store.reservations.values())
        for each in known:
            start = starts_at(each, self.zone).replace(tzinfo=None)
            if first <= start.date() < last:
                yield _piece(each, start)

    def drop(self, drop: Drop) -> str:
        """To another slot, or into another room; a game does not get longer."""
        with self._lock:
            known = self._known(int(drop.key))
            start = starts_at(known, self.zone).replace(tzinfo=None) + drop.by
        self.move(int(drop.key), int(drop.to), f"{start:%Y-%m-%d}", f"{start:%H:%M}")
        return f"reservation {drop.key} is in {self.lanes()[drop.to]}, {start:%a %d %b %H:%M}"

    def _known(self, number: int) -> Reservation:
        return self.store.reservations[number]

    def _add(self, slot: Mapping[str, Any], fields: Mapping[str, Any], source: str) -> Reservation:
        if unknown := fields.keys() - EMPTY.keys():
            raise TypeError(f"a reservation has no {', '.join(sorted(unknown))}")
        try:
            return self.store.add({**fields, **slot, "source": source}, self._local_text(self.clock.now()))
        except Refusal as refusal:
            raise ValueError(refusal.message) from None

    def _moved(self, old: Reservation, slot: Mapping[str, Any]) -> Reservation:
        try:
            new = self.store.change(old, slot)
        except Refusal as refusal:
            raise ValueError(refusal.message) from None
        self._tell("edit", new, from_date=old["date"], from_hour=old["hour"])
        return new


def _piece(reservation: Reservation, start: datetime) -> Piece:
    who = f"{reservation['name']} {reservation['surname']}".strip() or reservation["comment"]
    number = str(reservation["reservationid"])
    return Piece(str(reservation["roomid"]), number, who or number, start, start + GAME, fixed=True)
