from __future__ import annotations

from datetime import timedelta

import pytest

from backoffice.flow import grant, overrule
from backoffice.models import AccessGrant, IssuedCode, LockGrid
from backoffice.states import CodeState, GrantState
from tests.factories import (
    HOUR,
    NOW,
    START,
    DoorFactory,
    K3DoorFactory,
    RoomFactory,
)
from tests.flow.booked import booked, card_door, issued, states, word, writes

pytestmark = pytest.mark.django_db


def test_a_doors_policy_counts_before_the_rooms_and_that_before_the_venues():
    door = DoorFactory(lead_minutes=5)
    room = RoomFactory(path=[door], lead_minutes=7, lag_minutes=8)
    room.venue.lag_minutes = 30
    room.venue.save()
    booked(room=room)
    grant.replan(NOW)
    decision = AccessGrant.objects.get()
    assert decision.starts_at == START - timedelta(minutes=5)
    assert decision.ends_at == START + HOUR + timedelta(minutes=8)


def test_the_lengths_that_a_model_offers_are_used():
    door = DoorFactory()
    LockGrid.objects.create(account=door.account, ref="KL1060", durations=[[7, 3, 0]], read_at=NOW)
    booked(door)
    grant.replan(NOW)
    assert set(IssuedCode.objects.values_list("duration_id", "duration_hours")) == {(7, 3)}


def test_a_k3_lock_counts_where_its_vendor_says_that_it_is():
    booked(K3DoorFactory())
    grant.replan(NOW)
    assert IssuedCode.objects.get().start_local == "2026-03-09 17:00"


def test_a_door_in_trouble_is_blocked_with_what_to_do():
    booked(DoorFactory(lock={"model": "KL1060"}))
    grant.replan(NOW)
    decision = AccessGrant.objects.get()
    assert decision.state == GrantState.BLOCKED
    assert "has no timecode, identifier" in decision.reason
    assert not IssuedCode.objects.exists()


def test_staff_hold_and_release():
    occurrence = booked()
    grant.replan(NOW)
    held = overrule.hold(occurrence.booking, START + 5 * HOUR, word())
    grant.replan(NOW)
    assert states() == [CodeState.HELD]
    overrule.release(held, word())
    grant.replan(NOW)
    assert states() == [CodeState.PLANNED]


def test_staff_deny_until_a_time():
    booked()
    grant.replan(NOW)
    overrule.deny(AccessGrant.objects.get(), START + 5 * HOUR, word())
    grant.replan(NOW)
    assert AccessGrant.objects.get().state == GrantState.DENIED
    assert states() == [CodeState.REVOKED]


def test_staff_reissue_a_card_with_a_number_to_be_allocated():
    booked(card_door())
    grant.replan(NOW)
    issued()
    IssuedCode.objects.update(card_number="500001")
    overrule.reissue(AccessGrant.objects.get(), word())
    grant.replan(NOW)
    codes = list(IssuedCode.objects.order_by("pk").values_list("state", "card_number"))
    assert codes == [(CodeState.REVOKING, "500001"), (CodeState.PLANNED, "")]
    issued()
    assert writes() == []


def test_staff_let_a_person_in():
    overrule.grant_person(DoorFactory(), overrule.Person("Uwe"), START, START + HOUR, word())
    grant.replan(NOW)
    decision = AccessGrant.objects.get()
    assert (decision.starts_at, decision.ends_at, decision.occurrence) == (START, START + HOUR, None)
    assert states() == [CodeState.PLANNED]
    assert writes() == []
