"""Each calendar has its own moment of the last good reading: another one's trouble is not its own."""

from __future__ import annotations

from datetime import timedelta

import pytest

from backoffice import clock, roomchannels, tasks
from backoffice.flow import audit
from backoffice.models import CalendarPairing, CalendarReading, Finding, SyncRun
from backoffice.selectors import LOOKBACK
from tests.admin.paired import HARBOUR, LAB, account, google, pairing, rooms
from tests.support import Written

__all__ = ["account", "google", "rooms"]
pytestmark = pytest.mark.django_db
READING = "GET /calendar/v3/calendars/"


@pytest.fixture
def both(account, rooms):
    """Both calendars were read some days ago, and today."""
    for room, ref in zip(rooms, (LAB, HARBOUR), strict=True):
        pairing(account, room, ref=ref)
    tasks.refresh(account)
    earlier = clock.now() - timedelta(days=3)
    SyncRun.objects.update(started_at=earlier, finished_at=earlier)
    CalendarReading.objects.update(whole_at=earlier)
    return account


def moments(after=timedelta()):
    """How long ago, in days, each calendar was read."""
    now = clock.now() + after
    found = roomchannels.paired(CalendarPairing.objects.all(), now)
    return {each.pairing.ref: (now - each.read_at).days if each.read_at else None for each in found}


def test_a_calendar_that_is_gone_does_not_make_the_others_look_unread(both, google):
    del google.store.calendars[LAB]
    assert tasks.refresh(both).state == "failed"
    assert moments() == {LAB: 3, HARBOUR: 0}


def test_a_calendar_that_was_not_reached_is_not_called_read(both, google):
    google.fail("status", READING, times=9, status=503)
    assert tasks.refresh(both).state == "failed"
    assert moments() == {LAB: 3, HARBOUR: 3}


def test_what_fails_for_longer_than_runs_are_looked_at_keeps_its_last_whole_reading(both):
    assert moments(LOOKBACK) == {LAB: 10, HARBOUR: 10}


def test_a_reading_that_is_not_believed_is_no_good_one(both, google):
    for hour in (10, 11, 12, 13):
        google.put_event(HARBOUR, "Away", f"2031-03-10 {hour}:00", f"2031-03-10 {hour}:30")
    tasks.refresh(both)
    SyncRun.objects.update(started_at=clock.now() - timedelta(days=2))
    google.store.calendars[HARBOUR].events.clear()
    google.expire_sync_tokens()
    assert tasks.refresh(both).state == "stopped"
    assert moments() == {LAB: 0, HARBOUR: 2}


def test_where_nothing_changed_a_reading_writes_no_row_but_its_own(both):
    tasks.refresh(both)
    with Written() as written:
        tasks.refresh(both)
    assert set(written) == {"backoffice_syncrun"}


def test_an_account_of_which_one_calendar_is_gone_is_not_called_unread(both, google):
    del google.store.calendars[LAB]
    for _ in range(3):
        tasks.refresh(both)
    audit.findings(clock.now())
    kinds = set(Finding.objects.values_list("kind", flat=True))
    assert ("calendar_paused" in kinds, "account_failing" in kinds) == (True, False)


def test_an_account_of_which_no_calendar_is_read_any_more_is(both, google):
    google.fail("status", READING, times=99, status=503)
    for _ in range(3):
        tasks.refresh(both)
    audit.findings(clock.now())
    assert Finding.objects.filter(kind="account_failing").exists()
