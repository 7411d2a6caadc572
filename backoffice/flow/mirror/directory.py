"""What an access provider lists: doors, levels, schedules, people, credentials, fobs, durations."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from backoffice.flow.mirror.listed import Kind, clean, clip, refresh
from backoffice.flow.mirror.runs import Run, begin
from backoffice.models import (
    AccessLevel,
    Cardholder,
    Credential,
    Door,
    Fob,
    LockGrid,
    Schedule,
    SyncRun,
    VendorAccount,
)
from integrations.errors import VendorError
from integrations.types import (
    AccessLevelRecord,
    AccessProvider,
    CardholderRecord,
    CredentialRecord,
    Directory,
    DoorRecord,
    FobRecord,
    GridRecord,
    ScheduleRecord,
)

REREAD = timedelta(hours=12)  # durations read again later than this are noted as read


@dataclass(frozen=True, slots=True)
class Part:
    """One list of a directory: where it stands, what its rows are, how a record becomes columns."""

    name: str
    kind: Kind
    fields: Callable[[Any], Mapping[str, Any]]


def refresh_directory(
    account: VendorAccount,
    provider: AccessProvider,
    now: datetime,
    models: Iterable[str],
    *,
    accept_loss: bool = False,
) -> SyncRun:
    """Mirror what the provider lists, and the durations of the lock models named.

    A list that the provider does not have leaves its rows alone. What a complete list lacks twice is gone;
    one that lacks too much, or is empty, is not believed: the run is STOPPED (`accept_loss` is staff's word
    that it is so). Times are UTC. A vendor's error makes the run FAILED; the error itself is in `failure`.
    """
    run = begin(account, "poll", now, accept_loss=accept_loss)
    try:
        directory = provider.directory(models)
    except VendorError as error:
        return run.fail(error)
    for part in PARTS:
        _take_over(run, part, directory)
    _durations(run, directory.grids or ())
    return run.end()


def _take_over(run: Run, part: Part, directory: Directory) -> None:
    listing = getattr(directory, part.name)
    if listing is None:
        return
    rows = {record.ref: part.fields(record) for record in listing.records}
    _count(run, part.kind, rows, refresh(run, part.kind, rows, listing.rejected))


def _count(run: Run, kind: Kind, rows: Iterable[str], stored: Any) -> None:
    run.seen.update(f"{kind.word} {ref}" for ref in rows)
    run.created += len(stored.created)
    run.updated.update(f"{kind.word} {ref}" for ref in stored.updated)
    run.gone.update(f"{kind.word} {ref}" for ref in stored.gone)


def _durations(run: Run, grids: Iterable[GridRecord]) -> None:
    """Write what has changed; that the rest was read again is written twice a day at most."""
    known = {grid.ref: grid for grid in LockGrid.objects.filter(account=run.account)}
    for record in grids:
        run.seen.add(f"durations {record.model}")
        durations = [[each.id, each.hours, each.days] for each in record.durations]
        grid = known.get(record.model)
        if grid is None:
            LockGrid.objects.create(
                account=run.account, ref=record.model, durations=durations, read_at=run.now
            )
            run.created += 1
        elif durations and grid.durations != durations:
            LockGrid.objects.filter(pk=grid.pk).update(durations=durations, read_at=run.now)
            run.updated.add(f"durations {record.model}")
        elif run.now - grid.read_at >= REREAD:
            LockGrid.objects.filter(pk=grid.pk).update(read_at=run.now)


def door_fields(record: DoorRecord) -> dict[str, Any]:
    """The columns of a door that are the mirror's."""
    return {
        "name": clip(record.name, 200),
        "enabled": record.enabled,
        "location": clip(record.location, 200),
        "battery": record.battery,
        "battery_text": clip(record.battery_text, 40),
        "raw": clean(record.raw),
    }


def level_fields(record: AccessLevelRecord) -> dict[str, Any]:
    """The columns of an access level; its doors in one order, whichever way they were listed."""
    return {"name": clip(record.name, 200), "door_refs": sorted(record.door_refs)}


def schedule_fields(record: ScheduleRecord) -> dict[str, Any]:
    """The columns of a schedule."""
    return {
        "name": clip(record.name, 200),
        "days": list(record.days),
        "start_text": clip(record.start_text, 20),
        "stop_text": clip(record.stop_text, 20),
    }


def cardholder_fields(record: CardholderRecord) -> dict[str, Any]:
    """The columns of a cardholder; levels that the vendor did not tell are unknown, not none."""
    levels = None if record.level_refs is None else sorted(record.level_refs)
    return {**_holder(record), "level_refs": levels}


def credential_fields(record: CredentialRecord) -> dict[str, Any]:
    """The columns of a mobile credential."""
    return {
        "card_number": clip(record.card_number, 40),
        "secret": record.secret,
        "claimed": record.claimed,
        "holder_ref": clip(record.holder_ref, 100),
    }


def _holder(record: CardholderRecord | FobRecord) -> dict[str, Any]:
    return {
        "key": clip(record.key, 100),
        "name": clip(record.name, 250),
        "card_number": clip(record.card_number, 40),
        "enabled": record.enabled,
        "starts_at": record.starts_at,
        "ends_at": record.ends_at,
    }


PARTS = (
    Part("doors", Kind(Door, "door"), door_fields),
    Part("access_levels", Kind(AccessLevel, "access level"), level_fields),
    Part("schedules", Kind(Schedule, "schedule"), schedule_fields),
    Part("cardholders", Kind(Cardholder, "cardholder", may_be_empty=True), cardholder_fields),
    Part("credentials", Kind(Credential, "credential", may_be_empty=True), credential_fields),
    Part("fobs", Kind(Fob, "fob"), _holder),
)
