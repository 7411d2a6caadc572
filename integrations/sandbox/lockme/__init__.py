"""A stand-in for Lock.me's REST API with OAuth2 and webhooks: rooms, reservations, slots, messages."""

from __future__ import annotations

from integrations.sandbox.lockme.app import LockmeSandbox

__all__ = ["LockmeSandbox"]
