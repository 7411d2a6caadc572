"""Who has the same room or door at the same time: conflicts found, kept true and closed, and staff's acts."""

from __future__ import annotations

from backoffice.flow.conflicts.detect import Detected, detect
from backoffice.flow.conflicts.settle import accept, deny, reopen, trim

__all__ = ["Detected", "accept", "deny", "detect", "reopen", "trim"]
