from __future__ import annotations

from dataclasses import replace

import pytest

from backoffice.flow.plan import Decided, Level, Lock, Policy, State, plan
from tests.flow.worlds import (
    BERLIN,
    HOUR,
    MINUTE,
    NOW,
    START,
    asked,
    card_door,
    carry_out,
    codes_of,
    granted,
    k3,
    kitlock,
    only,
    room,
    stay,
    with_stays,
    world,
)

TROUBLED = [
    (kitlock(gone=True), "no longer listed"),
    (kitlock(enabled=False), "switched off"),
    (kitlock(method=""), "has no method"),
    (kitlock(method="card"), "its vendor offers netcode, phone"),
    (kitlock(lock=Lock("KL1060", "", "101691", "UTC")), "has no timecode"),
    (kitlock(lock=Lock("KL1060", "2025", "101691", "UTC")), "a timecode of 12 digits"),
    (kitlock(lock=Lock("KL1060C2", "202511161623", "012345", "UTC")), "begins with 0"),
    (k3(ref="front"), "has no model"),
    (k3(ref="front", lock=Lock("K3CONNECT")), "not 32 hexadecimal digits"),
    (kitlock(lock=Lock("KL9999", "202511161623", "101691", "UTC")), "known models are"),
    (kitlock(lock=Lock("KL1060", "202511161623", "101691", "Mars/Olympus")), "is no time zone"),
    (kitlock(method="phone"), "only those have phone keys"),
    (card_door(method="fob", levels=()), "no access level opens Door 5"),
    (card_door(method="fob"), "no fob of this door's pool is there"),
    (card_door(levels=()), "no access level opens"),
    (card_door(level_ref="nine"), "nine"),
    (card_door(level_ref="all"), "does not open"),
]


@pytest.mark.parametrize(("door", "remedy"), TROUBLED)
def test_a_door_that_cannot_be_opened_is_blocked_with_what_to_do(door, remedy):
    decision = only(plan(world(stay(), doors=[door])))
    assert decision.state == Decided.BLOCKED
    assert remedy in decision.reason
    assert not decision.codes.new


def test_beyond_the_limits_of_the_grid_nothing_is_planned_and_staff_are_asked():
    strict = room(1, kitlock(), policy=Policy(max_early_minutes=10))
    decision = only(plan(world(stay(), rooms=[strict])))
    assert decision.state == Decided.BLOCKED
    assert "45 minutes early" in decision.reason
    assert not decision.codes.new


def test_a_door_that_is_in_trouble_does_not_take_the_code_that_opens_it():
    before = granted(world(stay()))
    off = replace(before, doors={1: kitlock(enabled=False)})
    assert len(codes_of(carry_out(off), State.ACTIVE)) == 1


def test_a_phone_key_of_a_k3_lock_becomes_a_pin_and_says_so():
    decision = only(plan(world(stay(), doors=[k3(method="phone")])))
    assert decision.method == "netcode"
    assert "A PIN is given instead of a phone key" in decision.reason
    assert decision.codes.new[0].start_local.hour == 17  # in Berlin, where its vendor says that it is


def test_a_k3_lock_follows_the_clock_that_staff_say():
    door = k3(lock=Lock(clock="UTC", zone=BERLIN))
    assert only(plan(world(stay(), doors=[door]))).codes.new[0].start_local.hour == 16


def test_the_card_has_the_level_with_the_fewest_doors_and_the_window_as_it_is():
    levels = (Level("1", frozenset({"505", "506"})), Level("22", frozenset({"505"})), Level("3", frozenset()))
    (code,) = only(plan(world(stay(), doors=[card_door(levels=levels)]))).codes.new
    assert code.level_ref == "22"
    assert (code.starts_at, code.ends_at) == (START - 15 * MINUTE, START + HOUR + 15 * MINUTE)
    assert (code.early_minutes, code.late_minutes, code.holder_key) == (0, 0, "LK-1-2")


def test_a_moved_card_keeps_its_holder_and_number():
    before = granted(world(stay(), doors=[card_door()]))
    after = carry_out(with_stays(before, stay(start=START + 5 * HOUR)))
    (old,), (new,) = codes_of(after, State.REVOKING), codes_of(after, State.PLANNED)
    assert (new.holder_key, new.card_number) == (old.holder_key, old.card_number)
    assert new.card_number


def test_another_level_is_another_row_of_the_same_holder():
    before = granted(world(stay(), doors=[card_door()]))
    chosen = card_door(level_ref="wide", levels=(Level("wide", frozenset({"505", "501"})),))
    after = carry_out(replace(before, doors={5: chosen}))
    assert [code.level_ref for code in codes_of(after, State.PLANNED)] == ["wide"]
    assert len(codes_of(after, State.REVOKING)) == 1


def test_an_access_level_that_goes_leaves_the_card_that_works():
    before = granted(world(stay(), doors=[card_door()]))
    after = carry_out(replace(before, doors={5: card_door(levels=())}))
    assert [(grant.state, grant.codes[0].state) for grant in after.held] == [(Decided.BLOCKED, State.ACTIVE)]


def test_a_clock_that_is_put_right_moves_when_a_code_opens_or_the_code():
    before = granted(world(stay(), now=NOW))
    right = kitlock(lock=Lock("KL1060", "202511161623", "101691", "+01:00"))
    after = carry_out(replace(before, doors={1: right}))
    assert asked(codes_of(after, State.PLANNED)) == [("17:00", 2)]
