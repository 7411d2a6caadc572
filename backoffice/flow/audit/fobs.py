"""What needs a person about fobs: not back in time, lost and still open, too few of them next week."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import chain

from django.db.models import F, Q

from backoffice import pools
from backoffice.flow.audit.trouble import GRANT, Trouble, about, soon, what_for, who
from backoffice.models import Fob, FobLoan, Severity
from backoffice.states import CodeState
from backoffice.wording import door_name, moment, period

AHEAD = timedelta(days=7)
LOANS = ("fob__account", "code", *(f"grant__{path}" for path in GRANT), "grant__occurrence__booking__account")
UNREAD = ("code__secret", "grant__occurrence__booking__raw", "grant__occurrence__booking__customer__email")


def troubles(now: datetime) -> Iterable[Trouble]:
    """What is wrong with the stock of fobs, or will be within a week."""
    return chain(_overdue(now), _still_open(now), _vanished(now), _short(now))


def _overdue(now: datetime) -> Iterator[Trouble]:
    for loan in pools.overdue(now).select_related(*LOANS).defer(*UNREAD):
        rest = pools.turnaround(loan.fob.account)
        if loan.ends_at > now - rest and loan.code and loan.code.state not in pools.OVER:
            continue
        yield Trouble(
            "fob_overdue",
            str(loan.pk),
            Severity.TODAY,
            f"{loan.fob} is not back: {who(loan.grant)} has it, {_why_over(loan, now)}. It opens nothing any "
            "more and is lent to nobody else. Ask for it, and check it in; or say that it is lost or broken.",
            account_id=loan.fob.account_id,
            **about(loan.grant),
        )


def _why_over(loan: FobLoan, now: datetime) -> str:
    venue = loan.grant.door.venue
    if loan.ends_at <= now:
        return f"for {what_for(loan.grant)}, lent until {moment(loan.ends_at, venue)}"
    return f"whose access to {loan.grant.door} was taken back"


def _still_open(now: datetime) -> Iterator[Trouble]:
    """A lost or broken fob of which it was not read back that it is shut."""
    unseen = Q(shut_at=None) | Q(shut_at__lt=F("lost_at"))
    for fob in Fob.objects.filter(unseen, lost_at__lte=now).select_related("account", "venue"):
        remedy = "It is tried again by itself; or disable it at the vendor."
        if fob.gone_at:
            remedy = "The vendor no longer lists it: look there whether it is disabled."
        yield Trouble(
            "fob_lost_open",
            str(fob.pk),
            Severity.NOW,
            f"{fob} is {fob.out_of_use} ({fob.lost_reason.rstrip('. ')}) and may open doors still: "
            f"{fob.account} has not confirmed that it is shut. {remedy}",
            account_id=fob.account_id,
        )


def _vanished(now: datetime) -> Iterator[Trouble]:
    """A lent fob that its vendor does not list any more."""
    lent = pools.open_loans().filter(
        fob__gone_at__isnull=False, fob__lost_at=None, ends_at__gt=now, code__state=CodeState.ACTIVE
    )
    for loan in lent.select_related(*LOANS).defer(*UNREAD):
        yield Trouble(
            "fob_vanished",
            str(loan.pk),
            soon(loan.starts_at, now),
            f"{loan.fob}, lent to {who(loan.grant)} for {what_for(loan.grant)}, is no longer listed by "
            f"{loan.fob.account} and may open nothing. Re-issue the access: another fob is lent.",
            account_id=loan.fob.account_id,
            **about(loan.grant),
        )


def _short(now: datetime) -> Iterator[Trouble]:
    """Said beforehand: so many fobs are needed at once in the coming week, and fewer are there."""
    for pool in pools.pools():
        found = pools.shortage(pool, now, now + AHEAD)
        if found is not None:
            yield _too_few(found, now)


def _too_few(found: pools.Shortage, now: datetime) -> Trouble:
    doors = ", ".join(door_name(door) for door in found.pool.doors)
    when = period(found.starts_at, found.ends_at, found.pool.doors[0].venue)
    needed = "one is needed" if found.needed == 1 else f"{found.needed} are needed at once"
    there = {0: "none is there", 1: "one is there"}.get(found.there, f"{found.there} are there")
    return Trouble(
        "fobs_short",
        found.pool.key,
        soon(found.starts_at, now),
        f"Too few fobs for {doors}, {when}: {needed}, and {there}. Ask for overdue "
        "ones back, add fobs, or open some bookings by another method.",
        account_id=found.pool.account.pk,
        door_id=found.pool.doors[0].pk,
    )
