"""Trouble for a client of any vendor: answers that are none, changed or cut, and a strict ear."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from werkzeug.wrappers import Response

from integrations.errors import VendorError
from integrations.sandbox.wire import Sandbox

# what a proxy, a broken server or another API's server may answer with a status of 200
BODIES = {
    "html": "<html><body><h1>Welcome</h1></body></html>",
    "nothing": "",
    "list": "[]",
    "object": "{}",
    "null": "null",
    "number": "17",
    "text": '"OK"',
    "error": '{"error": "there was a problem"}',
    "data of errors": '{"data": [{"error": "there was a problem"}]}',
    "no data": '{"data": null}',
    "data of another kind": '{"data": {"rows": []}}',
    "bad JSON": '{"data": [}',
}
TESTS = Path(__file__).parent.parent
STRANGER = {"brand_new": {"a": [1, None, "x"]}, "brandNew": None}
NONSENSE: tuple[Any, ...] = ("nonsense", None, 17, [], {}, {"id": None}, {"id": {"deep": 1}}, {"error": "no"})


class Quiet:
    """Contract cases in which nothing private is logged or told.

    `secrets` are the account's, `private` is what the stand-in knows of guests and of their ways in.
    `positions` are the stand-in's switches under which the same must hold; `elsewhere` are those that have
    tests of their own, each with its file.
    """

    secrets: tuple[str, ...]
    private: tuple[str, ...] = ()
    positions: Mapping[str, Sequence[Any]]
    elsewhere: Mapping[str, str] = {}

    @pytest.fixture(autouse=True)
    def _nothing_private_is_logged(self, caplog: pytest.LogCaptureFixture) -> Iterator[None]:
        caplog.set_level(logging.DEBUG)
        caplog.set_level(logging.DEBUG, "integrations")
        yield
        self.is_quiet(record.getMessage() for record in caplog.get_records("call"))

    @pytest.fixture(autouse=True)
    def _no_waiting(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Pauses before another try are random, and here none."""
        monkeypatch.setattr("random.uniform", lambda _least, _most: 0.0)

    def is_quiet(self, texts: Iterable[str]) -> None:
        """Fail when one of the texts holds something private."""
        told = [text for text in texts for word in (*self.secrets, *self.private) if word in text]
        assert not told

    def all_are_turned(self, standin: Sandbox) -> None:
        """Fail unless each switch is among `positions`, or in the file that `elsewhere` names for it."""
        assert standin.options.keys() == self.positions.keys() | self.elsewhere.keys()
        assert not self.positions.keys() & self.elsewhere.keys()
        for name, file in self.elsewhere.items():
            assert f'"{name}"' in (TESTS / file).read_text(), f"{name} is not in {file}"

    def echo(self) -> str:
        """An error in which the vendor repeats what it was sent, plain and as it stands in an address."""
        words = f"no: {' and '.join([*self.secrets, *map(quote, self.secrets)])}"
        return json.dumps({"result": [words], "message": words, "errors": [{"error": [words]}]})

    @contextmanager
    def raises(self, *kinds: type[VendorError]) -> Iterator[None]:
        """One of these errors is raised, and its text is fit for a screen."""
        with pytest.raises(kinds) as caught:
            yield
        self.is_quiet([caught.value.text, str(caught.value), repr(caught.value)])


def rewrite(standin: Sandbox, match: str, change: Callable[[Response], None]) -> None:
    """Let every right answer to what matches be changed on its way."""
    right = standin._dispatch

    def dispatch(request: Any) -> Response:
        response = right(request)
        if match in f"{request.method} {request.path}":
            change(response)
        return response

    standin._dispatch = dispatch  # type: ignore[method-assign]


def fail(response: Response, status: int, part: int) -> None:
    """Make a failure of a right answer that holds all of its rows, or (`part` 2) half of its text."""
    body = response.get_data()
    response.set_data(body[: len(body) // part])
    response.status_code = status


def reword(standin: Sandbox, match: str, change: Callable[[Any], Any]) -> None:
    """Let the JSON of every right answer to what matches be another."""
    rewrite(standin, match, lambda response: response.set_data(json.dumps(change(response.get_json()))))


def with_strangers(body: Any) -> Any:
    """The same with unknown keys in every object; a map by id is no object."""
    if isinstance(body, list):
        return [with_strangers(each) for each in body]
    if not isinstance(body, dict):
        return body
    known = {name: with_strangers(value) for name, value in body.items()}
    by_id = bool(body) and all(str(name).isdigit() for name in body)
    return known if by_id else {**known, **STRANGER}


def without(body: Any, names: frozenset[str]) -> Any:
    """The same without these keys, wherever they stand."""
    if isinstance(body, list):
        return [without(each, names) for each in body]
    if not isinstance(body, dict):
        return body
    return {name: without(value, names) for name, value in body.items() if name not in names}


def plain(records: Iterable[Any]) -> list[Any]:
    """The records by ref, without the answers and the words for a status that they were read from."""
    blank = {"raw": {}, "status_text": ""}
    return sorted(
        (replace(one, **{name: blank[name] for name in blank if hasattr(one, name)}) for one in records),
        key=lambda one: one.ref,
    )
