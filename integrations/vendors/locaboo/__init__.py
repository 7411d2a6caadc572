"""Locaboo: halls and meeting rooms, resources with parts, bookings, customers (API v2)."""

from __future__ import annotations

from integrations.vendors.locaboo.client import Locaboo, connect

__all__ = ["Locaboo", "connect"]
