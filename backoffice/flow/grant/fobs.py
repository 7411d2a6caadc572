"""The fobs in stock and who has them, as the plan's plain values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from backoffice import pools
from backoffice.flow import plan
from backoffice.models import Fob, FobLoan

RECENT = timedelta(days=2)  # so long after its end a stay may still be planned for


def stock(now: datetime) -> Iterator[plan.Fob]:
    """The fobs that may be lent, with the loans that keep them from others."""
    loans = {loan.fob_id: loan for loan in pools.standing(now)}
    for fob in pools.in_use().select_related("account"):
        yield _fob(fob, loans.get(fob.pk))


def _fob(fob: Fob, loan: FobLoan | None) -> plan.Fob:
    rest: dict[str, Any] = {"name": str(fob), "turnaround": pools.turnaround(fob.account)}
    if loan is None:
        return plan.Fob(fob.account_id, fob.ref, **rest)
    return plan.Fob(
        fob.account_id,
        fob.ref,
        **rest,
        holder=loan.holder_key,
        generation=pools.generation(loan.code.key) if loan.code else 0,
        starts_at=loan.starts_at,
        ends_at=loan.ends_at,
        out=pools.is_out(loan),
    )


def given_back(now: datetime) -> Mapping[str, plan.Back]:
    """Holder -> when staff took his last fob back, where he has none now."""
    recent = FobLoan.objects.filter(ends_at__gt=now - RECENT).order_by("pk")
    last: dict[str, plan.Back | None] = {}
    for holder, at, by, until in recent.values_list("holder_key", "returned_at", "returned_by", "ends_at"):
        last[holder] = plan.Back(at, until) if at and by else None
    return {holder: back for holder, back in last.items() if back is not None}
