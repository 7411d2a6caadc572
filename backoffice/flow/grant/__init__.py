from __future__ import annotations

from backoffice.flow.grant.replan import Replanned, replan

__all__ = ["Replanned", "replan"]
