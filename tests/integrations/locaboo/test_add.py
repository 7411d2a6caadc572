"""booking_add: one booking, posted once and read back."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

import pytest

from integrations.errors import Misconfigured, Refused
from integrations.sandbox.locaboo import LocabooSandbox
from integrations.types import AddOrder, Once, Verdict, WholeDays
from integrations.vendors.locaboo import Locaboo
from tests.integrations.locaboo.answers import ends, left
from tests.integrations.locaboo.orders import ADD, FIRST, LAST, NINE, dates, sent

SLOT = Once(NINE, NINE + timedelta(hours=2))
ONE = AddOrder("80", SLOT)


def test_a_booking_is_added_and_read_back(hall: LocabooSandbox, client: Locaboo) -> None:
    written = client.add_booking(replace(ONE, customer_ref="4711", title="Probe", comment="Laut"))
    assert (ends(written), written.ref) == ((Verdict.DONE, True), "9001")
    assert written.booking is not None
    assert (written.booking.title, written.booking.customer_ref) == ("Probe", "4711")
    assert dates(hall) == ["10.03. 09:00-11:00"]


def test_b_c21_nested_fields_are_sent_in_brackets(hall: LocabooSandbox, client: Locaboo) -> None:
    order = AddOrder(
        "70",
        Once(datetime(2026, 3, 1, 8, tzinfo=UTC), datetime(2026, 3, 1, 9, tzinfo=UTC)),
        parts={"70": ("71", "72")},
        fields={"70": {"mf_3": "8", "4": "A"}},
        inventory={"70": {"13": 2}},
        services={"70": {"686": 1}},
        person_refs=("5", "6"),
    )
    assert ends(client.add_booking(order)) == (Verdict.DONE, True)
    body = parse_qsl(hall.calls(ADD)[0].body)
    named = {
        ("resource_parts[70][]", "71"),
        ("resource_parts[70][]", "72"),
        ("category_fields[70][3]", "8"),
        ("category_fields[70][4]", "A"),
        ("inventory[70][13][checked]", "on"),
        ("inventory[70][13][quantity]", "2"),
        ("services[70][686][quantity]", "1"),
        ("persons[]", "5"),
        ("date_from", "2026-03-01"),
    }
    assert named <= set(body)
    assert hall.store.bookings[9001].custom_fields == {70: {3: "8", 4: "A"}}


def test_b_c3_what_a_booking_was_added_with_is_told_afterwards(hall: LocabooSandbox, client: Locaboo) -> None:
    order = replace(ONE, services={"80": {"686": 1}}, inventory={"80": {"13": 2}}, person_refs=("5", "6"))
    written = client.add_booking(order)
    things = client.catalogue.booked_along(written.ref) or ()
    assert {(each.kind, each.ref, each.quantity) for each in things} == {
        ("inventory", "13", 2),
        ("service", "686", 1),
    }
    assert written.booking is not None
    assert written.booking.people == 2


@pytest.mark.parametrize("customer", ["", "4712"])
def test_a_booking_that_came_to_be_for_somebody_else_is_in_doubt(
    hall: LocabooSandbox, client: Locaboo, customer: str
) -> None:
    hour = {"id": 501, "resource_id": 80, "from": "2026-03-10 09:00", "to": "2026-03-10 11:00"}
    place = {"resource_id": 80, "resource": "Saal", "instances": [hour]}
    row = {"id": 9001, "title": "", "resources": [place], "customer_id": customer}
    hall.fail("body", "/booking/9001", body=json.dumps({"data": row, "total": 1, "success": True}))
    written = client.add_booking(replace(ONE, customer_ref="4711"))
    assert ends(written) == (Verdict.IN_DOUBT, False)
    assert "its customer is another one, or gone" in written.text


def test_b_c1_the_key_is_in_the_form_and_not_in_the_address(hall: LocabooSandbox, client: Locaboo) -> None:
    client.add_booking(ONE)
    assert hall.calls(ADD)[0].query == {}


def test_whole_days_are_read_back_as_one_span(hall: LocabooSandbox, client: Locaboo) -> None:
    order = AddOrder("80", WholeDays(date(2026, 3, 10), date(2026, 3, 12)))
    assert ends(client.add_booking(order)) == (Verdict.DONE, True)
    assert (sent(hall)["multi_day"], len(dates(hall))) == ("1", 3)


def test_a_request_is_done_but_not_confirmed_before_somebody_approves_it(
    hall: LocabooSandbox, client: Locaboo
) -> None:
    assert ends(client.add_booking(replace(ONE, request=True))) == (Verdict.DONE, False)
    assert hall.store.bookings[9001].status == "Pending"


def test_looks_are_told_as_0_and_1(hall: LocabooSandbox, client: Locaboo) -> None:
    client.add_booking(replace(ONE, color="#FF0000", hidden=True))
    looks = {"custom_color": "1", "color": "#FF0000", "entrance_hall": "0", "booking_hidden_widget": "1"}
    assert looks.items() <= sent(hall).items()


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"resource_ref": ""}, "main resource is missing"),
        ({"customer_ref": "Ida"}, "customer is not a number"),
        ({"color": "red"}, "written like #ff0000"),
        ({"parts": {"70": ("x",)}}, "a part is not a number"),
        ({"fields": {"70": {"Personen": "8"}}}, "named by its number"),
        ({"inventory": {"70": {"13": 0}}}, "whole number from 1"),
        ({"when": Once(NINE, NINE)}, "ends before it starts"),
        ({"when": WholeDays(LAST, FIRST)}, "last day is before the first"),
    ],
)
def test_a_bad_order_is_refused_in_words_before_locaboo_is_asked(
    hall: LocabooSandbox, client: Locaboo, wrong: dict[str, Any], words: str
) -> None:
    with pytest.raises(Refused, match=words):
        client.add_booking(replace(ONE, **wrong))
    assert hall.journal == []


# ------------------------------------------------------------------------------------- what comes of it


def test_the_vendors_refusal_is_told_in_its_words(hall: LocabooSandbox, client: Locaboo) -> None:
    written = client.add_booking(replace(ONE, customer_ref="7"))
    assert (written.verdict, "Customer not found." in written.text) == (Verdict.REFUSED, True)
    assert hall.store.bookings == {}


def test_b_s8_a_conflict_is_told_and_is_no_refusal(hall: LocabooSandbox, client: Locaboo) -> None:
    hall.switch["conflict_flag"] = True
    assert "taken" not in client.add_booking(ONE).text
    written = client.add_booking(ONE)
    assert (ends(written), "the time was taken already" in written.text) == ((Verdict.DONE, True), True)


@pytest.mark.parametrize("kind", ["drop_before", "drop_after", "status", "truncate"])
def test_b_c19_an_add_is_tried_once_whatever_comes_of_it(
    hall: LocabooSandbox, client: Locaboo, kind: str
) -> None:
    hall.fail(kind, ADD, times=2)
    written = client.add_booking(ONE)
    assert (written.verdict, left(hall)) == (Verdict.IN_DOUBT, [1])
    assert written.candidates == tuple(str(ref) for ref in hall.store.bookings)


@pytest.mark.parametrize(
    "body", ['{"data": [], "success": true}', '{"data": [{"id": null}], "success": true}', "<html>", "{}"]
)
def test_an_answer_without_an_id_is_a_doubt(hall: LocabooSandbox, client: Locaboo, body: str) -> None:
    hall.fail("body", ADD, body=body)
    assert client.add_booking(ONE).verdict is Verdict.IN_DOUBT


def test_a_key_that_dies_before_the_add_stops_the_account(hall: LocabooSandbox, client: Locaboo) -> None:
    hall.revoke_key()
    with pytest.raises(Misconfigured):
        client.add_booking(ONE)
