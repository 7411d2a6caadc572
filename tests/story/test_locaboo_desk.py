"""A booking that staff have the town hall make, change and cancel, asked of the locks."""

from __future__ import annotations

from datetime import date, time

import pytest

from backoffice import tasks
from backoffice.flow import desk
from backoffice.flow.desk import bookings, customers
from backoffice.flow.desk.bookings import Change
from backoffice.models import Booking, Finding, Resource, StaffAct, VendorAccount, VendorWrite
from backoffice.states import WriteState
from backoffice.word import Word
from integrations.types import AddOrder, Hours, Once, Series, Weekly
from tests.factories import UserFactory
from tests.story.conftest import berlin


@pytest.fixture
def halls(house):
    """The town hall's account, mirrored."""
    house.sync()
    return VendorAccount.objects.get(slug="halls")


@pytest.fixture
def word(house):
    return lambda: Word(UserFactory(), "asked at the desk", house.server.vendors.clock.now())


def tonight(customer="4711"):
    return AddOrder("80", Once(berlin("18:00"), berlin("20:00")), customer_ref=customer)


def made(house, write):
    """What follows a write that staff asked for."""
    tasks.take_over(write)
    house.sync()
    return Booking.objects.get(ref=write.ref)


def test_a_guest_who_books_at_the_desk_gets_in_tonight(house, halls, word):
    write = bookings.add(halls, tonight(), word())
    booking = made(house, write)
    assert booking.customer.name == "Emil Vogel"
    assert house.gets_in(booking.ref, berlin("18:30"))
    assert not house.gets_in(booking.ref, berlin("21:30"))
    assert len(house.told(booking.ref)) == 1


def test_somebody_who_was_not_known_an_hour_ago_gets_in_too(house, halls, word):
    person = {"first_name": "Ole", "last_name": "Lund", "email": "ole@example.test"}
    customer = customers.add(halls, person, word())
    tasks.take_over(customer)
    booking = made(house, bookings.add(halls, tonight(customer.ref), word()))
    assert house.gets_in(booking.ref, berlin("18:30"))
    assert house.mails[-1].to == ["ole@example.test"]


def test_a_booking_that_staff_moved_opens_at_its_new_time_only(house, halls, word):
    booking = made(house, bookings.add(halls, tonight(), word()))
    to = Change(Resource.objects.get(account=halls, ref="80"), berlin("20:30"), berlin("22:00"))
    made(house, bookings.change(booking, to, word()))
    assert house.gets_in(booking.ref, berlin("21:00"))
    assert not house.gets_in(booking.ref, berlin("18:30"))


def test_a_booking_that_staff_cancelled_opens_nothing(house, halls, word):
    booking = made(house, bookings.add(halls, tonight(), word()))
    codes = house.codes(booking.ref)
    made(house, bookings.cancel(booking, word()))
    assert codes
    assert not any(house.opens(code, berlin("18:30")) for code in codes)


def test_a_series_opens_on_each_of_its_evenings(house, halls, word):
    first, last = date(2026, 3, 9), date(2026, 3, 17)
    mondays = Weekly(((0, Hours(time(18), time(20))),))
    booking = made(house, bookings.add(halls, AddOrder("80", Series(first, last, mondays)), word()))
    assert [each.starts_at for each in booking.occurrences.all()] == [
        berlin("18:00", "2026-03-09"),
        berlin("18:00", "2026-03-16"),
    ]


def test_a_write_in_doubt_is_told_and_found_by_the_next_reading_and_settled_by_staff(house, halls, word):
    house.locaboo.fail("drop_after", "booking_add")
    write = bookings.add(halls, tonight(), word())
    tasks.take_over(write)
    house.sync()
    assert Finding.objects.filter(kind="write_in_doubt", closed_at=None).exists()
    found = Booking.objects.get(ref=write.candidates[0])
    assert house.gets_in(found.ref, berlin("18:30")), "whoever made it, it counts"
    desk.settle(write, done=True, word=word())
    assert write.booking == found
    house.sync()
    assert not Finding.objects.filter(kind="write_in_doubt", closed_at=None).exists()
    assert StaffAct.objects.filter(verb="vendor was done").exists()


def test_days_without_a_word_of_staff_write_nothing_at_the_source(house, halls, word):
    made(house, bookings.add(halls, tonight(), word()))
    before = VendorWrite.objects.count()
    for _ in range(4):
        house.later(hours=1)
        house.sync()
    writes = ("booking_save", "booking_add", "customer_add", "customer_edit", "customer_address_add")
    assert sum(len(house.locaboo.calls(name)) for name in writes) == 1
    assert (VendorWrite.objects.count(), VendorWrite.objects.get().state) == (before, WriteState.DONE)
