"""Fobs when things go wrong and when staff step in: never a second fob, never one that opens too long."""

from __future__ import annotations

from datetime import timedelta

import pytest

from backoffice import accounts
from backoffice.flow import grant, issue, overrule, stock
from backoffice.models import AccessGrant, Fob, FobLoan, IssuedCode, Occurrence
from backoffice.states import CodeState
from tests.flow.lent import AFTER, DURING, SOON, START, Desk, codes, later, loans, word

pytestmark = pytest.mark.django_db
PUT = "PUT /api/v1/fob"
TURNS = 3  # sends of one loan that is not answered


@pytest.fixture
def desk(sandbox):
    return Desk(sandbox)


@pytest.fixture
def two(sandbox):
    return Desk(sandbox, count=2)


def cancel(occurrence):
    occurrence.booking.status = "cancelled"
    occurrence.booking.save()


@pytest.mark.parametrize("fault", ["drop_before", "drop_after"])
def test_a_vendor_that_goes_silent_costs_no_second_fob(two, fault):
    two.booked()
    two.site.fail(fault, PUT, times=3)
    two.pass_()
    two.site.faults.clear()
    two.pass_(later(30))
    assert (len(two.opening()), len(loans()), codes("state")) == (1, 1, [CodeState.ACTIVE])


def test_a_guest_who_cancels_while_the_vendor_is_silent_is_left_with_nothing(desk):
    booking = desk.booked()
    desk.site.fail("status", PUT, status=500, times=9)
    desk.pass_()
    desk.site.faults.clear()
    cancel(booking)
    desk.pass_(later(1))
    assert (desk.opening(), codes("state")) == ([], [CodeState.REVOKED])
    assert loans()[0].returned_at


def test_a_vendor_that_is_down_is_asked_for_a_few_fobs_and_not_for_all(sandbox):
    many = Desk(sandbox, count=6)
    for _ in many.fobs:
        many.booked()
    many.site.fail("status", PUT, status=503, times=99)
    many.pass_()
    few = 3 * TURNS
    assert len(many.site.calls(PUT)) == few
    many.site.faults.clear()
    many.pass_(later(10))
    assert len(many.opening()) == 6
    asked = len(many.site.calls(PUT))
    for occurrence in Occurrence.objects.all():
        cancel(occurrence)
    many.site.fail("status", PUT, status=503, times=99)
    many.pass_(later(11))
    assert len(many.site.calls(PUT)) == asked + few
    many.site.faults.clear()
    many.pass_(later(30))
    assert many.opening() == []


def test_a_vendor_that_is_down_is_asked_to_shut_a_few_lost_fobs_and_not_all(sandbox):
    many = Desk(sandbox, count=6)
    for fob in many.fobs:
        stock.lost(fob, word())
    many.site.fail("status", PUT, status=503, times=99)
    many.pass_()
    assert len(many.site.calls(PUT)) == 3 * TURNS
    many.site.faults.clear()
    many.pass_(later(1))
    assert not Fob.objects.filter(shut_at=None).exists()


def test_a_dead_workers_fob_is_the_one_that_is_lent(two):
    two.booked()
    grant.replan(SOON)
    code = IssuedCode.objects.get()
    chosen = two.fobs[1]
    IssuedCode.objects.update(state=CodeState.ISSUING, card_number=chosen.card_number)
    window = {"starts_at": code.starts_at, "ends_at": code.ends_at}
    held = {"holder_key": code.holder_key, "holder_number": "500001"}
    FobLoan.objects.create(fob=chosen, grant=code.grant, code=code, **held, **window)
    two.pass_()
    assert (two.opening(), len(loans())) == (["Fob 2"], 1)


@pytest.mark.parametrize("step", ["issue", "lend"])
@pytest.mark.parametrize("asked", [True, False])
def test_a_worker_that_dies_at_any_call_is_taken_over_without_a_second_fob(two, step, asked):
    two.booked()
    grant.replan(SOON)
    provider = accounts.access_provider(two.account)
    call = getattr(provider, step)

    def dies(*given):
        if asked:
            call(*given)
        raise SystemExit

    setattr(provider, step, dies)
    with pytest.raises(SystemExit):
        issue.issue_due(two.account, provider, SOON)
    assert codes("state") == [CodeState.ISSUING]
    two.pass_(later(1))
    assert (len(two.opening()), len(loans()), codes("state")) == (1, 1, [CodeState.ACTIVE])


