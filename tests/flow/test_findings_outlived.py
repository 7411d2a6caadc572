"""A guest who is kept out for a conflict that is over is shown: no plan undoes staff's word."""

from __future__ import annotations

import pytest

from backoffice.flow import conflicts, grant, overrule
from backoffice.flow.conflicts import detect
from backoffice.models import Booking, Finding, Occurrence, Override, Severity
from tests.factories import HOUR, NOW, START
from tests.flow.booked import word
from tests.flow.clashes import current, extended, neighbours, two
from tests.flow.stays import found
from tests.support import queries

pytestmark = pytest.mark.django_db
UNTIL = START + 5 * HOUR


def goes_on():
    grant.replan(NOW)
    detect(NOW)
    return found().get("word_outlived", "")


@pytest.fixture
def denied():
    """Two in one room, of whom the second is denied."""
    first, second = two()
    goes_on()
    conflicts.deny(current(), second.booking, UNTIL, word())
    assert goes_on() == ""
    return first, second


def test_who_is_denied_for_a_booking_that_was_cancelled_is_shown(denied):
    first, second = denied
    Booking.objects.filter(pk=first.booking_id).update(status="cancelled")
    text = goes_on()
    assert "still gets no access" in text
    assert "Release that word" in text
    finding = Finding.objects.get(kind="word_outlived")
    assert (finding.booking_id, finding.severity) == (second.booking_id, Severity.NOW)


def test_who_is_denied_for_a_booking_that_was_moved_away_is_shown(denied):
    Occurrence.objects.filter(pk=denied[0].pk).update(starts_at=START - 4 * HOUR, ends_at=START - 3 * HOUR)
    assert "still gets no access" in goes_on()


def test_a_word_that_is_released_is_no_longer_told_of(denied):
    Booking.objects.filter(pk=denied[0].booking_id).update(status="cancelled")
    assert goes_on()
    overrule.release(Override.objects.get(), word(now=NOW))
    assert goes_on() == ""


def test_who_is_gone_himself_is_not_told_of(denied):
    Booking.objects.filter(pk__in=[side.booking_id for side in denied]).update(status="cancelled")
    assert goes_on() == ""


def test_a_window_that_was_trimmed_for_one_who_cancelled_is_shown():
    first, second = two()
    goes_on()
    conflicts.trim(current(), first.booking, START + HOUR * 3 / 4, word())
    assert goes_on() == ""
    Booking.objects.filter(pk=first.booking_id).update(status="cancelled")
    assert "for a part of the time only" in goes_on()
    assert Finding.objects.get(kind="word_outlived").booking_id == second.booking_id


def test_a_trim_that_settled_a_door_is_nothing_left_over():
    first, second = neighbours()
    extended(first)
    detect(NOW)
    conflicts.trim(current(), first.booking, second.starts_at, word())
    assert goes_on() == ""


def test_ten_take_as_many_queries_as_one():
    def more(n):
        for _ in range(n):
            first, second = two()
            goes_on()
            conflicts.deny(current_of(first), second.booking, UNTIL, word())
            Booking.objects.filter(pk=first.booking_id).update(status="cancelled")
        goes_on()

    more(1)
    one = queries(found)
    more(3)
    assert queries(found) == one
    assert Finding.objects.filter(kind="word_outlived").count() == 4


def current_of(side):
    return side.conflicts_as_first.get(closed_at=None)
