"""Lock.me's rooms as staff set them up; tests are named after the parts of lockme.md."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time
from typing import Any

import pytest

from integrations.errors import Garbled, NotReleased, Refused, Unavailable
from integrations.sandbox.lockme import LockmeSandbox
from integrations.types import RoomCalendar, Slot
from integrations.vendors.lockme import Lockme
from tests.integrations.lockme.conftest import left

DAY = date(2026, 3, 10)  # a Tuesday
NOON, LATE = Slot(time(12), (3, 4)), Slot(time(21, 30, 15))
Change = Callable[[Lockme], Any]


def test_the_client_is_a_room_calendar(client: Lockme) -> None:
    assert isinstance(client, RoomCalendar)


# ---------------------------------------------------------------------------------------------- margin


def test_1_3_no_5_a_rooms_margin_is_edited_and_read(shop: LockmeSandbox, client: Lockme) -> None:
    assert client.margin("1398") is None
    record = client.edit_room("1398", 0.1)
    assert (record.ref, record.raw["calendarMargin"], client.margin("1398")) == ("1398", 0.1, 0.1)
    assert [call.body for call in shop.calls("POST")] == ['{"calendarMargin": 0.1}']


@pytest.mark.parametrize("wrong", [None, "15", True, -1, float("nan"), float("inf")])
def test_1_5_what_is_no_margin_is_refused_before_lock_me_is_asked(
    shop: LockmeSandbox, client: Lockme, wrong: Any
) -> None:
    with pytest.raises(Refused, match="the margin must be"):
        client.edit_room("1398", wrong)
    assert shop.journal == []


def test_a_margin_without_an_answer_is_looked_at_and_not_set_again(
    shop: LockmeSandbox, client: Lockme
) -> None:
    shop.fail("drop_after", "POST")
    assert client.edit_room("1398", 15).raw["calendarMargin"] == 15
    shop.fail("drop_before", "POST", times=2)
    with pytest.raises(Unavailable, match="could not be seen"):
        client.edit_room("1398", 20)
    assert left(shop) == [1]


def test_a_margin_that_was_not_taken_is_not_believed(shop: LockmeSandbox, client: Lockme) -> None:
    shop.fail("body", "POST", body='{"roomid": 1398, "room": "Laboratory", "calendarMargin": "3"}')
    with pytest.raises(Garbled, match="another margin"):
        client.edit_room("1398", 15)


# ----------------------------------------------------------------------------------------- departments


def test_1_5_departments_are_what_the_rooms_say(shop: LockmeSandbox, client: Lockme) -> None:
    shop.add_room(1400, "Harbour", "Gdańsk")
    assert client.departments() == {"Centre": ("1398", "1399"), "Gdańsk": ("1400",)}


def test_1_3_what_lock_me_has_not_released_says_so(shop: LockmeSandbox, client: Lockme) -> None:
    for call in (lambda: client.department("Centre"), client.price_lists):
        with pytest.raises(NotReleased, match="has released no call"):
            call()
    assert shop.journal == []


# ------------------------------------------------------------------------------------ weeks and dates


def test_1_3_no_18_a_weekday_is_counted_from_monday(shop: LockmeSandbox, client: Lockme) -> None:
    assert client.set_weekday("1398", 1, [LATE, NOON]) == (NOON, LATE)
    assert client.on_weekday("1398", 1) == client.on_date("1398", DAY) == (NOON, LATE)
    assert (client.on_weekday("1398", 0), list(shop.store.rooms[1398].week)) == ((), [1])


def test_1_3_no_15_an_exception_stands_for_its_date_alone(shop: LockmeSandbox, client: Lockme) -> None:
    client.set_weekday("1398", 1, [NOON])
    assert client.set_date("1398", DAY, [LATE]) == client.on_date("1398", DAY) == (LATE,)
    assert client.on_date("1398", date(2026, 3, 17)) == (NOON,)


def test_1_3_no_16_without_its_exception_a_date_is_like_its_weekday(client: Lockme) -> None:
    client.set_weekday("1398", 1, [NOON])
    client.set_date("1398", DAY, [LATE])
    assert client.clear_date("1398", DAY) == (NOON,)


@pytest.mark.parametrize(
    "close",
    [lambda client: client.set_date("1398", DAY, []), lambda client: client.set_weekday("1398", 1, [])],
)
def test_1_3_a_day_is_closed_by_a_post_without_a_body(
    shop: LockmeSandbox, client: Lockme, close: Change
) -> None:
    client.set_weekday("1398", 1, [NOON])
    assert close(client) == client.on_date("1398", DAY) == ()
    assert shop.calls("POST")[-1].body == ""


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda client: client.set_weekday("1398", 7, [NOON]), "0 = Monday"),
        (lambda client: client.set_weekday("1398", -1, []), "0 = Monday"),
        (lambda client: client.set_date("1398", DAY, [NOON, Slot(time(12))]), "occurs twice"),
        (lambda client: client.set_date("1398", DAY, [Slot(time(12), (0,))]), "by its number"),
        (lambda client: client.set_date("1398", DAY, [Slot(time(12), ("3",))]), "by its number"),
        (lambda client: client.set_date("../1", DAY, []), "not a number"),
    ],
)
def test_slots_that_cannot_be_are_refused_before_lock_me_is_asked(
    shop: LockmeSandbox, client: Lockme, change: Change, words: str
) -> None:
    with pytest.raises(Refused, match=words):
        change(client)
    assert shop.journal == []


@pytest.mark.parametrize("kind", ["drop_after", "truncate"])
def test_slots_without_an_answer_are_looked_at_and_not_set_again(
    shop: LockmeSandbox, client: Lockme, kind: str
) -> None:
    shop.fail(kind, "POST", times=2)
    assert client.set_date("1398", DAY, [NOON]) == (NOON,)
    assert left(shop) == [1]


def test_slots_that_never_arrived_are_not_taken_for_set(shop: LockmeSandbox, client: Lockme) -> None:
    shop.fail("drop_before", "POST")
    with pytest.raises(Unavailable, match="could not be seen"):
        client.set_weekday("1398", 1, [NOON])
    assert shop.store.rooms[1398].week == {}


@pytest.mark.parametrize(
    "body", ["{}", "true", "[1]", '[{"hour": "noon"}]', '[{"hour": "12:00", "pricers": 3}]']
)
def test_slots_that_cannot_be_read_are_not_a_closed_day(
    shop: LockmeSandbox, client: Lockme, body: str
) -> None:
    shop.fail("body", "/date/", body=body)
    with pytest.raises(Garbled):
        client.on_date("1398", DAY)
    shop.fail("body", "DELETE", body=body)
    with pytest.raises(Garbled):
        client.clear_date("1398", DAY)


def test_a_room_of_another_partner_is_refused(client: Lockme) -> None:
    with pytest.raises(Refused, match="no rights"):
        client.set_weekday("2132", 0, [])
