"""The key, and what of Locaboo counts as an answer; the names are the rules of the vendor's page."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pytest

from integrations.errors import Garbled, Misconfigured, NotReleased, Refused, Unavailable
from integrations.sandbox.locaboo import LocabooSandbox
from integrations.sandbox.server import Server
from integrations.types import BookingSource
from integrations.vendors import locaboo
from integrations.vendors.locaboo import Locaboo
from tests.integrations.locaboo.answers import MARCH, holding, row, says
from tests.integrations.support import settings_for

KEY = LocabooSandbox.secrets["api_secret_key"]


def test_it_is_a_booking_source(client: Locaboo) -> None:
    assert isinstance(client, BookingSource)


def test_b_c1_the_key_is_in_each_call_and_in_no_line(
    hall: LocabooSandbox, client: Locaboo, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, "integrations")
    client.resources(), client.customers(), client.read(MARCH), client.booking("71", "1")
    assert all("api_secret_key" in call.query for call in hall.journal)
    assert len(hall.journal) == 4
    assert "/api/v2/booking_list" in caplog.text
    assert KEY not in caplog.text


def test_b_c1_a_write_has_the_key_in_its_form_and_not_in_its_address(
    hall: LocabooSandbox, client: Locaboo
) -> None:
    client._wire.post("customer_add", {"first_name": "Ole"})
    (call,) = hall.calls("POST")
    assert not call.query
    assert KEY in call.body


@pytest.mark.parametrize("echo", ['{"message": "key %s is invalid"}', "key %s is invalid"])
def test_b_c1_a_key_that_the_vendor_repeats_is_masked(
    hall: LocabooSandbox, client: Locaboo, echo: str
) -> None:
    hall.fail("status", status=403, body=echo % KEY)
    with pytest.raises(Misconfigured) as caught:
        client.read(MARCH)
    assert KEY not in caught.value.text
    assert "is invalid" in caught.value.text


@pytest.mark.parametrize(
    ("how", "error"),
    [("401", Misconfigured), ("403", Misconfigured), ("success_false", Misconfigured), ("html", Garbled)],
)
@pytest.mark.parametrize("call", ["resources", "customers"])
def test_b_c2_a_wrong_key_is_told_in_every_form(
    hall: LocabooSandbox, connect: Callable[..., Locaboo], how: str, error: type[Exception], call: str
) -> None:
    hall.switch["auth_failure"] = how
    with pytest.raises(error):
        getattr(connect("wrong"), call)()


@pytest.mark.parametrize("how", ["401", "403", "success_false", "html"])
def test_b_c2_a_wrong_key_never_says_that_a_booking_is_gone(
    hall: LocabooSandbox, connect: Callable[..., Locaboo], how: str
) -> None:
    hall.switch["auth_failure"] = how
    with pytest.raises((Misconfigured, Garbled)):
        connect("wrong").booking("71", "9001")


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ("", Garbled),
        ("[]", Garbled),
        ("null", Garbled),
        ("<html></html>", Garbled),
        ('{"data": [{"id": 1,', Garbled),
        ("{}", Garbled),
        ('{"data": [], "total": 0}', Garbled),
        ('{"data": [], "total": 0, "success": 1}', Garbled),
        ('{"data": [], "total": 0, "success": "true"}', Garbled),
        ('{"data": {}, "total": 0, "success": true}', Garbled),
        ('{"data": null, "success": true}', Garbled),
        ('{"success": true}', Garbled),
        ('{"data": [], "total": 0, "success": false}', Refused),
        ('{"success": false, "message": "no"}', Refused),
        ('{"success": false, "message": "invalid key"}', Misconfigured),
        ('{"error": "invalid key"}', Misconfigured),
    ],
)
@pytest.mark.parametrize("call", ["resources", "customers", "read"])
def test_b_c2_only_an_answer_that_says_success_is_believed(
    hall: LocabooSandbox, client: Locaboo, body: str, error: type[Exception], call: str
) -> None:
    hall.fail("body", body=body)
    with pytest.raises(error):
        getattr(client, call)(*([MARCH] if call == "read" else []))


@pytest.mark.parametrize("status", [201, 204, 206, 302])
def test_b_c2_no_other_status_than_200_is_believed(
    hall: LocabooSandbox, client: Locaboo, status: int
) -> None:
    hall.fail("status", status=status, body='{"data": [], "total": 0, "success": true}')
    with pytest.raises(Garbled):
        client.read(MARCH)


@pytest.mark.parametrize("kind", ["truncate", "drop_before"])
def test_b_c2_half_an_answer_is_no_answer(hall: LocabooSandbox, client: Locaboo, kind: str) -> None:
    hall.book(71, "2026-03-10 09:00", "2026-03-10 11:00")
    hall.fail(kind, times=3)
    with pytest.raises((Garbled, Unavailable)):
        client.read(MARCH)


def test_b_c23_a_read_is_tried_again_after_a_server_error(hall: LocabooSandbox, client: Locaboo) -> None:
    hall.book(71, "2026-03-10 09:00", "2026-03-10 11:00")
    hall.fail("status", "booking_list", times=2)
    assert len(client.read(MARCH).bookings) == 1
    assert [call.status for call in hall.calls("booking_list")] == [500, 500, 200]


def test_b_c23_a_key_that_is_revoked_in_the_middle_stops_the_reading(
    hall: LocabooSandbox, client: Locaboo
) -> None:
    client.resources()
    hall.revoke_key()
    with pytest.raises(Misconfigured):
        client.read(MARCH)
    assert len(hall.calls("booking_list")) == 1


@pytest.mark.parametrize(
    "changed",
    [
        {"timezone": "Europe/Nowhere"},
        {"options": {"window_days": 0}},
        {"options": {"page_size": "many"}},
        {"options": {"status_map": {"Live": "yes"}}},
        {"options": {"status_map": ["Live"]}},
    ],
)
def test_settings_that_cannot_work_are_told_at_once(sandbox: Server, changed: dict[str, Any]) -> None:
    with pytest.raises(Misconfigured):
        locaboo.connect(settings_for(sandbox.url, {"api_secret_key": KEY}, **changed))


def test_a_missing_key_is_told_at_once(sandbox: Server) -> None:
    with pytest.raises(Misconfigured):
        locaboo.connect(settings_for(sandbox.url, {}))


def test_there_are_no_messages(client: Locaboo) -> None:
    with pytest.raises(NotReleased):
        client.message("1")
    with pytest.raises(NotReleased):
        client.acknowledge("1")


def test_a_booking_that_is_not_there_is_none(hall: LocabooSandbox, client: Locaboo) -> None:
    booking = hall.book(71, "2026-03-10 09:00", "2026-03-10 11:00")
    hall.delete(booking)
    assert client.booking("71", str(booking)) is None


def test_a_404_of_a_web_server_is_not_the_vendors_word(hall: LocabooSandbox, client: Locaboo) -> None:
    hall.fail("status", status=404)
    with pytest.raises(Garbled):
        client.booking("71", "9001")


@pytest.mark.parametrize(
    ("status", "error"), [(400, Refused), (410, Refused), (500, Unavailable), (503, Unavailable)]
)
def test_another_failure_is_not_the_absence_of_a_booking(
    hall: LocabooSandbox, client: Locaboo, status: int, error: type[Exception]
) -> None:
    hall.fail("status", times=3, status=status, body='{"success": false}')
    with pytest.raises(error):
        client.booking("71", "9001")


@pytest.mark.parametrize("data", [[], {}, [row()], row(9002), row(resources=None), holding({"id": 1})[0]])
def test_an_answer_about_anything_else_is_not_the_absence_of_a_booking(
    hall: LocabooSandbox, client: Locaboo, data: Any
) -> None:
    says(hall, data, "booking/9001")
    with pytest.raises(Garbled):
        client.booking("71", "9001")


def test_the_detail_is_the_same_record_as_the_row_of_the_list(hall: LocabooSandbox, client: Locaboo) -> None:
    for title in ("even", "odd"):
        hall.book(
            71,
            "2026-03-10 09:00",
            "2026-03-12 11:00",
            4711,
            title,
            custom_fields={70: {3: "11"}},
            inventory={13: 2},
        )
    listed = client.read(MARCH).bookings
    assert [client.booking("71", each.ref) for each in listed] == list(listed)
    assert listed[0].raw["custom_fields"]["70"]["mf_3"]["value"] == "11"
