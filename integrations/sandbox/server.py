"""All sandbox vendors on one loopback port: /lockme, /locaboo, /lockt, /codelocks, and a page at /."""

from __future__ import annotations

import pickle
import threading
from pathlib import Path
from typing import Any

from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from integrations.sandbox.codelocks import CodelocksSandbox
from integrations.sandbox.locaboo import LocabooSandbox
from integrations.sandbox.lockme import LockmeSandbox
from integrations.sandbox.lockt import LocktSandbox
from integrations.sandbox.page import Page
from integrations.sandbox.wire import Clock, Sandbox


class Quiet(WSGIRequestHandler):
    """Logs nothing: addresses hold keys."""

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 werkzeug's name
        """Nothing."""


class Vendors:
    """The four stand-ins on one clock."""

    def __init__(self, clock: Clock | None = None) -> None:
        self.clock = clock or Clock()
        self.lockme = LockmeSandbox(self.clock)
        self.locaboo = LocabooSandbox(self.clock)
        self.lockt = LocktSandbox(self.clock)
        self.codelocks = CodelocksSandbox(self.clock)

    def all(self) -> dict[str, Sandbox]:
        """The stand-ins by the first segment of their address."""
        return {
            "lockme": self.lockme,
            "locaboo": self.locaboo,
            "lockt": self.lockt,
            "codelocks": self.codelocks,
        }

    def save(self, path: Path) -> None:
        """Keep the state in a file."""
        scratch = path.with_suffix(".new")
        scratch.write_bytes(pickle.dumps(self))
        scratch.replace(path)

    @staticmethod
    def load(path: Path) -> Vendors:
        """The state kept in a file that `save` wrote."""
        vendors: Vendors = pickle.loads(path.read_bytes())  # noqa: S301 our own file
        return vendors


def application(vendors: Vendors) -> Any:
    """One WSGI application for all vendors."""
    mounts: dict[str, Any] = {f"/{name}": sandbox for name, sandbox in vendors.all().items()}
    return DispatcherMiddleware(Page(vendors), mounts)


class Server:
    """The vendors served on a loopback port by a thread, until `stop`."""

    def __init__(self, vendors: Vendors, port: int = 0) -> None:
        self.vendors = vendors
        self._server: BaseWSGIServer = make_server(
            "127.0.0.1", port, application(vendors), threaded=True, request_handler=Quiet
        )
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        # stopping takes as long as one look for it, and every test stops one
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    def start(self) -> Server:
        """Begin to answer."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop answering."""
        self._server.shutdown()
        self._server.server_close()
