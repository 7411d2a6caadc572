"""Lock.me's rooms as staff set them up: margin, week, exceptions of single dates."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, TypeVar

from integrations.errors import Garbled, NotReleased, Unavailable, VendorError
from integrations.http import Answer
from integrations.types import Listing, ResourceRecord, Slot
from integrations.vendors.lockme import address, forms, rooms
from integrations.vendors.lockme.fields import Unreadable
from integrations.vendors.lockme.line import Line

TOO_MANY = 429
Found = TypeVar("Found")


class Calendar:
    """Rooms of one account. Every write is sent once; without an answer it is looked for, never repeated."""

    def __init__(self, line: Line) -> None:
        self._line = line

    def resources(self) -> Listing:
        """All rooms (1.3 no. 3). Raises as `Line.send`, and Garbled when the answer is no list."""
        return rooms.listing(self._line.get("/rooms").array())

    def departments(self) -> Mapping[str, tuple[str, ...]]:
        """The rooms of each department, as the rooms tell it, for no call does (1.3); as `resources`."""
        found: dict[str, tuple[str, ...]] = {}
        for room, name in rooms.departments(self.resources()).items():
            found[name] = (*found.get(name, ()), room)
        return found

    def department(self, name: str) -> None:
        """NotReleased: all that is known of a department is its name in its rooms (1.3)."""
        raise NotReleased(f"Lock.me has released no call for the department {name}, only its name in rooms")

    def price_lists(self) -> None:
        """NotReleased: the API's second version has none (1.3)."""
        raise NotReleased("Lock.me has released no call for price lists in this version of its API")

    def room(self, ref: str) -> ResourceRecord:
        """One room (1.3 no. 4). Raises as `Line.send`; Garbled when it is not that room."""
        return _room(self._line.get(f"/room/{address.number(ref, 'the room')}"), ref)

    def margin(self, ref: str) -> float | None:
        """The hours between booking and start that are set for a room itself; None = none is told (1.5).

        Raises as `room`.
        """
        return rooms.margin(self.room(ref))

    def edit_room(self, room: str, margin: float) -> ResourceRecord:
        """Set a room's margin in hours, the only field there is to edit (1.3 no. 5); the room then.

        Raises Refused for what is no such number, before Lock.me is asked; else as `Line.write`, and Garbled
        when the answer is another room or shows another margin.
        """
        path, hours = f"/room/{address.number(room, 'the room')}", forms.margin(margin)
        try:
            record = _room(self._line.write("POST", path, json={"calendarMargin": hours}), room)
        except (Unavailable, Garbled) as error:
            return self._looked(error, lambda: _with_margin(self.room(room), hours))
        if rooms.margin(record) not in (hours, None):
            raise Garbled(f"POST {path} answered with another margin")
        return record

    def slots(self, resource_ref: str, day: date) -> list[Any]:
        """The slots of a room on a date, exceptions included (1.3 no. 14). Raises as `Line.send`; Garbled."""
        return self._line.get(_date(resource_ref, day)).array()

    def weekly_slots(self, resource_ref: str, weekday: int) -> list[Any]:
        """The slots of a weekday, 0 = Monday (1.3 no. 17). Raises as `Line.send`; Garbled."""
        return self._line.get(_weekday(resource_ref, weekday)).array()

    def on_date(self, room: str, day: date) -> tuple[Slot, ...]:
        """`slots` in the order of their hours; none = closed. Garbled when one cannot be read."""
        return forms.read_slots(self.slots(room, day), "GET date")

    def on_weekday(self, room: str, weekday: int) -> tuple[Slot, ...]:
        """`weekly_slots` in the order of their hours; none = closed. Garbled when one cannot be read."""
        return forms.read_slots(self.weekly_slots(room, weekday), "GET day")

    def set_date(self, room: str, day: date, slots: Sequence[Slot]) -> tuple[Slot, ...]:
        """Make a date an exception with these slots, or closed without any (1.3 no. 15); what it has then.

        Raises Refused for slots that cannot be, before Lock.me is asked; else as `Line.write`; Garbled.
        """
        return self._set(_date(room, day), slots, lambda: self.on_date(room, day))

    def set_weekday(self, room: str, weekday: int, slots: Sequence[Slot]) -> tuple[Slot, ...]:
        """Give a weekday (0 = Monday) these slots, or none (1.3 no. 18); what it has then. As `set_date`."""
        return self._set(_weekday(room, weekday), slots, lambda: self.on_weekday(room, weekday))

    def clear_date(self, room: str, day: date) -> tuple[Slot, ...]:
        """Take a date's exception away (1.3 no. 16); the slots that it has then, its weekday's.

        Raises as `Line.write`; Garbled.
        """
        answer = self._line.write("DELETE", _date(room, day))
        return forms.read_slots(answer.array(), answer.where)

    def _set(
        self, path: str, slots: Sequence[Slot], look: Callable[[], tuple[Slot, ...]]
    ) -> tuple[Slot, ...]:
        wanted = forms.slots(slots)
        # Lock.me's own client sends no body for an empty list (1.3), so that is how a day is closed
        body: dict[str, Any] = {"json": wanted} if wanted else {}
        try:
            answer = self._line.write("POST", path, **body)
            return forms.read_slots(answer.array(), answer.where)
        except (Unavailable, Garbled) as error:
            return self._looked(error, lambda: found if forms.slots(found := look()) == wanted else None)

    def _looked(self, error: VendorError, look: Callable[[], Found | None]) -> Found:
        """What a write without a good answer has done, where that can be seen; else its error."""
        try:
            found = None if error.status == TOO_MANY else look()
        except VendorError:
            found = None
        if found is None:
            text = f"{error.text}; it could not be seen there"
            raise type(error)(text, status=error.status, retry_after=error.retry_after) from None
        return found


def _date(room: str, day: date) -> str:
    return f"/room/{address.number(room, 'the room')}/date/{day.isoformat()}"


def _weekday(room: str, weekday: int) -> str:
    return f"/room/{address.number(room, 'the room')}/day/{forms.weekday(weekday)}"


def _room(answer: Answer, ref: str) -> ResourceRecord:
    try:
        record = rooms.record(answer.object())
    except Unreadable as error:
        raise Garbled(f"room {ref} cannot be read: {error}") from None
    if record.ref != address.number(ref, "the room"):
        raise Garbled(f"asked for room {ref} and got {record.ref}")
    return record


def _with_margin(record: ResourceRecord, hours: float) -> ResourceRecord | None:
    return record if rooms.margin(record) == hours else None
