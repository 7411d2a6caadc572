"""Times as people at a venue say them."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from backoffice.models import Door, Venue
from backoffice.models.places import CENTRAL


def zone_of(venue: Venue | None) -> ZoneInfo:
    """The venue's zone; the central one for a door that belongs to no venue yet."""
    return ZoneInfo(venue.timezone if venue else CENTRAL)


def moment(at: datetime, venue: Venue | None) -> str:
    """An instant in the venue's zone: Mon 9 Mar 18:45."""
    local = at.astimezone(zone_of(venue))
    return f"{local:%a} {local.day} {local:%b %H:%M}{mark(local)}"


def period(starts_at: datetime, ends_at: datetime, venue: Venue | None) -> str:
    """A span in the venue's zone: Mon 9 Mar, 18:45 to 20:15; the second day only where there is one."""
    zone = zone_of(venue)
    first, last = starts_at.astimezone(zone), ends_at.astimezone(zone)
    if first.date() == last.date():
        return f"{moment(starts_at, venue)}–{last:%H:%M}{mark(last)}"
    return f"{moment(starts_at, venue)} – {moment(ends_at, venue)}"


def mark(local: datetime) -> str:
    """The zone's abbreviation for a time that the clock shows twice that night, else nothing."""
    other = local.replace(fold=1 - local.fold)
    twice = local.utcoffset() != other.utcoffset() and other.astimezone(ZoneInfo("UTC")).astimezone(
        local.tzinfo
    ).replace(tzinfo=None) == local.replace(tzinfo=None)
    return f" {local:%Z}" if twice else ""


def door_name(door: Door) -> str:
    """A door's name and venue, for a list that shows more than one venue."""
    return f"{door} ({door.venue})" if door.venue else str(door)
