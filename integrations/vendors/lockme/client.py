"""Lock.me's client: a booking source that is asked room by room and day by day, and tells of changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from integrations.errors import Garbled, Misconfigured, Missing
from integrations.types import BookingStatus, Message, Reading, Settings, Window
from integrations.vendors.lockme import address, messages, rooms
from integrations.vendors.lockme.blocks import Blocks
from integrations.vendors.lockme.line import Line
from integrations.vendors.lockme.reservations import STATUSES, Reader

DAY = timedelta(days=1)
FORBIDDEN = 403


class Lockme(Blocks):
    """One partner's account.

    Options: version (v2.4), status_map ({"panel:false": "confirmed"}), timezones ({room id or department:
    zone}, where not all rooms are in the account's zone).
    """

    def __init__(self, line: Line, settings: Settings) -> None:
        """Misconfigured when a zone or an option is not what it must be."""
        self._clock = settings.clock
        self._zone = _zone(settings.timezone)
        self._zones = _zones(settings.options.get("timezones") or {})
        self._departments: Mapping[str, str] | None = None
        statuses = _statuses(settings.options.get("status_map") or {})
        super().__init__(line, Reader(self._zone_of, statuses), settings)

    def customers(self) -> None:
        """None: reservations carry their own contact."""

    def windows(self, resource_refs: Sequence[str], first: date, last: date) -> Iterator[Window]:
        """One window for each room and day, for no longer list exists (1.3 no. 6).

        Days are the account's; nearest to today first, all rooms of a day together.
        """
        today = self._clock().astimezone(self._zone).date()
        days = [first + n * DAY for n in range((last - first).days + 1)]
        for day in sorted(days, key=lambda day: (abs(day - today), day < today)):
            yield from (Window(ref, day, day) for ref in resource_refs)

    def read(self, window: Window) -> Reading:
        """All reservations of one room and day, their starts in UTC (1.3 no. 6).

        Raises as `Line.send`; Missing when the room is not there or not this account's; Garbled when the
        answer is no list. ValueError for a window that `windows` would not make.
        """
        if window.first != window.last:
            raise ValueError("Lock.me lists one room and one day at a time")
        room = address.number(window.resource_ref, "the room")
        answer = self._line.get(f"/room/{room}/reservations/{window.first}", expect=(FORBIDDEN,))
        if answer.status == FORBIDDEN:
            # the other rooms of the account are still to be read
            raise Missing(f"Lock.me does not let this account read room {room}", status=FORBIDDEN)
        bookings, rejected = self._reader.all(answer.array(), window)
        return Reading(window, bookings, rejected)

    def message(self, ref: str) -> Message:
        """A webhook message, also one that was read before (1.3 no. 12). Raises as `Line.send`; Garbled."""
        return messages.message(ref, self._line.get(f"/message/{_message_id(ref)}").object())

    def acknowledge(self, ref: str) -> None:
        """Mark a message as read (1.3 no. 13). Raises as `Line.send`; Garbled when Lock.me does not say true.

        Doing it twice does no harm.
        """
        answer = self._line.send("POST", f"/message/{_message_id(ref)}")
        said = answer.json()
        if said is not True and not (type(said) is int and said == 1):
            raise Garbled(f"{answer.where} did not answer true")

    def test(self) -> None:
        """Do address, version and token work? (1.3 no. 1) Raises as `Line.send`, and Garbled if not "OK"."""
        answer = self._line.get("/test")
        if answer.text.strip().strip('"') != "OK":
            raise Garbled(f"{answer.where} did not answer OK")

    def me(self) -> dict[str, Any]:
        """Whose token it is: userid, nick (1.3 no. 2). Raises as `Line.send`; Garbled."""
        return self._line.get("/me").object()

    def zone(self, room: str) -> ZoneInfo:
        """The zone of a room's dates and hours (1.7). Raises as `resources` where departments have zones."""
        return self._zone_of(room)

    def _zone_of(self, room: str) -> ZoneInfo:
        """The room's own zone, its department's, or the account's (1.7)."""
        if not self._zones or room in self._zones:
            return self._zones.get(room, self._zone)
        if self._departments is None:
            self._departments = rooms.departments(self.resources())
        return self._zones.get(self._departments.get(room, ""), self._zone)


def connect(settings: Settings) -> Lockme:
    """The client of one account; Misconfigured when its address, secrets, zone or options are not usable."""
    return Lockme(Line(settings), settings)


def _message_id(ref: str) -> str:
    if not messages.MESSAGE_ID.fullmatch(ref):
        raise ValueError("this is not a message's id")
    return ref


def _zone(name: object) -> ZoneInfo:
    try:
        return ZoneInfo(str(name))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Misconfigured(f"{name!r} is not a time zone") from None


def _zones(option: Any) -> dict[str, ZoneInfo]:
    if not isinstance(option, Mapping):
        raise Misconfigured("the option timezones must map rooms or departments to zones")
    return {str(name): _zone(zone) for name, zone in option.items()}


def _statuses(option: Any) -> dict[str, BookingStatus]:
    """What each source and status counts as, with the account's own `status_map` on top of it (3.1)."""
    try:
        return {**STATUSES, **{str(name).strip().lower(): BookingStatus(option[name]) for name in option}}
    except (TypeError, ValueError):
        raise Misconfigured(
            'the option status_map must map "source:true" or "source:false" to ' + ", ".join(BookingStatus)
        ) from None
