from __future__ import annotations

from datetime import timedelta

import pytest

from backoffice import ledger
from backoffice.flow import conflicts
from backoffice.flow.audit import findings
from backoffice.models import Conflict, Finding, PathStep, RejectedRow, Severity
from backoffice.states import CodeState, ConflictState, MessageState, NoticeState, RunState, move
from tests.factories import (
    HOUR,
    NOW,
    START,
    AccountFactory,
    CodeFactory,
    CodelocksFactory,
    DoorFactory,
    MessageFactory,
    NoticeFactory,
    OccurrenceFactory,
    ResourceFactory,
    RoomFactory,
    RunFactory,
)
from tests.flow.stays import active, found, room, stay
from tests.support import Written, queries

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


# -------------------------------------------------------------------------------------- opening and closing


def test_a_finding_closes_when_its_cause_is_gone_and_opens_anew_when_it_returns():
    account = AccountFactory()
    for stopped_at in (NOW, None, NOW):
        account.stopped_at, account.stopped_reason = stopped_at, "401"
        account.save()
        findings(NOW)
    assert [bool(row.closed_at) for row in Finding.objects.order_by("pk")] == [True, False]


def test_a_finding_whose_text_changed_is_the_same_finding():
    account = AccountFactory(stopped_at=NOW, stopped_reason="the key was refused")
    findings(NOW)
    account.stopped_reason = "the key has expired"
    account.save()
    assert findings(NOW) == {"opened": 0, "updated": 1, "closed": 0, "open": 1}
    assert "the key has expired. Correct its settings" in Finding.objects.get().text


def test_a_second_look_writes_nothing():
    AccountFactory(stopped_at=NOW, stopped_reason="401")
    stay(room=room())
    findings(NOW)
    with Written() as written:
        findings(NOW)
    assert written == {}


def test_nothing_wrong_is_nothing_found():
    (grant,) = stay(room=room())
    active(grant)
    assert found(START) == {}


def _troubled():
    (grant,) = stay(room=room())
    CodeFactory(grant=grant, state=CodeState.FAILED, error="no")
    CodeFactory(grant=grant, state=CodeState.LINGERING)
    NoticeFactory(booking=grant.occurrence.booking, grant=grant, state=NoticeState.FAILED, error="no")
    findings(NOW)


def test_ten_of_a_kind_take_as_many_queries_as_one():
    _troubled()
    few = queries(lambda: findings(NOW))
    for _ in range(9):
        _troubled()
    assert queries(lambda: findings(NOW)) == few


# ----------------------------------------------------------------------------------------------- accounts


SECRETS = {"client_id": "c", "client_secret": "s", "redirect_uri": "r", "token": {"access_token": "a"}}
RECONNECT = "has to reconnect lockme-x on its page."
CONNECT = "has to connect lockme-x on its page."
CORRECT = "Correct its settings, then resume it: both on its page."


@pytest.mark.parametrize(
    ("reason", "missing", "remedy"),
    [
        ("invalid_grant; reconnect the account", "", RECONNECT),
        ("the option version must be like v2.4", "", CORRECT),
        ("account lockme-x is not connected yet", "token", CONNECT),
        ("account lockme-x has no client_secret", "client_secret", CORRECT),
    ],
)
def test_a_stopped_account_is_told_with_what_lets_it_go_on(reason, missing, remedy):
    secrets = {name: value for name, value in SECRETS.items() if name != missing}
    AccountFactory(slug="lockme-x", secrets=secrets, stopped_at=NOW, stopped_reason=reason)
    text = found()["account_stopped"]
    assert "is stopped, and new bookings and changes there are not seen: " in text
    assert text.endswith(remedy)


def test_an_account_without_consent_is_never_to_be_reconnected():
    CodelocksFactory(stopped_at=NOW, stopped_reason="reconnect the account")
    assert found()["account_stopped"].endswith(CORRECT)


def test_an_account_that_failed_three_times_in_a_row_is_shown():
    account = AccountFactory()
    RunFactory(account=account, started_at=NOW - HOUR / 2, finished_at=NOW - HOUR / 2)
    for minutes in (15, 10):
        RunFactory(account=account, state=RunState.FAILED, started_at=NOW - minutes * MINUTE, error="502")
    assert found() == {}
    RunFactory(account=account, state=RunState.FAILED, started_at=NOW - 5 * MINUTE, error="502")
    assert "has not been read well since 2026-03-09 07:30 UTC: 502." in found()["account_failing"]


