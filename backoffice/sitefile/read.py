"""Read a site file: YAML, secrets from the environment, every mistake with its line."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from backoffice.sitefile.schema import SiteFile

VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
Place = tuple[str | int, ...]


class SiteFileError(Exception):
    """A site file that cannot be used; its text has a line per mistake."""


class Lines:
    """Where in a file each key and item stands."""

    def __init__(self, name: str, root: yaml.Node | None) -> None:
        self._name = name
        self._root = root

    def at(self, place: Place) -> str:
        """ "file:line: place" of a key or item, or of the nearest one around it that there is."""
        node, line = self._root, 1
        for step in place:
            found = _child(node, step)
            if found is None:
                break
            line, node = found
        return f"{self._name}:{line}: {'.'.join(str(step) for step in place) or 'the file'}"


def _child(node: yaml.Node | None, step: str | int) -> tuple[int, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == str(step):
                return key.start_mark.line + 1, value
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        item = node.value[step]
        return item.start_mark.line + 1, item
    return None


def read(path: Path, environment: Mapping[str, str] | None = None) -> tuple[SiteFile, Lines]:
    """The file's content and its lines; SiteFileError names every mistake with file, line and place."""
    try:
        text = path.read_text(encoding="utf-8")
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        content = yaml.safe_load(text)
    except (OSError, UnicodeDecodeError) as error:
        raise SiteFileError(f"{path}: cannot be read ({error.__class__.__name__})") from None
    except yaml.YAMLError as error:
        raise SiteFileError(_yaml_mistake(path, error)) from None
    lines = Lines(path.name, root)
    if not isinstance(content, dict):
        raise SiteFileError(f"{lines.at(())}: must begin with accounts: and venues:")
    _no_key_twice(root, lines)
    filled = _filled(content, (), lines, os.environ if environment is None else environment)
    try:
        return SiteFile.model_validate(filled), lines
    except ValidationError as error:
        mistakes = [f"{lines.at(e['loc'])}: {_words(e)}" for e in error.errors()]
        raise SiteFileError("\n".join(mistakes)) from None


def _yaml_mistake(path: Path, error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    line = f":{mark.line + 1}" if mark else ""
    return f"{path.name}{line}: is not YAML: {getattr(error, 'problem', None) or 'cannot be read'}"


def _words(error: Any) -> str:
    """A mistake in words that never repeat what was given, for it may be a secret."""
    kinds = {"extra_forbidden": "is not known here", "missing": "is missing"}
    message = str(error["msg"]).removeprefix("Value error, ")
    return kinds.get(error["type"], message)


def _no_key_twice(node: yaml.Node | None, lines: Lines, place: Place = ()) -> None:
    """YAML lets a later key silently win; here it is a mistake."""
    for step, child in _children(node):
        _no_key_twice(child, lines, (*place, step))
    if isinstance(node, yaml.MappingNode):
        keys = [key.value for key, _ in node.value]
        for key in keys:
            if keys.count(key) > 1:
                raise SiteFileError(f"{lines.at((*place, key))}: stands here twice")


def _children(node: yaml.Node | None) -> Iterator[tuple[str | int, yaml.Node]]:
    if isinstance(node, yaml.MappingNode):
        yield from ((key.value, value) for key, value in node.value)
    if isinstance(node, yaml.SequenceNode):
        yield from enumerate(node.value)


def _filled(value: Any, place: Place, lines: Lines, environment: Mapping[str, str]) -> Any:
    """The value with every ${NAME} read from the environment."""
    if isinstance(value, dict):
        return {key: _filled(item, (*place, key), lines, environment) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_filled(item, (*place, n), lines, environment) for n, item in enumerate(value)]
    if not isinstance(value, str):
        return value
    for name in VARIABLE.findall(value):
        if name not in environment:
            raise SiteFileError(f"{lines.at(place)}: ${{{name}}} is not set in the environment")
    return VARIABLE.sub(lambda match: environment[match[1]], value)
