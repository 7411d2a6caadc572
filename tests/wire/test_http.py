"""Whom Http talks to, what its errors say to do next, and what is tried again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from werkzeug.wrappers import Response

from integrations.errors import Garbled, Misconfigured, Missing, Refused, Unavailable
from integrations.http import Http
from tests.wire.conftest import SECRET, error_of


@pytest.mark.parametrize(
    "url", ["http://api.test", "ftp://api.test", "api.test", "", "http://127.0.0.1.test"]
)
def test_only_https_leaves_this_machine(url):
    with pytest.raises(Misconfigured, match="https"):
        Http(url)


@pytest.mark.parametrize(
    "url", ["https://api.test", "http://127.0.0.1:8", "http://localhost:8", "http://[::1]:8"]
)
def test_https_and_this_machine_are_addresses(url):
    assert Http(url)


@pytest.mark.parametrize("key", ["key\n", "two\r\nX-Other: 1", "schlüssel – 1", " key", "key\0"])
def test_a_key_that_cannot_stand_in_a_header_is_told_without_it(key):
    with pytest.raises(Misconfigured, match="X-Key") as caught:
        Http("https://api.test", headers={"X-Key": key})
    assert key not in caught.value.text


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_redirect_is_not_followed(line, toy, url, status, method):
    toy.replies.append(Response("", status, headers={"Location": f"{url}/thing?elsewhere"}))
    assert isinstance(error_of(line, method, expect=(status,)), Garbled)
    assert toy.done == 1


@pytest.mark.parametrize("status", [300, 302, 304])
def test_a_redirect_to_nowhere_is_no_answer_either(line, toy, status):
    toy.fail("status", status=status, body='{"done": 7}')
    assert isinstance(error_of(line), Garbled)


CLASSES = {
    Refused: (400, 405, 409, 418, 422),
    Misconfigured: (401, 403),
    Missing: (404,),
    Unavailable: (429, 500, 502, 503, 599),
}


@pytest.mark.parametrize(
    ("status", "kind"), [(status, kind) for kind, statuses in CLASSES.items() for status in statuses]
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_status_says_what_to_do_next(line, toy, status, kind, method):
    toy.fail("status", times=9, status=status)
    error = error_of(line, method)
    assert (type(error), error.status) == (kind, status)


def test_an_expected_status_is_given_back(line, toy):
    toy.fail("status", status=404, body="nothing here")
    assert line.send("GET", "/thing", expect=(404,)).status == 404


def test_no_answer_is_unavailable_and_its_words_are_ours(waits):
    silent = Http("http://127.0.0.1:9", secrets=[SECRET])
    error = error_of(silent, params={"key": SECRET, "name": "Ida"})
    assert type(error) is Unavailable
    assert error.text == "GET /thing got no answer (ConnectionError)"


@pytest.mark.parametrize("kind", ["status", "drop_before", "drop_after"])
def test_a_read_is_tried_three_times(line, toy, waits, kind):
    toy.fail(kind, times=2)
    assert line.send("GET", "/thing").status == 200
    assert toy.came == 3
    assert all(0 < wait < 1 for wait in waits)


@pytest.mark.parametrize("kind", ["status", "drop_before", "drop_after"])
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_a_write_is_tried_once(line, toy, kind, method):
    toy.fail(kind)
    assert isinstance(error_of(line, method), Unavailable)
    assert toy.came == 1


@pytest.mark.parametrize("status", [400, 401, 403, 404, 418])
def test_what_was_refused_is_not_tried_again(line, toy, status):
    toy.fail("status", status=status)
    error_of(line)
    assert toy.came == 1


def test_a_paid_read_may_be_tried_once(line, url, toy, waits):
    toy.fail("status", times=9)
    error_of(Http(url, tries=1))
    error_of(line, tries=1)
    assert toy.came == 2


def test_a_second_try_sends_the_same(line, toy):
    seen = []
    toy.gate = lambda request, _endpoint: seen.append((request.headers["X-Key"], request.headers["X-More"]))
    toy.fail("drop_after")
    line.send("GET", "/thing", headers={"X-More": "1"})
    assert seen == [("plain", "1")] * 2


def later(value: str, status: int = 503) -> Response:
    return Response("", status, headers={"Retry-After": value})


@pytest.mark.parametrize("status", [429, 503])
def test_a_pause_that_the_vendor_asks_for_is_kept(line, toy, waits, status):
    toy.replies.append(later("3", status))
    assert line.send("GET", "/thing")
    assert waits == [3]


def test_a_pause_until_a_date_is_kept(line, toy, waits):
    moment = datetime.now(UTC) + timedelta(seconds=4)  # noqa: TID251 a server names its own time
    toy.replies.append(later(format_datetime(moment, usegmt=True)))
    assert line.send("GET", "/thing")
    assert 1 < waits[0] <= 4


@pytest.mark.parametrize(
    ("asked", "told"),
    [("3600", 3600), ("9" * 400, 86_400), ("Fri, 31 Dec 2999 23:59:59 GMT", 86_400)],
)
def test_a_longer_pause_is_left_to_the_next_sweep_and_is_a_day_at_most(line, toy, waits, asked, told):
    toy.replies.append(later(asked))
    assert error_of(line).retry_after == told
    assert (waits, toy.done) == ([], 1)


@pytest.mark.parametrize("asked", ["", "soon", "-5", "1.5", "²", "0", "Mon, 01 Jan 1990 00:00:00 GMT"])
def test_a_pause_that_is_none_is_a_short_one(line, toy, waits, asked):
    toy.replies.append(later(asked))
    assert line.send("GET", "/thing")
    assert 0 < waits[0] < 1
