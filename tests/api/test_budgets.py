"""Budgets and the vendor's desk through the API: the pages' permissions, words in one shape, nothing kept."""

from __future__ import annotations

import pytest

from backoffice import ledger
from backoffice.clock import now
from backoffice.models import BoltOn, CounterStop, Door, StaffAct
from tests.api.test_api import client_of
from tests.factories import CodelocksFactory, K3DoorFactory, LocktFactory

WHY = {"reason": "a fair in town"}


@pytest.fixture
def desk(db):
    return client_of("front desk")


@pytest.fixture
def manager(db):
    return client_of("manager")


@pytest.fixture
def kit(sandbox, db):
    vendor = sandbox.vendors.codelocks
    return CodelocksFactory(
        slug="kit", base_url=f"{sandbox.url}/codelocks", secrets=dict(vendor.secrets), options={}
    )


@pytest.fixture
def best(sandbox, db):
    vendor = sandbox.vendors.lockt
    vendor.switch["write_zone"] = "Europe/Berlin"
    return LocktFactory(slug="best", base_url=f"{sandbox.url}/lockt/api/v1", secrets=dict(vendor.secrets))


def post(client, account, act, **given):
    return client.post(f"/api/v1/accounts/{account.slug}/{act}/", {**WHY, **given}, format="json")


def words(answer):
    assert answer.status_code == 409, answer.data
    return answer.data["error"]["message"]


# ---------------------------------------------------------------------------------------------- budgets


def test_a_budget_tells_plan_bought_used_kept_left_and_how_long_it_lasts(desk, kit):
    kit.options = {"plan": "Pro 1", "netcode_reserve": 20}
    kit.save()
    ledger.take_over(kit, "netcode", 100, now())
    netcode, _ = desk.get("/api/v1/accounts/kit/budgets/").data
    shown = {name: netcode[name] for name in ("plan", "bought", "used", "reserve", "left", "ends_on")}
    assert shown == {"plan": 613, "bought": 0, "used": 100, "reserve": 20, "left": 513, "ends_on": None}
    assert netcode["forecast"].startswith("NetCode plan lasts the month: 513 calls left")
    ahead = {name: netcode[f"ahead_{name}"] for name in ("quota", "expected", "ends_on")}
    assert ahead == {"quota": 613, "expected": 0, "ends_on": None}


def test_calls_are_bought_by_managers_and_wake_what_waits(
    desk, manager, kit, django_capture_on_commit_callbacks
):
    assert post(desk, kit, "buy-calls", counter="netcode", calls=50).status_code == 403
    with django_capture_on_commit_callbacks() as woken:
        assert post(manager, kit, "buy-calls", counter="netcode", calls=50).status_code == 201
    assert len(woken) == 1
    assert desk.get("/api/v1/calls-bought/").data["results"][0]["calls"] == 50
    assert "there are netcode" in words(post(manager, kit, "buy-calls", counter="sms", calls=50))
    assert post(manager, kit, "buy-calls", counter="netcode", calls=0).status_code == 400
    assert BoltOn.objects.count() == 1


def test_a_vendor_that_has_said_no_is_asked_again_on_a_managers_word(desk, manager, kit):
    month = ledger.month_of(now())
    assert "has not said" in words(post(manager, kit, "ask-again", counter="netcode"))
    CounterStop.objects.create(account=kit, counter="netcode", month=month, at=now(), text="Limit Exceeded")
    assert desk.get("/api/v1/accounts/kit/budgets/").data[0]["stopped"] == "Limit Exceeded"
    assert post(desk, kit, "ask-again", counter="netcode").status_code == 403
    assert post(manager, kit, "ask-again", counter="netcode").data[0]["stopped"] == ""


def test_every_paid_call_can_be_read(desk, manager, kit):
    post(manager, kit, "ask", what="account")
    (call,) = desk.get("/api/v1/paid-calls/", {"account": "kit", "counter": "utility"}).data["results"]
    assert call["subject"] == "K3 account"


# ------------------------------------------------------------------------------------------ setting up


def test_a_sequence_is_told_once_to_managers_and_is_not_to_be_stored(desk, manager, kit, sandbox):
    assert post(desk, kit, "commission", model="KL1060").status_code == 403
    answer = post(manager, kit, "commission", model="KL1060", key="r1")
    assert answer["Cache-Control"] == "no-store"
    assert answer.data["sequence"].startswith("#11335577")
    assert len(answer.data["timecode"]) == 12
    assert "sent already" in words(post(manager, kit, "commission", model="KL1060", key="r1"))
    assert sandbox.vendors.codelocks.paid("utility") == 1


def test_a_master_code_is_in_no_answer(manager, kit):
    answer = post(manager, kit, "commission", model="KL9", master_code="83920174")
    assert "83920174" not in words(answer)
    writes = manager.get("/api/v1/writes/").content.decode()
    assert "83920174" not in writes


def test_a_lock_is_entered_with_both_numbers_twice(manager, kit):
    numbers = {"timecode": "202511161623", "identifier": "101691"}
    given = {"name": "Shed", "model": "KL1060", **numbers}
    again = {f"{name}_again": value for name, value in numbers.items()}
    assert post(manager, kit, "enter-lock", **given).status_code == 400
    wrong = post(manager, kit, "enter-lock", **given, **again | {"identifier_again": "101961"})
    assert "identifiers differ" in words(wrong)
    assert post(manager, kit, "enter-lock", **given, **again).data["ref"] == "202511161623/101691"
    assert Door.objects.count() == 1


# ------------------------------------------------------------------------------------- sites and facts


def test_a_zone_is_proven_by_managers_and_the_trials_can_be_read(desk, manager, best):
    assert post(desk, best, "prove-zone").status_code == 403
    assert post(manager, best, "prove-zone").data["proven"] is True
    (proof,) = desk.get("/api/v1/zone-proofs/").data["results"]
    assert (proof["account"], proof["timezone"]) == ("best", "Europe/Berlin")


def test_doors_are_made_and_bad_names_are_refused_in_words(manager, best, sandbox):
    assert post(manager, best, "create-doors", names=["Shed"]).data["state"] == "done"
    assert "twice: Gate" in words(post(manager, best, "create-doors", names=["Gate", "Gate"]))
    assert [door.name for door in sandbox.vendors.lockt.doors.values()] == ["Shed"]


def test_a_vendor_is_asked_by_the_front_desk_and_not_by_a_viewer(desk, best):
    assert post(desk, best, "ask", what="credentials").data["text"].startswith("App keys")
    assert "has not released" in words(post(desk, best, "ask", what="next_card_number"))
    assert post(client_of("viewer"), best, "ask", what="credentials").status_code == 403
    assert post(desk, best, "ask", what="everything").status_code == 400


def test_a_locks_memory_is_read_in_the_background(desk, kit, sandbox, django_capture_on_commit_callbacks):
    vendor = sandbox.vendors.codelocks
    door = K3DoorFactory(account=kit, ref=vendor.add_k3("ab" * 16, "Front door"))
    with django_capture_on_commit_callbacks() as woken:
        assert post(desk, kit, "read-memory", door=door.pk).status_code == 202
    assert StaffAct.objects.get().verb == "read memory"
    assert len(woken) == 1


def test_a_vendor_without_the_call_says_so(manager, kit, best):
    assert "no such call" in words(post(manager, kit, "prove-zone"))
    assert "no such call" in words(post(manager, best, "commission", model="KL1060"))
    assert "no such call" in words(post(manager, best, "read-memory"))
