from __future__ import annotations

import pytest

from backoffice.flow import grant
from backoffice.models import AccessGrant, IssuedCode
from backoffice.states import CodeState, GrantState
from tests.factories import (
    HOUR,
    NOW,
    BookingFactory,
    CustomerFactory,
    DoorFactory,
    ResourceFactory,
    RoomFactory,
)
from tests.flow.booked import booked, card_door, issued, states, told

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("status", ["pending", "cancelled", "unknown"])
def test_what_is_not_confirmed_gets_no_code(status):
    booked(booking=BookingFactory(status=status))
    grant.replan(NOW)
    assert not IssuedCode.objects.exists()


def test_cancelled_before_issue_there_is_nothing_to_call():
    occurrence = booked(DoorFactory(), card_door())
    grant.replan(NOW)
    told(occurrence.booking, "cancelled")
    grant.replan(NOW)
    assert states() == [CodeState.REVOKED] * 2


def test_cancelled_after_issue_a_pin_lingers_and_a_card_is_revoked_and_the_reason_is_told():
    occurrence = booked(DoorFactory(), card_door())
    grant.replan(NOW)
    issued()
    told(occurrence.booking, "cancelled")
    grant.replan(NOW)
    assert states() == [CodeState.LINGERING, CodeState.REVOKING]
    reasons = set(AccessGrant.objects.values_list("state", "reason"))
    assert reasons == {(GrantState.WITHDRAWN, "The booking is cancelled at its source (“cancelled”).")}


def test_what_evidence_says_is_gone_is_withdrawn():
    occurrence = booked()
    grant.replan(NOW)
    occurrence.gone_at = NOW
    occurrence.save()
    grant.replan(NOW)
    assert states() == [CodeState.REVOKED]


def test_what_is_only_missing_keeps_its_code():
    occurrence = booked()
    grant.replan(NOW)
    occurrence.missing_since = NOW
    occurrence.save()
    assert grant.replan(NOW).quiet


def test_a_state_that_became_unknown_takes_nothing_away():
    occurrence = booked()
    grant.replan(NOW)
    told(occurrence.booking, "unknown")
    grant.replan(NOW)
    decision = AccessGrant.objects.get()
    assert (decision.state, states()) == (GrantState.GRANTED, [CodeState.PLANNED])
    assert "not known here" in decision.reason


def test_confirmed_again_a_new_code_has_a_key_of_its_own():
    occurrence = booked()
    for status in ("confirmed", "cancelled", "confirmed"):
        told(occurrence.booking, status)
        grant.replan(NOW)
    assert states() == [CodeState.REVOKED, CodeState.PLANNED]


def test_a_room_that_was_unlinked_from_what_is_sold_gives_nothing():
    occurrence = booked()
    grant.replan(NOW)
    occurrence.resource.room = None
    occurrence.resource.save()
    grant.replan(NOW)
    assert "link the resource" in AccessGrant.objects.get().reason


def test_moved_to_another_room_its_doors_are_granted_and_the_others_withdrawn_in_one_plan():
    gate, old, new = DoorFactory(), card_door(), card_door()
    occurrence = booked(gate, old)
    grant.replan(NOW)
    issued()
    occurrence.resource = ResourceFactory(
        account=occurrence.booking.account, room=RoomFactory(path=[gate, new])
    )
    occurrence.save()
    grant.replan(NOW)
    by_door = dict(AccessGrant.objects.values_list("door", "state"))
    assert by_door == {gate.pk: "granted", old.pk: "withdrawn", new.pk: "granted"}
    assert states() == [CodeState.ACTIVE, CodeState.REVOKING, CodeState.PLANNED]


def test_one_address_at_two_sources_is_one_guest():
    room = RoomFactory(path=[DoorFactory()])
    for _ in range(2):
        customer = CustomerFactory(email="ida@example.test")
        booked(room=room, booking=BookingFactory(account=customer.account, customer=customer))
    grant.replan(NOW)
    asked = list(IssuedCode.objects.values_list("start_local", "duration_id"))
    assert asked == [("2026-03-09 16:00", 2)] * 2


def test_two_guests_at_one_gate_have_codes_of_their_own():
    gate = DoorFactory()
    for _ in range(2):
        booked(gate)
    grant.replan(NOW)
    assert (
        len(set(IssuedCode.objects.values_list("start_local", "duration_id"))) == IssuedCode.objects.count()
    )


def test_a_booking_that_was_over_long_ago_and_is_moved_to_the_future_is_granted_again():
    occurrence = booked()
    grant.replan(NOW)
    issued()
    late = NOW + 30 * 24 * HOUR
    grant.replan(late)
    occurrence.starts_at, occurrence.ends_at = late + 24 * HOUR, late + 25 * HOUR
    occurrence.save()
    grant.replan(late)
    assert AccessGrant.objects.get().state == GrantState.GRANTED
    assert states() == [CodeState.EXPIRED, CodeState.PLANNED]
