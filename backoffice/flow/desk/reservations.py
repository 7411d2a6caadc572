"""Reservations that staff make, change, move and cancel at their source: checked, asked once, read back."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from backoffice.flow.desk import clients, slots
from backoffice.flow.desk.clients import Reservations
from backoffice.flow.desk.record import LOOK, Ask, already, carry_out
from backoffice.models import Booking, Occurrence, Resource, VendorWrite
from backoffice.word import NotPossible, Word
from integrations.errors import Garbled, Unavailable, VendorError
from integrations.types import BookingRecord, BookingStatus, Verdict, Written

TEXTS = ("email", "phone", "comment")  # what a reservation may be without
ADD, EDIT, MOVE, DELETE = "add reservation", "edit reservation", "move reservation", "delete reservation"
FIELDS = ("name", "surname", "email", "phone", "people", "pricer", "price", "comment", "status")
MOST_PEOPLE = 1000
CENT = Decimal("0.01")
OURS = "latchkey-"  # what external ids of reservations made here begin with


def make(
    resource: Resource, day: date, hour: time, fields: Mapping[str, Any], word: Word, key: str
) -> VendorWrite:
    """Make a reservation at an hour of the room's own clock; the write with its end.

    `key` names the form or request: the same one again makes no second reservation, and what was not
    answered is found by the external id that is made of it. NotPossible, before anything is written, for an
    hour that is not offered, is over or is taken, and for fields that cannot be.
    """
    named = _named(resource, key)
    if known := already(named):
        return known
    source = clients.reservations(resource.account)
    offer = slots.chosen(slots.offered(source, resource, day, word.now), resource, day, hour)
    sent = {**_checked(fields, offer), "extid": f"{OURS}{named}"}
    place = {"date": day.isoformat(), "hour": f"{hour:%H:%M:%S}"}
    ask = Ask(
        resource.account,
        ADD,
        f"{resource}, {_when(day, hour)}",
        {**place, **sent},
        resource=resource,
        key=named,
    )
    return carry_out(ask, word, lambda: _added(source, resource, {**place, **sent}, offer.starts_at))


def edit(booking: Booking, fields: Mapping[str, Any], word: Word, empty: Collection[str] = ()) -> VendorWrite:
    """Change the fields that are given, and take away the texts named in `empty`.

    Where and when it takes place is moved, not edited.
    """
    at = _stay(booking)
    if wrong := sorted(set(empty) - set(TEXTS)):
        raise NotPossible(f"These cannot be taken away: {', '.join(wrong)}. It can be {', '.join(TEXTS)}.")
    sent = {**dict.fromkeys(sorted(empty), ""), **_checked(fields)}
    if not sent:
        raise NotPossible("Say what is to be changed: nothing was filled in.")
    source = clients.reservations(booking.account)
    ask = Ask(booking.account, EDIT, _subject(booking, at), sent, resource=at.resource, booking=booking)
    what = f"Changed: {', '.join(sent)}."

    def go() -> Written:
        end = _changed(source, booking, lambda: source.edit(at.resource.ref, booking.ref, sent), what)
        # a status that the account has its own meaning for says nothing of what was sent
        told = {k: v for k, v in sent.items() if k != "status" or not booking.account.option("status_map")}
        other = _not_as(told, end.booking) if end.verdict == Verdict.DONE else []
        if not other:
            return end
        text = f"It was accepted, but reading back shows another {', '.join(other)}: look at the source."
        return Written(Verdict.IN_DOUBT, booking.ref, text, booking=end.booking)

    return carry_out(ask, word, go)


def move(booking: Booking, resource: Resource, day: date, hour: time, word: Word) -> VendorWrite:
    """Move a reservation to a day and hour of a room of the same account; as `make`."""
    at = _stay(booking)
    if resource.account_id != booking.account_id:
        raise NotPossible(f"{resource} belongs to another account: cancel this, and book there.")
    source = clients.reservations(booking.account)
    found = slots.offered(source, resource, day, word.now, besides=booking)
    offer = slots.chosen(found, resource, day, hour)
    if (at.resource_id, at.starts_at) == (resource.pk, offer.starts_at):
        raise NotPossible("It is there already: choose another day, hour or room.")
    to = f"{resource}, {_when(day, hour)}"
    place = {"resource": resource.ref, "date": day.isoformat(), "hour": f"{hour:%H:%M:%S}"}
    ask = Ask(
        booking.account,
        MOVE,
        f"{_subject(booking, at)} to {to}",
        place,
        resource=resource,
        booking=booking,
    )

    def go() -> BookingRecord:
        return source.move(at.resource.ref, booking.ref, resource.ref, day, hour)

    what = f"It was at {at.starts_text or at.starts_at}; now it is at {place['date']} {place['hour']}."
    return carry_out(ask, word, lambda: _changed(source, booking, go, what))


def cancel(booking: Booking, word: Word) -> VendorWrite:
    """Delete a reservation at its source; one that was paid there is refused in the vendor's words."""
    at = _stay(booking)
    source = clients.reservations(booking.account)
    ask = Ask(booking.account, DELETE, _subject(booking, at), resource=at.resource, booking=booking)
    return carry_out(ask, word, lambda: _deleted(source, at.resource.ref, booking.ref))


# ------------------------------------------------------------------------------------ asked, and looked at


