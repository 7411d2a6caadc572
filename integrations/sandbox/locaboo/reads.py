"""What the sandbox Locaboo answers to reads: (data, total) from the store and the query."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from integrations.sandbox.locaboo import forms, samples, shapes
from integrations.sandbox.locaboo.forms import Form
from integrations.sandbox.locaboo.shapes import Switch
from integrations.sandbox.locaboo.store import DAY, MANAGER, BadRequest, Booking, Instance, Resource, Store

Reply = tuple[Any, int]
CONDITIONS = ("less_than", "less_than_et", "et", "great_than", "great_than_et", "", "empty")


def resource_list(store: Store, switch: Switch) -> Reply:
    """The tree of two levels; total counts the main resources."""
    inside = {"free_text_fields": shapes.NEWER_FIELDS} if switch["free_text_fields"] == "inside" else {}
    mains = [each for each in store.resources.values() if not each.parent and each.manager == MANAGER]
    rows = [
        {
            "id": main.id,
            "title": shapes.user_text(switch, main.id, main.title),
            "parts": [{"id": part.id, "title": part.title} for part in store.parts(main.id)],
            **inside,
        }
        for main in mains
    ]
    return rows, len(mains)


def resource(store: Store, ident: int) -> Reply:
    """One resource; its image's host is not one, and its path holds blanks."""
    found = store.resource(ident)
    blank = dict.fromkeys(("street_hnr", "zip", "city", "phone", "fax", "public_comment"), "")
    row = {
        "id": found.id,
        "manager": found.manager,
        "title": found.title,
        "image": f"https://app.locaboo/files/location/{found.id}/thumb_Saal von innen.jpg",
        "category_id": 564,
        "category_name": "Box",
        "country": "DE",
        **blank,
        "today_opening_times": [[found.opens, found.closes]],
        "today_holidays": [],
    }
    return row, 1


def booking_list(store: Store, switch: Switch, args: Form, turn: int) -> Reply:
    """Bookings of the window by the `window` switch, cut off by `cap` and `paging`."""
    first, last = forms.days(args)
    resource_id = forms.number(args, "resource_id", 0)
    wanted = _family(store, resource_id) if resource_id else set(store.resources)
    clock = forms.clock(args, "time_from", time()), forms.clock(args, "time_to", time(23, 59))
    details = forms.one_of(args, "show_details", ("true", "false"), "false") == "true"
    found: list[Any] = []
    for booking in store.mine():
        inside = [
            one for one in _inside(booking, first, last) if one.resource_id in wanted and _at(one, *clock)
        ]
        if booking.status in switch["listed"] and inside and _counts(switch, booking, first):
            shown = inside if switch["window"] == "instance" else booking.instances
            found.append(shapes.listed(store, switch, booking, shown) if details else shapes.brief(booking))
    if switch["shuffle"]:
        random.Random(turn).shuffle(found)  # noqa: S311 a different order each time, the same in each test
    page = _page(switch, args, found)
    return page, len(found) if switch["total"] == "right" else len(page)


def booking(store: Store, switch: Switch, ident: int) -> Reply:
    """One booking; 404 where it is not there, and (a switch) where the list does not show it."""
    found = store.booking(ident)
    if found.status not in switch["listed"] and switch["unlisted_detail"] == "404":
        raise BadRequest("Booking not found.", 404)
    return shapes.detail(store, switch, found), 1


def customer_list(store: Store, switch: Switch) -> Reply:
    """All customers."""
    rows = [shapes.customer(switch, each) for each in store.customers.values()]
    return rows, len(rows)


def availability(store: Store, args: Form) -> Reply:
    """Free slots: a main resource stands for its parts; `total` and `limit` count slots, not rows."""
    first, last = forms.days(args)
    _check_conditions(args)
    hours = forms.clock(args, "time_from", time()), forms.clock(args, "time_to", time(23, 59))
    length = datetime.combine(first, forms.clock(args, "duration", time(1))) - datetime.combine(first, time())
    if not length:
        raise BadRequest("The duration field must not be zero.")
    left = forms.number(args, "limit", 10**6)
    limit = left
    rows: list[dict[str, Any]] = []
    for one in _asked(store, str(args.get("resource_id") or "")):
        dates: dict[str, list[dict[str, str]]] = {}
        for starts in _free(store, one, (first, last), hours, length):
            if left > 0:
                left -= 1
                slot = {"time_from": f"{starts:%H:%M}", "time_to": f"{starts + length:%H:%M}"}
                dates.setdefault(f"{starts:%Y-%m-%d}", []).append(slot)
        rows.append({"resource_id": one.id, "dates": dates or []})
    return rows, limit - left


