"""What the tests of Codelocks share: two locks, orders for them, a client that does not wait."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Any

from integrations.errors import VendorError
from integrations.sandbox.codelocks import CodelocksSandbox
from integrations.sandbox.server import Server
from integrations.sandbox.wire import Call
from integrations.types import CodeOrder, Duration, Method, Period
from integrations.vendors.codelocks import Codelocks, connect
from tests.integrations.support import settings_for

TIMECODE, IDENTIFIER = "202511161623", "101691"
KIT = f"{TIMECODE}/{IDENTIFIER}"
K3 = "0a0b0c0d0e0f00112233445566778899"
LOCK = {"model": "KL1060", "timecode": TIMECODE, "identifier": IDENTIFIER, "clock": "UTC"}
MIDNIGHT = datetime(2026, 3, 10)  # noqa: DTZ001 on a lock's clock, which knows no zone
START = MIDNIGHT.replace(hour=13)
THREE_HOURS = Duration(2, hours=3)
IDA = "ida@example.test"
TODAY = (Period(time(9), time(11), (0,)),)  # the stand-in's clock shows a Monday, 09:00 in Berlin


def client_of(
    sandbox: Server,
    *,
    waits: list[float] | None = None,
    secrets: Mapping[str, str] | None = None,
    **options: Any,
) -> Codelocks:
    """A client of the sandbox's account; `waits` takes what it would have slept."""
    keys = {**sandbox.vendors.codelocks.secrets, **(secrets or {})}
    settings = settings_for(f"{sandbox.url}/codelocks", keys, options=options)
    return connect(settings, sleep=([] if waits is None else waits).append)


def order(
    start: datetime = START, duration: Duration = THREE_HOURS, door_ref: str = KIT, **lock: str
) -> CodeOrder:
    """An order for the KitLock, with fields of its lock replaced."""
    begins = start.replace(tzinfo=UTC)
    ends = begins + timedelta(hours=duration.hours, days=duration.days)
    return CodeOrder(
        "order-1",
        Method.NETCODE,
        begins,
        ends,
        door_ref,
        {**LOCK, **lock},
        start_local=start,
        duration=duration,
    )


def k3_order(start: datetime = START, duration: Duration = THREE_HOURS, ref: str = K3) -> CodeOrder:
    """An order for the K3 lock, as a door that the vendor lists has it: by its id alone."""
    ends = (start + timedelta(hours=duration.hours, days=duration.days)).replace(tzinfo=UTC)
    return CodeOrder(
        "order-2", Method.NETCODE, start.replace(tzinfo=UTC), ends, ref, start_local=start, duration=duration
    )


def failure(client: Codelocks, asked: CodeOrder) -> VendorError:
    """The error that an order ended with."""
    error = client.issue([asked])[0].error
    assert error is not None
    return error


def pin(client: Codelocks, asked: CodeOrder) -> str:
    """The code that an order ended with."""
    record = client.issue([asked])[0].record
    assert record is not None
    return record.secret


def says(sandbox: Server, body: Any, match: str = "/netcode/", **how: Any) -> None:
    """Let the next answer be this one, with status 200."""
    sandbox.vendors.codelocks.fail(
        "body", match, body=json.dumps(body), content_type="application/json", **how
    )


def sent(vendor: CodelocksSandbox, method: str) -> list[Call]:
    """The calls with this method."""
    return [call for call in vendor.journal if call.method == method]
