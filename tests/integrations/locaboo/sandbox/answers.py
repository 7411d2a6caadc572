"""What an answer holds."""

from __future__ import annotations

import json
from typing import Any

from werkzeug.test import TestResponse

from integrations.sandbox.locaboo import LocabooSandbox


def data(answer: TestResponse) -> Any:
    body = json.loads(answer.text)
    assert (answer.status_code, body["success"]) == (200, True), body
    return body["data"]


def times(shop: LocabooSandbox, booking: int = 9001) -> list[str]:
    return [f"{one.starts:%d.%m. %H:%M}-{one.ends:%H:%M}" for one in shop.store.bookings[booking].instances]
