"""What a run's answers do not hold although we know it: collected window by window, judged at the end."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from backoffice.flow.mirror import known, schedule
from backoffice.flow.mirror.known import Absent, Told
from backoffice.models import VendorAccount
from integrations.types import Reading


@dataclass(slots=True)
class Case:
    """A booking of which something was not told. `provable`: would a complete answer have held it?"""

    booking_id: int
    ref: str
    absent: list[Absent]
    provable: bool

    @property
    def resource_refs(self) -> list[str]:
        """Where the booking was known to be."""
        return list(dict.fromkeys(each.resource_ref for each in self.absent))

    def weight(self, now: datetime) -> int:
        """How many of its absent occurrences may still open a door."""
        return sum(each.ends_at > now and each.status in known.WITH_ACCESS for each in self.absent)

    def upcoming(self, now: datetime) -> bool:
        """Has any of its absent occurrences not ended?"""
        return any(each.ends_at > now for each in self.absent)


@dataclass(slots=True)
class Clues:
    """Occurrences that start in a window read whole and that its answer does not hold."""

    account: VendorAccount
    now: datetime
    _absent: dict[int, Absent] = field(default_factory=dict)
    _vague: set[int] = field(default_factory=set)
    _elsewhere: dict[str, set[Hashable]] = field(default_factory=lambda: defaultdict(set))
    _first: datetime | None = None

    def add(self, reading: Reading, told: list[int], left: Collection[int]) -> None:
        """Compare one complete answer, already applied, with what is known of its window.

        `told` are the keys of its bookings that had been known before, `left` are the occurrences that
        bookings in the answer no longer list. Rows that could not be read are no evidence; when nobody can
        say what such a row was, the whole window proves nothing.
        """
        first, last = schedule.bounds(reading.window, ZoneInfo(self.account.timezone))
        self._first = min(self._first or first, first)
        self._remember(reading, first, last)
        bad = {row.ref for row in reading.rejected}
        refs = bad.union(each.ref for each in reading.bookings)
        lost = known.absent(self.account, reading.window, Told(told, refs, left), self.now)
        fresh = {each.pk: each for each in lost if each.ref == "" or each.ref not in bad}
        self._absent |= fresh
        if bad - known.refs_known(self.account, bad):
            self._vague |= fresh.keys()

    def cases(self) -> list[Case]:
        """What is absent and was told of in no other window either, by booking, soonest first.

        A source may leave out bookings that began before the window (B-S4), so of these nothing is proven.
        """
        groups: dict[int, list[Absent]] = defaultdict(list)
        for each in known.unmoved(self._absent.values()):
            if not self._told_elsewhere(each):
                groups[each.booking_id].append(each)
        begins = known.beginnings(groups.keys())
        cases = [self._case(group, begins.get(pk)) for pk, group in groups.items()]
        return sorted(cases, key=lambda case: min(each.starts_at for each in case.absent))

    def _case(self, group: list[Absent], begins: datetime | None) -> Case:
        inside = begins is not None and self._first is not None and begins >= self._first
        vague = any(each.pk in self._vague for each in group)
        return Case(group[0].booking_id, group[0].booking_ref, group, provable=inside and not vague)

    def _remember(self, reading: Reading, first: datetime, last: datetime) -> None:
        """Note occurrences told outside of their own window: the one they start in may not tell them."""
        for record in reading.bookings:
            for each in record.occurrences:
                if not first <= each.starts_at < last:
                    told = self._elsewhere[record.ref]
                    told.add((each.resource_ref, each.starts_at))
                    told.add(each.ref or None)

    def _told_elsewhere(self, each: Absent) -> bool:
        told: Collection[Hashable] = self._elsewhere.get(each.booking_ref, ())
        return (each.ref or None) in told or (each.resource_ref, each.starts_at) in told
