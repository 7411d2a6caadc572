"""A stand-in for Codelocks Connect, with locks that compute their codes themselves."""

from __future__ import annotations

from integrations.sandbox.codelocks.sandbox import CodelocksSandbox

__all__ = ["CodelocksSandbox"]
