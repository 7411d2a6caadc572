"""Orders to Locaboo in the one week that the tests know, and what came of them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from urllib.parse import parse_qsl

from integrations.sandbox.locaboo import LocabooSandbox
from integrations.types import SaveOrder, SaveStatus

NINE = datetime(2026, 3, 10, 8, tzinfo=UTC)  # in Berlin
ELEVEN = datetime(2026, 3, 10, 10, tzinfo=UTC)
FIRST, LAST = date(2026, 3, 9), date(2026, 5, 31)  # a Monday, a Sunday
ADD = "booking_add"
SAVE = "booking_save"
NEW = SaveOrder("71", NINE, ELEVEN, SaveStatus.LIVE)
OLE = {"first_name": "Ole", "last_name": "Lund", "email": "ole@example.test", "salutation": "Mr"}


def sent(hall: LocabooSandbox) -> dict[str, str]:
    (call,) = hall.calls(ADD)
    return {name: value for name, value in parse_qsl(call.body) if name != "api_secret_key"}


def dates(hall: LocabooSandbox) -> list[str]:
    return [f"{one.starts:%d.%m. %H:%M}-{one.ends:%H:%M}" for one in hall.store.bookings[9001].instances]
