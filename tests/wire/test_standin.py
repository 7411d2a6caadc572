"""The wire that the vendors' stand-ins share: faults, journal, clock."""

from __future__ import annotations

import pickle
import threading
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from werkzeug.wrappers import Request

from integrations import http
from integrations.errors import Unavailable
from integrations.http import MASK, Http
from integrations.sandbox.wire import Clock
from tests.wire.conftest import NOON, Toy, error_of


@pytest.mark.parametrize(("kind", "done"), [("drop_before", 0), ("status", 0), ("drop_after", 1)])
def test_a_fault_says_whether_the_work_was_done(line, toy, kind, done):
    toy.fail(kind)
    assert isinstance(error_of(line, "POST"), Unavailable)
    assert toy.done == done


@pytest.mark.parametrize(("kind", "text"), [("truncate", '{"don'), ("body", "what?")])
def test_a_changed_answer_comes_after_the_work(line, toy, kind, text):
    toy.fail(kind, body="what?")
    assert line.send("POST", "/thing").text == text
    assert toy.done == 1


def test_a_fault_is_for_what_it_matches_and_as_often_as_said(line, toy):
    toy.fail("status", "POST /th", times=2, status=418)
    assert line.send("GET", "/thing").status == 200
    assert [error_of(line, "POST").status for _ in range(2)] == [418, 418]
    assert line.send("POST", "/thing").status == 200


def test_a_slow_answer_comes_in_the_end(toy, url):
    toy.fail("slow", seconds=0.05)
    assert Http(url).send("GET", "/thing").status == 200


def test_the_journal_masks_secrets_in_addresses(line, toy):
    line.send("GET", "/thing", params={"api_key": "1", "Access_Token": "2", "name": "x"})
    assert [(call.at, call.query) for call in toy.calls("GET /thing")] == [
        (NOON, {"api_key": MASK, "Access_Token": MASK, "name": "x"})
    ]


def test_requests_at_the_same_time_are_noted(toy, url):
    toy.fail("slow", seconds=0.2)
    first = threading.Thread(target=lambda: Http(url).send("GET", "/thing"))
    first.start()
    while not toy._running:
        pass
    Http(url).send("GET", "/thing")
    first.join()
    assert [call.overlapped for call in toy.journal] == [True, False]


def test_a_switch_that_there_is_not_is_an_error():
    assert Toy(friendly=False).switch == {"friendly": False}
    with pytest.raises(TypeError, match="strict"):
        Toy(strict=True)


def test_a_stand_in_goes_on_where_it_was_kept(toy):
    with suppress(LookupError):
        toy.done = 7
    again = pickle.loads(pickle.dumps(toy))  # noqa: S301 our own
    assert (again.done, again.clock.now()) == (7, NOON)
    assert again.thing(Request({})).get_json() == {"done": 8}


def test_a_clock_stops_moves_and_runs_again():
    clock = Clock(NOON)
    clock.move(timedelta(hours=1))
    assert clock.now() == NOON + timedelta(hours=1)
    clock.set(None)
    clock.move(timedelta(days=-1))
    assert timedelta(hours=23) < datetime.now(UTC) - clock.now() < timedelta(hours=25)  # noqa: TID251 an edge


def test_the_limits_of_patience_are_short():
    assert http.LONGEST_WAIT <= 5 < max(http.TIMEOUT) <= 30
