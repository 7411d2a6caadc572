from __future__ import annotations

from datetime import timedelta

import pytest

from backoffice.flow.audit import findings
from backoffice.models import Finding, Severity
from backoffice.states import CodeState, GrantState, NoticeState, move
from tests.factories import (
    HOUR,
    NOW,
    CodeFactory,
    DoorFactory,
    GrantFactory,
    NoticeFactory,
    OverrideFactory,
)
from tests.flow.stays import active, found, room, stay

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


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


def test_a_conflict_presses_an_hour_before_they_come_and_not_the_evening_before():
    (grant,) = stay(room=room())
    grant.conflict = "A code of lockme/7 still opens here."
    grant.save()
    for before, severity in ((61, Severity.TODAY), (60, Severity.NOW)):
        findings(grant.starts_at - timedelta(minutes=before))
        assert Finding.objects.get(kind="conflict").severity == severity


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
