"""Lock.me's reservations, made, edited, moved, deleted; tests are named after the parts of lockme.md."""

from __future__ import annotations

import json
from datetime import date, time

import pytest

from integrations.errors import Garbled, Missing, NotReleased, Refused, Unavailable, VendorError
from integrations.sandbox.lockme import LockmeSandbox
from integrations.types import BookingStatus, ReservationDesk
from integrations.vendors.lockme import Lockme
from tests.integrations.lockme.conftest import Connect, left, only

DAY = date(2026, 3, 10)
SLOT = {"date": DAY, "hour": time(16, 30)}
GUEST = {
    "name": "Ewa",
    "surname": "Zażółć",
    "email": "ewa@example.test",
    "phone": "+48600100200",
    "people": 4,
}
OURS = {**SLOT, **GUEST, "extid": "bk-42"}
PUT, EXT = "PUT /v2.4", "/reservation/ext/"


def test_the_client_is_a_reservation_desk(client: Lockme) -> None:
    assert isinstance(client, ReservationDesk)


# ----------------------------------------------------------------------------------------- addressing


@pytest.mark.parametrize("extid", ["bk-42", "a b", "zażółć", "50%", "a?b#c&d", "17", "+1"])
def test_1_3_a_reservation_is_addressed_by_our_own_id(
    shop: LockmeSandbox, client: Lockme, extid: str
) -> None:
    number = client.add("1398", {**SLOT, "extid": extid})
    found = client.booking("1398", f"ext/{extid}")
    assert found is not None
    assert (found.ref, found.external_ref) == (str(number), extid)
    assert client.edit("1398", f"ext/{extid}", {"people": 5}).people == 5
    assert client.delete("1398", f"ext/{extid}") is True


def test_1_3_blanks_of_an_external_id_are_percent_encoded(shop: LockmeSandbox, client: Lockme) -> None:
    assert client.booking("1398", "ext/no such") is None
    assert shop.calls(EXT)[0].path.endswith("/ext/no such")


@pytest.mark.parametrize("ref", ["ext/", "ext/a/b", "ext/..", "ext/ a", "../rooms", "", "1/move"])
def test_1_3_a_name_that_would_lead_elsewhere_is_never_sent(
    shop: LockmeSandbox, client: Lockme, ref: str
) -> None:
    for write in (lambda: client.delete("1398", ref), lambda: client.edit("1398", ref, {"people": 2})):
        with pytest.raises(Refused):
            write()
    assert shop.journal == []


def test_1_4_a_server_that_does_not_repeat_the_id_can_be_addressed_by_ours(
    shop: LockmeSandbox, client: Lockme, booked: str
) -> None:
    shop.switch["reservationid"] = False
    assert client.edit("1398", "ext/bk-42", {"people": 3}).ref == "ext/bk-42"
    with pytest.raises(Garbled, match="does not tell its id"):
        client.add("1398", OURS)


def test_another_reservation_than_ours_is_not_taken(shop: LockmeSandbox, client: Lockme, booked: str) -> None:
    known = {"reservationid": 17, "roomid": 1398, "date": "2026-03-10", "hour": "16:30:00", "extid": "x"}
    shop.fail("body", EXT, body=json.dumps(known))
    with pytest.raises(Garbled, match="got 17"):
        client.booking("1398", "ext/bk-42")


# ------------------------------------------------------------------------------------------------ edit


def test_1_3_no_9_what_is_named_changes_and_the_rest_stays(
    shop: LockmeSandbox, client: Lockme, booked: str
) -> None:
    record = client.edit("1398", booked, {"price": "99.5", "status": 1, "comment": "Birthday"})
    assert (record.ref, record.price, record.comment) == (booked, "99.50", "Birthday")
    assert (record.status, record.external_ref) == (BookingStatus.CONFIRMED, "bk-42")
    assert only(shop)["name"] == "Ewa"


def test_1_4_an_external_id_is_set_by_an_edit(shop: LockmeSandbox, client: Lockme, booked: str) -> None:
    assert client.edit("1398", booked, {"extid": "bk-43"}).external_ref == "bk-43"
    assert client.edit("1398", "ext/bk-43", {"extid": "bk-44"}).external_ref == "bk-44"
    assert json.loads(shop.calls("POST")[0].body) == {"extid": "bk-43"}


@pytest.mark.parametrize("name", ["date", "hour", "roomid"])
def test_1_4_an_edit_does_not_move(shop: LockmeSandbox, client: Lockme, booked: str, name: str) -> None:
    with pytest.raises(Refused, match="move the reservation"):
        client.edit("1398", booked, {name: "x", "people": 2})
    with pytest.raises(Refused, match="nothing is to be changed"):
        client.edit("1398", booked, {})
    assert shop.journal == []


@pytest.mark.parametrize("kind", ["drop_after", "truncate"])
@pytest.mark.parametrize("ref", ["number", "ext/bk-42"])
def test_an_edit_without_an_answer_that_is_seen_is_done(
    shop: LockmeSandbox, client: Lockme, booked: str, kind: str, ref: str
) -> None:
    shop.switch.update(price_as_text=True, ids_as_text=True, status_as="text")
    shop.fail(kind, "POST", times=2)
    ref = booked if ref == "number" else ref
    fields = {"extid": "bk-43", "price": 10, "people": 3, "status": False, "phone": ""}
    assert client.edit("1398", ref, fields).external_ref == "bk-43"
    assert left(shop) == [1]


def test_an_edit_that_never_arrived_is_in_doubt(shop: LockmeSandbox, client: Lockme, booked: str) -> None:
    shop.fail("drop_before", "POST", times=2)
    with pytest.raises(Unavailable, match="could not be seen"):
        client.edit("1398", booked, {"people": 9})
    assert (left(shop), only(shop)["people"]) == ([1], 0)


