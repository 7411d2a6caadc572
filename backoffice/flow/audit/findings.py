"""All that needs a person, computed from rows; findings open and close by themselves."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import chain

from django.db import transaction

from backoffice.flow.audit import (
    access,
    bookings,
    budgets,
    channels,
    events,
    fobs,
    levels,
    lingering,
    mails,
    phones,
    sites,
    sources,
    writes,
)
from backoffice.flow.audit.trouble import Trouble, open_findings
from backoffice.models import Finding

KEPT = timedelta(days=7)
REMEMBERED = ("event_gap", "event_unreadable")  # their cause is in no other row
FIELDS = ("severity", "text", "account_id", "booking_id", "door_id", "grant_id", "conflict_id", "room_id")


def findings(now: datetime) -> dict[str, int]:
    """Open, update and close findings so that those open are what needs a person at `now` (aware UTC).

    Gives how many were opened, updated and closed, and how many are open. What did not change is not written.
    """
    troubles = {(one.kind, one.key): one for one in _troubles(now)}
    known = {(row.kind, row.key): row for row in Finding.objects.filter(closed_at=None)}
    settled = [row.pk for key, row in known.items() if key not in troubles and _settled(row, now)]
    changed = [row for key, row in known.items() if key in troubles and _take(row, troubles[key])]
    with transaction.atomic():
        if settled:
            Finding.objects.filter(pk__in=settled).update(closed_at=now)
        Finding.objects.bulk_update(changed, FIELDS)
        opened = open_findings((one for key, one in troubles.items() if key not in known), now)
    standing = len(known) - len(settled) + opened
    return {"opened": opened, "updated": len(changed), "closed": len(settled), "open": standing}


def _troubles(now: datetime) -> Iterable[Trouble]:
    return chain(
        sources.troubles(now),
        budgets.troubles(now),
        sites.troubles(),
        events.troubles(),
        bookings.troubles(now),
        channels.troubles(now),
        access.troubles(now),
        lingering.troubles(now),
        fobs.troubles(now),
        levels.troubles(),
        phones.troubles(now),
        mails.troubles(now),
        writes.troubles(now),
    )


def _settled(row: Finding, now: datetime) -> bool:
    """Is its cause gone? What no other row remembers stays for a week."""
    return row.kind not in REMEMBERED or row.opened_at <= now - KEPT


def _take(row: Finding, trouble: Trouble) -> bool:
    """Let the row say what is true now; whether that differs."""
    differs = [name for name in FIELDS if getattr(row, name) != getattr(trouble, name)]
    for name in differs:
        setattr(row, name, getattr(trouble, name))
    return bool(differs)
