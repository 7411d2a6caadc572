"""The ledger of paid calls: plans, calls bought, months, what is kept back, and the vendor's own word."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import time_machine

from backoffice import ledger
from backoffice.ledger import RowMeter
from backoffice.models import BoltOn, CounterStop, PaidCall, VendorAccount
from integrations.errors import OverBudget
from integrations.registry import VENDORS
from tests.factories import HOUR, NOW, CodelocksFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def kit():
    """An account with two NetCode calls a month."""
    return CodelocksFactory(options={"netcode_quota": 2})


@pytest.fixture(autouse=True)
def traveller():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def bolt_on(account, calls, month=None):
    month = month or NOW.date().replace(day=1)
    by = {"author": UserFactory(), "bought_at": NOW, "reason": "a fair"}
    BoltOn.objects.create(account=account, counter="netcode", month=month, calls=calls, **by)


def netcode(account):
    return ledger.budgets(account, NOW)["netcode"]


# ----------------------------------------------------------------------------------------------- plans


@pytest.mark.parametrize("name", ["Business 2", "business-2", "BUSINESS_2", " business  2 "])
def test_a_plan_is_known_by_its_name_whatever_its_case(name):
    account = CodelocksFactory(options={"plan": name})
    assert (netcode(account).quota, ledger.budgets(account, NOW)["utility"].quota) == (315, 1000)


def test_the_vendors_table_of_plans_is_kept():
    sizes = {name: tuple(calls.values()) for name, calls in VENDORS["codelocks"].plans.items()}
    assert sizes == {
        "Business 1": (100, 1000),
        "Business 2": (315, 1000),
        "Enterprise 1": (6000, 3000),
        "Enterprise 2": (12000, 3000),
        "Pro 1": (613, 2000),
        "Pro 2": (1250, 2000),
        "Pro 3": (2417, 2000),
    }


def test_a_number_of_calls_goes_before_a_plan():
    assert netcode(CodelocksFactory(options={"plan": "Pro 1", "netcode_quota": 50})).quota == 50


@pytest.mark.parametrize(
    "options", [{"plan": "Gold"}, {"netcode_quota": "many"}, {"netcode_reserve": -1}, {"audit_minutes": True}]
)
def test_an_option_that_cannot_be_used_is_said_and_counts_as_not_given(options):
    account = CodelocksFactory(options=options)
    assert len(ledger.mistakes(account.profile, options)) == 1
    assert (netcode(account).quota, netcode(account).reserve) == (100, 0)


def test_options_that_can_be_used_are_not_complained_of():
    options = {"plan": "Pro 1", "utility_quota": "7", "netcode_reserve": 3, "reserve_hours": 6}
    assert ledger.mistakes(VENDORS["codelocks"], options) == []


# ---------------------------------------------------------------------------------------------- spending


def test_c_c9_a_call_is_counted_before_it_is_made_and_refused_when_none_is_left(kit):
    meter = RowMeter(kit.pk)
    meter.spend("netcode", "one")
    meter.spend("netcode", "two")
    with pytest.raises(OverBudget, match="2 of 2 calls"):
        meter.spend("netcode", "three")
    assert PaidCall.objects.count() == 2


def test_the_two_counters_are_apart(kit):
    ledger.take_over(kit, "netcode", 2, NOW)
    RowMeter(kit.pk).spend("utility", "a list")
    assert ledger.budgets(kit, NOW)["utility"].used == 1


def test_calls_bought_raise_their_own_month_and_no_other(kit):
    bolt_on(kit, 10)
    bolt_on(kit, 100, NOW.date().replace(month=4, day=1))
    assert (netcode(kit).quota, netcode(kit).bought, netcode(kit).plan) == (12, 10, 2)


def test_a_month_is_one_of_utc(kit, traveller):
    """At half past midnight in Berlin the old month's calls are still the ones that are spent."""
    ledger.take_over(kit, "netcode", 2, NOW)
    traveller.move_to(datetime(2026, 3, 31, 23, 59, tzinfo=UTC))
    with pytest.raises(OverBudget):
        RowMeter(kit.pk).spend("netcode", "too early")
    traveller.move_to(datetime(2026, 4, 1, 0, 0, tzinfo=UTC))
    RowMeter(kit.pk).spend("netcode", "new month")


def test_what_is_kept_for_tonight_is_spent_by_what_is_urgent_alone(kit):
    kit.options |= {"netcode_reserve": 1}
    kit.save()
    meter = RowMeter(kit.pk)
    meter.spend("netcode", "next week")
    with pytest.raises(OverBudget, match="kept for guests of the next 12 hours"):
        meter.spend("netcode", "next week")
    with ledger.urgent():
        meter.spend("netcode", "tonight")
        with pytest.raises(OverBudget, match="is spent"):
            meter.spend("netcode", "tonight")
    assert netcode(kit).left == 0


def test_urgency_ends_with_its_block(kit):
    with pytest.raises(ZeroDivisionError), ledger.urgent():
        _ = 1 / 0
    kit.options |= {"netcode_reserve": 2}
    kit.save()
    with pytest.raises(OverBudget):
        RowMeter(kit.pk).spend("netcode", "next week")


def test_tonight_is_as_long_as_the_account_says(kit):
    assert ledger.is_tonight(kit, NOW + 12 * HOUR, NOW)
    assert not ledger.is_tonight(kit, NOW + 13 * HOUR, NOW)
    kit.options |= {"reserve_hours": 3}
    assert not ledger.is_tonight(kit, NOW + 4 * HOUR, NOW)


# -------------------------------------------------------------------------------------- the vendor's word


def test_c_c12_the_vendors_word_ends_a_counter_until_the_month_is_over(kit, traveller):
    meter = RowMeter(kit.pk)
    meter.stop("netcode", "Limit Exceeded")
    meter.stop("netcode", "Limit Exceeded")
    assert CounterStop.objects.count() == 1
    with pytest.raises(OverBudget, match="asked again on 1 April"):
        meter.spend("netcode", "one")
    traveller.move_to(datetime(2026, 4, 1, tzinfo=UTC))
    meter.spend("netcode", "one")
    assert VendorAccount.objects.get().stopped_at is None
