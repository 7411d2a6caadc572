"""Lock.me's client keeps the contract of booking sources."""

from __future__ import annotations

from datetime import date
from typing import Any

from integrations.sandbox.lockme import LockmeSandbox
from integrations.sandbox.server import Server
from integrations.types import BookingSource, Window
from integrations.vendors import lockme
from tests.integrations.contract import BookingSourceContract, Shop
from tests.integrations.support import settings_for

TOKEN = LockmeSandbox.secrets["token"]


class TestLockme(BookingSourceContract):
    """A game in one of two rooms; the reservation carries its contact, so there is no list of customers."""

    reads = {
        "resources": "/v2.4/rooms",
        "read": "/v2.4/room/1398/reservations/2026-03-10",
        "booking": "/v2.4/room/1398/reservation/",
    }
    believable = frozenset({("resources", "list"), ("read", "list")})
    optional = frozenset(
        {
            "department",
            "extid",
            "name",
            "surname",
            "email",
            "phone",
            "people",
            "pricer",
            "price",
            "comment",
            "language",
            "invoice",
            "time",
        }
    )
    positions = {
        "ids_as_text": [True],
        "status_as": ["bool", "text"],
        "price_as_text": [True],
        "empty_as_null": [True],
        "unknown_keys": [True],
        "version_gates": [True],
        "rotate": [False],
        "errors_as_200": [True],
        "token_life": [120],
        "hook_method": ["GET"],
        "delivery": ["now", "by hand"],
        "echo": [False],
        "delay": [5],
        "duplicates": [2],
        "reorder": [True],
        "pauses": [(1,)],
        "move_by_edit": [False],
        "data_roomid": [False],
        "paid_delete_status": [400, 409],
        "taken_status": [400, 422],
        "invalid_status": [422],
        "locks_listed": [True],
    }
    elsewhere = {"timezone": "lockme/conftest.py", "reservationid": "lockme/test_reservations.py"}
    unknown_ref = "4242"
    secrets = (LockmeSandbox.secrets["client_secret"], TOKEN["access_token"], TOKEN["refresh_token"])
    private = ("Ida", "Kern", "ida@example.test", "491700000", "Geburtstag")

    def furnish(self, sandbox: Server) -> Shop:
        shop = sandbox.vendors.lockme
        shop.add_room(1398, "Laboratory")
        shop.add_room(2132, "Attic", "Harbour")
        guest = {"name": "Ida", "surname": "Kern", "email": "ida@example.test", "phone": "491700000"}
        ref = shop.book(1398, "2026-03-10", "18:00:00", status=True, comment="Geburtstag", people=4, **guest)
        day = date(2026, 3, 10)
        return Shop(shop, "1398", str(ref), Window("1398", day, day))

    def connect(self, base_url: str) -> BookingSource:
        settings = settings_for(f"{base_url}/lockme", LockmeSandbox.secrets, timezone="Europe/Warsaw")
        return lockme.connect(settings)

    def rows(self, body: Any) -> list[Any]:
        rows: list[Any] = body
        return rows
