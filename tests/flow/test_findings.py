from __future__ import annotations

from datetime import timedelta

import pytest

from backoffice import accounts
from backoffice.flow.audit import findings
from backoffice.models import Finding, PathStep, RejectedRow, Severity, VendorAccount
from backoffice.states import CodeState, GrantState, MessageState, NoticeState, RunState, move
from tests.factories import (
    HOUR,
    KITLOCK,
    NOW,
    START,
    AccountFactory,
    CodeFactory,
    CodelocksFactory,
    DoorFactory,
    GrantFactory,
    K3DoorFactory,
    MessageFactory,
    NoticeFactory,
    OccurrenceFactory,
    OverrideFactory,
    ResourceFactory,
    RoomFactory,
    RunFactory,
)
from tests.flow.stays import active, stay
from tests.support import Written

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def found(now=NOW) -> dict[str, str]:
    """Kind and text of the findings that are open."""
    findings(now)
    return dict(Finding.objects.filter(closed_at=None).values_list("kind", "text"))


def room(**fields):
    """A room with one door on its path, so that nothing is wrong with it."""
    made = RoomFactory(**fields)
    PathStep.objects.create(room=made, door=DoorFactory(venue=made.venue), position=1)
    return made


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


def test_ten_of_a_kind_take_as_many_queries_as_one(django_assert_max_num_queries):
    for _ in range(10):
        (grant,) = stay(room=room())
        CodeFactory(grant=grant, state=CodeState.FAILED, error="no")
        CodeFactory(grant=grant, state=CodeState.LINGERING)
        NoticeFactory(booking=grant.occurrence.booking, grant=grant, state=NoticeState.FAILED, error="no")
    findings(NOW)
    ledgers = VendorAccount.objects.filter(vendor="codelocks").count()
    with django_assert_max_num_queries(20 + ledgers):
        findings(NOW)


# ----------------------------------------------------------------------------------------------- accounts


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
    accounts.take_over(account, "netcode", 79, NOW)
    assert found() == {}
    accounts.take_over(account, "netcode", 80, NOW)
    assert "80 of 100 netcode calls" in found()["budget"]
    assert Finding.objects.get(closed_at=None).severity == Severity.TODAY


def test_a_spent_budget_is_urgent():
    accounts.take_over(CodelocksFactory(), "netcode", 100, NOW)
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
    OccurrenceFactory(room=RoomFactory())
    assert set(found()) == {"room_without_path"}


def test_a_status_that_nobody_knows_is_shown_in_the_sources_words():
    OccurrenceFactory(room=room(), booking__status="unknown", booking__status_text="Vorgemerkt")
    assert "“Vorgemerkt”" in found()["status_unknown"]


def test_two_bookings_of_one_room_at_one_time_are_shown():
    lab = room()
    OccurrenceFactory(room=lab)
    OccurrenceFactory(room=lab, starts_at=START + HOUR / 2)
    assert "Mon 9 Mar 18:00–19:00" in found()["double_booking"]


def test_bookings_that_touch_are_not_at_one_time():
    lab = room()
    OccurrenceFactory(room=lab)
    OccurrenceFactory(room=lab, starts_at=START + HOUR)
    assert found() == {}


def test_a_part_and_its_whole_are_one_room_but_two_parts_are_not():
    whole = room(name="Big hall")
    parts = [room(name=f"Part {n}", venue=whole.venue, part_of=whole) for n in (1, 2)]
    for part in parts:
        OccurrenceFactory(room=part)
    assert found() == {}
    OccurrenceFactory(room=whole)
    findings(NOW)
    assert Finding.objects.filter(kind="double_booking").count() == 2


@pytest.mark.parametrize("how", [{"booking__status": "cancelled"}, {"gone_at": NOW}])
def test_a_booking_that_is_off_clashes_with_nobody(how):
    lab = room()
    OccurrenceFactory(room=lab)
    OccurrenceFactory(room=lab, **how)
    assert found() == {}


# ------------------------------------------------------------------------------------------------- access


def test_a_guest_who_cannot_be_given_a_way_in_is_shown_with_the_reason():
    (grant,) = stay(room=room())
    move(grant, GrantState.BLOCKED, reason="No access level covers the door.")
    text = found()["grant_blocked"]
    assert "Ida Kern" in text
    assert "No access level covers the door. Let them in" in text


