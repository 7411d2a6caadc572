"""Looks at phone keys: when they are due, and what a lock's list says of an invitation."""

from __future__ import annotations

from backoffice.states import CodeState
from integrations.sandbox.codelocks.k3 import EXAMPLE
from tests.factories import HOUR, NOW, START
from tests.flow.keyed import IDA, LOCK
from tests.flow.phones import LATE, MINUTE, client, door, fresh, is_due, issue, key, sent, vendor

__all__ = ["door", "vendor"]


def test_all_invitations_of_a_lock_are_looked_at_with_one_listing(door, vendor):
    vendor.register_app_user("emil@example.test")
    codes = [key(door), key(door, LATE, "emil@example.test")]
    issue(door)
    vendor.accept(LOCK, IDA)
    before = len(sent(vendor, "GET"))
    issue(door, NOW + HOUR + MINUTE)
    assert len(sent(vendor, "GET")) == before + 1
    assert [fresh(code).known for code in codes] == ["confirmed", "accepted"]
    assert codes[0].accepted_at == NOW + HOUR + MINUTE


def test_looks_are_an_hour_after_the_invitation_and_at_the_deadline(door, vendor):
    code = key(door)
    issue(door)
    assert fresh(code).next_try_at == NOW + HOUR
    issue(door, NOW + HOUR)
    assert fresh(code).next_try_at == code.starts_at - 2 * HOUR
    assert not is_due(door, code.next_try_at - MINUTE)


def test_an_accepted_key_is_not_looked_at_again(door, vendor):
    key(door)
    issue(door)
    vendor.accept(LOCK, IDA)
    issue(door, NOW + HOUR)
    assert not is_due(door, START + 2 * HOUR)


def test_a_word_that_nobody_explained_is_not_an_acceptance(door, vendor):
    code = key(door)
    issue(door)
    client(vendor).status = "WAITING"
    issue(door, NOW + HOUR)
    assert (fresh(code).accepted_at, code.known) == (None, "accepted")
    assert "“WAITING”" in code.error
    assert "phone_status" in code.error


def test_a_suspended_key_is_no_way_in(door, vendor):
    code = key(door)
    issue(door)
    client(vendor).status = "SUSPENDED"
    issue(door, NOW + HOUR)
    assert (fresh(code).accepted_at, code.error) == (None, "it is suspended at the vendor")


def test_a_key_with_other_hours_at_the_vendor_is_not_confirmed(door, vendor):
    code = key(door)
    issue(door)
    vendor.accept(LOCK, IDA)
    client(vendor).periods = {"0": EXAMPLE}
    issue(door, NOW + HOUR)
    assert (fresh(code).accepted_at, code.error) == (None, "its hours were changed at the vendor")


def test_a_declined_invitation_has_failed(door, vendor):
    code = key(door)
    issue(door)
    vendor.account.clients.clear()
    issue(door, NOW + HOUR)
    issue(door, NOW + HOUR + MINUTE)
    assert fresh(code).state == CodeState.FAILED
    assert "declined" in code.error
    assert sent(vendor, "POST") == ["POST"]
