"""What Http tells of an answer: the vendor's words, without secrets, pages and queries."""

from __future__ import annotations

import logging
import re
from urllib.parse import quote, quote_plus

import pytest
from werkzeug.wrappers import Response

from integrations.errors import Garbled
from integrations.http import MASK, Answer
from tests.wire.conftest import SECRET, error_of

FORMS = {
    "plain": SECRET,
    "encoded": quote(SECRET, safe=""),
    "encoded but for slashes": quote(SECRET),
    "encoded as a form": quote_plus(SECRET),
    "encoded in lower case": re.sub("%..", lambda found: found[0].lower(), quote(SECRET, safe="")),
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("body", ["bad key %s!", '{"message": "bad key %s!"}', '{"error": "bad key %s!"}'])
def test_a_secret_in_the_vendors_words_is_masked(line, toy, form, body):
    toy.fail("status", status=400, body=body % form)
    assert error_of(line).text == f"GET /thing answered 400: bad key {MASK}!"


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_a_secret_in_a_path_is_masked_in_text_and_log(line, toy, form, caplog):
    caplog.set_level(logging.INFO, "integrations")
    assert error_of(line, path=f"/{form}").text.startswith(f"GET /{MASK} answered 404")
    assert f"GET /{MASK}" in caplog.text


def test_neither_text_nor_log_holds_the_query(line, toy, caplog):
    caplog.set_level(logging.INFO, "integrations")
    toy.fail("status", status=400, times=2, body="")
    for how in ({"path": "/thing?name=Ida"}, {"params": {"name": "Ida"}}):
        assert error_of(line, **how).text == "GET /thing answered 400"
    assert "Ida" not in caplog.text


PAGES = [
    "<html><h1>Fatal</h1></html>",
    "\ufeff<!DOCTYPE html><p>Fatal",
    "  \n<h1>Fatal",
    "Fatal<br/>error",
    "<?php Fatal",
    '{"message": "<html>Fatal"}',
    '"<b>Fatal</b>"',
    '{"message": "half of Fatal',
    '[{"name": "Fatal"',
    "[" * 99_999,
    '{"message": {"Fatal": 1}}',
    '{"message": ["Fatal"]}',
    '{"other": "Fatal"}',
    "",
]


@pytest.mark.parametrize("body", PAGES, ids=lambda body: body[:20])
@pytest.mark.parametrize("status", [400, 500])
def test_a_page_or_half_an_answer_is_not_quoted(line, toy, body, status):
    toy.fail("status", times=3, status=status, body=body)
    assert error_of(line).text == f"GET /thing answered {status}"


@pytest.mark.parametrize(
    "body",
    ["slot  taken\n", '"slot taken"', '{"message": "slot taken", "code": 1}', '{"Message": "slot taken"}'],
)
def test_the_vendors_words_are_quoted_in_one_line(line, toy, body):
    toy.fail("status", status=409, body=body)
    assert error_of(line).text == "GET /thing answered 409: slot taken"


def test_long_words_are_cut_and_no_half_secret_remains(line, toy):
    toy.fail("status", status=400, body="x" * 297 + SECRET)
    assert error_of(line).text == "GET /thing answered 400: " + "x" * 297 + MASK


@pytest.mark.parametrize("text", ["", "<html>", "{", "[" * 99_999, "nul", "\ufeff{}"])
def test_what_is_not_json_is_garbled(text):
    with pytest.raises(Garbled):
        Answer(200, text, "GET /thing").json()


@pytest.mark.parametrize(("text", "good"), [("[]", "array"), ("{}", "object"), ("null", ""), ('"[]"', "")])
def test_the_kind_of_json_is_not_guessed(text, good):
    for kind in {"array", "object"} - {good}:
        with pytest.raises(Garbled):
            getattr(Answer(200, text, "GET /thing"), kind)()


def test_bytes_that_are_no_text_are_replaced(line, toy):
    toy.replies.append(Response(b'{"name": "\xff"}', content_type="application/json"))
    assert line.send("GET", "/thing").object() == {"name": "�"}
