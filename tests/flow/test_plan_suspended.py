"""A phone key that staff have suspended holds what it is for; only their own later words come before it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from backoffice.flow.plan import Decided, Said, State
from tests.flow.test_plan_phones import each, guest, invited, is_active, moved, new_codes
from tests.flow.worlds import HOUR, MINUTE, NOW, START, carry_out, changes, codes_of, with_stays, word


def with_words(before, *words):
    return replace(before, words=words)


def suspended(**fields):
    """The world in which the only guest's key was accepted, and then suspended."""
    return carry_out(each(invited(accepted=True), is_active, suspended=True, **fields))


def states(world):
    return [grant.state for grant in world.held]


def test_a_suspended_key_holds_the_access_and_stays_at_the_vendor():
    world = suspended()
    assert states(world) == [Decided.HELD]
    assert "suspended" in world.held[0].reason
    assert len(codes_of(world, State.ACTIVE)) == 1
    assert changes(world) == []


@pytest.mark.parametrize("now", [NOW, START - 2 * HOUR, START - MINUTE, START + HOUR])
def test_nothing_is_issued_in_its_place_however_late_it_is(now):
    assert new_codes(replace(suspended(), now=now)) == []


def test_a_moved_booking_gets_no_new_key_before_it_is_restored():
    world = carry_out(with_stays(suspended(), guest(start=START + 3 * HOUR)))
    assert (states(world), codes_of(world, State.PLANNED)) == ([Decided.HELD], [])
    gone = each(world, lambda code: True, state=State.REVOKED)
    assert new_codes(gone) == []
    assert len(new_codes(each(gone, lambda code: True, suspended=False))) == 1


def test_another_booking_of_the_guest_is_held_and_another_guests_is_not():
    later = {"start": START + 3 * HOUR}
    hers, his = guest(2, **later, address="mail 1"), guest(2, **later)
    assert new_codes(with_stays(suspended(), guest(), hers)) == []
    assert len(new_codes(with_stays(suspended(), guest(), his))) == 1


def test_at_its_end_it_is_taken_back_like_others():
    assert moved(replace(suspended(), now=START + 2 * HOUR)) == [("phone", State.REVOKING)]


def test_staff_who_re_issue_it_or_open_another_way_have_the_last_word():
    again = with_words(suspended(), word(Said.REISSUE, grant_id=1))
    gone = each(carry_out(again), lambda code: True, state=State.REVOKED)
    assert [new.method for new in new_codes(gone)] == ["phone"]
    other = with_words(suspended(), word(Said.METHOD, grant_id=1, method="netcode"))
    assert {new.method for new in new_codes(other)} == {"netcode"}


def test_a_restored_key_is_granted_as_it_was():
    world = carry_out(each(suspended(), is_active, suspended=False))
    assert (states(world), new_codes(world)) == ([Decided.GRANTED], [])


def test_a_booking_whose_state_is_not_known_does_not_restore_it():
    unknown = with_stays(suspended(), guest(standing="keep"))
    assert states(carry_out(unknown)) == [Decided.HELD]
