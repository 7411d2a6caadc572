"""Silence is not an order, for phone keys: one strange list neither loses a key nor leaves one open."""

from __future__ import annotations

import json

import pytest

from backoffice.states import CodeState, move
from tests.factories import HOUR, NOW
from tests.flow.keyed import IDA, LOCK
from tests.flow.phones import CLIENT, MINUTE, client, door, fresh, issue, key, sent, vendor

__all__ = ["door", "vendor"]

EMPTY = ("[]", "null", '{"count": 0, "clients": []}')
LISTING = f"GET {CLIENT}s"


def answers(vendor, body, times=1):
    text = body if isinstance(body, str) else json.dumps(body)
    vendor.fail("body", LISTING, body=text, content_type="application/json", times=times)


def accepted(door, vendor):
    """Ida's key, taken and seen; a second guest's invitation has the lock looked at."""
    code = key(door)
    issue(door)
    vendor.accept(LOCK, IDA)
    issue(door, NOW + HOUR)
    assert fresh(code).accepted_at
    vendor.register_app_user("emil@example.test")
    key(door, email="emil@example.test")
    return code


@pytest.mark.parametrize("body", EMPTY)
def test_one_empty_list_loses_no_key(door, vendor, body):
    code = accepted(door, vendor)
    answers(vendor, body)
    issue(door, NOW + 2 * HOUR)
    assert (fresh(code).state, bool(code.accepted_at)) == (CodeState.ACTIVE, True)
    issue(door, NOW + 2 * HOUR + MINUTE)
    assert (fresh(code).state, code.error, code.next_try_at) == (CodeState.ACTIVE, "", None)


def test_a_key_that_two_lists_do_not_show_has_failed(door, vendor):
    code = accepted(door, vendor)
    vendor.account.clients.pop((LOCK, IDA))
    issue(door, NOW + 2 * HOUR)
    assert fresh(code).state == CodeState.ACTIVE
    issue(door, NOW + 2 * HOUR + MINUTE)
    assert fresh(code).state == CodeState.FAILED


@pytest.mark.parametrize("status", [None, "", "SOMETHING"])
def test_a_status_that_nobody_understands_takes_no_acceptance_back(door, vendor, status):
    code = accepted(door, vendor)
    answers(vendor, {"count": 1, "clients": [{**client(vendor).row(), "status": status}]})
    issue(door, NOW + 2 * HOUR)
    assert (fresh(code).known, bool(code.accepted_at)) == ("confirmed", True)
    assert "phone_status" in code.error


@pytest.mark.parametrize("periods", [None, "x", {"0": {"enabled": True, "starts": "?"}}])
def test_hours_that_cannot_be_read_take_nothing_back(door, vendor, periods):
    code = accepted(door, vendor)
    rows = [{**one.row(), "activeperiods": periods} for one in vendor.account.clients.values()]
    answers(vendor, {"count": len(rows), "clients": rows})
    issue(door, NOW + 2 * HOUR)
    assert (fresh(code).state, bool(code.accepted_at)) == (CodeState.ACTIVE, True)


def test_hours_that_cannot_be_read_do_not_make_our_invitation_somebody_elses(door, vendor):
    code = key(door)
    vendor.fail("drop_after", f"POST {CLIENT}", times=1)
    issue(door)
    answers(vendor, {"count": 1, "clients": [{**client(vendor).row(), "activeperiods": None}]})
    issue(door, NOW + MINUTE)
    assert fresh(code).state == CodeState.ISSUING
    issue(door, NOW + HOUR)
    assert fresh(code).state == CodeState.ACTIVE


@pytest.mark.parametrize("fault", ["drop_before", "status"])
def test_a_removal_that_failed_is_not_believed_for_an_empty_list(door, vendor, fault):
    code = key(door)
    issue(door)
    move(code, CodeState.REVOKING, next_try_at=None)
    vendor.fail(fault, f"DELETE {CLIENT}", times=3, status=502)
    answers(vendor, "[]")
    issue(door)
    assert fresh(code).state == CodeState.REVOKING
    issue(door, NOW + HOUR)
    assert (fresh(code).state, client(vendor)) == (CodeState.REVOKED, None)


def test_a_removal_that_waits_for_its_turn_is_not_believed_for_an_empty_list(door, vendor):
    code = accepted(door, vendor)
    move(code, CodeState.REVOKING, next_try_at=NOW + 9 * HOUR)
    answers(vendor, "[]")
    issue(door, NOW + 2 * HOUR)
    assert fresh(code).state == CodeState.REVOKING


def test_a_key_that_was_given_up_and_turns_up_again_is_removed(door, vendor):
    code = accepted(door, vendor)
    answers(vendor, "[]", times=2)
    issue(door, NOW + 2 * HOUR)
    issue(door, NOW + 2 * HOUR + MINUTE)
    assert fresh(code).state == CodeState.FAILED
    issue(door, NOW + 3 * HOUR)
    issue(door, NOW + 3 * HOUR + MINUTE)
    assert (fresh(code).state, client(vendor)) == (CodeState.REVOKED, None)


def test_an_invitation_sent_twice_for_an_empty_list_is_not_left_behind(door, vendor):
    code = key(door)
    vendor.fail("drop_after", f"POST {CLIENT}", times=1)
    issue(door)
    answers(vendor, "[]")
    issue(door, NOW + HOUR)
    assert sent(vendor, "POST") == ["POST", "POST"]
    assert fresh(code).state != CodeState.FAILED
    issue(door, NOW + 2 * HOUR)
    assert (fresh(code).state, bool(client(vendor))) == (CodeState.ACTIVE, True)
