"""Codes that wait for the month's budget: until the next month, or until it allows them again."""

from __future__ import annotations

from datetime import datetime

from backoffice import ledger
from backoffice.ledger import Budget
from backoffice.models import IssuedCode, VendorAccount
from backoffice.states import CodeState


def wake(account: VendorAccount, now: datetime) -> int:
    """Let codes that wait for the budget be asked for again once it allows them; how many (C-C9, C-C12).

    It goes by what the rows say now, so whatever has freed calls (a bolt-on, a larger plan, the new month,
    staff's word, or a guest whose evening has come) needs to wake nobody.
    """
    if not account.profile.costs:
        return 0
    waiting = IssuedCode.objects.filter(
        account=account, state=CodeState.PLANNED, error__startswith=ledger.QUEUED, next_try_at__gt=now
    )
    rows = list(waiting.only("pk", "method", "starts_at"))
    if not rows:
        return 0
    budgets = ledger.budgets(account, now)
    ripe = [row.pk for row in rows if _allowed(account, row, budgets, now)]
    return waiting.filter(pk__in=ripe).update(next_try_at=None) if ripe else 0


def _allowed(account: VendorAccount, code: IssuedCode, budgets: dict[str, Budget], now: datetime) -> bool:
    urgent = ledger.is_tonight(account, code.starts_at, now)
    needed = account.profile.costs.get(code.method, {})  # type: ignore[call-overload]  # a method as text
    return all(budgets[counter].allows(urgent=urgent) for counter in needed)
