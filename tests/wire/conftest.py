"""A toy vendor over real HTTP, and a line to it that does not wait."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from werkzeug.routing import Rule
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from integrations.errors import VendorError
from integrations.http import Http
from integrations.sandbox.server import Quiet
from integrations.sandbox.wire import Clock, Sandbox, answer

SECRET = "Ab+12/ü =&é0"
NOON = datetime(2026, 3, 9, 12, tzinfo=UTC)


class Toy(Sandbox):
    """A vendor with one address, which counts what was done; `replies` are answered first."""

    name = "toy"
    options = {"friendly": True}

    def __init__(self, clock: Clock | None = None, **options: Any) -> None:
        super().__init__(clock, **options)
        self.came = self.done = 0
        self.replies: deque[Response] = deque()

    def routes(self) -> list[Rule]:
        return [Rule("/thing", methods=["GET", "POST", "PUT", "PATCH", "DELETE"], endpoint="thing")]

    def _answer(self, request: Request) -> Response:
        self.came += 1
        return super()._answer(request)

    def thing(self, _request: Request) -> Response:
        self.done += 1
        return self.replies.popleft() if self.replies else answer({"done": self.done})


@pytest.fixture
def toy() -> Toy:
    return Toy(Clock(NOON))


@pytest.fixture
def url(toy: Toy) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, toy, threaded=True, request_handler=Quiet)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What was slept, instead of sleeping."""
    slept: list[float] = []
    monkeypatch.setattr("time.sleep", slept.append)
    return slept


@pytest.fixture
def line(url: str, waits: list[float]) -> Http:
    return Http(url, headers={"X-Key": "plain"}, secrets=[SECRET])


def error_of(line: Http, method: str = "GET", path: str = "/thing", **how: Any) -> VendorError:
    with pytest.raises(VendorError) as caught:
        line.send(method, path, **how)
    return caught.value
