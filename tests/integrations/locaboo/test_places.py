"""Resources and customers."""

from __future__ import annotations

import pytest

from integrations.errors import Garbled
from integrations.sandbox.locaboo import LocabooSandbox
from integrations.vendors.locaboo import Locaboo
from tests.integrations.locaboo.answers import MARCH, says

KEY = LocabooSandbox.secrets["api_secret_key"]


def test_b_c15_resources_come_before_their_parts(client: Locaboo) -> None:
    records = client.resources().records
    assert [(each.ref, each.kind, each.parent_ref) for each in records] == [
        ("70", "room", ""),
        ("80", "room", ""),
        ("71", "part", "70"),
        ("72", "part", "70"),
    ]


def test_commas_too_many_are_forgiven_in_the_resource_list_alone(
    hall: LocabooSandbox, client: Locaboo
) -> None:
    sloppy = '{"data": [{"id": "70", "title": "A,] \\" ,}", "parts": [],},], "success": true,}'
    hall.fail("body", times=2, body=sloppy)
    assert [each.title for each in client.resources().records] == ['A,] " ,}']
    with pytest.raises(Garbled):
        client.customers()


@pytest.mark.parametrize("body", ['{"data": [,], "success": true', '{"data": [1,,], "success": true}'])
def test_nothing_but_commas_is_forgiven(hall: LocabooSandbox, client: Locaboo, body: str) -> None:
    hall.fail("body", body=body)
    with pytest.raises(Garbled):
        client.resources()


def test_a_bad_resource_or_part_rejects_itself_alone(hall: LocabooSandbox, client: Locaboo) -> None:
    rows = [
        {"id": 70, "parts": {"0": {"id": "71"}, "1": {"title": "x"}}},
        {"title": "y"},
        {"id": 90, "parts": "z"},
        {"id": 80, "parts": None},
    ]
    says(hall, rows, "resource_list")
    listing = client.resources()
    assert [each.ref for each in listing.records] == ["70", "80", "71"]
    assert [each.kind for each in listing.rejected] == ["resource"] * 3


def test_b_c18_customers_are_found_by_the_id_that_bookings_name(
    hall: LocabooSandbox, client: Locaboo
) -> None:
    hall.book(71, "2026-03-10 09:00", "2026-03-10 11:00", 4711)
    (customer,) = client.customers().records
    assert client.read(MARCH).bookings[0].customer_ref == customer.ref
    assert (customer.name, customer.company, customer.email) == (
        "Ida Kern",
        "Verein e.V.",
        "ida@example.test",
    )


def test_b_c18_a_customer_needs_no_e_mail_and_no_name(hall: LocabooSandbox, client: Locaboo) -> None:
    says(
        hall, [{"id": 1, "email": None, "show_name": "Verein"}, {"email": "x@example.test"}], "customer_list"
    )
    listing = client.customers()
    assert [(each.ref, each.name, each.email) for each in listing.records] == [("1", "Verein", "")]
    assert [each.kind for each in listing.rejected] == ["customer"]


def test_b_c22_customers_that_are_promised_and_not_told_are_missed(
    hall: LocabooSandbox, client: Locaboo
) -> None:
    hall.fail("body", "customer_list", times=2, body='{"data": [{"id": 1}], "total": 2, "success": true}')
    with pytest.raises(Garbled):
        client.customers()


def test_b_c22_other_totals_are_not_believed(hall: LocabooSandbox, client: Locaboo) -> None:
    says(hall, [{"id": 70, "parts": []}], "resource_list", total=16)
    assert len(client.resources().records) == 1
