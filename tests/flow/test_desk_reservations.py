"""Reservations that staff make: refused in words before the vendor is asked, asked once, read back."""

from __future__ import annotations

from datetime import date, datetime, time

import pytest

from backoffice.flow.desk import slots
from backoffice.models import StaffAct, VendorWrite
from backoffice.word import NotPossible
from tests.factories import (
    NOW,
    AccountFactory,
    BookingFactory,
    OccurrenceFactory,
    ResourceFactory,
    RoomFactory,
)
from tests.flow.games import DAY, account, asked, booked, lab, make, shop, word

__all__ = ["account", "lab", "shop", "word"]
pytestmark = pytest.mark.django_db


def test_a_reservation_is_made_and_read_back(shop, lab, word):
    write = make(lab, word)
    kept = shop.store.reservations[int(write.ref)]
    assert (write.state, write.confirmed) == ("done", True)
    assert (kept["date"], kept["hour"], kept["name"], kept["people"]) == ("2026-03-10", "14:00:00", "Ida", 4)
    assert kept["extid"].startswith("latchkey-")


def test_who_had_it_made_and_why_is_on_record_without_the_guest(lab, word):
    write = make(lab, word)
    act = StaffAct.objects.get()
    assert (act.verb, act.reason) == ("vendor add reservation", "asked by phone")
    assert "Ida" not in f"{write.subject} {write.text} {act.target} {act.detail}"


def test_the_same_form_twice_makes_one_reservation(shop, lab, word):
    assert make(lab, word).pk == make(lab, word).pk
    assert len(shop.store.reservations) == 1


def test_what_was_not_answered_but_done_is_found_by_our_own_id(shop, lab, word):
    shop.fail("drop_after", "PUT /v2.4/room/1398/reservation")
    write = make(lab, word)
    assert write.state == "done"
    assert list(shop.store.reservations) == [int(write.ref)]


def test_what_never_arrived_stays_in_doubt_and_is_not_sent_again(shop, lab, word):
    shop.fail("drop_before", "PUT /v2.4/room/1398/reservation")
    write = make(lab, word)
    assert (write.state, len(asked(shop))) == ("in_doubt", 1)
    assert "look at the vendor" in write.text


@pytest.mark.parametrize(
    ("hour", "day", "said"),
    [
        (15, DAY, "its hours are 14:00, 16:00, 18:00"),
        (14, date(2026, 3, 8), "is over"),
        (14, date(2026, 3, 11), "closed"),
    ],
)
def test_an_hour_that_cannot_be_is_refused_before_the_vendor_is_asked(shop, lab, word, hour, day, said):
    shop.store.rooms[1398].dates["2026-03-11"] = []
    with pytest.raises(NotPossible, match=said):
        make(lab, word, hour, day=day)
    assert (asked(shop), VendorWrite.objects.count()) == ([], 0)


def test_an_hour_that_is_known_to_be_taken_is_refused_before_the_vendor_is_asked(shop, lab, word):
    booking = booked(shop, lab, "14:00")
    with pytest.raises(NotPossible, match=f"taken by Lock.me {booking.ref}"):
        make(lab, word)
    assert asked(shop) == []


def test_an_hour_whose_room_another_channel_has_is_refused_before_the_vendor_is_asked(shop, account, word):
    room = RoomFactory()
    lab = ResourceFactory(account=account, ref="1398", room=room)
    other = ResourceFactory(account=AccountFactory(), room=room)
    starts_at = datetime.fromisoformat("2026-03-10T14:30:00+01:00")
    OccurrenceFactory(booking=BookingFactory(account=other.account), resource=other, starts_at=starts_at)
    with pytest.raises(NotPossible, match="taken"):
        make(lab, word)


def test_an_hour_that_only_the_vendor_knows_to_be_taken_is_refused_in_its_words(shop, lab, word):
    shop.book(1398, "2026-03-10", "14:00:00")
    write = make(lab, word)
    assert write.state == "refused"
    assert "Slot is already taken" in write.text


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"email": "ida@"}, "no e-mail address"),
        ({"people": -1}, "whole number"),
        ({"pricer": "9"}, "it has 7"),
        ({"colour": "red"}, "has no colour"),
    ],
)
def test_fields_that_cannot_be_are_refused_before_the_vendor_is_asked(shop, lab, word, fields, said):
    with pytest.raises(NotPossible, match=said):
        make(lab, word, **fields)
    assert asked(shop) == []


def test_hours_that_cannot_be_read_are_told_and_nothing_is_sent(shop, lab, word):
    shop.fail("status", "GET /v2.4/room/1398/date", times=10)
    with pytest.raises(NotPossible, match="could not be read"):
        make(lab, word)
    assert asked(shop) == []


def test_nothing_is_asked_of_an_account_that_is_stopped(shop, lab, word):
    lab.account.stopped_at = NOW
    with pytest.raises(NotPossible, match="is stopped"):
        make(lab, word)
    assert shop.calls() == []


def test_an_hour_is_on_the_rooms_own_clock(lab, word, account):
    account.options = {"timezones": {"1398": "Europe/London"}}
    first = slots.offers(lab, DAY, NOW)[0]
    assert (first.hour, first.starts_at.hour) == (time(14), 14)
