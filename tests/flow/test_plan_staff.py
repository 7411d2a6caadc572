from __future__ import annotations

from dataclasses import replace

import pytest

from backoffice.flow.plan import Decided, Said, Standing, State, plan
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
    only,
    stay,
    window,
    with_stays,
    word,
    world,
)


def test_a_held_door_keeps_what_is_out_and_issues_nothing():
    before = carry_out(world(stay()))
    held = carry_out(replace(before, words=(word(Said.HOLD, door_id=1),)))
    assert [(grant.state, grant.codes[0].state) for grant in held.held] == [(Decided.HELD, State.HELD)]
    released = carry_out(replace(held, words=()))
    assert [(g.state, g.codes[0].state) for g in released.held] == [(Decided.GRANTED, State.PLANNED)]


def test_a_hold_leaves_an_active_code_alone():
    before = replace(granted(world(stay())), words=(word(Said.HOLD, booking_id=1),))
    after = carry_out(before)
    assert [(grant.state, grant.codes[0].state) for grant in after.held] == [(Decided.HELD, State.ACTIVE)]
    assert after.held[0].reason == "Held by staff: the pipe burst"


def test_who_is_denied_loses_what_can_be_taken_and_gets_it_back_when_the_word_ends():
    before = granted(world(stay(), doors=[kitlock(), card_door()]))
    denied = carry_out(replace(before, words=(word(Said.DENY, booking_id=1),)))
    assert [grant.codes[-1].state for grant in denied.held] == [State.LINGERING, State.REVOKING]
    assert {grant.state for grant in denied.held} == {Decided.DENIED}
    again = carry_out(replace(issued(denied), words=()))
    assert [grant.codes[-1].state for grant in again.held] == [State.ACTIVE, State.PLANNED]


def test_a_denial_that_ends_before_the_window_takes_nothing():
    before = granted(world(stay()))
    short = word(Said.DENY, door_id=1, ends_at=START - HOUR)
    assert changes(replace(before, words=(short,))) == []


def test_a_word_about_another_booking_grant_or_door_changes_nothing():
    before = granted(world(stay()))
    others = [word(Said.DENY, booking_id=7), word(Said.DENY, grant_id=7), word(Said.DENY, door_id=7)]
    assert changes(replace(before, words=tuple(others))) == []


def test_an_extension_is_added_to_the_window():
    longer = word(Said.EXTEND, booking_id=1, minutes_before=30, minutes_after=60)
    decision = only(plan(world(stay(), words=(longer,))))
    assert window(decision) == (START - 45 * MINUTE, START + HOUR + 75 * MINUTE)
    assert "extended by staff: the pipe burst" in decision.reason


def test_a_reissued_pin_is_another_one_and_the_old_one_lingers():
    before = granted(world(stay()))
    again = replace(before, words=(word(Said.REISSUE, grant_id=1, ends_at=START + 75 * MINUTE),))
    after = carry_out(again)
    assert asked(codes_of(after, State.LINGERING)) == [("16:00", 2)]
    assert not set(asked(codes_of(after, State.PLANNED))) & {("16:00", 2)}
    assert changes(after) == changes(issued(after)) == []


def test_a_reissued_card_has_a_new_number_on_all_doors_of_its_holder():
    before = granted(world(stay(), doors=[card_door(5), card_door(6)]))
    after = carry_out(replace(before, words=(word(Said.REISSUE, grant_id=1),)))
    assert len(codes_of(after, State.REVOKING)) == 2
    assert [code.card_number for code in codes_of(after, State.PLANNED)] == ["", ""]
    assert changes(after) == changes(issued(after)) == []


def test_a_reissue_that_was_carried_out_is_not_undone_when_its_word_ends():
    before = granted(world(stay()))
    after = granted(replace(before, words=(word(Said.REISSUE, grant_id=1),)))
    assert changes(replace(after, words=())) == []


def test_a_person_let_in_by_staff_gets_a_code_for_that_door_and_time():
    person = word(Said.GRANT, door_id=1, starts_at=START, ends_at=START + HOUR)
    decision = only(plan(world(words=(person,))))
    assert decision.place == (None, 9, 1)
    assert window(decision) == (START, START + HOUR)
    assert len(decision.codes.new) == 1


def test_a_person_whose_grant_is_taken_back_loses_it():
    person = word(Said.GRANT, door_id=1, starts_at=START, ends_at=START + HOUR)
    before = granted(world(words=(person,)))
    after = carry_out(replace(before, words=(replace(person, lifted=True),)))
    assert [(grant.state, grant.codes[0].state) for grant in after.held] == [
        (Decided.WITHDRAWN, State.LINGERING)
    ]


@pytest.mark.parametrize(
    ("kind", "grant", "code"),
    [(Said.HOLD, Decided.HELD, State.HELD), (Said.DENY, Decided.DENIED, State.REVOKED)],
)
def test_staff_are_obeyed_also_where_the_sources_state_is_not_known(kind, grant, code):
    before = carry_out(world(stay()))
    unknown = with_stays(before, stay(standing=Standing.KEEP))
    after = carry_out(replace(unknown, words=(word(kind, booking_id=1),)))
    assert [(each.state, each.codes[0].state) for each in after.held] == [(grant, code)]
    assert changes(after) == []


def test_a_denial_that_ends_while_the_sources_state_is_not_known_grants_nothing_new():
    before = granted(world(stay(), doors=[card_door()]))
    unknown = replace(
        with_stays(before, stay(standing=Standing.KEEP)), words=(word(Said.DENY, booking_id=1),)
    )
    after = carry_out(replace(issued(carry_out(unknown)), words=()))
    assert [(each.state, each.codes[0].state) for each in after.held] == [(Decided.DENIED, State.REVOKED)]


# ---------------------------------------------------------------------------------------------------- trim


def test_a_trimmed_window_begins_and_ends_where_staff_said():
    said = word(Said.TRIM, booking_id=1, not_before=START, not_after=START + HOUR / 2)
    decision = only(plan(replace(world(stay()), words=(said,))))
    assert window(decision) == (START, START + HOUR / 2)
    assert decision.trimmed == "Trimmed by staff to Mon 9 Mar 18:00–18:30: the pipe burst."


def test_a_trim_that_would_leave_nothing_leaves_the_window_whole():
    said = word(Said.TRIM, booking_id=1, not_before=START + 4 * HOUR)
    assert window(only(plan(replace(world(stay()), words=(said,))))) == window(only(plan(world(stay()))))


def test_a_trim_of_one_door_is_not_about_the_others():
    before = granted(world(stay(), doors=[kitlock(), card_door()]))
    said = word(Said.TRIM, grant_id=before.held[0].id, not_after=START)
    after = carry_out(replace(before, words=(said,)))
    assert [grant.ends_at == START for grant in after.held] == [True, False]
