"""Placeholder until the stand-in lands."""

from __future__ import annotations

from integrations.sandbox.wire import Sandbox


class CodelocksSandbox(Sandbox):
    """Placeholder."""
