from __future__ import annotations

from backoffice.flow.issue.ask import answer_digest, issue_due
from backoffice.flow.issue.bundles import due
from backoffice.flow.issue.record import Issued

__all__ = ["Issued", "answer_digest", "due", "issue_due"]
