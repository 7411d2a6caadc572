"""All rows that a plan depends on, in a bounded number of queries, as the plan's plain values."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from backoffice.flow import plan
from backoffice.flow.grant import fobs, guests, places
from backoffice.models import AccessGrant, IssuedCode, Occurrence, Override, OverrideKind
from backoffice.states import LIVE_GRANTS, CodeState
from integrations.types import BookingStatus, Duration, Method

RECENT = timedelta(days=2)  # so long after its end a booking still counts as a neighbour
OPEN_CODES = (
    CodeState.PLANNED,
    CodeState.ISSUING,
    CodeState.ACTIVE,
    CodeState.REVOKING,
    CodeState.FAILED,
    CodeState.HELD,
    CodeState.LINGERING,
)
KEY = re.compile(r"g\d+-r(\d+)-")
STANDING = {
    BookingStatus.CONFIRMED: plan.Standing.ENTITLED,
    BookingStatus.UNKNOWN: plan.Standing.KEEP,
}
OCCURRENCE = (
    "pk",
    "booking_id",
    "booking__ref",
    "booking__account__slug",
    "booking__status",
    "booking__status_text",
    "booking__gone_at",
    "booking__echo_of",
    "booking__customer_id",
    "booking__customer__email_fingerprint",
    "resource__room_id",
    "starts_at",
    "ends_at",
    "gone_at",
)


@dataclass(slots=True)
class Rows:
    """The grants and codes that a plan was made of, by id, to see what it changes."""

    grants: dict[int, AccessGrant] = field(default_factory=dict)
    codes: dict[int, IssuedCode] = field(default_factory=dict)
    keys: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))  # of each grant's codes
    accounts: dict[int, int] = field(default_factory=dict)  # door -> account


def load(now: datetime) -> tuple[plan.World, Rows]:
    """The world to plan for, and the rows that it was read from."""
    rows = _rows(now)
    live = {grant.occurrence_id for grant in rows.grants.values() if grant.occurrence_id}
    stays = guests.addressed(_stays(now, live))
    doors = places.doors()
    rows.accounts = {door.id: door.account_id for door in doors.values()}
    world = plan.World(
        now=now,
        stays=tuple(stays.values()),
        rooms=places.rooms(),
        doors=doors,
        words=tuple(guests.reachable(_words(now, rows))),
        held=tuple(_held(rows, stays)),
        fobs=tuple(fobs.stock(now)),
        back=fobs.given_back(now),
    )
    return world, rows


# ------------------------------------------------------------------------------------------- grants and codes


def _rows(now: datetime) -> Rows:
    """The decisions that are not over, or whose booking is not: of these all codes, for their keys' sake."""
    since = now - RECENT
    grants = AccessGrant.objects.order_by()
    ways = [  # each by itself, so that an index is used
        grants.filter(ends_at__gt=since).values("pk"),
        grants.filter(state__in=LIVE_GRANTS).values("pk"),
        grants.filter(occurrence__ends_at__gt=since).values("pk"),
        grants.filter(person__ends_at__gt=since).values("pk"),
        IssuedCode.objects.filter(state__in=OPEN_CODES).order_by().values("grant_id"),
    ]
    found = AccessGrant.objects.filter(pk__in=ways[0].union(*ways[1:])).order_by("pk")
    rows = Rows(grants={grant.pk: grant for grant in found})
    codes = IssuedCode.objects.filter(grant_id__in=rows.grants).defer("secret").order_by("pk")
    for code in codes:
        rows.codes[code.pk] = code
        rows.keys[code.grant_id].append(code.key)
    return rows


def _held(rows: Rows, stays: Mapping[int, plan.Stay]) -> Iterable[plan.HeldGrant]:
    codes: dict[int, list[plan.HeldCode]] = defaultdict(list)
    for code in rows.codes.values():
        codes[code.grant_id].append(_code(code))
    for grant in rows.grants.values():
        stay = stays.get(grant.occurrence_id or 0)
        yield plan.HeldGrant(
            id=grant.pk,
            occurrence_id=grant.occurrence_id,
            person_id=grant.person_id,
            door_id=grant.door_id,
            method=grant.method,
            position=grant.position,
            starts_at=grant.starts_at,
            ends_at=grant.ends_at,
            state=plan.Decided(grant.state),
            reason=grant.reason,
            conflict=grant.conflict,
            trimmed=grant.trimmed,
            guest=stay.guest if stay else f"person {grant.person_id}",
            label=stay.label if stay else "somebody let in by staff",
            codes=tuple(codes[grant.pk]),
        )


