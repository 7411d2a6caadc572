"""Bookings as Locaboo is told them, refused in words before it is asked, and compared when read back."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from integrations.errors import Refused
from integrations.types import AddOrder, BookingRecord, Once, SaveOrder, Series, WholeDays
from integrations.vendors.locaboo import series, spans
from integrations.vendors.locaboo.fields import Unreadable, ident
from integrations.vendors.locaboo.times import LONGEST

COLOR = re.compile(r"#[0-9a-fA-F]{6}")
FIELD = re.compile(r"(?:mf_)?([0-9]+)")  # reads show mf_52, writes take 52 (B-C21)
EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
SALUTATIONS = ("Mr", "Ms/Mrs", "Pr", "Dr")
CUSTOMER = ("first_name", "last_name", "email", "company", "salutation", "street", "zip", "phone", "city")
Tree = dict[str, Any]


def save_form(order: SaveOrder, zone: ZoneInfo) -> dict[str, str]:
    """The query of booking_save: place, dates, times, status, and the id of what is changed (B-C20)."""
    first, last = spans.local(order.starts_at, order.ends_at, zone)
    form = {"booking_id": _ref(order.ref, "the booking")} if order.ref else {}
    return {
        **form,
        "resource_id": _ref(order.resource_ref, "the resource"),
        **_dates(first, last),
        **_times(first, last),
        "booking_status": order.status.value,
        **_customer(order.customer),
    }


def add_form(order: AddOrder, zone: ZoneInfo) -> Tree:
    """The fields of booking_add, nested; those that were not given are not sent."""
    texts = {"title": order.title, "comments": order.comment, "internal_comments": order.internal_comment}
    return {
        "booking_mode": "booking_request" if order.request else "direct_booking",
        **_when(order, zone),
        "main_resource": _ref(order.resource_ref, "the main resource"),
        **{name: value for name, value in texts.items() if value},
        **_people(order),
        **_things(order),
        **_looks(order),
    }


def save_differs(order: SaveOrder, record: BookingRecord, zone: ZoneInfo) -> list[str]:
    """What of a booking is not as it was to be saved, in words."""
    first, last = spans.local(order.starts_at, order.ends_at, zone)
    resource = _ref(order.resource_ref, "the resource")
    wanted = {spans.told(resource, first, last, zone)}
    return _differs(wanted, spans.merged(record.occurrences))


def add_differs(order: AddOrder, record: BookingRecord, zone: ZoneInfo) -> list[str]:
    """What of a booking is not as it was to be added, in words.

    Of a series only what its rule says is compared: how Locaboo counts weeks and months is not documented.
    """
    resources = booked(order)
    if isinstance(order.when, Series):
        return _series_differs(order.when, resources, record)
    first, last = _local(order.when, zone)
    wanted = {spans.told(resource, first, last, zone) for resource in resources}
    return _differs(wanted, spans.merged(record.occurrences))


def booked(order: AddOrder) -> set[str]:
    """The resources that are taken: the parts that are named, and each main resource of which no part is."""
    main = _ref(order.resource_ref, "the main resource")
    named = {main: [], **{_ref(owner, "a resource"): list(parts) for owner, parts in order.parts.items()}}
    return {_ref(ref, "a part") for owner, parts in named.items() for ref in parts or [owner]}


def first_and_last(order: AddOrder, zone: ZoneInfo) -> tuple[date, date]:
    """The days that a booking is in, on the account's calendar."""
    if isinstance(order.when, Once):
        first, last = _local(order.when, zone)
        return first.date(), last.date()
    return order.when.first, order.when.last


def _when(order: AddOrder, zone: ZoneInfo) -> Tree:
    if isinstance(order.when, Series):
        table = series.form(order.when)
        days = {"date_from": order.when.first.isoformat(), "date_to": order.when.last.isoformat()}
        return {**days, **table}
    first, last = _local(order.when, zone)
    whole = int(isinstance(order.when, WholeDays))
    return {"recurring": 0, **_dates(first, last), **_times(first, last), "multi_day": whole}


