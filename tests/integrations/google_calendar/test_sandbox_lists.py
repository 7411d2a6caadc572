"""The sandbox Google lists events as strictly as Google says it does (4.2)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from integrations.sandbox.google_calendar import GoogleCalendarSandbox
from tests.conftest import NOW
from tests.integrations.google_calendar.conftest import HOLIDAYS, LAB, Ask, reason

EIGHT, NINE = "2026-03-09T08:00:00Z", "2026-03-09T09:00:00Z"


def put(google: GoogleCalendarSandbox, count: int = 1, **fields: Any) -> list[str]:
    hours = [NOW + timedelta(hours=n) for n in range(count + 1)]
    return [google.put_event(LAB, f"Game {n}", hours[n], hours[n + 1], **fields) for n in range(count)]


def ids(found: dict[str, Any]) -> list[str]:
    return [event["id"] for event in found["items"]]


@pytest.mark.parametrize(
    "more",
    [
        {"timeMin": EIGHT},
        {"timeMax": EIGHT},
        {"updatedMin": EIGHT},
        {"q": "a"},
        {"iCalUID": "a"},
        {"orderBy": "updated"},
        {"privateExtendedProperty": "a=b"},
        {"sharedExtendedProperty": "a=b"},
        {"showDeleted": "false"},
        {"singleEvents": "true"},
        {"maxResults": "7"},
        {"eventTypes": "default"},
    ],
)
def test_a_sync_token_goes_with_the_parameters_of_the_first_list_only(ask: Ask, more: dict[str, str]) -> None:
    token = ask("GET", "events").json()["nextSyncToken"]
    assert ask("GET", "events", {"syncToken": token}).status_code == 200
    assert ask("GET", "events", {"syncToken": token, **more}).status_code == 400


def test_a_first_list_in_a_window_has_a_token_too(ask: Ask) -> None:
    found = ask("GET", "events", {"timeMin": EIGHT, "timeMax": NINE}).json()
    assert "nextSyncToken" in found


@pytest.mark.parametrize("more", [{"q": "a"}, {"updatedMin": EIGHT}, {"orderBy": "updated"}])
def test_a_list_that_a_token_cannot_go_on_from_has_none(ask: Ask, more: dict[str, str]) -> None:
    assert "nextSyncToken" not in ask("GET", "events", more).json()


def test_the_last_page_alone_has_a_sync_token(google: GoogleCalendarSandbox, ask: Ask) -> None:
    made = put(google, 3)
    first = ask("GET", "events", {"maxResults": 2}).json()
    last = ask("GET", "events", {"maxResults": 2, "pageToken": first["nextPageToken"]}).json()
    assert ids(first) + ids(last) == made
    assert "nextSyncToken" not in first
    assert "nextPageToken" not in last
    assert "nextSyncToken" in last


def test_a_page_token_is_of_its_list_alone(google: GoogleCalendarSandbox, ask: Ask) -> None:
    put(google, 3)
    token = ask("GET", "events", {"maxResults": 2}).json()["nextPageToken"]
    assert reason(ask("GET", "events", {"pageToken": token})) == (400, "invalid")
    assert reason(ask("GET", "events", {"maxResults": 2, "pageToken": "made-up"})) == (400, "invalid")


def test_a_token_of_another_calendar_is_invalid(ask: Ask) -> None:
    token = ask("GET", "events").json()["nextSyncToken"]
    other = ask("GET", "/calendars/harbour@sandbox.test/events", {"syncToken": token})
    assert reason(other) == (400, "invalid")


def test_an_expired_token_is_gone(google: GoogleCalendarSandbox, ask: Ask) -> None:
    token = ask("GET", "events").json()["nextSyncToken"]
    google.expire_sync_tokens("harbour@sandbox.test")
    assert ask("GET", "events", {"syncToken": token}).status_code == 200
    google.expire_sync_tokens(LAB)
    assert reason(ask("GET", "events", {"syncToken": token})) == (410, "fullSyncRequired")


def test_the_bounds_of_a_window_are_exclusive(google: GoogleCalendarSandbox, ask: Ask) -> None:
    put(google)
    assert ids(ask("GET", "events", {"timeMin": NINE}).json()) == []
    assert ids(ask("GET", "events", {"timeMax": EIGHT}).json()) == []
    assert len(ids(ask("GET", "events", {"timeMin": EIGHT, "timeMax": NINE}).json())) == 1


@pytest.mark.parametrize(
    ("query", "why"),
    [
        ({"timeMin": NINE, "timeMax": EIGHT}, "timeRangeEmpty"),
        ({"timeMin": "2026-03-09T08:00:00"}, "badRequest"),
        ({"timeMin": "monday"}, "badRequest"),
        ({"orderBy": "startTime"}, "invalid"),
        ({"orderBy": "summary", "singleEvents": "true"}, "invalid"),
        ({"maxResults": "0"}, "invalid"),
        ({"singleEvents": "yes"}, "invalid"),
        ({"sendUpdate": "none"}, "invalid"),
    ],
)
def test_a_list_that_does_not_hold_together_is_refused(ask: Ask, query: dict[str, str], why: str) -> None:
    assert reason(ask("GET", "events", query)) == (400, why)


def test_deleted_events_are_shown_when_asked_for_and_bare(google: GoogleCalendarSandbox, ask: Ask) -> None:
    (ref,) = put(google)
    google.remove(LAB, ref)
    assert ids(ask("GET", "events").json()) == []
    (event,) = ask("GET", "events", {"showDeleted": "true"}).json()["items"]
    assert event.keys() == {"kind", "etag", "id", "status"}
    google.switch["cancelled"] = "full"
    assert "summary" in ask("GET", "events", {"showDeleted": "true"}).json()["items"][0]


def test_a_private_property_finds_its_event(google: GoogleCalendarSandbox, ask: Ask) -> None:
    (ref,) = put(google, extendedProperties={"private": {"room": "3"}})
    put(google)
    assert ids(ask("GET", "events", {"privateExtendedProperty": "room=3"}).json()) == [ref]
    assert ids(ask("GET", "events", {"privateExtendedProperty": "room=4"}).json()) == []


def test_events_come_by_start_when_asked_for(google: GoogleCalendarSandbox, ask: Ask) -> None:
    late = google.put_event(LAB, "late", "2026-03-12 10:00", "2026-03-12 11:00")
    early = google.put_event(LAB, "early", "2026-03-11", "2026-03-12")
    found = ask("GET", "events", {"orderBy": "startTime", "singleEvents": "true"}).json()
    assert ids(found) == [early, late]


def test_busy_times_are_merged_and_free_ones_left_out(google: GoogleCalendarSandbox, ask: Ask) -> None:
    put(google, 2)
    google.put_event(LAB, "free", "2026-03-09 12:00", "2026-03-09 13:00", transparency="transparent")
    span = {"timeMin": "2026-03-09T00:00:00Z", "timeMax": "2026-03-10T00:00:00Z"}
    body = {**span, "items": [{"id": LAB}, {"id": "nobody"}]}
    found = ask("POST", "/freeBusy", json=body).json()["calendars"]
    assert found[LAB]["busy"] == [{"start": EIGHT, "end": "2026-03-09T10:00:00Z"}]
    assert found["nobody"]["errors"][0]["reason"] == "notFound"
    assert ask("POST", "/freeBusy", json={"items": []}).status_code == 400


def test_calendars_are_listed_by_least_role_and_in_pages(ask: Ask) -> None:
    path = "/users/me/calendarList"
    assert HOLIDAYS in ids(ask("GET", path).json())
    assert HOLIDAYS not in ids(ask("GET", path, {"minAccessRole": "writer"}).json())
    first = ask("GET", path, {"maxResults": 2}).json()
    last = ask("GET", path, {"maxResults": 2, "pageToken": first["nextPageToken"]}).json()
    assert len(ids(first) + ids(last)) == 3
    assert ask("GET", path, {"minAccessRole": "king"}).status_code == 400


def test_the_primary_calendar_has_a_second_name(ask: Ask) -> None:
    assert ask("GET", "/calendars/primary").json()["id"] == LAB


def test_a_quota_is_of_a_sliding_minute(google: GoogleCalendarSandbox, ask: Ask) -> None:
    google.switch["per_minute"] = 2
    assert [ask("GET", "events").status_code for _ in range(3)] == [200, 200, 403]
    google.clock.move(timedelta(minutes=1))
    assert ask("GET", "events").status_code == 200


def test_what_is_not_there_is_not_there(ask: Ask) -> None:
    assert reason(ask("GET", "/calendars/nobody/events")) == (404, "notFound")
    assert reason(ask("GET", "events/neverwas")) == (404, "notFound")
    assert ask("GET", "/nothing").headers["Content-Type"].startswith("text/html")
