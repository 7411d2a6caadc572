"""Phone keys over the sandbox's lock: asked once, believed when listed, others' keys left alone."""

from __future__ import annotations

from datetime import timedelta

import pytest

from backoffice import accounts
from backoffice.flow.issue import due, issue_due
from backoffice.models import IssuedCode
from backoffice.states import CodeState, move
from integrations.sandbox.codelocks.k3 import EXAMPLE
from tests.factories import HOUR, NOW, START, CodeFactory, CodelocksFactory, K3DoorFactory

LOCK = "0a0b0c0d0e0f00112233445566778899"
IDA = "ida@example.test"
CLIENT = f"/u/1/k3connect/{LOCK}/client"
EVENING, LATE = [["17:45", "19:15", [0]]], [["21:45", "22:15", [0]]]
MINUTE = timedelta(minutes=1)


@pytest.fixture
def vendor(sandbox):
    made = sandbox.vendors.codelocks
    made.add_k3(LOCK, "Front door", "Europe/Berlin")
    made.register_app_user(IDA)
    return made


@pytest.fixture
def kit(sandbox, vendor, db):
    return CodelocksFactory(base_url=f"{sandbox.url}/codelocks", secrets=dict(vendor.secrets))


@pytest.fixture
def door(kit):
    return K3DoorFactory(account=kit, ref=LOCK, method="phone")


def key(door, periods=EVENING, email=IDA, **fields):
    span = {
        "starts_at": START - 15 * MINUTE,
        "ends_at": START + 75 * MINUTE,
        "start_local": "",
        "duration_id": None,
    }
    mail = {"grant__occurrence__booking__customer__email": email}
    return CodeFactory(grant__door=door, periods=periods, **{**span, **mail, **fields})


def issue(door, now=NOW):
    return issue_due(door.account, accounts.access_provider(door.account), now)


def is_due(door, now):
    return IssuedCode.objects.filter(due(door.account, now)).exists()


def fresh(code):
    code.refresh_from_db()
    return code


def sent(vendor, *methods):
    return [call.method for call in vendor.calls("/k3connect/") if call.method in methods or not methods]


def client(vendor, email=IDA):
    return vendor.account.clients.get((LOCK, email))


def hours(vendor, email=IDA):
    rows = client(vendor, email).periods.values()
    return sorted((row["starts"], row["ends"]) for row in rows if row["enabled"])


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


def test_one_of_two_taken_back_leaves_the_other(door, vendor):
    gone, stays = key(door), key(door, LATE)
    issue(door)
    move(gone, CodeState.REVOKING, next_try_at=None)
    issue(door)
    assert (fresh(gone).state, fresh(stays).state) == (CodeState.REVOKED, CodeState.ACTIVE)
    assert hours(vendor) == [("21:45", "22:15")]


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


def test_a_re_issue_removes_the_key_and_invites_again(door, vendor):
    old = key(door, key="g1-r0-x")
    issue(door)
    move(old, CodeState.REVOKING, next_try_at=None)
    new = key(door, key="g1-r9-x")
    issue(door)
    assert (fresh(old).state, fresh(new).state) == (CodeState.REVOKED, CodeState.ACTIVE)
    assert sent(vendor, "POST", "DELETE") == ["POST", "DELETE", "POST"]
