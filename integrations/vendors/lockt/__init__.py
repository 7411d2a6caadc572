"""Lockt SecureAccess Cloud: BEST Switch doors, opened by temporary cardholders with a mobile credential."""

from __future__ import annotations

from integrations.vendors.lockt.client import connect

__all__ = ["connect"]
