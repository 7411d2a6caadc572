"""One vendor by itself: its real paths at the root of a port, and what a client of it must know."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from integrations.sandbox.page import Page
from integrations.sandbox.switches import words
from integrations.sandbox.wire import Sandbox

USUAL = "http://127.0.0.1:8800"  # where an address among the secrets says that the sandbox is


class Alone:
    """A vendor at the root and, as beside the others, below its name; its page is at / and /play.

    A client that was written for the vendor's own host finds every path where it expects it.
    """

    def __init__(self, name: str, sandbox: Sandbox, page: Page) -> None:
        self._name = name
        self._sandbox = sandbox
        self._page = page

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """WSGI."""
        path = environ["PATH_INFO"]
        if path in ("", "/", "/clock") or path.startswith("/play/"):
            return self._page(environ, start_response)
        if path.startswith(f"/{self._name}/"):
            script = f"{environ.get('SCRIPT_NAME', '')}/{self._name}"
            environ = {**environ, "SCRIPT_NAME": script, "PATH_INFO": path.removeprefix(f"/{self._name}")}
        return self._sandbox(environ, start_response)


def told(sandbox: Sandbox, url: str) -> Iterator[str]:
    """What somebody must know who points a client at it: the secrets that it takes, and its switches."""
    yield "secrets:"
    for name, value in sandbox.secrets.items():
        yield f"  {name}: {words(value).replace(USUAL, url)}"
    yield "switches, each set by --switch name=value:"
    yield from (f"  {name}={words(value)}" for name, value in sandbox.switch.items())
