"""Google's rows are read as what they mean: ends are exclusive, days are the calendar's (4.3)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.sandbox.google_calendar import GoogleCalendarSandbox
from integrations.types import CalendarEventRecord
from integrations.vendors.google_calendar import GoogleCalendar, rows
from tests.integrations.google_calendar.conftest import HOLIDAYS, LAB

BERLIN = ZoneInfo("Europe/Berlin")


def read(client: GoogleCalendar, calendar: str = LAB) -> CalendarEventRecord:
    (event,) = client.changes(calendar).events
    return event


def row(**changed: Any) -> dict[str, Any]:
    start, end = {"dateTime": "2026-03-10T10:00:00Z"}, {"dateTime": "2026-03-10T11:00:00Z"}
    return {"id": "e1abc", "status": "confirmed", "start": start, "end": end, **changed}


def test_times_become_utc_and_the_zone_is_kept(google: GoogleCalendarSandbox, client: GoogleCalendar) -> None:
    google.put_event(LAB, "Game", "2026-07-01 18:00", "2026-07-01 19:00")
    event = read(client)
    assert event.starts_at == datetime(2026, 7, 1, 16, tzinfo=UTC)
    assert event.starts_at is not None
    assert event.starts_at.tzinfo is UTC
    assert (event.timezone, event.all_day, event.first_day) == ("Europe/Berlin", False, None)


def test_a_whole_day_ends_where_the_next_begins_and_is_one_day(
    google: GoogleCalendarSandbox, client: GoogleCalendar
) -> None:
    google.put_event(LAB, "Closed", "2026-12-05", "2026-12-06")
    event = read(client)
    assert (event.all_day, event.first_day, event.last_day) == (True, date(2026, 12, 5), date(2026, 12, 5))
    assert event.starts_at == datetime(2026, 12, 4, 23, tzinfo=UTC)
    assert event.ends_at == datetime(2026, 12, 5, 23, tzinfo=UTC)


def test_whole_days_are_days_of_the_calendars_zone(
    google: GoogleCalendarSandbox, client: GoogleCalendar
) -> None:
    google.put_event("harbour@sandbox.test", "Closed", "2026-12-05", "2026-12-06")
    assert read(client, "harbour@sandbox.test").starts_at == datetime(2026, 12, 5, tzinfo=UTC)


def test_whole_days_over_a_clock_change_last_as_long_as_they_do(
    google: GoogleCalendarSandbox, client: GoogleCalendar
) -> None:
    google.put_event(LAB, "Closed", "2026-03-28", "2026-03-30")
    event = read(client)
    assert event.starts_at is not None
    assert event.ends_at is not None
    assert event.ends_at - event.starts_at == timedelta(hours=47)
    assert event.last_day == date(2026, 3, 29)


def test_one_event_by_itself_has_the_calendars_days_too(
    google: GoogleCalendarSandbox, client: GoogleCalendar
) -> None:
    ref = google.put_event("harbour@sandbox.test", "Closed", "2026-12-05", "2026-12-06")
    event = client.event("harbour@sandbox.test", ref)
    assert event is not None
    assert event.starts_at == datetime(2026, 12, 5, tzinfo=UTC)


def test_an_event_that_never_was_is_none(client: GoogleCalendar) -> None:
    assert client.event(LAB, "neverwas") is None


def test_a_deleted_event_is_still_told_as_cancelled(
    google: GoogleCalendarSandbox, client: GoogleCalendar
) -> None:
    ref = google.put_event(LAB, "Game", "2026-07-01 18:00", "2026-07-01 19:00")
    google.remove(LAB, ref)
    event = client.event(LAB, ref)
    assert event is not None
    assert event.cancelled


def test_transparent_declined_and_special_events_are_told_as_such(
    google: GoogleCalendarSandbox, client: GoogleCalendar
) -> None:
    day = ("2026-07-01", "2026-07-02")
    google.put_event(LAB, "free", *day, transparency="transparent")
    google.put_event(LAB, "office", *day, eventType="workingLocation")
    google.put_event(LAB, "cake", *day, eventType="birthday")
    google.decline(LAB, google.put_event(LAB, "invitation", *day))
    found = {event.summary: event for event in client.changes(LAB).events}
    assert [name for name, event in found.items() if event.transparent] == ["free"]
    assert [name for name, event in found.items() if event.declined] == ["invitation"]
    assert (found["office"].kind, found["cake"].kind, found["free"].kind) == (
        "workingLocation",
        "birthday",
        "default",
    )


def test_somebody_elses_no_is_not_ours() -> None:
    guests = [
        {"email": "a@b.test", "responseStatus": "declined"},
        {"email": "c@d.test", "self": True, "responseStatus": "accepted"},
    ]
    assert not rows.event(row(attendees=guests), BERLIN).declined


def test_what_a_person_types_is_never_a_mark(google: GoogleCalendarSandbox, client: GoogleCalendar) -> None:
    google.put_event(
        LAB, "#block LM latchkey=house", "2026-07-01", "2026-07-02", description='{"latchkey": "house"}'
    )
    event = read(client)
    assert (event.mark, event.made_by("house")) == ({}, False)


def test_shared_properties_are_no_mark() -> None:
    properties = {"shared": {"latchkey": "house"}}
    assert not rows.event(row(extendedProperties=properties), BERLIN).made_by("house")


def test_a_point_in_time_is_an_event(client: GoogleCalendar, google: GoogleCalendarSandbox) -> None:
    google.put_event(LAB, "alarm", "2026-07-01 18:00", "2026-07-01 18:00")
    event = read(client)
    assert event.starts_at == event.ends_at


def test_a_time_without_an_offset_is_of_its_own_zone() -> None:
    start = {"dateTime": "2026-07-01T18:00:00", "timeZone": "Europe/London"}
    end = {"dateTime": "2026-07-01T19:00:00", "timeZone": "Europe/London"}
    assert rows.event(row(start=start, end=end), BERLIN).starts_at == datetime(2026, 7, 1, 17, tzinfo=UTC)


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": ""},
        {"id": 7},
        {"start": None},
        {"start": {}},
        {"start": {"dateTime": "2026-07-01T18:00:00"}},
        {"start": {"dateTime": "2026-07-01T18:00:00", "timeZone": "Mars/Olympus"}},
        {"start": {"date": "soon"}},
        {"start": ["2026-07-01"]},
        {"end": {"dateTime": "2026-03-10T09:59:59Z"}},
        {"updated": "yesterday"},
        {"summary": {"text": "Game"}},
    ],
)
def test_a_row_that_is_not_what_google_describes_is_unreadable(wrong: dict[str, Any]) -> None:
    with pytest.raises(rows.Unreadable):
        rows.event(row(**wrong), BERLIN)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    ["id", "start", "end", "dateTime", "date", "timeZone", "status", "attendees"]
                ),
                inner,
                max_size=5,
            )
        ),
    )
)
def test_nothing_but_unreadable_comes_of_any_row(raw: Any) -> None:
    try:
        event = rows.event(raw, BERLIN)
    except rows.Unreadable:
        return
    assert event.ref


def test_the_account_has_its_calendars_and_may_not_write_all_of_them(
    google: GoogleCalendarSandbox, client: GoogleCalendar
) -> None:
    found = {record.ref: record for record in client.calendars().records}
    assert found.keys() == {LAB, HOLIDAYS, "harbour@sandbox.test"}
    assert (found[LAB].primary, found[LAB].can_write, found[LAB].title) == (True, True, "Laboratory")
    assert not found[HOLIDAYS].can_write
    assert found["harbour@sandbox.test"].timezone == "Europe/London"


def test_a_long_list_of_calendars_is_read_to_its_end(
    google: GoogleCalendarSandbox, client: GoogleCalendar
) -> None:
    for n in range(260):
        google.create_calendar(f"room{n}@sandbox.test")
    assert len(client.calendars().records) == 263


def test_a_calendar_with_odd_signs_in_its_id_is_found(client: GoogleCalendar) -> None:
    assert client.calendar(HOLIDAYS).title == "Holidays"
    assert client.changes(HOLIDAYS).events == ()


def test_a_calendar_that_is_shared_but_not_listed_is_found(
    google: GoogleCalendarSandbox, client: GoogleCalendar
) -> None:
    google.create_calendar("hidden@sandbox.test", "Hidden", "Europe/London", role="reader", listed=False)
    record = client.calendar("hidden@sandbox.test")
    assert (record.title, record.timezone, record.can_write) == ("Hidden", "Europe/London", False)