def _added(source: Reservations, resource: Resource, sent: Mapping[str, Any], starts_at: datetime) -> Written:
    ref = str(source.add(resource.ref, sent))
    found = _seen(source, resource.ref, ref)
    right = found is not None and found.occurrences[0].starts_at == starts_at
    return Written(Verdict.DONE, ref, f"Booked, as reservation {ref}.", confirmed=right, booking=found)


def _changed(
    source: Reservations, booking: Booking, change: Callable[[], BookingRecord], what: str
) -> Written:
    """An edit's or a move's end: confirmed when a reading shows what the vendor's answer did."""
    try:
        answered = change()
    except (Unavailable, Garbled) as error:
        return Written(Verdict.IN_DOUBT, booking.ref, f"{error.text}. {LOOK}")
    found = _seen(source, answered.occurrences[0].resource_ref, booking.ref)
    same = found is not None and found.occurrences == answered.occurrences
    return Written(Verdict.DONE, booking.ref, what, confirmed=same, booking=found or answered)


def _not_as(sent: Mapping[str, Any], found: BookingRecord | None) -> list[str]:
    """The fields that a reading shows to be other than was sent; a price option's number is not told."""
    if found is None:
        return []
    shown = {
        "name": found.customer.name if found.customer else "",
        "email": found.customer.email if found.customer else "",
        "phone": found.customer.phone if found.customer else "",
        "people": found.people or 0,
        "price": found.price,
        "comment": found.comment,
        "status": found.status != BookingStatus.PENDING,
    }
    return [name for name, value in sent.items() if not _shows(name, shown, value)]


def _shows(name: str, shown: Mapping[str, Any], value: Any) -> bool:
    if name == "status":
        return bool(shown[name]) == (str(value).lower() in ("1", "true"))
    if name in ("name", "surname"):
        return str(value).strip() in str(shown["name"])
    if name == "price":
        return Decimal(str(shown[name]) or "-1") == Decimal(str(value)).quantize(CENT)
    return name not in shown or str(shown[name]).lower() == str(value).strip().lower()


def _deleted(source: Reservations, room: str, ref: str) -> Written:
    """A deletion's end; what was not answered is looked for, and gone is gone."""
    try:
        source.delete(room, ref)
    except (Unavailable, Garbled) as error:
        if not _gone(source, room, ref):
            return Written(Verdict.IN_DOUBT, ref, f"{error.text}. {LOOK}")
        return Written(Verdict.DONE, ref, "No good answer came, but it is gone there.", confirmed=True)
    return Written(Verdict.DONE, ref, "It is deleted there.", confirmed=_gone(source, room, ref))


def _gone(source: Reservations, room: str, ref: str) -> bool:
    try:
        return source.booking(room, ref) is None
    except VendorError:
        return False


def _seen(source: Reservations, room: str, ref: str) -> BookingRecord | None:
    try:
        return source.booking(room, ref)
    except VendorError:
        return None


# ------------------------------------------------------------------------------------------ checked before


def _stay(booking: Booking) -> Occurrence:
    """Where and when a reservation is; NotPossible when it is gone."""
    live = booking.occurrences.filter(gone_at=None).select_related(
        "resource__account", "resource__room__venue"
    )
    at = live.first()
    if booking.gone_at or at is None:
        raise NotPossible("This booking no longer exists at its source: there is nothing to change.")
    return at


def _checked(fields: Mapping[str, Any], offer: slots.Offer | None = None) -> dict[str, Any]:
    """The fields that were filled in; NotPossible says what to change."""
    sent = {name: value for name, value in fields.items() if value not in (None, "")}
    if unknown := sorted(set(sent) - set(FIELDS)):
        raise NotPossible(f"A reservation has no {', '.join(unknown)}; it has {', '.join(FIELDS)}.")
    if "email" in sent:
        try:
            validate_email(sent["email"])
        except ValidationError:
            raise NotPossible(
                "This is no e-mail address: compare it with the guest, letter by letter."
            ) from None
    if "people" in sent and not (str(sent["people"]).isdigit() and int(sent["people"]) <= MOST_PEOPLE):
        raise NotPossible(f"How many people must be a whole number up to {MOST_PEOPLE}.")
    if offer and offer.pricers and "pricer" in sent and str(sent["pricer"]) not in map(str, offer.pricers):
        known = ", ".join(map(str, offer.pricers))
        raise NotPossible(f"{offer.hour:%H:%M} is not sold at price option {sent['pricer']}; it has {known}.")
    return {name: _plain(value) for name, value in sent.items()}


def _plain(value: Any) -> Any:
    """As it can be stored and sent: a price as text."""
    return value if isinstance(value, bool | int | str) else str(value)


def _named(resource: Resource, key: str) -> str:
    """A form's key as it stands in an external id; the same for the same form of the same account."""
    if not key.strip():
        raise NotPossible("A reservation needs a key of its own, so that it is not made twice.")
    return hashlib.sha256(f"{resource.account_id}:{key}".encode()).hexdigest()[:24]


def _subject(booking: Booking, at: Occurrence) -> str:
    return f"{booking.ref}, {at.resource}, {at.starts_text or at.starts_at}"


def _when(day: date, hour: time) -> str:
    return f"{day:%a} {day.isoformat()} {hour:%H:%M}"
