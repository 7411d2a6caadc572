"""What the stand-in for Locaboo does on writes, and what it refuses."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from werkzeug.test import TestResponse

from integrations.sandbox.locaboo import LocabooSandbox
from tests.integrations.locaboo.sandbox.answers import data, times

ADD = {
    "booking_mode": "direct_booking",
    "recurring": "0",
    "date_from": "2026-03-10",
    "date_to": "2026-03-10",
    "time_from": "09:00",
    "time_to": "11:00",
    "main_resource": "70",
}
SERIES = {**ADD, "recurring": "1", "date_from": "2026-03-01", "date_to": "2026-04-30"}


SAVE = {
    "resource_id": "71",
    "date_from": "2026-03-10",
    "date_to": "2026-03-12",
    "time_from": "18:00",
    "time_to": "10:00",
}


def test_b_s7_a_get_writes(hall: LocabooSandbox, get: Callable[..., TestResponse]) -> None:
    body = json.loads(get("booking_save", **SAVE, customer_first_name="Ole", customer_email="o@x.test").text)
    assert body == {
        "data": [{"id": 9001, "message": "Successfully cerated the booking."}],
        "total": 0,
        "success": True,
    }
    assert times(hall) == ["10.03. 18:00-23:59", "11.03. 00:00-23:59", "12.03. 00:00-10:00"]
    assert hall.store.customers[hall.store.bookings[9001].customer_id].email == "o@x.test"
    assert len(hall.calls("booking_save")) == 1


def test_b_s7_an_update_without_a_status_revives(
    hall: LocabooSandbox, get: Callable[..., TestResponse]
) -> None:
    hall.cancel(hall.book(71, "2026-03-10 09:00", "2026-03-10 11:00"))
    get("booking_save", **SAVE, booking_id="9001")
    assert hall.store.bookings[9001].status == "Live"


@pytest.mark.parametrize(
    ("omitted", "customer", "hours"), [("keep", 4711, "09:00-11:00"), ("blank", 0, "00:00-23:59")]
)
def test_b_s7_what_is_not_sent_is_kept_or_lost(
    hall: LocabooSandbox, get: Callable[..., TestResponse], omitted: str, customer: int, hours: str
) -> None:
    hall.switch["omitted"] = omitted
    hall.book(71, "2026-03-10 09:00", "2026-03-10 11:00", 4711)
    short = {"resource_id": "71", "date_from": "2026-03-12", "date_to": "2026-03-12"}
    get("booking_save", **short, booking_id="9001")
    assert hall.store.bookings[9001].customer_id == customer
    assert times(hall) == [f"12.03. {hours}"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"booking_status": "Live!"},
        {"booking_id": "77"},
        {"resource_id": "1"},
        {"resource_id": ""},
        {"date_to": "12.03.2026"},
        {"date_to": "2026-03-09"},
        {"customer_salutation": "Herr"},
        {"date_to": "2026-03-10"},
    ],
)
def test_b_s7_a_wrong_save_changes_nothing(
    hall: LocabooSandbox, get: Callable[..., TestResponse], wrong: dict[str, str]
) -> None:
    assert get("booking_save", **(SAVE | wrong)).status_code in {400, 404}
    assert not hall.store.bookings


def test_b_s8_a_booking_is_added_with_bracketed_fields(
    hall: LocabooSandbox, post: Callable[..., TestResponse]
) -> None:
    fields = {
        "resource_parts[70][]": ["71", "72"],
        "category_fields[70][3]": "8",
        "inventory[70][13][checked]": "on",
        "inventory[70][13][quantity]": "2",
        "customer_id": "4711",
    }
    assert data(post("booking_add", ADD | fields))[0]["id"] == 9001
    booking = hall.store.bookings[9001]
    assert [one.resource_id for one in booking.instances] == [71, 72]
    assert (booking.custom_fields, booking.inventory) == ({70: {3: "8"}}, {13: 2})
    assert booking.status == "Live"


def test_b_s8_a_request_waits_for_approval(hall: LocabooSandbox, post: Callable[..., TestResponse]) -> None:
    post("booking_add", ADD | {"booking_mode": "booking_request"})
    assert hall.store.bookings[9001].status == "Pending"


def test_b_s8_full_days_are_a_chain(hall: LocabooSandbox, post: Callable[..., TestResponse]) -> None:
    post("booking_add", ADD | {"multi_day": "1", "date_to": "2026-03-11"})
    assert times(hall) == ["10.03. 00:00-23:59", "11.03. 00:00-23:59"]


@pytest.mark.parametrize(
    ("rule", "first", "count"),
    [
        ({"recurrence_type": "day", "daily_recurrence[full_day]": "1"}, "01.03. 00:00-23:59", 61),
        (
            {
                "recurrence_type": "week",
                "weekly_recurrence[0][day]": "mon",
                "weekly_recurrence[0][from]": "09:00",
                "weekly_recurrence[0][to]": "10:00",
                "weekly_recurrence[1][day]": "tue",
                "weekly_recurrence[1][full_day]": "1",
            },
            "02.03. 09:00-10:00",
            18,
        ),
        (
            {
                "recurrence_type": "week",
                "weekly_type_select": "biweek",
                "weekly_recurrence[0][day]": "mon",
                "weekly_recurrence[0][full_day]": "1",
            },
            "09.03. 00:00-23:59",
            4,
        ),
        (
            {
                "recurrence_type": "month",
                "monthly_recurrence[mode]": "day",
                "monthly_recurrence[days][day]": "15",
                "monthly_recurrence[days][month]": "01",
                "monthly_recurrence[from]": "09:00",
                "monthly_recurrence[to]": "10:00",
            },
            "15.03. 09:00-10:00",
            2,
        ),
        (
            {
                "recurrence_type": "month",
                "monthly_recurrence[mode]": "week",
                "monthly_recurrence[days][week_number]": "2",
                "monthly_recurrence[days][week_day]": "tue",
                "monthly_recurrence[days][month]": "02",
                "monthly_recurrence[full_day]": "1",
            },
            "10.03. 00:00-23:59",
            1,
        ),
        (
            {
                "recurrence_type": "year",
                "yearly_recurrence[day]": "01",
                "yearly_recurrence[month]": "04",
                "yearly_recurrence[full_day]": "1",
            },
            "01.04. 00:00-23:59",
            1,
        ),
    ],
)
def test_b_s8_a_recurrence_is_expanded(
    hall: LocabooSandbox, post: Callable[..., TestResponse], rule: dict[str, str], first: str, count: int
) -> None:
    data(post("booking_add", SERIES | rule))
    assert (times(hall)[0], len(times(hall))) == (first, count)


@pytest.mark.parametrize(
    "wrong",
    [
        *({name: ""} for name in ADD),
        {"booking_mode": "direct"},
        {"recurring": "2"},
        {"recurring": "1"},
        {"recurring": "1", "recurrence_type": "week"},
        {"recurring": "1", "recurrence_type": "week", "weekly_recurrence[0][day]": "Monday"},
        {"date_from": "2026-3-10"},
        {"time_from": "9:00"},
        {"time_to": "09:00"},
        {"multi_day": "yes"},
        {"custom_color": "1"},
        {"custom_color": "1", "color": "red"},
        {"entrance_hall": "2"},
        {"main_resource": "1"},
        {"resource_parts[70][]": "80"},
        {"resource_parts": "71"},
        {"category_fields[70][mf_3]": "8"},
        {"inventory[70][13][quantity]": "1"},
        {"customer_id": "5"},
    ],
)
def test_b_s8_a_wrong_booking_is_not_added(
    hall: LocabooSandbox, post: Callable[..., TestResponse], wrong: dict[str, str]
) -> None:
    assert post("booking_add", ADD | wrong).status_code in {400, 404}
    assert not hall.store.bookings


def test_b_s8_a_conflict_is_flagged_and_not_refused(
    hall: LocabooSandbox, post: Callable[..., TestResponse]
) -> None:
    hall.switch["conflict_flag"] = True
    hall.book(71, "2026-03-10 10:00", "2026-03-10 12:00")
    assert data(post("booking_add", ADD))[0]["conflict"] is True
    assert len(hall.store.bookings) == 2


def test_customers_are_added_and_edited_without_a_total(
    hall: LocabooSandbox, post: Callable[..., TestResponse]
) -> None:
    body = json.loads(post("customer_add", {"first_name": "Ole", "salutation": "0"}).text)
    assert body.keys() == {"data", "success"}
    ident = str(body["data"][0]["id"])
    data(post("customer_edit", {"customer_id": ident, "email": "ole@example.test"}))
    data(post("customer_address_add", {"customer_id": ident, "address[0][city]": "Hof"}))
    found = hall.store.customers[int(ident)]
    assert (found.first_name, found.email, found.addresses) == ("Ole", "ole@example.test", [{"city": "Hof"}])


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("customer_add", {"salutation": "Mr"}),
        ("customer_edit", {"first_name": "Ole"}),
        ("customer_edit", {"customer_id": "1"}),
        ("customer_address_add", {"customer_id": "4711"}),
        ("customer_address_add", {"customer_id": "4711", "address[]": "Hof"}),
    ],
)
def test_a_wrong_customer_is_refused(
    post: Callable[..., TestResponse], path: str, fields: dict[str, str]
) -> None:
    assert post(path, fields).status_code in {400, 404}


def test_a_new_customer_never_takes_the_place_of_one_whose_id_was_chosen(
    hall: LocabooSandbox, post: Callable[..., TestResponse]
) -> None:
    for ident in (4701, 4702):
        hall.add_customer("Greta", "Brandt", id=ident)
    added = data(post("customer_add", {"first_name": "Ida"}))[0]["id"]
    assert added == 4703
    assert [one.first_name for one in hall.store.customers.values()][-3:] == ["Greta", "Greta", "Ida"]
