"""What a vendor's page leaves open, by name: a switch each, from texts, with its meaning in words."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from integrations.sandbox.wire import Sandbox

YES, NO = ("true", "yes", "on", "1"), ("false", "no", "off", "0")
LINE = re.compile(r"^\s+\"(\w+)\": .+?,\s+# (.+)$", re.MULTILINE)  # of `options`: "name": default,  # meaning


def turn(sandbox: Sandbox, settings: Iterable[str]) -> list[str]:
    """Set switches from texts "name=value", all or none; which of them were turned, as such texts.

    ValueError in words for one that there is not, or that cannot be so.
    """
    wanted = dict(_read(sandbox, setting) for setting in settings)
    before = dict(sandbox.switch)
    sandbox.switch.update(wanted)
    try:
        sandbox.state()
        list(sandbox.routes())
    except (ValueError, LookupError, TypeError, OSError):
        sandbox.switch.update(before)
        told = ", ".join(f"{name}={words(value)}" for name, value in wanted.items() if before[name] != value)
        raise ValueError(f"a switch of {sandbox.name} cannot be so: {told}") from None
    return [f"{name}={words(value)}" for name, value in wanted.items() if before[name] != value]


def words(value: Any) -> str:
    """A value as it is typed: lists with commas, true and false."""
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {words(each)}" for name, each in value.items())
    if isinstance(value, tuple | list):
        return ",".join(map(str, value))
    return str(value).lower() if isinstance(value, bool) else str(value)


def meanings(sandbox: Sandbox) -> Mapping[str, str]:
    """What each switch of a vendor means: the line that stands beside its default."""
    own = (parent for parent in type(sandbox).__mro__ if "options" in vars(parent))
    found = dict(LINE.findall(_source(next(own))))
    return {name: found.get(name, "") for name in sandbox.options}


@cache
def _source(kind: Any) -> str:
    return inspect.getsource(kind)


def _read(sandbox: Sandbox, setting: str) -> tuple[str, Any]:
    name, equals, text = setting.partition("=")
    if not equals or name not in sandbox.options:
        known = ", ".join(sorted(sandbox.options))
        raise ValueError(f"{setting!r} is no name=value of a switch; there are {known}")
    return name, _value(name, text.strip(), sandbox.options[name])


def _value(name: str, text: str, default: Any) -> Any:
    """The text as what the switch is by default: yes or no, a number, a list, or a text."""
    if isinstance(default, bool):
        return _truth(name, text)
    if isinstance(default, tuple):
        kind = type(default[0]) if default else str
        return tuple(_number(name, each, kind) for each in map(str.strip, text.split(",")) if each)
    if isinstance(default, int | float):
        return _number(name, text, type(default))
    return _zone(name, text) if name.endswith("zone") else text


def _zone(name: str, text: str) -> str:
    try:
        return ZoneInfo(text).key
    except (ValueError, LookupError, OSError):
        raise ValueError(f"{name} is a zone such as Europe/Berlin, not {text!r}") from None


def _truth(name: str, text: str) -> bool:
    if text.lower() not in YES + NO:
        raise ValueError(f"{name} is true or false, not {text!r}")
    return text.lower() in YES


def _number(name: str, text: str, kind: type[Any]) -> Any:
    try:
        return kind(text)
    except ValueError:
        raise ValueError(f"{name} is a number, not {text!r}") from None
