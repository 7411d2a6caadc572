"""Placeholder until the client lands."""

from __future__ import annotations

from typing import Any


def connect(settings: Any) -> Any: ...


def read_hook(headers: Any, body: bytes) -> Any: ...
