"""What the vendors' stand-ins share: a clock, faults, a journal, and WSGI from a table of routes."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

SECRET_FIELDS = ("key", "secret", "token", "password", "identifier", "pin", "code")
JOURNAL_LENGTH = 20_000
KINDS = ("status", "drop_before", "drop_after", "truncate", "body", "slow")


class Clock:
    """The sandbox's time: the machine's, moved by an offset or stopped at an instant."""

    def __init__(self, at: datetime | None = None) -> None:
        self._stopped = at
        self._offset = timedelta(0)

    def now(self) -> datetime:
        """The time as an aware datetime in UTC."""
        return self._stopped or datetime.now(UTC) + self._offset  # noqa: TID251 the sandbox's edge

    def set(self, at: datetime | None) -> None:
        """Stop the clock at an instant, or let it run again with the machine's."""
        self._stopped = at
        self._offset = timedelta(0)

    def move(self, by: timedelta) -> None:
        """Move the clock on."""
        if self._stopped:
            self._stopped += by
        else:
            self._offset += by


@dataclass(slots=True)
class Fault:
    """Something that goes wrong for the next `times` requests whose "METHOD /path" contains `match`.

    `kind`: status (answers `status` with `body`), drop_before (closes the line, nothing done), drop_after
    (does it, then closes the line), truncate (half of the right answer), body (the right thing is done but
    `body` is answered), slow (waits `seconds` first). Vendors may know further kinds.
    """

    kind: str
    match: str = ""
    times: int = 1
    status: int = 500
    body: str = "<html><body><h1>Internal Server Error</h1></body></html>"
    content_type: str = "text/html"
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Call:
    """One request as it came, for tests: secrets are masked."""

    at: datetime
    method: str
    path: str
    query: Mapping[str, str]
    body: str
    status: int
    overlapped: bool


@dataclass(frozen=True, slots=True)
class Action:
    """Something a person can do on the vendor's side, as a form of the sandbox's page."""

    name: str
    label: str
    fields: tuple[str, ...]
    run: Callable[..., str]


class Sandbox:
    """A stand-in for one vendor, all of its state in memory and picklable.

    A vendor's module gives `routes`, a method per endpoint (`request, **path values` -> Response), `options`
    (the switches and their defaults), `secrets` (what it lets in), `actions` and `state` for the page, and
    `opens` where it has locks.
    """

    name = ""
    kinds: tuple[str, ...] = KINDS  # of faults
    options: Mapping[str, Any] = {}
    secrets: Mapping[str, Any] = {}

    def __init__(self, clock: Clock | None = None, **options: Any) -> None:
        """`options` set switches of the vendor; TypeError for one that it does not have."""
        if unknown := options.keys() - self.options.keys():
            raise TypeError(f"{self.name} has no option {', '.join(sorted(unknown))}")
        self.clock = clock or Clock()
        self.switch: dict[str, Any] = {**self.options, **options}
        self.faults: list[Fault] = []
        self.journal: list[Call] = []
        self._running = 0
        self._lock = threading.RLock()

    def __getstate__(self) -> dict[str, Any]:
        """All state but the lock."""
        return {name: value for name, value in self.__dict__.items() if name != "_lock"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take the state back, with a lock of its own; switches that are new keep their defaults."""
        self.__dict__.update(state)
        self.switch = {**self.options, **self.switch}
        self._running = 0
        self._lock = threading.RLock()

    def routes(self) -> Iterable[Rule]:
        """The endpoints: Rule(path, methods=[…], endpoint=name of a method)."""
        raise NotImplementedError

    def actions(self) -> Iterable[Action]:
        """What a person can do on the vendor's side."""
        return ()

    def state(self) -> Mapping[str, list[dict[str, Any]]]:
        """Tables of what is there, for the page."""
        return {}

    def not_found(self, _request: Request) -> Response:
        """The vendor's answer for an address that it does not have."""
        return answer({"message": "Not Found"}, 404)

    def gate(self, _request: Request, _endpoint: str) -> Response | None:
        """The vendor's check before any endpoint: an answer that refuses, or None."""
        return None

    def fail(self, kind: str, match: str = "", **how: Any) -> None:
        """Let the next requests go wrong; see Fault."""
        self.faults.append(Fault(kind, match, **how))

    def calls(self, match: str = "") -> list[Call]:
        """The journal's calls whose "METHOD /path" contains `match`."""
        return [call for call in self.journal if match in f"{call.method} {call.path}"]

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """WSGI."""
        request = Request(environ)
        request.get_data(cache=True)
        with self._lock:
            self._running += 1
            overlapped = self._running > 1
        try:
            response = self._answer(request)
        finally:
            with self._lock:
                self._running -= 1
        self._record(request, response, overlapped)
        return response(environ, start_response)

    def _answer(self, request: Request) -> Response:
        fault = self._fault(request)
        if fault and fault.kind == "slow":
            time.sleep(fault.seconds)
        if fault and fault.kind == "status":
            return Response(fault.body, fault.status, content_type=fault.content_type)
        if fault and fault.kind == "drop_before":
            return _hang_up(request)
        response = self._dispatch(request)
        if fault and fault.kind == "drop_after":
            return _hang_up(request)
        if fault and fault.kind == "truncate":
            response.set_data(response.get_data()[: len(response.get_data()) // 2])
        if fault and fault.kind == "body":
            return Response(fault.body, 200, content_type=fault.content_type)
        return response

    def _dispatch(self, request: Request) -> Response:
        adapter = Map(list(self.routes()), strict_slashes=False).bind_to_environ(request.environ)
        try:
            endpoint, values = adapter.match()
        except HTTPException:
            return self.not_found(request)
        if refusal := self.gate(request, endpoint):
            return refusal
        response: Response = getattr(self, endpoint)(request, **values)
        return response

    def _fault(self, request: Request) -> Fault | None:
        with self._lock:
            for fault in self.faults:
                if fault.match in f"{request.method} {request.path}":
                    fault.times -= 1
                    if fault.times <= 0:
                        self.faults.remove(fault)
                    return fault
        return None

    def _record(self, request: Request, response: Response, overlapped: bool) -> None:  # noqa: FBT001
        query = {
            name: "•••" if any(word in name.lower() for word in SECRET_FIELDS) else value
            for name, value in parse_qsl(request.query_string.decode(), keep_blank_values=True)
        }
        body = request.get_data(as_text=True)
        call = Call(
            self.clock.now(), request.method, request.path, query, body, response.status_code, overlapped
        )
        with self._lock:
            self.journal.append(call)
            del self.journal[:-JOURNAL_LENGTH]


def answer(body: Any, status: int = 200) -> Response:
    """A JSON answer."""
    return Response(json.dumps(body), status, content_type="application/json")


def _hang_up(request: Request) -> Response:
    """Close the line without an answer, as a dead server or a time-out would."""
    line: socket.socket | None = request.environ.get("werkzeug.socket")
    if line is not None:
        line.shutdown(socket.SHUT_RDWR)
    return Response("", 504)
