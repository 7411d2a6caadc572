"""An address that is told of changes, over real HTTP."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer


class Receiver:
    """Keeps the headers of what it was told; `answers` are given in turn, the last one for good."""

    def __init__(self) -> None:
        self.told: list[dict[str, str]] = []
        self.bodies: list[bytes] = []
        self.answers = [200]
        self.url = ""

    def status(self) -> int:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@contextmanager
def listening() -> Iterator[Receiver]:
    """A receiver on a port of its own."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            receiver.told.append(dict(self.headers))
            receiver.bodies.append(self.rfile.read(int(self.headers.get("Content-Length") or 0)))
            self.send_response(receiver.status())
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    receiver.url = f"http://127.0.0.1:{server.server_port}/hooks"
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield receiver
    server.shutdown()
    server.server_close()