def _local(when: Once | WholeDays, zone: ZoneInfo) -> tuple[datetime, datetime]:
    if isinstance(when, Once):
        return spans.local(when.starts_at, when.ends_at, zone)
    spans.days(when.first, when.last, LONGEST.days)
    return datetime.combine(when.first, time()), datetime.combine(when.last, spans.LAST_MINUTE)


def _people(order: AddOrder) -> Tree:
    found: Tree = {}
    if order.customer_ref:
        found["customer_id"] = _ref(order.customer_ref, "the customer")
    if order.person_refs:
        found["persons"] = [_ref(ref, "a person") for ref in order.person_refs]
    if order.season_ref:
        found["season_id"] = _ref(order.season_ref, "the season")
    return found


def _things(order: AddOrder) -> Tree:
    parts = {
        _ref(owner, "a resource"): [_ref(ref, "a part") for ref in refs]
        for owner, refs in order.parts.items()
        if refs
    }
    fields = {
        _ref(owner, "a resource"): {_field(name): value for name, value in values.items()}
        for owner, values in order.fields.items()
    }
    found: Tree = {"resource_parts": parts, "category_fields": fields}
    found |= {name: _quantities(getattr(order, name)) for name in ("inventory", "services")}
    return {name: value for name, value in found.items() if value}


def _quantities(things: Mapping[str, Mapping[str, int]]) -> Tree:
    return {
        _ref(owner, "a resource"): {_ref(ref, "a thing"): _quantity(count) for ref, count in counts.items()}
        for owner, counts in things.items()
    }


def _quantity(count: int) -> Tree:
    if type(count) is not int or count < 1:
        raise Refused("a quantity is a whole number from 1")
    return {"checked": "on", "quantity": count}


def _looks(order: AddOrder) -> Tree:
    if order.color and not COLOR.fullmatch(order.color):
        raise Refused("a color is written like #ff0000")
    color = {"custom_color": 1, "color": order.color} if order.color else {"custom_color": 0}
    return {
        **color,
        "entrance_hall": int(order.in_entrance_hall),
        "booking_hidden_widget": int(order.hidden),
    }


def _customer(sent: Mapping[str, str]) -> dict[str, str]:
    if unknown := sorted(set(sent) - set(CUSTOMER)):
        raise Refused(f"a saved booking takes no customer's {', '.join(unknown)}, only {', '.join(CUSTOMER)}")
    if sent.get("salutation", "Mr") not in SALUTATIONS:
        raise Refused(f"the salutation is one of {', '.join(SALUTATIONS)}")
    if sent.get("email") and not EMAIL.fullmatch(sent["email"]):
        raise Refused("the e-mail address is none")
    return {f"customer_{name}": value for name, value in sent.items() if value}


def _dates(first: datetime, last: datetime) -> dict[str, str]:
    return {"date_from": f"{first:%Y-%m-%d}", "date_to": f"{last:%Y-%m-%d}"}


def _times(first: datetime, last: datetime) -> dict[str, str]:
    return {"time_from": f"{first:%H:%M}", "time_to": f"{last:%H:%M}"}


def _ref(ref: str, what: str) -> str:
    try:
        return ident(ref, what)
    except Unreadable as error:
        raise Refused(str(error)) from None


def _field(name: str) -> str:
    found = FIELD.fullmatch(name)
    if not found:
        raise Refused("a custom field is named by its number")
    return found[1]


def _differs(wanted: set[spans.Span], found: set[spans.Span]) -> list[str]:
    if wanted == found:
        return []
    words = []
    if {ref for ref, *_ in wanted} != {ref for ref, *_ in found}:
        words.append("it is of other resources")
    if {each[1:] for each in wanted} != {each[1:] for each in found}:
        words.append("it is at other times")
    return words or ["its resources have other times"]


def _series_differs(wanted: Series, resources: set[str], record: BookingRecord) -> list[str]:
    if not record.occurrences:
        return ["it has no dates"]
    words = set()
    for one in record.occurrences:
        day = date.fromisoformat(one.starts_text[:10])
        if one.resource_ref not in resources:
            words.add("it is of other resources")
        if not wanted.first <= day <= wanted.last:
            words.add("it has dates outside of the series")
        elif (one.starts_text[11:], one.ends_text[11:]) not in series.hours_on(wanted.rule, day):
            words.add("it has days or times that the series has not")
    return sorted(words)
