"""What goes into a plan, as plain values; every time is aware UTC."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from backoffice.flow.window import Asked, Limits
from integrations.types import Duration, Period

Guest = str  # whoever knows a code: the same text is the same guest


class Standing(StrEnum):
    """What a source says of a booking, as far as access goes."""

    ENTITLED = "entitled"
    KEEP = "keep"  # it says something that is not understood: nothing new, nothing taken away
    OUT = "out"


class Decided(StrEnum):
    """States of a grant, as in backoffice.states, which the plan may not import."""

    GRANTED = "granted"
    HELD = "held"
    DENIED = "denied"
    BLOCKED = "blocked"
    WITHDRAWN = "withdrawn"
    ENDED = "ended"


class State(StrEnum):
    """States of a code, as in backoffice.states, which the plan may not import."""

    PLANNED = "planned"
    ISSUING = "issuing"
    ACTIVE = "active"
    REVOKING = "revoking"
    REVOKED = "revoked"
    EXPIRED = "expired"
    FAILED = "failed"
    HELD = "held"
    LINGERING = "lingering"


class Said(StrEnum):
    """What staff can say, as in backoffice.models, which the plan may not import."""

    HOLD = "hold"
    DENY = "deny"
    EXTEND = "extend"
    GRANT = "grant"
    REISSUE = "reissue"
    METHOD = "method"
    TRIM = "trim"


# ---------------------------------------------------------------------------------------------- what goes in


@dataclass(frozen=True, slots=True)
class Policy:
    """What holds for one door of one room, with everything filled in."""

    lead_minutes: int = 15
    lag_minutes: int = 15
    issue_ahead_hours: int = 24
    max_early_minutes: int = 60
    max_late_minutes: int = 60

    @property
    def lead(self) -> timedelta:
        return timedelta(minutes=self.lead_minutes)

    @property
    def lag(self) -> timedelta:
        return timedelta(minutes=self.lag_minutes)

    @property
    def issue_ahead(self) -> timedelta:
        return timedelta(hours=self.issue_ahead_hours)

    @property
    def limits(self) -> Limits:
        return Limits(self.max_early_minutes, self.max_late_minutes)


@dataclass(frozen=True, slots=True)
class Lock:
    """How a lock computes its codes; `zone` is where its vendor, or else its venue, says that it is."""

    model: str = ""
    timecode: str = ""
    identifier: str = ""
    clock: str = ""  # what staff say that its clock shows
    zone: str = ""
    durations: tuple[Duration, ...] = ()  # () = not known


@dataclass(frozen=True, slots=True)
class Level:
    """An access level: the doors that it opens, by the vendor's ids."""

    ref: str
    doors: frozenset[str]


@dataclass(frozen=True, slots=True)
class Door:
    """One door and all that decides how it can be opened."""

    id: int
    ref: str
    account_id: int
    name: str
    method: str  # "" = staff have not said
    offered: frozenset[str]  # the methods of its vendor
    enabled: bool = True
    gone: bool = False
    lock: Lock = field(default_factory=Lock)
    level_ref: str = ""  # the access level that staff chose
    levels: tuple[Level, ...] = ()  # those of its account
    pool: frozenset[str] = frozenset()  # the fobs that may be lent for it, by the vendor's ids
    zone: str = "UTC"  # of the venue, for texts
    policy: Policy = field(default_factory=Policy)  # for people without a room
    phone_deadline: timedelta = timedelta(minutes=120)  # so long before its window a phone key is accepted


@dataclass(frozen=True, slots=True)
class Step:
    """One door on the way to a room."""

    door_id: int
    position: int
    policy: Policy = field(default_factory=Policy)


@dataclass(frozen=True, slots=True)
class Room:
    """A room, the room that it is a part of, and the doors on its way."""

    id: int
    name: str
    zone: str
    steps: tuple[Step, ...]
    part_of: int | None = None


@dataclass(frozen=True, slots=True)
class Stay:
    """One occurrence: who may be in which room, and when; `why` puts its standing in words."""

    id: int
    booking_id: int
    label: str
    guest: Guest
    room_id: int | None
    starts_at: datetime
    ends_at: datetime
    standing: Standing = Standing.ENTITLED
    why: str = ""
    address: str = ""  # a digest of the guest's e-mail address; known where a phone key is asked for


@dataclass(frozen=True, slots=True)
class Word:
    """An override: what staff said about a booking, a grant or a door."""

    id: int
    kind: Said
    starts_at: datetime
    ends_at: datetime
    reason: str
    booking_id: int | None = None
    grant_id: int | None = None
    door_id: int | None = None
    minutes_before: int = 0
    minutes_after: int = 0
    not_before: datetime | None = None
    not_after: datetime | None = None
    lifted: bool = False
    method: str = ""
    fob_ref: str = ""  # the one that staff give to this person
    address: str = ""  # as of a stay


@dataclass(frozen=True, slots=True)
class HeldCode:
    """A code as its row says; `generation` is the re-issue (an override's id) that it came from, or 0."""

    id: int
    state: State
    method: str
    starts_at: datetime
    ends_at: datetime
    due_at: datetime
    start_local: datetime | None = None
    duration: Duration | None = None
    early_minutes: int = 0
    late_minutes: int = 0
    holder_key: str = ""
    card_number: str = ""
    level_ref: str = ""
    generation: int = 0
    periods: tuple[Period, ...] = ()  # of a phone key, as are the following
    address: str = ""  # a digest of the e-mail address that was invited
    accepted: bool = False
    suspended: bool = False  # by staff, who have not restored it
    looked_at: datetime | None = None  # when the vendor last said how far it has come
    attempts: int = 0
    error: str = ""

    @property
    def asked(self) -> Asked | None:
        """What a NetCode was computed from."""
        if self.start_local is None or self.duration is None:
            return None
        return self.start_local, self.duration.id


@dataclass(frozen=True, slots=True)
class HeldGrant:
    """A decision as its row says, with its codes."""

    id: int
    occurrence_id: int | None
    person_id: int | None
    door_id: int
    method: str
    position: int
    starts_at: datetime
    ends_at: datetime
    state: Decided
    reason: str
    conflict: str
    guest: Guest
    label: str
    codes: tuple[HeldCode, ...] = ()
    trimmed: str = ""

    @property
    def place(self) -> Place:
        return self.occurrence_id, self.person_id, self.door_id


@dataclass(frozen=True, slots=True)
class Fob:
    """A fob that may be lent, and its loan if it has one; `out`: as far as we know it is at a guest."""

    account_id: int
    ref: str
    name: str
    holder: str = ""
    generation: int = 0  # the re-issue that the loan came from
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    out: bool = False
    turnaround: timedelta = timedelta(minutes=30)  # between two loans of it


@dataclass(frozen=True, slots=True)
class Back:
    """When staff took a guest's fob back, and until when it was lent."""

    at: datetime
    until: datetime


Place = tuple[int | None, int | None, int]  # occurrence, person, door: one decision each


@dataclass(frozen=True, slots=True)
class World:
    """All that a plan depends on."""

    now: datetime
    stays: tuple[Stay, ...] = ()
    rooms: Mapping[int, Room] = field(default_factory=dict)
    doors: Mapping[int, Door] = field(default_factory=dict)
    words: tuple[Word, ...] = ()
    held: tuple[HeldGrant, ...] = ()
    fobs: tuple[Fob, ...] = ()
    back: Mapping[str, Back] = field(default_factory=dict)  # holder -> when staff took his fob back
