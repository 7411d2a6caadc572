"""Fobs in stock: made once whatever is repeated, each with a card number of its own (L-C25, L-C13)."""

from __future__ import annotations

import json

import pytest

from integrations.errors import Garbled, NotReleased, Refused
from integrations.types import NewFob
from tests.integrations.lockt.conftest import DURING

POST = "POST /api/v1/fob"
NINE = NewFob("FOB-09", "Fob 09", "30009")
TEN = NewFob("FOB-10", "Fob 10", "30010")


def in_stock(site):
    return [one.id_num for one in site.people.values() if one.fob]


def answering(site, match, data):
    site.fail("status", match, status=200, body=json.dumps(data))


def test_fobs_are_put_into_stock_without_a_user_and_open_nothing(client, site):
    made = client.create_fobs([NINE, TEN])
    assert [(one.key, one.record.card_number, one.error) for one in made] == [
        ("FOB-09", "30009", None),
        ("FOB-10", "30010", None),
    ]
    assert not site.opens(501, "30009", DURING)


def test_l_c25_a_fob_that_is_there_is_not_made_again(client, site):
    client.create_fobs([NINE])
    [made] = client.create_fobs([NINE])
    assert made.record.key == "FOB-09"
    assert (in_stock(site), len(site.calls(POST))) == (["FOB-07", "FOB-09"], 1)


@pytest.mark.parametrize("kind", ["drop_before", "drop_after", "status"])
def test_l_c25_fobs_whose_answer_was_lost_are_made_once(kind, client, site):
    site.fail(kind, POST)
    assert all(one.record for one in client.create_fobs([NINE, TEN]))
    assert sorted(in_stock(site)) == ["FOB-07", "FOB-09", "FOB-10"]


def test_l_c25_fobs_that_cannot_be_read_are_not_made_a_second_time(client, site):
    answering(site, "GET /api/v1/fob", {"data": [{"id": "x", "name": "Fob 09", "id_num": "FOB-09"}]})
    with pytest.raises(Garbled):
        client.create_fobs([NINE])
    assert site.calls(POST) == []


def test_l_c13_a_card_number_is_nobody_elses(client, site):
    site.add_user(id_num="LK-7", card_num="7")
    wanted = [
        NewFob("A", "a", "7"),
        NewFob("B", "b", "30007"),
        NewFob("FOB-07", "c", "1"),
        NewFob("D", "d", "x"),
    ]
    made = client.create_fobs([*wanted, NINE])
    assert [type(one.error) for one in made] == [Refused] * 4 + [type(None)]
    assert in_stock(site) == ["FOB-07", "FOB-09"]


@pytest.mark.parametrize("twin", [NewFob("FOB-09", "x", "30011"), NewFob("FOB-11", "x", "30009")])
def test_two_fobs_of_one_list_that_cannot_be_told_apart_are_not_made(twin, client, site):
    assert [type(one.error) for one in client.create_fobs([NINE, twin])] == [Refused, Refused]
    assert site.journal == []


def test_l_c4_a_fob_that_the_vendor_refuses_does_not_cost_the_others(client, site):
    def race(request):
        if not site.calls(POST):
            site.add_fob("Somebody's", "30009")
        return right(request)

    right, site.post_fob = site.post_fob, race
    nine, ten = client.create_fobs([NINE, TEN])
    assert (nine.error.text, ten.record.key) == ("Duplicate card_num found: 30009", "FOB-10")


def test_l_c5_fobs_go_in_batches_that_the_vendor_takes(client, site):
    site.switch["max_batch"] = 2
    wanted = [NewFob(f"F-{number}", f"Fob {number}", str(50_000 + number)) for number in range(5)]
    assert all(one.record for one in client.create_fobs(wanted))
    assert len(in_stock(site)) == 6


def test_l_c5_no_fob_is_no_call(client, site):
    assert client.create_fobs([]) == []
    assert site.journal == []


@pytest.mark.parametrize("status", [404, 501])
def test_l_c24_the_last_activity_of_fobs_is_not_released(status, client, site):
    site.fail("status", "GET /api/v1/fobcheck", status=status)
    with pytest.raises(NotReleased):
        client.check_fobs()


def test_l_c24_the_last_activity_of_fobs_is_read_when_it_is_released(client, site):
    site.switch["released"] = ("fobcheck",)
    assert client.check_fobs().records == ()
    row = {"id": 7900, "name": "Fob 07", "last_activity": "2026-03-09T07:00:00.000Z"}
    answering(site, "GET /api/v1/fobcheck", {"data": [row]})
    [fob] = client.check_fobs().records
    assert fob.raw["last_activity"] == "2026-03-09T07:00:00.000Z"


def test_l_c24_an_answer_that_is_no_list_of_fobs_is_garbled(client, site):
    answering(site, "GET /api/v1/fobcheck", {"data": {"fobs": 3}})
    with pytest.raises(Garbled):
        client.check_fobs()


def test_the_user_of_fobs_in_stock_is_made_once_and_opens_nothing(client, site):
    made = client.shelf("LK-STOCK-1")
    assert client.shelf("LK-STOCK-1") == made
    person = site.user("LK-STOCK-1")
    assert (str(person.id), person.enabled, person.levels) == (made, False, [])
    assert len(site.writes()) == 1


def test_a_stock_user_that_was_given_doors_loses_them_before_a_fob_is_put_there(client, site):
    client.shelf("LK-STOCK-1")
    person = site.user("LK-STOCK-1")
    person.enabled, person.levels = True, [11]
    client.shelf("LK-STOCK-1")
    person = site.user("LK-STOCK-1")
    assert (person.enabled, person.levels) == (False, [])
