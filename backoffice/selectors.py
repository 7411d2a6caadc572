"""Questions asked by more than one caller: they take the time, read, and never write."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Case, Func, JSONField, OuterRef, QuerySet, Subquery, When
from django.db.models.functions import Coalesce, JSONObject

from backoffice.models import (
    CalendarPairing,
    CalendarReading,
    Conflict,
    Finding,
    IssuedCode,
    Severity,
    SyncRun,
    VendorAccount,
)
from backoffice.models.places import Policy
from backoffice.states import CodeState, ConflictState

DEADLINE_MINUTES = 120
CALENDAR = "calendar"  # of a run: the name of one that it read well
LOOKBACK = timedelta(days=7)  # of runs; before that a calendar's last whole reading counts


@dataclass(frozen=True, slots=True)
class Policies:
    """What holds for one door of one room, with everything filled in."""

    lead_minutes: int = 15
    lag_minutes: int = 15
    issue_ahead_hours: int = 24
    reveal_ahead_hours: int = 24
    max_early_minutes: int = 60
    max_late_minutes: int = 60


def policy(*levels: Policy | None) -> Policies:
    """What holds where the levels, widest first (venue, room, door), say it; a later one wins."""
    said = {}
    for level in levels:
        for name in Policies.__slots__:
            value = getattr(level, name, None)
            if value is not None:
                said[name] = value
    return Policies(**said)


def phone_deadline(account: VendorAccount) -> timedelta:
    """How long before its window a phone key is to be accepted: the account's option, else two hours."""
    said = account.option("phone_deadline_minutes")
    is_number = isinstance(said, int) and not isinstance(said, bool) and said >= 0
    return timedelta(minutes=said if is_number else DEADLINE_MINUTES)


def codes_lingering(now: datetime) -> QuerySet[IssuedCode]:
    """Codes nobody should use any more and that open still, the longest first."""
    return IssuedCode.objects.filter(state=CodeState.LINGERING, ends_at__gt=now).order_by("-ends_at")


def conflicts_open() -> QuerySet[Conflict]:
    """Two who have the same room or door, and nobody has settled it: the next first."""
    return Conflict.objects.filter(state=ConflictState.OPEN).order_by("starts_at", "pk")


def findings_open() -> QuerySet[Finding]:
    """What needs a person, the most pressing first, then the oldest; notes are left out."""
    pressing = [When(severity=severity, then=place) for place, severity in enumerate(Severity.values)]
    waiting = Finding.objects.filter(closed_at=None).exclude(severity=Severity.NOTE)
    return waiting.order_by(Case(*pressing), "opened_at", "pk")


def with_reading(pairings: QuerySet[CalendarPairing], now: datetime) -> QuerySet[CalendarPairing]:
    """Pairings with `read_at`: when their own calendar was last read to its end and believed, or None.

    One account's calendars are read one after the other, so that the run can fail for the sake of another
    one, or end before it has come to this one.
    """
    named = Func(
        JSONObject(**{CALENDAR: OuterRef("ref")}), function="jsonb_build_array", output_field=JSONField()
    )
    runs = SyncRun.objects.filter(
        account=OuterRef("account"), started_at__gt=now - LOOKBACK, read__contains=named
    )
    whole = CalendarReading.objects.filter(account=OuterRef("account"), ref=OuterRef("ref"))
    last = Subquery(runs.order_by("-started_at").values("started_at")[:1])
    return pairings.annotate(read_at=Coalesce(last, Subquery(whole.values("whole_at")[:1])))
