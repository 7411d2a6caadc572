"""The plain values that vendors are turned into, and what a client of each role can do.

Every time in here is an aware datetime in UTC unless its name ends in `_local` (naive, on the lock's own
clock) or `_text` (as the vendor wrote it).
"""

from __future__ import annotations

from integrations.types.access import (
    AccessLevelRecord,
    AccessProvider,
    CardholderRecord,
    CodeOrder,
    CodeRecord,
    CredentialRecord,
    Directory,
    DoorRecord,
    Duration,
    EventPage,
    EventRecord,
    FobRecord,
    GridRecord,
    Limits,
    Outcome,
    ScheduleRecord,
)
from integrations.types.bookings import (
    BookingRecord,
    BookingSource,
    CustomerRecord,
    Hook,
    Message,
    OccurrenceRecord,
    Reading,
    ResourceRecord,
    Window,
)
from integrations.types.client import Meter, Settings, TokenStore
from integrations.types.common import BookingStatus, Listing, Method, Raw, Rejected, Role

__all__ = [
    "AccessLevelRecord",
    "AccessProvider",
    "BookingRecord",
    "BookingSource",
    "BookingStatus",
    "CardholderRecord",
    "CodeOrder",
    "CodeRecord",
    "CredentialRecord",
    "CustomerRecord",
    "Directory",
    "DoorRecord",
    "Duration",
    "EventPage",
    "EventRecord",
    "FobRecord",
    "GridRecord",
    "Hook",
    "Limits",
    "Listing",
    "Message",
    "Meter",
    "Method",
    "OccurrenceRecord",
    "Outcome",
    "Raw",
    "Reading",
    "Rejected",
    "ResourceRecord",
    "Role",
    "ScheduleRecord",
    "Settings",
    "TokenStore",
    "Window",
]
