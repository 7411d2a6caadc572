"""What staff have a vendor do, on their explicit word: asked for once, read back, on record with its end."""

from __future__ import annotations

from backoffice.flow.desk import bookings, customers, reads
from backoffice.flow.desk.reads import forget
from backoffice.flow.desk.record import Ask, RuleWord, carry_out, link
from backoffice.flow.desk.settle import settle

__all__ = [
    "Ask",
    "RuleWord",
    "bookings",
    "carry_out",
    "customers",
    "forget",
    "link",
    "reads",
    "settle",
]
