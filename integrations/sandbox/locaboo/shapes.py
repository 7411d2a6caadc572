"""Locaboo's JSON, with its contradictions: a map here, a list there, an id as text, `[]` for an empty map."""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import groupby
from typing import Any

from integrations.sandbox.locaboo.store import Booking, Customer, Instance, Store

Switch = Mapping[str, Any]
LABELS = {3: "Personen ", 4: "Stuhl"}
FREE_TEXT_FIELDS = [
    {"id": 3, "name": "Personen", "type": "numeric"},
    {"id": 4, "name": "Stuhl", "type": "select", "options": ["A", "B"]},
]
NEWER_FIELDS = [
    {
        "field_type": "select",
        "field_label": "Stuhl",
        "field_name": "category_fields[70][4]",
        "field_config": {"options": {"1": {"value": "A"}, "2": {"value": "B"}}},
    }
]
NASTY = (
    '<script>alert("Saal")</script>',
    "=cmd()|' /C calc'!A0",
    "Fête \U0001f389 „Anführung“ 'n' \"Quote\"  ",
    "\U00020bb7\U0001f468\u200d\U0001f469\u200d\U0001f467 4-byte / slash \\ ",
)


def dumps(body: Any) -> str:
    """JSON as PHP writes it: escaped slashes and no letters beyond ASCII."""
    return json.dumps(body, separators=(",", ":")).replace("/", "\\/")


def user_text(switch: Switch, ident: int, text: str) -> str:
    """What somebody typed, or worse."""
    return NASTY[ident % len(NASTY)] if switch["nasty_text"] else text


def custom_fields(values: Mapping[int, Mapping[int, str]], *, category: int | None = 0) -> Any:
    """Field values by main resource, with the `mf_` that writes do not have."""
    shown = {
        str(resource): {
            f"mf_{ident}": {"label": LABELS.get(ident, f"Feld {ident}"), "value": value, "category": category}
            for ident, value in fields.items()
        }
        for resource, fields in values.items()
        if fields
    }
    return shown or []


def instance(store: Store, switch: Switch, one: Instance) -> dict[str, Any]:
    """An instance of the list or the detail."""
    row = {
        "id": one.id,
        "resource_id": one.resource_id,
        "resource": store.name(one.resource_id),
        "from": one.starts.strftime("%Y-%m-%d %H:%M"),
        "to": one.ends.strftime("%Y-%m-%d %H:%M"),
        "custom_fields": custom_fields(one.custom_fields, category=None),
    }
    return row | ({"canvas": {"x": 1}, "lead_time": 0} if switch["unknown_keys"] else {})


def listed(store: Store, switch: Switch, booking: Booking, shown: list[Instance]) -> dict[str, Any]:
    """A booking of booking_list with show_details: instances as a map, the customer's id as text."""
    row: dict[str, Any] = {
        "id": booking.id,
        "title": user_text(switch, booking.id, booking.title),
        "resources": [
            {**head, "instances": {str(one.id): instance(store, switch, one) for one in group} or []}
            for head, group in _by_main(store, shown)
        ],
        "custom_fields": custom_fields(booking.custom_fields),
        "comments": user_text(switch, booking.id + 1, booking.comments),
        "customer_id": str(booking.customer_id) if booking.customer_id else "",
        "customer": _customer_name(store, booking),
        "color": booking.color,
        **_extras(switch, booking),
    }
    return row | {"persons": booking.persons} if booking.id % 2 else dict(sorted(row.items()))


def brief(booking: Booking) -> dict[str, Any]:
    """A booking of booking_list without show_details; what it leaves out is a guess, on the poor side."""
    return {"id": booking.id, "title": booking.title, "customer_id": str(booking.customer_id or "")}


def detail(store: Store, switch: Switch, booking: Booking) -> dict[str, Any]:
    """booking/<id>: instances as a list, fields within each resource, and nobody's name."""
    features = {"9": _rule("Licht", 0)} if booking.id % 2 else {}
    features |= {str(ident): _rule("Reinigung", count) for ident, count in booking.services.items()}
    inventory = {str(ident): _rule("Stuhl", count) for ident, count in booking.inventory.items()}
    return {
        "id": booking.id,
        "title": user_text(switch, booking.id, booking.title),
        "resources": [
            {
                **head,
                "instances": [instance(store, switch, one) for one in group],
                "features": features or [],
                "inventory": inventory or [],
                "custom_fields": custom_fields(
                    {head["resource_id"]: booking.custom_fields.get(head["resource_id"], {})}
                ),
            }
            for head, group in _by_main(store, booking.instances)
        ],
        "comments": user_text(switch, booking.id + 1, booking.comments),
        "customer_id": str(booking.customer_id) if booking.customer_id else "",
        "persons": booking.persons,
        "color": booking.color,
        **_extras(switch, booking),
    }


def of_event(store: Store, booking: Booking) -> dict[str, Any]:
    """A booking of event_details: the times as d.m.Y H:i."""
    resources = [
        {
            **head,
            "instances": [
                {
                    "id": one.id,
                    "resource_id": one.resource_id,
                    "resource": store.name(one.resource_id),
                    "from": f"{one.starts:%d.%m.%Y %H:%M}",
                    "to": f"{one.ends:%d.%m.%Y %H:%M}",
                }
                for one in group
            ],
        }
        for head, group in _by_main(store, booking.instances)
    ]
    return {"id": booking.id, "title": booking.title, "resources": resources}


def customer(switch: Switch, one: Customer) -> dict[str, Any]:
    """A customer of customer_list: here the id is a number."""
    name = one.company_name or f"{one.first_name} {one.last_name}".strip()
    blank = ("street", "zip", "city", "noletter", "color", "salutation", "country", "customer_number")
    row = {
        "id": one.id,
        "email": one.email,
        "company_name": one.company_name,
        "first_name": one.first_name,
        "last_name": one.last_name,
        "show_name": user_text(switch, one.id, name),
        "group_id": 0,
        "created": one.created,
        "phone": one.phone,
        **{each: one.extra.get(each) for each in blank},
        "active": "",
        "last_login": "",
    }
    return row | ({"customer_id": one.id, "groups": [], "tags": []} if switch["unknown_keys"] else {})


def _by_main(store: Store, shown: list[Instance]) -> list[tuple[dict[str, Any], list[Instance]]]:
    """The instances under their main resources, as `resources` has them."""
    by_main = sorted(shown, key=lambda one: (store.main(one.resource_id).id, one.starts, one.id))
    groups = groupby(by_main, key=lambda one: store.main(one.resource_id).id)
    return [
        ({"resource_id": ident, "resource": store.resources[ident].title}, list(group))
        for ident, group in groups
    ]


def _customer_name(store: Store, booking: Booking) -> str:
    one = store.customers.get(booking.customer_id)
    return (one.company_name or f"{one.first_name} {one.last_name}".strip()) if one else ""


def _extras(switch: Switch, booking: Booking) -> dict[str, Any]:
    """Keys that newer servers add, and the status key that no document has."""
    newer = {
        "type": "recurring" if booking.recurring else "special",
        "customer_groups": [{"id": 1, "name": "Vereine"}],
        "inventories": [],
        "services": [],
        "payment_status": "Bezahlt",
    }
    status = {switch["status_key"]: booking.status} if switch["status_key"] else {}
    return (newer if switch["unknown_keys"] else {}) | status


def _rule(name: str, quantity: int) -> dict[str, Any]:
    return {
        "rule_interval": "per_hour",
        "rule_price": 0,
        "rule_name": name,
        "price_cost": 0,
        "quantity": str(quantity),
    }
