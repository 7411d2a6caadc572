"""A Lockt site with two halls, and what every test of its client asks for."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import requests

from integrations.types import AccessProvider, CodeOrder, Method
from integrations.vendors import lockt
from tests.conftest import NOW
from tests.integrations.support import settings_for

HOUR = timedelta(hours=1)
START, END = NOW + HOUR, NOW + 3 * HOUR
DURING = NOW + 2 * HOUR

ROW = {
    "id_num": "BK-1",
    "card_num": "20417",
    "email": "ida@example.test",
    "phone": "4917",
    "access_effective": "2026-03-09 10:00:00",
    "access_expires": "2026-03-09 12:00:00",
    "enabled": "true",
    "accesslevels": [{"id": 11}],
}


def order(number: int = 1, **changed: Any) -> CodeOrder:
    """A card for hall A from 09:00 to 11:00 UTC."""
    plain: dict[str, Any] = {
        "key": f"code-{number}",
        "method": Method.CARD,
        "starts_at": START,
        "ends_at": END,
        "holder_key": f"LK-{number}",
        "holder_name": f"Booking {number}",
        "card_number": str(40_000 + number),
        "level_refs": ("11",),
    }
    return CodeOrder(**{**plain, **changed})


def connected(sandbox, **changed: Any) -> AccessProvider:
    """A client of the sandbox's account; `changed`: timezone, options, secrets."""
    secrets = changed.pop("secrets", sandbox.vendors.lockt.secrets)
    return lockt.connect(settings_for(f"{sandbox.url}/lockt/api/v1", secrets, **changed))


@pytest.fixture
def site(sandbox):
    """Doors 501 and 502 with a level each, and a fob."""
    site = sandbox.vendors.lockt
    site.add_door(501, "Hall A front", battery=0.42)
    site.add_door(502, "Hall B front")
    site.add_level(11, "Hall A", [501])
    site.add_level(12, "Hall B", [502])
    site.add_level(13, "Empty")
    site.add_fob("Fob 07", "30007", id_num="FOB-07")
    return site


@pytest.fixture
def client(sandbox, site):
    """A client in the zone in which the site reads written times."""
    return connected(sandbox)


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch):
    monkeypatch.setattr("time.sleep", lambda _seconds: None)


@pytest.fixture
def call(sandbox, site):
    """One request to the vendor, with the right headers unless others are given."""

    def ask(method, path, body=None, **headers):
        right = {**site.secrets, "Content-Type": "application/json"}
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        url = f"{sandbox.url}/lockt/api/v1/{path}"
        return requests.request(method, url, json=body, headers={**right, **given}, timeout=30)

    return ask


@pytest.fixture
def post(call):
    """A write of users with options."""
    return lambda *rows, **options: call("POST", "user", {"users": list(rows), "options": options})
