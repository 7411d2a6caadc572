from __future__ import annotations

import pytest

from backoffice import models, states
from backoffice.flow.plan import Decided, Policy, Said, Standing, State, Step, plan
from tests.flow.worlds import (
    HOUR,
    MINUTE,
    NOW,
    START,
    carry_out,
    codes_of,
    granted,
    kitlock,
    only,
    room,
    stay,
    window,
    with_stays,
    world,
)


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [(Decided, states.GrantState), (State, states.CodeState), (Said, models.OverrideKind)],
)
def test_the_plans_words_are_the_databases(mine, theirs):
    assert {each.value for each in mine} == set(theirs.values)


# -------------------------------------------------------------------------------------- windows and spans


def test_a_door_opens_from_lead_before_to_lag_after_the_booking():
    assert window(only(plan(world(stay())))) == (START - 15 * MINUTE, START + HOUR + 15 * MINUTE)


def test_a_code_is_due_a_day_before_the_window():
    (code,) = only(plan(world(stay()))).codes.new
    assert code.due_at == START - 15 * MINUTE - 24 * HOUR


def test_every_door_of_the_path_is_decided_with_its_own_policy():
    gate, hall = kitlock(1), kitlock(2)
    way = room(1, gate, hall, steps=(Step(1, 1), Step(2, 2, Policy(lead_minutes=0))))
    first, second = plan(world(stay(), doors=[gate, hall], rooms=[way]))
    assert [first.position, second.position] == [1, 2]
    assert {first.starts_at, second.starts_at} == {START - 15 * MINUTE, START}


def test_touching_times_of_one_booking_are_one_span_on_the_first():
    evening = stay(1)
    night = stay(2, start=START + HOUR, booking_id=1, guest="guest 1")
    decision = only(plan(world(evening, night)))
    assert decision.place == (1, None, 1)
    assert decision.ends_at == START + 2 * HOUR + 15 * MINUTE


def test_times_that_do_not_touch_are_decided_each():
    later = stay(2, start=START + 2 * HOUR, booking_id=1, guest="guest 1")
    assert len(plan(world(stay(1), later))) == 2


def test_a_time_that_came_to_touch_an_earlier_one_gives_up_its_own_decision():
    later = stay(2, start=START + HOUR, booking_id=1, guest="guest 1")
    before = granted(world(later))
    after = carry_out(with_stays(before, stay(1), later))
    states_of = {grant.occurrence_id: grant.state for grant in after.held}
    assert states_of == {1: Decided.GRANTED, 2: Decided.WITHDRAWN}


def test_where_lag_meets_lead_both_windows_meet_in_the_middle_of_the_gap():
    first, second = plan(world(stay(1), stay(2, start=START + HOUR + 20 * MINUTE)))
    assert first.ends_at == second.starts_at == START + HOUR + 10 * MINUTE
    assert "lockme/2 has Room 1 20 min later" in first.trimmed
    assert "lockme/1 has Room 1 until 20 min before" in second.trimmed


def test_without_a_gap_neither_window_goes_into_the_other_booking():
    first, second = plan(world(stay(1), stay(2, start=START + HOUR)))
    assert first.ends_at == second.starts_at == START + HOUR


def test_with_a_long_gap_nothing_is_trimmed():
    first, second = plan(world(stay(1), stay(2, start=START + HOUR + 30 * MINUTE)))
    assert (first.conflict, second.conflict, first.trimmed, second.trimmed) == ("", "", "", "")
    assert first.ends_at == second.starts_at


def test_a_part_and_its_whole_are_compared_on_the_door_that_they_share():
    gate = kitlock()
    hall, part = room(1, gate), room(2, gate, part_of=1)
    later = stay(2, start=START + HOUR, room_id=2)
    first, second = plan(world(stay(1), later, doors=[gate], rooms=[hall, part]))
    assert first.ends_at == second.starts_at == START + HOUR


def test_two_parts_of_one_whole_do_not_disturb_each_other():
    gate = kitlock()
    rooms = [room(1, gate), room(2, gate, part_of=1), room(3, gate, part_of=1)]
    stays = stay(1, room_id=2), stay(2, start=START + HOUR, room_id=3)
    assert all("min" not in decision.conflict for decision in plan(world(*stays, doors=[gate], rooms=rooms)))


def test_a_double_booking_keeps_both_windows_for_staff_to_settle():
    decisions = plan(world(stay(1), stay(2, start=START + HOUR / 2)))
    assert [decision.ends_at - decision.starts_at for decision in decisions] == [HOUR * 1.5] * 2
    assert [decision.trimmed for decision in decisions] == ["", ""]


# ------------------------------------------------------------------------------------- who gets something


@pytest.mark.parametrize("standing", [Standing.OUT, Standing.KEEP])
def test_only_an_entitled_booking_gets_a_code(standing):
    assert not any(decision.codes.new for decision in plan(world(stay(standing=standing))))


def test_a_state_that_is_not_understood_is_told_to_staff():
    decision = only(plan(world(stay(standing=Standing.KEEP))))
    assert decision.state == Decided.BLOCKED
    assert "not known here" in decision.reason


def test_a_booking_whose_state_became_unknown_keeps_what_it_has_even_when_moved():
    before = granted(world(stay()))
    after = carry_out(with_stays(before, stay(start=START + 5 * HOUR, standing=Standing.KEEP)))
    assert [grant.state for grant in after.held] == [Decided.GRANTED]
    assert codes_of(after, State.ACTIVE) == codes_of(before, State.ACTIVE)


def test_nothing_is_decided_for_a_booking_that_is_over():
    assert plan(world(stay(start=NOW - 2 * HOUR))) == ()


def test_a_booking_that_runs_already_gets_a_code_for_its_whole_window():
    (code,) = only(plan(world(stay(start=NOW - 30 * MINUTE)))).codes.new
    assert code.starts_at <= NOW - 45 * MINUTE


def test_of_a_long_booking_the_codes_that_are_over_are_not_asked_for():
    decision = only(plan(world(stay(start=NOW - 24 * HOUR, hours=30))))
    assert decision.codes.new
    assert all(code.ends_at > NOW for code in decision.codes.new)


def test_what_is_booked_in_no_room_of_ours_gets_nothing():
    assert plan(world(stay(room_id=None))) == ()
