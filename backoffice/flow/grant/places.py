"""Rooms, their ways and their doors, as the plan's plain values."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from backoffice import pools, selectors
from backoffice.flow import plan
from backoffice.models import AccessLevel, Door, Fob, LockGrid, PathStep, Room
from backoffice.models.places import CENTRAL, Policy
from integrations.types import Duration

Grids = dict[tuple[int, str], tuple[Duration, ...]]
Levels = dict[int, tuple[plan.Level, ...]]


def rooms() -> dict[int, plan.Room]:
    """All rooms with the doors on their way, outermost first, and what holds for each of these."""
    steps: dict[int, list[plan.Step]] = defaultdict(list)
    related = ("room__venue", "door")
    for step in PathStep.objects.select_related(*related).order_by("room_id", "position"):
        policy = _policy(step.room.venue, step.room, step.door)
        steps[step.room_id].append(plan.Step(step.door_id, step.position, policy))
    return {
        room.pk: plan.Room(room.pk, room.name, room.venue.timezone, tuple(steps[room.pk]), room.part_of_id)
        for room in Room.objects.select_related("venue").order_by("pk")
    }


def doors() -> dict[int, plan.Door]:
    """All doors."""
    levels, grids = _levels(), _grids()
    found = list(Door.objects.select_related("account", "venue").order_by("pk"))
    lent = pools.of(found, pools.in_use())
    return {door.pk: _door(door, levels, grids, lent[door.pk]) for door in found}


def _door(door: Door, levels: Levels, grids: Grids, pool: Iterable[Fob]) -> plan.Door:
    zone = door.venue.timezone if door.venue else CENTRAL
    model = str(door.lock.get("model") or "")
    return plan.Door(
        id=door.pk,
        ref=door.ref,
        account_id=door.account_id,
        name=str(door),
        method=door.method,
        offered=frozenset(door.account.profile.methods),
        enabled=door.enabled,
        gone=door.gone_at is not None,
        lock=_lock(door, zone, grids.get((door.account_id, model), ())),
        level_ref=door.access_level_ref,
        levels=levels.get(door.account_id, ()),
        pool=frozenset(fob.ref for fob in pool),
        zone=zone,
        policy=_policy(door.venue, None, door),
        phone_deadline=selectors.phone_deadline(door.account),
    )


def _lock(door: Door, zone: str, durations: tuple[Duration, ...]) -> plan.Lock:
    said = {name: str(door.lock.get(name) or "") for name in ("model", "timecode", "identifier", "clock")}
    return plan.Lock(**said, zone=_listed_zone(door) or zone, durations=durations)


def _listed_zone(door: Door) -> str:
    """The zone that the lock's vendor says it is in; "" where it says none."""
    raw: Any = door.raw
    zone = raw.get("timezone") if isinstance(raw, dict) else None
    return zone if isinstance(zone, str) else ""


def _policy(*levels: Policy | None) -> plan.Policy:
    said = selectors.policy(*levels)
    return plan.Policy(
        said.lead_minutes,
        said.lag_minutes,
        said.issue_ahead_hours,
        said.max_early_minutes,
        said.max_late_minutes,
    )


def _levels() -> Levels:
    found: dict[int, list[plan.Level]] = defaultdict(list)
    for level in AccessLevel.objects.filter(gone_at=None).order_by("pk"):
        found[level.account_id].append(plan.Level(level.ref, frozenset(map(str, level.door_refs))))
    return {account: tuple(levels) for account, levels in found.items()}


def _grids() -> Grids:
    return {
        (grid.account_id, grid.ref): tuple(Duration(*map(int, row)) for row in grid.durations)
        for grid in LockGrid.objects.filter(gone_at=None)
    }
