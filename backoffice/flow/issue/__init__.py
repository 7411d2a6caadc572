from __future__ import annotations

from backoffice.flow.issue.ask import answer_digest, issue_due
from backoffice.flow.issue.bundles import due
from backoffice.flow.issue.fobs import fobs_due
from backoffice.flow.issue.record import Issued
from backoffice.flow.issue.waiting import wake

__all__ = ["Issued", "answer_digest", "due", "fobs_due", "issue_due", "wake"]
