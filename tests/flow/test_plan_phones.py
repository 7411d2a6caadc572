"""Which phone key a window needs, and when a PIN is given in its place."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from backoffice.flow.plan import Decided, Policy, Said, State, plan
from integrations.types import Period
from tests.flow.worlds import (
    HOUR,
    MINUTE,
    NOW,
    START,
    carry_out,
    changes,
    codes_of,
    issued,
    k3,
    only,
    room,
    stay,
    with_stays,
    word,
    world,
)

OPENS, ENDS = START - 15 * MINUTE, START + 75 * MINUTE
DEADLINE = OPENS - 2 * HOUR
DOOR = k3(method="phone")


def guest(number=1, **fields):
    return stay(number, **{"address": f"mail {number}", **fields})


def booked(*stays, now=NOW, **fields):
    return world(*(stays or (guest(),)), doors=[DOOR], now=now, **fields)


def each(before, change, **fields):
    """The world with every phone key changed that is in one of the states it can be changed in."""

    def after(code):
        return replace(code, **fields) if code.method == "phone" and change(code) else code

    held = (replace(grant, codes=tuple(map(after, grant.codes))) for grant in before.held)
    return replace(before, held=tuple(held))


def is_active(code):
    return code.state == State.ACTIVE


def invited(before=None, **fields):
    """The world in which the guest of the only booking has an invitation."""
    sent = issued(carry_out(before or booked()))
    return each(sent, is_active, **{"address": "mail 1", "looked_at": NOW, **fields})


def accepted(before=None):
    return invited(before, accepted=True)


def at(before, now, **fields):
    return replace(before, now=now, **fields)


def new_codes(before):
    return [new for decision in plan(before) for new in decision.codes.new]


def moved(before):
    rows = {code.id: code for grant in before.held for code in grant.codes}
    return [(rows[m.code_id].method, m.to) for decision in plan(before) for m in decision.codes.moves]


def test_a_phone_key_has_the_windows_hours_on_its_weekday():
    (new,) = new_codes(booked())
    assert new.method == "phone"
    assert new.periods == (Period(time(17, 45), time(19, 15), (0,)),)
    assert (new.starts_at, new.ends_at, new.early_minutes, new.late_minutes) == (OPENS, ENDS, 0, 0)


def test_a_key_over_midnight_is_split_in_two():
    (new,) = new_codes(booked(guest(start=START + 4 * HOUR, hours=3)))
    assert set(new.periods) == {
        Period(time(21, 45), time(23, 59), (0,)),
        Period(time(0), time(1, 15), (1,)),
    }


def test_a_key_is_never_made_more_than_six_days_before_its_end():
    far = guest(start=START + timedelta(days=10))
    rooms = [room(1, DOOR, policy=Policy(issue_ahead_hours=400))]
    (new,) = new_codes(booked(far, rooms=rooms))
    assert new.due_at == new.ends_at - timedelta(days=6)


@given(hours=st.integers(1, 200), ahead=st.integers(0, 500), shift=st.integers(0, 24 * 14))
def test_no_key_opens_before_its_window_or_after_it_within_the_time_it_exists(hours, ahead, shift):
    rooms = [
        room(1, DOOR, policy=Policy(issue_ahead_hours=ahead, max_early_minutes=9999, max_late_minutes=9999))
    ]
    span = guest(start=START + shift * HOUR, hours=hours)
    for new in new_codes(booked(span, rooms=rooms)):
        if new.method == "phone":
            assert new.due_at > new.ends_at - timedelta(days=7)
            assert new.due_at <= new.starts_at


def test_a_week_is_too_long_for_a_phone_key():
    long = guest(start=START + timedelta(days=1), hours=24 * 6)
    decision = only(plan(booked(long)))
    assert decision.method == "netcode"
    assert "comes back every week" in decision.reason


def test_without_an_address_there_is_a_pin_and_why():
    decision = only(plan(booked(guest(address=""))))
    assert decision.method == "netcode"
    assert "no e-mail address" in decision.reason
    assert [new.method for new in decision.codes.new] == ["netcode"]


def test_an_accepted_key_stays_and_nothing_else_is_wanted():
    assert changes(carry_out(accepted())) == []
    assert changes(carry_out(at(accepted(), OPENS))) == []


def test_an_invitation_waits_until_the_deadline():
    assert changes(carry_out(at(invited(), DEADLINE - MINUTE))) == []


def test_after_the_deadline_a_last_look_is_waited_for():
    assert changes(carry_out(at(invited(), DEADLINE))) == []
    looked = at(invited(looked_at=DEADLINE), DEADLINE)
    assert [new.method for new in new_codes(looked)] == ["netcode"]
    assert [new.method for new in new_codes(at(invited(), DEADLINE + 15 * MINUTE))] == ["netcode"]


def test_the_invitation_stands_until_the_pin_is_there():
    late = at(invited(looked_at=DEADLINE), DEADLINE)
    planned = carry_out(late)
    assert moved(late) == []
    assert moved(planned) == []
    assert moved(issued(planned)) == [("phone", State.REVOKING)]
    assert changes(carry_out(issued(planned))) == []


def test_the_pins_reason_does_not_change_when_the_invitation_is_gone():
    late = carry_out(at(invited(looked_at=DEADLINE), DEADLINE))
    gone = issued(carry_out(issued(late)))
    assert {code.state for code in codes_of(gone, State.REVOKED)} == {State.REVOKED}
    assert changes(gone) == []
    assert "was not accepted by Mon 9 Mar 15:45" in only(plan(gone)).reason


def test_a_refused_key_is_remembered_and_not_asked_for_again():
    refused = each(
        carry_out(booked()), lambda _: True, state=State.FAILED, address="mail 1", error="no account"
    )
    after = issued(carry_out(refused))
    assert changes(after) == []
    assert "no account" in only(plan(after)).reason


def test_a_last_minute_guest_gets_a_pin():
    decision = only(plan(booked(now=START - HOUR)))
    assert decision.method == "netcode"
    assert "no time left" in decision.reason


def test_a_last_minute_guest_who_holds_a_key_of_the_lock_gets_its_hours():
    first = accepted()
    later = with_stays(first, guest(), guest(2, start=START + 3 * HOUR, address="mail 1", room_id=1))
    assert [new.method for new in new_codes(at(later, START))] == ["phone"]


def test_a_change_that_failed_after_the_deadline_becomes_a_pin():
    later = with_stays(accepted(), guest(), guest(2, start=START + 2 * HOUR, address="mail 1"))
    tried = each(carry_out(at(later, START)), lambda code: code.state == State.PLANNED, attempts=1)
    assert [new.method for new in new_codes(tried)] == ["netcode"]


def test_another_address_is_another_key():
    changed = with_stays(accepted(), guest(address="mail 2"))
    assert [new.method for new in new_codes(changed)] == ["phone"]
    assert moved(changed) == [("phone", State.REVOKING)]


def test_after_the_window_the_key_is_taken_back_not_left_to_expire():
    assert moved(at(accepted(), ENDS)) == [("phone", State.REVOKING)]
    assert moved(at(invited(), ENDS)) == [("phone", State.REVOKING)]


def test_a_cancelled_key_is_taken_back():
    assert moved(replace(accepted(), stays=())) == [("phone", State.REVOKING)]


def test_a_denied_key_is_taken_back():
    denied = replace(accepted(), words=(word(Said.DENY, booking_id=1),))
    assert moved(denied) == [("phone", State.REVOKING)]


def test_a_held_key_is_not_issued_and_what_is_out_stays_out():
    hold = (word(Said.HOLD, booking_id=1),)
    assert only(plan(booked(words=hold))).codes.new == ()
    assert moved(replace(accepted(), words=hold)) == []


def test_who_is_inside_keeps_his_key_until_the_longer_one_is_there():
    longer = with_stays(accepted(), guest(hours=2))
    inside = at(longer, START)
    assert [new.method for new in new_codes(inside)] == ["phone"]
    assert moved(inside) == []
    done = each(issued(carry_out(inside)), is_active, address="mail 1", accepted=True)
    assert moved(done) == [("phone", State.REVOKING)]


def test_a_key_that_came_too_late_stays_while_its_holder_is_inside():
    late = carry_out(at(invited(looked_at=DEADLINE), DEADLINE))
    inside = at(issued(late), START)
    assert moved(inside) == []
    assert moved(at(carry_out(inside), ENDS))[0] == ("phone", State.REVOKING)


def test_a_guest_who_has_a_pin_keeps_it_when_the_door_becomes_a_phone_door():
    pins = issued(carry_out(world(guest(), doors=[k3()])))
    by_phone = replace(pins, doors={DOOR.id: DOOR})
    assert new_codes(by_phone) == []
    assert only(plan(by_phone)).state == Decided.GRANTED


def test_a_re_issue_asks_for_another_key():
    again = replace(accepted(), words=(word(Said.REISSUE, booking_id=1),))
    assert [new.method for new in new_codes(again)] == ["phone"]
    assert moved(again) == [("phone", State.REVOKING)]


def test_no_key_and_no_pin_says_both():
    none = [k3(method="phone")]
    rooms = [room(1, none[0], policy=Policy(max_early_minutes=0, max_late_minutes=0))]
    decision = only(plan(world(guest(address=""), doors=none, rooms=rooms)))
    assert decision.state == Decided.BLOCKED
    assert "no phone key: the booking names no e-mail address" in decision.reason


def test_staff_who_choose_a_phone_key_for_one_guest_get_it_though_he_has_a_pin():
    pins = issued(carry_out(world(guest(), doors=[k3()])))
    chosen = replace(pins, words=(word(Said.METHOD, booking_id=1, method="phone"),))
    assert [new.method for new in new_codes(chosen)] == ["phone"]
    assert moved(chosen) == [("netcode", State.LINGERING)]
    after = carry_out(chosen)
    assert changes(after) == []
