"""What tests of Google Calendar share: a stand-in with three calendars, and clients of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from integrations.sandbox.google_calendar import GoogleCalendarSandbox
from integrations.sandbox.google_calendar.grants import Access
from integrations.sandbox.server import Server
from integrations.types import ORIGIN, EventDraft
from integrations.vendors import google_calendar
from integrations.vendors.google_calendar import GoogleCalendar
from integrations.vendors.google_calendar.drafts import event_ref
from tests.conftest import NOW
from tests.integrations.google_calendar.receiver import Receiver, listening
from tests.integrations.support import Memory, settings_for

LAB = "lab@group.calendar.google.com"
HOLIDAYS = "en.german#holiday@group.v.calendar.google.com"
MINE = {ORIGIN: "house", "room": "3", "booking": "17", "digest": "d1"}
TEN = datetime(2026, 3, 10, 10, tzinfo=UTC)
Connect = Callable[..., GoogleCalendar]


@pytest.fixture
def google(sandbox: Server) -> GoogleCalendarSandbox:
    """The stand-in with a calendar to write, one in another zone, and one that may only be read."""
    google = sandbox.vendors.google_calendar
    google.switch["delivery"] = "now"
    google.create_calendar(LAB, "Laboratory", primary=True)
    google.create_calendar("harbour@sandbox.test", "Harbour", "Europe/London")
    google.create_calendar(HOLIDAYS, "Holidays", role="reader", push=False)
    return google


@pytest.fixture
def store() -> Memory:
    return Memory()


@pytest.fixture
def connect(sandbox: Server, google: GoogleCalendarSandbox, store: Memory) -> Connect:
    """Makes clients of the stand-in that share one token store, with other secrets or fields of settings."""

    def made(secrets: dict[str, Any] | None = None, **changed: Any) -> GoogleCalendar:
        url = f"{sandbox.url}/google_calendar"
        known = {**google.secrets_at(url), **(secrets or {})}
        plain = {"tokens": store, "clock": google.clock.now, **changed}
        return google_calendar.connect(settings_for(f"{url}/calendar/v3", known, **plain))

    return made


@pytest.fixture
def client(connect: Connect) -> GoogleCalendar:
    return connect()


def draft(key: str = "b-17", generation: int = 0, **changed: Any) -> EventDraft:
    """What is written for a booking of an hour."""
    plain: dict[str, Any] = {
        "ref": event_ref(key, generation),
        "summary": "Laboratory: Ada",
        "starts_at": TEN,
        "ends_at": TEN + timedelta(hours=1),
        "timezone": "Europe/Berlin",
        "mark": MINE,
    }
    return EventDraft(**{**plain, **changed})


def writes(google: GoogleCalendarSandbox) -> list[str]:
    """The methods of the writes to calendars that came."""
    return [call.method for call in google.calls("/calendars/") if call.method != "GET"]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with listening() as found:
        yield found


Ask = Callable[..., requests.Response]


@pytest.fixture
def ask(sandbox: Server, google: GoogleCalendarSandbox) -> Ask:
    """Any request of the API, as the owner: method, path below /calendar/v3/calendars, and what it takes."""
    url = f"{sandbox.url}/google_calendar"
    scopes = frozenset({"https://www.googleapis.com/auth/calendar"})
    google.grants.access["all"] = Access(scopes, NOW + timedelta(days=9), "")

    def asked(method: str, path: str, params: Any = None, **how: Any) -> requests.Response:
        headers = {"Authorization": "Bearer all", **how.pop("headers", {})}
        base = f"{url}/calendar/v3" + ("" if path.startswith("/") else f"/calendars/{LAB}/")
        return requests.request(method, base + path, params=params, headers=headers, timeout=30, **how)

    return asked


def reason(answer: requests.Response) -> tuple[int, str]:
    """Status and reason of a refusal."""
    return answer.status_code, answer.json()["error"]["errors"][0]["reason"]
