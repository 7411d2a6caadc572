"""Mirroring an account of Locaboo, beside the loop and the floor: the same rows, one machine, in turns."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from typing import Any

from django.apps import apps
from django.db import connection

from backoffice.flow.mirror import refresh_bookings
from backoffice.models import SyncRun, VendorAccount
from backoffice.states import RunState
from tests.bench.floor import empty, floor, rows
from tests.bench.hall import NOW, Hall
from tests.bench.loop import Loop
from tests.bench.wanted import Line, seconds, times_as_fast, times_as_long

LOOP_FIRST, FLOOR_FIRST, LOOP_UNCHANGED = 15, 4, 100  # the ratios that are wanted
VERSIONS = "SELECT count(*), coalesce(sum(hashtextextended(ctid::text || xmin::text, 0)), 0) FROM {}"
MINUTE = timedelta(minutes=1)


class Bench:
    """One account with a hall, read again and again, a minute later each time."""

    def __init__(self, hall: Hall, sample: int, rounds: int) -> None:
        self.hall = hall
        self._sample = sample
        self._rounds = rounds
        self._minutes = count()
        self._account = account("bench", hall)

    def lines(self) -> Iterator[Line]:
        """Everything, measured as it is asked for."""
        yield from self._first()
        yield from self._unchanged()
        yield from self._changed()

    def _first(self) -> Iterator[Line]:
        ours, loops, floors = [], [], []
        for _ in range(self._rounds):
            ours.append(self._anew())
            kept = rows()
            empty()
            floors.append(floor(kept))
            empty()
            loops.append(self._loop())
        yield seconds("first run", ours)
        yield times_as_fast("  than the loop", ours, loops, LOOP_FIRST)
        yield times_as_long("  as COPY and INSERT … ON CONFLICT", ours, floors, FLOOR_FIRST)

    def _unchanged(self) -> Iterator[Line]:
        self._anew()
        ours, loops, written = [], [], []
        for _ in range(self._rounds):
            before = versions()
            ours.append(self._refresh(updated=0))
            written += [name for name, found in versions().items() if found != before[name]]
            loops.append(self._loop())
        yield seconds("unchanged run", ours)
        yield times_as_fast("  than the loop", ours, loops, LOOP_UNCHANGED)
        told = ", ".join(sorted(set(written))) or "none"
        yield Line("  tables written to, but for the log of runs", told, "none", not written, firm=True)

    def _changed(self) -> Iterator[Line]:
        ours, loops = [], []
        for edition in range(1, self._rounds + 1):
            self.hall.edition = edition
            ours.append(self._refresh(updated=self.hall.changed))
            loops.append(self._loop())
        yield seconds("1 % changed", ours)
        yield times_as_fast("  than the loop", ours, loops)

    def _anew(self) -> float:
        """A first run, into empty tables."""
        empty()
        return self._refresh(created=self.hall.bookings)

    def _refresh(self, **counts: int) -> float:
        """A run's seconds; RuntimeError when it did not do what it was to do."""
        run, took = refresh(self._account, self.hall, next(self._minutes))
        if run.state != RunState.OK or any(getattr(run, name) != n for name, n in counts.items()):
            raise RuntimeError(
                f"{run.state}: {run.created} created, {run.updated} updated, not {counts} {run.error}"
            )
        return took

    def _loop(self) -> float:
        return Loop(self._account, self.hall, self._sample).run()


def account(slug: str, hall: Hall, **fields: Any) -> VendorAccount:
    """An account of which the whole hall is to be mirrored."""
    return VendorAccount.objects.create(
        slug=slug,
        vendor="locaboo",
        hook_digest=slug,
        lookback_days=0,
        horizon_days=hall.horizon,
        **{"base_url": "http://127.0.0.1:1/locaboo", "timezone": "UTC", **fields},
    )


def refresh(row: VendorAccount, hall: Hall, minutes: int) -> tuple[SyncRun, float]:
    """One whole run of the mirror, and its seconds without those in which the hall made its answers."""
    began, before = time.perf_counter(), hall.seconds
    run = refresh_bookings(row, hall, NOW + minutes * MINUTE, full=True)
    return run, time.perf_counter() - began - (hall.seconds - before)


def versions() -> dict[str, Any]:
    """A number for each of our tables, the log apart, that another version of any row would change."""
    found = {}
    with connection.cursor() as cursor:
        for model in apps.get_app_config("backoffice").get_models():
            if model is not SyncRun:
                name = model._meta.db_table
                cursor.execute(VERSIONS.format(connection.ops.quote_name(name)))
                found[name] = cursor.fetchone()
    return found
