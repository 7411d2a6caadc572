"""The fobs in stock: which may be lent for which door, which are lent, out, overdue, and where they run short."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Prefetch, Q, QuerySet

from backoffice.models import Door, Fob, FobLoan, VendorAccount
from backoffice.states import CodeState

TURNAROUND = "fob_turnaround"  # an account's option: minutes between two loans of one fob
MINUTES = 30
KEY = re.compile(r"g\d+-r(\d+)-")
OVER = (CodeState.REVOKED, CodeState.EXPIRED)
OUT = Q(handed_at__isnull=False) | Q(code__seen_at__isnull=False)  # at a guest, by staff's word or a door's


def turnaround(account: VendorAccount) -> timedelta:
    """How long a fob rests between two guests of an account."""
    said = account.option(TURNAROUND)
    return timedelta(minutes=int(said) if str(said or "").isdecimal() else MINUTES)


def in_use() -> QuerySet[Fob]:
    """The fobs that may be lent: listed by their vendor, and not lost."""
    return Fob.objects.filter(gone_at=None, lost_at=None).order_by("account_id", "ref")


def of(doors: Iterable[Door], fobs: Iterable[Fob]) -> dict[int, list[Fob]]:
    """Door -> its pool: the fobs that staff named for it, else those that lie at its venue or nowhere said."""
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
    """The fobs that are at somebody whose time is over, the longest first; lost ones are looked for elsewhere."""
    over = Q(ends_at__lte=now) | Q(code__state__in=OVER)
    return open_loans().filter(over & OUT, fob__lost_at=None).order_by("ends_at", "pk")


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
