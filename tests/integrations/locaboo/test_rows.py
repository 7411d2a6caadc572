"""Bookings and instances, row by row."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from integrations.sandbox.locaboo import LocabooSandbox
from integrations.types import BookingStatus
from integrations.vendors.locaboo import Locaboo
from tests.integrations.locaboo.answers import MARCH, holding, row, says

KEY = LocabooSandbox.secrets["api_secret_key"]


def test_b_c3_a_list_and_a_map_are_the_same(hall: LocabooSandbox, client: Locaboo) -> None:
    as_map = row(resources={"0": row()["resources"][0]}, custom_fields=[])
    as_list = holding(*row()["resources"][0]["instances"].values())[0]
    says(hall, [as_map])
    first = client.read(MARCH).bookings
    says(hall, [as_list])
    assert client.read(MARCH).bookings == first
    assert len(first[0].occurrences) == 1


@pytest.mark.parametrize("empty", [[], {}])
def test_b_c3_no_instances_are_none_in_either_form(hall: LocabooSandbox, client: Locaboo, empty: Any) -> None:
    says(hall, [row(resources=[{"resource_id": 70, "instances": empty}])])
    (booking,) = client.read(MARCH).bookings
    assert booking.occurrences == ()


@pytest.mark.parametrize("silent", [{"resource_id": 70}, {"resource_id": 70, "instances": None}, "70"])
def test_b_c3_instances_that_are_not_told_are_not_none(
    hall: LocabooSandbox, client: Locaboo, silent: Any
) -> None:
    says(hall, [row(resources=[silent])])
    reading = client.read(MARCH)
    assert reading.bookings == ()
    assert [(each.kind, each.ref) for each in reading.rejected] == [("booking", "9001")]


@pytest.mark.parametrize(
    ("said", "ref"),
    [("4711", "4711"), (4711, "4711"), (" 04711", "4711"), ("", ""), ("0", ""), (0, ""), (None, "")],
)
def test_b_c4_ids_are_numbers_in_any_form(hall: LocabooSandbox, client: Locaboo, said: Any, ref: str) -> None:
    says(hall, [row("9001", customer_id=said)])
    (booking,) = client.read(MARCH).bookings
    assert (booking.ref, booking.customer_ref) == ("9001", ref)


@pytest.mark.parametrize(
    "bad",
    ["text", None, {}, row(None), row("x"), row(True), row(0), row(resources="x"), row(customer_id="x")],
)
def test_b_c5_a_bad_booking_rejects_itself_alone(hall: LocabooSandbox, client: Locaboo, bad: Any) -> None:
    says(hall, [row(9001), bad, row(9003)])
    reading = client.read(MARCH)
    assert [booking.ref for booking in reading.bookings] == ["9001", "9003"]
    assert [each.kind for each in reading.rejected] == ["booking"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"from": "10.03.2026 09:00"},
        {"from": "2026-03-10 09:00:00"},
        {"from": "2026-03-10T09:00"},
        {"from": "2026-3-10 09:00"},
        {"from": "2026-02-30 09:00"},
        {"to": "2026-03-10 24:00"},
        {"to": "٢026-03-10 11:00"},
        {"to": None},
        {"from": 1773129600},
        {"resource_id": None},
        {"id": "x"},
        {"id": 0},
        {"status": "Pending"},
    ],
)
def test_b_c5_a_bad_instance_rejects_itself_alone(
    hall: LocabooSandbox, client: Locaboo, wrong: dict[str, Any]
) -> None:
    good = {"id": 501, "resource_id": 71, "from": "2026-03-10 09:00", "to": "2026-03-10 11:00"}
    says(hall, holding(good, {**good, "id": 502, **wrong}))
    reading = client.read(MARCH)
    assert [one.ref for one in reading.bookings[0].occurrences] == ["501"]
    assert [each.kind for each in reading.rejected] == ["occurrence"]


def test_b_c5_a_rejected_instance_is_named(hall: LocabooSandbox, client: Locaboo) -> None:
    says(hall, holding({"id": 502, "resource_id": 71, "from": "?", "to": "?"}))
    (rejected,) = client.read(MARCH).rejected
    assert rejected.ref == "502"
    assert rejected.raw["booking_id"] == "9001"


def test_b_c5_a_nameless_row_has_the_same_name_each_time(hall: LocabooSandbox, client: Locaboo) -> None:
    refs = set()
    for _ in range(2):
        says(hall, [row(None), row(None, title="other")])
        refs |= {each.ref for each in client.read(MARCH).rejected}
    assert len(refs) == 2


def test_an_instance_without_its_own_id_has_the_one_it_is_listed_under(
    hall: LocabooSandbox, client: Locaboo
) -> None:
    one = {"resource_id": 71, "from": "2026-03-10 09:00", "to": "2026-03-10 11:00"}
    says(hall, [row(resources=[{"resource_id": 70, "instances": {"77": one}}])])
    assert client.read(MARCH).bookings[0].occurrences[0].ref == "77"


def test_two_instances_of_one_id_are_not_guessed_at(hall: LocabooSandbox, client: Locaboo) -> None:
    one = {"id": 501, "resource_id": 71, "from": "2026-03-10 09:00", "to": "2026-03-10 11:00"}
    says(hall, holding(one, one, {**one, "resource_id": 72}))
    reading = client.read(MARCH)
    assert len(reading.bookings[0].occurrences) == 1
    assert len(reading.rejected) == 1


def test_a_booking_in_two_rows_is_one_with_the_occurrences_of_both(
    hall: LocabooSandbox, client: Locaboo
) -> None:
    other = {"id": 502, "resource_id": 72, "from": "2026-03-10 09:00", "to": "2026-03-10 11:00"}
    says(hall, [row(), *holding(other)])
    (booking,) = client.read(MARCH).bookings
    assert [one.resource_ref for one in booking.occurrences] == ["71", "72"]


def test_an_occurrence_is_of_the_part_or_the_whole_that_it_names(
    hall: LocabooSandbox, client: Locaboo
) -> None:
    booking = hall.book(70, "2026-03-10 09:00", "2026-03-10 11:00")
    hall.extend(booking, 72, "2026-03-10 09:00", "2026-03-10 11:00")
    hall.extend(booking, 80, "2026-03-10 09:00", "2026-03-10 11:00")
    (found,) = client.read(MARCH).bookings
    assert [one.resource_ref for one in found.occurrences] == ["70", "72", "80"]


def test_b_c17_what_is_not_told_is_not_missed(hall: LocabooSandbox, client: Locaboo) -> None:
    says(hall, [row()])
    (booking,) = client.read(MARCH).bookings
    assert (booking.title, booking.comment, booking.customer_ref, booking.people) == ("", "", "", None)


@pytest.mark.parametrize(("persons", "people"), [([], None), ([5, 6], 2), ("x", None), (None, None)])
def test_people_are_counted_where_they_are_listed(
    hall: LocabooSandbox, client: Locaboo, persons: Any, people: int | None
) -> None:
    says(hall, [row(persons=persons)])
    assert client.read(MARCH).bookings[0].people == people


@pytest.mark.parametrize(
    ("said", "means"),
    [
        ("Live", BookingStatus.CONFIRMED),
        ("completed", BookingStatus.CONFIRMED),
        ("Complete", BookingStatus.CONFIRMED),
        ("Pending", BookingStatus.PENDING),
        ("DRAFT", BookingStatus.PENDING),
        ("Cancelled", BookingStatus.CANCELLED),
        ("Cancel", BookingStatus.CANCELLED),
        ("Storniert", BookingStatus.UNKNOWN),
        ("", BookingStatus.UNKNOWN),
        (None, BookingStatus.UNKNOWN),
        ({"id": 1}, BookingStatus.UNKNOWN),
    ],
)
def test_a_status_that_is_told_is_obeyed(
    hall: LocabooSandbox, client: Locaboo, said: Any, means: BookingStatus
) -> None:
    says(hall, [row(status=said)])
    assert client.read(MARCH).bookings[0].status is means


def test_a_booking_without_a_status_is_confirmed(hall: LocabooSandbox, client: Locaboo) -> None:
    says(hall, [row(payment_status="offen")])
    (booking,) = client.read(MARCH).bookings
    assert (booking.status, booking.status_text) == (BookingStatus.CONFIRMED, "")


def test_an_account_may_say_what_a_status_means(
    hall: LocabooSandbox, connect: Callable[..., Locaboo]
) -> None:
    says(hall, [row(status="Storniert"), row(2, status="Draft")])
    client = connect(status_map={"storniert": "cancelled", "Draft": "confirmed"})
    first, second = client.read(MARCH).bookings
    assert (first.status, second.status) == (BookingStatus.CANCELLED, BookingStatus.CONFIRMED)


def test_an_instance_that_is_cancelled_by_itself_is_left_out(hall: LocabooSandbox, client: Locaboo) -> None:
    one = {"id": 501, "resource_id": 71, "from": "2026-03-10 09:00", "to": "2026-03-10 11:00"}
    says(hall, holding({**one, "status": "Cancelled"}))
    reading = client.read(MARCH)
    assert reading.bookings[0].occurrences == reading.rejected == ()


def test_text_that_no_database_holds_is_made_harmless(hall: LocabooSandbox, client: Locaboo) -> None:
    says(hall, [row(title="a\0b\ud83d", comments=["x"])])
    (booking,) = client.read(MARCH).bookings
    assert (booking.title, booking.comment) == ("ab?", "")
