"""Issuing within a month's budget: tonight's guests first, the rest waits and goes on by itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from backoffice import accounts, ledger
from backoffice.flow.desk import calls
from backoffice.flow.issue import issue_due, wake
from backoffice.models import CounterStop, IssuedCode, PaidCall
from backoffice.states import CodeState
from backoffice.word import Word
from tests.factories import HOUR, NOW, CodeFactory, CodelocksFactory, DoorFactory, UserFactory
from tests.support import Written

LOCK = "202511161623/101691"
APRIL = datetime(2026, 4, 1, tzinfo=UTC)


@pytest.fixture
def clock(sandbox):
    """One clock for us and for the vendor."""
    with time_machine.travel(NOW, tick=False) as traveller:

        def at(when):
            traveller.move_to(when)
            sandbox.vendors.clock.set(when)
            return when

        yield at


@pytest.fixture
def kit(sandbox, db, clock):
    """An account at the sandbox with one KitLock and two NetCode calls a month."""
    vendor = sandbox.vendors.codelocks
    vendor.add_kitlock("202511161623", "101691", "KL1060", "UTC")
    secrets = dict(vendor.secrets)
    return CodelocksFactory(
        base_url=f"{sandbox.url}/codelocks", secrets=secrets, options={"netcode_quota": 2}
    )


@pytest.fixture
def codes(kit):
    """PINs that are due now, for guests of these hours from now on."""
    door = DoorFactory(account=kit, ref=LOCK)

    def codes(*hours):
        return [_code(door, NOW + hour * HOUR) for hour in hours]

    return codes


def _code(door, start):
    local = f"{start:%Y-%m-%d %H:%M}"
    times = {"starts_at": start, "ends_at": start + 3 * HOUR, "start_local": local, "due_at": NOW - HOUR}
    return CodeFactory(grant__door=door, grant__starts_at=start, grant__ends_at=start + HOUR, **times)


def issue(kit, now=NOW):
    kit.refresh_from_db()
    return issue_due(kit, accounts.access_provider(kit), now)


def states(codes):
    for code in codes:
        code.refresh_from_db()
    return [code.state for code in codes]


def spend_all(kit):
    ledger.take_over(kit, "netcode", kit.options["netcode_quota"], NOW)


def word(now=NOW):
    return Word(UserFactory(), "a fair in town", now)


A, P = CodeState.ACTIVE, CodeState.PLANNED


def test_the_nearest_start_gets_the_last_call(kit, codes):
    kit.options = {"netcode_quota": 1}
    kit.save()
    rows = codes(40, 3, 20)
    issue(kit)
    assert states(rows) == [P, A, P]


def test_work_that_is_planned_ahead_stops_at_the_reserve_and_tonights_guest_gets_in(sandbox, kit, codes):
    kit.options = {"netcode_quota": 2, "netcode_reserve": 2}
    kit.save()
    rows = codes(2, 30)
    issue(kit)
    assert states(rows) == [A, P]
    assert "kept for guests of the next 12 hours" in rows[1].error
    assert sandbox.vendors.codelocks.opens(LOCK, rows[0].secret, NOW + 2 * HOUR)


def test_a_code_that_waits_at_the_reserve_is_made_when_its_evening_has_come(kit, codes, clock):
    kit.options = {"netcode_quota": 2, "netcode_reserve": 2}
    kit.save()
    (code,) = codes(30)
    issue(kit)
    issue(kit, clock(NOW + 17 * HOUR))
    assert states([code]) == [P]
    issue(kit, clock(NOW + 18 * HOUR))
    assert states([code]) == [A]


def test_what_is_issued_stays_and_the_rest_waits_with_the_reason(sandbox, kit, codes):
    rows = codes(1, 2, 3, 4)
    issue(kit)
    assert states(rows) == [A, A, P, P]
    assert [row.error.startswith("Waits for the budget: the NetCode budget") for row in rows[2:]] == [
        True
    ] * 2
    assert {row.next_try_at for row in rows[2:]} == {APRIL}
    assert [row.attempts for row in rows[2:]] == [0, 0]
    assert sandbox.vendors.codelocks.paid("netcode") == 2


def test_a_second_pass_without_budget_writes_nothing(kit, codes):
    codes(1, 2, 3)
    issue(kit)
    with Written() as written:
        issue(kit, NOW + HOUR / 2)
    assert written == {}


def test_codes_that_wait_go_on_right_after_calls_are_bought(kit, codes):
    rows = codes(1, 2)
    spend_all(kit)
    issue(kit)
    assert states(rows) == [P, P]
    calls.buy(kit, "netcode", 5, None, word())
    issue(kit)
    assert states(rows) == [A, A]
    assert {row.error for row in rows} == {""}


def test_codes_that_wait_go_on_with_the_new_month(sandbox, kit, codes, clock):
    (code,) = codes(24 * 25)  # 3 April
    spend_all(kit)
    issue(kit)
    issue(kit, clock(APRIL - timedelta(minutes=1)))
    assert states([code]) == [P]
    issue(kit, clock(APRIL))
    assert states([code]) == [A]
    assert sandbox.vendors.codelocks.paid("netcode") == 1


def test_codes_that_wait_go_on_when_the_plan_is_larger(kit, codes):
    (code,) = codes(1)
    spend_all(kit)
    issue(kit)
    kit.options = {"plan": "Business 1"}
    kit.save()
    assert wake(kit, NOW) == 1
    issue(kit)
    assert states([code]) == [A]


def test_c_c12_the_vendors_own_limit_stops_the_counter_until_staff_have_it_asked(sandbox, kit, codes):
    rows = codes(1, 2)
    sandbox.vendors.codelocks.switch["netcode_quota"] = 0
    for hour in range(8):
        issue(kit, NOW + hour * HOUR / 10)
    assert (PaidCall.objects.count(), CounterStop.objects.count()) == (1, 1)
    sandbox.vendors.codelocks.switch["netcode_quota"] = 9
    kit.options = {"netcode_quota": 9}
    kit.save()
    issue(kit)
    assert states(rows) == [P, P]
    calls.ask_again(kit, "netcode", word())
    issue(kit)
    assert states(rows) == [A, A]


def test_calls_that_are_bought_let_the_vendor_be_asked_again(sandbox, kit, codes):
    (code,) = codes(1)
    sandbox.vendors.codelocks.switch["netcode_quota"] = 0
    issue(kit)
    sandbox.vendors.codelocks.switch["netcode_quota"] = 9
    calls.buy(kit, "netcode", 3, None, word())
    issue(kit)
    assert states([code]) == [A]


def test_a_code_that_waits_for_something_else_is_not_woken(kit, codes):
    codes(1)
    IssuedCode.objects.update(next_try_at=NOW + HOUR, error="GET /netcode answered 502")
    assert wake(kit, NOW) == 0
