"""One vendor by itself: its real paths at the root of a port, and its switches set by name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from integrations.sandbox.page import Page
from integrations.sandbox.wire import Sandbox

USUAL = "http://127.0.0.1:8800"  # where an address among the secrets says that the sandbox is
YES, NO = ("true", "yes", "on", "1"), ("false", "no", "off", "0")


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


def switch(sandbox: Sandbox, settings: Iterable[str]) -> None:
    """Set switches from texts "name=value"; ValueError in words for one that cannot be set."""
    for setting in settings:
        name, equals, text = setting.partition("=")
        if not equals or name not in sandbox.options:
            known = ", ".join(sorted(sandbox.options))
            raise ValueError(f"{setting!r} is no name=value of a switch; there are {known}")
        sandbox.switch[name] = _value(name, text, sandbox.options[name])


def told(sandbox: Sandbox, url: str) -> Iterator[str]:
    """What somebody must know who points a client at it: the secrets that it takes, and its switches."""
    yield "secrets:"
    for name, value in sandbox.secrets.items():
        yield f"  {name}: {_words(value).replace(USUAL, url)}"
    yield "switches, each set by --switch name=value:"
    yield from (f"  {name}={_words(value)}" for name, value in sandbox.switch.items())


def _words(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_words(each)}" for name, each in value.items())
    if isinstance(value, tuple | list):
        return ",".join(map(str, value))
    return str(value).lower() if isinstance(value, bool) else str(value)


def _value(name: str, text: str, default: Any) -> Any:
    """The text as what the switch is by default: yes or no, a number, a list, or a text."""
    if isinstance(default, bool):
        return _truth(name, text)
    if isinstance(default, tuple):
        kind = type(default[0]) if default else str
        return tuple(kind(each.strip()) for each in text.split(",") if each.strip())
    if isinstance(default, int | float):
        return _number(name, text, type(default))
    return text


def _truth(name: str, text: str) -> bool:
    if text.lower() not in YES + NO:
        raise ValueError(f"{name} is true or false, not {text!r}")
    return text.lower() in YES


def _number(name: str, text: str, kind: type[int] | type[float]) -> int | float:
    try:
        return kind(text)
    except ValueError:
        raise ValueError(f"{name} is a number, not {text!r}") from None
