"""Calendars as text: read back by a strict reader of our own, which shares no mistake with the package that
writes them, they say what was put in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import icalendar
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from backoffice import ical
from tests.calendars import instant, read

START = datetime(2026, 3, 9, 17, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
ZONES = [
    "Europe/Berlin",
    "Europe/Warsaw",
    "America/Sao_Paulo",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
    "UTC",
]


def event(starts_at=START, zone="Europe/Berlin", **fields):
    given = {"uid": "1@test", "summary": "Laboratory", "changed_at": START, **fields}
    return ical.Event(starts_at=starts_at, ends_at=starts_at + HOUR, zone=ZoneInfo(zone), **given)


def told(*events):
    return read(ical.calendar("Centre", events).encode())


def test_an_event_is_told_on_its_zones_clock():
    (found,) = told(event(location="Laboratory, Centre", sequence=7)).all("VEVENT")
    assert found.properties["DTSTART"] == ({"TZID": "Europe/Berlin"}, "20260309T180000")
    assert found.properties["DTEND"] == ({"TZID": "Europe/Berlin"}, "20260309T190000")
    assert found.text("LOCATION") == "Laboratory, Centre"
    assert (found.value("UID"), found.value("SEQUENCE"), found.value("STATUS")) == (
        "1@test",
        "7",
        "CONFIRMED",
    )
    assert found.value("DTSTAMP") == found.value("LAST-MODIFIED") == "20260309T170000Z"


def test_a_calendar_says_its_name_and_how_often_to_ask():
    calendar = read(ical.calendar("Centre; hall, stage", []).encode())
    assert calendar.text("NAME") == calendar.text("X-WR-CALNAME") == "Centre; hall, stage"
    assert calendar.properties["REFRESH-INTERVAL"] == ({"VALUE": "DURATION"}, "PT15M")


def test_a_long_text_is_folded_and_read_back_whole_by_the_package_too():
    name = "Zażółć gęślą jaźń " * 20
    text = ical.calendar("Centre", [event(summary=name)]).encode()
    assert read(text).all("VEVENT")[0].text("SUMMARY") == name
    assert icalendar.Calendar.from_ical(text).events[0]["SUMMARY"] == name


def test_a_calendar_of_nothing_is_a_calendar():
    assert told().inside == []


@given(st.text(max_size=200), st.text(max_size=200))
@example(r"C:\New \\Name \n", "a;b,c\\\nd")
def test_any_text_comes_through_whole_and_smuggles_in_no_line(summary, description):
    (found,) = told(event(summary=summary, description=description)).all("VEVENT")
    assert found.text("SUMMARY") == ical.CONTROL.sub("", summary.replace("\r\n", "\n").replace("\r", "\n"))
    assert len(found.properties) <= 10


@pytest.mark.parametrize("zone", ZONES)
@given(hours=st.integers(0, 24 * 400))
@settings(max_examples=40, deadline=None)
def test_every_hour_of_a_year_is_the_same_instant_by_the_calendars_own_zone(zone, hours):
    starts_at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=30) * hours
    calendar = told(event(starts_at, zone))
    (found,) = calendar.all("VEVENT")
    assert instant(calendar, found, "DTSTART") == starts_at


def test_the_hour_that_comes_twice_is_told_in_utc_the_second_time():
    second = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    (found,) = told(event(second)).all("VEVENT")
    assert found.properties["DTSTART"] == ({}, "20261025T013000Z")


def test_the_zones_changes_are_those_of_the_zone():
    (zone,) = told(event(), event(START + 365 * 24 * HOUR)).all("VTIMEZONE")
    changes = [(one.name, one.value("DTSTART"), one.value("TZOFFSETTO")) for one in zone.inside]
    assert ("DAYLIGHT", "20260329T020000", "+0200") in changes
    assert ("STANDARD", "20261025T030000", "+0100") in changes


def test_the_same_events_are_the_same_text():
    assert ical.calendar("Centre", [event()]) == ical.calendar("Centre", [event()])
