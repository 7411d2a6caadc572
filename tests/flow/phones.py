"""A lock of the sandbox that opens by phone, the keys to it, and what is asked of it for them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from backoffice import accounts
from backoffice.flow.issue import due, issue_due
from backoffice.models import IssuedCode
from tests.factories import NOW, START, CodeFactory, CodelocksFactory, K3DoorFactory
from tests.flow.keyed import IDA, LOCK

CLIENT = f"/u/1/k3connect/{LOCK}/client"
EVENING, LATE = [["17:45", "19:15", [0]]], [["21:45", "22:15", [0]]]
MINUTE = timedelta(minutes=1)


@pytest.fixture
def vendor(sandbox):
    made = sandbox.vendors.codelocks
    made.add_k3(LOCK, "Front door", "Europe/Berlin")
    made.register_app_user(IDA)
    return made


@pytest.fixture
def door(sandbox, vendor, db):
    account = CodelocksFactory(base_url=f"{sandbox.url}/codelocks", secrets=dict(vendor.secrets))
    return K3DoorFactory(account=account, ref=LOCK, method="phone")


def key(door, periods=EVENING, email=IDA, **fields):
    span = {
        "starts_at": START - 15 * MINUTE,
        "ends_at": START + 75 * MINUTE,
        "start_local": "",
        "duration_id": None,
    }
    mail = {"grant__occurrence__booking__customer__email": email}
    return CodeFactory(grant__door=door, periods=periods, **{**span, **mail, **fields})


def issue(door, now=NOW):
    return issue_due(door.account, accounts.access_provider(door.account), now)


def is_due(door, now):
    return IssuedCode.objects.filter(due(door.account, now)).exists()


def fresh(code):
    code.refresh_from_db()
    return code


def sent(vendor, *methods):
    return [call.method for call in vendor.calls("/k3connect/") if call.method in methods or not methods]


def client(vendor, email=IDA):
    return vendor.account.clients.get((LOCK, email))


def hours(vendor, email=IDA):
    rows = client(vendor, email).periods.values()
    return sorted((row["starts"], row["ends"]) for row in rows if row["enabled"])
