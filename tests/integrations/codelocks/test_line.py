"""What an error means at Codelocks, and what is tried again (C-C11 to C-C13)."""

from __future__ import annotations

from contextlib import suppress

import pytest

from integrations.errors import Garbled, Misconfigured, Missing, OverBudget, Refused, Unavailable
from integrations.vendors.codelocks import connect
from integrations.vendors.codelocks.line import said
from tests.conftest import NOW
from tests.integrations.codelocks.support import (
    K3,
    TIMECODE,
    failure,
    k3_order,
    order,
    pin,
)
from tests.integrations.support import Memory, settings_for

LIMIT = '{"message":"Limit Exceeded"}'


BODIES = {
    '{"Message":"[\\"[Invalid Data] ID (Expected: 12 or 32)\\"]"}': "[Invalid Data] ID (Expected: 12 or 32)",
    '{"message":"Forbidden"}': "Forbidden",
    '{"MESSAGE":["one","two"]}': "one; two",
    '{"error":"no"}': "no",
    '["a", "b"]': "a; b",
    "plain words": "plain words",
    '"quoted"': "quoted",
    "<html><h1>502</h1></html>": "",
    "": "",
    "{}": "",
    "17": "",
    '{"message":{"deep":1}}': "",
}


@pytest.mark.parametrize(("body", "words"), BODIES.items())
def test_c_c11_the_words_are_found_in_each_kind_of_body(body, words):
    assert said(body) == words


def test_c_c11_the_vendors_words_are_in_the_error_without_their_wrapping(client, codelocks):
    error = failure(client, order(duration=order().duration.__class__(99, hours=3)))
    assert error.text == f"GET /n/1/netcode/{TIMECODE} answered 400: [Invalid Data] duration"


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_c_c12_a_server_error_is_tried_again_and_each_try_is_counted(status, sandbox, codelocks):
    waits, ledger = [], Memory()
    client = connect(
        settings_for(f"{sandbox.url}/codelocks", codelocks.secrets, meter=ledger), sleep=waits.append
    )
    codelocks.fail("status", "/netcode/", status=status, times=2, body="upstream", content_type="text/plain")
    assert pin(client, order())
    assert len(ledger.spent) == codelocks.paid("netcode") == 3
    assert len(waits) == 2
    assert waits[0] != waits[1]


@pytest.mark.parametrize("kind", ["status", "drop_before"])
def test_c_c12_after_three_tries_it_gives_up(kind, client, codelocks):
    codelocks.fail(kind, "/netcode/", times=9)
    with pytest.raises(Unavailable):
        client.issue([order()])
    assert codelocks.paid("netcode") == 3


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422, 429, 501])
def test_c_c12_nothing_else_is_tried_again(status, client, codelocks):
    codelocks.fail("status", "/netcode/", status=status, times=9)
    with suppress(Misconfigured, Unavailable):
        client.issue([order()])
    assert codelocks.paid("netcode") == 1


def test_c_c12_the_vendors_quota_stops_the_counter_until_the_next_month(sandbox, codelocks):
    now = [NOW]
    settings = settings_for(f"{sandbox.url}/codelocks", codelocks.secrets, clock=lambda: now[0])
    client = connect(settings)
    codelocks.fail("status", "/netcode/", status=429, body=LIMIT, content_type="application/json")
    for _ in range(2):
        with pytest.raises(OverBudget) as caught:
            client.issue([order()])
        assert caught.value.status == 429
    assert codelocks.paid("netcode") == 1
    assert client.rule("KL1060", 0), "the other counter goes on"
    now[0] = now[0].replace(month=4)
    assert pin(client, order())


def test_c_c12_the_quotas_end_is_when_to_try_again(client, codelocks):
    codelocks.switch["netcode_quota"] = 0
    with pytest.raises(OverBudget) as caught:
        client.issue([order()])
    assert caught.value.retry_after == (NOW.replace(month=4, day=1, hour=0) - NOW).total_seconds()


def test_c_c12_too_many_calls_at_once_is_a_pause_and_no_stop(client, codelocks):
    codelocks.fail("status", "/netcode/", status=429, body='{"message":"Too Many Requests"}')
    with pytest.raises(Unavailable) as caught:
        client.issue([order()])
    assert not isinstance(caught.value, OverBudget)
    assert pin(client, order())


def test_c_c12_a_key_that_is_not_taken_stops_the_account(client, codelocks):
    codelocks.rotate_api_key("another")
    with pytest.raises(Misconfigured, match="API key"):
        client.directory([])


@pytest.mark.parametrize("position", ["401", "400"])
def test_an_access_key_that_was_changed_stops_the_account(position, client, codelocks):
    codelocks.switch["bad_access_key"] = position
    codelocks.rotate_access_key("3another7k3")
    for ask in (lambda: client.issue([k3_order()]), lambda: client.directory([])):
        with pytest.raises(Misconfigured, match="access key"):
            ask()


def test_c_c13_404_is_a_missing_parameter(client, codelocks):
    codelocks.fail("status", "/netcode/", status=404)
    error = failure(client, order())
    assert type(error) is Refused
    assert "parameter is missing" in error.text


def test_c_c13_404_of_one_k3_lock_is_a_missing_lock(client):
    assert client.door(K3).name == "Side door"
    with pytest.raises(Missing):
        client.door("f" * 32)
    with pytest.raises(Refused, match="32 hexadecimal"):
        client.door("account")


def test_a_slow_answer_is_waited_for(client, codelocks):
    codelocks.fail("slow", "/netcode/", seconds=0.2)
    assert pin(client, order())


def test_a_redirect_is_garbled(client, codelocks):
    codelocks.fail("status", "/netcode/", status=304)
    assert isinstance(failure(client, order()), Garbled)
