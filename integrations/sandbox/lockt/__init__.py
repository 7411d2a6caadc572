"""A stand-in for Lockt SecureAccess Cloud (BEST Switch doors): its wire, its quirks and its locks."""

from __future__ import annotations

from integrations.sandbox.lockt.app import LocktSandbox

__all__ = ["LocktSandbox"]