def _code(code: IssuedCode) -> plan.HeldCode:
    local = datetime.fromisoformat(code.start_local) if code.start_local else None
    is_pin = code.duration_id is not None
    duration = Duration(code.duration_id or 0, code.duration_hours, code.duration_days) if is_pin else None
    generation = KEY.match(code.key)
    return plan.HeldCode(
        id=code.pk,
        state=plan.State(code.state),
        method=code.method,
        starts_at=code.starts_at,
        ends_at=code.ends_at,
        due_at=code.due_at,
        start_local=local,
        duration=duration,
        early_minutes=code.early_minutes,
        late_minutes=code.late_minutes,
        holder_key=code.holder_key,
        card_number=code.card_number,
        level_ref=code.level_ref,
        generation=int(generation[1]) if generation else 0,
        periods=guests.periods(code),
        address=guests.digest(code.address),
        accepted=code.accepted_at is not None,
        suspended=code.suspended_at is not None,
        looked_at=code.looked_at,
        attempts=code.attempts,
        error=code.error if code.method == Method.PHONE else "",
    )


# ----------------------------------------------------------------------------------------- bookings and words


def _stays(now: datetime, live: Iterable[int]) -> dict[int, plan.Stay]:
    """The occurrences that are not long over and of a room of ours, and those that have decisions."""
    ours = Q(ends_at__gt=now - RECENT, resource__room__isnull=False, booking__echo_of=None)
    found = Occurrence.objects.filter(ours | Q(pk__in=list(live))).order_by("pk").values(*OCCURRENCE)
    return {row["pk"]: _stay(row) for row in found}


def _stay(row: Mapping[str, Any]) -> plan.Stay:
    gone = row["gone_at"] or row["booking__gone_at"] or row["booking__echo_of"]
    status = row["booking__status"]
    standing = plan.Standing.OUT if gone else STANDING.get(status, plan.Standing.OUT)
    return plan.Stay(
        id=row["pk"],
        booking_id=row["booking_id"],
        label=f"{row['booking__account__slug']}/{row['booking__ref']}",
        guest=_guest(row),
        room_id=row["resource__room_id"],
        starts_at=row["starts_at"],
        ends_at=row["ends_at"],
        standing=standing,
        why="no longer exists at its source" if gone else _status(status, row["booking__status_text"]),
    )


def _guest(row: Mapping[str, Any]) -> str:
    """Who it is: one e-mail address is one guest, at whatever source."""
    if row["booking__customer__email_fingerprint"]:
        return f"e-mail {row['booking__customer__email_fingerprint']}"
    if row["booking__customer_id"]:
        return f"customer {row['booking__customer_id']}"
    return f"booking {row['booking_id']}"


def _status(status: str, text: str) -> str:
    said = f" (“{text}”)" if text else ""
    return f"is {status} at its source{said}"


def _words(now: datetime, rows: Rows) -> Iterable[plan.Word]:
    """What staff said that is in force, and what the grants of people stand on."""
    people = [grant.person_id for grant in rows.grants.values() if grant.person_id]
    in_force = Q(lifted_at=None, ends_at__gt=now) | Q(pk__in=people)
    words = Override.objects.filter(in_force).select_related("fob").defer("person_email").order_by("pk")
    for word in words:
        door_only = word.kind == OverrideKind.GRANT
        yield plan.Word(
            id=word.pk,
            kind=plan.Said(word.kind),
            starts_at=word.starts_at,
            ends_at=word.ends_at,
            reason=word.reason,
            booking_id=None if door_only else word.booking_id,
            grant_id=None if door_only else word.grant_id,
            door_id=word.door_id,
            minutes_before=word.minutes_before,
            minutes_after=word.minutes_after,
            not_before=word.not_before,
            not_after=word.not_after,
            method=word.method,
            fob_ref=word.fob.ref if word.fob else "",
            lifted=word.lifted_at is not None,
        )
