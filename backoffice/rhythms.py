"""The paid calls that accounts make by themselves: for readings, and for locks' memory if that is on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from re import compile as pattern

from django.db.models import Max

from backoffice import ledger
from backoffice.forecast import Rhythm
from backoffice.models import Door, SyncRun, VendorAccount

Key = tuple[int, str]  # account and counter
POLLS, MEMORY = ("poll", "full"), ("memory",)  # kinds of runs
LISTED = pattern("[0-9a-fA-F]{32}")  # the ref of a lock that its vendor lists, and that it has a memory of


@dataclass(slots=True)
class _Doors:
    """Of one account: the models that its readings ask about, and how many locks have a memory."""

    models: set[str] = field(default_factory=set)
    locks: int = 0


def rhythms(accounts: list[VendorAccount], now: datetime) -> Mapping[Key, list[Rhythm]]:
    """By account and counter what will be asked from `now` on (UTC); nothing of accounts off or stopped."""
    used = [account for account in accounts if account.enabled and not account.stopped_at]
    doors, last = _doors(used), _last(used)
    found: dict[Key, list[Rhythm]] = defaultdict(list)
    for account in used:
        for counter, rhythm in _of(account, doors[account.pk], last, now):
            found[account.pk, counter].append(rhythm)
    return found


def _of(
    account: VendorAccount, doors: _Doors, last: Mapping[tuple[int, str], datetime], now: datetime
) -> Iterator[tuple[str, Rhythm]]:
    profile, options = account.profile, {**account.profile.default_options, **account.options}
    reading = profile.reading_costs
    costs = reading(account.secrets or {}, options, sorted(doors.models)) if reading else {}
    memory = {counter: calls * doors.locks for counter, calls in profile.memory_costs.items()}
    audit_minutes = ledger.whole(account.option("audit_minutes"), 0)
    for kinds, calls, minutes in ((POLLS, costs, account.poll_minutes), (MEMORY, memory, audit_minutes)):
        every = timedelta(minutes=minutes)
        first = max(
            (last[account.pk, kind] + every for kind in kinds if (account.pk, kind) in last), default=now
        )
        for counter, n in calls.items() if minutes else ():
            yield counter, Rhythm(n, max(first, now), every)


def _doors(accounts: list[VendorAccount]) -> Mapping[int, _Doors]:
    found: dict[int, _Doors] = defaultdict(_Doors)
    rows = Door.objects.filter(account__in=accounts).order_by()
    for pk, model, ref, gone_at in rows.values_list("account", "lock__model", "ref", "gone_at"):
        found[pk].models |= {model} if model else set()
        found[pk].locks += bool(gone_at is None and LISTED.fullmatch(ref or ""))
    return found


def _last(accounts: list[VendorAccount]) -> Mapping[tuple[int, str], datetime]:
    """When the last run of each kind began."""
    rows = SyncRun.objects.filter(account__in=accounts, kind__in=(*POLLS, *MEMORY)).order_by()
    begun = rows.values_list("account", "kind").annotate(at=Max("started_at"))
    return {(pk, kind): at for pk, kind, at in begun}
