"""A strict reader of iCalendar text, for tests: what a calendar program would make of it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

PROPERTY = re.compile(r"([A-Z-]+)((?:;[A-Z-]+=[^;:]+)*):(.*)", re.DOTALL)
ESCAPES = {"\\": "\\", ";": ";", ",": ",", "n": "\n", "N": "\n"}


@dataclass
class Component:
    """BEGIN to END: properties by name, each with its parameters, and components inside."""

    name: str
    properties: dict[str, tuple[dict[str, str], str]] = field(default_factory=dict)
    inside: list[Component] = field(default_factory=list)

    def value(self, name):
        return self.properties[name][1]

    def text(self, name):
        return re.sub(r"\\(.)", lambda found: ESCAPES[found[1]], self.value(name))

    def all(self, name):
        return [one for one in self.inside if one.name == name]


def read(octets):
    """The calendar; AssertionError for what RFC 5545 does not allow."""
    assert octets.endswith(b"\r\n")
    physical = octets[:-2].split(b"\r\n")
    assert all(len(line) <= 75 for line in physical)
    assert not any(b"\n" in line or b"\r" in line for line in physical)
    [line.decode() for line in physical]  # no character is cut in two
    logical = octets[:-2].decode().replace("\r\n ", "").split("\r\n")
    root = Component("")
    stack = [root]
    for line in logical:
        _take(line, stack)
    assert stack == [root]
    (calendar,) = root.inside
    assert calendar.name == "VCALENDAR"
    assert calendar.value("VERSION") == "2.0"
    return calendar


def _take(line, stack):
    found = PROPERTY.fullmatch(line)
    assert found, line
    name, parameters, value = found.groups()
    if name == "BEGIN":
        stack[-1].inside.append(Component(value))
        stack.append(stack[-1].inside[-1])
    elif name == "END":
        assert stack.pop().name == value
    else:
        assert name not in stack[-1].properties, f"{name} twice"
        given = dict(one.split("=", 1) for one in parameters.split(";") if one)
        stack[-1].properties[name] = given, value


def instant(calendar, event, name):
    """A time of an event in UTC, by what the calendar itself says of its zone."""
    parameters, value = event.properties[name]
    if value.endswith("Z"):
        return datetime.strptime(value, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    local = datetime.strptime(value, "%Y%m%dT%H%M%S")  # noqa: DTZ007 the zone comes next
    zones = [zone for zone in calendar.all("VTIMEZONE") if zone.value("TZID") == parameters["TZID"]]
    onsets = sorted((one.value("DTSTART"), one.value("TZOFFSETTO")) for one in zones[0].inside)
    offset = [to for onset, to in onsets if onset <= value][-1]
    sign = -1 if offset[0] == "-" else 1
    return (local - sign * timedelta(hours=int(offset[1:3]), minutes=int(offset[3:5]))).replace(tzinfo=UTC)
