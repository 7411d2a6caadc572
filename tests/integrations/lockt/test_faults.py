"""When things go wrong between us and the vendor: look, send again what is missing, say what remains."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from integrations.errors import Garbled, Misconfigured, Missing, Refused, Unavailable
from integrations.sandbox.lockt.app import NO_TEMPLATE
from integrations.vendors import lockt
from tests.integrations.lockt.conftest import DURING, END, connected, order
from tests.integrations.support import settings_for

POST = "POST /api/v1/user"
TWENTY = [order(number) for number in range(20)]


def confirmed(outcomes):
    return [bool(outcome.record and outcome.record.confirmed) for outcome in outcomes]


@pytest.mark.parametrize("base_url", ["http://cloudapi.lockt.com/api/v1", "cloudapi.lockt.com/api/v1"])
def test_l_c2_only_https_leaves_this_machine(site, base_url):
    with pytest.raises(Misconfigured):
        lockt.connect(settings_for(base_url, site.secrets))


@pytest.mark.parametrize(
    "changed", [{"secrets": {"apiuser": "x"}}, {"timezone": "Mars/Olympus"}, {"options": {"batch": "many"}}]
)
def test_an_account_that_cannot_work_is_misconfigured(sandbox, changed):
    with pytest.raises(Misconfigured):
        connected(sandbox, **changed)


def test_l_c10_a_move_that_the_vendor_ignores_leaves_the_old_window_open(client, site):
    client.issue([order()])
    body = {"data": {"submitted": 1, "inserted": 0, "updated": 0, "errors": 0}}
    site.fail("status", POST, status=200, body=json.dumps(body))
    [outcome] = client.issue([order(ends_at=END + timedelta(hours=1))])
    assert "ignored" in outcome.error.text
    assert site.opens(501, "40001", DURING)


def test_l_c10_what_the_vendor_ignores_is_not_taken_for_done(client, site):
    body = {"data": {"submitted": 1, "inserted": 0, "updated": 0, "errors": 0}}
    site.fail("status", POST, status=200, body=json.dumps(body))
    [outcome] = client.issue([order()])
    assert isinstance(outcome.error, Refused)
    assert "ignored" in outcome.error.text


def test_l_c10_a_disabling_that_the_vendor_ignores_is_not_taken_for_done(client, site):
    client.issue([order()])
    body = {"data": {"submitted": 1, "inserted": 0, "updated": 0, "errors": 0}}
    site.fail("status", POST, status=200, body=json.dumps(body))
    [outcome] = client.withdraw([order()])
    assert "ignored" in outcome.error.text
    assert site.opens(501, "40001", DURING)


def test_l_c11_counters_alone_do_not_confirm(client, site):
    body = {"data": {"submitted": 1, "inserted": 1, "updated": 0, "errors": 0}}
    site.fail("status", POST, status=200, body=json.dumps(body))
    [outcome] = client.issue([order()])
    assert isinstance(outcome.error, Unavailable)


@pytest.mark.parametrize("kind", ["drop_before", "drop_after", "terminated", "status"])
def test_l_c21_a_broken_write_is_finished(client, site, kind):
    site.fail(kind, POST)
    assert confirmed(client.issue(TWENTY)) == [True] * 20
    assert all(site.opens(501, one.card_number, DURING) for one in TWENTY)


@pytest.mark.parametrize(
    ("kind", "rows"), [("drop_before", [20, 20]), ("drop_after", [20]), ("terminated", [20, 10])]
)
def test_l_c21_only_what_is_missing_is_sent_again(client, site, kind, rows):
    site.fail(kind, POST)
    client.issue(TWENTY)
    assert [write["rows"] for write in site.writes()] == rows


@pytest.mark.parametrize("body", ["<html>", NO_TEMPLATE])
def test_l_c21_a_batch_that_ends_midway_each_time_ends_for_us_too(client, site, body):
    site.fail("terminated", POST, times=99, body=body)
    outcomes = client.issue(TWENTY)
    assert confirmed(outcomes) == [True] * 17 + [False] * 3
    assert isinstance(outcomes[-1].error, Unavailable)
    assert len(site.writes()) == 3


def test_l_c21_a_broken_withdrawal_is_finished(client, site):
    client.issue(TWENTY)
    site.fail("terminated", POST)
    assert confirmed(client.withdraw(TWENTY)) == [True] * 20
    assert not any(site.opens(501, one.card_number, DURING) for one in TWENTY)


def test_l_c21_a_level_change_whose_answer_was_lost_is_not_believed_where_levels_are_not_told(client, site):
    client.issue([order()])
    site.switch["levels_in_list"] = False
    site.fail("drop_before", POST)
    [outcome] = client.issue([order(level_refs=("12",))])
    assert outcome.record
    assert site.opens(502, "40001", DURING)


def test_l_c21_levels_that_no_read_tells_are_not_confirmed_by_a_broken_write(client, site):
    client.issue([order()])
    site.switch["levels_in_list"] = False
    site.fail("drop_before", POST, times=9)
    [outcome] = client.issue([order(level_refs=("12",))])
    assert isinstance(outcome.error, Unavailable)


def test_l_c20_a_holder_of_whom_only_the_missing_levels_are_told_is_withdrawn(client, site):
    row = {"id": 7002, "id_num": "LK-1", "first_name": "", "accesslevels": []}
    site.fail("body", "GET /api/v1/user", times=9, body=json.dumps({"data": [row]}))
    assert confirmed(client.withdraw([order()])) == [True]
    assert site.writes() == []


def test_l_c21_when_reading_back_fails_nothing_is_claimed(client, site):
    client.look([order()])
    site.fail("status", "GET /api/v1/credential", times=3, status=503)
    with pytest.raises(Unavailable):
        client.issue([order()])
    assert confirmed(client.issue([order()])) == [True]
    assert len(site.writes()) == 1


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_l_c22_a_read_is_tried_again(client, site, status):
    site.fail("status", "GET", times=2, status=status)
    assert client.look([order()]) == [None]


@pytest.mark.parametrize(
    ("status", "error"), [(400, Refused), (401, Misconfigured), (404, Missing), (500, Unavailable)]
)
def test_l_c22_a_read_is_not_tried_again(client, site, status, error):
    site.fail("status", "GET /api/v1/events", times=9, status=status, body='{"data":{"error":"no"}}')
    with pytest.raises(error):
        client.events("")
    assert len(site.calls("GET")) == 1


def test_l_c22_a_write_that_was_not_let_in_is_tried_again_when_it_may_be(client, site):
    site.fail("status", POST, times=2, status=429)
    assert confirmed(client.issue([order()])) == [True]


def test_l_c22_a_write_that_is_never_let_in_is_given_up_for_now(client, site):
    site.fail("status", POST, times=99, status=429)
    [outcome] = client.issue([order()])
    assert isinstance(outcome.error, Unavailable)
    assert len(site.calls("POST")) == 3


@pytest.mark.parametrize("status", [429, 409, 400])
def test_l_s5_a_write_during_another_ones_is_put_off(client, site, status):
    site.switch["overlap_status"] = status
    site._writing = 1  # somebody else's write, under way
    [outcome] = client.issue([order()])
    assert isinstance(outcome.error, Unavailable)
    site._writing = 0
    assert confirmed(client.issue([order()])) == [True]


def test_l_c23_a_wrong_key_is_asked_once(client, site):
    site.fail("status", "GET", times=99, status=401, body='{"data":{"error":"denied"}}')
    with pytest.raises(Misconfigured):
        client.issue(TWENTY[:10])
    assert len(site.journal) == 1


def test_l_c23_a_write_that_is_denied_is_not_repeated(client, site):
    site.fail("status", POST, times=99, status=401)
    with pytest.raises(Misconfigured):
        client.issue([order()])
    assert len(site.writes("POST")) == 1


def test_a_mutilated_answer_to_a_write_is_looked_into(client, site):
    site.fail("truncate", POST)
    assert confirmed(client.issue([order()])) == [True]


def test_a_row_of_ours_that_cannot_be_read_is_not_written_over(client, site):
    client.issue([order()])
    row = {"id": 7002, "id_num": "LK-1", "first_name": "", "enabled": "perhaps", "card_num": "40001"}
    site.fail("body", "GET /api/v1/user", times=9, body=json.dumps({"data": [row]}))
    [issued] = client.issue([order(ends_at=END + timedelta(hours=1))])
    [withdrawn] = client.withdraw([order()])
    assert isinstance(issued.error, Garbled)
    assert isinstance(withdrawn.error, Garbled)
    assert client.look([order()]) == [None]
    assert len(site.writes()) == 1


def test_a_window_that_the_vendor_lost_is_not_left_unlimited(client, site):
    def forgetful(request):
        answered = right(request)
        site.user("LK-1").expires = None
        return answered

    right, site.post_user = site.post_user, forgetful
    [outcome] = client.issue([order()])
    assert isinstance(outcome.error, Refused)
    assert "disabled again" in outcome.error.text
    assert not site.opens(501, "40001", END + timedelta(days=9))
