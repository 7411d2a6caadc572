"""Issuing over the sandbox's locks: what is said to be active opens the door."""

from __future__ import annotations

from datetime import timedelta

import pytest

from backoffice import accounts, clock, ledger
from backoffice.flow.issue import issue_due
from backoffice.models import CounterStop, IssuedCode, KnownAnswer, PaidCall
from backoffice.states import CodeState, Known
from tests.factories import HOUR, NOW, START, CodeFactory, CodelocksFactory, DoorFactory

LOCK = "202511161623/101691"


@pytest.fixture
def kit(sandbox, db):
    """An account at the sandbox with one KitLock."""
    vendor = sandbox.vendors.codelocks
    vendor.add_kitlock("202511161623", "101691", "KL1060", "UTC")
    return CodelocksFactory(base_url=f"{sandbox.url}/codelocks", secrets=dict(vendor.secrets), options={})


@pytest.fixture
def code(kit):
    """A planned PIN for 16:00 to 19:00 UTC today, due."""
    return CodeFactory(grant__door=DoorFactory(account=kit, ref=LOCK))


def issue(kit, now=NOW):
    kit.refresh_from_db()
    return issue_due(kit, accounts.access_provider(kit), now)


def test_an_issued_pin_opens_the_door_in_its_hours_and_at_no_other_time(sandbox, kit, code):
    issue(kit)
    code.refresh_from_db()
    assert (code.state, code.known) == (CodeState.ACTIVE, Known.ACCEPTED)
    opens = sandbox.vendors.codelocks.opens
    minutes = [START - 2 * HOUR + timedelta(minutes=n) for n in range(5 * 60)]
    assert [opens(LOCK, code.secret, at) for at in minutes] == [
        code.starts_at <= at < code.ends_at for at in minutes
    ]


def test_a_second_pass_asks_nothing(sandbox, kit, code):
    issue(kit)
    before = sandbox.vendors.codelocks.paid("netcode")
    issue(kit)
    assert (before, sandbox.vendors.codelocks.paid("netcode")) == (1, 1)


def test_the_same_parameters_are_never_asked_twice(sandbox, kit, code):
    issue(kit)
    IssuedCode.objects.update(state=CodeState.EXPIRED)
    CodeFactory(grant__door=code.door)
    assert issue(kit).issued == 1
    assert sandbox.vendors.codelocks.paid("netcode") == 1
    assert KnownAnswer.objects.count() == 1


def test_a_code_that_is_not_due_is_left_alone(sandbox, kit, code):
    IssuedCode.objects.update(due_at=NOW + HOUR)
    issue(kit)
    assert sandbox.vendors.codelocks.paid("netcode") == 0


def test_a_vendor_that_does_not_answer_is_asked_again_later(sandbox, kit, code):
    sandbox.vendors.codelocks.fail("status", "netcode", times=9, status=502)
    assert issue(kit).postponed == 1
    code.refresh_from_db()
    assert code.state == CodeState.PLANNED
    assert "502" in code.error
    sandbox.vendors.codelocks.faults.clear()
    issue(kit, NOW + timedelta(seconds=1))
    code.refresh_from_db()
    assert code.state == CodeState.PLANNED  # not before its time
    issue(kit, NOW + timedelta(minutes=1))
    code.refresh_from_db()
    assert (code.state, code.error) == (CodeState.ACTIVE, "")


def test_a_refusal_fails_the_code_with_the_vendors_words(sandbox, kit, code):
    body = '{"Message": "[\\"[Invalid Data] ID (Expected: 12 or 32 characters)\\"]"}'
    sandbox.vendors.codelocks.fail("status", "netcode", status=400, body=body)
    assert issue(kit).failed == 1
    code.refresh_from_db()
    assert "Expected: 12 or 32 characters" in code.error


def test_a_wrong_key_stops_the_account_and_nothing_else_is_asked(sandbox, kit, code):
    CodeFactory(grant__door=code.door, start_local="2026-03-09 15:00")
    sandbox.vendors.codelocks.rotate_api_key("another")
    issue(kit)
    kit.refresh_from_db()
    assert kit.stopped_at is not None
    assert PaidCall.objects.count() == 1
    assert set(IssuedCode.objects.values_list("state", flat=True)) == {CodeState.PLANNED}


def test_an_answer_without_a_code_is_not_believed_and_given_up_after_three(sandbox, kit, code):
    sandbox.vendors.codelocks.fail("body", "netcode", times=9, body='{"ActualNetcode": ""}')
    for n in range(4):
        issue(kit, NOW + n * HOUR)
    code.refresh_from_db()
    assert (code.state, code.secret) == (CodeState.FAILED, "")
    assert sandbox.vendors.codelocks.paid("netcode") == 3


def test_an_exhausted_budget_queues_the_code_and_goes_on_after_a_bolt_on(sandbox, kit, code):
    kit.options = {"netcode_quota": 1}
    kit.save()
    ledger.take_over(kit, "netcode", 1, clock.now())
    issue(kit)
    code.refresh_from_db()
    assert code.state == CodeState.PLANNED
    assert "budget" in code.error
    assert sandbox.vendors.codelocks.paid("netcode") == 0
    kit.options = {"netcode_quota": 2}
    kit.save()
    issue(kit, NOW + 2 * HOUR)
    code.refresh_from_db()
    assert code.state == CodeState.ACTIVE


def test_the_vendors_own_limit_is_not_hammered(sandbox, kit, code):
    for hour in range(10, 15):
        CodeFactory(grant__door=code.door, start_local=f"2026-03-09 {hour}:00")
    sandbox.vendors.codelocks.switch["netcode_quota"] = 0
    for minutes in range(0, 300, 10):
        issue(kit, NOW + timedelta(minutes=minutes))
    assert PaidCall.objects.count() == 1
    sandbox.vendors.codelocks.switch["netcode_quota"] = 9
    issue(kit, NOW + timedelta(hours=9))
    assert PaidCall.objects.count() == 1  # nobody has said that it would answer again
    CounterStop.objects.update(lifted_at=NOW)
    issue(kit, NOW + timedelta(hours=9, minutes=1))
    assert set(IssuedCode.objects.values_list("state", flat=True)) == {CodeState.ACTIVE}


def test_a_row_that_a_dead_worker_left_is_issued_at_once(sandbox, kit, code):
    IssuedCode.objects.update(state=CodeState.ISSUING)
    issue(kit)
    code.refresh_from_db()
    assert sandbox.vendors.codelocks.opens(LOCK, code.secret, START)


def test_a_disabled_account_is_not_asked(sandbox, kit, code):
    kit.enabled = False
    kit.save()
    issue(kit)
    assert sandbox.vendors.codelocks.paid("netcode") == 0
