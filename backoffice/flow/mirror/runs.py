"""One reading of an account while it goes on: what was seen, what came of it, how it ended."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from backoffice.flow.mirror import rejected, schedule
from backoffice.flow.mirror.refs import Refs
from backoffice.models import SyncRun, VendorAccount
from backoffice.states import RunState
from integrations.errors import VendorError
from integrations.types import Rejected, Window

LONGEST = timedelta(hours=1)  # a run that began longer ago and has no end has died
DIED = "The process that read the account ended before it had finished."


@dataclass(slots=True)
class Run:
    """A run and its counts, in bookings or, of a directory, in rows (`seen` and so on hold their refs).

    `accept_loss` is staff's word that what is missing is gone indeed.
    """

    account: VendorAccount
    row: SyncRun
    now: datetime
    accept_loss: bool = False
    seen: Refs = field(default_factory=Refs)
    created: int = 0
    updated: set[str] = field(default_factory=set)
    gone: set[str] = field(default_factory=set)
    rejected: dict[rejected.Name, Rejected] = field(default_factory=dict)
    listed: set[str] = field(default_factory=set)  # kinds of rows of which every one was read
    windows: list[Window] = field(default_factory=list)
    asked: set[str] = field(default_factory=set)  # refs of bookings that single reads were about
    notes: list[str] = field(default_factory=list)
    doubted: bool = False
    _began: float = field(default_factory=time.monotonic)

    def reject(self, rows: Iterable[Rejected]) -> None:
        """Keep rows that could not be read for the quarantine."""
        self.rejected.update({rejected.name(row): row for row in rows})

    def doubt(self, note: str) -> None:
        """Say what is not believed; a person must look."""
        self.doubted = True
        self.notes.append(note)

    def end(self) -> SyncRun:
        """Write that the run is over, and what it did not believe."""
        return self._end(RunState.STOPPED if self.doubted else RunState.OK)

    def _end(self, state: RunState) -> SyncRun:
        settled = self.listed if state == RunState.OK else set()
        rejected.store(self.account, self.rejected, self.now)
        rejected.resolve(self.account, self.rejected.keys(), settled, self.seen, self.now)
        row = self.row
        row.state = state
        row.finished_at = self.now + timedelta(seconds=time.monotonic() - self._began)
        row.seen, row.created, row.updated = len(self.seen), self.created, len(self.updated)
        row.gone, row.rejected = len(self.gone), len(self.rejected)
        row.error = " ".join(self.notes)
        row.read = schedule.brief(self.windows, self.asked)
        row.save()
        return row

    def fail(self, error: VendorError) -> SyncRun:
        """Write that the run failed, and why; what was applied before stays."""
        self.notes.append(error.text)
        row = self._end(RunState.FAILED)
        row.failure = error
        return row


def begin(account: VendorAccount, kind: str, now: datetime, *, accept_loss: bool = False) -> Run:
    """A new run; runs of the account whose process has died are closed."""
    for dead in SyncRun.objects.filter(account=account, state=RunState.RUNNING, started_at__lt=now - LONGEST):
        dead.state, dead.error, dead.finished_at = RunState.FAILED, DIED, now
        dead.save()
    row = SyncRun.objects.create(account=account, kind=kind, started_at=now)
    return Run(account, row, now, accept_loss)


def lock(account: VendorAccount) -> None:
    """Be the only writer of the account's mirrored rows until the transaction ends."""
    VendorAccount.objects.select_for_update(no_key=True).values_list("pk").get(pk=account.pk)
