"""Customers, written once and looked for in the list."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest

from integrations.errors import Refused
from integrations.sandbox.locaboo import LocabooSandbox
from integrations.types import Verdict
from integrations.vendors.locaboo import Locaboo
from tests.integrations.locaboo.answers import ends, left

OLE = {"first_name": "Ole", "last_name": "Lund", "email": "ole@example.test", "salutation": 0, "iban": "DE02"}


def test_a_customer_is_added_and_read_back(hall: LocabooSandbox, client: Locaboo) -> None:
    written = client.add_customer({**OLE, "customer_newsletter": False})
    assert (ends(written), written.ref) == ((Verdict.DONE, True), "4701")
    assert written.customer is not None
    assert (written.customer.name, written.customer.email) == ("Ole Lund", "ole@example.test")
    assert hall.store.customers[4701].extra["customer_newsletter"] == "0"


def test_b_c1_a_customer_is_in_the_form_and_not_in_the_address(hall: LocabooSandbox, client: Locaboo) -> None:
    client.add_customer(OLE)
    (call,) = hall.calls("customer_add")
    assert (call.method, call.query) == ("POST", {})


def test_the_fields_that_are_named_are_edited(hall: LocabooSandbox, client: Locaboo) -> None:
    assert ends(client.edit_customer("4711", {"phone": "+49 30 1"})) == (Verdict.DONE, True)
    known = hall.store.customers[4711]
    assert (known.phone, known.email, known.company_name) == ("+49 30 1", "ida@example.test", "Verein e.V.")


def test_an_edit_that_no_list_shows_is_not_confirmed(client: Locaboo) -> None:
    assert ends(client.edit_customer("4711", {"iban": "DE02"})) == (Verdict.DONE, False)


def test_addresses_are_added_in_brackets(hall: LocabooSandbox, client: Locaboo) -> None:
    rows = [{"street": "Weg", "UstID": "DE1"}, {"street": "Platz", "address_type": "secondary"}]
    assert ends(client.add_address("4711", rows)) == (Verdict.DONE, False)
    assert hall.store.customers[4711].addresses == rows


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"salutation": "Mr"}, "salutation is 0 or 1"),
        ({"cost_centre_shown_invoice": 2}, "is 0 or 1"),
        ({"email": "ole"}, "e-mail address is none"),
        ({"color": "red"}, "#ff0000"),
        ({"name": "Ole"}, "takes no name"),
        ({"UstID": "DE1"}, "takes no UstID"),
        ({"city": ["a"]}, "city must be a text"),
        ({}, "needs a name"),
    ],
)
def test_bad_fields_are_refused_in_words_before_locaboo_is_asked(
    hall: LocabooSandbox, client: Locaboo, wrong: dict[str, Any], words: str
) -> None:
    with pytest.raises(Refused, match=words):
        client.add_customer({**OLE, **wrong} if wrong else {})
    assert hall.journal == []


def test_what_cannot_be_changed_is_refused_before_locaboo_is_asked(
    hall: LocabooSandbox, client: Locaboo
) -> None:
    for write in (
        lambda: client.edit_customer("4711", {}),
        lambda: client.edit_customer("Ida", {"phone": "1"}),
        lambda: client.add_address("4711", []),
        lambda: client.add_address("4711", [{"ust_id": "DE1"}]),
        lambda: client.add_address("4711", [{"address_type": "third"}]),
    ):
        with pytest.raises(Refused):
            write()
    assert hall.journal == []


def test_the_vendors_refusal_is_told_in_its_words(client: Locaboo) -> None:
    for written in (client.edit_customer("7", {"phone": "1"}), client.add_address("7", [{"street": "Weg"}])):
        assert (written.verdict, "Customer not found." in written.text) == (Verdict.REFUSED, True)


@pytest.mark.parametrize("kind", ["drop_before", "drop_after", "status", "truncate"])
def test_b_c19_a_customer_is_written_once_whatever_comes_of_it(
    hall: LocabooSandbox, client: Locaboo, kind: str
) -> None:
    hall.fail(kind, "customer_add", times=2)
    written = client.add_customer(OLE)
    assert (written.verdict, left(hall)) == (Verdict.IN_DOUBT, [1])
    assert written.candidates == tuple(str(ref) for ref in hall.store.customers if ref != 4711)


@pytest.mark.parametrize(("kind", "candidates"), [("drop_before", ()), ("drop_after", ("4711",))])
def test_b_c19_an_edit_without_an_answer_tells_whether_it_is_seen(
    hall: LocabooSandbox, client: Locaboo, kind: str, candidates: tuple[str, ...]
) -> None:
    hall.fail(kind, "customer_edit", times=2)
    written = client.edit_customer("4711", {"phone": "+49 30 1"})
    assert (written.verdict, written.candidates, left(hall)) == (Verdict.IN_DOUBT, candidates, [1])


def test_b_c19_an_address_without_an_answer_is_in_doubt(hall: LocabooSandbox, client: Locaboo) -> None:
    hall.fail("drop_after", "customer_address_add", times=2)
    assert client.add_address("4711", [{"street": "Weg"}]).verdict is Verdict.IN_DOUBT
    assert left(hall) == [1]


def test_b_c22_a_customer_who_is_listed_otherwise_is_a_doubt(hall: LocabooSandbox, client: Locaboo) -> None:
    said = {"data": [{"id": 4711, "message": "Successfully Added"}], "success": True}
    hall.fail("body", "customer_add", body=json.dumps(said))
    written = client.add_customer(OLE)
    assert (written.verdict, "otherwise" in written.text) == (Verdict.IN_DOUBT, True)


def test_a_list_that_cannot_be_read_leaves_a_write_unconfirmed(hall: LocabooSandbox, client: Locaboo) -> None:
    hall.fail("body", "customer_list", body="<html>")
    assert ends(client.add_customer(OLE)) == (Verdict.DONE, False)


def test_no_customers_name_stands_in_a_line_or_a_text(
    hall: LocabooSandbox, client: Locaboo, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "integrations")
    hall.fail(
        "status", "customer_add", status=422, body='{"message": "ole@example.test, DE02: Ole Lund is known"}'
    )
    written = client.add_customer(OLE)
    assert "is known" in written.text
    assert not [word for word in ("Ole", "Lund", "ole@", "DE02") if word in written.text + caplog.text]
