"""Lockt's client keeps the contract of access providers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from integrations.sandbox.lockt import LocktSandbox
from integrations.sandbox.server import Server
from integrations.sandbox.wire import Sandbox
from integrations.types import AccessProvider, CodeOrder, Method
from integrations.vendors import lockt
from tests.conftest import NOW
from tests.integrations.contract import AccessProviderContract
from tests.integrations.support import settings_for

DOOR, OTHER_DOOR = 501, 502
HOUR = timedelta(hours=1)


class TestLockt(AccessProviderContract):
    """Two halls with a level each; the guest opens the first one with his phone."""

    writes = "POST /api/v1/user"
    asked = (writes, "GET /api/v1/user", "GET /api/v1/credential")
    listings = {
        "doors": "GET /api/v1/door",
        "access_levels": "GET /api/v1/accesslevel",
        "schedules": "GET /api/v1/schedule",
        "cardholders": "GET /api/v1/user",
        "credentials": "GET /api/v1/credential",
        "fobs": "GET /api/v1/fob",
    }
    optional = frozenset(
        {"location", "type", "controller", "battery_level", "claim_status", "phone", "email", "result"}
    )
    positions = {
        "content_type_status": [415],
        "read_error": ["list", "texts"],
        "not_found": ["404"],
        "levels_on_single": [True],
        "levels_in_list": [False],
        "user_as_list": [False],
        "fobs_among_users": [False],
        "released": [("nextcardnum", "uservalidate", "fobcheck", "reissue")],
        "max_batch": [1, 99],
        "latency": [0.01],
        "overlap_status": [409, 400],
        "blank_on_update": [False],
        "key_on_user": [True],
        "partial": ["list", "data", "400"],
        "odd_counters": [True],
        "site_zone": ["America/New_York"],
        "fold": [1],
        "fob_dates": ["clear"],
        "event_gaps": [False],
        "event_bound": ["inclusive"],
        "event_time": ["event_time"],
        "overlap_scope": ["endpoint"],
        "summary": ["object", "by status"],
    }
    elsewhere = {"write_zone": "lockt/test_probe.py", "events_cache": "lockt/test_events.py"}
    secrets = tuple(LocktSandbox.secrets.values())
    private = ("Ida", "Kern", "ida@example.test", "491700000")

    def furnish(self, sandbox: Server) -> Sandbox:
        site = sandbox.vendors.lockt
        site.add_door(DOOR, "Hall A front", battery=0.42)
        site.add_door(OTHER_DOOR, "Hall B front")
        site.add_level(11, "Hall A", [DOOR])
        site.add_level(12, "Hall B", [OTHER_DOOR])
        site.add_schedule(5, "Weekdays", (1, 1, 1, 1, 1, 0, 0))
        site.add_fob("Fob 07", "30007", id_num="FOB-07")
        staff = {"first_name": "Ida", "last_name": "Kern", "email": "ida@example.test", "phone": "491700000"}
        site.add_user(id_num="STAFF-1", card_num="7", **staff)
        return site

    def connect(self, base_url: str) -> AccessProvider:
        return lockt.connect(settings_for(f"{base_url}/lockt/api/v1", LocktSandbox.secrets))

    def order(self, number: int = 1) -> CodeOrder:
        return CodeOrder(
            f"code-{number}",
            Method.CARD,
            NOW + HOUR,
            NOW + 3 * HOUR,
            holder_key=f"LK-{number}",
            holder_name=f"Booking {number}",
            card_number=str(40_000 + number),
            level_refs=("11",),
        )

    def spans(self) -> Sequence[CodeOrder]:
        starts = [
            datetime(2026, 3, 10, 12, 45, tzinfo=UTC),
            datetime(2026, 7, 10, 12, 45, tzinfo=UTC),
            datetime(2026, 3, 29, 0, 0, tzinfo=UTC),  # the clock skips an hour at 01:00
        ]
        return [
            replace(self.order(number), starts_at=start, ends_at=start + 3 * HOUR)
            for number, start in enumerate(starts, start=1)
        ]

    def senseless(self) -> Sequence[CodeOrder]:
        good = self.order(9)
        return [
            replace(good, ends_at=good.starts_at),
            replace(good, ends_at=good.ends_at.replace(tzinfo=None)),
            replace(good, holder_key=" "),
            replace(good, card_number="12a"),
            replace(good, level_refs=("Hall A",)),
            replace(good, method=Method.NETCODE),
        ]

    def refused(self) -> CodeOrder:
        return replace(self.order(8), level_refs=("99",))

    def ways_in(self, standin: Any, order: CodeOrder) -> int:
        holders = [one for one in standin.people.values() if one.id_num == order.holder_key and one.enabled]
        cards = [one for one in standin.credentials.values() if one.card_num == order.card_number]
        assert len(cards) == len(holders)
        return len(holders)

    def opens(self, standin: Any, order: CodeOrder, secret: str, instant: datetime) -> bool:
        return bool(standin.opens_with_key(secret, DOOR, instant))

    def opens_another(self, standin: Any, secret: str, instant: datetime) -> bool:
        return bool(standin.opens_with_key(secret, OTHER_DOOR, instant))

    def with_rows(self, body: Any, rows: Sequence[Any]) -> Any:
        return {**body, "data": [*rows, *body["data"]]}

    def happen(self, standin: Any) -> None:
        for number in range(4):
            standin.use_door(DOOR, "7", at=NOW - number * HOUR)
        standin.use_door(OTHER_DOOR, "30007")
