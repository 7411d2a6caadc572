"""What a run's answers do not hold although we know it: collected window by window, judged at the end."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from backoffice.flow.mirror import known, schedule
from backoffice.flow.mirror.known import Absent, Told
from backoffice.models import VendorAccount
from integrations.types import OccurrenceRecord, Reading, Window


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
class Elsewhere:
    """What answers told outside of their own windows, kept while a window of its day is still to be read.

    Occurrences are known by hashes of their booking with their id, and with their place and time: a source
    tells a series whole in each of its windows, and all of a year's series at once would be too many.
    """

    days: Counter[int]  # how many windows that hold a day are still to be read; the day as a number, in UTC
    _told: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))

    @staticmethod
    def of(windows: Iterable[Window], zone: ZoneInfo) -> Elsewhere:
        """Nothing told yet, of windows that are all to be read."""
        return Elsewhere(Counter(day for window in windows for day in _days(window, zone)))

    def tell(self, starts_at: datetime, keys: Iterable[int]) -> None:
        """Note an occurrence, unless no window is to come that could lack it."""
        day = starts_at.toordinal()
        if day in self.days:
            self._told[day].update(keys)

    def told(self, starts_at: datetime, keys: Collection[int]) -> bool:
        """Was the occurrence told?"""
        return not self._told.get(starts_at.toordinal(), set()).isdisjoint(keys)

    def read(self, window: Window, zone: ZoneInfo) -> None:
        """A window has been read: forget the days that no other one holds."""
        for day in _days(window, zone):
            self.days[day] -= 1
            if self.days[day] <= 0:
                del self.days[day]
                self._told.pop(day, None)


@dataclass(slots=True)
class Clues:
    """Occurrences that start in a window read whole and that its answer does not hold."""

    account: VendorAccount
    now: datetime
    _zone: ZoneInfo
    _elsewhere: Elsewhere
    _absent: dict[int, Absent] = field(default_factory=dict)
    _vague: set[int] = field(default_factory=set)
    _wanted: set[int] = field(default_factory=set)  # what the absent are known by
    _found: set[int] = field(default_factory=set)  # and which of it a later answer told
    _first: datetime | None = None

    @staticmethod
    def of(account: VendorAccount, now: datetime, windows: Iterable[Window]) -> Clues:
        """Nothing known yet, of windows that are all to be read."""
        zone = ZoneInfo(account.timezone)
        return Clues(account, now, zone, Elsewhere.of(windows, zone))

    def add(self, reading: Reading, told: list[int], left: Collection[int]) -> None:
        """Compare one complete answer, already applied, with what is known of its window.

        `told` are the keys of its bookings that had been known before, `left` are the occurrences that
        bookings in the answer no longer list. Rows that could not be read are no evidence; when nobody can
        say what such a row was, the whole window proves nothing.
        """
        first, last = (at.astimezone(UTC) for at in schedule.bounds(reading.window, self._zone))
        self._first = min(self._first or first, first)
        self._remember(reading, first, last)
        bad = {row.ref for row in reading.rejected}
        refs = bad.union(each.ref for each in reading.bookings)
        lost = known.absent(self.account, reading.window, Told(told, refs, left), self.now)
        fresh = [each for each in lost if each.ref == "" or each.ref not in bad]
        self._miss(fresh)
        if bad - known.refs_known(self.account, bad):
            self._vague |= {each.pk for each in fresh}
        self._elsewhere.read(reading.window, self._zone)

    def cases(self) -> list[Case]:
        """What is absent and was told of in no other window either, by booking, soonest first.

        A source may leave out bookings that began before the window (B-S4), so of these nothing is proven.
        """
        groups: dict[int, list[Absent]] = defaultdict(list)
        for each in known.unmoved(self._absent.values()):
            if self._found.isdisjoint(_keys(each.booking_ref, each)):
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
                    keys = _keys(record.ref, each)
                    self._elsewhere.tell(each.starts_at, keys)
                    self._found.update(self._wanted.intersection(keys))

    def _miss(self, fresh: Iterable[Absent]) -> None:
        for each in fresh:
            keys = _keys(each.booking_ref, each)
            if not self._elsewhere.told(each.starts_at, keys):
                self._absent[each.pk] = each
                self._wanted.update(keys)


def _keys(booking_ref: str, each: OccurrenceRecord | Absent) -> tuple[int, int]:
    """What an occurrence is known by: its booking and id, and its booking, place and time."""
    return hash((booking_ref, each.ref)), hash((booking_ref, each.resource_ref, each.starts_at))


def _days(window: Window, zone: ZoneInfo) -> range:
    """The days in UTC that hold any of the window."""
    first, last = (at.astimezone(UTC) for at in schedule.bounds(window, zone))
    return range(first.toordinal(), last.toordinal() + 1)
