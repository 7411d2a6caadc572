"""Lock.me's reservations as records, in every way their fields are written."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest

from integrations.errors import Garbled
from integrations.sandbox.lockme import LockmeSandbox
from integrations.types import BookingRecord, BookingStatus, CustomerRecord, Reading, Window
from integrations.vendors.lockme import Lockme
from tests.integrations.lockme.conftest import Connect

C, P, U = BookingStatus.CONFIRMED, BookingStatus.PENDING, BookingStatus.UNKNOWN
DAY = date(2026, 3, 10)


def row(ident: Any = 746269, **changed: Any) -> dict[str, Any]:
    """A reservation as the list has it."""
    slot = {"reservationid": ident, "roomid": 1398, "date": "2026-03-10", "hour": "16:30:00"}
    return {**slot, "status": 1, "source": "web", **changed}


def without(name: str) -> dict[str, Any]:
    known = row()
    del known[name]
    return known


def reading(shop: LockmeSandbox, client: Lockme, *rows: Any, day: date = DAY) -> Reading:
    shop.fail("body", "/reservations/", body=json.dumps(rows), content_type="application/json")
    return client.read(Window("1398", day, day))


def only(shop: LockmeSandbox, client: Lockme, **changed: Any) -> BookingRecord:
    day = date.fromisoformat(changed.get("date", DAY.isoformat()))
    (record,) = reading(shop, client, row(**changed), day=day).bookings
    return record


def test_a_reservation_is_read_whole(shop: LockmeSandbox, client: Lockme) -> None:
    number = shop.book(
        1398, "2026-03-10", "16:30", name="Ewa", surname="Nowak", email="ewa@example.test",
        phone="+48600100200", people=4, pricer="Standard", price=220.0, comment="Birthday",
        language="pl", extid="bk-42",
    )  # fmt: skip
    shop.pay(number)
    (record,) = client.read(Window("1398", DAY, DAY)).bookings
    assert record == client.booking("1398", str(number))
    assert (record.ref, record.status, record.status_text) == (str(number), C, "web, paid")
    assert (record.title, record.external_ref, record.channel) == ("Standard", "bk-42", "web")
    assert (record.people, record.price, record.comment, record.language) == (4, "220.00", "Birthday", "pl")
    assert record.customer == CustomerRecord(
        f"booking:{number}", name="Ewa Nowak", email="ewa@example.test", phone="+48600100200", language="pl"
    )
    assert record.booked_text == record.raw["time"] == "2026-03-09 09:00:00"


def test_a_start_is_given_in_utc_with_its_text_and_without_an_end(
    shop: LockmeSandbox, client: Lockme
) -> None:
    (occurrence,) = only(shop, client).occurrences
    assert occurrence.starts_at == datetime(2026, 3, 10, 15, 30, tzinfo=UTC)
    assert (occurrence.ends_at, occurrence.starts_text) == (None, "2026-03-10 16:30:00")
    assert (occurrence.ref, occurrence.resource_ref) == ("", "1398")


def test_ids_and_prices_as_text_give_the_same_record(shop: LockmeSandbox, client: Lockme) -> None:
    number = str(shop.book(1398, "2026-03-10", "16:30", price=99.5))
    plain = client.booking("1398", number)
    shop.switch.update(ids_as_text=True, price_as_text=True, status_as="text", empty_as_null=True)
    texts = client.booking("1398", number)
    assert plain
    assert texts
    assert (plain.ref, plain.occurrences, plain.price) == (texts.ref, texts.occurrences, texts.price)
    assert (plain.status, plain.comment, plain.customer) == (texts.status, texts.comment, texts.customer)


# ------------------------------------------------------------------------------------- status and source


@pytest.mark.parametrize(
    ("source", "status", "expected", "words"),
    [
        ("web", 0, P, "web, in the cart"),
        ("web", 1, C, "web, paid"),
        ("widget", False, P, "widget, unconfirmed"),
        ("widget", True, C, "widget, confirmed"),
        ("panel", "0", P, "panel, unconfirmed"),
        ("panel", "1", C, "panel, confirmed"),
        ("api", "false", P, "api, unconfirmed"),
        ("api", "true", C, "api, confirmed"),
        ("Web ", 1, C, "web, paid"),
        ("kiosk", 1, U, "kiosk, confirmed"),
        ("", 1, U, "source unknown, confirmed"),
        (None, 0, U, "source unknown, unconfirmed"),
        ("web", 2, U, "web, status unknown"),
        ("web", None, U, "web, status unknown"),
        ("web", "", U, "web, status unknown"),
        ("web", "paid", U, "web, status unknown"),
        ("web", [1], U, "web, status unknown"),
    ],
)
def test_only_a_known_source_with_a_true_status_is_confirmed(
    shop: LockmeSandbox, client: Lockme, source: Any, status: Any, expected: BookingStatus, words: str
) -> None:
    record = only(shop, client, source=source, status=status)
    assert (record.status, record.status_text) == (expected, words)


def test_a_status_that_is_not_told_is_unknown(shop: LockmeSandbox, client: Lockme) -> None:
    (record,) = reading(shop, client, without("status")).bookings
    assert record.status is U


def test_an_account_may_count_a_source_otherwise(shop: LockmeSandbox, connect: Connect) -> None:
    client = connect(status_map={"Panel:false": "confirmed", "kiosk:true": "confirmed"})
    assert only(shop, client, source="panel", status=0).status is C
    assert only(shop, client, source="kiosk", status=1).status is C
    assert only(shop, client, source="widget", status=0).status is P


@pytest.mark.parametrize(
    ("how", "expected"), [({}, P), ({"source": "panel", "status": True}, C), ({"source": "widget"}, P)]
)
def test_the_marketplace_the_widget_and_the_panel_are_told_apart(
    shop: LockmeSandbox, client: Lockme, how: dict[str, Any], expected: BookingStatus
) -> None:
    number = shop.book(1398, "2026-03-10", "16:30", **how)
    record = client.booking("1398", str(number))
    assert record is not None
    assert record.status is expected


# ------------------------------------------------------------------------------------- bad rows, good rows


@pytest.mark.parametrize(
    "bad",
    [
        5,
        None,
        [],
        without("reservationid"),
        without("date"),
        without("hour"),
        row("A-1"),
        row(True),
        row(-4),
        row(10**30),
        row(5, roomid="lab"),
        row(5, roomid=[]),
        row(5, roomid=1399),
        row(5, date="2026-03-12"),
        row(5, date="10.03.2026"),
        row(5, date="20260310"),
        row(5, date="2026-02-30"),
        row(5, date=None),
        row(5, hour="16.30"),
        row(5, hour="24:00:00"),
        row(5, hour="16:30-17:30"),
        row(5, hour=16),
        row(5, hour=""),
    ],
    ids=str,
)
def test_a_row_that_cannot_be_read_is_shown_and_the_others_are_kept(
    shop: LockmeSandbox, client: Lockme, bad: Any
) -> None:
    found = reading(shop, client, bad, row(6))
    assert [each.ref for each in found.bookings] == ["6"]
    assert [each.kind for each in found.rejected] == ["booking"]


def test_a_bad_row_is_known_by_its_id_and_kept_as_it_came(shop: LockmeSandbox, client: Lockme) -> None:
    (bad,) = reading(shop, client, row("5", hour="soon")).rejected
    assert (bad.ref, bad.reason, bad.raw["hour"]) == ("5", "the hour is not HH:MM:SS", "soon")


def test_a_row_listed_twice_and_differently_is_shown_and_not_believed(
    shop: LockmeSandbox, client: Lockme
) -> None:
    found = reading(shop, client, row(5), row(5, hour="18:00:00"), row(5), row(6), row(6))
    assert [each.ref for each in found.bookings] == ["6"]
    assert [each.ref for each in found.rejected] == ["5"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("people", "many"), ("people", -1), ("people", 10**12), ("price", {}), ("price", "free"),
        ("price", float("nan")), ("name", ["Ewa"]), ("email", None), ("comment", 5), ("extid", None),
        ("language", {}), ("time", 0), ("pricer", None), ("deposit", {"paid": False}), ("surname", "\ud800"),
    ],
)  # fmt: skip
def test_nobody_stands_outside_because_a_lesser_field_is_odd(
    shop: LockmeSandbox, client: Lockme, name: str, value: Any
) -> None:
    assert only(shop, client, **{name: value}).status is C


def test_an_odd_text_can_be_stored(shop: LockmeSandbox, client: Lockme) -> None:
    customer = only(shop, client, name="E\0wa", surname="\ud800").customer
    assert customer is not None
    assert customer.name.encode() == b"Ewa ?"


def test_nobody_is_a_group_of_none(shop: LockmeSandbox, client: Lockme) -> None:
    assert only(shop, client, people=0).people is None
    assert only(shop, client, people="4").people == 4


def test_a_reservation_without_personal_fields_has_no_customer(shop: LockmeSandbox, client: Lockme) -> None:
    assert only(shop, client, name="", email=None).customer is None


def test_a_room_that_is_not_repeated_is_the_one_asked_for(shop: LockmeSandbox, client: Lockme) -> None:
    (record,) = reading(shop, client, without("roomid")).bookings
    assert record.occurrences[0].resource_ref == "1398"


def test_a_game_after_midnight_may_be_listed_with_the_evening(shop: LockmeSandbox, client: Lockme) -> None:
    (record,) = reading(shop, client, row(date="2026-03-11", hour="00:30:00")).bookings
    assert record.occurrences[0].starts_at == datetime(2026, 3, 10, 23, 30, tzinfo=UTC)


def test_one_reservation_need_not_repeat_its_id(shop: LockmeSandbox, client: Lockme) -> None:
    number = str(shop.book(1398, "2026-03-10", "16:30"))
    shop.switch["reservationid"] = False
    record = client.booking("1398", number)
    assert record is not None
    assert record.ref == number


def test_one_reservation_that_was_moved_says_where_it_is(shop: LockmeSandbox, client: Lockme) -> None:
    body = json.dumps(row(5, roomid=1399))
    shop.fail("body", "/reservation/5", body=body, content_type="application/json")
    record = client.booking("1398", "5")
    assert record is not None
    assert record.occurrences[0].resource_ref == "1399"


def test_one_reservation_that_cannot_be_read_is_not_taken_for_gone(
    shop: LockmeSandbox, client: Lockme
) -> None:
    body = json.dumps(row(5, hour="soon"))
    shop.fail("body", "/reservation/5", body=body, content_type="application/json")
    with pytest.raises(Garbled, match="hour"):
        client.booking("1398", "5")
