"""Calendars as text (RFC 5545): escaped, folded, with the time zones that they speak of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

OCTETS = 75  # of a line, its end not counted
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Event:
    """One event; `zone` is the one whose clock it is told on."""

    uid: str
    starts_at: datetime
    ends_at: datetime
    zone: ZoneInfo
    summary: str
    changed_at: datetime
    description: str = ""
    location: str = ""
    sequence: int = 0
    tentative: bool = False


def calendar(name: str, events: Iterable[Event]) -> str:
    """A whole calendar; the same events give the same text, whenever it is asked for."""
    rows = list(events)
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Latchkey//Feed//EN",
        "CALSCALE:GREGORIAN",
        f"NAME:{escaped(name)}",
        f"X-WR-CALNAME:{escaped(name)}",
        "REFRESH-INTERVAL;VALUE=DURATION:PT15M",
        "X-PUBLISHED-TTL:PT15M",
    ]
    for key in sorted({event.zone.key for event in rows}):
        told = [event for event in rows if event.zone.key == key]
        lines += _zone(ZoneInfo(key), min(event.starts_at for event in told), max(e.ends_at for e in told))
    for event in rows:
        lines += _event(event)
    return "".join(folded(line) for line in [*lines, "END:VCALENDAR"])


def escaped(text: str) -> str:
    """A text value: no line can be smuggled in."""
    plain = CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    for sign in ("\\", ";", ","):
        plain = plain.replace(sign, f"\\{sign}")
    return plain.replace("\n", "\\n")


def folded(line: str) -> str:
    """A line cut into pieces of at most 75 octets, never inside a character."""
    pieces, piece, size = [], "", 0
    for sign in line:
        width = len(sign.encode())
        if size + width > OCTETS:
            pieces.append(piece)
            piece, size = " ", 1
        piece, size = piece + sign, size + width
    return "\r\n".join([*pieces, piece]) + "\r\n"


def _event(event: Event) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{event.uid}"
    yield f"DTSTAMP:{_utc(event.changed_at)}"
    yield f"LAST-MODIFIED:{_utc(event.changed_at)}"
    yield f"SEQUENCE:{event.sequence}"
    yield f"DTSTART{_local(event.starts_at, event.zone)}"
    yield f"DTEND{_local(event.ends_at, event.zone)}"
    yield f"SUMMARY:{escaped(event.summary)}"
    for name, text in (("DESCRIPTION", event.description), ("LOCATION", event.location)):
        if text:
            yield f"{name}:{escaped(text)}"
    yield f"STATUS:{'TENTATIVE' if event.tentative else 'CONFIRMED'}"
    yield "TRANSP:OPAQUE"
    yield "END:VEVENT"


def _utc(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _local(at: datetime, zone: ZoneInfo) -> str:
    """On the zone's clock; the second of two like hours has no other name than that in UTC."""
    local = at.astimezone(zone)
    return f":{_utc(at)}" if local.fold else f";TZID={zone.key}:{local:%Y%m%dT%H%M%S}"


# ------------------------------------------------------------------------------------------------ zones


def _zone(zone: ZoneInfo, first: datetime, last: datetime) -> Iterator[str]:
    """What the zone's clock did from before the first event until after the last one."""
    yield "BEGIN:VTIMEZONE"
    yield f"TZID:{zone.key}"
    begin = (first - 366 * DAY).replace(hour=0, minute=0, second=0, microsecond=0)
    before = begin.astimezone(zone)
    yield from _observance(before, before)
    for at in _changes(zone, begin, last + 2 * DAY):
        yield from _observance((at - timedelta(seconds=1)).astimezone(zone), at.astimezone(zone))
    yield "END:VTIMEZONE"


def _changes(zone: ZoneInfo, first: datetime, last: datetime) -> Iterator[datetime]:
    """The instants at which the zone's offset changes: a day that has one is halved until it is found."""
    at = first.astimezone(UTC)
    while at < last:
        if _offset(at, zone) != _offset(at + DAY, zone):
            yield _change(zone, at, at + DAY)
        at += DAY


def _change(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) // 2
        middle = middle.replace(microsecond=0)
        if _offset(middle, zone) == _offset(before, zone):
            before = middle
        else:
            after = middle
    return after


def _offset(at: datetime, zone: ZoneInfo) -> timedelta | None:
    return at.astimezone(zone).utcoffset()


def _observance(before: datetime, after: datetime) -> Iterator[str]:
    kind = "DAYLIGHT" if after.dst() else "STANDARD"
    onset = after.astimezone(UTC) + (before.utcoffset() or timedelta())  # told on the clock that ends
    yield f"BEGIN:{kind}"
    yield f"DTSTART:{onset:%Y%m%dT%H%M%S}"
    yield f"TZOFFSETFROM:{before:%z}"
    yield f"TZOFFSETTO:{after:%z}"
    yield f"TZNAME:{after:%Z}"
    yield f"END:{kind}"
