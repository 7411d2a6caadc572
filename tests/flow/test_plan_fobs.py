"""Who can count on a fob, without a database: the first to come, one hand at a time, never two fobs."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backoffice.flow.plan import Back, Decided, Fob, Said, State, plan
from backoffice.flow.plan.fobs import AHEAD, NEVER, Demand, lots
from tests.flow.worlds import (
    HOUR,
    MINUTE,
    NOW,
    START,
    card_door,
    carry_out,
    changes,
    codes_of,
    issued,
    only,
    room,
    stay,
    window,
    word,
    world,
)

FIRST, SECOND = Fob(2, "1", "Fob 1"), Fob(2, "2", "Fob 2")
HOLDER = "LK-F1-2"


def fob_door(number=5, *fobs, **fields):
    pool = frozenset(fob.ref for fob in fobs or (FIRST, SECOND))
    return card_door(number, **{"method": "fob", "pool": pool, **fields})


def fob_world(*stays, fobs=(FIRST,), doors=(), **fields):
    return world(*stays, doors=doors or (fob_door(),), fobs=tuple(fobs), **fields)


def lent(fob, holder=HOLDER, *, out=True, start=START - 15 * MINUTE, end=START + 75 * MINUTE):
    return replace(fob, holder=holder, starts_at=start, ends_at=end, out=out)


def by_occurrence(before):
    return {decision.place[0]: decision for decision in plan(before)}


def test_a_fob_is_planned_for_the_window_and_lent_shortly_before():
    decision = only(plan(fob_world(stay())))
    [new] = decision.codes.new
    assert (new.method, new.holder_key, new.level_ref) == ("fob", HOLDER, "only-5")
    assert (new.starts_at, new.ends_at) == window(decision)
    assert new.due_at == decision.starts_at - AHEAD


def test_the_same_world_is_planned_once():
    assert changes(carry_out(fob_world(stay()))) == []
    assert changes(issued(carry_out(fob_world(stay())))) == []


def test_the_first_to_come_gets_the_only_fob_and_the_other_is_told_what_to_do():
    found = by_occurrence(fob_world(stay(1, start=START + HOUR / 2), stay(2)))
    assert (found[2].state, found[1].state) == (Decided.GRANTED, Decided.BLOCKED)
    for part in ("the only fob of this door's pool is lent or promised then", "add one", "another method"):
        assert part in found[1].reason


def test_two_fobs_serve_two_guests_at_once():
    found = by_occurrence(fob_world(stay(1), stay(2), fobs=(FIRST, SECOND)))
    assert {decision.state for decision in found.values()} == {Decided.GRANTED}


@pytest.mark.parametrize(("gap", "state"), [(120, Decided.GRANTED), (119, Decided.BLOCKED)])
def test_a_fob_rests_half_an_hour_between_two_guests(gap, state):
    rooms = (room(1, fob_door(5)), room(2, fob_door(6)))
    doors = (fob_door(5), fob_door(6))
    later = stay(2, start=START + gap * MINUTE, room_id=2)
    found = by_occurrence(fob_world(stay(1), later, doors=doors, rooms=rooms))
    assert found[2].state == state


def test_the_rest_between_two_guests_is_the_accounts_to_say():
    fob = replace(FIRST, turnaround=timedelta())
    found = by_occurrence(fob_world(stay(1), stay(2, start=START + 90 * MINUTE), fobs=[fob]))
    assert found[2].state == Decided.GRANTED


def test_a_guest_in_turn_is_lent_the_fob_when_it_is_to_be_back():
    found = by_occurrence(fob_world(stay(1), stay(2, start=START + 2 * HOUR)))
    [new] = found[2].codes.new
    assert new.due_at == found[1].ends_at + FIRST.turnaround


def test_two_doors_of_one_stay_need_a_fob_that_both_may_have():
    doors = (fob_door(5, FIRST), fob_door(6, SECOND))
    found = plan(fob_world(stay(), fobs=(FIRST, SECOND), doors=doors))
    assert {decision.state for decision in found} == {Decided.BLOCKED}
    shared = plan(fob_world(stay(), fobs=(FIRST,), doors=(fob_door(5), fob_door(6))))
    assert {decision.state for decision in shared} == {Decided.GRANTED}
    assert {new.holder_key for decision in shared for new in decision.codes.new} == {HOLDER}


def test_a_door_without_a_fob_says_so():
    assert "no fob of this door's pool is there" in only(plan(fob_world(stay(), fobs=()))).reason


def test_an_overdue_fob_is_not_counted_on():
    late = lent(FIRST, "LK-F9-2", start=NOW - 3 * HOUR, end=NOW - HOUR)
    assert "(Fob 1 not back yet)" in only(plan(fob_world(stay(), fobs=[late]))).reason


def test_a_fob_whose_guest_left_minutes_ago_is_counted_on():
    just = lent(FIRST, "LK-F9-2", start=NOW - 3 * HOUR, end=NOW - MINUTE)
    assert only(plan(fob_world(stay(), fobs=[just]))).state == Decided.GRANTED


def test_a_guest_who_has_a_fob_keeps_it_whoever_comes_before_him():
    before = fob_world(stay(1), fobs=[lent(FIRST)], now=START - HOUR)
    earlier = stay(2, start=START - HOUR / 2)
    found = by_occurrence(replace(before, stays=(*before.stays, earlier)))
    assert (found[1].state, found[2].state) == (Decided.GRANTED, Decided.BLOCKED)


def test_a_cancelled_guest_needs_no_fob():
    denied = word(Said.DENY, booking_id=1)
    found = by_occurrence(fob_world(stay(1), stay(2, start=START + 5 * MINUTE), words=(denied,)))
    assert found[2].state == Decided.GRANTED


def test_a_running_guest_keeps_his_fob_when_his_pool_is_emptied():
    before = issued(carry_out(fob_world(stay(), fobs=[FIRST])))
    empty = replace(before, doors={5: fob_door(pool=frozenset())}, now=START, fobs=(lent(FIRST),))
    assert codes_of(carry_out(empty), State.ACTIVE)
    assert only(plan(empty)).state == Decided.GRANTED


def test_a_fob_that_was_given_back_ends_the_access():
    before = issued(carry_out(fob_world(stay())))
    back = Back(START + 10 * MINUTE, START + 75 * MINUTE)
    after = carry_out(replace(before, now=START + 11 * MINUTE, back={HOLDER: back}))
    assert [grant.state for grant in after.held] == [Decided.ENDED]
    assert codes_of(after, State.REVOKING)
    assert changes(issued(after)) == []


def test_a_booking_that_moves_to_another_day_after_that_gets_a_fob_again():
    before = issued(carry_out(fob_world(stay())))
    back = Back(START + 10 * MINUTE, START + 75 * MINUTE)
    moved = replace(
        before, now=START + 11 * MINUTE, back={HOLDER: back}, stays=(stay(start=START + 24 * HOUR),)
    )
    assert only(plan(moved)).state == Decided.GRANTED


def test_a_re_issue_needs_another_fob():
    before = issued(carry_out(fob_world(stay(), fobs=[FIRST])))
    again = replace(before, fobs=(lent(FIRST),), words=(word(Said.REISSUE, grant_id=1),))
    assert only(plan(again)).state == Decided.BLOCKED
    assert only(plan(replace(again, fobs=(lent(FIRST), SECOND)))).codes.new[0].generation == 9


@pytest.mark.parametrize(
    ("method", "offered", "state", "took"),
    [
        ("fob", frozenset({"card", "fob"}), Decided.GRANTED, "fob"),
        ("phone", frozenset({"card", "fob"}), Decided.GRANTED, "card"),
    ],
)
def test_staffs_other_method_holds_where_the_vendor_has_it(method, offered, state, took):
    door = fob_door(method="card", offered=offered)
    said = word(Said.METHOD, booking_id=1, method=method)
    decision = only(plan(fob_world(stay(), doors=(door,), words=(said,))))
    assert (decision.state, decision.method, decision.codes.new[0].method) == (state, took, took)


def test_what_was_issued_before_another_method_is_taken_back():
    before = issued(carry_out(fob_world(stay(), doors=(fob_door(method="card"),))))
    after = carry_out(replace(before, words=(word(Said.METHOD, booking_id=1, method="fob"),)))
    assert [code.method for code in codes_of(after, State.REVOKING)] == ["card"]
    assert [code.method for code in codes_of(after, State.PLANNED)] == ["fob"]


# ----------------------------------------------------------------------------------------- whatever comes

times = st.integers(0, 600).map(lambda n: START + n * MINUTE)
demands = st.lists(
    st.builds(
        lambda number, start, length, pool: Demand(
            f"LK-F{number}-2", 2, start, start + length * MINUTE, frozenset(pool), AHEAD
        ),
        st.integers(1, 6),
        times,
        st.integers(30, 240),
        st.sets(st.sampled_from("123")),
    ),
    max_size=8,
)


@given(demands)
def test_never_more_guests_at_once_than_fobs(wanting):
    fobs = [Fob(2, ref, f"Fob {ref}") for ref in "123"]
    spans = {d.holder: d for d in wanting}
    served = [holder for holder, lot in lots(list(spans.values()), fobs, NOW).items() if not lot.trouble]
    for holder in served:
        at = spans[holder].starts_at
        busy = [h for h in served if spans[h].starts_at <= at < spans[h].ends_at + FIRST.turnaround]
        assert len(busy) <= len(fobs)


@given(demands)
def test_everybody_who_is_told_of_a_fob_has_it_before_his_window_begins(wanting):
    for holder, lot in lots(wanting, [FIRST, SECOND], NOW).items():
        begins = min(d.starts_at for d in wanting if d.holder == holder)
        assert lot.trouble or lot.lent_from <= begins < NEVER
