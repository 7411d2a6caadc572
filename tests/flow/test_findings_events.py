"""Doors whose reports cannot be read are said, when it goes on; and no longer once they can."""

from __future__ import annotations

import pytest
import time_machine

from backoffice import tasks
from backoffice.flow.audit import findings
from backoffice.models import Finding, SyncRun
from tests.factories import NOW, LocktFactory

pytestmark = pytest.mark.django_db
MINUTES = 60


@pytest.fixture
def best(sandbox):
    vendor = sandbox.vendors.lockt
    return LocktFactory(base_url=f"{sandbox.url}/lockt/api/v1", secrets=dict(vendor.secrets))


def polled(account, times, since=0):
    """So many readings, five minutes apart; the finding after them."""
    for turn in range(since, since + times):
        with time_machine.travel(NOW.timestamp() + turn * 5 * MINUTES, tick=False):
            tasks.refresh(account)
    findings(NOW)
    return Finding.objects.filter(kind="events_unread", closed_at=None).first()


def test_reports_that_cannot_be_read_are_said_after_three_readings_until_they_can_be(best, sandbox):
    sandbox.vendors.lockt.fail("status", "GET /api/v1/events", status=400, body='{"data": {}}', times=99)
    assert polled(best, 2) is None
    found = polled(best, 1, since=2)
    assert "What the doors of" in found.text
    assert "400" in found.text
    sandbox.vendors.lockt.faults.clear()
    assert polled(best, 1, since=3) is None


def test_a_good_reading_of_reports_leaves_no_row_of_its_own(best):
    assert polled(best, 4) is None
    assert set(SyncRun.objects.values_list("kind", flat=True)) <= {"poll", "full"}
