"""booking_save: a GET that writes, and is read back."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from integrations.errors import Misconfigured, Refused
from integrations.sandbox.locaboo import LocabooSandbox
from integrations.types import BookingDesk, SaveOrder, SaveStatus, Verdict, Window
from integrations.vendors.locaboo import Locaboo
from tests.integrations.locaboo.answers import MARCH, ends
from tests.integrations.locaboo.orders import NEW, NINE, OLE, SAVE


def test_the_client_is_a_booking_desk(client: Locaboo) -> None:
    assert isinstance(client, BookingDesk)


def test_a_booking_is_made_and_read_back(hall: LocabooSandbox, client: Locaboo) -> None:
    written = client.save_booking(replace(NEW, customer=OLE))
    assert (ends(written), written.ref) == ((Verdict.DONE, True), "9001")
    assert written.booking == client.booking("71", "9001")
    made = hall.store.bookings[9001]
    assert hall.store.customers[made.customer_id].email == "ole@example.test"


def test_a_new_booking_whose_customer_was_not_taken_is_in_doubt(
    hall: LocabooSandbox, client: Locaboo
) -> None:
    hour = {"id": 501, "resource_id": 71, "from": "2026-03-10 09:00", "to": "2026-03-10 11:00"}
    place = {"resource_id": 70, "resource": "Halle", "instances": [hour]}
    row = {"id": 9001, "title": "", "resources": [place], "customer_id": None}
    hall.fail("body", "/booking/9001", body=json.dumps({"data": row, "total": 1, "success": True}))
    written = client.save_booking(replace(NEW, customer=OLE))
    assert (ends(written), "its customer" in written.text) == ((Verdict.IN_DOUBT, False), True)


@pytest.mark.parametrize("order", [NEW, None])
def test_b_c20_every_save_says_place_dates_times_and_status(
    hall: LocabooSandbox, client: Locaboo, booked: SaveOrder, order: SaveOrder | None
) -> None:
    client.save_booking(order or booked)
    (call,) = hall.calls(SAVE)
    named = {"resource_id": "71", "time_from": "09:00", "time_to": "11:00", "booking_status": "Live"}
    day = "2026-03-10" if order else "2026-03-11"
    known = {} if order else {"booking_id": booked.ref}
    sent = {name: value for name, value in call.query.items() if name != "api_secret_key"}
    assert sent == {**known, **named, "date_from": day, "date_to": day}


@pytest.mark.parametrize("status", list(SaveStatus))
def test_b_c20_an_update_never_leaves_its_status_to_the_vendor(
    hall: LocabooSandbox, client: Locaboo, booked: SaveOrder, status: SaveStatus
) -> None:
    hall.cancel(int(booked.ref))
    client.save_booking(replace(booked, status=status))
    wanted = {"Live": "Live", "Draft": "Draft", "Complete": "Completed", "Cancel": "Cancelled"}
    assert hall.store.bookings[int(booked.ref)].status == wanted[status]


def test_b_c7_an_end_at_midnight_is_written_as_23_59(hall: LocabooSandbox, client: Locaboo) -> None:
    written = client.save_booking(replace(NEW, ends_at=datetime(2026, 3, 12, 23, tzinfo=UTC)))
    assert ends(written) == (Verdict.DONE, True)
    assert hall.calls(SAVE)[0].query["date_to"] == "2026-03-12"
    assert hall.calls(SAVE)[0].query["time_to"] == "23:59"


def test_b_c6_an_order_over_the_change_of_the_clock_is_read_back_as_wanted(client: Locaboo) -> None:
    for first, last in (((3, 28, 22), (3, 29, 5)), ((10, 24, 20), (10, 25, 6))):
        order = replace(
            NEW, starts_at=datetime(2026, *first, tzinfo=UTC), ends_at=datetime(2026, *last, tzinfo=UTC)
        )
        assert ends(client.save_booking(order)) == (Verdict.DONE, True)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"ends_at": NINE}, "ends before it starts"),
        ({"ends_at": NINE + timedelta(days=500)}, "longer than 400 days"),
        ({"starts_at": NINE + timedelta(seconds=1)}, "whole minutes"),
        ({"resource_ref": "hall"}, "not a number"),
        ({"ref": "x"}, "not a number"),
        ({"customer": {"salutation": "1"}}, "one of Mr"),
        ({"customer": {"email": "ole"}}, "e-mail address"),
        ({"customer": {"iban": "DE"}}, "takes no customer's iban"),
    ],
)
def test_a_bad_order_is_refused_in_words_before_locaboo_is_asked(
    hall: LocabooSandbox, client: Locaboo, wrong: dict[str, Any], words: str
) -> None:
    with pytest.raises(Refused, match=words):
        client.save_booking(replace(NEW, **wrong))
    assert hall.journal == []


def test_a_booking_of_several_spans_is_not_saved_as_one(
    hall: LocabooSandbox, client: Locaboo, booked: SaveOrder
) -> None:
    hall.extend(int(booked.ref), 72, "2026-03-10 09:00", "2026-03-10 11:00")
    with pytest.raises(Refused, match="has 2 times or resources"):
        client.save_booking(booked)
    assert hall.calls(SAVE) == []
    assert client.save_booking(replace(booked, status=SaveStatus.CANCEL)).verdict is Verdict.DONE


# ---------------------------------------------------------------------------------- done, or not at all


def test_the_vendors_refusal_is_told_in_its_words(
    hall: LocabooSandbox, client: Locaboo, booked: SaveOrder
) -> None:
    written = client.save_booking(replace(booked, resource_ref="99"))
    assert (written.verdict, written.ref) == (Verdict.REFUSED, booked.ref)
    assert "Resource not found." in written.text
    assert written.booking is not None


def test_a_refusal_with_a_good_status_is_one(hall: LocabooSandbox, client: Locaboo) -> None:
    hall.fail("body", SAVE, body='{"success": false, "message": "Saal ist gesperrt"}')
    written = client.save_booking(NEW)
    assert (written.verdict, "gesperrt" in written.text) == (Verdict.REFUSED, True)


@pytest.mark.parametrize("how", ["401", "403", "success_false"])
def test_a_bad_key_stops_the_account(connect: Callable[..., Locaboo], hall: LocabooSandbox, how: str) -> None:
    hall.switch["auth_failure"] = how
    with pytest.raises(Misconfigured):
        connect("wrong").save_booking(NEW)


def test_b_c22_the_message_decides_nothing(hall: LocabooSandbox, client: Locaboo) -> None:
    said = {"data": [{"id": "9001", "message": "Fehler!"}], "total": 99, "success": True}
    hall.fail("body", SAVE, body=json.dumps(said))
    assert ends(client.save_booking(NEW)) == (Verdict.DONE, True)


def test_a_cancelled_booking_is_done_when_it_is_not_shown_any_more(
    client: Locaboo, booked: SaveOrder
) -> None:
    written = client.save_booking(replace(booked, status=SaveStatus.CANCEL))
    assert (ends(written), written.booking) == ((Verdict.DONE, True), None)


@pytest.mark.parametrize(("key", "verdict"), [("", Verdict.IN_DOUBT), ("status", Verdict.DONE)])
@pytest.mark.parametrize("status", [SaveStatus.CANCEL, SaveStatus.DRAFT])
def test_b_s6_a_status_that_cannot_be_seen_is_not_taken_for_set(
    hall: LocabooSandbox, client: Locaboo, booked: SaveOrder, key: str, verdict: Verdict, status: SaveStatus
) -> None:
    hall.switch.update(unlisted_detail="200", status_key=key)
    assert client.save_booking(replace(booked, status=status)).verdict is verdict


def test_b_s6_a_draft_that_is_not_shown_is_done_but_not_confirmed(client: Locaboo) -> None:
    assert ends(client.save_booking(replace(NEW, status=SaveStatus.DRAFT))) == (Verdict.DONE, False)


def test_b_s7_a_customer_who_was_lost_is_told(
    hall: LocabooSandbox, client: Locaboo, booked: SaveOrder
) -> None:
    hall.switch["omitted"] = "blank"
    written = client.save_booking(booked)
    assert (written.verdict, "its customer is another one, or gone" in written.text) == (
        Verdict.IN_DOUBT,
        True,
    )
    hall.switch["omitted"] = "keep"
    hall.store.bookings[int(booked.ref)].customer_id = 4711
    assert ends(client.save_booking(booked)) == (Verdict.DONE, True)


def test_b_s11_an_edit_that_renumbers_is_read_back_as_wanted(
    hall: LocabooSandbox, client: Locaboo, booked: SaveOrder
) -> None:
    hall.switch.update(renumber=True, shuffle=True, unknown_keys=True, nasty_text=True)
    assert ends(client.save_booking(booked)) == (Verdict.DONE, True)


def test_another_booking_in_the_answer_is_a_doubt(
    hall: LocabooSandbox, client: Locaboo, booked: SaveOrder
) -> None:
    hall.fail("body", SAVE, body='{"data": [{"id": 7}], "success": true}')
    written = client.save_booking(booked)
    assert (written.verdict, "booking 7 instead" in written.text) == (Verdict.IN_DOUBT, True)


@pytest.mark.parametrize(
    ("instead", "words"),
    [(("72", "09:00"), "it is of other resources"), (("71", "08:00"), "it is at other times")],
)
def test_a_booking_that_is_read_back_otherwise_is_a_doubt_that_says_why(
    hall: LocabooSandbox, client: Locaboo, instead: tuple[str, str], words: str
) -> None:
    hall.book(int(instead[0]), f"2026-03-10 {instead[1]}", "2026-03-10 11:00", id=42)
    hall.fail("body", SAVE, body='{"data": [{"id": 42}], "success": true}')
    written = client.save_booking(NEW)
    assert (written.verdict, words in written.text) == (Verdict.IN_DOUBT, True)


# -------------------------------------------------------------------------- what else is asked and told


def test_b_c19_reading_writes_nothing(hall: LocabooSandbox, client: Locaboo, booked: SaveOrder) -> None:
    client.resources(), client.customers(), client.invoices(), client.catalogue.stock()
    client.read(MARCH), client.booking("71", booked.ref), client.read(Window("71", MARCH.first, MARCH.last))
    assert not [call for call in hall.journal if call.method != "GET" or SAVE in call.path]


def test_no_guests_name_stands_in_a_line_or_a_text(
    hall: LocabooSandbox, client: Locaboo, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "integrations")
    said = json.dumps({"success": False, "message": "Ole Lund (ole@example.test) is banned"})
    hall.fail("status", SAVE, status=400, body=said)
    written = client.save_booking(replace(NEW, customer=OLE))
    assert "is banned" in written.text
    assert not [word for word in ("Ole", "Lund", "ole@") if word in written.text + caplog.text]
