"""Silence is not an order, at the doors: what a lock vendor leaves unsaid frees, loses and takes nothing."""

from __future__ import annotations

from contextlib import suppress
from io import StringIO

import pytest
from django.core.management import call_command

from backoffice.flow import stock
from backoffice.models import Door, Fob, FobLoan, IssuedCode
from tests.story.conftest import berlin
from tests.story.test_fobs import HALL, add, fob, hall, opening, tick, word
from tests.story.test_silence import WRONGS, named

JSON = {"content_type": "application/json"}
EMPTY = [
    {"kind": "body", "body": '{"data": []}', **JSON},
    {"kind": "body", "body": '{"data": [null, {}]}', **JSON},
    {"kind": "body", "body": '{"data": {"error": "denied"}}', **JSON},
    {"kind": "body", "body": "[]", **JSON},
]
LISTS = ("GET /api/v1/fob", "GET /api/v1/user")


def sync_whatever_comes_of_it():
    with suppress(SystemExit):
        call_command("sync", stdout=StringIO())


@pytest.fixture
def lent(house):
    """The hall opens by fob; one of two is lent to a guest of 14:00 and handed out."""
    add(house, 1)
    add(house, 2)
    Door.objects.filter(ref=HALL).update(method="fob")
    number = hall(house)
    tick(house, "12:20")
    stock.hand_out(fob(), word())
    return number


@pytest.mark.parametrize("wrong", [WRONGS[0], WRONGS[2], *EMPTY], ids=named)
@pytest.mark.parametrize("path", LISTS)
def test_a_guest_keeps_his_fob_whatever_a_list_says(house, lent, path, wrong):
    house.lockt.fail(match=path, times=500, **wrong)
    for at in ("12:26", "12:32", "14:10"):
        house.at(berlin(at))
        sync_whatever_comes_of_it()
    assert opening(house, "14:30") == ["Fob 1"]
    assert FobLoan.objects.get().returned_at is None
    assert set(IssuedCode.objects.filter(method="fob").values_list("state", flat=True)) == {"active"}
    house.lockt.faults.clear()
    tick(house, "14:20")
    assert Fob.objects.filter(gone_at=None).count() == 2
    assert opening(house, "14:30") == ["Fob 1"]


@pytest.mark.parametrize("wrong", EMPTY, ids=named)
@pytest.mark.parametrize("path", LISTS)
def test_a_fob_is_lent_once_after_a_silence(house, path, wrong):
    add(house, 1)
    add(house, 2)
    Door.objects.filter(ref=HALL).update(method="fob")
    number = hall(house)
    house.sync()
    house.lockt.fail(match=path, times=500, **wrong)
    for at in ("12:20", "12:21", "12:30"):
        house.at(berlin(at))
        sync_whatever_comes_of_it()
    house.lockt.faults.clear()
    tick(house, "12:50")
    tick(house, "12:51")
    assert opening(house, "14:30") == ["Fob 1"]
    assert {code.state for code in house.codes(number, method="fob")} == {"active"}
    assert FobLoan.objects.count() == 1


@pytest.mark.parametrize("wrong", EMPTY, ids=named)
@pytest.mark.parametrize("path", LISTS)
def test_a_fob_is_not_taken_for_shut_in_a_silence(house, lent, path, wrong):
    house.locaboo.cancel(lent)
    house.lockt.fail(match=path, times=500, **wrong)
    house.at(berlin("12:25"))
    sync_whatever_comes_of_it()
    shut = opening(house, "14:30") == []
    states = {code.state for code in house.codes(lent, method="fob")}
    assert shut or states == {"revoking"}
    house.lockt.faults.clear()
    tick(house, "12:55")
    assert opening(house, "14:30") == []
    assert {code.state for code in house.codes(lent, method="fob")} == {"revoked"}