def test_a_fob_that_the_vendor_refuses_needs_a_person(desk):
    desk.booked()
    body = '{"result": ["no"], "errors": [{"error": ["Fob is broken"], "input_data": {}}]}'
    desk.site.fail("status", PUT, status=400, body=body)
    desk.pass_()
    assert codes("state", "error") == [(CodeState.FAILED, "Fob is broken")]


def test_a_wrong_key_stops_the_account_and_leaves_the_code_to_be_lent(desk):
    desk.booked()
    desk.site.fail("status", PUT, status=401)
    desk.pass_()
    desk.account.refresh_from_db()
    assert (codes("state"), bool(desk.account.stopped_at)) == ([CodeState.PLANNED], True)


def test_the_guests_user_has_a_card_number_of_its_own_that_nobody_is_told(desk):
    desk.booked()
    desk.pass_()
    [loan] = loans()
    assert desk.site.user(loan.holder_key).card_num == loan.holder_number != desk.fobs[0].card_number
    assert codes("secret") == [""]


def test_the_user_of_a_fob_that_was_taken_back_is_disabled(desk):
    booking = desk.booked()
    desk.pass_()
    cancel(booking)
    desk.pass_(later(1))
    user = desk.site.user(loans()[0].holder_key)
    assert (user.enabled, user.levels) == (False, [])


# --------------------------------------------------------------------------------------- staff's word


def test_a_fob_that_comes_back_early_opens_nothing_and_the_guest_gets_no_other(two):
    two.booked()
    two.pass_()
    stock.hand_out(two.fobs[0], word())
    stock.check_in(two.fobs[0], word(DURING))
    two.pass_(DURING)
    two.pass_(DURING + timedelta(minutes=5))
    assert (two.opening(), AccessGrant.objects.get().state) == ([], "ended")


def test_a_reissue_after_that_lends_again(desk):
    desk.booked()
    desk.pass_()
    stock.hand_out(desk.fobs[0], word())
    stock.check_in(desk.fobs[0], word(DURING))
    desk.pass_(DURING)
    overrule.reissue(AccessGrant.objects.get(), word(DURING + timedelta(minutes=1)))
    desk.pass_(DURING + timedelta(minutes=1))
    assert desk.opening(DURING + timedelta(minutes=5)) == ["Fob 1"]


def test_a_re_issue_lends_another_fob_and_shuts_the_first(two):
    two.booked()
    two.pass_()
    overrule.reissue(AccessGrant.objects.get(), word(later(5)))
    two.pass_(later(5))
    assert two.opening() == ["Fob 2"]
    assert [bool(loan.returned_at) for loan in loans()] == [True, False]


def test_staff_lend_the_fob_in_their_hand_at_once(two):
    person = overrule.Person("Uwe Helm")
    overrule.lend(two.fobs[1], two.doors["501"], person, DURING, word())
    two.pass_()
    assert two.opening(START) == ["Fob 2"]
    [loan] = loans()
    assert (loan.handed_at, loan.handed_by) == (SOON, loan.grant.person.author)


def test_a_card_door_opens_by_fob_where_staff_say_so(desk):
    desk.doors["501"].method = "card"
    desk.doors["501"].save()
    booking = desk.booked().booking
    desk.pass_()
    overrule.use_method(booking, "fob", AFTER, word(later(1)))
    desk.pass_(later(1))
    assert codes("method", "state") == [("card", "revoked"), ("fob", "active")]
    assert desk.opening() == ["Fob 1"]


def test_one_worker_at_a_time_chooses_fobs(desk):
    desk.booked()
    grant.replan(SOON)
    provider = accounts.access_provider(desk.account)
    issue.issue_due(desk.account, provider, SOON)
    issue.issue_due(desk.account, provider, SOON)
    assert len(loans()) == 1
