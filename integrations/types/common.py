"""What the values of all roles share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

Raw = Mapping[str, Any]


class Role(StrEnum):
    """What an account is for."""

    BOOKINGS = "bookings"
    ACCESS = "access"
    CALENDAR = "calendar"


class Method(StrEnum):
    """How a door is opened (design, section 3)."""

    NETCODE = "netcode"
    PHONE = "phone"
    CARD = "card"
    FOB = "fob"


class BookingStatus(StrEnum):
    """What a source counts a booking as; only CONFIRMED gets new access."""

    CONFIRMED = "confirmed"
    PENDING = "pending"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"
    BLOCK = "block"  # it takes the room and lets nobody in: somebody's entry in a calendar


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row of an answer that could not be read: shown to staff, never guessed."""

    kind: str  # booking | occurrence | customer | resource | door …
    ref: str
    reason: str
    raw: Raw = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Listing:
    """A complete and believable list of something that has no window."""

    records: tuple[Any, ...]
    rejected: tuple[Rejected, ...] = ()
