"""Reservations by staff: refused in words before the vendor is asked, asked once, found when unanswered."""

from __future__ import annotations

import json
from datetime import date, datetime, time, timedelta

import pytest

from backoffice.flow.desk import looks, reservations, slots
from backoffice.models import StaffAct, VendorWrite
from backoffice.word import NotPossible, Word
from tests.factories import (
    NOW,
    AccountFactory,
    BookingFactory,
    OccurrenceFactory,
    ResourceFactory,
    RoomFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 10)  # a Tuesday
GUEST = {"name": "Ida", "surname": "Kern", "email": "ida@example.test", "people": 4}


@pytest.fixture
def shop(sandbox):
    shop = sandbox.vendors.lockme
    shop.switch["timezone"] = "Europe/Berlin"
    shop.add_room(1398, "Laboratory")
    shop.add_room(1400, "Ballroom")
    for room in shop.store.rooms.values():
        room.week = {n: [{"hour": f"{h}:00:00", "pricers": [7]} for h in (14, 16, 18)] for n in range(7)}
    return shop


@pytest.fixture
def account(sandbox, shop):
    return AccountFactory(base_url=f"{sandbox.url}/lockme", secrets=dict(shop.secrets))


@pytest.fixture
def lab(account):
    return ResourceFactory(account=account, ref="1398", title="Laboratory", session_minutes=60)


@pytest.fixture
def ballroom(account):
    return ResourceFactory(account=account, ref="1400", title="Ballroom")


@pytest.fixture
def word(db):
    return Word(UserFactory(), "asked by phone", NOW)


def booked(shop, resource, hour="14:00", day="2026-03-10", source="panel", **fields):
    """A reservation at the vendor, and its mirror."""
    number = shop.book(int(resource.ref), day, f"{hour}:00", source=source, **fields)
    booking = BookingFactory(account=resource.account, ref=str(number))
    starts_at = datetime.fromisoformat(f"{day}T{hour}:00+01:00")
    OccurrenceFactory(booking=booking, resource=resource, starts_at=starts_at, starts_text=f"{day} {hour}")
    return booking


def make(lab, word, hour=14, key="form-1", day=DAY, **fields):
    return reservations.make(lab, day, time(hour), {**GUEST, **fields}, word, key)


def asked(shop):
    """What was written, and not merely read."""
    return [call for call in shop.calls() if call.method in ("PUT", "DELETE") or "/move" in call.path]


# ----------------------------------------------------------------------------------------------- making


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


# ------------------------------------------------------------------------------- editing, moving, deleting


def test_only_the_fields_that_are_filled_in_are_changed(shop, lab, word):
    booking = booked(shop, lab, name="Ida", people=2)
    write = reservations.edit(booking, {"people": 5, "name": ""}, word)
    kept = shop.store.reservations[int(booking.ref)]
    assert (write.state, write.confirmed, kept["people"], kept["name"]) == ("done", True, 5, "Ida")


EDITED = {
    "name": "Eva",
    "surname": "Kron",
    "email": "eva@example.test",
    "phone": "+49 30 1",
    "people": 6,
    "price": "80",
    "comment": "door at the back",
    "status": False,
}


def test_an_edit_of_every_field_is_seen_to_be_done(shop, lab, word):
    for switch in ("ids_as_text", "price_as_text", "empty_as_null"):
        shop.switch[switch] = True
    write = reservations.edit(booked(shop, lab, name="Ida", people=2), EDITED, word)
    assert (write.state, write.confirmed) == ("done", True)


@pytest.mark.parametrize("field", EDITED)
def test_an_edit_that_is_accepted_and_not_done_is_in_doubt_and_says_which_field(shop, lab, word, field):
    booking = booked(shop, lab, name="Ida", surname="Kern", people=2, price=20.0, status=1)
    kept = {"reservationid": int(booking.ref), **shop.store.reservations[int(booking.ref)]}
    shop.fail("status", f"POST /v2.4/room/{lab.ref}/reservation", status=200, body=json.dumps(kept))
    write = reservations.edit(booking, {field: EDITED[field]}, word)
    assert (write.state, write.confirmed) == ("in_doubt", False)
    assert f"shows another {field}: look at the source" in write.text


def test_a_status_that_the_account_has_a_meaning_of_its_own_for_puts_no_edit_in_doubt(shop, lab, word):
    lab.account.options = {"status_map": {"panel:false": "confirmed"}}
    lab.account.save()
    assert reservations.edit(booked(shop, lab), {"status": False}, word).state == "done"


def test_what_a_reservation_says_is_taken_away_on_staffs_word_alone(shop, lab, word):
    booking = booked(shop, lab, name="Ida", email="ida@example.test", phone="1", comment="rude")
    write = reservations.edit(booking, {"people": 3}, word, empty=["comment", "phone"])
    kept = shop.store.reservations[int(booking.ref)]
    assert (write.state, write.confirmed, kept["people"]) == ("done", True, 3)
    assert (kept["comment"], kept["phone"], kept["email"]) == ("", "", "ida@example.test")
    with pytest.raises(NotPossible, match="cannot be taken away: name"):
        reservations.edit(booking, {}, word, empty=["name"])


