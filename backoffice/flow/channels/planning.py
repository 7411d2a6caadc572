"""What is to be there against what is: rows written, changed and taken away; nothing is asked of a vendor."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from backoffice.flow.channels.echoes import recognise
from backoffice.flow.channels.loading import load
from backoffice.flow.channels.values import Name, Wanted, World, name_of
from backoffice.flow.channels.wanting import families, wanted
from backoffice.models import Block, Occurrence, Said
from backoffice.states import BlockState, move

OPEN = (BlockState.PLANNED, BlockState.WRITING, BlockState.ACTIVE, BlockState.REMOVING, BlockState.FAILED)
NOT_WANTED = "What it stood for is over or gone."
FIELDS = ("occurrence_id", "room_id", "pairing_id", "starts_at", "ends_at", "digest", "reason")


@dataclass(slots=True)
class Planned:
    """How much a plan changed."""

    added: int = 0
    changed: int = 0
    removed: int = 0


def plan(now: datetime) -> Planned:
    """Bring the blocks to what live bookings ask for; a second plan right after changes nothing.

    Left as they are: slots that have begun and are not wanted any more (B12), those of a booking whose state
    nobody understands, those in a calendar that is not written for their room any more (M4), and those that
    a person removed at their channel, until what they stand for changes (D5, D6).
    """
    recognise()  # an echo that came while others were at work is no booking either
    world = load(now)
    asked = wanted(world)
    with transaction.atomic():
        held = {_name(row): row for row in _held(now)}
        done = Planned(added=_add([one for name, one in asked.items() if name not in held], now))
        for name, one in asked.items():
            if name in held:
                done.changed += _change(held[name], one, now)
        keep = {stay.id for stay in world.stays if stay.keep}
        unwanted = [row for name, row in held.items() if name not in asked and row.occurrence_id not in keep]
        done.removed = _remove(unwanted, world, now)
    return done


def _held(now: datetime) -> Iterable[Block]:
    return Block.objects.filter(ends_at__gt=now).select_for_update(of=("self",)).order_by("pk")


def _name(row: Block) -> Name:
    slot = row.starts_at if row.by_slot else None
    return name_of(row.occurrence_id, row.account_id, row.resource_id, row.calendar_ref, slot)


def _add(fresh: Iterable[Wanted], now: datetime) -> int:
    rows = [
        Block(
            account_id=one.account_id,
            resource_id=one.resource_id,
            calendar_ref=one.calendar_ref,
            by_slot=one.slot,
            created_at=now,
            **{name: getattr(one, name) for name in FIELDS},
        )
        for one in fresh
    ]
    return len(Block.objects.bulk_create(rows, batch_size=500))


def _change(row: Block, one: Wanted, now: datetime) -> bool:
    """Write what differs; what is to look otherwise is to be written again."""
    by_hand = row.state == BlockState.REMOVED and row.said == Said.DELETED
    if by_hand and row.digest == one.digest:
        return False
    differs = any(getattr(row, name) != getattr(one, name) for name in FIELDS)
    again = row.state in (BlockState.REMOVED, BlockState.REMOVING)
    old = {BlockState.ACTIVE: row.written_digest, BlockState.FAILED: row.digest}
    rewrite = old.get(BlockState(row.state), one.digest) != one.digest
    if not (differs or again or rewrite):
        return False
    fields = {name: getattr(one, name) for name in FIELDS}
    if again or rewrite:
        return move(row, BlockState.PLANNED, **fields, said="", next_try_at=None, attempts=0, ended_at=None)
    return bool(Block.objects.filter(pk=row.pk).update(**fields))


def _remove(rows: Iterable[Block], world: World, now: datetime) -> int:
    standing = [row for row in rows if row.state != BlockState.REMOVED]
    writers = _writers(standing, world)
    count = 0
    for row in standing:
        if row.by_slot and row.starts_at <= now:
            continue
        if row.state == BlockState.PLANNED and row.asked_at is None:
            count += move(row, BlockState.REMOVED, reason=NOT_WANTED, ended_at=now)
        elif not row.calendar_ref:
            count += _take_away(row, row.pairing_id)
        elif row.pk in writers:
            count += _take_away(row, writers[row.pk])
    return count


def _take_away(row: Block, pairing: int | None) -> bool:
    """Have a block removed by the pairing that writes its calendar now; what waits to be written is first."""
    if row.state in (BlockState.REMOVING, BlockState.PLANNED):
        return row.pairing_id != pairing and bool(Block.objects.filter(pk=row.pk).update(pairing=pairing))
    again = {"said": "", "next_try_at": None, "attempts": 0}
    return move(row, BlockState.REMOVING, reason=NOT_WANTED, pairing_id=pairing, **again)


def _writers(rows: Iterable[Block], world: World) -> dict[int, int]:
    """Block -> the pairing that looks after its event: its own, else another that shows bookings of its room
    in the same calendar; none where the calendar is not written for them (M4)."""
    events = [row for row in rows if row.calendar_ref]
    awake = {each.pairing_id for each in world.calendars}
    found = {row.pk: row.pairing_id for row in events if row.pairing_id in awake}
    others = [row for row in events if row.pk not in found]
    booked = _booked_rooms(others) if others and awake else {}
    family = families(world.rooms) if booked else {}
    for row in others:
        told = family.get(booked.get(row.occurrence_id, 0), ())
        for each in world.calendars:
            if each.room_id in told and (each.account_id, each.ref) == (row.account_id, row.calendar_ref):
                found.setdefault(row.pk, each.pairing_id)
    return {pk: pairing for pk, pairing in found.items() if pairing}


def _booked_rooms(rows: Iterable[Block]) -> dict[int, int]:
    """Occurrence -> the room that was booked."""
    booked = Occurrence.objects.filter(
        pk__in={row.occurrence_id for row in rows}, resource__room__isnull=False
    )
    return dict(booked.values_list("pk", "resource__room"))
