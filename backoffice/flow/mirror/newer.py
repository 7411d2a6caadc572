"""What later readings have looked at: an older answer that arrives after them says nothing of it any more.

A later reading that found a change left its time in the booking. One that found none left nothing there, so
what it covered stands in its run. While an older reading is still under way it is written down before it is
compared, and under the account's lock: so either the older one sees it, or is seen in what is compared.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import transaction

from backoffice.flow.mirror import schedule
from backoffice.flow.mirror.runs import Run, lock
from backoffice.models import Resource, SyncRun
from backoffice.states import RunState

Place = tuple[int, datetime]  # the key of a resource, and when something begins there


@dataclass(slots=True)
class Newer:
    """What readings that began after a run have covered: days of resources (or of all, ""), and bookings."""

    zone: ZoneInfo
    days: list[tuple[str, date, date]] = field(default_factory=list)
    bookings: set[str] = field(default_factory=set)
    resources: dict[int, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.days or self.bookings)

    def covers(self, ref: str, places: Iterable[Place]) -> bool:
        """Was this booking asked for later, or any of the places at which it is or was?"""
        if ref in self.bookings:
            return True
        return bool(self.days) and any(self._read(resource, at) for resource, at in places)

    def _read(self, resource: int, at: datetime) -> bool:
        day, name = at.astimezone(self.zone).date(), self.resources.get(resource)
        return any(first <= day <= last and ref in ("", name) for ref, first, last in self.days)


def newer(run: Run) -> Newer:
    """What later readings of the account have covered by now; to be asked for under its lock.

    Later by both, their time and their row: a clock that was put back makes none of its old readings later.
    """
    found = Newer(ZoneInfo(run.account.timezone))
    later = SyncRun.objects.filter(account=run.account, started_at__gt=run.now, pk__gt=run.row.pk)
    for entry in (each for read in later.values_list("read", flat=True) for each in read):
        if "booking" in entry:
            found.bookings.add(entry["booking"])
        elif "resource" in entry:
            first, last = date.fromisoformat(entry["first"]), date.fromisoformat(entry["last"])
            found.days.append((entry["resource"], first, last))
    if found.days:
        found.resources = dict(Resource.objects.filter(account=run.account).values_list("pk", "ref"))
    return found


def tell(run: Run) -> None:
    """Write down what a run has covered so far, if an older one of its account is still under way."""
    older = SyncRun.objects.filter(account=run.account, state=RunState.RUNNING, pk__lt=run.row.pk)
    if older.exists():
        with transaction.atomic():
            lock(run.account)
            run.row.read = schedule.brief(run.windows, run.asked)
            run.row.save(update_fields=["read"])