def test_an_edit_of_nothing_is_missing(client: Lockme) -> None:
    with pytest.raises(Missing, match="Reservation not found"):
        client.edit("1398", "17", {"people": 2})


# ------------------------------------------------------------------------------------------------ move


@pytest.mark.parametrize("ref", ["number", "ext/bk-42"])
def test_1_3_no_11_a_reservation_is_moved_to_another_room_and_hour(
    shop: LockmeSandbox, client: Lockme, booked: str, ref: str
) -> None:
    ref = booked if ref == "number" else ref
    record = client.move("1398", ref, "1399", date(2026, 3, 11), time(18))
    assert record.occurrences[0].resource_ref == "1399"
    assert record.occurrences[0].starts_text == "2026-03-11 18:00:00"
    assert (only(shop)["roomid"], only(shop)["name"]) == (1399, "Ewa")


def test_a_move_into_a_taken_slot_is_refused_and_nothing_moves(
    shop: LockmeSandbox, client: Lockme, booked: str
) -> None:
    shop.book(1399, "2026-03-11", "18:00", source="panel")
    with pytest.raises(Refused, match="Slot is already taken"):
        client.move("1398", booked, "1399", date(2026, 3, 11), time(18))
    assert shop.store.reservations[int(booked)]["roomid"] == 1398


@pytest.mark.parametrize("kind", ["drop_after", "truncate"])
def test_a_move_without_an_answer_is_looked_for_in_the_new_room(
    shop: LockmeSandbox, client: Lockme, booked: str, kind: str
) -> None:
    shop.fail(kind, "/move", times=2)
    record = client.move("1398", booked, "1399", DAY, time(18))
    assert (record.occurrences[0].resource_ref, left(shop)) == ("1399", [1])


def test_a_move_that_never_arrived_is_not_taken_for_done(
    shop: LockmeSandbox, client: Lockme, booked: str
) -> None:
    shop.fail("drop_before", "/move")
    with pytest.raises(Unavailable):
        client.move("1398", booked, "1398", DAY, time(18))
    assert only(shop)["hour"] == "16:30:00"


def test_a_move_whose_answer_shows_the_old_slot_is_not_believed(
    shop: LockmeSandbox, client: Lockme, booked: str
) -> None:
    shop.fail("body", "/move", body=json.dumps({**only(shop), "status": 1}))
    shop.fail("status", f"GET /v2.4/room/1398/reservation/{booked}", status=404, body="{}")
    with pytest.raises(Garbled, match="another slot"):
        client.move("1398", booked, "1398", DAY, time(18))


# ---------------------------------------------------------------------------------------------- delete


def test_1_3_no_10_a_reservation_is_deleted(shop: LockmeSandbox, client: Lockme, booked: str) -> None:
    assert client.delete("1398", booked) is True
    assert shop.store.reservations == {}


@pytest.mark.parametrize("status", [400, 403, 405, 409, 422, 423])
def test_3_2_a_paid_one_is_refused_in_the_vendors_words_and_stays(
    shop: LockmeSandbox, client: Lockme, status: int
) -> None:
    shop.switch["paid_delete_status"] = status
    number = shop.book(1398, "2026-03-10", "16:30", name="Ewa")
    shop.pay(number)
    with pytest.raises(Refused, match="Paid reservations cannot be deleted"):
        client.delete("1398", str(number))
    assert number in shop.store.reservations


def test_3_2_a_paid_one_is_refused_where_errors_come_as_200(shop: LockmeSandbox, client: Lockme) -> None:
    shop.switch["errors_as_200"] = True
    number = shop.book(1398, "2026-03-10", "16:30", status=True)
    with pytest.raises(Refused, match="Paid reservations"):
        client.delete("1398", str(number))


@pytest.mark.parametrize(("body", "error"), [("1", None), ("false", Refused), ("", Garbled), ("{}", Garbled)])
def test_1_3_no_10_only_true_is_deleted(
    shop: LockmeSandbox, client: Lockme, booked: str, body: str, error: type[VendorError] | None
) -> None:
    shop.fail("body", "DELETE", body=body)
    if error is None:
        assert client.delete("1398", booked) is True
    else:
        with pytest.raises(error):
            client.delete("1398", booked)


@pytest.mark.parametrize("kind", ["drop_before", "drop_after"])
def test_a_delete_without_an_answer_is_in_doubt_and_not_made_again(
    shop: LockmeSandbox, client: Lockme, booked: str, kind: str
) -> None:
    shop.fail(kind, "DELETE", times=2)
    with pytest.raises(Unavailable, match="could not be seen"):
        client.delete("1398", booked)
    assert left(shop) == [1]


def test_a_404_of_a_web_server_does_not_say_that_a_reservation_is_gone(
    shop: LockmeSandbox, client: Lockme, booked: str
) -> None:
    shop.fail("status", "DELETE", status=404)
    with pytest.raises(Garbled):
        client.delete("1398", booked)
    with pytest.raises(Missing):
        client.delete("1399", booked)


def test_2_a_test_message_is_sent_by_the_vendor_alone(shop: LockmeSandbox, client: Lockme) -> None:
    with pytest.raises(NotReleased, match="panel"):
        client.send_test()
    assert shop.journal == []


def test_1_1_writes_are_the_same_in_every_version(shop: LockmeSandbox, connect: Connect) -> None:
    for number, version in enumerate(("v2.0", "v2.3", "v2.4")):
        assert connect(version=version).add("1398", {"date": DAY, "hour": time(9 + number)})
    assert len(shop.store.reservations) == 3
