"""Lock.me's reservations, as they are made; tests are named after the parts of lockme.md."""

from __future__ import annotations

import json
from datetime import date, time
from decimal import Decimal
from typing import Any

import pytest

from integrations.errors import Garbled, Refused, Unavailable, VendorError
from integrations.sandbox.lockme import LockmeSandbox
from integrations.vendors.lockme import Lockme
from tests.integrations.lockme.conftest import left, only, writes

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


def test_half_of_a_number_is_not_taken_for_the_new_id(shop: LockmeSandbox, client: Lockme) -> None:
    shop.fail("truncate", PUT)
    with pytest.raises(Garbled, match="could not be seen"):
        client.add("1398", SLOT)


def test_1_3_no_7_a_reservation_is_made_and_its_id_told(shop: LockmeSandbox, client: Lockme) -> None:
    number = client.add("1398", {**OURS, "people": 4, "price": Decimal("220.00"), "status": True})
    made = only(shop)
    assert (type(number), number) == (int, made["reservationid"])
    assert (made["roomid"], made["date"], made["hour"]) == (1398, "2026-03-10", "16:30:00")
    assert (made["surname"], made["people"], made["price"], made["status"]) == ("Zażółć", 4, 220.0, True)
    (call,) = shop.calls(PUT)
    assert call.body.isascii()


@pytest.mark.parametrize(("body", "number"), [("17", 17), ('"17"', 17), ("17.0", 17)])
def test_1_3_no_7_an_id_is_understood_in_each_of_its_shapes(
    shop: LockmeSandbox, client: Lockme, body: str, number: int
) -> None:
    shop.store._next = 17
    shop.fail("body", PUT, body=body, content_type="application/json")
    assert client.add("1398", SLOT) == number


@pytest.mark.parametrize("body", ['{"reservationid": 17}', "null", "true", "0", "", "<html>", "[]", "17.5"])
def test_1_3_no_7_what_is_no_id_is_not_taken_for_one(shop: LockmeSandbox, client: Lockme, body: str) -> None:
    shop.fail("body", PUT, body=body)
    with pytest.raises(Garbled, match="could not be seen"):
        client.add("1398", SLOT)
    assert writes(shop) == ["PUT"]


def test_1_4_only_the_slot_is_needed_as_in_rodo_mode(shop: LockmeSandbox, client: Lockme) -> None:
    client.add("1398", {"date": "2026-03-10", "hour": "16:30"})
    assert (only(shop)["hour"], only(shop)["email"]) == ("16:30:00", "")


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"hour": None}, "hour"),
        ({"hour": "25:00"}, "hour"),
        ({"date": "10.03.2026"}, "YYYY-MM-DD"),
        ({"date": "2026-02-30"}, "does not exist"),
        ({"people": "many"}, "people must be"),
        ({"people": -1}, "people must be"),
        ({"price": "much"}, "price must be"),
        ({"price": -1}, "price must be"),
        ({"price": float("nan")}, "price must be"),
        ({"status": "perhaps"}, "status must be"),
        ({"email": ["a"]}, "email must be a text"),
        ({"guests": 4}, "takes no guests"),
        ({"roomid": 1399}, "takes no roomid"),
        ({"extid": "a/b"}, "slash"),
        ({"extid": ".."}, "dots"),
        ({"extid": "a\nb"}, "line break"),
    ],
)
def test_bad_fields_are_refused_in_words_before_lock_me_is_asked(
    shop: LockmeSandbox, client: Lockme, wrong: dict[str, Any], words: str
) -> None:
    with pytest.raises(Refused, match=words):
        client.add("1398", {**SLOT, **wrong})
    assert shop.journal == []


def test_a_reservation_without_a_slot_is_refused_in_words(shop: LockmeSandbox, client: Lockme) -> None:
    with pytest.raises(Refused, match="needs a date and an hour"):
        client.add("1398", GUEST)
    assert shop.journal == []


