"""Invoices, stock, opening times and free slots, as neutral values."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import pytest

from integrations.errors import Garbled, Misconfigured, Refused
from integrations.sandbox.locaboo import LocabooSandbox, samples
from integrations.types import Comparison, Condition, FreeQuery, InvoiceRecord, Payment
from integrations.vendors.locaboo import Locaboo
from tests.integrations.locaboo.answers import says

DAY = date(2026, 3, 10)
SEATS = Condition("3", Comparison.AT_LEAST, "8")


@pytest.fixture
def invoice(hall: LocabooSandbox, client: Locaboo) -> InvoiceRecord:
    hall.book(71, "2026-03-10 09:00", "2026-03-10 11:00")
    (record,) = client.invoices().records
    return record


# -------------------------------------------------------------------------------------------- invoices


def test_an_invoice_is_read_with_its_sums_and_dates(invoice: InvoiceRecord) -> None:
    assert (invoice.ref, invoice.number, invoice.currency) == ("46475", "2026T77", "EUR")
    assert (invoice.total, invoice.rows_total) == (Decimal(0), Decimal("23.8"))
    assert invoice.created_at == datetime(2026, 5, 21, 19, 38, tzinfo=UTC)
    assert invoice.due_on == date(2026, 6, 5)
    assert (invoice.customer_ref, invoice.booking_refs) == ("20904", ("9001",))


def test_an_invoice_is_told_with_the_customer_of_its_booking(hall: LocabooSandbox, client: Locaboo) -> None:
    hall.book(71, "2026-03-10 09:00", "2026-03-10 11:00", 4711)
    assert client.invoices().records[0].customer_ref == "4711"


def test_b_c22_a_german_label_is_shown_and_decides_nothing(invoice: InvoiceRecord) -> None:
    assert (invoice.payment_label, invoice.status_label) == ("Bezahlt", "Fertig")
    assert invoice.payment is Payment.UNKNOWN


def test_b_c22_what_a_label_means_is_the_accounts_own_option(
    hall: LocabooSandbox, connect: Callable[..., Locaboo]
) -> None:
    hall.book(71, "2026-03-10 09:00", "2026-03-10 11:00")
    (record,) = connect(payment_map={" bezahlt": "paid"}).invoices().records
    assert record.payment is Payment.PAID
    with pytest.raises(Misconfigured, match="payment_map"):
        connect(payment_map={"Bezahlt": "yes"})


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"id": None}, "id is missing"),
        ({"invoice_rows": None}, "invoice_rows"),
        ({"total_price": "viel"}, "amount"),
        ({"due_date": "2026-06-05"}, "d.m.Y"),
        ({"created": "21.05.2026"}, "d.m.Y"),
    ],
)
def test_b_c5_an_invoice_that_cannot_be_read_is_shown_and_the_others_are_kept(
    hall: LocabooSandbox, client: Locaboo, wrong: dict[str, Any], words: str
) -> None:
    says(hall, [samples.invoice(1, 71) | wrong, {"meta": {}}, samples.invoice(2, 71)], "invoice_list")
    listing = client.invoices()
    assert [record.booking_refs for record in listing.records] == [("2",)]
    assert words in listing.rejected[0].reason


def test_what_an_invoice_does_not_tell_is_not_made_up(hall: LocabooSandbox, client: Locaboo) -> None:
    bare = {"id": "7", "invoice_rows": [{"booking_id": "", "total": None}], "customer": None}
    says(hall, [bare], "invoice_list")
    (record,) = client.invoices().records
    assert (record.total, record.rows_total, record.created_at, record.due_on) == (None, None, None, None)
    assert (record.customer_ref, record.booking_refs) == ("", ())


# --------------------------------------------------------------------------------- stock and resources


def test_b_c3_stock_belongs_to_resources_or_to_none(hall: LocabooSandbox, client: Locaboo) -> None:
    assert {(each.kind, each.ref, each.quantity) for each in client.catalogue.stock().records} == {
        ("inventory", "1890", 120),
        ("service", "686", None),
    }
    assert client.catalogue.stock().records[0].resource_refs == ("70", "71", "72", "80")
    says(hall, [samples.priced(1, "Licht", {}), {"id": 2}], "service_list")
    listing = client.catalogue.stock()
    assert listing.records[-1].resource_refs == ()
    assert [each.kind for each in listing.rejected] == ["service"]


def test_b_c3_what_a_booking_has_with_it_is_told(hall: LocabooSandbox, client: Locaboo) -> None:
    hall.book(71, "2026-03-10 09:00", "2026-03-10 11:00", inventory={13: 2, 14: 0})
    (thing,) = client.catalogue.booked_along("9001") or ()
    assert (thing.ref, thing.kind, thing.quantity, thing.resource_refs) == ("13", "inventory", 2, ("70",))
    assert client.catalogue.booked_along("7") is None


def test_a_resource_tells_when_it_is_open_today(hall: LocabooSandbox, client: Locaboo) -> None:
    place = client.catalogue.place("70")
    assert place is not None
    assert (place.title, place.open_today, place.holidays) == ("Halle", ((time(8), time(22)),), ())
    holiday = {"title": "Ostern", "from": "2026-04-05", "to": "2026-04-06"}
    says(hall, {"id": 70, "today_holidays": [holiday]}, "/resource/70")
    closed = client.catalogue.place("70")
    assert closed is not None
    assert closed.holidays == (("Ostern", date(2026, 4, 5), date(2026, 4, 6)),)


@pytest.mark.parametrize(
    "wrong", [{"id": 0}, {"today_opening_times": [["8"]]}, {"today_holidays": ["Ostern"]}]
)
def test_opening_times_that_cannot_be_read_are_not_guessed(
    hall: LocabooSandbox, client: Locaboo, wrong: dict[str, Any]
) -> None:
    says(hall, {"id": 70, **wrong}, "/resource/70")
    with pytest.raises(Garbled):
        client.catalogue.place("70")


# ----------------------------------------------------------------------------------------------- slots


def test_free_slots_are_asked_for_with_every_filter(hall: LocabooSandbox, client: Locaboo) -> None:
    any_chair = Condition("4", Comparison.ANY, "")
    query = FreeQuery(
        DAY,
        DAY,
        ("71", "72"),
        time(2),
        opens=time(9),
        closes=time(13),
        conditions=(SEATS, any_chair),
        limit=3,
    )
    free = client.catalogue.free(query)
    assert free["71"] == {DAY: [(time(9), time(11)), (time(11), time(13))]}
    assert free["72"] == {DAY: [(time(9), time(11))]}
    sent = hall.calls("availability")[0].query
    assert sent["free_text_field_ids_str"] == "3,4"
    assert sent["free_text_field_conditions_str"] == "great_than_et,"
    assert sent["free_text_field_values_str"] == "8,"


def test_b_s9_a_single_empty_condition_is_sent_in_all_three_lists(
    hall: LocabooSandbox, client: Locaboo
) -> None:
    client.catalogue.free(FreeQuery(DAY, DAY, conditions=(Condition("4", Comparison.ANY, ""),)))
    sent = hall.calls("availability")[0].query
    lists = [sent[f"free_text_field_{name}_str"] for name in ("ids", "conditions", "values")]
    assert lists == ["4", "", ""]


def test_filters_can_be_named_in_both_of_the_vendors_ways(
    hall: LocabooSandbox, connect: Callable[..., Locaboo]
) -> None:
    connect(filter_names="both").catalogue.free(FreeQuery(DAY, DAY, ("71",), conditions=(SEATS,)))
    sent = hall.calls("availability")[0].query
    assert sent["free_text_field_values"] == sent["free_text_field_values_str"] == "8"
    with pytest.raises(Misconfigured, match="filter_names"):
        connect(filter_names="str")


@pytest.mark.parametrize(
    ("query", "words"),
    [
        (FreeQuery(DAY, date(2026, 3, 9)), "before the first"),
        (FreeQuery(DAY, DAY, duration=time()), "duration"),
        (FreeQuery(DAY, DAY, duration=time(1, 0, 1)), "whole minutes"),
        (FreeQuery(DAY, DAY, limit=0), "limit"),
        (FreeQuery(DAY, DAY, ("hall",)), "not a number"),
        (FreeQuery(DAY, DAY, opens=time(9), closes=time(9)), "ends before"),
        (FreeQuery(DAY, DAY, conditions=(Condition("3", Comparison.EQUAL, "1,5"),)), "comma"),
        (FreeQuery(DAY, DAY, conditions=(Condition("mf_3", Comparison.EQUAL, "1"),)), "not a number"),
    ],
)
def test_filters_that_cannot_be_are_refused_before_locaboo_is_asked(
    hall: LocabooSandbox, client: Locaboo, query: FreeQuery, words: str
) -> None:
    with pytest.raises(Refused, match=words):
        client.catalogue.free(query)
    assert hall.journal == []
