"""Fobs over the sandbox's locks: lent once, for the window, to one guest; taken back; lost; kept apart."""

from __future__ import annotations

from datetime import timedelta

import pytest

from backoffice.flow import issue, overrule, stock
from backoffice.models import AccessGrant, Fob, IssuedCode
from backoffice.states import CodeState
from tests.flow.lent import AFTER, DURING, NOW, SOON, START, Desk, codes, later, loans, word

pytestmark = pytest.mark.django_db
PUT = "PUT /api/v1/fob"


@pytest.fixture
def desk(sandbox):
    return Desk(sandbox)


@pytest.fixture
def two(sandbox):
    return Desk(sandbox, count=2)


def cancel(occurrence):
    occurrence.booking.status = "cancelled"
    occurrence.booking.save()


def move(occurrence, by):
    occurrence.starts_at += by
    occurrence.ends_at += by
    occurrence.save()


def test_a_fob_is_lent_for_the_access_window_and_read_back(desk):
    desk.booked()
    desk.pass_()
    [(state, known, number)] = codes("state", "known", "card_number")
    assert (state, known, number) == (CodeState.ACTIVE, "confirmed", "30001")
    assert desk.opening() == ["Fob 1"]
    assert desk.opening(START - timedelta(minutes=16)) == desk.opening(START + timedelta(minutes=75)) == []


def test_a_fob_opens_no_other_door_than_its_guests(desk):
    desk.booked()
    desk.pass_()
    assert desk.opening(ref="502") == []


def test_all_doors_of_a_stay_are_one_fob_one_user_and_two_writes(desk):
    desk.booked("501", "502")
    desk.pass_()
    assert desk.opening(ref="501") == desk.opening(ref="502") == ["Fob 1"]
    assert (len(loans()), len(desk.site.calls("POST")), len(desk.site.calls(PUT))) == (1, 1, 1)


def test_nothing_is_lent_long_before_it_is_needed(desk):
    desk.booked()
    desk.pass_(NOW)
    assert (loans(), desk.site.calls(PUT)) == ([], [])


def test_a_second_pass_lends_nothing_and_asks_nothing(desk):
    desk.booked()
    desk.pass_()
    calls = len(desk.site.calls())
    assert not issue.fobs_due(desk.account, SOON)
    desk.pass_(later(1))
    assert (len(desk.site.calls()), len(loans())) == (calls, 1)


def test_a_cancelled_guests_fob_opens_nothing_and_is_free(desk):
    booking = desk.booked()
    desk.pass_()
    cancel(booking)
    desk.pass_(later(1))
    assert (codes("state"), desk.opening()) == ([CodeState.REVOKED], [])
    assert loans()[0].returned_at


def test_a_cancelled_guest_who_has_the_fob_keeps_it_from_others_until_it_is_checked_in(desk):
    first = desk.booked()
    desk.pass_()
    stock.hand_out(desk.fobs[0], word())
    cancel(first)
    desk.booked("502")
    desk.pass_(later(1))
    assert desk.opening() == desk.opening(ref="502") == []
    stock.check_in(desk.fobs[0], word(later(200)))
    desk.pass_(later(95))
    assert desk.opening(ref="502") == ["Fob 1"]


def test_a_moved_window_moves_the_loan_of_the_same_fob(two):
    booking = two.booked()
    two.pass_()
    [before] = two.opening()
    move(booking, timedelta(minutes=30))
    two.pass_(later(31))
    assert two.opening(START) == []
    assert two.opening(START + timedelta(minutes=90)) == [before]
    assert len(loans()) == 1


def test_a_fob_whose_booking_moved_to_tomorrow_is_free_today_and_lent_again_tomorrow(desk):
    booking = desk.booked()
    desk.pass_()
    move(booking, timedelta(days=1))
    desk.pass_(later(1))
    assert (desk.opening(), desk.opening(DURING + timedelta(days=1))) == ([], [])
    assert loans()[0].returned_at
    desk.pass_(SOON + timedelta(days=1))
    assert desk.opening(DURING + timedelta(days=1)) == ["Fob 1"]


def test_a_guest_who_is_inside_keeps_his_fob_when_his_booking_is_cut(desk):
    booking = desk.booked()
    desk.pass_()
    booking.ends_at -= timedelta(minutes=15)
    booking.save()
    desk.pass_(START + timedelta(minutes=10))
    assert desk.opening() == ["Fob 1"]


