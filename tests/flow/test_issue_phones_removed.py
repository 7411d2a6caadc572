"""Phone keys that are taken back: removed in one call, tried until it works, believed when listed."""

from __future__ import annotations

from backoffice.states import CodeState, move
from tests.factories import HOUR, NOW, START
from tests.flow.phones import CLIENT, LATE, client, door, fresh, hours, issue, key, sent, vendor

__all__ = ["door", "vendor"]


def test_a_removal_is_one_call_and_the_listing_that_confirms_it(door, vendor):
    code = key(door)
    issue(door)
    move(code, CodeState.REVOKING, next_try_at=None)
    before = len(sent(vendor))
    assert issue(door).revoked == 1
    assert sent(vendor)[before:] == ["DELETE", "GET"]
    assert (fresh(code).known, client(vendor)) == ("confirmed", None)


def test_a_removal_is_not_believed_without_a_complete_list(door, vendor):
    code = key(door)
    issue(door)
    move(code, CodeState.REVOKING, next_try_at=None)
    vendor.fail(
        "body", f"GET {CLIENT}s", body='{"count": 3, "clients": []}', content_type="application/json", times=9
    )
    issue(door)
    assert fresh(code).state == CodeState.REVOKING
    vendor.faults.clear()
    issue(door, NOW + HOUR)
    assert fresh(code).state == CodeState.REVOKED


def test_a_removal_is_tried_until_it_works(door, vendor):
    code = key(door)
    issue(door)
    move(code, CodeState.REVOKING, next_try_at=None)
    vendor.fail("status", f"DELETE {CLIENT}", times=100, status=400)
    for n in range(6):
        issue(door, NOW + n * HOUR)
        assert fresh(code).state == CodeState.REVOKING
    assert code.attempts == 6
    vendor.faults.clear()
    issue(door, NOW + 7 * HOUR)
    assert fresh(code).state == CodeState.REVOKED


def test_a_removed_key_that_still_opens_for_nobody_is_not_hurried(door, vendor):
    code = key(door)
    issue(door)
    move(code, CodeState.REVOKING, next_try_at=None, attempts=12)
    vendor.fail("status", f"DELETE {CLIENT}", times=100, status=502)
    issue(door, START + 2 * HOUR)
    assert fresh(code).next_try_at > START + 4 * HOUR


def test_one_of_two_taken_back_leaves_the_other(door, vendor):
    gone, stays = key(door), key(door, LATE)
    issue(door)
    move(gone, CodeState.REVOKING, next_try_at=None)
    issue(door)
    assert (fresh(gone).state, fresh(stays).state) == (CodeState.REVOKED, CodeState.ACTIVE)
    assert hours(vendor) == [("21:45", "22:15")]


def test_a_re_issue_removes_the_key_and_invites_again(door, vendor):
    old = key(door, key="g1-r0-x")
    issue(door)
    move(old, CodeState.REVOKING, next_try_at=None)
    new = key(door, key="g1-r9-x")
    issue(door)
    assert (fresh(old).state, fresh(new).state) == (CodeState.REVOKED, CodeState.ACTIVE)
    assert sent(vendor, "POST", "DELETE") == ["POST", "DELETE", "POST"]
