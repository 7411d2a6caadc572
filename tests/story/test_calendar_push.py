"""Push channels of a calendar: believed by their token, renewed in time, stopped with their pairing."""

from __future__ import annotations

from typing import Any

from backoffice.flow import calendars as reading
from backoffice.models import CalendarReading, VendorAccount
from tests.story.channels import Channels, channels
from tests.story.loops import offered

__all__ = ["channels", "offered"]


def _account() -> VendorAccount:
    return VendorAccount.objects.get(slug="calendars")


def test_a_telling_with_the_right_token_makes_the_calendar_read_and_a_wrong_one_does_not(
    channels: Channels, client: Any, settings: Any
) -> None:
    settings.PUBLIC_URL = "https://back.example.test"
    channels.google.switch["delivery"] = "by hand"
    channels.sync()
    row = CalendarReading.objects.get().channels.get()
    headers = {
        "X-Goog-Channel-ID": row.ref,
        "X-Goog-Resource-ID": row.resource_ref,
        "X-Goog-Resource-State": "exists",
        "X-Goog-Message-Number": "2",
    }
    address = f"/hooks/{_account().hook_token}/"
    wrong = client.post(address, headers={**headers, "X-Goog-Channel-Token": "guessed"})
    assert (wrong.status_code, reading.hints(_account())) == (404, False)
    right = client.post(address, headers={**headers, "X-Goog-Channel-Token": row.token})
    assert (right.status_code, reading.hints(_account())) == (200, True)


def test_push_channels_are_renewed_before_they_end_and_stopped_with_their_pairing(
    channels: Channels, settings: Any
) -> None:
    settings.PUBLIC_URL = "https://back.example.test"
    channels.sync()
    first = CalendarReading.objects.get().channels.get()
    channels.later(days=6, hours=1)
    channels.sync()
    first.refresh_from_db()
    assert first.stopped_at is not None
    assert CalendarReading.objects.get().channels.filter(stopped_at=None).count() == 1
    settings.PUBLIC_URL = ""
    channels.sync()
    assert not CalendarReading.objects.get().channels.filter(stopped_at=None).exists()
