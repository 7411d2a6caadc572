"""A fob that staff gave to somebody is his, from the word on, though nobody has asked the vendor yet."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction

from backoffice import accounts
from backoffice.flow import grant, issue, overrule, stock
from backoffice.models import AccessGrant, FobLoan, Override
from backoffice.word import NotPossible
from tests.flow.lent import DURING, SOON, START, Desk, later, loans, word

pytestmark = pytest.mark.django_db
ANNE, BEN = overrule.Person("Anne Abel"), overrule.Person("Ben Brandt")


@pytest.fixture
def desk(sandbox):
    return Desk(sandbox, count=2)


def lend(desk, person, number=1, now=SOON):
    return overrule.lend(desk.fobs[number - 1], desk.doors["501"], person, DURING, word(now))


def refused(act, *args, **more):
    with pytest.raises(NotPossible) as error:
        act(*args, **more)
    return str(error.value)


def test_a_fob_just_lent_is_not_lent_to_a_second_guest(desk):
    lend(desk, ANNE)
    said = refused(lend, desk, BEN)
    assert said.startswith("Fob 1 is promised to somebody already, for Door 501, Mon 9 Mar 16:30–18:30, by ")
    assert Override.objects.count() == 1
    assert "Anne" not in said


def test_a_fob_stays_promised_until_the_vendor_could_be_asked(desk):
    lend(desk, ANNE)
    assert "promised" in refused(lend, desk, BEN, now=later(30))


def test_each_of_two_guests_has_the_fob_that_he_was_handed(desk):
    lend(desk, ANNE, 2)
    lend(desk, BEN, 1)
    desk.pass_()
    had = {loan.grant.person.person_name: str(loan.fob) for loan in loans() if loan.handed_at}
    assert had == {"Anne Abel": "Fob 2", "Ben Brandt": "Fob 1"}


def test_a_word_taken_back_promises_nothing(desk):
    overrule.release(lend(desk, ANNE), word())
    assert lend(desk, BEN).person_name == "Ben Brandt"


def test_a_loan_that_was_denied_promises_nothing(desk):
    lend(desk, ANNE)
    grant.replan(SOON)
    overrule.deny(AccessGrant.objects.get(), DURING, word())
    grant.replan(SOON)
    assert lend(desk, BEN).person_name == "Ben Brandt"


def test_a_fob_that_came_back_is_lent_again(desk):
    lend(desk, ANNE)
    desk.pass_()
    stock.check_in(desk.fobs[0], word(later(5)))
    desk.pass_(later(6))
    assert lend(desk, BEN, now=later(7)).person_name == "Ben Brandt"


def test_a_fob_given_to_a_guest_is_not_lent_at_the_desk(desk):
    desk.booked(start=START + timedelta(hours=5))
    desk.pass_()
    stock.give(AccessGrant.objects.get(), desk.fobs[0], word())
    assert "promised" in refused(lend, desk, BEN)


def test_a_fob_lent_at_the_desk_is_not_given_to_a_guest(desk):
    desk.booked(start=START + timedelta(hours=5))
    desk.pass_()
    lend(desk, BEN, now=later(-10))
    assert "promised" in refused(stock.give, AccessGrant.objects.get(), desk.fobs[0], word())


def test_a_guest_who_was_given_another_fob_is_promised_the_last_alone(desk):
    desk.booked(start=START + timedelta(hours=5))
    desk.pass_()
    for fob in desk.fobs:
        stock.give(AccessGrant.objects.get(), fob, word())
    assert lend(desk, BEN, 1).person_name == "Ben Brandt"


def test_a_fob_given_to_a_guest_who_has_it_is_promised_no_more(desk):
    desk.booked(start=START + timedelta(hours=5))
    desk.pass_()
    stock.give(AccessGrant.objects.get(), desk.fobs[0], word())
    desk.pass_(later(1))
    stock.check_in(desk.fobs[0], word(later(2)))
    FobLoan.objects.update(returned_at=later(3))
    assert lend(desk, BEN, now=later(4)).person_name == "Ben Brandt"


def test_a_guest_whose_fob_is_due_anyway_does_not_get_a_promised_one(desk):
    desk.booked()
    grant.replan(SOON)
    lend(desk, ANNE)  # before the vendor is asked for what was planned
    issue.issue_due(desk.account, accounts.access_provider(desk.account), SOON)
    desk.pass_(later(1))
    had = {loan.grant.person_id is None: str(loan.fob) for loan in loans()}
    assert had == {True: "Fob 2", False: "Fob 1"}


@pytest.mark.django_db(transaction=True)
def test_of_two_requests_at_once_one_has_the_fob(desk):
    said = []

    def second():
        said.append(refused(lend, desk, BEN))
        connection.close()

    other = threading.Thread(target=second)
    with transaction.atomic():
        lend(desk, ANNE)
        other.start()
        other.join(0.4)  # it must wait for the first one's end
    other.join()
    assert "promised" in said[0]
    assert Override.objects.get().person_name == "Anne Abel"
