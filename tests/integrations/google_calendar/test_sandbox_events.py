"""The sandbox Google writes events as strictly as Google says it does (4.3)."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

from integrations.sandbox import town
from integrations.sandbox.google_calendar import GoogleCalendarSandbox
from integrations.sandbox.server import Vendors
from integrations.sandbox.wire import Clock
from tests.conftest import NOW
from tests.integrations.google_calendar.conftest import HOLIDAYS, LAB, Ask, reason

TIMES = {
    "start": {"dateTime": "2026-03-10T10:00:00Z"},
    "end": {"dateTime": "2026-03-10T11:00:00Z"},
}


def made(ask: Ask, **fields: Any) -> dict[str, Any]:
    answer = ask("POST", "events", json={**TIMES, "summary": "Game", **fields})
    assert answer.status_code == 200, answer.text
    event: dict[str, Any] = answer.json()
    return event


def test_an_event_is_told_as_google_tells_it(ask: Ask) -> None:
    event = made(ask, description="", transparency="opaque")
    assert event["start"] == {"dateTime": "2026-03-10T11:00:00+01:00", "timeZone": "Europe/Berlin"}
    assert (event["kind"], event["status"], event["eventType"]) == ("calendar#event", "confirmed", "default")
    assert event["etag"].startswith('"')
    assert event["updated"].endswith("Z")
    assert "description" not in event


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": "abcd"},
        {"id": "lm-17"},
        {"id": "lmxyz"},
        {"id": "LM123"},
        {"id": "a" * 1025},
        {"start": {}},
        {"start": {"date": "2026-03-10"}},
        {"start": {"date": "2026-03-10", "dateTime": "2026-03-10T10:00:00Z"}},
        {"start": {"dateTime": "2026-03-10T10:00:00"}},
        {"start": {"dateTime": "2026-03-10T10:00:00Z", "timeZone": "Mars/Olympus"}},
        {"start": {"dateTime": "2026-03-10T12:00:00Z"}},
        {"start": {"date": "2026-03-10"}, "end": {"date": "2026-03-10"}},
        {"status": "perhaps"},
        {"transparency": "glass"},
        {"summary": 7},
        {"guest": "Ada"},
        {"recurrence": ["RRULE:FREQ=DAILY"]},
        {"recurrence": ["every day"]},
        {"extendedProperties": {"private": {"n" * 45: "v"}}},
        {"extendedProperties": {"private": {"n": "v" * 1025}}},
        {"extendedProperties": {"private": {"n": 7}}},
        {"extendedProperties": {"secret": {}}},
    ],
)
def test_an_event_that_does_not_hold_together_is_refused(ask: Ask, wrong: dict[str, Any]) -> None:
    assert ask("POST", "events", json={**TIMES, **wrong}).status_code == 400


def test_what_is_not_json_is_refused(ask: Ask) -> None:
    assert reason(ask("POST", "events", data=b"{half")) == (400, "parseError")
    assert reason(ask("POST", "events", data=b"[]")) == (400, "parseError")


def test_an_id_is_used_once_even_by_a_deleted_event(ask: Ask) -> None:
    made(ask, id="lm123")
    again = {**TIMES, "id": "lm123"}
    assert reason(ask("POST", "events", json=again)) == (409, "duplicate")
    assert ask("DELETE", "events/lm123").status_code == 204
    assert reason(ask("POST", "events", json=again)) == (409, "duplicate")


def test_a_deleted_event_is_told_as_cancelled_and_cannot_be_deleted_again(ask: Ask) -> None:
    made(ask, id="lm123")
    answer = ask("DELETE", "events/lm123")
    assert answer.content == b""
    event = ask("GET", "events/lm123").json()
    assert (event["status"], event["summary"]) == ("cancelled", "Game")
    assert reason(ask("DELETE", "events/lm123")) == (410, "deleted")


def test_a_deleted_event_is_brought_back_by_an_update(google: GoogleCalendarSandbox, ask: Ask) -> None:
    made(ask, id="lm123")
    ask("DELETE", "events/lm123")
    assert ask("PATCH", "events/lm123", json={"summary": "x"}).json()["status"] == "cancelled"
    assert ask("PUT", "events/lm123", json=TIMES).json()["status"] == "confirmed"
    ask("DELETE", "events/lm123")
    google.switch["revive"] = False
    assert reason(ask("PATCH", "events/lm123", json={"status": "confirmed"})) == (403, "forbidden")


@pytest.mark.parametrize(("method", "body"), [("PATCH", {}), ("PUT", TIMES), ("DELETE", None)])
def test_a_write_with_an_old_etag_fails(ask: Ask, method: str, body: Any) -> None:
    old = made(ask, id="lm123")["etag"]
    new = ask("PATCH", "events/lm123", json={"summary": "Other"}).json()["etag"]
    assert old != new
    failed = ask(method, "events/lm123", json=body, headers={"If-Match": old})
    assert reason(failed) == (412, "conditionNotMet")
    assert ask(method, "events/lm123", json=body, headers={"If-Match": new}).ok


def test_a_patch_merges_and_null_removes(ask: Ask) -> None:
    made(ask, id="lm123", location="Hall", extendedProperties={"private": {"a": "1", "b": "2"}})
    patch = {"location": None, "extendedProperties": {"private": {"b": None, "c": "3"}}}
    event = ask("PATCH", "events/lm123", json=patch).json()
    assert "location" not in event
    assert event["extendedProperties"]["private"] == {"a": "1", "c": "3"}
    assert event["summary"] == "Game"


def test_a_whole_day_becomes_a_time_only_when_its_date_is_removed(ask: Ask) -> None:
    days = {"start": {"date": "2026-03-10"}, "end": {"date": "2026-03-11"}}
    made(ask, id="lm123", **days)
    assert ask("PATCH", "events/lm123", json=TIMES).status_code == 400
    patch = {name: {**moment, "date": None} for name, moment in TIMES.items()}
    assert "dateTime" in ask("PATCH", "events/lm123", json=patch).json()["start"]


def test_an_update_replaces_all(ask: Ask) -> None:
    made(ask, id="lm123", location="Hall")
    event = ask("PUT", "events/lm123", json=TIMES).json()
    assert {"location", "summary"} & event.keys() == set()


def test_an_old_sequence_is_refused(ask: Ask) -> None:
    made(ask, id="lm123")
    moved = {**TIMES, "end": {"dateTime": "2026-03-10T12:00:00Z"}}
    assert ask("PUT", "events/lm123", json=moved).json()["sequence"] == 1
    assert ask("PUT", "events/lm123", json={**TIMES, "sequence": 0}).status_code == 400
    assert ask("PUT", "events/lm123", json={**TIMES, "sequence": 1}).status_code == 200


def test_what_google_told_may_be_sent_back(ask: Ask) -> None:
    event = made(ask)
    assert (
        ask("PUT", f"events/{event['id']}", json={**event, "summary": "Typed"}).json()["summary"] == "Typed"
    )


def test_a_read_only_calendar_is_not_written(ask: Ask) -> None:
    path = f"/calendars/{HOLIDAYS.replace('#', '%23')}/events"
    assert reason(ask("POST", path, json=TIMES)) == (403, "requiredAccessLevel")
    assert ask("GET", path).status_code == 200


def test_a_moved_event_is_gone_here_and_there_over_there(ask: Ask) -> None:
    made(ask, id="lm123")
    other = {"destination": "harbour@sandbox.test"}
    assert ask("POST", "events/lm123/move", other).status_code == 200
    assert ask("GET", "events/lm123").json()["status"] == "cancelled"
    assert ask("GET", "/calendars/harbour@sandbox.test/events/lm123").json()["summary"] == "Game"
    assert ask("POST", "events/lm123/move", other).status_code == 400


def test_an_import_is_known_by_its_uid(ask: Ask) -> None:
    assert ask("POST", "events/import", json=TIMES).status_code == 400
    event = ask("POST", "events/import", json={**TIMES, "iCalUID": "a@b.test"}).json()
    found = ask("GET", "events", {"iCalUID": "a@b.test"}).json()
    assert [one["id"] for one in found["items"]] == [event["id"]]


def test_mails_are_sent_in_no_unknown_way(ask: Ask) -> None:
    assert ask("POST", "events", {"sendUpdates": "some"}, json=TIMES).status_code == 400


def test_the_state_survives_being_kept_in_a_file(google: GoogleCalendarSandbox, ask: Ask) -> None:
    made(ask, id="lm123")
    kept: GoogleCalendarSandbox = copy.deepcopy(google)
    assert [event["id"] for event in kept.events(LAB)] == ["lm123"]


def test_a_town_that_was_kept_before_there_were_calendars_gets_an_empty_one(tmp_path: Path) -> None:
    old = Vendors()
    del old.google_calendar
    old.save(tmp_path / "town.pickle")
    assert Vendors.load(tmp_path / "town.pickle").google_calendar.store.calendars == {}


def test_a_town_has_calendars_in_which_people_live() -> None:
    town_of = Vendors(Clock(NOW))
    town.build(town_of)
    assert {event["summary"] for event in town_of.google_calendar.events(town.LAB)} >= {"Lock service"}
    before = town_of.google_calendar.events(town.LAB)
    town.disturb(town_of)
    assert town_of.google_calendar.events(town.LAB) != before


def test_the_page_can_do_all_that_it_offers(google: GoogleCalendarSandbox) -> None:
    act = {action.name: action.run for action in google.actions()}
    hall = act["calendar"](id="hall@sandbox.test", summary="Hall")
    event = act["create"](hall, "Choir", "2026-03-10 18:00", "2026-03-10 20:00").split()[-1]
    series = act["create"](hall, "Yoga", "2026-03-11", "2026-03-12", "FREQ=DAILY;COUNT=3").split()[-1]
    act["drag"](hall, event, "2026-03-10 19:00")
    act["type"](hall, event, summary="Chor")
    act["free"](hall, event)
    act["decline"](hall, event)
    act["delete"](hall, f"{series}_20260312", "following")
    rows = [row for row in google.state()["Events of the next weeks"] if row["calendar"] == hall]
    assert [(row["summary"], row["start"]) for row in rows] == [
        ("Yoga", "2026-03-11"),
        ("Chor", "2026-03-10 19:00"),
    ]
    for name in ("sync", "expire", "revoke"):
        assert act[name]()


def test_what_a_person_cannot_do_is_told_in_words(google: GoogleCalendarSandbox) -> None:
    with pytest.raises(ValueError, match="Not Found"):
        google.remove(LAB, "neverwas")
    with pytest.raises(ValueError, match="Not Found"):
        google.put_event("nobody", "x", "2026-03-10", "2026-03-11")
