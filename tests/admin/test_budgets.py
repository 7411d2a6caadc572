"""Budgets, setting locks up and the vendor's desk on staff's pages: permissions, words, and nothing kept."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from backoffice import ledger
from backoffice.models import BoltOn, CounterStop, Door, PaidCall, StaffAct, ZoneProof
from tests import factories as make

BUDGETS = "/admin/budgets/"


@pytest.fixture
def kit(sandbox, db):
    vendor = sandbox.vendors.codelocks
    return make.CodelocksFactory(base_url=f"{sandbox.url}/codelocks", secrets=dict(vendor.secrets))


@pytest.fixture
def best(sandbox, db):
    vendor = sandbox.vendors.lockt
    vendor.switch["write_zone"] = "Europe/Berlin"
    return make.LocktFactory(base_url=f"{sandbox.url}/lockt/api/v1", secrets=dict(vendor.secrets))


def act(account, verb):
    return reverse("admin:backoffice_vendoraccount_act", args=[verb]) + f"?ids={account.pk}"


def page_of(account):
    return reverse("admin:backoffice_vendoraccount_change", args=[account.pk])


def _counted():
    return CaptureQueriesContext(connection)


def text_of(answer):
    return " ".join(answer.content.decode().split())


# ---------------------------------------------------------------------------------------------- budgets


def test_the_page_says_how_long_each_budget_lasts_and_what_was_asked(signed_in, kit, now):
    month = ledger.month_of(now)
    PaidCall.objects.create(account=kit, counter="netcode", month=month, at=now, subject="code of the shed")
    CounterStop.objects.create(account=kit, counter="utility", month=month, at=now, text="Limit Exceeded")
    text = text_of(signed_in("viewer").get(BUDGETS))
    assert "NetCode plan lasts the month: 99 calls left" in text
    assert "code of the shed" in text
    assert "In its words: Limit Exceeded" in text


def test_the_page_asks_as_much_for_many_calls_as_for_one(signed_in, kit, now):
    viewer, month = signed_in("viewer"), ledger.month_of(now)
    viewer.get(BUDGETS)
    with _counted() as few:
        viewer.get(BUDGETS)
    for _ in range(20):
        PaidCall.objects.create(account=kit, counter="netcode", month=month, at=now, subject="x")
    with _counted() as many:
        viewer.get(BUDGETS)
    assert len(many) == len(few)


def test_calls_bought_are_entered_by_a_manager_alone(signed_in, kit):
    given = {"counter": "netcode", "calls": 50, "month": f"{date.max.year}-12", "reason": "a fair"}
    assert signed_in("front desk").post(act(kit, "buy-calls"), given).status_code == 403
    manager = signed_in("manager")
    assert "check the date" in text_of(manager.post(act(kit, "buy-calls"), given))
    month = manager.get(act(kit, "buy-calls")).context["form"].fields["month"].initial
    manager.post(act(kit, "buy-calls"), {**given, "month": month})
    assert (BoltOn.objects.get().calls, BoltOn.objects.get().author) == (50, manager.user)
    assert "a fair" in text_of(manager.get(reverse("admin:backoffice_bolton_changelist")))


def test_a_counter_that_the_vendor_has_ended_is_asked_again_on_a_managers_word(signed_in, kit, now):
    month = ledger.month_of(now)
    manager = signed_in("manager")
    assert "ask-again" not in text_of(manager.get(page_of(kit)))
    CounterStop.objects.create(account=kit, counter="netcode", month=month, at=now, text="Limit Exceeded")
    assert "ask-again" in text_of(manager.get(page_of(kit)))
    manager.post(act(kit, "ask-again"), {"counter": "netcode", "reason": "they raised the plan"})
    assert CounterStop.objects.get().lifted_at


# ------------------------------------------------------------------------------------------ setting up


def asked(manager, kit, **changed):
    form = manager.get(act(kit, "commission")).context["form"]
    given = {"model": "KL1060", "random_id": "on", "reason": "shed", "key": form.fields["key"].initial}
    return {**given, **changed}


def test_a_sequence_is_shown_once_on_a_page_that_nobody_keeps(signed_in, kit, sandbox):
    manager = signed_in("manager")
    given = asked(manager, kit)
    first = manager.post(act(kit, "commission"), given)
    assert "#11335577" in text_of(first)
    assert "no-store" in first["Cache-Control"]
    again = text_of(manager.post(act(kit, "commission"), given))  # the page is reloaded
    assert "sent already" in again
    assert "#11335577" not in again
    assert sandbox.vendors.codelocks.paid("utility") == 1


def test_after_a_refusal_the_form_can_be_sent_again(signed_in, kit, sandbox):
    manager = signed_in("manager")
    sandbox.vendors.codelocks.fail("status", "init", status=502)
    refused = manager.post(act(kit, "commission"), asked(manager, kit))
    assert "another paid call" in text_of(refused)
    key = refused.context["form"]["key"].value()
    assert "#11335577" in text_of(manager.post(act(kit, "commission"), asked(manager, kit, key=key)))


def test_the_page_with_the_sequence_takes_the_locks_numbers(signed_in, kit):
    manager = signed_in("manager")
    shown = manager.post(act(kit, "commission"), asked(manager, kit, model="KL1550"))
    assert act(kit, "enter-lock") in text_of(shown)
    assert shown.context["entry"]["model"].value() == "KL1550"
    numbers = {"timecode": "202511161623", "identifier": "101691"}
    twice = numbers | {f"{name}_again": value for name, value in numbers.items()}
    given = {"name": "Shed", "model": "KL1060", "clock": "UTC", "reason": "new lock", **twice}
    wrong = text_of(manager.post(act(kit, "enter-lock"), {**given, "identifier_again": "101961"}))
    assert "identifiers differ" in wrong
    manager.post(act(kit, "enter-lock"), given)
    assert Door.objects.get().ref == "202511161623/101691"


def test_a_master_code_comes_back_on_no_page(signed_in, kit):
    manager = signed_in("manager")
    text = text_of(
        manager.post(act(kit, "commission"), asked(manager, kit, master_code="83920174", model="KL9"))
    )
    assert "83920174" not in text


@pytest.mark.parametrize("verb", ["commission", "enter-lock"])
def test_setting_up_is_for_managers(signed_in, kit, verb):
    assert signed_in("front desk").get(act(kit, verb)).status_code == 403
    assert signed_in("manager").get(act(kit, verb)).status_code == 200


# ------------------------------------------------------------------------------------------- card sites


def test_the_accounts_page_says_whether_its_written_times_are_proven(signed_in, best, sandbox):
    manager = signed_in("manager")
    assert "Never tried: whether times written there" in text_of(manager.get(page_of(best)))
    manager.post(act(best, "prove-zone"), {"reason": "a new site"})
    assert "Europe/Berlin proven on" in text_of(manager.get(page_of(best)))
    sandbox.vendors.lockt.switch["write_zone"] = "UTC"
    manager.post(act(best, "prove-zone"), {"reason": "once more"})
    text = text_of(manager.get(page_of(best)))
    assert "Europe/Berlin REFUSED on" in text
    assert "times refused" in text
    assert ZoneProof.objects.count() == 2


def test_a_door_of_an_account_whose_times_are_refused_says_so(signed_in, best, sandbox):
    sandbox.vendors.lockt.switch["write_zone"] = "UTC"
    manager, door = signed_in("manager"), make.CardDoorFactory(account=best)
    manager.post(act(best, "prove-zone"), {"reason": "a new site"})
    assert "refused" in text_of(manager.get(reverse("admin:backoffice_door_change", args=[door.pk])))


def test_doors_are_made_from_a_list_of_names(signed_in, best, sandbox):
    signed_in("manager").post(act(best, "create-doors"), {"names": "Shed\n\nGate", "reason": "new doors"})
    assert sorted(door.name for door in sandbox.vendors.lockt.doors.values()) == ["Gate", "Shed"]


def test_what_the_vendor_has_not_released_is_said_on_the_page(signed_in, best):
    desk = signed_in("front desk")
    text = text_of(desk.post(act(best, "ask"), {"what": "next_card_number", "reason": "curious"}))
    assert "The vendor has not released" in text
    told = text_of(desk.post(act(best, "ask"), {"what": "credentials", "reason": "curious"}))
    assert "App keys claimed" in told
    assert signed_in("viewer").get(act(best, "ask")).status_code == 403


def test_a_lock_is_asked_for_by_its_door(signed_in, kit, sandbox):
    door = make.K3DoorFactory(account=kit, ref=sandbox.vendors.codelocks.add_k3("ab" * 16, "Front door"))
    given = {"what": "lock", "door": door.pk, "reason": "battery?"}
    assert "Battery: FULL" in text_of(signed_in("front desk").post(act(kit, "ask"), given))


def test_a_locks_memory_is_read_in_the_background(signed_in, kit, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as woken:
        signed_in("front desk").post(act(kit, "read-memory"), {"reason": "who came?"})
    assert len(woken) == 1
    assert StaffAct.objects.get().verb == "read memory"


def test_an_account_is_offered_only_what_its_vendor_can_do(signed_in, kit, best):
    manager = signed_in("manager")
    for account, there, absent in ((kit, "commission", "prove-zone"), (best, "prove-zone", "commission")):
        text = text_of(manager.get(page_of(account)))
        assert f"act/{there}/" in text
        assert f"act/{absent}/" not in text
