"""What Lock.me is sent: reservation fields, slots and margins, refused in words before it is asked."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, time
from decimal import Decimal, InvalidOperation
from typing import Any

from integrations.errors import Garbled, Refused
from integrations.types import Slot
from integrations.vendors.lockme import address, fields
from integrations.vendors.lockme.fields import Unreadable, mapping, truth

TEXTS = ("extid", "name", "surname", "email", "phone", "pricer", "comment")
PRIVATE = ("name", "surname", "email", "phone", "comment")
PLACE = ("roomid", "date", "hour")
WEEK = range(7)
Form = dict[str, Any]


def new(room: str, sent: Mapping[str, object]) -> Form:
    """The fields of a reservation to be made in a room: date and hour must be there (1.4)."""
    form = _form(sent, ("date", "hour"))
    if missing := [name for name in ("date", "hour") if name not in form]:
        raise Refused(f"a reservation needs a {' and an '.join(missing)}")
    return {"roomid": int(address.number(room, "the room")), **form}


def changes(sent: Mapping[str, object]) -> Form:
    """The fields of a partial edit; where and when it takes place is not edited but moved (1.4)."""
    if moved := [name for name in PLACE if name in sent]:
        raise Refused(f"{', '.join(moved)} cannot be edited: move the reservation")
    form = _form(sent)
    if not form:
        raise Refused("nothing is to be changed")
    return form


def place(room: str, day: date, hour: time) -> Form:
    """Where and when a reservation is moved to."""
    form = _form({"date": day, "hour": hour}, ("date", "hour"))
    return {"roomid": int(address.number(room, "the room")), **form}


def shows(raw: Mapping[str, Any], form: Form) -> bool:
    """Does a reservation show all that was sent?"""
    return all(_same(name, raw.get(name), value) for name, value in form.items())


def margin(hours: object) -> float:
    """The hours between booking and start (1.5). It can be set here, and taken away in the panel alone."""
    if isinstance(hours, bool) or not isinstance(hours, int | float | Decimal):
        raise Refused("the margin must be a number of hours; to take it away, use Lock.me's panel")
    if not math.isfinite(hours) or hours < 0:
        raise Refused("the margin must be 0 hours or more")
    return float(hours)


def weekday(number: int) -> int:
    """0 = Monday to 6 = Sunday (1.3 no. 17)."""
    if number not in WEEK:
        raise Refused("the weekday must be from 0 = Monday to 6 = Sunday")
    return number


def slots(wanted: Sequence[Slot]) -> list[Form]:
    """Slot settings as they are sent; none at all is a closed day (1.6)."""
    hours = [slot.hour for slot in wanted]
    if len(set(hours)) != len(hours):
        raise Refused("an hour occurs twice")
    if any(type(pricer) is not int or pricer < 1 for slot in wanted for pricer in slot.pricers):
        raise Refused("a price option is named by its number")
    return [{"hour": f"{slot.hour:%H:%M:%S}", "pricers": list(slot.pricers)} for slot in _sorted(wanted)]


def read_slots(rows: Iterable[Any], where: str) -> tuple[Slot, ...]:
    """Slot settings as they came, by hour; Garbled when one of them cannot be read."""
    try:
        return tuple(_sorted(_slot(row) for row in rows))
    except Unreadable as error:
        raise Garbled(f"{where} answered with slots that cannot be read: {error}") from None


def private(form: Form) -> list[str]:
    """What of a form is a guest's, and no word for an error."""
    return [str(form[name]) for name in PRIVATE if form.get(name)]


def _form(sent: Mapping[str, object], more: tuple[str, ...] = ()) -> Form:
    allowed = (*TEXTS, "people", "price", "status", *more)
    if unknown := sorted(set(sent) - set(allowed)):
        raise Refused(f"Lock.me takes no {', '.join(unknown)}; it takes {', '.join(allowed)}")
    return {name: READERS.get(name, _text)(value, name) for name, value in sent.items()}


def _text(value: object, name: str) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | None):
        raise Refused(f"{name} must be a text")
    text = "" if value is None else str(value).strip()
    if name == "extid" and text:
        address.external(text)
    return text


def _people(value: object, name: str) -> int:
    try:
        return int(fields.ident(value, name))
    except Unreadable:
        raise Refused("people must be a whole number, 0 where nobody has said it") from None


def _price(value: object, _name: str) -> float:
    try:
        price = Decimal("x" if isinstance(value, bool) else str(value))
    except InvalidOperation:
        raise Refused("price must be a number") from None
    if not price.is_finite() or not 0 <= price < 10**9:
        raise Refused("price must be a number from 0")
    return float(round(price, 2))


def _status(value: object, _name: str) -> int:
    """1 = confirmed or paid, 0 = pending (1.4)."""
    said = truth(value)
    if said == "?":
        raise Refused("status must be true (confirmed) or false (pending)")
    return int(said == "true")


def _day(value: object, _name: str) -> str:
    try:
        return fields.day(value.isoformat() if type(value) is date else value).isoformat()
    except Unreadable as error:
        raise Refused(str(error)) from None


def _hour(value: object, _name: str) -> str:
    try:
        return f"{value if isinstance(value, time) else fields.hour(value):%H:%M:%S}"
    except Unreadable as error:
        raise Refused(str(error)) from None


READERS: Mapping[str, Callable[[object, str], object]] = {
    "people": _people,
    "price": _price,
    "status": _status,
    "date": _day,
    "hour": _hour,
}


def _same(name: str, shown: object, sent: object) -> bool:
    """Is a field as it was sent, in whichever way Lock.me writes it?"""
    try:
        if name == "hour":
            return fields.hour(shown) == fields.hour(sent)
        if name in ("roomid", "people"):
            return fields.ident(shown, name) == str(sent)
    except Unreadable:
        return False
    read = {"price": fields.amount, "status": truth}.get(name, fields.text)
    return read(shown) == read(sent)


def _slot(row: object) -> Slot:
    known = mapping(row, "a slot")
    pricers = known.get("pricers") or []
    if not isinstance(pricers, list):
        raise Unreadable("pricers is not a list")
    ids = tuple(int(fields.ident(each, "a pricer")) for each in pricers)
    return Slot(fields.hour(known.get("hour")), ids)


def _sorted(slots_: Iterable[Slot]) -> list[Slot]:
    return sorted(slots_, key=lambda slot: slot.hour)
