"""Codelocks Connect: the codes of KitLocks and K3 locks; the lock computes them, the vendor only tells."""

from __future__ import annotations

from integrations.vendors.codelocks.client import Codelocks, connect, reading_costs

__all__ = ["Codelocks", "connect", "reading_costs"]
