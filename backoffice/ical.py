"""Calendars as text (RFC 5545), by the icalendar package, with the time zones that they speak of.

Three things are ours. The package tells a zone's change to summer time an hour late, so we tell the changes
ourselves; it writes a calendar's name and how often to ask without their types; and it takes a backslash
before an N for a new line.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import icalendar
from icalendar.prop import vDuration, vText

CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
DAY = timedelta(days=1)
ASK_AGAIN = timedelta(minutes=15)


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


class Text(vText):
    r"""A text value that may have `\N` in it."""

    def to_ical(self) -> bytes:
        """As it stands in a calendar, escaped."""
        return rb"\\N".join(vText(part).to_ical() for part in self.split(r"\N"))


def calendar(name: str, events: Iterable[Event]) -> str:
    """A whole calendar; the same events give the same text, whenever it is asked for."""
    rows, whole = list(events), _empty(name)
    for event in rows:
        whole.add_component(_event(event))
    for key in sorted(whole.get_missing_tzids(), reverse=True):
        told = [event for event in rows if event.zone.key == key]
        first, last = min(event.starts_at for event in told), max(event.ends_at for event in told)
        whole.subcomponents.insert(0, _zone(ZoneInfo(key), first, last))
    return str(whole.to_ical(), "utf-8")


def _empty(name: str) -> icalendar.Calendar:
    whole = icalendar.Calendar()
    whole.add("version", "2.0")
    whole.add("prodid", "-//Latchkey//Feed//EN")
    whole.add("calscale", "GREGORIAN")
    for key in ("name", "x-wr-calname"):
        whole.add(key, _text(name), encode=False)
    whole.add("refresh-interval", vDuration(ASK_AGAIN, params={"VALUE": "DURATION"}), encode=False)
    whole.add("x-published-ttl", vDuration(ASK_AGAIN), encode=False)
    return whole


def _text(said: str) -> Text:
    """A text value without what no calendar may hold."""
    return Text(CONTROL.sub("", said))


def _event(event: Event) -> icalendar.Event:
    told = icalendar.Event()
    told.add("uid", event.uid)
    told.add("dtstamp", event.changed_at)
    told.add("last-modified", event.changed_at)
    told.add("sequence", event.sequence)
    told.add("dtstart", _local(event.starts_at, event.zone))
    told.add("dtend", _local(event.ends_at, event.zone))
    texts = {"summary": event.summary, "description": event.description, "location": event.location}
    for name, said in texts.items():
        if said or name == "summary":
            told.add(name, _text(said), encode=False)
    told.add("status", "TENTATIVE" if event.tentative else "CONFIRMED")
    told.add("transp", "OPAQUE")
    return told


def _local(at: datetime, zone: ZoneInfo) -> datetime:
    """On the zone's clock; the second of two like hours has no other name than that in UTC."""
    local = at.astimezone(zone)
    return at.astimezone(UTC) if local.fold else local


# ------------------------------------------------------------------------------------------------ zones


def _zone(zone: ZoneInfo, first: datetime, last: datetime) -> icalendar.Timezone:
    """What the zone's clock did from before the first event until after the last one."""
    told = icalendar.Timezone()
    told.add("tzid", zone.key)
    begin = (first - 366 * DAY).replace(hour=0, minute=0, second=0, microsecond=0)
    before = begin.astimezone(zone)
    told.add_component(_observance(before, before))
    for at in _changes(zone, begin, last + 2 * DAY):
        earlier = (at - timedelta(seconds=1)).astimezone(zone)
        told.add_component(_observance(earlier, at.astimezone(zone)))
    return told


def _changes(zone: ZoneInfo, first: datetime, last: datetime) -> Iterator[datetime]:
    """The instants at which the zone's offset changes: a day that has one is halved until it is found."""
    at = first.astimezone(UTC)
    while at < last:
        if _offset(at, zone) != _offset(at + DAY, zone):
            yield _change(zone, at, at + DAY)
        at += DAY


def _change(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    while after - before > timedelta(seconds=1):
        middle = (before + (after - before) // 2).replace(microsecond=0)
        if _offset(middle, zone) == _offset(before, zone):
            before = middle
        else:
            after = middle
    return after


def _offset(at: datetime, zone: ZoneInfo) -> timedelta:
    return at.astimezone(zone).utcoffset() or timedelta()


def _observance(before: datetime, after: datetime) -> icalendar.TimezoneStandard | icalendar.TimezoneDaylight:
    told = icalendar.TimezoneDaylight() if after.dst() else icalendar.TimezoneStandard()
    old = before.utcoffset() or timedelta()
    told.add("dtstart", (after.astimezone(UTC) + old).replace(tzinfo=None))  # told on the clock that ends
    told.add("tzoffsetfrom", old)
    told.add("tzoffsetto", after.utcoffset() or timedelta())
    told.add("tzname", f"{after:%Z}")
    return told