def test_an_edit_of_nothing_is_refused(shop, lab, word):
    with pytest.raises(NotPossible, match="nothing was filled in"):
        reservations.edit(booked(shop, lab), {"name": " ".strip()}, word)


def test_a_reservation_is_moved_to_another_day_hour_and_room(shop, lab, ballroom, word):
    booking = booked(shop, lab)
    write = reservations.move(booking, ballroom, date(2026, 3, 12), time(16), word)
    kept = shop.store.reservations[int(booking.ref)]
    assert (write.state, write.confirmed) == ("done", True)
    assert (kept["roomid"], kept["date"], kept["hour"]) == (1400, "2026-03-12", "16:00:00")


def test_a_move_that_was_not_answered_but_done_is_seen(shop, lab, word):
    booking = booked(shop, lab)
    shop.fail("drop_after", "/move")
    assert reservations.move(booking, lab, DAY, time(18), word).state == "done"


def test_a_move_that_was_not_answered_is_not_sent_again(shop, lab, word):
    booking = booked(shop, lab)
    shop.fail("drop_before", "/move")
    assert reservations.move(booking, lab, DAY, time(18), word).state == "in_doubt"
    assert len(asked(shop)) == 1


def test_its_own_hour_is_not_taken_by_itself_but_no_move(shop, lab, word):
    with pytest.raises(NotPossible, match="there already"):
        reservations.move(booked(shop, lab), lab, DAY, time(14), word)


def test_a_move_to_another_accounts_room_is_refused(shop, lab, word):
    with pytest.raises(NotPossible, match="another account"):
        reservations.move(booked(shop, lab), ResourceFactory(), DAY, time(16), word)


def test_a_reservation_is_deleted_and_seen_to_be_gone(shop, lab, word):
    booking = booked(shop, lab)
    write = reservations.cancel(booking, word)
    assert (write.state, write.confirmed, shop.store.reservations) == ("done", True, {})


def test_a_reservation_paid_at_the_vendor_is_not_deleted_and_it_says_so(shop, lab, word):
    booking = booked(shop, lab, source="web")
    shop.pay(int(booking.ref))
    write = reservations.cancel(booking, word)
    assert write.state == "refused"
    assert "Paid reservations cannot be deleted" in write.text
    assert int(booking.ref) in shop.store.reservations


def test_a_deletion_without_an_answer_is_done_when_it_is_gone(shop, lab, word):
    booking = booked(shop, lab)
    shop.fail("drop_after", "DELETE")
    assert reservations.cancel(booking, word).state == "done"


def test_a_deletion_that_never_arrived_is_in_doubt_and_not_sent_again(shop, lab, word):
    booking = booked(shop, lab)
    shop.fail("drop_before", "DELETE")
    write = reservations.cancel(booking, word)
    assert (write.state, write.ref, len(asked(shop))) == ("in_doubt", booking.ref, 1)


def test_what_is_gone_is_not_changed(shop, lab, word):
    booking = booked(shop, lab)
    booking.gone_at = NOW
    for act in (lambda: reservations.cancel(booking, word), lambda: reservations.edit(booking, GUEST, word)):
        with pytest.raises(NotPossible, match="no longer exists"):
            act()


# ------------------------------------------------------------------------------------------ looking again


def look(lab, minutes):
    now = NOW + timedelta(minutes=minutes)
    return looks.look(lab.account, list(looks.doubtful(now)), now)


def test_a_second_look_finds_what_was_done(shop, lab, word):
    write = make(lab, word)
    VendorWrite.objects.filter(pk=write.pk).update(state="in_doubt", ref="")
    assert [each.ref for each in look(lab, 2)] == [write.ref]


def test_what_is_not_there_ten_minutes_later_was_not_done(shop, lab, word):
    shop.fail("drop_before", "PUT /v2.4/room/1398/reservation")
    write = make(lab, word)
    assert look(lab, 2) == []
    assert VendorWrite.objects.get(pk=write.pk).state == "in_doubt"
    look(lab, 11)
    assert VendorWrite.objects.get(pk=write.pk).state == "refused"
    assert len(asked(shop)) == 1


def test_a_second_look_settles_moves_and_deletions(shop, lab, word):
    moved, deleted = booked(shop, lab, "14:00"), booked(shop, lab, "16:00")
    first = reservations.move(moved, lab, DAY, time(18), word)
    second = reservations.cancel(deleted, word)
    VendorWrite.objects.update(state="in_doubt")
    assert {each.pk for each in look(lab, 2)} == {first.pk, second.pk}


def test_a_write_whose_process_died_is_looked_for_too(shop, lab, word):
    write = make(lab, word)
    VendorWrite.objects.update(state="asked", ref="")
    assert [each.pk for each in look(lab, 2)] == [write.pk]
