"""What somebody at the desk of the demo does: lets a guest stay until after the next one may come."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef

from backoffice.flow import overrule
from backoffice.models import Occurrence
from backoffice.word import Word

ROOM = "vault"
SOON, DAYS = timedelta(hours=3), timedelta(days=6)
GAP, LONGER = timedelta(minutes=30), 40


def let_stay(now: datetime) -> str:
    """Extend one guest's access so that it meets the next one's at the door; what was done, or ""."""
    coming = Occurrence.objects.filter(
        resource__room__slug=ROOM,
        gone_at=None,
        booking__gone_at=None,
        booking__status="confirmed",
        starts_at__gt=now + SOON,
        starts_at__lt=now + DAYS,
    )
    next_one = coming.filter(starts_at__gte=OuterRef("ends_at"), starts_at__lte=OuterRef("ends_at") + GAP)
    stay = coming.filter(Exists(next_one)).select_related("booking").order_by("starts_at").first()
    if stay is None:
        return ""
    word = Word(User.objects.get(username="desk"), "They want to take photographs afterwards.", now)
    room = stay.grants.order_by("position").last() or stay.booking  # they are in the house already
    overrule.extend(room, 0, LONGER, stay.ends_at + timedelta(hours=3), word)
    return f"the desk lets the guests of {stay.booking} stay {LONGER} minutes longer"
