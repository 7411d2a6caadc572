"""What staff may do with fobs and what they may not; who did it stays on record."""

from __future__ import annotations

from datetime import timedelta

import pytest

from backoffice.flow import overrule, stock
from backoffice.models import Fob, FobLoan, IssuedCode, Override, StaffAct
from backoffice.word import NotPossible
from tests.factories import VenueFactory
from tests.flow.lent import AFTER, DURING, SOON, Desk, later, word

pytestmark = pytest.mark.django_db
PERSON = overrule.Person("Uwe Helm")


@pytest.fixture
def desk(sandbox):
    return Desk(sandbox)


@pytest.fixture
def fob(desk):
    """A fob that is lent and waits for its guest."""
    desk.booked()
    desk.pass_()
    return desk.fobs[0]


def refused(act, *args):
    with pytest.raises(NotPossible) as error:
        act(*args)
    return str(error.value)


def acts():
    return list(StaffAct.objects.order_by("pk").values_list("verb", "target"))


def test_handing_out_and_checking_in_says_who_and_when(fob):
    out, back = word(), word(DURING)
    stock.hand_out(fob, out)
    stock.check_in(fob, back)
    loan = FobLoan.objects.get()
    assert (loan.handed_at, loan.handed_by, loan.returned_at, loan.returned_by) == (
        SOON,
        out.author,
        DURING,
        back.author,
    )
    assert acts() == [("hand out", f"fob {fob.pk}"), ("check in", f"fob {fob.pk}")]


def test_what_staff_did_with_a_fob_stands_at_its_booking(fob):
    stock.hand_out(fob, word())
    assert StaffAct.objects.get().booking == FobLoan.objects.get().grant.occurrence.booking


def test_a_fob_that_nobody_is_lent_is_not_handed_out(desk):
    assert "lent to nobody" in refused(stock.hand_out, desk.fobs[0], word())


def test_a_fob_is_handed_out_once(fob):
    stock.hand_out(fob, word())
    assert "handed out already, Mon 9 Mar 16:30" in refused(stock.hand_out, fob, word(later(1)))


def test_a_fob_that_the_vendor_has_not_confirmed_is_not_handed_out(fob):
    IssuedCode.objects.update(state="issuing")
    assert "has not confirmed" in refused(stock.hand_out, fob, word())


def test_a_fob_whose_time_is_over_is_not_handed_out(fob):
    assert "opens nothing" in refused(stock.hand_out, fob, word(AFTER))


def test_a_fob_that_waits_for_its_guest_is_not_checked_in(fob):
    assert "nothing to take back" in refused(stock.check_in, fob, word())


def test_a_fob_that_comes_back_before_its_time_waits_again(fob):
    stock.hand_out(fob, word())
    assert "waits for its guest from Mon 9 Mar 17:45" in stock.check_in(fob, word(later(5)))
    loan = FobLoan.objects.get()
    assert (loan.handed_at, loan.returned_at) == (None, None)


def test_a_fob_in_stock_is_not_checked_in(desk):
    assert "nobody has it" in refused(stock.check_in, desk.fobs[0], word())


def test_a_lost_fob_is_not_checked_in_but_found(fob):
    stock.hand_out(fob, word())
    stock.lost(fob, word(later(5)))
    assert "say that it was found" in refused(stock.check_in, fob, word(later(6)))
    stock.found(fob, word(later(7)))
    assert FobLoan.objects.get().returned_at == later(7)


def test_a_fob_is_lost_once_and_found_once(fob):
    stock.lost(fob, word())
    assert "lost already" in refused(stock.lost, fob, word())
    stock.found(fob, word())
    assert "is not lost" in refused(stock.found, fob, word())


def test_a_broken_fob_is_no_lost_one_and_each_comes_back_by_its_own_word(fob):
    stock.broken(fob, word())
    assert (fob.out_of_use, acts()[0]) == ("broken", ("broken", f"fob {fob.pk}"))
    for act in (stock.broken, stock.lost):
        assert "broken already" in refused(act, fob, word())
    assert "is not lost" in refused(stock.found, fob, word())
    assert "is in stock again" in stock.repaired(fob, word())
    assert (fob.out_of_use, fob.broken, acts()[-1][0]) == ("", False, "repaired")


def test_a_lost_fob_is_to_be_found_before_it_is_said_to_be_broken(fob):
    stock.lost(fob, word())
    assert "lost already" in refused(stock.broken, fob, word())
    assert "is not broken" in refused(stock.repaired, fob, word())
    assert Fob.objects.get().out_of_use == "lost"


def test_a_broken_fob_is_not_checked_in_but_repaired(fob):
    stock.hand_out(fob, word())
    stock.broken(fob, word(later(5)))
    assert "counts as broken: say that it works again" in refused(stock.check_in, fob, word(later(6)))
    stock.repaired(fob, word(later(7)))
    assert FobLoan.objects.get().returned_at == later(7)


@pytest.mark.parametrize("act", [stock.lost, stock.broken])
def test_a_fob_out_of_use_whose_guest_is_gone_needs_no_other(fob, act):
    stock.hand_out(fob, word())
    assert "gets another" not in act(fob, word(AFTER))
    assert not Override.objects.exists()


def test_a_fob_lies_where_staff_put_it(desk):
    harbour = VenueFactory(name="Harbour")
    assert stock.put(desk.fobs[0], harbour, word()).venue == harbour
    assert "lies there already" in refused(stock.put, desk.fobs[0], harbour, word())
    assert stock.put(desk.fobs[0], None, word()).venue is None


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"lost_at": SOON}, "is lost"),
        ({"lost_at": SOON, "broken": True}, "is broken"),
        ({"gone_at": SOON}, "no longer listed"),
    ],
)
def test_a_fob_that_is_not_there_is_lent_to_nobody(desk, change, said):
    Fob.objects.update(**change)
    fob = Fob.objects.get()
    assert said in refused(overrule.lend, fob, desk.doors["501"], PERSON, DURING, word())


def test_a_promised_fob_and_one_of_another_pool_are_lent_to_nobody(fob, desk):
    assert "promised" in refused(overrule.lend, fob, desk.doors["501"], PERSON, DURING, word())
    desk.doors["501"].fob_refs = ["1"]
    assert "not of the pool" in refused(overrule.lend, desk.add(2), desk.doors["501"], PERSON, DURING, word())


def test_a_loan_to_somebody_at_the_desk_has_an_end(desk):
    past = SOON - timedelta(minutes=1)
    assert "end" in refused(overrule.lend, desk.fobs[0], desk.doors["501"], PERSON, past, word())


def test_a_method_that_no_door_of_a_booking_has_is_refused(fob):
    booking = FobLoan.objects.get().grant.occurrence.booking
    assert "can be used is card, fob" in refused(overrule.use_method, booking, "netcode", AFTER, word())


def test_a_booking_that_is_over_has_no_other_method(fob):
    booking = FobLoan.objects.get().grant.occurrence.booking
    until = AFTER + timedelta(days=1)
    assert "no access by it" in refused(overrule.use_method, booking, "card", until, word(AFTER))
