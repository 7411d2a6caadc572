"""Phone keys that are believed gone only because lists did not show them: looked for again, in good time.

A key's hours come back every week, so a false list would leave it open for good. Before its hours come, its
own if these are still to be and those of the week after, its lock is listed once more. Then it is forgotten.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from backoffice.models import IssuedCode
from backoffice.states import CodeState, move
from integrations.errors import OverBudget, VendorError
from integrations.types import Method

BELIEVED_GONE = (CodeState.FAILED, CodeState.REVOKED, CodeState.EXPIRED)
REMEMBERED = timedelta(days=30)  # so long a key that was given up is recognised, and a look is tried
WEEK, AHEAD = timedelta(weeks=1), timedelta(days=1)
SHORTEST, LONGEST = timedelta(minutes=5), timedelta(hours=6)
BUDGET_RETRY = timedelta(hours=1)
NEVER_SEEN = "Nobody needs it any more, and the vendor's list does not show it."


def to_look_at(now: datetime) -> Q:
    """The keys whose look is due; one that cannot be had for a month is given up."""
    ripe = Q(next_try_at=None) | Q(next_try_at__lte=now)
    since = Q(recheck_at__lte=now, recheck_at__gt=now - REMEMBERED)
    return Q(method=Method.PHONE, state__in=BELIEVED_GONE) & since & ripe


def look_at(code: IssuedCode, now: datetime) -> datetime:
    """When to look: a day before its hours come next, or half-way there where that is nearer (UTC)."""
    until = _opening(code, now) - now
    return now + max(until - AHEAD, until / 2)


def _opening(code: IssuedCode, now: datetime) -> datetime:
    """When its hours come next; where clocks change between it is an hour off, which no look needs."""
    weeks = max(0, (now - code.starts_at) // WEEK + 1)
    return code.starts_at + weeks * WEEK


def settled(codes: Iterable[IssuedCode], now: datetime) -> None:
    """A complete list does not show them; the look after their own hours has begun is the last one."""
    for code in codes:
        if code.recheck_at and code.recheck_at <= now:
            again = None if code.starts_at <= now else code.starts_at + WEEK - AHEAD
            rows = IssuedCode.objects.filter(pk=code.pk, state__in=BELIEVED_GONE)
            rows.update(recheck_at=again, next_try_at=None, looked_at=now)


def put_off(codes: Iterable[IssuedCode], error: VendorError, now: datetime) -> None:
    """The lock could not be listed: again soon enough before it would open, and not every minute."""
    for code in codes:
        if code.recheck_at and code.recheck_at <= now:
            half = (_opening(code, now) - now) / 2
            pause = BUDGET_RETRY if isinstance(error, OverBudget) else min(max(half, SHORTEST), LONGEST)
            IssuedCode.objects.filter(pk=code.pk, state__in=BELIEVED_GONE).update(next_try_at=now + pause)


def forget(codes: Iterable[IssuedCode], now: datetime) -> int:
    """Invitations that nobody wants and that were perhaps sent: one list alone does not say that none was."""
    gone = {"ended_at": now, "next_try_at": None, "error": "", "reason": NEVER_SEEN}
    count = 0
    for code in codes:
        with transaction.atomic():
            move(code, CodeState.FAILED)
            count += move(code, CodeState.REVOKED, **gone, recheck_at=look_at(code, now))
    return count