def test_an_account_that_nobody_has_read_for_long_is_shown():
    RunFactory(started_at=NOW - 2 * HOUR, finished_at=NOW - 2 * HOUR)
    assert "account_failing" in found()


def test_a_new_account_is_not_called_failing():
    AccountFactory()
    assert found() == {}


def test_a_reading_stopped_by_the_brake_is_shown_until_a_good_one():
    account = AccountFactory()
    RunFactory(account=account, state=RunState.STOPPED, started_at=NOW - 10 * MINUTE, error="40 of 50 gone.")
    RunFactory(account=account, state=RunState.FAILED, started_at=NOW - 5 * MINUTE)
    assert "40 of 50 gone." in found()["run_stopped"]
    RunFactory(account=account, started_at=NOW)
    assert found() == {}


def test_rows_that_cannot_be_read_are_one_finding_per_account_and_kind():
    account = AccountFactory()
    for ref in ("7", "8"):
        RejectedRow.objects.create(
            account=account, kind="booking", ref=ref, reason="no date", digest=ref, seen_at=NOW
        )
    assert "7: no date; 8: no date" in found()["rejected"]


def test_a_message_that_failed_is_shown():
    MessageFactory(state=MessageState.FAILED, ref="4711", error="gone")
    assert "4711: gone" in found()["message_failed"]


def test_a_budget_is_shown_from_four_fifths_on():
    account = CodelocksFactory()
    ledger.take_over(account, "netcode", 79, NOW)
    assert found() == {}
    ledger.take_over(account, "netcode", 80, NOW)
    assert "80 of 100 netcode calls" in found()["budget"]
    assert Finding.objects.get(closed_at=None).severity == Severity.TODAY


def test_a_spent_budget_is_urgent():
    ledger.take_over(CodelocksFactory(), "netcode", 100, NOW)
    findings(NOW)
    assert Finding.objects.get().severity == Severity.NOW


# -------------------------------------------------------------------------------------------------- doors


@pytest.mark.parametrize(("battery", "kinds"), [(0.2, set()), (0.15, {"battery"}), (None, set())])
def test_a_low_battery_is_shown_and_an_unknown_one_is_not_low(battery, kinds):
    door = DoorFactory(battery=battery)
    PathStep.objects.create(room=RoomFactory(venue=door.venue), door=door, position=1)
    assert set(found()) == kinds


@pytest.mark.parametrize("how", [{"gone_at": NOW}, {"enabled": False}])
def test_a_door_of_a_path_that_its_vendor_lost_is_shown(how):
    door = DoorFactory(**how)
    PathStep.objects.create(room=RoomFactory(venue=door.venue), door=door, position=1)
    assert set(found()) == {"door_gone"}


# ------------------------------------------------------------------------------------------------ bookings


def test_a_resource_with_bookings_that_is_linked_to_no_room_is_shown_once():
    resource = ResourceFactory(room=None)
    for _ in range(2):
        OccurrenceFactory(resource=resource, booking__account=resource.account)
    assert "2 bookings are coming" in found()["resource_unlinked"]


def test_a_room_without_doors_on_its_path_is_shown():
    stay = OccurrenceFactory(room=RoomFactory())
    assert set(found()) == {"room_without_path"}
    assert Finding.objects.get().room == stay.resource.room


def test_a_status_that_nobody_knows_is_shown_in_the_sources_words():
    OccurrenceFactory(room=room(), booking__status="unknown", booking__status_text="Vorgemerkt")
    assert "“Vorgemerkt”" in found()["status_unknown"]


def test_a_conflict_is_one_finding_with_its_words_and_a_way_to_it():
    lab = room()
    OccurrenceFactory(room=lab)
    OccurrenceFactory(room=lab, starts_at=START + HOUR / 2)
    conflicts.detect(NOW)
    assert "Mon 9 Mar 18:00–19:00" in found()["double_booking"]
    finding = Finding.objects.get()
    assert finding.conflict == Conflict.objects.get()
    assert finding.room == lab


def test_an_accepted_conflict_is_no_finding():
    lab = room()
    for _ in range(2):
        OccurrenceFactory(room=lab)
    conflicts.detect(NOW)
    move(Conflict.objects.get(), ConflictState.ACCEPTED)
    assert found() == {}
