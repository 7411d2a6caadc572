"""What a lock's own clock shows: UTC, a fixed offset such as +01:00, or a zone."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from backoffice.models import Door

OFFSET = re.compile(r"([+-])(\d\d):([0-5]\d)")


def clock_of(door: Door) -> str:
    """What staff say that a door's clock shows, else where its vendor says that it is; a KitLock's is UTC."""
    said = str((door.lock or {}).get("clock") or "")
    told = str((door.raw or {}).get("timezone") or "")
    return said or told or "UTC"


def zone_named(clock: str) -> tzinfo | None:
    """What a clock follows; None for a text that is no clock."""
    if clock == "UTC":
        return UTC
    if found := OFFSET.fullmatch(clock):
        offset = timedelta(hours=int(found[2]), minutes=int(found[3]))
        return timezone(-offset if found[1] == "-" else offset)
    try:
        return ZoneInfo(clock)
    except (KeyError, ValueError, OSError):
        return None


def to_utc(local: datetime, clock: str, learned: datetime) -> datetime | None:
    """The instant (aware UTC) at which a clock showed `local`; None for a text that is no clock.

    Of an hour that the clock shows twice it is the second one, unless that was not yet when it was learned.
    """
    zone = zone_named(clock)
    if zone is None:
        return None
    first, second = (local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    return second if first < second <= learned else first
