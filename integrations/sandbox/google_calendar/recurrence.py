"""Recurring events: their rules, their instances, and what splitting one does to its rule."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import takewhile
from typing import Any
from zoneinfo import ZoneInfo

from dateutil.rrule import rruleset, rrulestr

from integrations.sandbox.google_calendar.refusal import Refusal, invalid

SPAN = timedelta(days=730)  # from a series' start: a rule without an end is followed so far
MOST = 1000  # instances
UNTIL = re.compile(r"UNTIL=(\d{8}(?:T\d{6}Z?)?)")
LIMIT = re.compile(r";?(?:UNTIL|COUNT)=[^;]*")
FREQUENCY = re.compile(r"FREQ=(DAILY|WEEKLY|MONTHLY|YEARLY)\b")
Event = Mapping[str, Any]


def zone_of(event: Event, home: ZoneInfo) -> ZoneInfo:
    """The zone by whose clock an event recurs."""
    return ZoneInfo(event["start"].get("timeZone") or home.key)


def begin(event: Event, home: ZoneInfo, name: str = "start") -> datetime:
    """When it starts (or ends), aware; a whole day begins at midnight in the calendar's zone."""
    moment = event[name]
    if "date" in moment:
        return datetime.combine(date.fromisoformat(moment["date"]), time(), home)
    return datetime.fromisoformat(moment["dateTime"])


def starts(event: Event, home: ZoneInfo) -> list[datetime]:
    """The starts of all instances by the rule, as wall time where it recurs."""
    clock = zone_of(event, home)
    first = begin(event, home).astimezone(clock).replace(tzinfo=None)
    if "date" in event["start"]:
        first = datetime.combine(date.fromisoformat(event["start"]["date"]), time())
    rules = _rules(event["recurrence"], first, clock)
    made = event.get("created")
    last = first + SPAN
    if made:
        last = max(last, datetime.fromisoformat(made).replace(tzinfo=None) + SPAN)
    return list(takewhile(lambda at: at <= last, _first(rules, MOST)))


def instance(event: Event, start: datetime, home: ZoneInfo) -> dict[str, Any]:
    """The instance that starts at this wall time."""
    plain = {name: value for name, value in event.items() if name != "recurrence"}
    original = _moment(event, start, home)
    length = begin(event, home, "end") - begin(event, home)
    end = _end(event, start, length, home)
    stamp = _stamp(event, start, home)
    return {
        **plain,
        "id": f"{event['id']}_{stamp}",
        "recurringEventId": event["id"],
        "originalStartTime": original,
        "start": original,
        "end": end,
    }


def instances(event: Event, home: ZoneInfo) -> dict[str, dict[str, Any]]:
    """All instances by the rule, by id."""
    made = (instance(event, start, home) for start in starts(event, home))
    return {each["id"]: each for each in made}


def cut(event: Event, before: Event, home: ZoneInfo) -> list[str]:
    """The rule of the series when it ends before this instance."""
    start = begin({"start": before["originalStartTime"]}, home)
    if "date" in event["start"]:
        until = (start - timedelta(days=1)).strftime("%Y%m%d")
    else:
        until = (start - timedelta(seconds=1)).astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    return [
        f"{LIMIT.sub('', line)};UNTIL={until}" if _is_rule(line) else line for line in event["recurrence"]
    ]


def rest(event: Event, before: Event, home: ZoneInfo) -> list[str]:
    """The rule of the series that begins with this instance: a count is what is left of it."""
    ids = list(instances(event, home))
    left = len(ids) - ids.index(before["id"])
    return [
        re.sub(r"COUNT=\d+", f"COUNT={left}", line)
        for line in event["recurrence"]
        if not line.startswith("EXDATE")
    ]


def check(lines: Any) -> list[str]:
    """RRULE and EXDATE lines that hold together; Refusal for others."""
    if not isinstance(lines, list) or not all(isinstance(line, str) for line in lines):
        raise invalid("Invalid recurrence rule.")
    rules = [line for line in lines if _is_rule(line)]
    others = [line for line in lines if not _is_rule(line) and not line.startswith("EXDATE")]
    if lines and (len(rules) != 1 or others or not FREQUENCY.search(rules[0])):
        raise invalid("Invalid recurrence rule.")
    if rules and "COUNT=" in rules[0] and "UNTIL=" in rules[0]:
        raise invalid("Invalid recurrence rule.")
    try:
        _rules(lines, datetime.combine(date.min, time()), ZoneInfo("UTC"))
    except (ValueError, KeyError):
        raise Refusal(400, "invalid", "Invalid recurrence rule.") from None
    return lines


def _is_rule(line: str) -> bool:
    return line.startswith("RRULE:")


def _rules(lines: Sequence[str], first: datetime, clock: ZoneInfo) -> Any:
    found = rruleset()
    for line in lines:
        if _is_rule(line):
            local = UNTIL.sub(lambda match: f"UNTIL={_wall(match[1], clock)}", line)
            found.rrule(rrulestr(local, dtstart=first))
        else:
            names, _, values = line.partition(":")
            own = re.search(r"TZID=([^;:]+)", names)
            for value in values.split(","):
                found.exdate(_read(value, clock, ZoneInfo(own[1]) if own else clock))
    return found


def _wall(until: str, clock: ZoneInfo) -> str:
    """UNTIL on the series' own clock; a date alone is its whole day."""
    at = _read(until, clock, clock)
    whole = timedelta(days=1) - timedelta(seconds=1) if len(until) == 8 else timedelta(0)
    return (at + whole).strftime("%Y%m%dT%H%M%S")


def _read(text: str, clock: ZoneInfo, own: ZoneInfo) -> datetime:
    """A date or time of RFC 5545 as wall time of the clock."""
    if len(text) == 8:
        return datetime.combine(date.fromisoformat(text), time())
    at = datetime.fromisoformat(text)  # a Z is UTC
    return (at if at.tzinfo else at.replace(tzinfo=own)).astimezone(clock).replace(tzinfo=None)


def _first(rules: Any, most: int) -> list[datetime]:
    return [at for _, at in zip(range(most), rules, strict=False)]


def _moment(event: Event, start: datetime, home: ZoneInfo) -> dict[str, str]:
    if "date" in event["start"]:
        return {"date": start.date().isoformat()}
    clock = zone_of(event, home)
    at = start.replace(tzinfo=clock).astimezone(UTC).astimezone(home)
    return {"dateTime": at.isoformat(), "timeZone": clock.key}


def _end(event: Event, start: datetime, length: timedelta, home: ZoneInfo) -> dict[str, str]:
    if "date" in event["start"]:
        days = date.fromisoformat(event["end"]["date"]) - date.fromisoformat(event["start"]["date"])
        return {"date": (start.date() + days).isoformat()}
    clock = zone_of(event, home)
    at = (start.replace(tzinfo=clock).astimezone(UTC) + length).astimezone(home)
    return {"dateTime": at.isoformat(), "timeZone": event["end"].get("timeZone") or clock.key}


def _stamp(event: Event, start: datetime, home: ZoneInfo) -> str:
    if "date" in event["start"]:
        return start.strftime("%Y%m%d")
    return start.replace(tzinfo=zone_of(event, home)).astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