def invoice_list(store: Store) -> Reply:
    """One invoice for the first booking, to its customer where it has one."""
    rows = [_invoice(store, booking) for booking in store.mine()[:1] if booking.instances]
    return rows, len(rows)


def _invoice(store: Store, booking: Booking) -> dict[str, Any]:
    row = samples.invoice(booking.id, booking.instances[0].resource_id)
    if one := store.customers.get(booking.customer_id):
        names = {"first_name": one.first_name, "last_name": one.last_name}
        row["customer"] = {"id": one.id, "company": one.company_name, **names}
    return row


def event_list(_store: Store, args: Form) -> Reply:
    """The one event there is, if it is within the dates."""
    first, last = forms.days(args)
    rows = [samples.event()] if first <= date(2026, 5, 17) and last >= date(2026, 5, 16) else []
    return rows, len(rows)


def event_details(store: Store, ident: int) -> Reply:
    """The event with its bookings, whose times are written d.m.Y H:i; a list of one, counted as two."""
    if ident != 1:
        raise BadRequest("Event not found.", 404)
    bookings = [shapes.of_event(store, booking) for booking in store.mine()[:1]]
    return [samples.event_details(bookings)], 2


def _family(store: Store, ident: int) -> set[int]:
    return {store.resource(ident).id, *(part.id for part in store.parts(ident))}


def _inside(booking: Booking, first: date, last: date) -> list[Instance]:
    starts, ends = datetime.combine(first, time()), datetime.combine(last + DAY, time())
    return [one for one in booking.instances if one.starts < ends and starts < one.ends]


def _at(one: Instance, time_from: time, time_to: time) -> bool:
    return one.starts.time() <= time_to and time_from <= one.ends.time()


def _counts(switch: Switch, booking: Booking, first: date) -> bool:
    """With the `start` semantics a booking that began before the window is not told."""
    return switch["window"] != "start" or min(one.starts for one in booking.instances).date() >= first


def _page(switch: Switch, args: Form, rows: Sequence[Any]) -> list[Any]:
    cap = switch["cap"] or len(rows)
    limit, offset = forms.number(args, "limit", cap), forms.number(args, "offset", 0)
    if switch["paging"] == "ignored":
        limit, offset = cap, 0
    if switch["paging"] == "capped":
        limit = min(limit, cap)
    return list(rows[offset : offset + limit])


def _check_conditions(args: Form) -> None:
    """The three lists of conditions must be of one length."""
    names = ("free_text_field_ids_str", "free_text_field_conditions_str", "free_text_field_values_str")
    if not args.get(names[0]):
        return
    lists = [str(args[name]).split(",") for name in names if name in args]
    if len(lists) != len(names) or len({len(each) for each in lists}) != 1:
        raise BadRequest("The free text field lists must have the same number of values.")
    if unknown := set(lists[1]) - set(CONDITIONS):
        raise BadRequest(f"Unknown condition {', '.join(sorted(unknown))}.")


def _asked(store: Store, idents: str) -> Iterator[Resource]:
    mains = [str(each.id) for each in store.resources.values() if not each.parent and each.manager == MANAGER]
    for ident in idents.split(",") if idents else mains:
        found = store.resource(forms.number({"resource_id": ident}, "resource_id"))
        yield from store.parts(found.id) or [found]


def _free(
    store: Store,
    one: Resource,
    span: tuple[date, date],
    hours: tuple[time, time],
    length: timedelta,
) -> Iterator[datetime]:
    """The starts of the slots of a resource that nobody has booked, one after the other from opening."""
    main = store.main(one.id)
    opens, closes = time.fromisoformat(main.opens), time.fromisoformat(main.closes)
    on = span[0]
    while on <= span[1]:
        starts, ends = (
            datetime.combine(on, max(opens, hours[0])),
            datetime.combine(on, min(closes, hours[1])),
        )
        while starts + length <= ends:
            if not store.taken(one.id, starts, starts + length):
                yield starts
            starts += length
        on += DAY
