from __future__ import annotations

from datetime import timedelta

import pytest

from backoffice.models import Finding, Severity
from backoffice.selectors import codes_lingering, findings_open, policy
from backoffice.states import CodeState
from tests.factories import NOW, CodeFactory, DoorFactory, RoomFactory, VenueFactory

pytestmark = pytest.mark.django_db


def test_the_nearest_level_that_says_a_policy_wins():
    venue = VenueFactory(lead_minutes=5, lag_minutes=5, reveal_ahead_hours=5)
    room = RoomFactory(venue=venue, lag_minutes=10, lead_minutes=0)
    door = DoorFactory(venue=venue, lag_minutes=20)
    said = policy(venue, room, door)
    assert (said.lead_minutes, said.lag_minutes, said.reveal_ahead_hours) == (0, 20, 5)


def test_what_no_level_says_is_the_default():
    assert policy(None, RoomFactory()).issue_ahead_hours == 24


def test_a_lingering_code_is_listed_until_it_ends():
    code = CodeFactory(state=CodeState.LINGERING)
    assert list(codes_lingering(code.ends_at - timedelta(minutes=1))) == [code]
    assert not codes_lingering(code.ends_at)


def test_what_is_needed_now_comes_before_what_is_needed_today_and_notes_are_left_out():
    for severity in (Severity.NOTE, Severity.TODAY, Severity.NOW):
        Finding.objects.create(kind="test", key=severity, severity=severity, text="x", opened_at=NOW)
    assert [row.severity for row in findings_open()] == ["now", "today"]
