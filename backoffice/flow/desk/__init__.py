"""What staff have a vendor do, on their explicit word: asked for once, read back, on record with its end."""

from __future__ import annotations

from backoffice.flow.desk.record import Ask, RuleWord, carry_out
from backoffice.flow.desk.settle import settle

__all__ = ["Ask", "RuleWord", "carry_out", "settle"]
