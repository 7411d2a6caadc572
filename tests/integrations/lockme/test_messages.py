"""Lock.me's webhooks and messages as the client reads them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from integrations.errors import Garbled, Missing, Refused, Unavailable
from integrations.registry import VENDORS
from integrations.sandbox.lockme import LockmeSandbox
from integrations.vendors.lockme import Lockme, read_hook

MESSAGE = {"messageid": 90511, "action": "edit", "roomid": 1398, "reservationid": 746269, "data": {}}


def says(shop: LockmeSandbox, body: Any) -> None:
    text = body if isinstance(body, str) else json.dumps(body)
    shop.fail("body", "/message/", body=text, content_type="application/json")


# --------------------------------------------------------------------------------------------- the hook


@pytest.mark.parametrize("name", ["X-MessageId", "x-messageid", "X-Messageid", "X-MESSAGEID"])
@pytest.mark.parametrize("body", [b"", b"{}", b"\xff<html>"])
def test_a_hook_is_its_header_however_written_and_whatever_the_body(name: str, body: bytes) -> None:
    assert read_hook({"User-Agent": "LockMe/1.0", name: " 90511 "}, body).message_ref == "90511"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-MessageId": ""},
        {"X-Message-Id": "90511"},
        {"X-MessageId": "../rooms"},
        {"X-MessageId": "1 2"},
        {"X-MessageId": "9" * 101},
        {"X-MessageId": "1", "x-messageid": "2"},
    ],
)
def test_a_request_that_names_no_message_is_refused(headers: dict[str, str]) -> None:
    with pytest.raises(Refused):
        read_hook(headers, b'{"messageid": 90511}')


def test_the_registry_knows_how_to_read_a_hook() -> None:
    assert VENDORS["lockme"].read_hook is read_hook


# ------------------------------------------------------------------------------------------ the message


def test_a_message_says_which_booking_changed(shop: LockmeSandbox, client: Lockme) -> None:
    number = shop.book(1398, "2026-03-10", "16:30", name="Ewa")
    shop.cancel(number)
    add, delete = (client.message(str(ref)) for ref in shop.postbox.messages)
    assert (add.action, add.resource_ref, add.booking_ref) == ("add", "1398", str(number))
    assert delete.action == "delete"
    assert add.raw["data"]["name"] == "Ewa"


def test_the_room_is_looked_for_in_the_data_and_then_outside(shop: LockmeSandbox, client: Lockme) -> None:
    says(shop, {**MESSAGE, "data": {"roomid": "1399"}})
    assert client.message("90511").resource_ref == "1399"
    for data in ({}, None, [], {"roomid": ""}):
        says(shop, {**MESSAGE, "data": data})
        assert client.message("90511").resource_ref == "1398"


def test_a_test_message_is_about_no_booking(shop: LockmeSandbox, client: Lockme) -> None:
    message = client.message(str(shop.send_test()))
    assert (message.action, message.booking_ref) == ("test", "")
    says(shop, {"action": "test"})
    assert client.message("90511").resource_ref == ""


def test_an_action_that_nobody_knows_is_kept(shop: LockmeSandbox, client: Lockme) -> None:
    says(shop, {"action": "refund", "data": {"voucher": 1}})
    assert client.message("90511").action == "refund"


def test_the_id_may_be_in_the_data_only(shop: LockmeSandbox, client: Lockme) -> None:
    says(shop, {"action": "edit", "data": {"roomid": 1398, "reservationid": "746269"}})
    assert client.message("90511").booking_ref == "746269"


@pytest.mark.parametrize(
    "body",
    [
        "<html>", "[]", "{}", "null", '{"error": "no"}', '{"action": "ed',
        {**MESSAGE, "action": None},
        {**MESSAGE, "action": ""},
        {**MESSAGE, "reservationid": None},
        {**MESSAGE, "reservationid": "A-1"},
        {**MESSAGE, "roomid": None},
        {**MESSAGE, "messageid": 7},
    ],
)  # fmt: skip
def test_a_message_that_does_not_say_what_changed_is_garbled(
    shop: LockmeSandbox, client: Lockme, body: Any
) -> None:
    says(shop, body)
    with pytest.raises(Garbled):
        client.message("90511")


def test_a_message_that_is_not_there_is_missing(client: Lockme) -> None:
    with pytest.raises(Missing):
        client.message("90511")


@pytest.mark.parametrize("ref", ["", "../rooms", "1/2", "a b"])
def test_an_id_that_is_none_never_gets_into_an_address(shop: LockmeSandbox, client: Lockme, ref: str) -> None:
    for ask in (client.message, client.acknowledge):
        with pytest.raises(ValueError, match="id"):
            ask(ref)
    with pytest.raises(ValueError, match="id"):
        client.booking("1398", ref)
    assert shop.journal == []


# --------------------------------------------------------------------------------------------- marking


def test_a_message_is_marked_read_with_an_empty_post(shop: LockmeSandbox, client: Lockme) -> None:
    ref = str(shop.send_test(1398))
    client.acknowledge(ref)
    client.acknowledge(ref)
    assert shop.postbox.messages[int(ref)].read_at
    assert [call.body for call in shop.calls("POST /v2.4/message/")] == ["", ""]
    assert client.message(ref).action == "test"


def test_one_is_as_good_as_true(shop: LockmeSandbox, client: Lockme) -> None:
    says(shop, "1")
    client.acknowledge(str(shop.send_test(1398)))


@pytest.mark.parametrize("body", ["false", "0", "2", "1.0", '"true"', "null", "", "{}", "[true]", "<html>"])
def test_whatever_is_not_true_has_not_marked_it(shop: LockmeSandbox, client: Lockme, body: str) -> None:
    says(shop, body)
    with pytest.raises(Garbled):
        client.acknowledge(str(shop.send_test(1398)))


def test_a_token_that_dies_before_the_marking_is_renewed(shop: LockmeSandbox, client: Lockme) -> None:
    ref = shop.send_test(1398)
    shop.expire_tokens()
    client.acknowledge(str(ref))
    assert shop.postbox.messages[ref].read_at


@pytest.mark.parametrize(("kind", "marked"), [("drop_before", False), ("drop_after", True)])
def test_a_marking_without_an_answer_is_left_to_the_next_sweep(
    shop: LockmeSandbox, client: Lockme, kind: str, marked: bool
) -> None:
    ref = shop.send_test(1398)
    shop.fail(kind, "POST /v2.4/message/", times=2)
    with pytest.raises(Unavailable):
        client.acknowledge(str(ref))
    assert [fault.times for fault in shop.faults] == [1]
    assert bool(shop.postbox.messages[ref].read_at) is marked
