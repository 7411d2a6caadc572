"""Changes are read to the last page, by a token that is only worth what Google says (4.2)."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from integrations.errors import Garbled, Missing, Refused, StartOver, Unavailable
from integrations.sandbox.google_calendar import GoogleCalendarSandbox
from integrations.types import EventChanges
from integrations.vendors.google_calendar import GoogleCalendar, pages
from tests.conftest import NOW
from tests.integrations.google_calendar.conftest import LAB

LIST = "GET /calendar/v3/calendars"


def put(google: GoogleCalendarSandbox, count: int = 1) -> list[str]:
    return [
        google.put_event(LAB, f"Game {n}", NOW + timedelta(hours=n), NOW + timedelta(hours=n + 1))
        for n in range(count)
    ]


def refs(changes: EventChanges) -> set[str]:
    return {event.ref for event in changes.events}


def test_the_first_reading_is_complete_and_ends_with_a_token(
    google: GoogleCalendarSandbox, client: GoogleCalendar
) -> None:
    made = put(google, 3)
    found = client.changes(LAB)
    assert (refs(found), found.complete, found.rejected) == (set(made), True, ())
    assert found.next_token
    assert found.timezone == "Europe/Berlin"


def test_short_and_empty_pages_do_not_end_a_list(
    google: GoogleCalendarSandbox, client: GoogleCalendar
) -> None:
    google.switch.update(page_cap=2, empty_pages=True)
    made = put(google, 5)
    found = client.changes(LAB)
    assert refs(found) == set(made)
    assert len(google.calls(LIST)) == 4
    assert client.changes(LAB, found.next_token).events == ()


def test_the_token_is_the_last_pages_and_covers_what_changed_while_pages_were_read(
    google: GoogleCalendarSandbox, client: GoogleCalendar, monkeypatch: pytest.MonkeyPatch
) -> None:
    google.switch["page_cap"] = 1
    put(google, 2)
    read = pages.page

    def meanwhile(*given: object) -> pages.Page:
        found = read(*given)  # type: ignore[arg-type]
        late.extend(put(google) if not late else [])
        return found

    late: list[str] = []
    monkeypatch.setattr(pages, "page", meanwhile)
    first = client.changes(LAB)
    assert late[0] not in refs(first)
    assert refs(client.changes(LAB, first.next_token)) == set(late)


def test_nothing_changed_is_nothing_told(google: GoogleCalendarSandbox, client: GoogleCalendar) -> None:
    put(google, 2)
    token = client.changes(LAB).next_token
    again = client.changes(LAB, token)
    assert (again.events, again.complete) == ((), False)


def test_a_deleted_event_comes_as_cancelled_with_little_more_than_its_id(
    google: GoogleCalendarSandbox, client: GoogleCalendar
) -> None:
    (ref,) = put(google)
    token = client.changes(LAB).next_token
    google.remove(LAB, ref)
    (event,) = client.changes(LAB, token).events
    assert (event.ref, event.cancelled, event.starts_at, event.summary) == (ref, True, None, "")


def test_deleted_events_are_not_among_those_of_a_first_reading(
    google: GoogleCalendarSandbox, client: GoogleCalendar
) -> None:
    (ref,) = put(google)
    google.remove(LAB, ref)
    assert client.changes(LAB).events == ()


def test_both_readings_have_the_same_parameters_but_for_the_forbidden_ones(
    google: GoogleCalendarSandbox, client: GoogleCalendar
) -> None:
    token = client.changes(LAB, since=NOW).next_token
    client.changes(LAB, token)
    first, second = (call.query for call in google.calls(LIST))
    assert first == {"singleEvents": "true", "maxResults": "2500", "timeMin": "2026-03-09T08:00:00Z"}
    assert second.keys() == {"singleEvents", "maxResults", "syncToken"}
    assert all(first[name] == second[name] for name in ("singleEvents", "maxResults"))


def test_since_leaves_out_what_ended_before(google: GoogleCalendarSandbox, client: GoogleCalendar) -> None:
    google.put_event(LAB, "over", NOW - timedelta(hours=2), NOW)
    running = google.put_event(LAB, "running", NOW - timedelta(hours=1), NOW + timedelta(hours=1))
    assert refs(client.changes(LAB, since=NOW)) == {running}


def test_what_lies_outside_the_window_may_come_by_token(
    google: GoogleCalendarSandbox, client: GoogleCalendar
) -> None:
    token = client.changes(LAB, since=NOW).next_token
    past = google.put_event(LAB, "noted later", NOW - timedelta(days=3), NOW - timedelta(days=2))
    assert refs(client.changes(LAB, token)) == {past}


def test_a_token_that_is_too_old_says_start_over_and_starting_over_finds_all(
    google: GoogleCalendarSandbox, client: GoogleCalendar
) -> None:
    made = put(google, 2)
    token = client.changes(LAB).next_token
    google.expire_sync_tokens(LAB)
    with pytest.raises(StartOver):
        client.changes(LAB, token)
    assert refs(client.changes(LAB)) == set(made)


def test_a_410_without_a_reason_says_start_over_too(
    google: GoogleCalendarSandbox, client: GoogleCalendar
) -> None:
    token = client.changes(LAB).next_token
    body = json.dumps({"error": {"code": 410, "message": "Gone"}})
    google.fail("status", status=410, body=body, content_type="application/json")
    with pytest.raises(StartOver):
        client.changes(LAB, token)


def test_a_token_that_is_none_says_start_over(client: GoogleCalendar) -> None:
    with pytest.raises(StartOver):
        client.changes(LAB, "bm9uZQ==")


def test_a_bad_request_that_is_not_about_the_token_is_refused(
    google: GoogleCalendarSandbox, client: GoogleCalendar
) -> None:
    token = client.changes(LAB).next_token
    google.refuse(400, "badRequest", LIST)
    with pytest.raises(Refused):
        client.changes(LAB, token)


def test_a_list_without_a_token_must_be_read_whole_again(
    google: GoogleCalendarSandbox, client: GoogleCalendar
) -> None:
    google.fail(
        "body", LIST, body='{"kind": "calendar#events", "items": []}', content_type="application/json"
    )
    assert client.changes(LAB).next_token == ""


@pytest.mark.parametrize(
    "body",
    [
        "{}",
        "[]",
        "<html>sign in</html>",
        '{"kind": "calendar#events"}',
        '{"kind": "calendar#events", "items": null}',
        '{"kind": "calendar#calendarList", "items": []}',
        '{"kind": "calendar#events", "items": [], "nextPageToken": 7}',
        '{"kind": "calendar#events", "items": [], "timeZone": "Mars/Olympus"}',
    ],
)
def test_what_is_no_list_of_events_is_not_an_empty_one(
    google: GoogleCalendarSandbox, client: GoogleCalendar, body: str
) -> None:
    google.fail("body", LIST, body=body, content_type="application/json")
    with pytest.raises(Garbled):
        client.changes(LAB)


def test_half_an_answer_is_no_answer(google: GoogleCalendarSandbox, client: GoogleCalendar) -> None:
    put(google, 3)
    google.fail("truncate", LIST)
    with pytest.raises(Garbled):
        client.changes(LAB)


def test_a_page_that_comes_again_and_again_is_not_read_for_ever(
    google: GoogleCalendarSandbox, client: GoogleCalendar
) -> None:
    body = '{"kind": "calendar#events", "items": [], "nextPageToken": "more"}'
    google.fail("body", LIST, times=9, body=body, content_type="application/json")
    with pytest.raises(Garbled):
        client.changes(LAB)
    assert len(google.calls(LIST)) == 2


def test_a_list_is_not_read_past_any_sense(
    google: GoogleCalendarSandbox, client: GoogleCalendar, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "MOST_PAGES", 3)
    google.switch["page_cap"] = 1
    put(google, 6)
    with pytest.raises(Garbled):
        client.changes(LAB)


def test_a_page_that_fails_ends_the_reading_without_a_token(
    google: GoogleCalendarSandbox, client: GoogleCalendar
) -> None:
    google.switch.update(page_cap=1, per_minute=1)
    put(google, 2)
    with pytest.raises(Unavailable):
        client.changes(LAB)
    assert [call.status for call in google.calls(LIST)] == [200, 403]


def test_an_unreadable_row_is_shown_and_the_rest_is_read(
    google: GoogleCalendarSandbox, client: GoogleCalendar
) -> None:
    good, bad = put(google, 2)
    rows = dict(google.store.calendars[LAB].events)
    rows[bad] = {**rows[bad], "start": {"dateTime": "soon"}}
    google.fail("body", LIST, body=json.dumps(_page(list(rows.values()))))
    found = client.changes(LAB)
    assert refs(found) == {good}
    assert [(row.kind, row.ref) for row in found.rejected] == [("event", bad)]


def _page(items: list[object]) -> dict[str, object]:
    return {"kind": "calendar#events", "items": items, "timeZone": "Europe/Berlin"}


def test_each_instance_of_a_recurring_event_comes_by_itself(
    google: GoogleCalendarSandbox, client: GoogleCalendar
) -> None:
    rule = ["RRULE:FREQ=WEEKLY;COUNT=3"]
    series = google.put_event(LAB, "Choir", "2026-03-20 18:00", "2026-03-20 20:00", recurrence=rule)
    events = sorted(client.changes(LAB).events, key=lambda event: event.ref)
    assert {event.recurring_ref for event in events} == {series}
    assert [event.starts_at for event in events] == [event.original_start for event in events]
    hours = [event.starts_at.hour for event in events if event.starts_at]
    assert hours == [17, 17, 16]  # 18:00 in Berlin, before and after the clock change


def test_one_cancelled_instance_tells_of_itself_alone(
    google: GoogleCalendarSandbox, client: GoogleCalendar
) -> None:
    rule = ["RRULE:FREQ=DAILY;COUNT=3"]
    series = google.put_event(LAB, "Choir", "2026-03-20 18:00", "2026-03-20 20:00", recurrence=rule)
    token = client.changes(LAB).next_token
    google.remove(LAB, f"{series}_20260321T170000Z")
    (event,) = client.changes(LAB, token).events
    assert (event.cancelled, event.recurring_ref) == (True, series)
    assert event.original_start == datetime(2026, 3, 21, 17, tzinfo=UTC)


def test_a_calendar_that_is_not_there_is_missing(client: GoogleCalendar) -> None:
    with pytest.raises(Missing):
        client.changes("nobody@sandbox.test")
