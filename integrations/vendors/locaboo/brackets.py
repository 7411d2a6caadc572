"""Nested fields as PHP reads them from a form: a[b][c]=1, a[]=1, a[0][b]=1 (B-C21)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Pairs = list[tuple[str, str]]


def encode(tree: Mapping[str, Any]) -> Pairs:
    """The fields of a form. Lists of values have empty brackets, lists of maps are numbered from 0."""
    return [pair for name, value in tree.items() for pair in _pairs(name, value)]


def _pairs(name: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, each in value.items():
            yield from _pairs(f"{name}[{key}]", each)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for number, each in enumerate(value):
            yield from _pairs(f"{name}[{number if isinstance(each, Mapping) else ''}]", each)
    else:
        yield name, str(int(value)) if isinstance(value, bool) else str(value)
