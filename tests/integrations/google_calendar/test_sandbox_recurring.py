"""The sandbox Google's recurring events: rules, exceptions, and "this and following" (4.2, B8)."""

from __future__ import annotations

from typing import Any

import pytest

from integrations.sandbox.google_calendar import GoogleCalendarSandbox
from tests.integrations.google_calendar.conftest import LAB, Ask, reason

SINGLE = {"singleEvents": "true"}


def series(google: GoogleCalendarSandbox, rule: str, *more: str, start: str = "2026-03-23 18:00") -> str:
    end = start.replace("18:00", "20:00")
    return google.put_event(LAB, "Choir", start, end, recurrence=[f"RRULE:{rule}", *more])


def days(google: GoogleCalendarSandbox) -> list[str]:
    return [(event["start"].get("dateTime") or event["start"]["date"])[5:16] for event in google.events(LAB)]


def changes(ask: Ask, token: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = ask("GET", "events", {**SINGLE, "syncToken": token}).json()["items"]
    return found


def token_of(ask: Ask) -> str:
    return str(ask("GET", "events", SINGLE).json()["nextSyncToken"])


@pytest.mark.parametrize(
    ("rule", "dates"),
    [
        ("FREQ=DAILY;COUNT=3", ["23", "24", "25"]),
        ("FREQ=DAILY;INTERVAL=2;UNTIL=20260327T170000Z", ["23", "25", "27"]),
        ("FREQ=DAILY;UNTIL=20260324", ["23", "24"]),
        ("FREQ=WEEKLY;COUNT=2", ["23", "30"]),
        ("FREQ=WEEKLY;BYDAY=MO,WE;COUNT=4", ["23", "25", "30", "01"]),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO;COUNT=2", ["23", "06"]),
        ("FREQ=MONTHLY;COUNT=3", ["23", "23", "23"]),
        ("FREQ=MONTHLY;BYDAY=4MO;COUNT=2", ["23", "27"]),
    ],
)
def test_a_rule_gives_its_days_at_the_same_hour(
    google: GoogleCalendarSandbox, rule: str, dates: list[str]
) -> None:
    series(google, rule)
    assert [day[3:] for day in days(google)] == [f"{date}T18:00" for date in dates]


def test_left_out_days_are_left_out(google: GoogleCalendarSandbox) -> None:
    series(google, "FREQ=DAILY;COUNT=3", "EXDATE;TZID=Europe/Berlin:20260324T180000")
    assert days(google) == ["03-23T18:00", "03-25T18:00"]


def test_the_skipped_hour_is_shifted_and_no_day_is_lost(google: GoogleCalendarSandbox) -> None:
    rule = ["RRULE:FREQ=DAILY;COUNT=3"]
    google.put_event(LAB, "Night", "2026-03-28 02:30", "2026-03-28 03:00", recurrence=rule)
    assert days(google) == ["03-28T02:30", "03-29T03:30", "03-30T02:30"]


def test_whole_days_recur_as_days(google: GoogleCalendarSandbox) -> None:
    rule = ["RRULE:FREQ=WEEKLY;COUNT=2"]
    ref = google.put_event(LAB, "Closed", "2026-03-28", "2026-03-30", recurrence=rule)
    assert [event["id"] for event in google.events(LAB)] == [f"{ref}_20260328", f"{ref}_20260404"]
    assert google.events(LAB)[1]["end"] == {"date": "2026-04-06"}


def test_a_rule_without_an_end_is_followed_for_two_years(google: GoogleCalendarSandbox) -> None:
    series(google, "FREQ=WEEKLY")
    assert len(days(google)) == 105


def test_a_list_tells_the_rule_or_the_instances(google: GoogleCalendarSandbox, ask: Ask) -> None:
    ref = series(google, "FREQ=DAILY;COUNT=3")
    assert [event["id"] for event in ask("GET", "events").json()["items"]] == [ref]
    single = ask("GET", "events", SINGLE).json()["items"]
    assert {event["recurringEventId"] for event in single} == {ref}
    assert all("recurrence" not in event for event in single)
    assert ask("GET", f"events/{single[0]['id']}").json()["originalStartTime"] == single[0]["start"]


def test_instances_are_listed_by_themselves(google: GoogleCalendarSandbox, ask: Ask) -> None:
    ref = series(google, "FREQ=DAILY;COUNT=3")
    google.remove(LAB, f"{ref}_20260324T170000Z")
    assert len(ask("GET", f"events/{ref}/instances").json()["items"]) == 2
    assert len(ask("GET", f"events/{ref}/instances", {"showDeleted": "true"}).json()["items"]) == 3
    single = google.put_event(LAB, "Once", "2026-03-10", "2026-03-11")
    assert reason(ask("GET", f"events/{single}/instances")) == (400, "invalid")


def test_a_dragged_instance_keeps_its_id_and_its_original_start(
    google: GoogleCalendarSandbox, ask: Ask
) -> None:
    ref = series(google, "FREQ=DAILY;COUNT=3")
    token = token_of(ask)
    one = f"{ref}_20260324T170000Z"
    google.drag(LAB, one, "2026-03-24 20:00")
    (event,) = changes(ask, token)
    assert (event["id"], event["start"]["dateTime"]) == (one, "2026-03-24T20:00:00+01:00")
    assert event["originalStartTime"]["dateTime"] == "2026-03-24T18:00:00+01:00"
    assert days(google) == ["03-23T18:00", "03-24T20:00", "03-25T18:00"]


def test_an_instance_may_be_written_through_the_api(google: GoogleCalendarSandbox, ask: Ask) -> None:
    ref = series(google, "FREQ=DAILY;COUNT=2")
    path = f"events/{ref}_20260324T170000Z"
    assert ask("PATCH", path, json={"summary": "Guest"}).json()["summary"] == "Guest"
    assert ask("DELETE", path).status_code == 204
    assert reason(ask("DELETE", path)) == (410, "deleted")
    assert days(google) == ["03-23T18:00"]


def test_this_and_following_is_a_new_series_with_new_ids(google: GoogleCalendarSandbox, ask: Ask) -> None:
    ref = series(google, "FREQ=DAILY;COUNT=4")
    token = token_of(ask)
    new = google.drag(LAB, f"{ref}_20260325T170000Z", "2026-03-25 19:00", which="following")
    assert new == f"{ref}_R20260325T170000"
    assert days(google) == ["03-23T18:00", "03-24T18:00", "03-25T19:00", "03-26T19:00"]
    found = changes(ask, token)
    gone = {event["id"] for event in found if event["status"] == "cancelled"}
    assert gone == {f"{ref}_20260325T170000Z", f"{ref}_20260326T170000Z"}
    fresh = [event for event in found if event.get("recurringEventId") == new]
    assert [event["start"]["dateTime"][11:16] for event in fresh] == ["19:00", "19:00"]


def test_deleting_this_and_following_keeps_what_came_before(google: GoogleCalendarSandbox) -> None:
    ref = series(google, "FREQ=DAILY;COUNT=4")
    google.remove(LAB, f"{ref}_20260325T170000Z", "following")
    assert days(google) == ["03-23T18:00", "03-24T18:00"]


def test_dragging_all_moves_all_by_as_much(google: GoogleCalendarSandbox, ask: Ask) -> None:
    ref = series(google, "FREQ=DAILY;COUNT=2")
    token = token_of(ask)
    google.drag(LAB, f"{ref}_20260324T170000Z", "2026-03-24 19:00", which="all")
    assert days(google) == ["03-23T19:00", "03-24T19:00"]
    assert sorted(event["status"] for event in changes(ask, token)) == ["cancelled"] * 2 + ["confirmed"] * 2


@pytest.mark.parametrize("mode", ["instances", "series"])
def test_a_deleted_series_is_told_by_its_instances_or_by_itself(
    google: GoogleCalendarSandbox, ask: Ask, mode: str
) -> None:
    google.switch["series_deletion"] = mode
    ref = series(google, "FREQ=DAILY;COUNT=2")
    token = token_of(ask)
    google.remove(LAB, f"{ref}_20260323T170000Z", "all")
    found = changes(ask, token)
    assert {event["status"] for event in found} == {"cancelled"}
    ids = {ref} if mode == "series" else {f"{ref}_20260323T170000Z", f"{ref}_20260324T170000Z"}
    assert {event["id"] for event in found} == ids
    assert days(google) == []


def test_a_series_that_is_brought_back_has_its_instances_again(
    google: GoogleCalendarSandbox, ask: Ask
) -> None:
    ref = series(google, "FREQ=DAILY;COUNT=2")
    google.remove(LAB, f"{ref}_20260323T170000Z", "all")
    assert ask("PATCH", f"events/{ref}", json={"status": "confirmed"}).status_code == 200
    assert days(google) == ["03-23T18:00", "03-24T18:00"]


@pytest.mark.parametrize(
    "lines",
    [
        ["RRULE:FREQ=SECONDLY"],
        ["RRULE:FREQ=DAILY;COUNT=2;UNTIL=20260401"],
        ["RRULE:FREQ=DAILY", "RRULE:FREQ=WEEKLY"],
        ["RRULE:FREQ=DAILY;COUNT=many"],
        ["FREQ=DAILY"],
        "RRULE:FREQ=DAILY",
    ],
)
def test_a_rule_that_is_none_is_refused(google: GoogleCalendarSandbox, lines: Any) -> None:
    with pytest.raises(ValueError, match="recurrence"):
        google.put_event(LAB, "Choir", "2026-03-23 18:00", "2026-03-23 20:00", recurrence=lines)
