"""What a guest is told whose door opens by fob: early, once, and nothing when he gives it back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from backoffice.flow import deliver, grant, stock
from backoffice.models import AccessGrant, Notice
from tests.flow.lent import DURING, NOW, SOON, Desk, word

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(sandbox):
    return Desk(sandbox)


def told(now):
    deliver.deliver(now)
    return [(notice.kind, notice.state) for notice in Notice.objects.order_by("pk")]


def test_the_guest_is_told_where_to_collect_the_fob_long_before_it_is_lent(desk, mailoutbox):
    desk.booked("501", "502")
    grant.replan(NOW)
    assert told(NOW) == [("access", "sent")]
    assert "collect it at the desk of Centre" in mailoutbox[0].body
    assert "With the same key fob." in mailoutbox[0].body


def test_lending_the_fob_is_no_news_to_him(desk):
    desk.booked()
    grant.replan(NOW)
    told(NOW)
    desk.pass_()
    assert told(SOON + timedelta(minutes=1)) == [("access", "sent")]


def test_a_guest_who_gives_his_fob_back_is_not_written_to(desk):
    desk.booked()
    desk.pass_()
    told(SOON)
    stock.hand_out(desk.fobs[0], word())
    stock.check_in(desk.fobs[0], word(DURING))
    desk.pass_(DURING)
    assert told(DURING) == [("access", "sent")]


def test_a_guest_who_swaps_his_fob_or_takes_it_early_is_not_written_to(sandbox):
    two = Desk(sandbox, count=2)
    two.booked()
    grant.replan(NOW)
    told(NOW)
    stock.give(AccessGrant.objects.get(), two.fobs[0], word(NOW))
    two.pass_(NOW + timedelta(minutes=1))
    assert told(NOW + timedelta(minutes=2)) == [("access", "sent")]
    stock.swap(two.fobs[0], two.fobs[1], word(DURING), broken=True)
    two.pass_(DURING)
    assert told(DURING + timedelta(minutes=1)) == [("access", "sent")]


def test_a_guest_whose_fob_has_other_hours_is_told(desk):
    stay = desk.booked()
    grant.replan(NOW)
    told(NOW)
    stay.starts_at += timedelta(minutes=30)
    stay.ends_at += timedelta(minutes=30)
    stay.save()
    grant.replan(NOW)
    assert told(NOW) == [("access", "sent"), ("changed", "sent")]


def test_a_guest_of_a_pool_that_is_short_is_told_nothing_yet(desk):
    desk.booked()
    desk.booked("502")
    grant.replan(NOW)
    assert len(told(NOW)) == 1
