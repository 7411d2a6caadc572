"""What needs a person, in lines on the pages of what it is about."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest

from backoffice.admin.findings import PRESSING
from backoffice.admin.leads import Lead, leads_from_room, ways_to_connect
from backoffice.admin.show import chip_of, distance
from backoffice.clock import now as clock
from backoffice.models import Finding, Room, Severity

SUBJECTS = (
    "account",
    "conflict",
    "room",
    "door",
    "grant__door__venue",
    "booking__account",
    "booking__customer",
)
MOST = 12  # of a room; the rest is one click away


def lines(
    rows: QuerySet[Finding],
    most: int,
    leads: Callable[[Finding], list[Lead]],
    request: HttpRequest,
    now: datetime,
) -> list[dict[str, Any]]:
    """The first of these findings: how soon, what, since when, and the ways to where they are seen to."""
    return [
        {
            "row": row,
            "state": chip_of(row.severity, row.get_severity_display()),
            "since": distance(row.opened_at, now),
            "connect": ways_to_connect(row, request),
            "leads": leads(row),
        }
        for row in rows.select_related(*SUBJECTS).defer("booking__raw")[:most]
    ]


def section(request: HttpRequest, room: Room) -> dict[str, Any]:
    """What a room's page says of its open findings, to those who may see them: also what is only a note."""
    if not request.user.has_perm("backoffice.view_finding"):
        return {}
    waiting = Finding.objects.filter(Q(room=room) | Q(conflict__room=room), closed_at=None)
    shown = lines(
        waiting.order_by(PRESSING, "opened_at", "pk"), MOST, partial(leads_from_room, room), request, clock()
    )
    return {
        "findings": shown,
        "pressing": any(line["row"].severity != Severity.NOTE for line in shown),
        "more_findings": max(0, waiting.count() - len(shown)),
    }
