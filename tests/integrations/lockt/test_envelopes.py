"""The vendor's envelopes: an error is told in many shapes, and never taken for an empty list."""

from __future__ import annotations

import json

import pytest

from integrations.errors import Garbled, Refused, Unavailable, VendorError
from tests.integrations.lockt.conftest import DURING, order

POST = "POST /api/v1/user"
PARTIAL = ["counters", "list", "data", "400"]


def confirmed(outcomes):
    return [bool(outcome.record and outcome.record.confirmed) for outcome in outcomes]


@pytest.mark.parametrize("shape", ["object", "list", "texts"])
def test_l_c3_an_error_in_a_200_is_an_error_in_every_shape(client, site, shape):
    site.switch["read_error"] = shape
    body = site.error("instance ida@example.test is away", 200).get_data(as_text=True)
    site.fail("body", "GET", body=body)
    with pytest.raises(Unavailable) as caught:
        client.look([order()])
    assert "is away" in caught.value.text
    assert "ida@" not in caught.value.text


@pytest.mark.parametrize(
    "body",
    ["", "<html>", "[]", "{}", "null", '{"data":{}}', '{"data":null}', '{"data":"x"}', '{"data":[{"id":1}'],
)
def test_l_c3_an_answer_that_is_not_the_vendors_is_never_a_list(client, site, body):
    site.fail("body", "GET", times=9, body=body)
    for ask in (lambda: client.look([order()]), lambda: client.directory([]), lambda: client.events("")):
        with pytest.raises(Garbled):
            ask()


def test_a_404_of_another_server_is_not_nobody(client, site):
    site.fail("status", "GET", status=404)
    with pytest.raises(VendorError):
        client.look([order()])


@pytest.mark.parametrize("partial", PARTIAL)
@pytest.mark.parametrize("odd", [True, False])
def test_l_c4_a_bad_row_fails_alone_in_every_form_of_the_answer(client, site, partial, odd):
    site.switch |= {"partial": partial, "odd_counters": odd}
    outcomes = client.issue([order(1), order(2, level_refs=("99",)), order(3)])
    assert confirmed(outcomes) == [True, False, True]
    assert isinstance(outcomes[1].error, Refused)
    assert ("99" in outcomes[1].error.text) is (partial != "counters")
    assert site.opens(501, "40003", DURING)


@pytest.mark.parametrize("known", [{"id_num": "LK-2"}, {"card_num": "40002"}, {"card_num": 40002}])
@pytest.mark.parametrize("result", [{"result": ["Validation errors found. Batch has failed."]}, {}])
def test_l_c4_a_vendor_that_fails_the_batch_all_the_same_gets_the_good_rows_again(
    client, site, known, result
):
    said = {**result, "errors": [{"error": ["Invalid"], "input_data": known}]}
    site.fail("status", POST, status=400, body=json.dumps(said))
    assert confirmed(client.issue([order(1), order(2), order(3)])) == [True, False, True]
    assert [write["rows"] for write in site.writes()] == [3, 2]


@pytest.mark.parametrize("error", ["Invalid phone", {"error": "Invalid phone"}, {"error": ["Invalid phone"]}])
def test_l_c4_a_complaint_that_names_no_row_is_about_the_only_one(client, site, error):
    site.fail("status", POST, status=400, body=json.dumps({"result": ["x"], "errors": [error]}))
    [outcome] = client.issue([order()])
    assert outcome.error.text == "Invalid phone"


def test_l_c3_an_error_beside_an_empty_list_is_an_error(client, site):
    site.fail("body", "GET", body='{"data":[],"error":"away"}')
    with pytest.raises(Unavailable):
        client.look([order()])


def test_l_c3_a_row_may_have_a_property_called_error(client, site):
    site.fail("body", "GET /api/v1/door", body='{"data":[{"id":1,"error":"low battery"}]}')
    assert len(client.directory([]).doors.records) == 1


def test_l_c3_an_error_in_the_200_of_a_write_is_looked_into(client, site):
    site.fail("status", POST, status=200, body='{"data":{"error":"instance away"}}')
    [outcome] = client.issue([order()])
    assert isinstance(outcome.error, Unavailable)


def test_l_c26_the_vendors_words_lose_what_is_private(client, site, caplog):
    echo = {
        "id": -1,
        "id_num": "LK-1",
        "pin": "0986",
        "phone": "8184365134",
        "credential_key": "AAAA-BBBB-1111-2222",
    }
    texts = [
        "pin 0986",
        "phone 8184365134",
        "key AAAA-BBBB-1111-2222",
        "Invalid email address found: r@@@x.com",
    ]
    body = {"result": ["Validation errors found."], "errors": [{"error": texts, "input_data": echo}]}
    site.fail("status", POST, times=3, status=400, body=json.dumps(body))
    caplog.set_level("DEBUG")
    [outcome] = client.issue([order()])
    said = outcome.error.text + caplog.text
    assert not [one for one in ("0986", "8184365134", "AAAA-BBBB", "x.com") if one in said]
    assert "Invalid email address" in said


def test_l_c26_neither_keys_nor_secrets_are_logged(client, site, caplog):
    caplog.set_level("DEBUG")
    [outcome] = client.issue([order()])
    private = [*site.secrets.values(), outcome.record.secret]
    assert not [one for one in private if one in caplog.text]
