"""Who came in, and what needs a person: door events matched to guests, and findings opened and closed."""

from __future__ import annotations

from backoffice.flow.audit.events import cursor, learn, unheard
from backoffice.flow.audit.findings import findings
from backoffice.flow.audit.lingering import LINGERING, still_open
from backoffice.flow.audit.memory import doors_with_memory, memory_cursor, memory_due, read, remember

__all__ = [
    "LINGERING",
    "cursor",
    "doors_with_memory",
    "findings",
    "learn",
    "memory_cursor",
    "memory_due",
    "read",
    "remember",
    "still_open",
    "unheard",
]
