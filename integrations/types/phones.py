"""Phone keys as plain values: when in the week an app opens a lock, who holds one, and who can make them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Protocol, runtime_checkable

from integrations.errors import Refused
from integrations.types.common import Raw, Rejected

MINUTE = timedelta(minutes=1)
MIDNIGHT, LAST = time(0), time(23, 59)  # no period goes beyond 23:59, the last time that can be written


@dataclass(frozen=True, slots=True)
class Period:
    """Hours on the lock's own clock, on some days of every week (0 = Monday): no date is in it."""

    starts: time
    ends: time
    days: tuple[int, ...]


class PhoneState(StrEnum):
    """How far an invitation has come; UNKNOWN = the vendor used a word that nobody has explained."""

    INVITED = "invited"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class PhoneClientRecord:
    """A person who may open a lock with the app, by e-mail address in lower case."""

    lock_ref: str
    email: str
    state: PhoneState
    status_text: str = ""  # the vendor's own word
    access_type: str = ""  # STANDARD | ONE_TIME
    periods: tuple[Period, ...] | None = None  # those that count; None = they could not be read
    raw: Raw = field(default_factory=dict)

    def has(self, periods: Sequence[Period]) -> bool:
        """Whether these and no other periods count, in whatever order."""
        return self.periods is not None and set(self.periods) == set(periods)


@dataclass(frozen=True, slots=True)
class PhoneClients:
    """Everybody who holds a key of one lock; with a `gap` the list may lack somebody."""

    records: tuple[PhoneClientRecord, ...]
    gap: str = ""
    rejected: tuple[Rejected, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether somebody who is not listed holds no key."""
        return not self.gap and not self.rejected

    def find(self, email: str) -> PhoneClientRecord | None:
        """The person with this address, whatever its case."""
        wanted = email.strip().lower()
        return next((one for one in self.records if one.email == wanted), None)


@runtime_checkable
class PhoneKeys(Protocol):
    """An access provider whose locks open to an app; each call may be paid."""

    def clients(self, lock_ref: str) -> PhoneClients:
        """Everybody who holds a key of the lock."""

    def invite(
        self,
        lock_ref: str,
        email: str,
        periods: Sequence[Period],
        access_type: str = ...,
        message: str = ...,
        listed: PhoneClients | None = None,
    ) -> PhoneClientRecord:
        """Invite somebody who has the app's account, once; Refused when there is no such account.

        `listed` is what was just read of this lock: then it is not read, and paid for, again.
        """

    def change(self, lock_ref: str, email: str, periods: Sequence[Period]) -> None:
        """Put these periods in the place of all others."""

    def suspend(self, lock_ref: str, email: str) -> None:
        """Let the key open nothing until it is restored."""

    def restore(self, lock_ref: str, email: str) -> None:
        """Let a suspended key open again."""

    def remove(self, lock_ref: str, email: str) -> bool:
        """Take the key away; False when there was none."""


def weekly_periods(starts_local: datetime, ends_local: datetime) -> tuple[Period, ...]:
    """The periods that cover a window on the lock's own clock (naive times), in full minutes.

    A night is split at midnight, full days between share one period: three at most. The minute before
    midnight cannot be written. Since periods have no dates, a window must not come back to the weekday on
    which it began: Refused for that, for an empty window and for times with a zone (codelocks, oddity 9).
    """
    if starts_local.tzinfo or ends_local.tzinfo:
        raise Refused("a phone key's hours are on the lock's own clock and have no zone")
    starts = starts_local.replace(second=0, microsecond=0)
    last = ends_local - timedelta(microseconds=1)  # midnight belongs to the day that it ends
    if ends_local <= starts_local:
        raise Refused("a phone key's window must end after it starts")
    if (last.date() - starts.date()).days > 6:
        raise Refused("a phone key repeats every week, so its window must be shorter than one")
    days: dict[tuple[time, time], list[int]] = {}
    for day in _days(starts.date(), last.date()):
        opens = starts.time() if day == starts.date() else MIDNIGHT
        closes = _closing(last) if day == last.date() else LAST
        if opens >= closes:  # in the minute that cannot be written: one earlier
            opens = time(23, 58)
        days.setdefault((opens, closes), []).append(day.weekday())
    return tuple(Period(*hours, tuple(sorted(found))) for hours, found in days.items())


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def _closing(last: datetime) -> time:
    """The first full minute after the last instant, or 23:59."""
    minute = last.replace(second=0, microsecond=0) + MINUTE
    return minute.time() if minute.date() == last.date() else LAST


def together(periods: Iterable[Period]) -> tuple[Period, ...]:
    """The same hours of the week, always in one order: what overlaps or touches is one."""
    hours: dict[int, list[tuple[time, time]]] = {}
    for period in sorted(periods, key=lambda period: (period.starts, period.ends)):
        for day in period.days:
            _add(hours.setdefault(day, []), period.starts, period.ends)
    days: dict[tuple[time, time], list[int]] = {}
    for day in sorted(hours):
        for span in hours[day]:
            days.setdefault(span, []).append(day)
    return tuple(Period(*span, tuple(found)) for span, found in sorted(days.items()))


def _add(spans: list[tuple[time, time]], starts: time, ends: time) -> None:
    """One more span of a day, none of which begins before those that are there."""
    if spans and starts <= spans[-1][1]:
        spans[-1] = (spans[-1][0], max(spans[-1][1], ends))
    else:
        spans.append((starts, ends))
