"""What staff are told of phone keys."""

from __future__ import annotations

from datetime import timedelta

import pytest

from backoffice.flow import audit
from backoffice.models import Finding
from backoffice.states import CodeState
from backoffice.wording import OPENS_AGAIN
from tests.factories import HOUR, NOW, START, CodeFactory, GrantFactory, K3DoorFactory

pytestmark = pytest.mark.django_db
NO_APP = "Laboratory. A PIN is given instead of a phone key: the vendor refused the invitation."


def key(**fields):
    door = K3DoorFactory(method="phone", name="Front door")
    return CodeFactory(grant__door=door, state=CodeState.ACTIVE, issued_at=NOW, duration_id=None, **fields)


def found(kind, now=NOW):
    audit.findings(now)
    return [row.text for row in Finding.objects.filter(kind=kind, closed_at=None)]


def test_a_pin_in_the_place_of_a_key_is_a_note_with_the_reason():
    GrantFactory(door=K3DoorFactory(method="phone"), method="netcode", reason=NO_APP)
    (text,) = found("pin_instead")
    assert text.endswith("a PIN is given instead of a phone key: the vendor refused the invitation.")
    assert Finding.objects.get(kind="pin_instead").severity == "note"


def test_what_the_vendor_says_of_a_key_and_nobody_explained_is_asked():
    key(error="the vendor says “WAITING” of it")
    (text,) = found("phone_key")
    assert "“WAITING”" in text
    key(error="it is suspended at the vendor", accepted_at=NOW)
    assert len(found("phone_key")) == 1


def test_a_key_that_outlives_its_time_is_said_to_open_again_next_week():
    code = key(attempts=1, error="no answer")
    type(code).objects.update(state=CodeState.REVOKING)
    assert found("phone_key_left", START) == []
    (text,) = found("phone_key_left", code.ends_at + HOUR)
    assert "again from Mon 16 Mar 17:00 on: no answer." in text
    (text,) = found("phone_key_left", code.ends_at + timedelta(days=8))
    assert "Mon 23 Mar" in text


def test_an_invitation_that_nobody_accepted_is_no_way_in_an_hour_before():
    key(known="accepted")
    assert len(found("not_ready", START - HOUR)) == 1
    type(key()).objects.update(accepted_at=NOW)
    assert found("not_ready", START - HOUR) == []


def test_a_suspended_key_is_a_note_and_one_that_opens_all_the_same_is_for_now():
    code = key(accepted_at=NOW, suspended_at=NOW)
    assert "opens nothing until it is restored" in found("phone_key_suspended")[0]
    assert Finding.objects.get(kind="phone_key_suspended").severity == "note"
    Finding.objects.all().delete()
    type(code).objects.update(error=OPENS_AGAIN)
    assert "lists it as one that opens" in found("phone_key_suspended")[0]
    assert Finding.objects.get(kind="phone_key_suspended").severity == "now"