def test_a_guest_who_has_no_way_in_an_hour_before_is_shown_and_not_earlier():
    (grant,) = stay(room=room())
    assert found(grant.starts_at - HOUR - MINUTE) == {}
    text = found(grant.starts_at - HOUR)["not_ready"]
    assert "no way in yet at Door 1 and may come from Mon 9 Mar 17:45 on" in text


def test_a_code_that_failed_is_shown_with_the_vendors_words():
    (grant,) = stay(room=room())
    CodeFactory(grant=grant, state=CodeState.FAILED, error="n/netcode answered 400: Invalid Data")
    assert "answered 400: Invalid Data. Put right" in found(grant.starts_at)["code_failed"]


def test_a_failed_code_that_another_one_stands_in_for_is_not_shown():
    (grant,) = stay(room=room())
    CodeFactory(grant=grant, state=CodeState.FAILED)
    active(grant)
    assert found() == {}


def test_a_conflict_is_shown_once_for_all_doors_of_the_path():
    for grant in stay(doors=2, room=room()):
        grant.conflict = "The next guest may come 10 minutes before this one leaves."
        grant.save()
    findings(NOW)
    assert [row.kind for row in Finding.objects.all()] == ["conflict"]


def test_a_cancelled_guests_code_that_opens_still_is_shown_with_what_to_do():
    (grant,) = stay(room=room())
    code = active(grant)
    NoticeFactory(booking=grant.occurrence.booking, state=NoticeState.SENT).codes.add(code)
    move(grant, GrantState.WITHDRAWN)
    move(code, CodeState.LINGERING)
    text = found()["lingering"]
    assert "still opens Door 1 (Centre) until Mon 9 Mar 20:00" in text
    assert "#, the master code, 16, the code" in text
    assert "004211" not in text
    assert Finding.objects.get().severity == Severity.TODAY


def test_a_lingering_code_that_nobody_was_told_is_only_noted():
    (grant,) = stay(room=room())
    CodeFactory(grant=grant, state=CodeState.LINGERING)
    move(grant, GrantState.WITHDRAWN)
    findings(NOW)
    assert Finding.objects.get().severity == Severity.NOTE


def test_a_lock_without_a_keypad_program_is_not_said_to_have_one():
    grant = GrantFactory(door=K3DoorFactory(), occurrence=OccurrenceFactory(room=room()))
    CodeFactory(grant=grant, state=CodeState.LINGERING)
    assert "master code" not in found()["lingering"]


def test_a_lingering_code_that_has_ended_is_no_finding():
    (grant,) = stay(room=room())
    code = CodeFactory(grant=grant, state=CodeState.LINGERING, door__lock=KITLOCK)
    assert "lingering" not in found(code.ends_at)


def test_a_card_that_cannot_be_withdrawn_is_urgent():
    (grant,) = stay(room=room())
    CodeFactory(grant=grant, state=CodeState.REVOKING, attempts=3, error="503", method="card")
    findings(NOW)
    assert Finding.objects.get().kind == "not_withdrawn"
    assert Finding.objects.get().severity == Severity.NOW


def test_a_guest_who_could_not_be_told_is_shown():
    (grant,) = stay(room=room())
    active(grant)
    NoticeFactory(
        booking=grant.occurrence.booking, grant=grant, state=NoticeState.FAILED, error="no e-mail address"
    )
    assert "Ida Kern" in found()["notice_failed"]


def test_mails_that_the_server_does_not_take_are_one_finding():
    for _ in range(2):
        NoticeFactory(attempts=2, error="ConnectionRefusedError", due_at=NOW - HOUR)
    assert "2 mails to guests wait since 2026-03-09 07:00 UTC" in found()["mail_stuck"]


def test_a_person_granted_by_staff_is_named():
    door = DoorFactory()
    person = OverrideFactory(kind="grant", door=door, person_name="Ole Brandt")
    GrantFactory(occurrence=None, person=person, door=door, state=GrantState.BLOCKED)
    assert "Ole Brandt (let in by staff)" in found()["grant_blocked"]
