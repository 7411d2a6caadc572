"""Kill the worker at every step of issuing: after the next pass exactly one way in exists at the vendor."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection, connections

from backoffice import accounts
from backoffice.flow.issue import issue_due
from backoffice.models import Door, IssuedCode
from backoffice.states import CodeState
from tests.factories import (
    NOW,
    START,
    CardDoorFactory,
    CodeFactory,
    CodelocksFactory,
    DoorFactory,
    K3DoorFactory,
    LocktFactory,
)

pytestmark = pytest.mark.django_db(transaction=True)
STEPS = ("before the call", "after the call", "before the row is written")
LOCK = "202511161623/101691"
K3 = "0a0b0c0d0e0f00112233445566778899"


def killed(step, account, now=NOW, work="codes"):
    """Run a worker of another process until it is killed at a step."""
    info = connection.connection.info
    url = f"postgresql://{info.user}@/{info.dbname}?host={info.host}&port={info.port}"
    environment = {
        **os.environ,
        "DATABASE_URL": url,
        "OWN_MACHINE": "1",
        "DJANGO_SETTINGS_MODULE": "backoffice.settings",
        "FIELD_ENCRYPTION_KEYS": ",".join(settings.FIELD_ENCRYPTION_KEYS),
    }
    command = [sys.executable, "-m", "tests.killed_worker", step, str(account.pk), now.isoformat(), work]
    root = Path(__file__).resolve().parent.parent
    done = subprocess.run(command, env=environment, cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr


def sweep(account):
    return issue_due(account, accounts.access_provider(account), NOW, wait=5)


@pytest.fixture
def kit(sandbox):
    vendor = sandbox.vendors.codelocks
    vendor.add_kitlock("202511161623", "101691", "KL1060", "UTC")
    return CodelocksFactory(base_url=f"{sandbox.url}/codelocks", secrets=dict(vendor.secrets))


@pytest.fixture
def best(sandbox):
    vendor = sandbox.vendors.lockt
    vendor.add_door(501, "Hall")
    vendor.add_level(11, "Hall", [501])
    return LocktFactory(base_url=f"{sandbox.url}/lockt/api/v1", secrets=dict(vendor.secrets))


@pytest.mark.parametrize("step", STEPS)
def test_a_killed_worker_leaves_one_pin_that_opens(sandbox, kit, step):
    code = CodeFactory(grant__door=DoorFactory(account=kit, ref=LOCK))
    killed(step, kit)
    sweep(kit)
    code.refresh_from_db()
    assert code.state == CodeState.ACTIVE
    assert sandbox.vendors.codelocks.opens(LOCK, code.secret, START)
    assert len(sandbox.vendors.codelocks.told) == 1  # one way in, however often it was asked for


@pytest.mark.parametrize("step", STEPS)
def test_a_killed_worker_leaves_one_cardholder_who_can_open(sandbox, best, step):
    code = card_code(best)
    killed(step, best)
    sweep(best)
    code.refresh_from_db()
    lockt = sandbox.vendors.lockt
    assert (code.state, code.known) == (CodeState.ACTIVE, "confirmed")
    assert [person.id_num for person in lockt.people.values()] == ["LK-1"]
    assert lockt.opens_with_key(code.secret, 501, START)
    posts = len(lockt.calls("POST /api/v1/user"))
    assert posts == 1, "what was there was found by looking, not written again"


@pytest.mark.parametrize("step", STEPS)
def test_a_killed_worker_leaves_one_invitation(sandbox, kit, step):
    vendor = sandbox.vendors.codelocks
    vendor.add_k3(K3, "Front door", "Europe/Berlin")
    vendor.register_app_user("ida@example.test")
    door = K3DoorFactory(account=kit, ref=K3, method="phone")
    mail = {"grant__occurrence__booking__customer__email": "ida@example.test"}
    code = CodeFactory(grant__door=door, periods=[["17:45", "19:15", [0]]], duration_id=None, **mail)
    killed(step, kit)
    sweep(kit)
    code.refresh_from_db()
    assert (code.state, len(vendor.account.clients)) == (CodeState.ACTIVE, 1)
    assert len(vendor.calls(f"POST /u/1/k3connect/{K3}/client")) == 1, "nobody is invited twice"


def card_code(best, holder="LK-1"):
    door = Door.objects.filter(account=best).first() or CardDoorFactory(account=best, ref="501")
    return CodeFactory(
        grant__door=door,
        holder_key=holder,
        level_ref="11",
        start_local="",
        duration_id=None,
    )


def test_two_workers_at_once_make_one_call_per_code(sandbox, kit):
    door = DoorFactory(account=kit, ref=LOCK)
    for hour in range(10, 15):
        CodeFactory(grant__door=door, start_local=f"2026-03-09 {hour}:00")
    race(lambda: sweep(kit), times=4)
    assert set(IssuedCode.objects.values_list("state", flat=True)) == {CodeState.ACTIVE}
    assert sandbox.vendors.codelocks.paid("netcode") == 5


def test_lockt_never_sees_overlapping_writes(sandbox, best):
    sandbox.vendors.lockt.switch["latency"] = 0.1
    for n in range(3):
        card_code(best, f"LK-{n}")
    race(lambda: sweep(best), times=4)
    assert set(IssuedCode.objects.values_list("state", flat=True)) == {CodeState.ACTIVE}
    posts = sandbox.vendors.lockt.calls("POST /api/v1/user")
    assert [call.status for call in posts] == [200]


def race(work, times):
    """Run the same work in several threads at once, each with its own connection."""
    errors = []

    def run():
        try:
            work()
        except Exception as error:  # noqa: BLE001 told by the assertion below
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert errors == []
