"""Google's calendars and events as plain values: zones, whole days, cancelled rows that are ids alone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from integrations.errors import Garbled
from integrations.types import CalendarEventRecord, CalendarRecord, Rejected

DAY = timedelta(days=1)
WRITERS = {"owner", "writer", "writerWithoutPrivateAccess"}
CANCELLED = "cancelled"


class Unreadable(ValueError):
    """A row that is not what Google's description says."""


def zone(name: object, fallback: str) -> ZoneInfo:
    """The zone of this name, or the account's where none is told; Garbled for one that is none."""
    try:
        return ZoneInfo(str(name or fallback))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Garbled(f"the calendar's time zone {str(name)[:60]!r} is none") from None


def calendar(raw: Any) -> CalendarRecord:
    """An entry of the calendar list; Unreadable without an id."""
    row = _mapping(raw, "the calendar")
    return CalendarRecord(
        ref=_text(row, "id", needed=True),
        title=_text(row, "summaryOverride") or _text(row, "summary"),
        timezone=_text(row, "timeZone"),
        primary=row.get("primary") is True,
        can_write=row.get("accessRole") in WRITERS,
        raw=row,
    )


def event(raw: Any, home: ZoneInfo) -> CalendarEventRecord:
    """An event of a calendar whose days are those of `home`; Unreadable says what is wrong with it (4.3).

    Of a cancelled one only the id is sure to be there.
    """
    row = _mapping(raw, "the event")
    cancelled = row.get("status") == CANCELLED
    starts, ends = (_moment(row.get(name), home, name) for name in ("start", "end"))
    if not cancelled and (starts is None or ends is None or ends < starts):
        raise Unreadable("start and end are not a span of time")
    first, last = _days(row)
    return CalendarEventRecord(
        ref=_text(row, "id", needed=True),
        cancelled=cancelled,
        etag=_text(row, "etag"),
        summary=_text(row, "summary"),
        description=_text(row, "description"),
        location=_text(row, "location"),
        starts_at=starts,
        ends_at=ends,
        all_day=first is not None,
        first_day=first,
        last_day=last,
        timezone=_zone_of(row, home),
        transparent=row.get("transparency") == "transparent",
        kind=_text(row, "eventType") or "default",
        declined=_declined(row),
        recurring_ref=_text(row, "recurringEventId"),
        original_start=_moment(row.get("originalStartTime"), home, "originalStartTime"),
        updated_at=_instant(row["updated"]) if row.get("updated") else None,
        mark=mark(row),
        raw=row,
    )


def rejected(raw: Any, error: Unreadable, kind: str = "event") -> Rejected:
    """A row that could not be read, with the reason."""
    row = raw if isinstance(raw, Mapping) else {"row": raw}
    return Rejected(kind, str(row.get("id") or ""), str(error), row)


def mark(row: Mapping[str, Any]) -> dict[str, str]:
    """The private properties: what programs wrote, and no person can type (K6)."""
    properties = row.get("extendedProperties")
    private = properties.get("private") if isinstance(properties, Mapping) else None
    return {str(name): str(private[name]) for name in private} if isinstance(private, Mapping) else {}


def _mapping(raw: Any, what: str) -> Mapping[str, Any]:
    if not isinstance(raw, Mapping):
        raise Unreadable(f"{what} is not an object")
    return raw


def _text(row: Mapping[str, Any], name: str, *, needed: bool = False) -> str:
    value = row.get(name)
    if not isinstance(value, str | None) or (needed and not value):
        raise Unreadable(f"{name} is not a text")
    return value or ""


def _moment(raw: Any, home: ZoneInfo, name: str) -> datetime | None:
    """A start or an end: an instant, or midnight of a whole day in the calendar's zone (4.3)."""
    if raw is None:
        return None
    row = _mapping(raw, name)
    if row.get("dateTime"):
        return _instant(row["dateTime"], row.get("timeZone"))
    day = _day(row)
    return datetime.combine(day, time(), home).astimezone(UTC) if day else None


def _instant(value: Any, name: Any = None) -> datetime:
    """RFC 3339; without an offset the time is that of its own zone."""
    try:
        at = datetime.fromisoformat(value)
        at = at if at.tzinfo else at.replace(tzinfo=ZoneInfo(str(name)))
        return at.astimezone(UTC)
    except (TypeError, ValueError, OverflowError, ZoneInfoNotFoundError, OSError):
        raise Unreadable(f"{str(value)[:40]!r} is not a time") from None


def _day(raw: Any) -> date | None:
    if not isinstance(raw, Mapping) or not raw.get("date"):
        return None
    try:
        return date.fromisoformat(raw["date"])
    except (TypeError, ValueError):
        raise Unreadable(f"{str(raw['date'])[:40]!r} is not a day") from None


def _days(row: Mapping[str, Any]) -> tuple[date, date] | tuple[None, None]:
    """First and last day of a whole-day event, both included; Google's end is the day after."""
    first, end = _day(row.get("start")), _day(row.get("end"))
    return (first, max(first, end - DAY)) if first and end else (None, None)


def _zone_of(row: Mapping[str, Any], home: ZoneInfo) -> str:
    start = row.get("start")
    return str((start.get("timeZone") if isinstance(start, Mapping) else None) or home.key)


def _declined(row: Mapping[str, Any]) -> bool:
    guests = row.get("attendees")
    mine = [g for g in guests if isinstance(g, Mapping) and g.get("self")] if isinstance(guests, list) else []
    return any(guest.get("responseStatus") == "declined" for guest in mine)
