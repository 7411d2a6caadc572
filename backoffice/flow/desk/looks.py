"""A second look at bookings whose write was not answered: nothing is sent again, only read."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from backoffice import accounts, states
from backoffice.flow.desk import booked, reservations, slots
from backoffice.flow.desk.clients import Reservations
from backoffice.models import VendorAccount, VendorWrite
from backoffice.states import WriteState
from integrations.types import Proof, SecondLook, Window

SURE = timedelta(minutes=10)  # what has not happened by then was never heard
LAST = timedelta(days=1)
KNOWN = (reservations.ADD, reservations.MOVE, reservations.DELETE, *booked.KNOWN)
LOOKED = "Looked at again ten minutes later:"  # in its text: what a look can tell, it has told
DONE = "Seen there: it was done."
NOT_DONE = "Not seen there ten minutes later: it was not done. Ask again if it is still wanted."


def doubtful(now: datetime) -> QuerySet[VendorWrite]:
    """Writes of the last day in doubt, or left behind by a process that died, that a look can settle."""
    found = VendorWrite.objects.filter(
        verb__in=KNOWN,
        state__in=(WriteState.IN_DOUBT, WriteState.ASKED),
        asked_at__gt=now - LAST,
        asked_at__lt=now - timedelta(minutes=1),
        account__enabled=True,
        account__stopped_at=None,
    )
    found = found.exclude(text__contains=LOOKED)
    return found.select_related("account", "resource", "booking").order_by("pk")


def look(account: VendorAccount, writes: list[VendorWrite], now: datetime) -> list[VendorWrite]:
    """Look for what an account's writes should have done; those that were done. Raises VendorError."""
    source = accounts.booking_source(account)
    if isinstance(source, Reservations):
        return [write for write in writes if _looked(source, write, now)]
    if isinstance(source, SecondLook):
        return [write for write in writes if _proven(source, write, now)]
    return []


def _proven(source: SecondLook, write: VendorWrite, now: datetime) -> bool:
    """Whether a look proves that a booking's write was done; what it proves else is written down in time."""
    sight = booked.seen(source, write)
    if sight.proof is Proof.DONE:
        return _settled(write, sight.ref, now)
    if write.asked_at > now - SURE:
        return False
    if sight.proof is Proof.NOT_DONE:
        states.move(write, WriteState.REFUSED, text=NOT_DONE, settled_at=now)
        return False
    told = f"{write.text} {LOOKED} {sight.text}.".strip()
    VendorWrite.objects.filter(pk=write.pk, state=write.state).update(text=told)
    return False


def _settled(write: VendorWrite, ref: str, now: datetime) -> bool:
    return states.move(write, WriteState.DONE, ref=ref, text=DONE, confirmed=True, settled_at=now)


def _looked(source: Reservations, write: VendorWrite, now: datetime) -> bool:
    ref = _found(source, write)
    if ref is not None:
        return _settled(write, ref, now)
    if write.asked_at <= now - SURE:
        states.move(write, WriteState.REFUSED, text=NOT_DONE, settled_at=now)
    return False


def _found(source: Reservations, write: VendorWrite) -> str | None:
    """The id of the reservation that shows the write, or None."""
    asked: dict[str, Any] = write.asked
    room = write.resource.ref if write.resource else ""
    if write.verb == reservations.ADD:
        day = date.fromisoformat(asked["date"])
        listed = source.read(Window(room, day, day)).bookings
        return next((each.ref for each in listed if each.external_ref == asked["extid"]), None)
    if write.booking is None:
        return None
    record = source.booking(room, write.booking.ref)
    if write.verb == reservations.DELETE:
        return write.booking.ref if record is None else None
    moved = record is not None and record.occurrences[0].starts_at == _wanted(source, room, asked)
    return write.booking.ref if moved else None


def _wanted(source: Reservations, room: str, asked: dict[str, Any]) -> datetime:
    local = datetime.fromisoformat(f"{asked['date']}T{asked['hour']}")
    return slots.instant(local.date(), local.time(), source.zone(room))
