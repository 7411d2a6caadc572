from __future__ import annotations

from dataclasses import replace

import pytest

from backoffice.flow.plan import Decided, Standing, State
from tests.flow.worlds import (
    HOUR,
    MINUTE,
    START,
    asked,
    card_door,
    carry_out,
    changes,
    codes_of,
    granted,
    issued,
    kitlock,
    room,
    stay,
    with_stays,
    world,
)

# --------------------------------------------------------------------------------------- moved, cancelled


def test_a_second_plan_changes_nothing():
    before = world(stay(1), stay(2, start=START + HOUR), doors=[kitlock(), card_door()])
    assert changes(carry_out(before)) == []
    assert changes(granted(before)) == []


def test_moved_inside_the_same_lock_hours_the_code_stays_and_its_minutes_are_told():
    before = granted(world(stay()))
    after = carry_out(with_stays(before, stay(start=START + 15 * MINUTE)))
    (code,) = codes_of(after, State.ACTIVE)
    assert not codes_of(after, State.PLANNED, State.LINGERING)
    assert (code.early_minutes, code.late_minutes) == (60, 30)


def test_moved_to_other_hours_a_new_code_is_planned_and_the_old_one_lingers():
    before = granted(world(stay()))
    after = carry_out(with_stays(before, stay(start=START + 5 * HOUR)))
    assert asked(codes_of(after, State.PLANNED)) == [("21:00", 2)]
    assert asked(codes_of(after, State.LINGERING)) == [("16:00", 2)]


def test_moved_before_it_was_issued_the_old_code_costs_no_call():
    before = carry_out(world(stay()))
    after = carry_out(with_stays(before, stay(start=START + 5 * HOUR)))
    assert [code.state for grant in after.held for code in grant.codes] == [State.REVOKED, State.PLANNED]


def test_moved_there_and_back_the_lingering_code_is_used_again():
    before = granted(world(stay()))
    away = granted(with_stays(before, stay(start=START + 5 * HOUR)))
    back = carry_out(with_stays(away, stay()))
    assert asked(codes_of(back, State.ACTIVE)) == [("16:00", 2)]
    assert not codes_of(back, State.PLANNED)
    assert changes(back) == []


def test_cancelled_before_issue_there_is_no_call():
    before = carry_out(world(stay()))
    after = carry_out(with_stays(before, stay(standing=Standing.OUT, why="is cancelled at its source")))
    assert [code.state for grant in after.held for code in grant.codes] == [State.REVOKED]
    assert after.held[0].reason == "The booking is cancelled at its source."


def test_cancelled_after_issue_a_pin_lingers_and_a_card_is_revoked():
    before = granted(world(stay(), doors=[kitlock(), card_door()]))
    after = carry_out(with_stays(before, stay(standing=Standing.OUT)))
    assert [code.state for grant in after.held for code in grant.codes] == [State.LINGERING, State.REVOKING]
    assert {grant.state for grant in after.held} == {Decided.WITHDRAWN}


def test_cancelled_and_booked_again_a_code_that_was_never_issued_is_planned_anew():
    before = carry_out(world(stay()))
    cancelled = carry_out(with_stays(before, stay(standing=Standing.OUT)))
    after = carry_out(with_stays(cancelled, stay()))
    assert len(codes_of(after, State.PLANNED)) == 1


def test_a_failed_card_of_a_cancelled_booking_is_revoked_as_it_may_be_there():
    before = issued(carry_out(world(stay(), doors=[card_door()])), State.FAILED)
    after = carry_out(with_stays(before, stay(standing=Standing.OUT)))
    assert len(codes_of(after, State.REVOKING)) == 1


def test_a_failed_code_that_is_still_wanted_waits_for_a_person():
    before = issued(carry_out(world(stay(), doors=[kitlock(), card_door()])), State.FAILED)
    assert changes(before) == []


def test_what_the_issue_step_is_at_is_left_to_it():
    before = issued(carry_out(world(stay())), State.ISSUING)
    after = carry_out(with_stays(before, stay(standing=Standing.OUT)))
    assert len(codes_of(after, State.ISSUING)) == 1


def test_in_another_room_the_old_doors_are_withdrawn_and_the_new_ones_granted_at_once():
    gate, old, new = kitlock(1), card_door(5), card_door(6)
    before = granted(world(stay(), doors=[gate, old, new], rooms=[room(1, gate, old), room(2, gate, new)]))
    after = carry_out(with_stays(before, stay(room_id=2)))
    by_door = {grant.door_id: (grant.state, [code.state for code in grant.codes]) for grant in after.held}
    assert by_door[1] == (Decided.GRANTED, [State.ACTIVE])
    assert by_door[5] == (Decided.WITHDRAWN, [State.REVOKING])
    assert by_door[6] == (Decided.GRANTED, [State.PLANNED])


