"""Reservations that staff edit, move and delete: only as they said, asked once, seen to be done."""

from __future__ import annotations

import json
from datetime import date, time

import pytest

from backoffice.flow.desk import reservations
from backoffice.word import NotPossible
from tests.factories import NOW, ResourceFactory
from tests.flow.games import DAY, GUEST, account, asked, booked, lab, shop, word

__all__ = ["account", "lab", "shop", "word"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def ballroom(account):
    return ResourceFactory(account=account, ref="1400", title="Ballroom")


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


def test_a_move_that_never_arrived_says_once_that_it_may_have_been_done(shop, lab, word):
    booking = booked(shop, lab)
    shop.fail("drop_before", "/move")
    answer, doubt, *more = reservations.move(booking, lab, DAY, time(18), word).text.split(". ")
    assert answer.endswith("got no answer (ConnectionError); it could not be seen there")
    assert (doubt, more) == (
        "It may have been done or not: look at the vendor before you ask again.",
        [],
    )


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
