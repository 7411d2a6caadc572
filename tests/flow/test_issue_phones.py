"""Invitations to phone keys over the sandbox's lock: asked once, others' keys left alone."""

from __future__ import annotations

from backoffice.models import IssuedCode
from backoffice.states import CodeState
from integrations.sandbox.codelocks.k3 import EXAMPLE
from tests.factories import HOUR, NOW
from tests.flow.keyed import IDA, LOCK
from tests.flow.phones import (
    CLIENT,
    LATE,
    MINUTE,
    client,
    door,
    fresh,
    hours,
    is_due,
    issue,
    key,
    sent,
    vendor,
)

__all__ = ["door", "vendor"]


def test_an_invitation_is_one_listing_and_one_post(door, vendor):
    code = key(door)
    assert issue(door).issued == 1
    fresh(code)
    assert (code.state, code.known, code.address) == (CodeState.ACTIVE, "accepted", IDA)
    assert sent(vendor) == ["GET", "POST"]
    assert not is_due(door, NOW + 59 * MINUTE)


def test_an_address_is_invited_in_lower_case(door, vendor):
    key(door, email=" IDA@Example.Test")
    issue(door)
    assert client(vendor) is not None


def test_an_unanswered_invitation_is_looked_for_and_not_sent_again(door, vendor):
    code = key(door)
    vendor.fail("drop_after", f"POST {CLIENT}")
    issue(door)
    assert fresh(code).state == CodeState.ISSUING
    assert not is_due(door, NOW + MINUTE / 6)
    issue(door, NOW + MINUTE)
    assert fresh(code).state == CodeState.ACTIVE
    assert sent(vendor, "POST") == ["POST"]


def test_an_invitation_that_never_arrived_is_sent_again(door, vendor):
    code = key(door)
    vendor.fail("drop_before", f"POST {CLIENT}")
    issue(door)
    issue(door, NOW + MINUTE)
    assert fresh(code).state == CodeState.ACTIVE
    assert client(vendor).status == "INVITED"


def test_what_a_dead_worker_left_is_looked_for_first(door, vendor):
    code = key(door, address=IDA)
    issue(door)
    IssuedCode.objects.update(state=CodeState.ISSUING, issued_at=None, next_try_at=None)
    issue(door)
    assert fresh(code).state == CodeState.ACTIVE
    assert sent(vendor, "POST") == ["POST"]


def test_what_a_dead_worker_left_and_nobody_wants_is_not_sent(door, vendor):
    code = key(door, address=IDA, state=CodeState.ISSUING, grant__method="netcode", method="phone")
    issue(door)
    assert fresh(code).state == CodeState.REVOKED
    assert code.recheck_at > NOW, "one list alone does not say that nothing was sent before"
    assert sent(vendor, "POST") == []


def test_people_without_the_app_are_asked_once(door, vendor):
    vendor.account.users.clear()
    code = key(door)
    assert issue(door).failed == 1
    assert "without an account in its app" in fresh(code).error
    assert code.error.endswith("app ([Invalid Data] clientemail)"), "the desk needs no request"
    assert IDA not in code.error
    assert not is_due(door, NOW + HOUR)


def test_a_key_that_others_made_is_neither_changed_nor_removed(door, vendor):
    theirs = {"0": {**EXAMPLE, "starts": "08:00", "ends": "09:00"}}
    vendor.account.invite(vendor.locks[LOCK], IDA, "STANDARD", theirs)
    code = key(door)
    issue(door)
    assert fresh(code).state == CodeState.FAILED
    assert client(vendor).periods == theirs
    assert sent(vendor, "POST", "PUT", "DELETE") == []


def test_a_second_booking_of_the_same_guest_changes_the_key_and_keeps_the_acceptance(door, vendor):
    first = key(door)
    issue(door)
    vendor.accept(LOCK, IDA)
    second = key(door, LATE)
    issue(door)
    assert (fresh(first).known, fresh(second).known) == ("confirmed", "confirmed")
    assert hours(vendor) == [("17:45", "19:15"), ("21:45", "22:15")]
    assert sent(vendor, "POST", "PUT") == ["POST", "PUT"]


def test_two_bookings_at_once_are_one_invitation(door, vendor):
    codes = [key(door), key(door, LATE)]
    assert issue(door).issued == 2
    assert sent(vendor, "POST", "PUT") == ["POST"]
    assert {fresh(code).state for code in codes} == {CodeState.ACTIVE}


def test_no_budget_asks_nothing_and_waits(door, vendor):
    door.account.options = {"utility_quota": 0}
    door.account.save()
    code = key(door)
    issue(door)
    assert fresh(code).state == CodeState.PLANNED
    assert code.next_try_at > NOW
    assert sent(vendor) == []


def test_a_budget_that_ends_after_the_listing_leaves_the_key_planned(door, vendor):
    door.account.options = {"utility_quota": 1}
    door.account.save()
    code = key(door)
    issue(door)
    assert (fresh(code).state, client(vendor)) == (CodeState.PLANNED, None)
    assert code.error


def test_a_lock_that_cannot_be_listed_invites_nobody(door, vendor):
    code = key(door)
    vendor.fail("status", f"GET {CLIENT}s", status=502, times=3)
    assert issue(door).error
    assert (fresh(code).state, code.attempts) == (CodeState.PLANNED, 1)
    issue(door, NOW + HOUR)
    assert fresh(code).state == CodeState.ACTIVE


def test_more_hours_than_a_key_can_have_are_refused_and_the_first_stay(door, vendor):
    first = key(door)
    issue(door)
    many = [key(door, [[f"{n:02}:00", f"{n:02}:30", [0]]]) for n in range(10)]
    issue(door)
    assert {fresh(code).state for code in many} == {CodeState.FAILED}
    assert fresh(first).state == CodeState.ACTIVE
    assert hours(vendor) == [("17:45", "19:15")]
