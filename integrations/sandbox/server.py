"""All sandbox vendors on one loopback port, each below its name (/lockme …), and a page at /."""

from __future__ import annotations

import pickle
import pkgutil
import threading
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from integrations import sandbox as folder
from integrations.sandbox import alone
from integrations.sandbox.alone import Alone
from integrations.sandbox.codelocks import CodelocksSandbox
from integrations.sandbox.google_calendar import GoogleCalendarSandbox
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
    """Every stand-in of this folder, on one clock, under its own name."""

    lockme: LockmeSandbox
    locaboo: LocabooSandbox
    lockt: LocktSandbox
    codelocks: CodelocksSandbox
    google_calendar: GoogleCalendarSandbox

    def __init__(self, clock: Clock | None = None) -> None:
        self.clock = clock or Clock()
        for kind in _kinds():
            setattr(self, kind.name, kind(self.clock))

    def all(self) -> dict[str, Sandbox]:
        """The stand-ins by the first segment of their address."""
        return {name: each for name, each in vars(self).items() if isinstance(each, Sandbox)}

    def alone(self, name: str) -> Vendors:
        """One of them, which knows nothing of the others; LookupError when there is none of that name."""
        lone = Vendors.__new__(Vendors)
        lone.clock = self.clock
        setattr(lone, name, self.all()[name])
        return lone

    def save(self, path: Path) -> None:
        """Keep the state in a file."""
        scratch = path.with_suffix(".new")
        scratch.write_bytes(pickle.dumps(self))
        scratch.replace(path)

    @staticmethod
    def load(path: Path) -> Vendors:
        """The state kept in a file that `save` wrote."""
        vendors: Vendors = pickle.loads(path.read_bytes())  # noqa: S301 our own file
        for kind in _kinds():
            if not hasattr(vendors, kind.name):  # a vendor that is newer than the file
                setattr(vendors, kind.name, kind(vendors.clock))
        return vendors


def _kinds() -> Iterator[type[Sandbox]]:
    """The class of each vendor: a module of this folder gives it, and its name is the module's."""
    for found in pkgutil.iter_modules(folder.__path__):
        given = vars(import_module(f"{folder.__name__}.{found.name}")).values()
        kinds = (each for each in given if isinstance(each, type) and issubclass(each, Sandbox))
        yield from (each for each in kinds if each.name == found.name)


def application(vendors: Vendors) -> Any:
    """One WSGI application: each vendor below its name, or a single one at the root, too."""
    if len(vendors.all()) == 1:
        ((name, sandbox),) = vendors.all().items()
        return Alone(name, sandbox, Page(vendors))
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

    def told(self) -> Iterator[str]:
        """What somebody must know who points a client at it."""
        every = self.vendors.all()
        single = len(every) == 1
        for name in every:
            yield f"{name}: {self.url}/{name}" + (f", or {self.url}" if single else "")
        yield f"the page to play the vendors' side: {self.url}/   (Ctrl-C to stop)"
        for sandbox in every.values() if single else ():
            yield from alone.told(sandbox, self.url)

    def stop(self) -> None:
        """Stop answering."""
        self._server.shutdown()
        self._server.server_close()
