"""Lock.me: the escape-room marketplace; rooms, reservations by room and day, webhooks (API v2)."""

from __future__ import annotations

from integrations.vendors.lockme.client import Lockme, connect
from integrations.vendors.lockme.messages import read_hook

__all__ = ["Lockme", "connect", "read_hook"]
