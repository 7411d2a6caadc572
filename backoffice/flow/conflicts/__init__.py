"""Who has the same room or door at the same time: conflicts found, kept true and closed, and staff's acts."""

from __future__ import annotations

from backoffice.flow.conflicts.detect import Detected, detect
from backoffice.flow.conflicts.settle import accept, deny, reopen, still_denied, trim
from backoffice.flow.conflicts.words import RELATED, UNREAD, whose

__all__ = [
    "RELATED",
    "UNREAD",
    "Detected",
    "accept",
    "deny",
    "detect",
    "reopen",
    "still_denied",
    "trim",
    "whose",
]
