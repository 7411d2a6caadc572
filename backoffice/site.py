"""How the admin looks, and the headings under which staff find things."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse_lazy

TEAL = {  # the colour of buttons and links
    "50": "oklch(98.4% .014 180.7)",
    "100": "oklch(95.3% .051 180.8)",
    "200": "oklch(91% .096 180.4)",
    "300": "oklch(85.5% .138 181.1)",
    "400": "oklch(77.7% .152 181.9)",
    "500": "oklch(66% .13 182.5)",
    "600": "oklch(53% .11 184.7)",
    "700": "oklch(46% .094 186.4)",
    "800": "oklch(40.5% .076 188.2)",
    "900": "oklch(36% .062 188.4)",
    "950": "oklch(27.7% .046 192.5)",
}


def _may(permission: str) -> Callable[[HttpRequest], bool]:
    return lambda request: request.user.has_perm(permission)


def _page(model: str, title: str, icon: str, **more: Any) -> dict[str, Any]:
    """A list of one table, for those who may see it."""
    app, _, name = model.rpartition(".")
    app = app or "backoffice"
    link = reverse_lazy(f"admin:{app}_{name}_changelist")
    return {"title": title, "icon": icon, "link": link, "permission": _may(f"{app}.view_{name}"), **more}


def _heading(title: str, *items: dict[str, Any], folded: bool = False) -> dict[str, Any]:
    return {"title": title, "collapsible": folded, "items": list(items)}


NAVIGATION: list[dict[str, Any]] = [
    _heading(
        "Today",
        {"title": "Board", "icon": "space_dashboard", "link": reverse_lazy("admin:index")},
        _page("finding", "Needs a person", "notification_important"),
        _page("conflict", "Conflicts", "call_split"),
    ),
    _heading(
        "Bookings",
        _page("booking", "Bookings", "event"),
        {
            "title": "New reservation",
            "icon": "add_circle",
            "link": reverse_lazy("new_reservation"),
            "permission": _may("backoffice.write_booking"),
        },
        {
            "title": "At the desk",
            "icon": "concierge",
            "link": reverse_lazy("desk_hub"),
            "permission": _may("backoffice.view_booking"),
        },
        _page("occurrence", "Times and rooms", "schedule"),
        _page("customer", "Guests", "groups"),
        _page("notice", "Messages to guests", "mail"),
    ),
    _heading(
        "Doors & keys",
        _page("door", "Doors", "door_front"),
        _page("accessgrant", "Access", "how_to_reg"),
        _page("issuedcode", "Codes", "password"),
        _page("fob", "Fobs", "key"),
        _page("override", "Staff's word", "gavel"),
        _page("entryevent", "Door events", "sensor_door"),
    ),
    _heading(
        "Places",
        _page("venue", "Venues", "location_city"),
        _page("room", "Rooms", "meeting_room"),
        _page("resource", "Sold as", "sell"),
        _page("calendarpairing", "Calendars", "calendar_month"),
        _page("block", "Blocked times", "block"),
        _page("feed", "Calendar feeds", "rss_feed"),
    ),
    _heading(
        "Accounts",
        _page("vendoraccount", "Accounts", "hub"),
        _page("syncrun", "Readings", "sync"),
        _page("webhookmessage", "Webhook messages", "webhook"),
        _page("rejectedrow", "Rows not understood", "report"),
        {
            "title": "Budgets",
            "icon": "savings",
            "link": reverse_lazy("budgets"),
            "permission": _may("backoffice.view_paidcall"),
        },
        _page("paidcall", "Paid calls", "receipt_long"),
        _page("bolton", "Calls bought", "add_shopping_cart"),
        _page("counterstop", "Budgets ended by the vendor", "production_quantity_limits"),
    ),
    _heading(
        "At the calendars",
        _page("calendarreading", "Calendars read", "edit_calendar"),
        _page("calendarevent", "Calendar entries", "calendar_view_day"),
        _page("pushchannel", "Told of changes", "notifications_active"),
        _page("slotday", "Hours on offer", "view_timeline"),
        folded=True,
    ),
    _heading(
        "At the lock vendors",
        _page("cardholder", "Cardholders", "badge"),
        _page("credential", "Credentials", "smartphone"),
        _page("accesslevel", "Access levels", "layers"),
        _page("schedule", "Schedules", "date_range"),
        _page("fobloan", "Fob loans", "key_vertical"),
        _page("lockgrid", "Lock durations", "grid_on"),
        _page("zoneproof", "Written times tried", "schedule"),
        _page("knownanswer", "Answers kept", "inventory_2"),
        folded=True,
    ),
    _heading(
        "History",
        _page("staffact", "What staff did", "history"),
        _page("vendorwrite", "Writes at vendors", "edit_square"),
        _page("admin.logentry", "Changed settings", "edit_note"),
    ),
    _heading(
        "Staff",
        _page("auth.user", "Staff", "person"),
        _page("auth.group", "Groups", "group"),
        folded=True,
    ),
]

UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "Latchkey",
    "SITE_HEADER": "Latchkey",
    "SITE_SUBHEADER": "bookings and doors",
    "SITE_SYMBOL": "key",
    "SHOW_HISTORY": False,  # what staff did stands under History; mirrored rows have no other
    "SHOW_VIEW_ON_SITE": False,
    "DASHBOARD_CALLBACK": "backoffice.admin.today.dashboard",
    "STYLES": [lambda request: static("backoffice/admin.css")],
    "COLORS": {"primary": TEAL},
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("backoffice/key.svg")}
    ],
    "SIDEBAR": {
        "show_search": False,
        "show_all_applications": False,
        "navigation": "backoffice.admin.today.navigation",
    },
}