def test_two_guests_at_once_get_two_fobs(two):
    two.booked()
    two.booked()
    two.pass_()
    assert two.opening() == ["Fob 1", "Fob 2"]


def test_two_guests_in_turn_get_the_same_fob(desk):
    desk.booked()
    desk.booked("502", start=START + timedelta(hours=2))
    desk.pass_()
    stock.hand_out(desk.fobs[0], word())
    stock.check_in(desk.fobs[0], word(START + timedelta(minutes=80)))
    desk.pass_(START + timedelta(minutes=81))
    assert desk.opening(START + timedelta(hours=2), "502") == ["Fob 1"]
    assert len(loans()) == 2


def test_a_fob_that_nobody_came_for_is_free_by_itself(desk):
    desk.booked()
    desk.pass_()
    desk.booked("502", start=START + timedelta(hours=4))
    desk.pass_(AFTER)
    first, second = loans()
    assert (first.returned_at, first.returned_by, second.returned_at) == (AFTER, None, None)


def test_an_overdue_fob_is_not_lent_again(desk):
    desk.booked()
    desk.pass_()
    stock.hand_out(desk.fobs[0], word())
    desk.booked("502", start=START + timedelta(hours=4))
    desk.pass_(AFTER)
    assert len(loans()) == 1
    assert "Fob 1 not back yet" in AccessGrant.objects.get(door=desk.doors["502"]).reason


def test_a_fob_that_a_door_has_seen_is_out_whatever_staff_noted(desk):
    desk.booked()
    desk.pass_()
    IssuedCode.objects.update(seen_at=DURING)
    desk.booked("502", start=START + timedelta(hours=4))
    desk.pass_(AFTER)
    assert len(loans()) == 1


# ----------------------------------------------------------------------------------------------- lost


OUT_OF_USE = pytest.mark.parametrize(
    ("out", "back"), [(stock.lost, stock.found), (stock.broken, stock.repaired)], ids=["lost", "broken"]
)


@OUT_OF_USE
def test_a_fob_out_of_use_opens_nothing_and_its_guest_gets_another(two, out, back):
    two.booked()
    two.pass_()
    stock.hand_out(two.fobs[0], word())
    out(two.fobs[0], word(later(20), "the guest lost it"))
    two.pass_(later(20))
    assert two.opening() == ["Fob 2"]
    two.fobs[0].refresh_from_db()
    assert two.fobs[0].shut_at == later(20)


@OUT_OF_USE
def test_a_fob_out_of_use_that_nobody_has_is_shut_too(desk, out, back):
    there = desk.site.people[int(desk.fobs[0].ref)]
    there.user_id = desk.site.add_user(id_num="BY-HAND", levels=[11], card_num="9").id
    assert desk.opening() == ["Fob 1"]
    out(desk.fobs[0], word())
    assert issue.fobs_due(desk.account, SOON)
    desk.pass_(later(1))
    assert desk.opening() == []


@OUT_OF_USE
def test_a_fob_out_of_use_stays_to_be_shut_until_the_vendor_has_done_it(desk, out, back):
    out(desk.fobs[0], word())
    desk.site.fail("status", PUT, status=500, times=9)
    done = desk.pass_(later(1))
    assert (done.error != "", Fob.objects.get().shut_at) == (True, None)
    desk.site.faults.clear()
    desk.pass_(later(2))
    assert Fob.objects.get().shut_at == later(2)


@OUT_OF_USE
def test_a_fob_out_of_use_is_in_no_pool_until_it_is_there_again(desk, out, back):
    out(desk.fobs[0], word())
    desk.booked()
    desk.pass_()
    assert (loans(), AccessGrant.objects.get().state) == ([], "blocked")
    back(desk.fobs[0], word(later(5)))
    desk.pass_(later(5))
    assert desk.opening() == ["Fob 1"]


def test_a_fob_checked_in_by_mistake_opens_all_doors_again_once_any_of_them_is_issued_anew(desk):
    desk.booked("501", "502")
    desk.pass_()
    stock.hand_out(desk.fobs[0], word())
    desk.pass_(DURING)
    stock.check_in(desk.fobs[0], word(DURING))
    desk.pass_(later(1, DURING))
    assert desk.opening(DURING) == []
    overrule.reissue(AccessGrant.objects.get(door=desk.doors["502"]), word(later(2, DURING)))
    desk.pass_(later(3, DURING))
    assert desk.opening(DURING) == desk.opening(DURING, "502") == ["Fob 1"]
