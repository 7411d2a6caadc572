"""An answer that was asked for earlier and arrives later does not undo what a later reading has looked at."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

import pytest

from backoffice.flow.mirror import refresh_booking, refresh_bookings
from backoffice.models import Booking, Occurrence, SyncRun
from backoffice.states import RunState
from tests.factories import NOW, LocabooFactory
from tests.fakes import FakeSource, booking

pytestmark = pytest.mark.django_db
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
FIRST, SECOND = NOW + MINUTE, NOW + 2 * MINUTE


@pytest.fixture
def account():
    return LocabooFactory(timezone="UTC")


@pytest.fixture
def source(account):
    """What there is, read once."""
    source = FakeSource().add(booking("b1", title="as it is"))
    refresh_bookings(account, source, NOW)
    return source


class Slow(FakeSource):
    """A source during whose answers something else happens."""

    meanwhile = staticmethod(lambda: None)

    def read(self, window):
        reading = super().read(window)
        self.meanwhile()
        return reading

    def booking(self, resource_ref, ref):
        record = super().booking(resource_ref, ref)
        self.meanwhile()
        return record


def slow(meanwhile, *records, **fields):
    made = Slow(**fields).add(*records)
    made.meanwhile = meanwhile
    return made


def poll(account, source):
    return lambda: refresh_bookings(account, source, SECOND)


def message(account, source):
    return lambda: refresh_booking(account, source, "lab", "b1", SECOND)


LATER = pytest.mark.parametrize("later", [poll, message])


@LATER
def test_an_older_poll_that_arrives_later_does_not_change_a_booking(account, source, later):
    refresh_bookings(account, slow(later(account, source), booking("b1", title="stale")), FIRST)
    assert Booking.objects.get().title == "as it is"


@LATER
def test_an_older_message_that_arrives_later_does_not_change_a_booking(account, source, later):
    stale = slow(later(account, source), booking("b1", title="stale"))
    refresh_booking(account, stale, "lab", "b1", FIRST)
    assert Booking.objects.get().title == "as it is"


@LATER
def test_an_older_denial_that_arrives_later_takes_no_booking_away(account, source, later):
    refresh_booking(account, slow(later(account, source)), "lab", "b1", FIRST)
    assert Booking.objects.get().gone_at is None
    assert Occurrence.objects.get().gone_at is None


@LATER
def test_an_older_list_without_a_booking_does_not_make_it_missing(account, source, later):
    refresh_bookings(account, slow(later(account, source)), FIRST)
    row = Occurrence.objects.get()
    assert (row.missing_since, row.gone_at, row.booking.gone_at) == (None, None, None)


def test_an_older_list_does_not_bring_back_what_a_later_one_no_longer_has(account, source):
    stale = slow(poll(account, source), booking("b1", title="as it is"), booking("b2"))
    refresh_bookings(account, stale, FIRST)
    assert list(Booking.objects.values_list("ref", flat=True)) == ["b1"]


def test_an_older_message_does_not_bring_back_what_a_later_one_said_is_not_there(account):
    refresh_booking(account, slow(message(account, FakeSource()), booking("b1")), "lab", "b1", FIRST)
    assert not Booking.objects.exists()


def test_what_a_later_reading_did_not_look_at_is_written(account, source):
    source.add(booking("b2"))
    other = lambda: refresh_booking(account, source, "lab", "b2", SECOND)  # noqa: E731
    refresh_bookings(account, slow(other, booking("b1", title="changed"), booking("b2")), FIRST)
    assert Booking.objects.get(ref="b1").title == "changed"


class Killed(BaseException):
    """The end of a process in the middle of its reading."""


def test_a_later_reading_that_has_not_ended_counts_for_what_it_has_covered(account, source):
    def killed():
        raise Killed

    later = slow(lambda: None, booking("b1", title="as it is"), window_days=30)
    later.meanwhile = lambda: killed() if later.count("read") == 2 else None

    def begins():
        with suppress(Killed):
            refresh_bookings(account, later, SECOND, full=True)

    refresh_bookings(account, slow(begins, booking("b1", title="stale")), FIRST)
    assert SyncRun.objects.get(started_at=SECOND).state == RunState.RUNNING
    assert Booking.objects.get().title == "as it is"


def test_a_clock_that_was_put_back_keeps_nothing_from_being_read(account, source):
    refresh_bookings(account, source, NOW + 400 * DAY)
    refresh_bookings(account, FakeSource().add(booking("b1", title="changed")), SECOND)
    assert Booking.objects.get().title == "changed"


def test_a_later_reading_that_finds_nothing_new_still_writes_no_booking(account, source):
    before = list(Booking.objects.values())
    refresh_bookings(account, slow(poll(account, source), booking("b1", title="as it is")), FIRST)
    assert list(Booking.objects.values()) == before
