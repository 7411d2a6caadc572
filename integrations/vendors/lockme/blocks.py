"""Times of Lock.me taken for other channels: reservations with our external id (3.2: there are no locks)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from integrations.errors import Missing, Refused
from integrations.types import BlockOrder, Settings, Verdict, Written
from integrations.vendors.lockme import fields
from integrations.vendors.lockme.address import EXTERNAL
from integrations.vendors.lockme.desk import Desk
from integrations.vendors.lockme.line import Line
from integrations.vendors.lockme.reservations import Reader

CONFIRMED = 1


class Blocks(Desk):
    """What other channels have of one account."""

    def __init__(self, line: Line, reader: Reader, settings: Settings) -> None:
        super().__init__(line, reader)
        self._text = str(settings.options.get("block_text") or "Blocked")

    def block(self, order: BlockOrder) -> Written:
        """Reserve the slot with our external id, once however often it is asked for (1.3 no. 7, 1.4).

        One that somebody moved to another hour or room is moved back (1.3 no. 11). REFUSED in Lock.me's
        words, as for a slot that is taken. Raises as `add`.
        """
        at = self._local(order.resource_ref, order.starts_at)
        form = {
            "date": at.date(),
            "hour": at.time(),
            "extid": order.key,
            "name": self._text,
            "comment": order.text,
            "status": CONFIRMED,
        }
        try:
            ref = self.add(order.resource_ref, form)
        except Refused as error:
            for room in _rooms(order):
                known = self.booking(room, EXTERNAL + order.key)
                if known is not None:
                    return self._moved(room, known.ref, order.resource_ref, order.starts_at)
            return Written(Verdict.REFUSED, text=error.text)
        return Written(Verdict.DONE, str(ref), "Lock.me has it", confirmed=True)

    def unblock(self, order: BlockOrder) -> Written:
        """Delete the reservation with our external id, in whatever room it is. Raises as `delete`."""
        *others, last = (self._deleted(room, EXTERNAL + order.key) for room in _rooms(order))
        return next((end for end in others if end.verdict is Verdict.REFUSED), last)

    def cancel_booking(self, resource_ref: str, ref: str) -> Written:
        """Delete a reservation; REFUSED for one that was paid at Lock.me (3.2). Raises as `delete`."""
        return self._deleted(resource_ref, ref)

    def move_booking(self, resource_ref: str, ref: str, starts_at: datetime, ends_at: datetime) -> Written:
        """Move a reservation to another start in its room; how long it lasts is the room's. As `move`."""
        del ends_at
        return self._moved(resource_ref, ref, resource_ref, starts_at)

    def _moved(self, room: str, ref: str, to_room: str, starts_at: datetime) -> Written:
        at = self._local(to_room, starts_at)
        try:
            record = self.move(room, ref, to_room, at.date(), at.time())
        except Refused as error:
            return Written(Verdict.REFUSED, ref, error.text)
        return Written(Verdict.DONE, record.ref, "Lock.me has moved it", confirmed=True, booking=record)

    def offered(self, resource_ref: str, day: date) -> tuple[datetime, ...]:
        """The starts of a room's games on a date of its own calendar, in UTC (1.3 no. 14). As `on_date`."""
        zone = self._zone_of(resource_ref)
        return tuple(fields.instant(day, slot.hour, zone) for slot in self.on_date(resource_ref, day))

    def _deleted(self, room: str, ref: str) -> Written:
        try:
            self.delete(room, ref)
        except Missing:
            return Written(Verdict.DONE, text="Lock.me does not have it any more", confirmed=True)
        except Refused as error:
            return Written(Verdict.REFUSED, text=error.text)
        return Written(Verdict.DONE, text="Lock.me has deleted it", confirmed=True)

    def _local(self, room: str, at: datetime) -> datetime:
        """An instant on the room's own clock; Lock.me counts in whole seconds there (1.7)."""
        return at.astimezone(UTC).astimezone(self._zone_of(room)).replace(tzinfo=None, microsecond=0)

    def _zone_of(self, room: str) -> ZoneInfo:
        raise NotImplementedError


def _rooms(order: BlockOrder) -> list[str]:
    """Where our reservation may be: in its room, or where somebody moved it."""
    return list(dict.fromkeys(filter(None, (order.resource_ref, order.seen_at))))
