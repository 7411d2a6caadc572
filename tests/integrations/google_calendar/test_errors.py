"""Each refusal says what to do next, by its reason and not by its status alone (4.6)."""

from __future__ import annotations

import pytest

from integrations.errors import Garbled, Misconfigured, Missing, Refused, Unavailable, VendorError
from integrations.sandbox.google_calendar import GoogleCalendarSandbox
from integrations.vendors.google_calendar import GoogleCalendar
from tests.integrations.google_calendar.conftest import LAB

LIST = "GET /calendar/v3/calendars"


@pytest.mark.parametrize(
    ("status", "reason", "kind"),
    [
        (400, "timeRangeEmpty", Refused),
        (403, "rateLimitExceeded", Unavailable),
        (403, "userRateLimitExceeded", Unavailable),
        (403, "quotaExceeded", Unavailable),
        (403, "forbidden", Refused),
        (403, "requiredAccessLevel", Refused),
        (403, "insufficientPermissions", Misconfigured),
        (403, "accessNotConfigured", Misconfigured),
        (404, "notFound", Missing),
        (410, "deleted", Refused),
        (429, "rateLimitExceeded", Unavailable),
    ],
)
def test_a_refusal_is_the_error_that_says_what_to_do(
    google: GoogleCalendarSandbox, client: GoogleCalendar, status: int, reason: str, kind: type[VendorError]
) -> None:
    google.refuse(status, reason, LIST)
    with pytest.raises(VendorError) as caught:
        client.changes(LAB)
    assert isinstance(caught.value, kind)
    assert caught.value.status == status
    assert len(google.calls(LIST)) == 1


@pytest.mark.parametrize("status", [403, 429])
def test_a_spent_quota_says_how_long_to_wait(
    google: GoogleCalendarSandbox, client: GoogleCalendar, status: int
) -> None:
    google.switch.update(per_minute=2, quota_status=status)
    client.changes(LAB)
    client.changes(LAB)
    with pytest.raises(Unavailable) as caught:
        client.changes(LAB)
    assert caught.value.retry_after == 60


def test_a_server_error_is_tried_again_and_passes(
    google: GoogleCalendarSandbox, client: GoogleCalendar
) -> None:
    google.fail("status", LIST, times=2, status=503)
    assert client.changes(LAB).complete
    assert len(google.calls(LIST)) == 3


def test_a_server_error_that_stays_is_unavailable(
    google: GoogleCalendarSandbox, client: GoogleCalendar
) -> None:
    google.fail("status", LIST, times=3, status=500)
    with pytest.raises(Unavailable):
        client.changes(LAB)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 412])
@pytest.mark.parametrize("body", ["<html>proxy</html>", "[]", '{"error": "nope"}'])
def test_a_refusal_that_is_not_googles_is_garbled(
    google: GoogleCalendarSandbox, client: GoogleCalendar, status: int, body: str
) -> None:
    google.fail("status", LIST, times=2, status=status, body=body)
    with pytest.raises(Garbled):
        client.changes(LAB)


def test_a_redirect_is_not_followed(google: GoogleCalendarSandbox, client: GoogleCalendar) -> None:
    google.fail("status", LIST, status=302, body="")
    with pytest.raises(Garbled):
        client.changes(LAB)


def test_googles_words_are_told_without_addresses_of_people(
    google: GoogleCalendarSandbox, client: GoogleCalendar
) -> None:
    body = (
        '{"error": {"code": 400, "message": "Bad guest ada@example.com", "errors": [{"reason": "invalid"}]}}'
    )
    google.fail("status", LIST, status=400, body=body)
    with pytest.raises(Refused) as caught:
        client.changes(LAB)
    assert "Bad guest" in caught.value.text
    assert "ada@example.com" not in caught.value.text
