"""What a source tells staff now: kept for a minute, and shown with its time when the source is silent."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from backoffice.flow.desk import reads
from integrations.types import FreeQuery
from tests.factories import NOW, AccountFactory
from tests.flow.halls import town_hall

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 10)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def hall(sandbox):
    return town_hall(sandbox)


def test_an_answer_is_kept_for_a_minute(hall):
    for seconds in (0, 30, 59):
        reads.stock(hall.account, NOW + timedelta(seconds=seconds))
    assert hall.asked("inventory_list") == 1
    assert reads.stock(hall.account, NOW + MINUTE).at == NOW + MINUTE
    assert hall.asked("inventory_list") == 2


def test_a_silent_source_shows_its_last_answer_with_its_time(hall):
    known = reads.stock(hall.account, NOW)
    hall.shop.fail("status", "inventory_list", status=503, times=3)
    told = reads.stock(hall.account, NOW + 2 * MINUTE)
    assert (told.value, told.at) == (known.value, NOW)
    assert "could not be asked just now" in told.trouble


def test_a_source_that_does_not_answer_is_left_alone_for_a_while(hall):
    hall.shop.fail("status", "inventory_list", status=503, times=30)
    for seconds in (0, 5, 19):
        assert reads.stock(hall.account, NOW + timedelta(seconds=seconds)).trouble
    assert hall.asked("inventory_list") == 3  # one read, tried three times


def test_a_bad_key_is_said_in_words(hall):
    hall.shop.revoke_key()
    assert "A manager must look" in reads.stock(hall.account, NOW).trouble


def test_an_account_that_is_stopped_is_not_asked(hall):
    hall.account.stopped_at, hall.account.stopped_reason = NOW, "the key is wrong"
    told = reads.stock(hall.account, NOW)
    assert (told.value, hall.asked("inventory_list")) == (None, 0)
    assert "the key is wrong" in told.trouble


def test_a_vendor_that_tells_no_such_thing_says_so():
    account = AccountFactory(
        secrets={"client_id": "i", "client_secret": "s", "redirect_uri": "https://x.test", "token": {"a": 1}}
    )
    assert "does not tell this" in reads.stock(account, NOW).trouble
    assert "does not tell this" in reads.invoices(account, NOW).trouble


def test_after_a_write_the_source_is_asked_anew(hall):
    reads.stock(hall.account, NOW)
    reads.forget(hall.account)
    reads.stock(hall.account, NOW)
    assert hall.asked("inventory_list") == 2


def test_a_booking_has_its_own_invoices_and_things(hall):
    booking = hall.booked("10 18:00", "10 20:00")
    other = hall.booked("11 18:00", "11 20:00")
    hall.shop.store.bookings[int(booking.ref)].inventory = {1890: 12}
    (invoice,) = reads.invoices_of(booking, NOW).value
    assert invoice.payment_label == "Bezahlt"
    assert reads.invoices_of(other, NOW).value == ()
    assert {each.quantity for each in reads.booked_along(booking, NOW).value} >= {12}


def test_a_customer_has_their_own_invoices(hall):
    hall.booked("10 18:00", "10 20:00")
    assert len(reads.invoices_of(hall.customer(), NOW).value) == 1
    hall.shop.add_customer("Ole", "Brandt", "ole@example.test", id=20904)
    hall.read()
    other = type(hall.customer()).objects.get(ref="20904")
    assert reads.invoices_of(other, NOW).value == ()


def test_nothing_of_the_answer_as_it_came_is_kept(hall):
    hall.booked("10 18:00", "10 20:00")
    told = (reads.invoices(hall.account, NOW), reads.stock(hall.account, NOW))
    assert not any(each.raw for found in told for each in found.value)


def test_a_part_is_open_when_its_whole_is(hall):
    part, whole = reads.place(hall.resource("71"), NOW), reads.place(hall.resource("70"), NOW)
    assert part.value == whole.value
    assert part.value.open_today


def test_free_times_are_told_by_resource_and_day(hall):
    hall.booked("10 08:00", "10 21:00")
    told = reads.free(hall.account, FreeQuery(DAY, DAY, ("70",)), NOW)
    assert [len(told.value[ref].get(DAY, ())) for ref in ("71", "72")] == [1, 14]


def test_filters_that_cannot_be_are_said_in_words(hall):
    told = reads.free(hall.account, FreeQuery(DAY, DAY - timedelta(days=1)), NOW)
    assert "the last day is before the first" in told.trouble


def test_what_takes_place_is_told_with_its_bookings(hall):
    booking = hall.booked("10 18:00", "10 20:00")
    (party,) = reads.occasions(hall.account, date(2026, 5, 1), date(2026, 5, 31), NOW).value
    assert party.title == "Sommerfest"
    assert reads.occasion(hall.account, party.ref, NOW).value.booking_refs == (booking.ref,)
    assert reads.owner(hall.account, NOW).value["city"] == "Musterstadt"
