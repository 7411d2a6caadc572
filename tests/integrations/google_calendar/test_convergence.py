"""Whoever follows the changes by token knows what is in the calendar, whatever people did there (L3)."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from integrations.errors import StartOver
from integrations.sandbox.google_calendar import GoogleCalendarSandbox
from integrations.sandbox.google_calendar.store import Event
from integrations.sandbox.server import Server, Vendors
from integrations.sandbox.wire import Clock
from integrations.types import CalendarEventRecord
from integrations.vendors import google_calendar
from integrations.vendors.google_calendar import GoogleCalendar
from tests.conftest import NOW
from tests.integrations.google_calendar.conftest import LAB
from tests.integrations.support import settings_for

ACT = st.tuples(
    st.sampled_from(["put", "repeat", "day", "drag", "edit", "remove", "expire", "read"]),
    st.integers(0, 30),
    st.sampled_from(["this", "following", "all"]),
)


def live(act: tuple[str, int, str], google: GoogleCalendarSandbox) -> None:
    """One thing that a person does."""
    name, number, which = act
    start, events = NOW + timedelta(hours=number), google.events(LAB)
    rule = {"recurrence": ["RRULE:FREQ=DAILY;COUNT=3"]} if name == "repeat" else {}
    if name in ("put", "repeat"):
        google.put_event(LAB, f"Game {number}", start, start + timedelta(hours=1), **rule)
    elif name == "day":
        google.put_event(LAB, "Closed", start.date(), start.date() + timedelta(days=1))
    elif name == "expire":
        google.expire_sync_tokens()
    elif events and name != "read":
        touch(google, name, events[number % len(events)], which)


def touch(google: GoogleCalendarSandbox, name: str, event: Event, which: str) -> None:
    if name == "drag" and "dateTime" in event["start"]:
        google.drag(LAB, event["id"], NOW + timedelta(hours=40), which=which)
    elif name == "edit":
        google.edit(LAB, event["id"], which, summary="Typed")
    elif name == "remove":
        google.remove(LAB, event["id"], which)


def follow(
    client: GoogleCalendar, known: dict[str, CalendarEventRecord], token: str
) -> tuple[dict[str, CalendarEventRecord], str]:
    """What is known after another reading, and where the next one goes on."""
    try:
        changes = client.changes(LAB, token)
    except StartOver:
        changes = client.changes(LAB)
    seen = {} if changes.complete else dict(known)
    for event in changes.events:
        seen.pop(event.ref, None)
        if not event.cancelled:
            seen[event.ref] = event
    return seen, changes.next_token


@settings(max_examples=15, deadline=None)
@given(st.lists(ACT, max_size=8))
def test_following_the_changes_is_knowing_the_calendar(acts: list[tuple[str, int, str]]) -> None:
    server = Server(Vendors(Clock(NOW))).start()
    google = server.vendors.google_calendar
    google.switch.update(delivery="by hand", page_cap=3)
    google.create_calendar(LAB)
    url = f"{server.url}/google_calendar"
    client = google_calendar.connect(settings_for(f"{url}/calendar/v3", google.secrets_at(url)))
    known, token = follow(client, {}, "")
    for act in acts:
        live(act, google)
        if act[0] in ("read", "expire", "remove"):
            known, token = follow(client, known, token)
    known, token = follow(client, known, token)
    server.stop()
    there = {event["id"]: event["etag"] for event in google.events(LAB)}
    assert {ref: event.etag for ref, event in known.items()} == there
