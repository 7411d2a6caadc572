"""Bookings in doubt are looked for again, and settled only where what is seen proves it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta

import pytest

from backoffice import tasks
from backoffice.flow.desk import bookings, looks
from backoffice.flow.desk.bookings import Change
from backoffice.models import Booking, VendorWrite
from backoffice.tasks.following import _look_again
from integrations.types import AddOrder, Hours, SaveOrder, SaveStatus, Series, Weekly, WholeDays
from tests.factories import NOW
from tests.flow.halls import at, once, town_hall, word

pytestmark = pytest.mark.django_db
EMIL = {"customer_ref": "4711"}


@pytest.fixture
def hall(sandbox):
    return town_hall(sandbox)


def look(hall, minutes):
    now = NOW + timedelta(minutes=minutes)
    return looks.look(hall.account, list(looks.doubtful(now)), now)


def doubted(hall, order=None, kind="drop_after", **more):
    hall.shop.fail(kind, "booking_add")
    return bookings.add(hall.account, order or once(**EMIL), word(), **more)


def now_is(write):
    found = VendorWrite.objects.get(pk=write.pk)
    return found.state, found.ref, found.text


def newest(hall):
    return str(max(hall.shop.store.bookings))


def writes(hall):
    return hall.asked("booking_add") + hall.asked("booking_save")


@pytest.mark.parametrize(
    "order", [once(**EMIL), AddOrder("80", WholeDays(date(2026, 3, 10), date(2026, 3, 11)), **EMIL)]
)
def test_the_one_booking_of_that_room_time_and_customer_is_it(hall, order):
    write = doubted(hall, order)
    assert look(hall, 2) == [write]
    assert now_is(write) == ("done", newest(hall), looks.DONE)
    assert writes(hall) == 1


def test_a_booking_that_was_found_is_mirrored_and_its_write_leads_to_it(hall, monkeypatch):
    write = doubted(hall)
    VendorWrite.objects.filter(pk=write.pk).update(asked_at=tasks.following.clock() - timedelta(minutes=2))
    assert _look_again(hall.account)
    assert VendorWrite.objects.get().booking == Booking.objects.get(ref=newest(hall))


def test_what_is_not_there_ten_minutes_later_was_not_done(hall):
    write = doubted(hall, kind="drop_before")
    look(hall, 9)
    assert now_is(write)[0] == "in_doubt"
    look(hall, 11)
    assert now_is(write) == ("refused", "", looks.NOT_DONE)
    assert writes(hall) == 1


def test_one_empty_list_proves_nothing(hall):
    write = doubted(hall)
    hall.shop.ghost()
    look(hall, 11)
    assert now_is(write)[0] == "in_doubt"


def test_of_several_that_may_be_it_none_is_taken(hall):
    write = doubted(hall)
    hall.shop.book(71, "2026-03-10 18:00", "2026-03-10 20:00", 4711)
    look(hall, 2)
    assert now_is(write)[:2] == ("in_doubt", "")
    look(hall, 11)
    state, _, text = now_is(write)
    assert state == "in_doubt"
    assert "ten minutes later: there at that time is more than one booking" in text


@pytest.mark.parametrize("more", [{"customer_ref": "4711"}, {"title": "Choir"}, {}])
def test_another_ones_booking_at_that_time_is_not_taken_for_it(hall, more):
    write = doubted(hall, once(**more), "drop_before")
    hall.shop.book(71, "2026-03-10 18:00", "2026-03-10 20:00", None)
    look(hall, 11)
    assert now_is(write)[0] == "in_doubt"
    assert f"there at that time is booking {newest(hall)}, and it need not be it" in now_is(write)[2]


def test_a_booking_that_was_there_before_is_not_it(hall):
    hall.booked("10 18:00", "10 20:00")
    Booking.objects.update(first_seen_at=NOW - timedelta(days=1))
    write = doubted(hall, kind="drop_before", all_the_same=True)
    look(hall, 11)
    assert now_is(write)[0] == "refused"


def test_a_booking_that_another_write_made_is_not_it(hall):
    made = bookings.add(hall.account, once(**EMIL), word())
    write = doubted(hall, kind="drop_before", all_the_same=True)
    look(hall, 2)
    assert (made.state, now_is(write)[:2]) == ("done", ("in_doubt", ""))


def test_of_two_that_asked_for_the_same_neither_is_settled(hall):
    first, second = doubted(hall), doubted(hall, kind="drop_before", all_the_same=True)
    look(hall, 11)
    assert [now_is(each)[0] for each in (first, second)] == ["in_doubt", "in_doubt"]
    assert "asked for twice" in now_is(first)[2]


def test_one_that_was_put_elsewhere_meanwhile_is_not_said_not_to_be_made(hall):
    write = doubted(hall, kind="drop_before")
    hall.booked("10 12:00", "10 14:00")
    look(hall, 11)
    assert "has another booking since" in now_is(write)[2]


@pytest.mark.parametrize(
    "order",
    [
        once(request=True, **EMIL),
        replace(
            once(**EMIL),
            when=Series(date(2026, 3, 9), date(2026, 3, 20), Weekly(((1, Hours(time(18), time(20))),))),
        ),
    ],
)
def test_what_need_not_be_listed_or_is_a_series_stays_with_staff(hall, order):
    write = doubted(hall, order, "drop_before")
    look(hall, 11)
    assert now_is(write)[0] == "in_doubt"


def test_what_a_look_can_tell_it_tells_once(hall):
    write = doubted(hall, once(request=True, **EMIL), "drop_before")
    look(hall, 11)
    calls, text = len(hall.shop.calls()), now_is(write)[2]
    assert looks.LOOKED in text
    assert look(hall, 12) == []
    assert (len(hall.shop.calls()), now_is(write)[2]) == (calls, text)


@pytest.mark.parametrize(("kind", "state"), [("drop_after", "done"), ("drop_before", "refused")])
def test_a_booking_saved_with_its_customer_is_known_by_the_name(hall, kind, state):
    hall.shop.fail(kind, "booking_save")
    who = {"first_name": "Ole", "last_name": "Lund", "email": "ole@example.test"}
    order = SaveOrder("80", at("10 18:00"), at("10 20:00"), SaveStatus.LIVE, customer=who)
    write = bookings.save(hall.account, order, word())
    look(hall, 11)
    assert now_is(write)[0] == state


@pytest.mark.parametrize(("kind", "state"), [("drop_after", "done"), ("drop_before", "refused")])
def test_a_change_is_settled_by_where_the_booking_is(hall, kind, state):
    booking = hall.booked("10 18:00", "10 20:00")
    hall.shop.fail(kind, "booking_save")
    write = bookings.change(booking, Change(hall.resource("72"), at("10 18:00"), at("10 20:00")), word())
    VendorWrite.objects.update(state="in_doubt", text="It did not answer.")
    look(hall, 11)
    assert now_is(write)[:2] == (state, booking.ref)


def test_a_change_that_lost_the_customer_is_not_said_to_be_done(hall):
    hall.shop.switch["omitted"] = "blank"
    booking = hall.booked("10 18:00", "10 20:00")
    write = bookings.change(booking, Change(hall.resource("72"), at("10 18:00"), at("10 20:00")), word())
    assert "customer" in write.text
    hall.read()
    look(hall, 11)
    assert now_is(write)[0] == "in_doubt"
    assert now_is(write)[2].startswith(write.text)


@pytest.mark.parametrize(
    ("kind", "switch", "state"),
    [
        ("drop_after", {}, "done"),
        ("drop_before", {}, "in_doubt"),
        ("drop_before", {"status_key": "status"}, "refused"),
        ("drop_after", {"unlisted_detail": "200"}, "in_doubt"),
        ("drop_after", {"unlisted_detail": "200", "status_key": "status"}, "done"),
    ],
)
def test_a_cancellation_is_settled_by_what_is_told_and_not_by_what_is_still_shown(hall, kind, switch, state):
    booking = hall.booked("10 18:00", "10 20:00")
    hall.shop.switch |= switch
    hall.shop.fail(kind, "booking_save")
    write = bookings.cancel(booking, word())
    VendorWrite.objects.update(state="in_doubt")
    look(hall, 11)
    assert now_is(write)[0] == state
