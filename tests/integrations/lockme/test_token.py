"""Lock.me's token: renewed once, by whoever comes first, and stored at once."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest

from integrations.errors import Garbled, Misconfigured, Unavailable
from integrations.sandbox.lockme import LockmeSandbox
from integrations.vendors.lockme import Lockme
from tests.conftest import NOW
from tests.integrations.lockme.conftest import Connect, Shared

EPOCH = int(NOW.timestamp())


def refreshes(shop: LockmeSandbox) -> int:
    return len(shop.calls("POST /access_token"))


def test_a_token_without_an_end_is_used_until_it_is_refused(shop: LockmeSandbox, client: Lockme) -> None:
    client.test()
    assert refreshes(shop) == 0
    shop.expire_tokens()
    client.test()
    assert refreshes(shop) == 1


def test_a_token_that_dies_in_the_middle_of_a_run_is_renewed_once(
    shop: LockmeSandbox, client: Lockme
) -> None:
    client.test()
    shop.expire_tokens()
    for _ in range(3):
        client.resources()
    assert [call.status for call in shop.calls("/rooms")] == [401, 200, 200, 200]
    assert refreshes(shop) == 1


def test_a_token_that_is_about_to_end_is_renewed_before_it_is_used(
    shop: LockmeSandbox, store: Shared, client: Lockme
) -> None:
    store.token = {**store.token, "expires": EPOCH + 59}
    client.test()
    assert [call.path for call in shop.journal] == ["/access_token", "/v2.4/test"]


def test_a_token_with_more_than_a_minute_left_is_used(
    shop: LockmeSandbox, store: Shared, client: Lockme
) -> None:
    store.token = {**store.token, "expires": EPOCH + 61}
    client.test()
    assert refreshes(shop) == 0


def test_a_client_that_lives_for_hours_renews_in_time(shop: LockmeSandbox, connect: Connect) -> None:
    client = connect()
    shop.expire_tokens()
    client.test()
    for _ in range(3):
        shop.clock.move(timedelta(minutes=59, seconds=30))
        client.test()
    assert 401 not in [call.status for call in shop.calls("/test")[1:]]


def test_what_is_stored_has_the_panels_shape(shop: LockmeSandbox, store: Shared, client: Lockme) -> None:
    shop.expire_tokens()
    client.test()
    (saved,) = store.saved
    assert (saved["token_type"], saved["expires"]) == ("Bearer", EPOCH + 3600)
    assert saved["access_token"] in shop.grants.access
    assert saved["refresh_token"] in shop.grants.refresh


def test_the_refresh_sends_the_redirect_uri_and_no_version(shop: LockmeSandbox, client: Lockme) -> None:
    shop.expire_tokens()
    client.test()
    (call,) = shop.calls("POST /access_token")
    sent = {name: value[0] for name, value in parse_qs(call.body).items()}
    assert sent == {
        "client_id": shop.secrets["client_id"],
        "client_secret": shop.secrets["client_secret"],
        "redirect_uri": shop.secrets["redirect_uri"],
        "grant_type": "refresh_token",
        "refresh_token": shop.secrets["token"]["refresh_token"],
    }


# ------------------------------------------------------------------------------------- many at once


def test_two_clients_that_are_refused_at_once_use_one_refresh_token(
    shop: LockmeSandbox, connect: Connect
) -> None:
    clients = [connect() for _ in range(4)]
    for each in clients:
        each.test()
    shop.expire_tokens()
    start = threading.Barrier(len(clients))

    def run(client: Lockme) -> int:
        start.wait()
        return len(client.resources().records)

    with ThreadPoolExecutor(len(clients)) as pool:
        assert list(pool.map(run, clients)) == [2, 2, 2, 2]
    assert refreshes(shop) == 1


def test_a_client_whose_token_another_has_renewed_takes_the_new_one(
    shop: LockmeSandbox, connect: Connect
) -> None:
    early, late = connect(), connect()
    early.test(), late.test()
    shop.expire_tokens()
    early.test()
    late.test()
    assert refreshes(shop) == 1


def test_an_ended_token_that_another_has_renewed_is_taken_from_the_store(
    shop: LockmeSandbox, store: Shared, connect: Connect
) -> None:
    late = connect()
    store.token = {**store.token, "expires": EPOCH + 3600}
    late.test()
    shop.clock.move(timedelta(minutes=59, seconds=30))
    connect().test()
    late.test()
    assert refreshes(shop) == 1


# -------------------------------------------------------------------------------------- what goes wrong


def test_a_dead_refresh_token_asks_a_person_to_reconnect(shop: LockmeSandbox, client: Lockme) -> None:
    shop.revoke_tokens()
    with pytest.raises(Misconfigured, match="reconnect the account"):
        client.test()
    assert refreshes(shop) == 1


@pytest.mark.parametrize("status", [400, 401])
@pytest.mark.parametrize("body", ['{"error": "invalid_request", "hint": "no"}', "<html>", ""])
def test_whatever_a_refused_refresh_says_a_person_is_asked(
    shop: LockmeSandbox, client: Lockme, status: int, body: str
) -> None:
    shop.expire_tokens()
    shop.fail("status", "/access_token", status=status, body=body)
    with pytest.raises(Misconfigured, match="reconnect the account"):
        client.test()


def test_a_refresh_refused_with_a_good_status_asks_a_person(
    shop: LockmeSandbox, store: Shared, client: Lockme
) -> None:
    shop.expire_tokens()
    shop.fail("body", "/access_token", body='{"error": "invalid_grant"}')
    with pytest.raises(Misconfigured, match="invalid_grant"):
        client.test()
    assert store.saved == []


def test_an_account_without_any_token_asks_a_person(shop: LockmeSandbox, connect: Connect) -> None:
    for token in ({}, {"access_token": "", "refresh_token": ""}, {"access_token": "a\nb"}):
        with pytest.raises(Misconfigured, match="reconnect the account"):
            connect(tokens=Shared(token)).test()
    assert shop.journal == []


def test_a_pasted_token_without_a_refresh_token_works_until_it_is_refused(
    shop: LockmeSandbox, connect: Connect
) -> None:
    client = connect(tokens=Shared({"access_token": shop.secrets["token"]["access_token"]}))
    client.test()
    shop.expire_tokens()
    with pytest.raises(Misconfigured, match="reconnect the account"):
        client.test()
    assert refreshes(shop) == 0


def test_a_token_refused_although_it_is_new_asks_a_person_and_is_not_renewed_for_ever(
    shop: LockmeSandbox, client: Lockme
) -> None:
    shop.fail("status", "/test", times=9, status=401, body='{"message": "no"}')
    with pytest.raises(Misconfigured, match="reconnect the account"):
        client.test()
    assert (refreshes(shop), len(shop.calls("/test"))) == (1, 2)


@pytest.mark.parametrize("kind", ["drop_before", "drop_after"])
def test_a_refresh_without_an_answer_is_not_made_again_blindly(
    shop: LockmeSandbox, client: Lockme, store: Shared, kind: str
) -> None:
    shop.expire_tokens()
    shop.fail(kind, "/access_token", times=2)
    with pytest.raises(Unavailable):
        client.test()
    assert ([fault.times for fault in shop.faults], store.saved) == ([1], [])


def test_after_a_refresh_that_never_arrived_the_next_call_refreshes(
    shop: LockmeSandbox, client: Lockme
) -> None:
    shop.expire_tokens()
    shop.fail("drop_before", "/access_token")
    with pytest.raises(Unavailable):
        client.test()
    client.test()


@pytest.mark.parametrize("body", ["<html>", "[]", "{}", '{"access_token": 7}', '{"access_token": "a b"}'])
def test_a_garbled_refresh_stores_nothing(
    shop: LockmeSandbox, client: Lockme, store: Shared, body: str
) -> None:
    shop.expire_tokens()
    shop.fail("body", "/access_token", body=body)
    with pytest.raises(Garbled):
        client.test()
    assert store.saved == []


def test_a_403_is_not_taken_for_a_dead_token(shop: LockmeSandbox, client: Lockme) -> None:
    shop.fail("status", "/rooms", status=403, body='{"message": "scope"}')
    with pytest.raises(Misconfigured, match="scope"):
        client.resources()
    assert refreshes(shop) == 0


# ------------------------------------------------------------------------------------ the shapes of an end


@pytest.mark.parametrize(
    ("said", "end"),
    [
        ({"expires_in": 3600}, EPOCH + 3600),
        ({"expires_in": "3600"}, EPOCH + 3600),
        ({"expires": EPOCH + 900}, EPOCH + 900),
        ({"expires": 900}, EPOCH + 900),
        ({"expires_in": 60.5, "expires": 7}, EPOCH + 60),
        ({}, 0),
        ({"expires_in": None, "expires": "soon"}, 0),
        ({"expires_in": True}, 0),
    ],
)
def test_an_end_is_understood_in_each_of_its_shapes(
    shop: LockmeSandbox, client: Lockme, store: Shared, said: dict[str, Any], end: int
) -> None:
    shop.switch["rotate"] = False
    shop.expire_tokens()
    shop.grants.access["eyJ.new"] = NOW + timedelta(hours=1)
    shop.fail("body", "/access_token", body=json.dumps({"access_token": "eyJ.new", **said}))
    client.test()
    assert store.token["expires"] == end


def test_a_server_that_keeps_its_refresh_token_need_not_repeat_it(
    shop: LockmeSandbox, client: Lockme, store: Shared
) -> None:
    shop.grants.access["eyJ.new"] = NOW + timedelta(hours=1)
    shop.grants.access.pop(shop.secrets["token"]["access_token"])
    shop.fail("body", "/access_token", body='{"access_token": "eyJ.new"}')
    client.test()
    assert store.token["refresh_token"] == shop.secrets["token"]["refresh_token"]


@pytest.mark.parametrize("expires", [0, None, 3600, "", "2026-03-09", {}])
def test_a_pasted_end_that_means_nothing_is_no_end(
    shop: LockmeSandbox, store: Shared, client: Lockme, expires: Any
) -> None:
    store.token = {**store.token, "expires": expires}
    client.test()
    assert refreshes(shop) == 0
