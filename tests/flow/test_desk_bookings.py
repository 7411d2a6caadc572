"""Bookings that staff have a source write: looked at first, asked for once, never twice, always on record."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time

import pytest

from backoffice import tasks
from backoffice.flow.desk import RuleWord, bookings
from backoffice.flow.desk.bookings import Change, Doubts
from backoffice.flow.desk.settle import settle
from backoffice.models import Booking, StaffAct, VendorWrite
from backoffice.states import WriteState
from backoffice.word import NotPossible
from integrations.types import AddOrder, Hours, Once, SaveOrder, SaveStatus, Series, Weekly, WholeDays
from tests.factories import NOW, BookingFactory, OccurrenceFactory, ResourceFactory, RoomFactory
from tests.flow.halls import at, once, town_hall, word

pytestmark = pytest.mark.django_db
WRITES = ("booking_add", "booking_save")


@pytest.fixture
def hall(sandbox):
    return town_hall(sandbox)


def writes(hall):
    return sum(hall.asked(name) for name in WRITES)


def refused(hall, order):
    """The words in which an order is refused, before anybody is asked."""
    with pytest.raises(NotPossible) as refusal:
        bookings.add(hall.account, order, word())
    assert (writes(hall), VendorWrite.objects.count()) == (0, 0)
    return str(refusal.value)


# ------------------------------------------------------------------------------------------------- asked once


def test_a_booking_is_made_read_back_and_on_record(hall):
    write = bookings.add(hall.account, once(customer_ref="4711"), word("for the choir"))
    assert (write.state, write.confirmed, write.reason) == (WriteState.DONE, True, "for the choir")
    assert hall.shop.store.bookings[int(write.ref)].customer_id == 4711
    assert StaffAct.objects.get().verb == "vendor add booking"


def test_what_is_on_record_in_the_clear_holds_nothing_of_the_guest(hall):
    write = bookings.add(hall.account, once(title="Ida Kern, 60"), word())
    assert write.subject == "Drittel 1, Tue 10 Mar 2026 18:00 to 20:00"
    assert write.asked["title"] == "Ida Kern, 60"


def test_a_booking_that_was_made_is_mirrored_at_once(hall):
    write = bookings.add(hall.account, once(), word())
    tasks.take_over(write)
    assert Booking.objects.get(ref=write.ref).occurrences.get().starts_at == at("10 18:00")
    assert write.booking.ref == write.ref


def test_a_second_click_on_the_same_form_asks_nothing(hall):
    first = bookings.add(hall.account, once(), word(), key="form-1")
    tasks.take_over(first)
    assert bookings.add(hall.account, once(), word(), key="form-1") == first
    assert writes(hall) == 1


@pytest.mark.parametrize("kind", ["drop_after", "truncate", "status"])
def test_a_write_without_a_good_answer_is_asked_once_and_stands_in_doubt(hall, kind):
    hall.shop.fail(kind, "booking_add", times=5)
    write = bookings.add(hall.account, once(), word())
    assert write.state == WriteState.IN_DOUBT
    assert [fault.times for fault in hall.shop.faults] == [4]


def test_b_c19_the_get_that_writes_is_not_tried_again(hall):
    booking = hall.booked("10 18:00", "10 20:00")
    hall.shop.fail("drop_before", "booking_save", times=5)
    write = bookings.cancel(booking, word())
    assert write.state == WriteState.IN_DOUBT
    assert [fault.times for fault in hall.shop.faults] == [4]


def test_a_doubt_names_what_may_be_it(hall):
    hall.shop.fail("drop_after", "booking_add")
    write = bookings.add(hall.account, once(), word())
    assert write.candidates == [str(max(hall.shop.store.bookings))]


def test_a_refusal_is_in_the_sources_words(hall):
    hall.shop.fail(
        "status", "booking_add", status=400, body='{"success":false,"message":"Closed on Mondays."}'
    )
    write = bookings.add(hall.account, once(), word())
    assert write.state == WriteState.REFUSED
    assert "Closed on Mondays." in write.text


def test_a_rule_may_ask_too_and_no_person_is_said_to_have_asked(hall):
    write = bookings.add(hall.account, once(), RuleWord("block", "booked elsewhere", NOW))
    assert (write.state, write.author, write.rule) == (WriteState.DONE, None, "block")
    assert not StaffAct.objects.exists()


def test_nothing_is_asked_of_an_account_that_is_stopped(hall):
    hall.account.stopped_at = NOW
    assert "stopped" in refused(hall, once())


# ------------------------------------------------------------------------------------- refused before asking


@pytest.mark.parametrize(
    ("order", "words"),
    [
        (once("10 20:00", "10 18:00"), "ends before it starts"),
        (AddOrder("99", once().when), "sells nothing with the number 99"),
        (AddOrder("70", once().when, parts={"70": ["80"]}), "Ballsaal is no part of Halle"),
        (AddOrder("71", once().when), "is a part"),
        (once(customer_ref="1"), "no customer with the number 1"),
        (AddOrder("80", WholeDays(date(2026, 3, 11), date(2026, 3, 10))), "The last day is before the first"),
        (
            AddOrder("80", Series(date(2026, 3, 10), date(2026, 3, 11), Weekly(((4, Hours()),)))),
            "no date between",
        ),
    ],
)
def test_what_cannot_be_is_refused_before_anybody_is_asked(hall, order, words):
    assert words in refused(hall, order)


def test_what_is_no_longer_sold_cannot_be_booked(hall):
    resource = hall.resource("80")
    resource.gone_at = NOW
    resource.save()
    assert "no longer sold" in refused(hall, AddOrder("80", once().when))


def test_a_vendor_without_a_desk_is_not_asked(db):
    booking = OccurrenceFactory().booking
    with pytest.raises(NotPossible, match="takes no bookings from here"):
        bookings.cancel(booking, word())


# ------------------------------------------------------------------------------------------ overlaps


def test_a_taken_room_is_said_first_and_booked_all_the_same_on_staffs_word(hall):
    taken = hall.booked("10 19:00", "10 21:00")
    with pytest.raises(Doubts) as doubts:
        bookings.add(hall.account, once(), word())
    assert doubts.value.warnings == [f"Drittel 1 is taken Tue 10 Mar 19:00–21:00: booking {taken.ref}."]
    assert writes(hall) == 0
    assert bookings.add(hall.account, once(), word(), all_the_same=True).state == WriteState.DONE


@pytest.mark.parametrize("made", ["one", "series"])
def test_what_may_have_been_booked_already_is_said_before_it_is_booked_again(hall, made):
    hall.shop.fail("drop_after", "booking_add")
    weekly = Series(date(2026, 3, 9), date(2026, 3, 20), Weekly(((1, Hours(time(18), time(20))),)))
    order = once() if made == "one" else AddOrder("70", weekly, parts={"70": ["71"]})
    doubt = bookings.add(hall.account, order, word())
    with pytest.raises(Doubts, match="not known whether it was done"):
        bookings.add(hall.account, once(), word())
    settle(doubt, done=False, word=word())
    assert bookings.add(hall.account, once(), word()).state == WriteState.DONE


def test_a_doubt_about_another_hour_does_not_stand_against_a_booking(hall):
    hall.shop.fail("drop_before", "booking_add")
    bookings.add(hall.account, once(), word())
    later = Once(at("10 20:00"), at("10 21:00"))
    assert bookings.outlook(hall.account, replace(once(), when=later), NOW).warnings == []


@pytest.mark.parametrize(("resource", "meets"), [(70, True), (71, True), (72, False), (80, False)])
def test_a_whole_takes_its_parts_and_a_part_its_whole_but_not_its_neighbour(hall, resource, meets):
    hall.booked("10 19:00", "10 21:00", resource)
    assert bool(bookings.outlook(hall.account, once(), NOW).warnings) is meets


def test_what_only_touches_is_no_overlap(hall):
    hall.booked("10 16:00", "10 18:00")
    assert bookings.outlook(hall.account, once(), NOW).warnings == []


@pytest.mark.parametrize("link", ["same", "whole", "part", "beside"])
def test_a_booking_of_the_room_at_another_source_is_an_overlap(hall, link):
    venue_room = RoomFactory(name="Third")
    whole = RoomFactory(venue=venue_room.venue)
    venue_room.part_of = whole
    venue_room.save()
    rooms = {
        "same": venue_room,
        "whole": whole,
        "part": RoomFactory(venue=whole.venue, part_of=venue_room),
        "beside": RoomFactory(venue=whole.venue, part_of=whole),
    }
    type(hall.resource()).objects.filter(pk=hall.resource().pk).update(room=venue_room)
    OccurrenceFactory(resource=ResourceFactory(room=rooms[link]), starts_at=at("10 18:30"))
    assert bool(bookings.outlook(hall.account, once(), NOW).warnings) is (link != "beside")


@pytest.mark.parametrize("change", [{"status": "cancelled"}, {"gone_at": NOW}])
def test_what_is_cancelled_or_gone_takes_nothing(hall, change):
    booking = BookingFactory(account=hall.account, **change)
    OccurrenceFactory(booking=booking, resource=hall.resource(), starts_at=at("10 18:30"))
    assert bookings.outlook(hall.account, once(), NOW).warnings == []


def test_each_date_of_a_series_is_looked_at(hall):
    hall.booked("17 19:00", "17 20:00", 80)
    tuesdays = Weekly(((1, Hours(time(18), time(20))),))
    order = AddOrder("80", Series(date(2026, 3, 10), date(2026, 3, 24), tuesdays))
    (warning,) = bookings.outlook(hall.account, order, NOW).warnings
    assert "Tue 17 Mar 19:00–20:00" in warning


def test_what_is_over_and_what_lies_beyond_the_mirror_is_said(hall):
    assert bookings.outlook(hall.account, once("08 18:00", "08 20:00"), NOW).warnings == [
        "This time is over already."
    ]
    far = AddOrder("80", WholeDays(date(2026, 7, 1), date(2026, 7, 2)))
    assert "not known here" in bookings.outlook(hall.account, far, NOW).warnings[0]


# -------------------------------------------------------------------------------- change and cancel


def test_a_booking_is_moved_and_the_mirror_follows(hall):
    booking = hall.booked("10 18:00", "10 20:00")
    to = Change(hall.resource("72"), at("11 09:00"), at("11 10:00"))
    write = bookings.change(booking, to, word())
    tasks.take_over(write)
    live = booking.occurrences.get(gone_at=None)
    assert (write.state, live.resource.ref, live.starts_at) == (WriteState.DONE, "72", at("11 09:00"))


def test_its_own_old_time_is_no_overlap_of_a_change(hall):
    booking = hall.booked("10 18:00", "10 20:00")
    to = Change(hall.resource(), at("10 18:30"), at("10 20:30"))
    assert bookings.change(booking, to, word()).state == WriteState.DONE


def test_a_booking_over_midnight_is_one_span(hall):
    booking = hall.booked("10 18:00", "12 02:00")
    assert bookings.one_span(booking) == Change(hall.resource(), at("10 18:00"), at("12 02:00"))


def test_a_booking_of_several_times_is_not_changed_for_the_source_would_keep_one(hall):
    booking = hall.booked("10 18:00", "10 20:00")
    hall.shop.extend(int(booking.ref), 71, "2026-03-17 18:00", "2026-03-17 20:00")
    hall.read()
    with pytest.raises(NotPossible, match="several times"):
        bookings.change(booking, Change(hall.resource(), at("11 09:00"), at("11 10:00")), word())
    assert writes(hall) == 0


def test_a_cancelled_booking_is_gone_at_once(hall):
    booking = hall.booked("10 18:00", "10 20:00")
    write = bookings.cancel(booking, word())
    tasks.take_over(write)
    booking.refresh_from_db()
    assert (write.state, booking.gone_at is not None) == (WriteState.DONE, True)
    with pytest.raises(NotPossible, match="no longer exists"):
        bookings.cancel(booking, word())


def test_a_series_is_cancelled_whole(hall):
    booking = hall.booked("10 18:00", "10 20:00")
    hall.shop.extend(int(booking.ref), 71, "2026-03-17 18:00", "2026-03-17 20:00")
    hall.read()
    assert bookings.cancel(booking, word()).state == WriteState.DONE
    assert hall.shop.store.bookings[int(booking.ref)].status == "Cancelled"


def test_a_booking_is_saved_with_its_customer(hall):
    order = SaveOrder(
        "71", at("10 18:00"), at("10 20:00"), SaveStatus.LIVE, customer={"email": "ida@example.test"}
    )
    write = bookings.save(hall.account, order, word())
    tasks.take_over(write)
    assert Booking.objects.get(ref=write.ref).customer.email == "ida@example.test"


def test_saving_a_booking_that_is_there_is_a_change_and_not_a_new_one(hall):
    order = SaveOrder("71", at("10 18:00"), at("10 20:00"), SaveStatus.LIVE, "9001")
    with pytest.raises(NotPossible, match="there already"):
        bookings.save(hall.account, order, word())
