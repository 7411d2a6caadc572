"""What needs a person about paid calls and locks' clocks, in words."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from backoffice import ledger, lockclock
from backoffice.flow.audit import findings
from backoffice.flow.audit.sites import contradictions
from backoffice.flow.desk import facts
from backoffice.models import BoltOn, CounterStop, Finding, IssuedCode, LockGrid, PaidCall, Severity
from backoffice.word import NotPossible, Word
from tests.factories import (
    HOUR,
    NOW,
    CodeFactory,
    CodelocksFactory,
    DoorFactory,
    K3DoorFactory,
    RoomFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def found(kind="budget"):
    findings(NOW)
    return Finding.objects.filter(closed_at=None, kind=kind).first()


@pytest.fixture
def kit():
    return CodelocksFactory(options={"netcode_quota": 3})


def planned(kit, day, count=1, **fields):
    door = DoorFactory(account=kit, ref=f"{day}/{count}")
    start = NOW + day * DAY
    for hour in range(count):
        at = start + hour * HOUR
        CodeFactory(grant__door=door, starts_at=at, ends_at=at + HOUR, due_at=at - DAY, **fields)


# ---------------------------------------------------------------------------------------------- the budget


def test_a_plan_that_will_not_last_the_month_says_on_which_day_it_ends(kit):
    planned(kit, 8, 2)
    assert found() is None
    planned(kit, 15, 2)
    one = found()
    assert one.severity == Severity.TODAY
    assert "NetCode plan ends on the 23rd: 3 calls left, about 4 to be expected this month." in one.text


def test_a_coming_month_that_is_booked_beyond_its_plan_is_said_in_this_one(kit):
    kit.options = {"netcode_quota": 4}
    kit.save()
    planned(kit, 25, 4)  # due on 2 April, a day before
    assert found() is None
    planned(kit, 29, 1)
    one = found()
    assert one.severity == Severity.TODAY
    assert "NetCode plan lasts the month" in one.text
    assert (
        "April will not last: 5 calls are booked for it already, and it has 4, which end on the 6th."
        in one.text
    )
    BoltOn.objects.create(
        account=kit,
        counter="netcode",
        month=date(2026, 4, 1),
        calls=1,
        reason="a fair",
        author=UserFactory(),
        bought_at=NOW,
    )
    assert found() is None


def test_what_is_usual_counts_after_a_week_of_it(kit):
    kit.options = {"netcode_quota": 40}
    kit.save()
    month = ledger.month_of(NOW)
    for days in range(1, 7):
        PaidCall.objects.create(account=kit, counter="netcode", month=month, at=NOW - days * DAY, calls=2)
    assert found() is None  # six days are no week
    PaidCall.objects.create(account=kit, counter="netcode", month=month, at=NOW - 7 * DAY, calls=2)
    assert "NetCode plan ends on the 23rd" in found().text  # 26 left, two a day from tomorrow


def test_calls_from_before_latchkey_are_not_usual(kit):
    kit.options = {"netcode_quota": 100}
    kit.save()
    ledger.take_over(kit, "netcode", 70, NOW - 8 * DAY)
    assert found() is None


def test_codes_that_wait_are_named_with_the_first_guest(kit):
    ledger.take_over(kit, "netcode", 3, NOW)
    planned(kit, 1, 2)
    IssuedCode.objects.update(error=f"{ledger.QUEUED}spent", next_try_at=NOW + 30 * DAY)
    one = found()
    assert one.severity == Severity.NOW
    assert "2 codes wait, the first for Ida Kern" in one.text


def test_a_budget_that_the_vendor_has_ended_is_shown_until_it_is_lifted(kit):
    CounterStop.objects.create(
        account=kit, counter="netcode", month=ledger.month_of(NOW), text="Limit Exceeded", at=NOW
    )
    assert "asked again on 1 April" in found().text
    CounterStop.objects.update(lifted_at=NOW)
    assert found() is None


def test_options_that_cannot_be_used_are_a_finding(kit):
    kit.options = {"plan": "Gold"}
    kit.save()
    assert "there is no plan 'Gold'; there are Business 1" in found("budget_options").text


# ------------------------------------------------------------------------------------------ clocks of locks

UTC_RULE = [0, 1, 0, True, False, ""]
SUMMER = [0, 1, 0, False, True, ""]
WINTER = [0, 1, 0, False, False, ""]
SILENT = [0, 1, 0, None, None, ""]


@pytest.mark.parametrize(
    ("rule", "clock", "against"),
    [
        (UTC_RULE, "UTC", ""),
        (UTC_RULE, "Europe/Berlin", "counts KL1060 codes in UTC"),
        (UTC_RULE, "+01:00", "counts KL1060 codes in UTC"),
        (SUMMER, "Europe/Berlin", ""),
        (SUMMER, "+01:00", "in summer time"),
        (SUMMER, "UTC", "in summer time"),
        (WINTER, "Europe/Berlin", "without summer time"),
        (WINTER, "+01:00", ""),
        (SILENT, "Europe/Berlin", ""),
        ([12, 0, 1, True, False, "00:00"], "UTC", ""),
        ([12, 0, 1, True, False, "12:00"], "UTC", "may begin at 12:00 only"),
        ([0, 1, 0, True, False, "06:00"], "UTC", "may begin at 06:00 only"),
    ],
)
def test_a_rule_is_compared_with_the_clock_and_never_applied(rule, clock, against):
    said = list(contradictions(LockGrid(ref="KL1060", rules=[rule]), clock))
    assert [against in text for text in said] == ([True] if against else [])


def test_a_door_whose_clock_its_vendor_contradicts_is_a_finding_until_it_is_corrected(kit):
    door = DoorFactory(account=kit)
    door.lock |= {"clock": "Europe/Berlin"}
    door.save()
    RoomFactory(path=[door])
    LockGrid.objects.create(account=kit, ref="KL1060", rules=[UTC_RULE], read_at=NOW)
    assert "said to show Europe/Berlin" in found("clock_contradicted").text
    door.lock |= {"clock": "UTC"}
    door.save()
    assert found("clock_contradicted") is None


def test_a_listed_locks_clock_is_where_its_vendor_says_it_is(kit):
    assert lockclock.clock_of(K3DoorFactory(account=kit)) == "Europe/Berlin"
    assert lockclock.clock_of(DoorFactory(account=kit)) == "UTC"


def test_the_rules_of_a_model_are_read_for_two_calls_and_kept(sandbox):
    vendor = sandbox.vendors.codelocks
    kit = CodelocksFactory(base_url=f"{sandbox.url}/codelocks", secrets=dict(vendor.secrets))
    text = facts.ask("rules", facts.Question(kit, Word(UserFactory(), "a new lock", NOW), model="kl1060"))
    assert "counted in UTC yes" in text
    assert vendor.paid("utility") == 2
    assert LockGrid.objects.get().rules == [UTC_RULE, [12, 0, 1, True, False, "00:00"]]


@pytest.mark.parametrize(
    ("what", "said"),
    [("account", "venue@example.test"), ("modes", "standard alltime"), ("help", "enabled")],
)
def test_staff_are_told_what_no_mirror_keeps(sandbox, what, said):
    vendor = sandbox.vendors.codelocks
    kit = CodelocksFactory(base_url=f"{sandbox.url}/codelocks", secrets=dict(vendor.secrets))
    assert said in facts.ask(what, facts.Question(kit, Word(UserFactory(), "curious", NOW)))
    assert vendor.paid("utility") == 1


def test_one_lock_is_told_as_it_is_now_and_none_for_another_accounts(sandbox):
    vendor = sandbox.vendors.codelocks
    kit = CodelocksFactory(base_url=f"{sandbox.url}/codelocks", secrets=dict(vendor.secrets))
    door = K3DoorFactory(account=kit, ref=vendor.add_k3("ab" * 16, "Front door"))
    word = Word(UserFactory(), "battery?", NOW)
    assert "Front door. Battery: FULL" in facts.ask("lock", facts.Question(kit, word, door=door))
    with pytest.raises(NotPossible, match="Say which lock"):
        facts.ask("lock", facts.Question(kit, word, door=K3DoorFactory()))
    with pytest.raises(NotPossible, match="is a KitLock"):
        facts.ask("lock", facts.Question(kit, word, door=DoorFactory(account=kit)))
    assert vendor.paid("utility") == 1