@pytest.mark.parametrize("status", [409, 400, 403, 422])
def test_a_taken_slot_is_refused_in_the_vendors_words(
    shop: LockmeSandbox, client: Lockme, booked: str, status: int
) -> None:
    shop.switch["taken_status"] = status
    with pytest.raises(Refused, match="Slot is already taken"):
        client.add("1398", SLOT)


def test_a_room_of_another_partner_is_refused_and_the_account_goes_on(
    shop: LockmeSandbox, client: Lockme
) -> None:
    with pytest.raises(Refused, match="no rights to this room"):
        client.add("2132", SLOT)


def test_an_error_that_comes_as_200_refuses_a_write_in_the_vendors_words(
    shop: LockmeSandbox, client: Lockme, booked: str
) -> None:
    shop.switch["errors_as_200"] = True
    with pytest.raises(Refused, match="Slot is already taken"):
        client.add("1398", {**SLOT, "extid": "other"})


def test_where_errors_come_as_200_an_external_id_hinders_nobody(shop: LockmeSandbox, client: Lockme) -> None:
    shop.switch["errors_as_200"] = True
    assert client.add("1398", OURS) == only(shop)["reservationid"]


# -------------------------------------------------------------------------------- add without an answer


@pytest.mark.parametrize("kind", ["drop_after", "truncate"])
def test_after_no_answer_the_reservation_is_looked_for_by_its_external_id(
    shop: LockmeSandbox, client: Lockme, kind: str
) -> None:
    shop.fail(kind, PUT, times=2)
    assert client.add("1398", OURS) == only(shop)["reservationid"]
    assert left(shop) == [1]


@pytest.mark.parametrize("kind", ["drop_before", "status"])
def test_a_put_that_never_arrived_is_not_made_again_blindly(
    shop: LockmeSandbox, client: Lockme, kind: str
) -> None:
    shop.fail(kind, PUT, times=2)
    with pytest.raises(Unavailable, match="could not be seen there"):
        client.add("1398", OURS)
    assert (left(shop), len(shop.calls(EXT))) == ([1], 2)


def test_asking_twice_makes_one_reservation(shop: LockmeSandbox, client: Lockme) -> None:
    assert client.add("1398", OURS) == client.add("1398", OURS)
    assert writes(shop) == ["PUT"]


def test_6_no_4_an_external_id_that_is_in_use_is_not_given_twice(
    shop: LockmeSandbox, client: Lockme, booked: str
) -> None:
    with pytest.raises(Refused, match=f"already that of reservation {booked}"):
        client.add("1398", {**OURS, "hour": time(18)})
    assert writes(shop) == []


def test_without_an_external_id_a_put_without_an_answer_stays_in_doubt(
    shop: LockmeSandbox, client: Lockme
) -> None:
    shop.fail("drop_after", PUT, times=2)
    with pytest.raises(Unavailable, match="could not be seen"):
        client.add("1398", SLOT)
    assert (len(shop.store.reservations), left(shop)) == (1, [1])


def test_too_many_calls_are_not_answered_with_another_one(shop: LockmeSandbox, client: Lockme) -> None:
    shop.fail("status", PUT, status=429)
    with pytest.raises(Unavailable):
        client.add("1398", OURS)
    assert [call.method for call in shop.journal] == ["GET", "PUT"]


def test_a_token_that_dies_before_a_put_does_not_double_it(shop: LockmeSandbox, client: Lockme) -> None:
    shop.expire_tokens()
    client.add("1398", SLOT)
    assert [call.status for call in shop.calls(PUT)] == [401, 200]
    assert len(shop.store.reservations) == 1


@pytest.mark.parametrize("status", [400, 403, 409])
def test_no_guests_name_stands_in_an_error(shop: LockmeSandbox, client: Lockme, status: int) -> None:
    said = json.dumps({"message": "Ewa Zażółć, ewa@example.test, +48600100200 is banned"})
    shop.fail("status", PUT, status=status, body=said, content_type="application/json")
    with pytest.raises(VendorError, match="is banned") as caught:
        client.add("1398", {**SLOT, **GUEST})
    assert not [value for value in GUEST.values() if isinstance(value, str) and value in caught.value.text]
