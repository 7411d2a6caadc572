"""Our own events: made once whatever happens, written only as they were read, deleted without fuss (4.3)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.errors import ChangedMeanwhile, Garbled, Missing, Refused, Taken, Unavailable
from integrations.sandbox.google_calendar import GoogleCalendarSandbox
from integrations.types import ORIGIN, Calendar
from integrations.vendors.google_calendar import GoogleCalendar
from integrations.vendors.google_calendar.drafts import event_ref
from tests.integrations.google_calendar.conftest import HOLIDAYS, LAB, MINE, TEN, draft, writes


def test_the_client_is_a_calendar(client: GoogleCalendar) -> None:
    assert isinstance(client, Calendar)


@given(st.text(), st.integers(0, 99))
def test_an_id_has_only_the_signs_that_google_takes(key: str, generation: int) -> None:
    assert re.fullmatch(r"lm[a-v0-9]{3,1022}", event_ref(key, generation))


@given(st.text(), st.text())
def test_an_id_is_of_its_key_and_generation_alone(one: str, other: str) -> None:
    assert event_ref(one) == event_ref(one)
    assert event_ref(one) != event_ref(one, 1)
    assert (event_ref(one) == event_ref(other)) == (one == other)


def test_what_is_written_is_the_draft_and_nothing_more(
    google: GoogleCalendarSandbox, client: GoogleCalendar
) -> None:
    made = client.insert(LAB, draft(description="4 people", location="Altes Werk"))
    (call,) = google.calls("POST /calendar/v3/calendars")
    sent = json.loads(call.body)
    assert sent.keys() == {
        "id", "status", "summary", "description", "location", "start", "end", "extendedProperties",
    }  # fmt: skip
    assert sent["extendedProperties"] == {"private": MINE}
    assert (made.starts_at, made.ends_at, made.mark) == (TEN, TEN + timedelta(hours=1), MINE)
    assert made.etag
    assert made.made_by("house")


def test_no_write_sends_mails(google: GoogleCalendarSandbox, client: GoogleCalendar) -> None:
    made = client.insert(LAB, draft())
    client.replace(LAB, draft(summary="Moved"), made.etag)
    client.delete(LAB, made.ref)
    client.insert(LAB, draft())
    changes = [call for call in google.calls("/events") if call.method != "GET"]
    assert [call.method for call in changes] == ["POST", "PATCH", "DELETE", "POST", "PUT"]
    assert {call.query["sendUpdates"] for call in changes} == {"none"}


def test_an_event_is_made_once_however_often_it_is_asked_for(
    google: GoogleCalendarSandbox, client: GoogleCalendar
) -> None:
    assert client.insert(LAB, draft()) == client.insert(LAB, draft())
    assert len(google.events(LAB)) == 1
    assert writes(google) == ["POST", "POST"]


def test_an_event_whose_answer_was_lost_is_made_what_is_wanted_by_now(
    google: GoogleCalendarSandbox, client: GoogleCalendar
) -> None:
    google.fail("drop_after", "POST /calendar/v3/calendars")
    with pytest.raises(Unavailable):
        client.insert(LAB, draft(description="Phone: 4711"))
    later = client.insert(LAB, draft(starts_at=TEN + timedelta(days=1), ends_at=TEN + timedelta(days=1)))
    assert later.starts_at == TEN + timedelta(days=1)
    assert google.events(LAB)[0].get("description", "") == ""


def test_an_insert_whose_answer_was_lost_is_found_by_the_next(
    google: GoogleCalendarSandbox, client: GoogleCalendar
) -> None:
    google.fail("drop_after", "POST /calendar/v3/calendars")
    with pytest.raises(Unavailable):
        client.insert(LAB, draft())
    assert client.insert(LAB, draft()).mark == MINE
    assert len(google.events(LAB)) == 1


def test_an_insert_that_meets_an_older_state_of_it_brings_it_up_to_date(
    google: GoogleCalendarSandbox, client: GoogleCalendar
) -> None:
    client.insert(LAB, draft())
    later = draft(summary="Laboratory: Grace", mark={**MINE, "digest": "d2"})
    assert client.insert(LAB, later).summary == "Laboratory: Grace"
    assert len(google.events(LAB)) == 1


def test_a_deleted_event_of_ours_is_brought_back_whole(
    google: GoogleCalendarSandbox, client: GoogleCalendar
) -> None:
    client.insert(LAB, draft())
    google.remove(LAB, draft().ref)
    back = client.insert(LAB, draft(summary="Again"))
    assert (back.cancelled, back.summary, back.ref) == (False, "Again", draft().ref)
    assert [event["summary"] for event in google.events(LAB)] == ["Again"]


def test_a_deleted_event_of_which_little_is_told_is_ours_by_its_id(
    google: GoogleCalendarSandbox, client: GoogleCalendar
) -> None:
    client.insert(LAB, draft())
    client.delete(LAB, draft().ref)
    bare = json.dumps({"kind": "calendar#event", "id": draft().ref, "status": "cancelled"})
    google.fail("body", "GET /calendar", body=bare)
    assert not client.insert(LAB, draft()).cancelled


def test_a_deleted_event_that_google_will_not_bring_back_is_taken_and_a_generation_helps(
    google: GoogleCalendarSandbox, client: GoogleCalendar
) -> None:
    google.switch["revive"] = False
    client.insert(LAB, draft())
    client.delete(LAB, draft().ref)
    with pytest.raises(Taken):
        client.insert(LAB, draft())
    assert not client.insert(LAB, draft(generation=1)).cancelled


def test_an_id_that_is_somebody_elses_is_taken_whatever_is_typed_there(
    google: GoogleCalendarSandbox, client: GoogleCalendar
) -> None:
    google.put_event(
        LAB, "latchkey house", "2026-03-10 10:00", "2026-03-10 11:00", id=draft().ref, description=str(MINE)
    )
    with pytest.raises(Taken):
        client.insert(LAB, draft())
    assert writes(google) == ["POST"]


def test_another_installations_event_is_not_ours(
    google: GoogleCalendarSandbox, client: GoogleCalendar
) -> None:
    client.insert(LAB, draft(mark={**MINE, ORIGIN: "elsewhere"}))
    with pytest.raises(Taken):
        client.insert(LAB, draft())


def test_a_draft_that_does_not_say_whose_it_is_is_never_written(
    google: GoogleCalendarSandbox, client: GoogleCalendar
) -> None:
    with pytest.raises(ValueError, match="ours"):
        client.insert(LAB, draft(mark={"room": "3"}))
    assert writes(google) == []


def test_a_change_leaves_what_people_set_as_it_is(
    google: GoogleCalendarSandbox, client: GoogleCalendar
) -> None:
    made = client.insert(LAB, draft(description="old"))
    google.edit(LAB, made.ref, colorId="7", extendedProperties={"private": {**MINE, "other": "theirs"}})
    client.replace(LAB, draft(summary="New"))
    (event,) = google.events(LAB)
    assert (event["summary"], event["colorId"], "description" in event) == ("New", "7", False)
    assert event["extendedProperties"]["private"]["other"] == "theirs"


def test_a_change_makes_a_whole_day_or_a_series_one_span_again(
    google: GoogleCalendarSandbox, client: GoogleCalendar
) -> None:
    made = client.insert(LAB, draft())
    google.drag(LAB, made.ref, "2026-03-12", "2026-03-14")
    google.edit(LAB, made.ref, recurrence=["RRULE:FREQ=DAILY;COUNT=2"])
    client.replace(LAB, draft())
    (event,) = client.changes(LAB).events
    assert (event.ref, event.starts_at, event.all_day, event.recurring_ref) == (made.ref, TEN, False, "")


def test_a_change_of_what_changed_meanwhile_is_not_written(
    google: GoogleCalendarSandbox, client: GoogleCalendar
) -> None:
    made = client.insert(LAB, draft())
    google.drag(LAB, made.ref, "2026-03-10 15:00")
    for act in (_replace, _delete):
        with pytest.raises(ChangedMeanwhile):
            act(client, made.etag)
    assert [event["start"]["dateTime"] for event in google.events(LAB)] == ["2026-03-10T15:00:00+01:00"]


def _replace(client: GoogleCalendar, etag: str) -> object:
    return client.replace(LAB, draft(), etag)


def _delete(client: GoogleCalendar, etag: str = "") -> None:
    client.delete(LAB, draft().ref, etag)


def test_a_change_of_what_was_deleted_brings_nothing_back(
    google: GoogleCalendarSandbox, client: GoogleCalendar
) -> None:
    made = client.insert(LAB, draft())
    google.remove(LAB, made.ref)
    with pytest.raises(ChangedMeanwhile):
        client.replace(LAB, draft(), made.etag)
    assert google.events(LAB) == []


@pytest.mark.parametrize("status", [404, 410])
def test_a_change_of_what_is_gone_is_missing(
    google: GoogleCalendarSandbox, client: GoogleCalendar, status: int
) -> None:
    google.refuse(status, "deleted", "PATCH")
    with pytest.raises(Missing):
        client.replace(LAB, draft())


def test_what_stays_deleted_after_a_change_is_missing(
    google: GoogleCalendarSandbox, client: GoogleCalendar
) -> None:
    client.insert(LAB, draft())
    google.remove(LAB, draft().ref)
    with pytest.raises(Missing):
        client.replace(LAB, draft())


def test_deleting_is_done_when_it_is_gone_already(
    google: GoogleCalendarSandbox, client: GoogleCalendar
) -> None:
    client.insert(LAB, draft())
    for _ in range(2):
        client.delete(LAB, draft().ref)
    client.delete(LAB, "neverwas")
    assert [call.status for call in google.calls("DELETE")] == [204, 410, 404]


@pytest.mark.parametrize("status", [200, 404, 410])
def test_somebody_elses_page_does_not_mean_deleted(
    google: GoogleCalendarSandbox, client: GoogleCalendar, status: int
) -> None:
    google.fail("status", "DELETE", status=status, body="<html>not here</html>")
    with pytest.raises(Garbled):
        client.delete(LAB, "someevent")


@pytest.mark.parametrize("act", [_replace, _delete])
def test_a_calendar_that_may_only_be_read_refuses(
    google: GoogleCalendarSandbox, client: GoogleCalendar, act: Callable[..., object]
) -> None:
    client.insert(LAB, draft())
    google.store.calendars[LAB].role = "reader"
    with pytest.raises(Refused) as caught:
        act(client, "")
    assert "writer access" in caught.value.text


def test_a_read_only_calendar_takes_no_new_event(client: GoogleCalendar) -> None:
    with pytest.raises(Refused):
        client.insert(HOLIDAYS, draft())


def test_a_mark_that_google_cannot_keep_is_refused_before_it_is_sent(
    google: GoogleCalendarSandbox, client: GoogleCalendar
) -> None:
    for mark in ({**MINE, "n" * 45: "v"}, {**MINE, "n": "v" * 1025}):
        with pytest.raises(Refused):
            client.insert(LAB, draft(mark=mark))
    assert writes(google) == []


def test_writes_are_made_once(google: GoogleCalendarSandbox, client: GoogleCalendar) -> None:
    google.fail("status", "POST /calendar", times=2, status=503)
    with pytest.raises(Unavailable):
        client.insert(LAB, draft())
    assert writes(google) == ["POST"]


def test_an_answer_that_is_no_event_is_garbled(google: GoogleCalendarSandbox, client: GoogleCalendar) -> None:
    google.fail("body", "POST /calendar", body='{"kind": "calendar#event"}')
    with pytest.raises(Garbled):
        client.insert(LAB, draft())