def test_codes_expire_when_their_time_is_over_and_the_decision_ends():
    after = carry_out(replace(granted(world(stay())), now=START + 10 * HOUR))
    assert [grant.state for grant in after.held] == [Decided.ENDED]
    assert [code.state for code in after.held[0].codes] == [State.EXPIRED]


def test_a_card_that_was_asked_for_and_not_answered_is_taken_back_and_not_forgotten():
    planned = carry_out(world(stay(), doors=[card_door()]))
    (grant,) = planned.held
    tried = replace(grant, codes=tuple(replace(code, attempts=1) for code in grant.codes))
    after = carry_out(with_stays(replace(planned, held=(tried,)), stay(standing=Standing.OUT)))
    assert len(codes_of(after, State.REVOKING)) == 1


def test_a_card_that_outlives_its_window_is_taken_back_when_the_window_is_over():
    before = granted(world(stay(), doors=[card_door()]))
    shorter = replace(with_stays(before, stay(hours=0.5)), now=START + 10 * MINUTE)
    running = carry_out(shorter)
    over = carry_out(replace(running, now=START + 46 * MINUTE))
    assert len(codes_of(running, State.ACTIVE)) == 1
    assert len(codes_of(over, State.REVOKING)) == 1


# --------------------------------------------------------------------------------- the guest who is inside


@pytest.mark.parametrize("door", [kitlock(), card_door()])
def test_a_window_that_shrinks_while_the_guest_is_inside_changes_no_code(door):
    before = granted(world(stay(hours=5), doors=[door]))
    after = carry_out(replace(with_stays(before, stay(hours=1)), now=START + 10 * MINUTE))
    assert len(codes_of(after, State.ACTIVE)) == 1
    assert not codes_of(after, State.PLANNED, State.LINGERING, State.REVOKING)


def test_a_neighbour_who_comes_later_takes_nothing_from_the_guest_who_is_inside():
    before = granted(world(stay(1), doors=[card_door()]))
    later = stay(2, start=START + HOUR)
    after = carry_out(replace(with_stays(before, stay(1), later), now=START + 10 * MINUTE))
    assert [code.state for code in after.held[0].codes] == [State.ACTIVE]


def test_a_longer_booking_of_the_guest_who_is_inside_gets_a_code_for_the_rest():
    before = granted(world(stay(), doors=[kitlock()]))
    after = carry_out(replace(with_stays(before, stay(hours=3)), now=START + 10 * MINUTE))
    (code,) = codes_of(after, State.PLANNED)
    assert code.ends_at >= START + 3 * HOUR + 15 * MINUTE


# ----------------------------------------------------------------------------- one guest's code, another's


def test_a_cancelled_guests_code_is_not_the_next_guests():
    before = granted(world(stay(1)))
    after = carry_out(with_stays(before, stay(1, standing=Standing.OUT), stay(2)))
    old, new = codes_of(after, State.LINGERING), codes_of(after, State.PLANNED)
    assert not set(asked(old)) & set(asked(new))


def test_a_lingering_code_in_somebodys_window_is_told_to_staff():
    before = granted(world(stay(1)))
    after = carry_out(with_stays(before, stay(1, standing=Standing.OUT), stay(2)))
    grant = next(grant for grant in after.held if grant.occurrence_id == 2)
    assert grant.conflict == (
        "A code of lockme/1 still opens here Mon 9 Mar 17:00–20:00; the lock cannot forget it."
    )


def test_the_same_guest_gets_the_same_code_for_the_same_time():
    before = granted(world(stay(1)))
    again = stay(2, guest="guest 1")
    after = carry_out(with_stays(before, stay(1, standing=Standing.OUT), again))
    assert asked(codes_of(after, State.PLANNED)) == asked(codes_of(after, State.LINGERING))


def test_two_guests_at_one_gate_have_codes_of_their_own():
    gate = kitlock()
    rooms = [room(1, gate), room(2, gate)]
    after = granted(world(stay(1), stay(2, room_id=2), doors=[gate], rooms=rooms))
    first, second = (set(asked(grant.codes)) for grant in after.held)
    assert not first & second
    assert changes(after) == []


def test_when_no_other_code_fits_the_guest_gets_in_and_staff_are_told():
    gate, many = kitlock(), 6
    rooms = [room(n, gate) for n in range(1, many + 1)]
    stays = [stay(n, room_id=n) for n in range(1, many + 1)]
    after = granted(world(*stays, doors=[gate], rooms=rooms))
    assert {grant.state for grant in after.held} == {Decided.GRANTED}
    told = [grant for grant in after.held if "is also known to" in grant.conflict]
    assert len(told) > 1
    assert changes(after) == []
