"""The first page: who needs a person, who arrives next, how the accounts do."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest

from backoffice import selectors
from backoffice.admin import fobs, health, waits
from backoffice.admin.access import who
from backoffice.admin.acts import buttons_of
from backoffice.admin.leads import leads
from backoffice.admin.readiness import Readiness, readiness
from backoffice.admin.show import distance, span, stamp, way_in
from backoffice.admin.sides import clashes, lines
from backoffice.admin.zones import zone_of_row
from backoffice.clock import now as clock
from backoffice.flow.conflicts import RELATED as CLASH_RELATED
from backoffice.flow.conflicts import UNREAD as CLASH_UNREAD
from backoffice.models import AccessGrant, Door, IssuedCode, Occurrence, VendorAccount, Venue
from backoffice.site import NAVIGATION
from backoffice.states import LIVE_GRANTS
from backoffice.wording import zone_of
from integrations.types import BookingStatus

AHEAD = timedelta(hours=18)  # from a morning until the night is over
BOOKED, GUEST = "grant__occurrence__booking", ("account", "customer")
BEHIND = timedelta(hours=8)
MOST = 25  # lines of a list on this page; the rest is one click away
MOST_FINDINGS = 8  # the board below them should be in sight
NEAR = timedelta(hours=30)  # a conflict of tonight or tomorrow is to be settled now
MOST_NEAR = 4  # conflicts that stand there with both sides


@dataclass(slots=True)
class Doorway:
    """One door of an arrival."""

    name: str
    ready: Readiness
    grant: AccessGrant


@dataclass(slots=True)
class Arrival:
    """One occurrence: when, where, who, and whether the doors will open."""

    occurrence: Occurrence
    when: str
    far: str
    doors: list[Doorway]
    phase: str  # over, now, next


@dataclass(slots=True)
class Board:
    """One venue's arrivals."""

    venue: Venue
    clock: str
    arrivals: list[Arrival] = field(default_factory=list)
    earlier: list[Arrival] = field(default_factory=list)


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """The sidebar, with how many findings are open."""
    headings = copy.deepcopy(NAVIGATION)
    waiting = selectors.findings_open().count() if _may(request, "finding") else 0
    if waiting:
        headings[0]["items"][1] |= {"badge": str(waiting), "badge_variant": "danger"}
    return headings


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """What the first page shows; each part to those who may see its rows."""
    now = clock()
    context["title"] = "Today"
    context["now"] = now
    context["may_find"] = _may(request, "booking")
    if _may(request, "conflict"):
        context |= _clashes(request, now)
    if _may(request, "finding"):
        context["findings"], context["more_findings"] = _findings(request, now)
    if _may(request, "occurrence") and _may(request, "accessgrant"):
        context["boards"] = boards(now)
    if _may(request, "issuedcode"):
        context["lingering"] = _lingering(now)
    if _may(request, "fobloan"):
        context |= fobs.cards(request, now, now + AHEAD, MOST)
    if _may(request, "vendoraccount"):
        context["accounts"] = _accounts(request, now)
    return context


def _may(request: HttpRequest, model: str) -> bool:
    return bool(request.user.has_perm(f"backoffice.view_{model}"))


# ---------------------------------------------------------------------------------------------- the parts


def _clashes(request: HttpRequest, now: datetime) -> dict[str, Any]:
    """The open conflicts, the next first: the near ones with both sides and what can be done, then lines."""
    rows = selectors.conflicts_open()
    shown = list(rows.select_related(*CLASH_RELATED).defer(*CLASH_UNREAD)[: MOST_NEAR + MOST_FINDINGS])
    near = [row for row in shown if row.starts_at < now + NEAR][:MOST_NEAR]
    later = shown[len(near) :][:MOST_FINDINGS]
    return {
        "clashes": clashes(near, request, now),
        "later_clashes": lines(later, now),
        "more_clashes": max(0, rows.count() - len(near) - len(later)),
    }


def _findings(request: HttpRequest, now: datetime) -> tuple[list[dict[str, Any]], int]:
    waiting = selectors.findings_open().filter(conflict=None)  # those stand above with both sides
    lines = waits.lines(waiting, MOST_FINDINGS, leads, request, now)
    return lines, max(0, waiting.count() - MOST_FINDINGS)


def boards(now: datetime) -> list[Board]:
    """Per venue who is there and who comes, from this morning until tonight is over."""
    found = {
        venue.pk: Board(venue, f"{now.astimezone(zone_of(venue)):%H:%M %Z}") for venue in Venue.objects.all()
    }
    for occurrence in _occurrences(now):
        arrival = _arrival(occurrence, now)
        board = found[occurrence.resource.room.venue_id]  # type: ignore[union-attr]  # filtered by it
        (board.earlier if arrival.phase == "over" else board.arrivals).append(arrival)
    return list(found.values())


def _occurrences(now: datetime) -> QuerySet[Occurrence]:
    grants = (
        AccessGrant.objects.filter(state__in=LIVE_GRANTS)
        .select_related("door__venue")
        .prefetch_related("codes")
    )
    rows = Occurrence.objects.filter(
        gone_at=None,
        booking__gone_at=None,
        booking__echo_of=None,  # our own block is nobody's visit
        resource__room__isnull=False,
        starts_at__lt=now + AHEAD,
        ends_at__gt=now - BEHIND,
    ).exclude(booking__status=BookingStatus.CANCELLED)
    rows = rows.select_related("booking__customer", "booking__account", "resource__room__venue").defer(
        "booking__raw"
    )
    return rows.prefetch_related(Prefetch("grants", grants)).order_by("starts_at", "pk")


def _arrival(occurrence: Occurrence, now: datetime) -> Arrival:
    doors = [_door(grant, now) for grant in sorted(occurrence.grants.all(), key=lambda grant: grant.position)]
    phase = "over" if occurrence.ends_at <= now else "now" if occurrence.starts_at <= now else "next"
    when = span(occurrence.starts_at, occurrence.ends_at, zone_of_row(occurrence))
    far = "there now" if phase == "now" else distance(occurrence.starts_at, now)
    return Arrival(occurrence, when, far, doors, phase)


def _door(grant: AccessGrant, now: datetime) -> Doorway:
    return Doorway(str(grant.door), readiness(grant, list(grant.codes.all()), now), grant)


def _lingering(now: datetime) -> list[dict[str, Any]]:
    """By door, the one that is open longest first."""
    rows = selectors.codes_lingering(now).filter(starts_at__lt=now + AHEAD)
    rows = rows.select_related("door__venue", "grant__person", *(f"{BOOKED}__{each}" for each in GUEST))
    doors: dict[Door, list[IssuedCode]] = {}
    for row in rows.defer("secret", f"{BOOKED}__raw")[:MOST]:
        doors.setdefault(row.door, []).append(row)
    return [_still_open(door, codes) for door, codes in doors.items()]


def _still_open(door: Door, codes: list[IssuedCode]) -> dict[str, Any]:
    """A door and who had the old codes that open it, the longest first."""
    zone = zone_of_row(door)
    lines = [
        {"row": code, "who": who(code.grant), "until": stamp(code.ends_at, zone), "kind": way_in(code.method)}
        for code in codes
    ]
    return {"door": door, "lines": lines}


def _accounts(request: HttpRequest, now: datetime) -> list[dict[str, Any]]:
    rows: Iterable[Any] = health.with_health(VendorAccount.objects.all(), now)
    return [
        {
            "row": row,
            "health": health.health(row, now),
            "bars": health.bars(row) if row.profile.budgets else "",
            "buttons": buttons_of(row, request),
        }
        for row in rows
    ]
