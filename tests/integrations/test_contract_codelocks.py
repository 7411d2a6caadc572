"""Codelocks' client keeps the contract of access providers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from integrations.sandbox.codelocks import CodelocksSandbox
from integrations.sandbox.codelocks.locks import zone
from integrations.sandbox.server import Server
from integrations.sandbox.wire import Sandbox
from integrations.types import AccessProvider, CodeOrder, Duration, Method
from integrations.vendors import codelocks
from tests.integrations.contract import AccessProviderContract
from tests.integrations.support import settings_for

K3 = "0a0b0c0d0e0f00112233445566778899"
IDENTIFIER = "101691"
TIMECODES = {"UTC": "202511161623", "+01:00": "202511161624", "Europe/Berlin": "202511161625"}
SPARE, SPARE_K3 = "202511161626", "f" * 32
THREE_HOURS, ONE_DAY = Duration(2, hours=3), Duration(12, days=1)


def order(clock: str, start: str, duration: Duration = THREE_HOURS, number: int = 1) -> CodeOrder:
    """A code of the KitLock with this clock, from a time on it."""
    local = datetime.fromisoformat(start)
    span = timedelta(hours=duration.hours, days=duration.days)
    begins, ends = (wall.replace(tzinfo=zone(clock)) for wall in (local, local + span))
    lock = {"model": "KL1060", "timecode": TIMECODES[clock], "identifier": IDENTIFIER, "clock": clock}
    ref = f"{TIMECODES[clock]}/{IDENTIFIER}"
    return CodeOrder(
        f"code-{number}",
        Method.NETCODE,
        begins,
        ends,
        ref,
        lock,
        start_local=local,
        duration=duration,
    )


class TestCodelocks(AccessProviderContract):
    """A KitLock of each kind of clock, one that no order is about, and a K3 lock."""

    writes = "/n/1/netcode/"
    asked = (writes,)
    listings = {"doors": "/u/1/k3connect", "grids": "/u/1/durations"}
    models = ("KL1060", "K3CONNECT")
    believable = frozenset({("doors", "list")})
    optional = frozenset(
        {
            "LockName",
            "BatteryStatus",
            "BatteryUpdated",
            "LockLocation",
            "Timezone",
            "Resultstatus",
            "Startdate",
            "Startdata",
            "Expires",
            "Timecode",
        }
    )
    positions = {
        "start_rule": ["truncate"],
        "unknown_duration": ["200"],
        "bad_access_key": ["400"],
        "duration_key": ["DurationId"],
        "lock_key": ["LockID"],
        "rule_form": ["object"],
        "account_form": ["object"],
        "no_clients": ["array", "null"],
        "shape": ["2016"],
        "expires_shift_hours": [1, 5, -5],
        "g3_durations": [False],
        "audit_delay_minutes": [30],
        "client_count": ["page"],
        "client_words": [("WAITING", "JOINED", "STOPPED")],
        "most_per_page": [20],
    }
    elsewhere = {
        "netcode_version": "codelocks/test_codes.py",
        "utility_version": "codelocks/test_codes.py",
        "netcode_quota": "codelocks/test_line.py",
        "utility_quota": "codelocks/test_sandbox.py",
        "https_only": "codelocks/test_sandbox.py",
        "no_duration_id": "codelocks/test_sandbox.py",
    }
    secrets = tuple(CodelocksSandbox.secrets.values())
    private = ("Side door",)

    def furnish(self, sandbox: Server) -> Sandbox:
        vendor = sandbox.vendors.codelocks
        for clock, timecode in TIMECODES.items():
            vendor.add_kitlock(timecode, IDENTIFIER, clock=clock)
        vendor.add_kitlock(SPARE, IDENTIFIER)
        vendor.add_k3(K3, "Side door")
        vendor.add_k3(SPARE_K3, "Back door")
        return vendor

    def connect(self, base_url: str) -> AccessProvider:
        return codelocks.connect(settings_for(f"{base_url}/codelocks", CodelocksSandbox.secrets))

    def order(self, number: int = 1) -> CodeOrder:
        return order("UTC", f"2026-03-10 {9 + number:02}:00", number=number)

    def spans(self) -> Sequence[CodeOrder]:
        winter = [order(clock, "2026-03-10 13:00") for clock in TIMECODES]
        summer = [order(clock, "2026-07-10 13:00") for clock in TIMECODES]
        night = [order(clock, "2026-03-29 01:00") for clock in ("UTC", "+01:00")]
        day = order("Europe/Berlin", "2026-07-10 00:00", ONE_DAY)
        k3 = [replace(one, door_ref=K3, lock={}) for one in (winter[-1], summer[-1])]
        return [*winter, *summer, *night, day, *k3]

    def senseless(self) -> Sequence[CodeOrder]:
        good = order("UTC", "2026-03-10 13:00")
        return [
            replace(good, start_local=datetime(2026, 3, 10, 13, 30)),  # noqa: DTZ001 on the lock's clock
            replace(good, lock={**good.lock, "identifier": CodelocksSandbox.secrets["access_key"]}),
            replace(good, lock={**good.lock, "timecode": "202513161623"}),
            replace(good, lock={**good.lock, "model": "BEST"}),
            replace(good, duration=None),
            replace(good, method=Method.CARD),
        ]

    def refused(self) -> CodeOrder:
        return order("UTC", "2026-03-10 13:00", Duration(99, hours=3))

    def ways_in(self, standin: Any, order: CodeOrder) -> int:
        start = f"{order.start_local}"
        return sum(told[1] == order.lock["timecode"] and told[3] == start for told in standin.told)

    def opens(self, standin: Any, order: CodeOrder, secret: str, instant: datetime) -> bool:
        return bool(standin.opens(order.door_ref, secret, instant))

    def opens_another(self, standin: Any, secret: str, instant: datetime) -> bool:
        return any(standin.opens(ref, secret, instant) for ref in (f"{SPARE}/{IDENTIFIER}", SPARE_K3))

    def with_rows(self, body: Any, rows: Sequence[Any]) -> Any:
        return [*rows, *body]
