"""The fobs in stock: which may be lent for which door, which are out or overdue, where they run short."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Prefetch, Q, QuerySet

from backoffice.models import Door, Fob, FobLoan, VendorAccount
from backoffice.states import CodeState, GrantState
from integrations.types import Method

TURNAROUND = "fob_turnaround"  # an account's option: minutes between two loans of one fob
MINUTES = 30
DAY = timedelta(days=1)
KEY = re.compile(r"g\d+-r(\d+)-")
WAITING = (GrantState.GRANTED, GrantState.HELD, GrantState.BLOCKED)
OVER = (CodeState.REVOKED, CodeState.EXPIRED)
OUT = Q(handed_at__isnull=False) | Q(code__seen_at__isnull=False)  # at a guest, by staff's word or a door's


def turnaround(account: VendorAccount) -> timedelta:
    """How long a fob rests between two guests of an account."""
    said = account.option(TURNAROUND)
    return timedelta(minutes=int(said) if str(said or "").isdecimal() else MINUTES)


def in_use() -> QuerySet[Fob]:
    """The fobs that may be lent: listed by their vendor, neither lost nor broken."""
    return Fob.objects.filter(gone_at=None, lost_at=None).order_by("account_id", "ref")


def of(doors: Iterable[Door], fobs: Iterable[Fob]) -> dict[int, list[Fob]]:
    """Door -> its pool: the fobs that staff named for it, else those at its venue or at no one venue."""
    fobs = list(fobs)
    return {door.pk: [fob for fob in fobs if belongs(fob, door)] for door in doors}


def belongs(fob: Fob, door: Door) -> bool:
    """Whether a fob may be lent for a door."""
    if fob.account_id != door.account_id:
        return False
    if door.fob_refs:
        return fob.ref in map(str, door.fob_refs)
    return fob.venue_id is None or fob.venue_id == door.venue_id


def is_out(loan: FobLoan) -> bool:
    """Whether a lent fob has left its place: staff handed it out, or a door has seen it."""
    return loan.handed_at is not None or bool(loan.code and loan.code.seen_at)


def generation(key: str) -> int:
    """The re-issue (an override's id) that a code with this key came from, or 0."""
    found = KEY.match(key)
    return int(found[1]) if found else 0


def open_loans() -> QuerySet[FobLoan]:
    """The loans whose fob is not back yet, as far as anybody said."""
    return FobLoan.objects.filter(returned_at=None).select_related("fob__account", "code")


def standing(now: datetime) -> QuerySet[FobLoan]:
    """The loans that keep their fob from others: not over yet, or out."""
    return open_loans().filter(Q(ends_at__gt=now) & ~Q(code__state__in=OVER) | OUT)


def overdue(now: datetime) -> QuerySet[FobLoan]:
    """The fobs that are at somebody whose time is over, the longest first, without lost and broken ones."""
    over = Q(ends_at__lte=now) | Q(code__state__in=OVER)
    return open_loans().filter(over & OUT, fob__lost_at=None).order_by("ends_at", "pk")


def out(now: datetime) -> QuerySet[FobLoan]:
    """The fobs that are at somebody whose time is not over, the first to come back first."""
    mine = open_loans().filter(OUT, ends_at__gt=now, fob__lost_at=None)
    return mine.exclude(code__state__in=OVER).order_by("ends_at", "pk")


def to_hand_out(until: datetime, now: datetime) -> QuerySet[FobLoan]:
    """The fobs that wait for their guests, who may come before `until`; the first to come first."""
    waiting = open_loans().filter(
        handed_at=None, code__state=CodeState.ACTIVE, starts_at__lt=until, ends_at__gt=now, fob__lost_at=None
    )
    return waiting.order_by("starts_at", "pk")


def with_loans(fobs: QuerySet[Fob]) -> QuerySet[Fob]:
    """The fobs, each with its loans at hand, the newest first."""
    related = ("code", "grant__door__venue", "grant__person", "grant__occurrence__booking__customer")
    loans = FobLoan.objects.select_related(*related, "handed_by", "returned_by")
    loans = loans.defer("code__secret", "grant__occurrence__booking__raw").order_by("-pk")
    return fobs.select_related("account", "venue").prefetch_related(Prefetch("loans", loans))


# ------------------------------------------------------------------------------------------- running short

SHORT = """
WITH stay AS (
    SELECT min(starts_at) AS begins, max(ends_at) + %(rest)s AS ends
    FROM backoffice_accessgrant
    WHERE door_id = ANY(%(doors)s) AND method = 'fob' AND state = ANY(%(states)s)
      AND ends_at > %(now)s AND starts_at < %(until)s
    GROUP BY occurrence_id, person_id
), gone AS (  -- given to somebody long before his time: until that begins, nobody else has it
    SELECT %(now)s AS begins, loan.starts_at AS ends
    FROM backoffice_fobloan loan JOIN backoffice_accessgrant grants ON grants.id = loan.grant_id
    WHERE grants.door_id = ANY(%(doors)s) AND loan.handed_at IS NOT NULL AND loan.returned_at IS NULL
      AND loan.starts_at > %(now)s
), need AS (
    SELECT begins, ends FROM stay UNION ALL SELECT begins, ends FROM gone
), edge AS (
    SELECT begins AS at, 1 AS step FROM need UNION ALL SELECT ends, -1 FROM need
), moment AS (
    SELECT at, sum(sum(step)) OVER (ORDER BY at) AS needed FROM edge GROUP BY at
), stretch AS (
    SELECT at, needed, lead(at) OVER (ORDER BY at) AS ends FROM moment
)
SELECT (SELECT min(at) FROM stretch WHERE needed > %(there)s),
       (SELECT max(ends) FROM stretch WHERE needed > %(there)s),
       (SELECT max(needed) FROM stretch)
"""


@dataclass(frozen=True, slots=True)
class Pool:
    """Fobs that may be lent for the same doors."""

    doors: tuple[Door, ...]
    fobs: tuple[Fob, ...]

    @property
    def account(self) -> VendorAccount:
        """Whose fobs they are."""
        return self.doors[0].account

    @property
    def key(self) -> str:
        """The same for as long as the same doors share the pool."""
        return "doors " + ",".join(str(door.pk) for door in self.doors)


@dataclass(frozen=True, slots=True)
class Shortage:
    """A pool that is too small at its busiest: from the first to the last such moment."""

    pool: Pool
    there: int
    needed: int
    starts_at: datetime
    ends_at: datetime


def pools() -> list[Pool]:
    """The pools of all doors at which a grant counts on a fob, or that staff say open by one."""
    by_fob = Q(method=Method.FOB) | Q(grants__method=Method.FOB, grants__state__in=WAITING)
    doors = list(
        Door.objects.filter(by_fob, gone_at=None).select_related("account", "venue").distinct().order_by("pk")
    )
    shared: dict[tuple[int, tuple[int, ...]], list[Door]] = defaultdict(list)
    found = of(doors, in_use())
    for door in doors:
        shared[door.account_id, tuple(fob.pk for fob in found[door.pk])].append(door)
    return [Pool(tuple(group), tuple(found[group[0].pk])) for group in shared.values()]


def shortage(pool: Pool, now: datetime, until: datetime) -> Shortage | None:
    """When a pool is too small for what was decided of its doors; None when it suffices.

    Counted in the database, by a running sum over the moments at which fobs go out and come back. A fob that
    is overdue is not counted on.
    """
    late = set(overdue(now).filter(ends_at__lte=now - turnaround(pool.account)).values_list("fob", flat=True))
    there = sum(fob.pk not in late for fob in pool.fobs)
    given: dict[str, Any] = {
        "doors": [door.pk for door in pool.doors],
        "states": [str(state) for state in WAITING],
        "rest": turnaround(pool.account),
        "now": now,
        "until": until,
        "there": there,
    }
    with connection.cursor() as cursor:
        cursor.execute(SHORT, given)
        row: tuple[Any, ...] | None = cursor.fetchone()
    if row is None or row[0] is None:
        return None
    begins, ends, needed = row
    return Shortage(pool, there, int(needed), max(begins, now), ends - turnaround(pool.account))
