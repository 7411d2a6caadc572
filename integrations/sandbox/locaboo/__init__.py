"""A stand-in for Locaboo's API v2: halls and meeting rooms, their parts, bookings and customers."""

from __future__ import annotations

from integrations.sandbox.locaboo.app import LocabooSandbox

__all__ = ["LocabooSandbox"]
