"""Who came in, and what needs a person: door events matched to guests, and findings opened and closed."""

from __future__ import annotations

from backoffice.flow.audit.events import cursor, learn
from backoffice.flow.audit.findings import findings

__all__ = ["cursor", "findings", "learn"]
