from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from backoffice.flow import grant
from backoffice.flow.grant.apply import apply
from backoffice.flow.grant.load import load
from backoffice.flow.plan import plan
from backoffice.models import AccessGrant, IssuedCode
from backoffice.states import CodeState, GrantState, move
from tests.factories import (
    HOUR,
    NOW,
    START,
    BookingFactory,
    CodeFactory,
    CustomerFactory,
    DoorFactory,
    RoomFactory,
)
from tests.flow.booked import booked, card_door, issued, states, told, writes

pytestmark = pytest.mark.django_db


# ------------------------------------------------------------------------------------------------ deciding


def test_every_door_of_the_path_is_granted_with_a_code_planned():
    gate, hall = DoorFactory(), card_door()
    booked(gate, hall)
    assert grant.replan(NOW) == grant.Replanned(granted=2, planned=2)
    grants = AccessGrant.objects.order_by("position").values_list("door", "position", "state")
    assert list(grants) == [(gate.pk, 1, GrantState.GRANTED), (hall.pk, 2, GrantState.GRANTED)]


def test_a_planned_pin_says_all_that_the_issue_step_needs():
    booked()
    grant.replan(NOW)
    code = IssuedCode.objects.get()
    assert (code.start_local, code.duration_id, code.duration_hours) == ("2026-03-09 16:00", 2, 3)
    assert (code.starts_at, code.ends_at) == (START - HOUR, START + 2 * HOUR)
    assert (code.early_minutes, code.late_minutes) == (45, 45)
    assert code.due_at == START - timedelta(minutes=15) - 24 * HOUR
    assert (code.door, code.account) == (code.grant.door, code.grant.door.account)


def test_a_planned_card_says_all_that_the_issue_step_needs():
    occurrence = booked(card_door())
    grant.replan(NOW)
    code = IssuedCode.objects.get()
    assert code.holder_key == f"LK-{occurrence.pk}-{code.account_id}"
    assert code.level_ref
    assert code.card_number == ""
    assert code.duration_id is None


def test_a_second_plan_writes_nothing():
    room = RoomFactory(path=[DoorFactory(), card_door()])
    for hour in range(3):
        booked(room=room, starts_at=START + hour * HOUR)
    grant.replan(NOW)
    assert writes() == []
    issued()
    assert writes() == []


def test_more_bookings_are_not_more_queries():
    room = RoomFactory(path=[DoorFactory(), card_door()])
    booked(room=room)
    grant.replan(NOW)
    with CaptureQueriesContext(connection) as few:
        grant.replan(NOW)
    for day in range(1, 8):
        booked(room=room, starts_at=START + day * 24 * HOUR)
    grant.replan(NOW)
    with CaptureQueriesContext(connection) as many:
        grant.replan(NOW)
    assert len(many) == len(few)


def test_a_booking_that_ended_days_ago_is_not_looked_at():
    booked(starts_at=NOW - 72 * HOUR)
    assert grant.replan(NOW).quiet


def test_no_guests_name_is_in_a_reason():
    room = RoomFactory(path=[DoorFactory()])
    for _ in range(2):
        booked(room=room, booking=BookingFactory(customer=CustomerFactory(name="Xaver Marked")))
    grant.replan(NOW)
    texts = AccessGrant.objects.values_list("reason", "conflict")
    assert texts
    assert "Marked" not in str(list(texts))


# ------------------------------------------------------------------------------------------------- together


def test_a_code_that_is_being_issued_meanwhile_is_left_to_the_issue_step():
    occurrence = booked()
    grant.replan(NOW)
    told(occurrence.booking, "cancelled")
    world, rows = load(NOW)
    move(IssuedCode.objects.get(), CodeState.ISSUING)
    apply(plan(world), rows, NOW)
    assert states() == [CodeState.ISSUING]
    issued()
    grant.replan(NOW)
    assert states() == [CodeState.LINGERING]


def test_codes_expire_and_their_decisions_end_and_then_all_is_quiet():
    booked(DoorFactory(), card_door())
    grant.replan(NOW)
    issued()
    later = START + 10 * HOUR
    grant.replan(later)
    assert states() == [CodeState.EXPIRED] * 2
    assert set(AccessGrant.objects.values_list("state", flat=True)) == {GrantState.ENDED}
    assert writes(later + 72 * HOUR) == []


@pytest.mark.parametrize("state", [CodeState.PLANNED, CodeState.ISSUING, CodeState.ACTIVE, CodeState.HELD])
def test_the_database_refuses_a_second_live_code_for_one_grant_and_period(state):
    first = CodeFactory(state=state)
    with pytest.raises(IntegrityError, match="one_live_code"), transaction.atomic():
        CodeFactory(grant=first.grant)


@pytest.mark.django_db(transaction=True)
def test_two_plans_at_once_grant_once():
    booked(DoorFactory(), card_door())

    def work():
        grant.replan(NOW)
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (AccessGrant.objects.count(), IssuedCode.objects.count()) == (2, 2)
