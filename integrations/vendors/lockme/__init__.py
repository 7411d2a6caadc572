"""Lock.me: the escape-room marketplace; rooms, reservations by room and day, webhooks (API v2)."""

from __future__ import annotations

from integrations.vendors.lockme.client import Lockme, connect
from integrations.vendors.lockme.messages import read_hook
from integrations.vendors.lockme.oauth import (
    authorize_url,
    consented,
    exchange,
    given,
    pasted,
    token_from_panel,
)

__all__ = [
    "Lockme",
    "authorize_url",
    "connect",
    "consented",
    "exchange",
    "given",
    "pasted",
    "read_hook",
    "token_from_panel",
]
