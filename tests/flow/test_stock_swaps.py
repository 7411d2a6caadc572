"""A fob given before its time, and one swapped for another, at the sandbox's locks."""

from __future__ import annotations

from datetime import timedelta

import pytest

from backoffice.flow import stock
from backoffice.models import AccessGrant, Fob, FobLoan, StaffAct
from backoffice.word import NotPossible
from tests.flow.lent import DURING, SOON, START, Desk, later, loans, word

pytestmark = pytest.mark.django_db
MORNING = START - timedelta(hours=8)


@pytest.fixture
def desk(sandbox):
    return Desk(sandbox, count=2)


@pytest.fixture
def out(desk):
    """The first fob is at its guest, who is inside; the second is in stock."""
    desk.booked("501", "502")
    desk.pass_()
    stock.hand_out(desk.fobs[0], word())
    desk.pass_(DURING)
    return desk


def in_hand():
    return [str(loan.fob) for loan in loans() if loan.handed_at and loan.returned_at is None]


def refused(act, *args, **more):
    with pytest.raises(NotPossible) as error:
        act(*args, **more)
    return str(error.value)


# -------------------------------------------------------------------------------------------------- swapped


@pytest.mark.parametrize("broken", [True, False])
def test_a_swapped_fob_opens_nothing_and_the_other_one_all_doors_in_its_place(out, broken):
    stock.swap(out.fobs[0], out.fobs[1], word(DURING), broken=broken)
    out.pass_(later(1, DURING))
    assert out.opening(later(2, DURING)) == out.opening(later(2, DURING), "502") == ["Fob 2"]
    assert in_hand() == ["Fob 2"]
    assert loans()[0].returned_by


def test_a_broken_fob_is_out_of_stock_and_shut_at_its_vendor(out):
    assert "lent to nobody" in stock.swap(out.fobs[0], out.fobs[1], word(DURING), broken=True)
    out.pass_(later(1, DURING))
    broken = Fob.objects.get(name="Fob 1")
    assert (broken.out_of_use, broken.shut_at) == ("broken", later(1, DURING))


def test_a_fob_that_works_is_in_stock_again_and_lent_to_the_next(out):
    stock.swap(out.fobs[0], out.fobs[1], word(DURING), broken=False)
    out.pass_(later(1, DURING))
    out.booked(start=START + timedelta(minutes=90))
    out.pass_(later(2, DURING))
    assert [str(loan.fob) for loan in loans()] == ["Fob 1", "Fob 2", "Fob 1"]
    assert out.opening(START + timedelta(minutes=100)) == ["Fob 1"]


def test_a_swap_is_on_record_once_and_a_second_pass_writes_nothing(out):
    stock.swap(out.fobs[0], out.fobs[1], word(DURING), broken=False)
    out.pass_(later(1, DURING))
    before, asked = list(FobLoan.objects.values()), len(out.site.calls("PUT"))
    out.pass_(later(2, DURING))
    assert (list(FobLoan.objects.values()), len(out.site.calls("PUT"))) == (before, asked)
    assert StaffAct.objects.filter(verb="swap").count() == 1


def test_a_swap_whose_answer_is_lost_ends_with_one_fob_that_opens(out):
    out.site.fail("drop_after", "PUT /api/v1/fob", times=4)
    stock.swap(out.fobs[0], out.fobs[1], word(DURING), broken=False)
    out.pass_(later(1, DURING))
    out.pass_(later(10, DURING))
    assert out.opening(later(11, DURING)) == in_hand() == ["Fob 2"]


def test_what_cannot_be_swapped_is_said(out):
    first, second = out.fobs
    assert "at no guest" in refused(stock.swap, second, first, word(DURING), broken=False)
    assert "cannot be given" in refused(stock.swap, first, first, word(DURING), broken=False)
    over = word(START + timedelta(hours=2))
    assert "check it in" in refused(stock.swap, first, second, over, broken=True)
    assert not Fob.objects.exclude(lost_at=None).exists()


# ---------------------------------------------------------------------------------------- before its time


def test_a_fob_given_in_the_morning_opens_in_the_access_window_alone(desk):
    desk.booked()
    desk.pass_(MORNING)
    assert loans() == []
    stock.give(AccessGrant.objects.get(), desk.fobs[1], word(MORNING))
    desk.pass_(later(1, MORNING))
    assert in_hand() == ["Fob 2"]
    assert desk.opening() == ["Fob 2"]
    assert desk.opening(later(2, MORNING)) == desk.opening(START - timedelta(minutes=16)) == []
    desk.pass_(SOON)
    assert len(loans()) == 1


def test_a_fob_given_away_is_promised_to_nobody_else_meanwhile(desk):
    desk.booked()
    desk.pass_(MORNING)
    evening = AccessGrant.objects.get()
    desk.booked(start=MORNING + timedelta(hours=3))
    stock.give(evening, desk.fobs[0], word(MORNING))
    desk.pass_(later(1, MORNING))
    noon = MORNING + timedelta(hours=3, minutes=10)
    desk.pass_(noon)
    assert desk.opening(noon) == ["Fob 2"]


def test_the_only_fob_given_away_leaves_a_guest_before_without_one_and_that_is_said(sandbox):
    desk = Desk(sandbox)
    desk.booked()
    desk.pass_(MORNING)
    stock.give(AccessGrant.objects.get(), desk.fobs[0], word(MORNING))
    desk.booked(start=MORNING + timedelta(hours=3))
    desk.pass_(later(1, MORNING))
    assert set(AccessGrant.objects.values_list("state", flat=True)) == {"granted", "blocked"}
    assert in_hand() == ["Fob 1"]


def test_one_fob_is_not_given_to_two_guests_at_once(desk):
    desk.booked()
    desk.booked()
    desk.pass_(MORNING)
    first, second = AccessGrant.objects.order_by("pk")
    stock.give(first, desk.fobs[0], word(MORNING))
    assert "is promised to somebody" in refused(stock.give, second, desk.fobs[0], word(MORNING))


def test_another_fob_than_the_one_that_waits_is_given(desk):
    desk.booked()
    desk.pass_()
    stock.give(AccessGrant.objects.get(), desk.fobs[1], word(later(1)))
    desk.pass_(later(2))
    assert desk.opening() == in_hand() == ["Fob 2"]
    assert loans()[0].returned_at


def test_a_fob_given_long_before_comes_along_when_the_booking_moves(desk):
    stay = desk.booked()
    desk.pass_(MORNING)
    stock.give(AccessGrant.objects.get(), desk.fobs[0], word(MORNING))
    desk.pass_(later(1, MORNING))
    stay.starts_at += timedelta(hours=5)
    stay.ends_at += timedelta(hours=5)
    stay.save()
    desk.pass_(later(5, MORNING))
    assert desk.opening() == []
    desk.pass_(SOON + timedelta(hours=5))
    assert desk.opening(DURING + timedelta(hours=5)) == in_hand() == ["Fob 1"]


def test_what_cannot_be_given_is_said(out):
    grant = AccessGrant.objects.order_by("pk").first()
    assert "has Fob 1 already" in refused(stock.give, grant, out.fobs[1], word(DURING))
    AccessGrant.objects.update(state="held")
    grant.refresh_from_db()
    assert "held, or over" in refused(stock.give, grant, out.fobs[1], word(DURING))
