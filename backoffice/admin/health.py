"""How accounts do: what was read of them and when, and what of their budgets is spent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import JSONObject
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from backoffice import ledger
from backoffice.admin.show import EMPTY, chip, distance, stamp
from backoffice.admin.zones import zone_of_row
from backoffice.models import (
    BoltOn,
    CalendarPairing,
    CounterStop,
    PaidCall,
    SyncRun,
    VendorAccount,
    ZoneProof,
)
from backoffice.states import RunState
from backoffice.vendorwords import plainly
from integrations.types import Role

LATE = 3  # poll intervals without a good reading, after which what we show may be old


@dataclass(frozen=True, slots=True)
class Health:
    """An account's state in a word, and how we know."""

    word: str
    colour: str
    why: str

    @property
    def chip(self) -> SafeString:
        """The word in its colour."""
        return chip(self.word, self.colour, self.why)


def with_health(rows: QuerySet[VendorAccount], now: datetime) -> QuerySet[Any]:
    """Accounts with their last reading, the last good one and what they spent this month, in one query."""
    runs = SyncRun.objects.filter(account=OuterRef("pk"), kind__in=("poll", "full")).order_by("-started_at")
    good = runs.filter(state=RunState.OK)
    active = CalendarPairing.objects.filter(account=OuterRef("pk"), activated_at__isnull=False)
    month = ledger.month_of(now)
    stops = CounterStop.objects.filter(account=OuterRef("pk"), month=month, lifted_at=None).order_by()
    proofs = ZoneProof.objects.filter(account=OuterRef("pk"), timezone=OuterRef("timezone")).order_by("-at")
    return rows.annotate(
        run_state=Subquery(runs.values("state")[:1]),
        run_error=Subquery(runs.values("error")[:1]),
        run_at=Subquery(runs.values("started_at")[:1]),
        good_at=Subquery(good.values("started_at")[:1]),
        good_seen=Subquery(good.values("seen")[:1]),
        spent=_per_counter(PaidCall, month),
        bought=_per_counter(BoltOn, month),
        ended=ArraySubquery(stops.values(pair=JSONObject(counter="counter", n="text"))),
        paired=Exists(active),
        zone_proven=Subquery(proofs.values("proven")[:1]),
        zone_note=Subquery(proofs.values("note")[:1]),
    )


def _per_counter(table: Any, month: date) -> ArraySubquery:
    calls = table.objects.filter(account=OuterRef("pk"), month=month).order_by().values("counter")
    return ArraySubquery(calls.annotate(n=Sum("calls")).values(pair=JSONObject(counter="counter", n="n")))


def health(row: Any, now: datetime) -> Health:
    """The state of an account of `with_health`; "read" is said only of what was read, and when."""
    return _not_asked(row) or _by_runs(row, now)


def _not_asked(row: Any) -> Health | None:
    """Why nothing is asked of it."""
    if row.profile.connect is None:
        return Health("not read yet", "grey", "Latchkey keeps this account but does not read it yet.")
    if not row.enabled:
        return Health("off", "grey", "Switched off by staff: nothing is read, nothing is issued.")
    if row.stopped_at:
        return Health("stopped", "red", row.stopped_reason)
    if row.profile.role == Role.CALENDAR and not row.paired:
        return Health("not in use", "grey", "No calendar of it is active: nothing is read or written.")
    return None


def _by_runs(row: Any, now: datetime) -> Health:
    if row.zone_proven is False:
        return Health("times refused", "red", f"Doors open at the wrong hours: {row.zone_note}.")
    if row.run_state == RunState.STOPPED:
        return Health("stopped", "red", row.run_error)
    if row.resumed_at and row.run_state in (None, RunState.FAILED) and not _read_since(row):
        since = stamp(row.resumed_at, zone_of_row(row))
        return Health("waiting to be read", "blue", f"Used again since {since}; it is read by itself.")
    if row.run_state == RunState.FAILED:
        return Health("failed", "orange", _failed(row))
    return _by_age(row, now)


def _read_since(row: Any) -> bool:
    """Has a reading begun since somebody let it be used again?"""
    return row.run_at is not None and row.run_at > row.resumed_at


def _failed(row: Any) -> str:
    known = f"Last read whole {_good_since(row)}." if row.good_at else "Never read whole yet."
    return (
        f"{known} It is tried again by itself. What went wrong: {plainly(row.run_error, row.profile.label)}"
    )


def _by_age(row: Any, now: datetime) -> Health:
    if row.good_at is None:
        return Health("never read", "orange", "No reading has ended well yet.")
    since = _good_since(row)
    if now - row.good_at > LATE * timedelta(minutes=row.poll_minutes):
        return Health(
            "not read lately", "orange", f"Last read whole {since}; due every {row.poll_minutes} min."
        )
    return Health(
        f"read {distance(row.good_at, now)}", "green", f"Read without an error {since}: {row.good_seen} seen."
    )


def _good_since(row: Any) -> str:
    return stamp(row.good_at, zone_of_row(row))


def budgets(row: Any) -> dict[str, ledger.Budget]:
    """The budgets of an account of `with_health`."""
    spent, bought, ended = (
        {pair["counter"]: pair["n"] for pair in pairs} for pairs in (row.spent, row.bought, row.ended)
    )
    return ledger.budgets_of(row, spent, bought, ended)


def bars(row: Any) -> SafeString | str:
    """An account's budgets as bars: how much of each is used this month."""
    lines = [(bar(ledger.label(row, name), budget),) for name, budget in budgets(row).items()]
    return (
        format_html('<span class="lk-bars">{}</span>', format_html_join("", "{}", lines)) if lines else EMPTY
    )


def bar(name: str, budget: ledger.Budget) -> SafeString:
    """One counter as a bar: how much of it is used this month."""
    return format_html(BAR, name, budget.used, budget.quota, *_fill(budget))


BAR = (
    '<span class="lk-bar"><span>{} {} of {}</span>'
    '<span class="lk-track"><span class="lk-fill lk-fill-{}" style="width:{}%"></span></span></span>'
)


def _fill(budget: ledger.Budget) -> tuple[str, int]:
    if budget.stopped:
        return "red", 100
    share = min(100, round(100 * budget.used / budget.quota)) if budget.quota else 100
    colour = "red" if share >= 95 else "orange" if share >= 75 else "green"
    return colour, share
