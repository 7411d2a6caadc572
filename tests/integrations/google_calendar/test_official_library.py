"""Google's own libraries work against the sandbox (4.7)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from google.auth.exceptions import RefreshError
from google.oauth2.credentials import Credentials
from google_auth_oauthlib.flow import Flow
from googleapiclient.discovery import build
from googleapiclient.errors import HttpError

from integrations.sandbox.google_calendar import GoogleCalendarSandbox
from integrations.sandbox.server import Server
from tests.integrations.google_calendar.conftest import HOLIDAYS, LAB
from tests.integrations.google_calendar.receiver import Receiver

SCOPES = [
    "https://www.googleapis.com/auth/calendar.events",
    "https://www.googleapis.com/auth/calendar.calendarlist.readonly",
]
TIMES = {"start": {"dateTime": "2026-03-10T10:00:00Z"}, "end": {"dateTime": "2026-03-10T11:00:00Z"}}


@pytest.fixture
def url(sandbox: Server, google: GoogleCalendarSandbox) -> str:
    return f"{sandbox.url}/google_calendar"


@pytest.fixture
def credentials(url: str, google: GoogleCalendarSandbox) -> Any:
    known = google.secrets_at(url)
    known.pop("auth_uri")
    return Credentials(None, scopes=SCOPES, **known)


@pytest.fixture
def service(url: str, credentials: Any) -> Iterator[Any]:
    endpoint = {"api_endpoint": f"{url}/calendar/v3/"}
    with build("calendar", "v3", credentials=credentials, client_options=endpoint) as service:
        yield service


def test_events_are_made_changed_and_deleted(service: Any) -> None:
    events = service.events()
    made = events.insert(calendarId=LAB, body={**TIMES, "id": "lm123"}, sendUpdates="none").execute()
    changed = events.patch(calendarId=LAB, eventId=made["id"], body={"summary": "Game"}).execute()
    assert (changed["summary"], changed["etag"] != made["etag"]) == ("Game", True)
    assert events.update(calendarId=LAB, eventId="lm123", body=changed).execute()["summary"] == "Game"
    assert events.delete(calendarId=LAB, eventId="lm123").execute() == ""
    assert events.get(calendarId=LAB, eventId="lm123").execute()["status"] == "cancelled"


def test_a_sync_goes_from_page_to_page_and_on_by_its_token(
    google: GoogleCalendarSandbox, service: Any
) -> None:
    google.switch["page_cap"] = 1
    for day in ("10", "11", "12"):
        google.put_event(LAB, f"Game {day}", f"2026-03-{day} 18:00", f"2026-03-{day} 19:00")
    events, pages = service.events(), []
    request = events.list(calendarId=LAB, singleEvents=True)
    while request is not None:
        pages.append(request.execute())
        request = events.list_next(request, pages[-1])
    assert [len(page["items"]) for page in pages] == [1, 1, 1]
    token = pages[-1]["nextSyncToken"]
    assert events.list(calendarId=LAB, singleEvents=True, syncToken=token).execute()["items"] == []
    google.expire_sync_tokens()
    with pytest.raises(HttpError) as caught:
        events.list(calendarId=LAB, singleEvents=True, syncToken=token).execute()
    assert (caught.value.resp.status, caught.value.error_details[0]["reason"]) == (410, "fullSyncRequired")


def test_a_conditional_write_fails_when_something_changed(
    google: GoogleCalendarSandbox, service: Any
) -> None:
    old = service.events().insert(calendarId=LAB, body={**TIMES, "id": "lm123"}).execute()
    google.edit(LAB, "lm123", summary="Typed")
    request = service.events().patch(calendarId=LAB, eventId="lm123", body={"summary": "Ours"})
    request.headers["If-Match"] = old["etag"]
    with pytest.raises(HttpError) as caught:
        request.execute()
    assert caught.value.resp.status == 412


@pytest.mark.parametrize(("status", "again"), [(404, "neverwas"), (410, "lm123")])
def test_deleting_what_is_gone_is_told_as_such(service: Any, status: int, again: str) -> None:
    service.events().insert(calendarId=LAB, body={**TIMES, "id": "lm123"}).execute()
    service.events().delete(calendarId=LAB, eventId="lm123").execute()
    with pytest.raises(HttpError) as caught:
        service.events().delete(calendarId=LAB, eventId=again).execute()
    assert caught.value.resp.status == status


def test_an_id_that_was_used_is_told_as_a_duplicate(service: Any) -> None:
    body = {**TIMES, "id": "lm123"}
    service.events().insert(calendarId=LAB, body=body).execute()
    with pytest.raises(HttpError) as caught:
        service.events().insert(calendarId=LAB, body=body).execute()
    assert (caught.value.resp.status, caught.value.error_details[0]["reason"]) == (409, "duplicate")


def test_the_other_methods_answer(google: GoogleCalendarSandbox, service: Any, receiver: Receiver) -> None:
    assert len(service.calendarList().list().execute()["items"]) == 3
    assert service.calendarList().get(calendarId=HOLIDAYS).execute()["accessRole"] == "reader"
    rule = ["RRULE:FREQ=DAILY;COUNT=3"]
    series = google.put_event(LAB, "Choir", "2026-03-10 18:00", "2026-03-10 19:00", recurrence=rule)
    assert len(service.events().instances(calendarId=LAB, eventId=series).execute()["items"]) == 3
    uid = {**TIMES, "iCalUID": "a@b.test"}
    copy = service.events().import_(calendarId=LAB, body=uid).execute()
    there = "harbour@sandbox.test"
    assert service.events().move(calendarId=LAB, eventId=copy["id"], destination=there).execute()
    body = {"id": "chan-1", "type": "web_hook", "address": receiver.url}
    channel = service.events().watch(calendarId=LAB, body=body).execute()
    named = {name: channel[name] for name in ("id", "resourceId")}
    assert service.channels().stop(body=named).execute() == ""


def test_a_spent_quota_is_tried_again_by_the_library(google: GoogleCalendarSandbox, service: Any) -> None:
    google.refuse(403, "rateLimitExceeded", "calendarList", domain="usageLimits")
    request = service.calendarList().list()
    request._sleep = lambda _: None
    assert len(request.execute(num_retries=1)["items"]) == 3


def test_a_dead_access_token_is_renewed_and_a_dead_grant_is_told(
    google: GoogleCalendarSandbox, service: Any
) -> None:
    service.calendarList().list().execute()
    google.expire_tokens()
    service.calendarList().list().execute()
    google.revoke()
    with pytest.raises(RefreshError) as caught:
        service.calendarList().list().execute()
    assert "invalid_grant" in str(caught.value)


def test_the_consent_flow_with_pkce_gives_credentials_that_work(
    url: str, google: GoogleCalendarSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    known = google.secrets_at(url)
    known.pop("refresh_token")
    back = "http://127.0.0.1/oauth"
    flow = Flow.from_client_config({"web": known}, SCOPES, redirect_uri=back)
    page, state = flow.authorization_url(access_type="offline", prompt="consent")
    assert parse_qs(urlsplit(page).query)["code_challenge_method"] == ["S256"]
    led = requests.post(page, data={"answer": "allow"}, timeout=30, allow_redirects=False).headers["Location"]
    again = Flow.from_client_config(
        {"web": known}, SCOPES, state=state, redirect_uri=back, code_verifier=flow.code_verifier
    )
    again.fetch_token(authorization_response=led)
    endpoint = {"api_endpoint": f"{url}/calendar/v3/"}
    with build("calendar", "v3", credentials=again.credentials, client_options=endpoint) as service:
        assert service.events().list(calendarId=LAB).execute()["items"] == []
    assert again.credentials.refresh_token
