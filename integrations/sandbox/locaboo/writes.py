"""What the sandbox Locaboo does on writes: the rows of the answer."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import time
from typing import Any

from integrations.sandbox.locaboo import forms, recurrence
from integrations.sandbox.locaboo.forms import Form
from integrations.sandbox.locaboo.shapes import Switch
from integrations.sandbox.locaboo.store import BadRequest, Booking, Customer, Span, Store

Rows = list[dict[str, Any]]
FULL_DAY = time(), time(23, 59)
SAVED = {"Live": "Live", "Draft": "Draft", "Complete": "Completed", "Cancel": "Cancelled"}
SALUTATIONS = ("Mr", "Ms/Mrs", "Pr", "Dr")


def booking_save(store: Store, switch: Switch, args: Form) -> Rows:
    """Create or update by GET. The status is Live unless it is sent, on an update too."""
    ident = forms.number(args, "booking_id", 0)
    found = store.booking(ident) if ident else None
    status = SAVED[forms.one_of(args, "booking_status", SAVED, "Live")]
    if args.get("customer_salutation"):
        forms.one_of(args, "customer_salutation", SALUTATIONS)
    resource = store.resource(forms.number(args, "resource_id")).id
    first, last = forms.days(args)
    starts, ends = _save_times(args, found if switch["omitted"] == "keep" else None)
    span = _checked((resource, forms.moment(first, starts), forms.moment(last, ends)))
    customer = _saved_customer(store, args)
    booking = found or _added(store, Booking(store.next("booking")))
    booking.status = status
    booking.customer_id = customer or (booking.customer_id if switch["omitted"] == "keep" else 0)
    store.place(booking, [span], renumber=switch["renumber"])
    return [{"id": booking.id, "message": "Successfully cerated the booking."}]


def booking_add(store: Store, switch: Switch, form: Form) -> Rows:
    """Create by POST, direct or as a request that waits for approval."""
    mode = forms.one_of(form, "booking_mode", ("direct_booking", "booking_request"))
    customer = forms.number(form, "customer_id", 0)
    if customer:
        store.customer(customer)
    _check_looks(form)
    recurring = forms.flag(form, "recurring")
    times = recurrence.series(form) if recurring else _single(form)
    resources = _resources(store, form)
    spans = [_checked((resource, *span)) for span in times for resource in resources]
    booking = Booking(
        store.next("booking"),
        title=str(form.get("title") or ""),
        customer_id=customer,
        status="Live" if mode == "direct_booking" else "Pending",
        comments=str(form.get("comments") or ""),
        recurring=recurring,
        color=str(form.get("color") or "#17df26"),
        custom_fields=_category_fields(form),
        persons=_persons(form),
        inventory=_quantities(form, "inventory"),
        services=_quantities(form, "services"),
    )
    conflict = any(store.taken(*span) for span in spans)
    _added(store, booking)
    store.place(booking, spans, renumber=False)
    flag = {"conflict": conflict} if switch["conflict_flag"] else {}
    return [{"id": booking.id, "message": "Successfully created the booking.", **flag}]


def customer_add(store: Store, form: Form) -> Rows:
    """Create a customer; no field is required."""
    customer = Customer(store.next("customer"))
    _fill(customer, form)
    store.customers[customer.id] = customer
    return [{"id": customer.id, "message": "Successfully Added"}]


def customer_edit(store: Store, form: Form) -> Rows:
    """Change the fields that are sent."""
    customer = store.customer(forms.number(form, "customer_id"))
    _fill(customer, form)
    return [{"id": customer.id, "message": "Edited successfully"}]


def customer_address_add(store: Store, form: Form) -> Rows:
    """Add addresses."""
    customer = store.customer(forms.number(form, "customer_id"))
    addresses = list(forms.branch(form, "address").values())
    if not addresses or not all(isinstance(each, dict) for each in addresses):
        raise BadRequest("The address field must be an array of addresses.")
    for each in addresses:
        forms.one_of({"address_type": "", **each}, "address_type", ("", "secondary"))
    customer.addresses += addresses
    return [{"id": customer.id, "message": "Successfully Added"}]


def _added(store: Store, booking: Booking) -> Booking:
    store.bookings[booking.id] = booking
    return booking


def _checked(span: Span) -> Span:
    if span[1] >= span[2]:
        raise BadRequest("The booking ends before it starts.")
    return span


def _save_times(args: Form, found: Booking | None) -> tuple[time, time]:
    kept = (found.instances[0].starts.time(), found.instances[-1].ends.time()) if found else FULL_DAY
    return forms.clock(args, "time_from", kept[0]), forms.clock(args, "time_to", kept[1])


def _saved_customer(store: Store, args: Form) -> int:
    """The customer with that e-mail, or a new one; 0 where none is named."""
    sent = {name.removeprefix("customer_"): args[name] for name in args if name.startswith("customer_")}
    if not any(sent.values()):
        return 0
    known = [each.id for each in store.customers.values() if each.email and each.email == sent.get("email")]
    if known:
        return known[0]
    sent["company_name"] = sent.pop("company", "")
    sent.pop("salutation", None)
    return int(customer_add(store, sent)[0]["id"])


def _fill(customer: Customer, form: Form) -> None:
    for name in ("salutation", "salutation_title", "customer_newsletter"):
        if name in form:
            forms.flag(form, name)
    for name, value in form.items():
        if name in {"first_name", "last_name", "email", "company_name", "phone"}:
            setattr(customer, name, str(value))
        elif isinstance(value, str) and name not in {"customer_id", "api_secret_key"}:
            customer.extra[name] = value


def _single(form: Form) -> list[recurrence.Times]:
    """One booking from date_from to date_to; multi_day makes all of it full days."""
    first, last = forms.days(form)
    starts, ends = forms.clock(form, "time_from"), forms.clock(form, "time_to")
    if forms.flag(form, "multi_day", "0"):
        starts, ends = FULL_DAY
    return [(forms.moment(first, starts), forms.moment(last, ends))]


def _resources(store: Store, form: Form) -> list[int]:
    """The parts that are named, and each main resource of which no part is."""
    main = store.resource(forms.number(form, "main_resource")).id
    named: dict[int, list[int]] = {main: []}
    for key, parts in forms.branch(form, "resource_parts").items():
        owner = store.resource(forms.number({"resource_parts": key}, "resource_parts")).id
        idents = [int(each) for each in forms.branch({"parts": parts}, "parts").values()]
        if set(idents) - {part.id for part in store.parts(owner)}:
            raise BadRequest("The resource_parts field names a part of another resource.")
        named[owner] = idents
    return [ident for owner, parts in named.items() for ident in parts or [owner]]


def _category_fields(form: Form) -> dict[int, dict[int, str]]:
    """Custom fields by resource; writes take the bare number that reads show as mf_<number>."""
    return _by_number(form, "category_fields", lambda fields: _by_number({"": fields}, "", str))


def _persons(form: Form) -> list[int]:
    """Ids of people who come along."""
    persons = forms.branch(form, "persons")
    return [forms.number(persons, each) for each in persons]


def _quantities(form: Form, name: str) -> dict[int, int]:
    """Quantities by id, over all resources."""
    by_resource = _by_number(form, name, lambda items: _by_number({"": items}, "", _quantity))
    return {ident: count for items in by_resource.values() for ident, count in items.items()}


def _quantity(item: Any) -> int:
    if not isinstance(item, dict) or item.get("checked") != "on":
        raise BadRequest("An item must be checked with the value on.")
    return forms.number(item, "quantity")


def _by_number(form: Form, name: str, read: Callable[[Any], Any]) -> dict[int, Any]:
    """A map whose keys are ids."""
    branch = forms.branch(form, name)
    if wrong := [key for key in branch if not key.isdigit()]:
        raise BadRequest(f"{wrong[0]} is not an id.")
    return {int(key): read(value) for key, value in branch.items()}


def _check_looks(form: Form) -> None:
    for name in ("entrance_hall", "booking_hidden_widget"):
        forms.flag(form, name, "0")
    if forms.flag(form, "custom_color", "0") and not re.fullmatch(r"#[0-9a-fA-F]{6}", str(form.get("color"))):
        raise BadRequest("The color field must be a hex code.")
