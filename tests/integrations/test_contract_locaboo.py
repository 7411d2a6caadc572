"""Locaboo's client keeps the contract of booking sources."""

from __future__ import annotations

from datetime import date
from typing import Any

from integrations.sandbox.locaboo import LocabooSandbox
from integrations.sandbox.server import Server
from integrations.types import BookingSource, Window
from integrations.vendors import locaboo
from tests.integrations.contract import BookingSourceContract, Shop
from tests.integrations.support import settings_for


class TestLocaboo(BookingSourceContract):
    """A hall of two parts, booked over a night."""

    reads = {
        "resources": "/api/v2/resource_list",
        "customers": "/api/v2/customer_list",
        "read": "/api/v2/booking_list",
        "booking": "/api/v2/booking/",
    }
    optional = frozenset(
        {
            "title",
            "comments",
            "customer",
            "customer_id",
            "persons",
            "custom_fields",
            "color",
            "resource",
            "total",
            "features",
            "inventory",
            "email",
            "company_name",
            "first_name",
            "last_name",
            "show_name",
            "group_id",
            "created",
            "phone",
            "free_text_fields",
        }
    )
    positions = {
        "window": ["start", "instance"],
        "cap": [0, 1, 5],
        "paging": ["capped", "ignored"],
        "total": ["page"],
        "listed": [("Live",)],
        "unlisted_detail": ["200"],
        "status_key": ["status", "booking_status"],
        "renumber": [True],
        "shuffle": [True],
        "unknown_keys": [True],
        "as_documented": [True],
        "free_text_fields": ["inside", "none"],
        "omitted": ["blank"],
        "conflict_flag": [True],
    }
    elsewhere = {
        "auth_failure": "locaboo/test_answers.py",
        "nasty_text": "locaboo/test_windows.py",
        "zone": "locaboo/test_times.py",
    }
    unknown_ref = "4242"
    secrets = tuple(LocabooSandbox.secrets.values())
    private = ("Ida", "Kern", "ida@example.test", "Verein", "Geburtstag")

    def furnish(self, sandbox: Server) -> Shop:
        shop = sandbox.vendors.locaboo
        shop.add_resource(70, "Halle", {71: "Drittel 1", 72: "Drittel 2"})
        shop.add_customer("Ida", "Kern", "ida@example.test", "Verein e.V.", id=4711)
        ref = shop.book(
            71, "2026-03-10 18:00", "2026-03-11 02:00", 4711, "Geburtstag Ida", comments="Ida Kern feiert"
        )
        return Shop(shop, "71", str(ref), Window("", date(2026, 3, 9), date(2026, 3, 20)))

    def connect(self, base_url: str) -> BookingSource:
        return locaboo.connect(settings_for(f"{base_url}/locaboo", LocabooSandbox.secrets))

    def rows(self, body: Any) -> list[Any]:
        rows: list[Any] = body["data"]
        return rows
