"""Questions asked by more than one caller: they take the time, read, and never write."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.db.models import Case, Q, QuerySet, When

from backoffice.models import (
    AccessGrant,
    Finding,
    IssuedCode,
    Notice,
    Occurrence,
    Override,
    Severity,
    Venue,
)
from backoffice.models.places import Policy
from backoffice.states import LIVE_GRANTS, CodeState, NoticeState
from backoffice.wording import zone_of


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


def overrides_in_force(now: datetime) -> QuerySet[Override]:
    """Staff's words that have not been taken back and have not ended, the newest first."""
    return Override.objects.filter(lifted_at=None, ends_at__gt=now).order_by("-created_at")


def codes_due(now: datetime) -> QuerySet[IssuedCode]:
    """Planned codes whose time to be issued has come, the next to open first."""
    due = IssuedCode.objects.filter(state=CodeState.PLANNED, due_at__lte=now, ends_at__gt=now)
    return due.filter(Q(next_try_at=None) | Q(next_try_at__lte=now)).order_by("starts_at")


def codes_lingering(now: datetime) -> QuerySet[IssuedCode]:
    """Codes nobody should use any more and that open still, the longest first."""
    return IssuedCode.objects.filter(state=CodeState.LINGERING, ends_at__gt=now).order_by("-ends_at")


def day(venue: Venue, now: datetime) -> tuple[datetime, datetime]:
    """The venue's own calendar day around `now`, from midnight to midnight there."""
    zone = zone_of(venue)
    today = now.astimezone(zone).date()
    first = datetime.combine(today, time(), zone)
    return first, datetime.combine(today + timedelta(days=1), time(), zone)


def occurrences_today(venue: Venue, now: datetime) -> QuerySet[Occurrence]:
    """Who is in the venue's rooms on its day, in order of time."""
    first, last = day(venue, now)
    today = Occurrence.objects.filter(
        gone_at=None, resource__room__venue=venue, starts_at__lt=last, ends_at__gt=first
    )
    return today.select_related("booking__customer", "resource__room").order_by("starts_at", "pk")


def grants_today(venue: Venue, now: datetime) -> QuerySet[AccessGrant]:
    """Who may open which of the venue's doors on its day: the board at the front desk."""
    first, last = day(venue, now)
    today = AccessGrant.objects.filter(
        state__in=LIVE_GRANTS, door__venue=venue, starts_at__lt=last, ends_at__gt=first
    )
    related = ("door", "person", "occurrence__booking__customer", "occurrence__resource__room")
    return today.select_related(*related).prefetch_related("codes").order_by("starts_at", "position")


def codes_told(now: datetime) -> QuerySet[IssuedCode]:
    """Codes that a guest has been told and that may still open: none of them may become another's."""
    told = Notice.objects.filter(state__in=(NoticeState.SENDING, NoticeState.SENT))
    return IssuedCode.objects.filter(notices__in=told, ends_at__gt=now).distinct()


def findings_open() -> QuerySet[Finding]:
    """What needs a person now, the most pressing kind first, then the oldest."""
    pressing = [When(severity=severity, then=place) for place, severity in enumerate(Severity.values)]
    return Finding.objects.filter(closed_at=None).order_by(Case(*pressing), "opened_at")
