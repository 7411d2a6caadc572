"""What needs a person about fobs and access levels: said once, beforehand where it can be."""

from __future__ import annotations

from datetime import timedelta

import pytest

from backoffice import pools
from backoffice.flow import audit, grant, stock
from backoffice.models import AccessGrant, Door, Finding
from tests.factories import RunFactory, VenueFactory
from tests.flow.lent import AFTER, DURING, NOW, START, Desk, later, word

pytestmark = pytest.mark.django_db
PUT = "PUT /api/v1/fob"


@pytest.fixture
def desk(sandbox):
    return Desk(sandbox)


def found(kind, now=NOW):
    audit.findings(now)
    return [row.text for row in Finding.objects.filter(kind=kind, closed_at=None).order_by("pk")]


def handed_out(desk):
    desk.booked()
    desk.pass_()
    stock.hand_out(desk.fobs[0], word())


def test_a_fob_that_is_not_back_is_found_when_its_rest_is_over_and_until_it_is_checked_in(desk):
    handed_out(desk)
    end = START + timedelta(minutes=75)
    assert found("fob_overdue", end + timedelta(minutes=29)) == []
    [text] = found("fob_overdue", end + timedelta(minutes=30))
    assert "Fob 1 is not back: Ida Kern" in text
    stock.check_in(desk.fobs[0], word(AFTER))
    assert found("fob_overdue", AFTER) == []


def test_a_fob_that_nobody_came_for_is_not_overdue(desk):
    desk.booked()
    desk.pass_()
    assert found("fob_overdue", AFTER) == []


def test_a_broken_fob_that_may_open_still_is_told_of_as_broken(desk):
    stock.broken(desk.fobs[0], word(reason="it does not open"))
    [text] = found("fob_lost_open", later(1))
    assert "Fob 1 is broken (it does not open) and may open doors still" in text


def test_a_lost_fob_is_found_until_the_vendor_has_shut_it(desk):
    stock.lost(desk.fobs[0], word(reason="left in a taxi"))
    [text] = found("fob_lost_open", later(1))
    assert "Fob 1 is lost (left in a taxi) and may open doors still" in text
    desk.pass_(later(2))
    assert found("fob_lost_open", later(2)) == []


def test_a_pool_that_will_be_too_small_is_said_beforehand(desk):
    for _ in range(3):
        desk.booked(start=START + timedelta(days=3))
    grant.replan(NOW)
    [text] = found("fobs_short")
    assert "Thu 12 Mar 17:45–19:15: 3 are needed at once, and one is there" in text


def test_a_pool_that_is_too_small_only_later_is_not_yet_said(desk):
    for _ in range(2):
        desk.booked(start=START + timedelta(days=8))
    grant.replan(NOW)
    assert found("fobs_short") == []


def test_guests_in_turn_need_one_fob_and_guests_too_close_need_two(desk):
    desk.booked()
    second = desk.booked("502", start=START + timedelta(hours=2))
    grant.replan(NOW)
    assert found("fobs_short") == []
    second.starts_at -= timedelta(minutes=1)
    second.save()
    grant.replan(NOW)
    assert len(found("fobs_short")) == 1


def test_two_doors_of_one_stay_need_one_fob(desk):
    desk.booked("501", "502")
    grant.replan(NOW)
    assert found("fobs_short") == []


def test_an_overdue_and_a_lost_fob_do_not_count(desk):
    handed_out(desk)
    desk.booked("502", start=START + timedelta(days=1))
    grant.replan(AFTER)
    assert len(found("fobs_short", AFTER)) == 1
    stock.lost(desk.fobs[0], word(AFTER))
    assert len(found("fobs_short", AFTER)) == 1


def test_how_many_queries_the_forecast_takes_does_not_depend_on_the_bookings(desk, django_assert_num_queries):
    for number in range(6):
        desk.booked(start=START + timedelta(hours=number))
    grant.replan(NOW)
    with django_assert_num_queries(2):
        (pool,) = pools.pools()
    with django_assert_num_queries(2):
        pools.shortage(pool, NOW, NOW + timedelta(days=7))


def test_a_fob_that_somebody_took_long_before_his_time_is_missed_until_then(sandbox):
    two = Desk(sandbox, count=2)
    two.booked(start=START + timedelta(days=3))
    grant.replan(NOW)
    stock.give(AccessGrant.objects.get(), two.fobs[0], word(NOW))
    two.pass_(later(1, NOW))
    two.booked(start=START + timedelta(days=1))
    grant.replan(later(1, NOW))
    assert found("fobs_short", later(1, NOW)) == []
    two.booked("502", start=START + timedelta(days=1))
    grant.replan(later(1, NOW))
    [text] = found("fobs_short", later(1, NOW))
    assert "3 are needed at once, and 2 are there" in text


def test_a_fob_that_lies_elsewhere_is_of_no_use_here(desk):
    stock.put(desk.fobs[0], VenueFactory(name="Harbour"), word(NOW))
    desk.booked()
    grant.replan(NOW)
    [text] = found("fobs_short")
    assert "one is needed, and none is there" in text


def test_a_lent_fob_that_its_vendor_lists_no_more_is_found(desk):
    desk.booked()
    desk.pass_()
    desk.fobs[0].gone_at = later(1)
    desk.fobs[0].save()
    [text] = found("fob_vanished", later(2))
    assert "Re-issue the access" in text


@pytest.mark.parametrize(
    ("chosen", "covered", "said"),
    [
        ("", "599", "no access level of"),
        ("99", "501", "access level 99 is no longer at"),
        ("12", "501", "access level 12 does not open it"),
    ],
)
def test_a_door_that_no_level_covers_is_found_with_the_remedy(desk, chosen, covered, said):
    RunFactory(account=desk.account)
    desk.account.accesslevels.filter(ref="11").update(door_refs=[covered])
    Door.objects.filter(ref="501").update(access_level_ref=chosen)
    [text] = found("door_without_level")
    assert said in text
    desk.account.accesslevels.filter(ref="11").update(door_refs=["501"])
    Door.objects.update(access_level_ref="")
    assert found("door_without_level") == []


def test_before_an_account_was_ever_read_its_doors_are_not_accused(desk):
    desk.account.accesslevels.all().delete()
    assert found("door_without_level") == []


def test_a_guest_whose_fob_is_still_with_the_one_before_is_not_late_until_it_should_be_there(desk):
    handed_out(desk)
    second = START + timedelta(hours=2)
    desk.booked("502", start=second)
    due = second - timedelta(minutes=15)
    desk.pass_(due - timedelta(minutes=40))
    assert found("not_ready", due - timedelta(minutes=40)) == []
    grant.replan(due)
    assert "Fob 1 not back yet" in found("grant_blocked", due)[0]


def test_findings_of_an_unchanged_stock_are_written_once(desk):
    handed_out(desk)
    audit.findings(AFTER)
    assert audit.findings(AFTER) | {"open": 0} == {"opened": 0, "updated": 0, "closed": 0, "open": 0}
    assert desk.opens(desk.fobs[0], DURING)
