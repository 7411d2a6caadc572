"""The locks themselves: each computes on its own clock which codes it accepts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from integrations.sandbox.codelocks.netcodes import K3, OFFERED, Length, code


@dataclass
class Lock:
    """A lock on a door. It knows no account and no network: only its seed, its clock and its keypad."""

    ref: str  # as Latchkey's doors are named: the K3 id, or timecode/identifier
    model: str
    lock_id: str  # timecode or K3 id
    identifier: str  # "" for a K3 lock
    clock: str  # what its own clock shows: UTC, a fixed offset such as +01:00, or an IANA zone
    name: str = ""
    mode: str = "standard"  # the one family of codes that it runs: standard or rental
    grace_minutes: int = 0  # some locks are set to 15
    single_use: bool = False
    star: bool = False  # other ways in are on: `*` must be pressed before a NetCode
    lost_clock: bool = False  # the batteries were changed
    blocked: set[str] = field(default_factory=set)
    used: set[str] = field(default_factory=set)
    tenant: str = ""  # rental: the code in use, until a newer one is first used

    def __post_init__(self) -> None:
        """ValueError for a clock that is none."""
        zone(self.clock)

    @property
    def is_k3(self) -> bool:
        """Whether the vendor can list it."""
        return self.model == K3

    def wall(self, instant: datetime) -> datetime:
        """What the lock's clock shows at an aware instant, without a zone, as the lock knows none."""
        return instant.astimezone(zone(self.clock)).replace(tzinfo=None)

    def opens(self, keyed: str, instant: datetime) -> bool:
        """Whether these keys open the lock at an aware instant; nothing changes by asking."""
        pin = keyed.removeprefix("*") if self.star else keyed
        if self.lost_clock or pin in self.blocked or (self.star and pin == keyed):
            return False
        if self.single_use and pin in self.used:
            return False
        if self.tenant and pin == self.tenant:
            return True
        return any(pin == candidate for candidate in self._accepted(self.wall(instant)))

    def use(self, keyed: str, instant: datetime) -> bool:
        """Type a code in; True when the lock opens, which in some modes changes what it accepts."""
        if not self.opens(keyed, instant):
            return False
        pin = keyed.removeprefix("*")
        self.used.add(pin)
        if self.mode == "rental" and pin != self.tenant:
            self.blocked.update({self.tenant} - {""})
            self.tenant = pin
        return True

    def _accepted(self, wall: datetime) -> Iterator[str]:
        """Every code whose window holds this wall time, asked for or not."""
        grace = timedelta(minutes=self.grace_minutes)
        for row in OFFERED[self.model]:
            if row.mode == self.mode:
                for start in _starts(row, wall, grace):
                    yield code(self.model, self.lock_id, self.identifier, start, row.id)


def _starts(row: Length, wall: datetime, grace: timedelta) -> Iterator[datetime]:
    """The starts on a duration's grid from which a code of it would cover the wall time."""
    start = row.aligned(wall + grace)
    while wall < start + row.span + grace:
        if start - grace <= wall:
            yield start
        start -= row.step


def zone(clock: str) -> tzinfo:
    """UTC, a fixed offset, or an IANA zone; ValueError for anything else."""
    try:
        return _offset(clock) if clock[:1] in {"+", "-"} else ZoneInfo(clock)
    except (ValueError, OSError, KeyError) as error:
        raise ValueError(f"{clock} is no clock") from error


def _offset(clock: str) -> tzinfo:
    hours, _, minutes = clock[1:].partition(":")
    offset = timedelta(hours=int(hours), minutes=int(minutes or 0))
    return timezone(-offset if clock[0] == "-" else offset)
