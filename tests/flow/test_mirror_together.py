"""Two readers of one account at the same time."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from backoffice.flow.mirror import refresh_booking, refresh_bookings
from backoffice.models import Booking, Customer, Occurrence, Resource
from backoffice.states import RunState
from integrations.types import CustomerRecord, Rejected
from tests.factories import NOW, LocabooFactory
from tests.fakes import FakeSource, booking


class Together(FakeSource):
    """A source whose answers reach both readers at the same instant."""

    meet = threading.Barrier(2)

    def resources(self):
        self.meet.wait(30)
        return super().resources()

    def read(self, window):
        reading = super().read(window)
        self.meet.wait(30)
        return reading


def in_thread(work):
    try:
        return work()
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_two_polls_at_once_make_one_of_everything():
    account = LocabooFactory(timezone="UTC")
    people = CustomerRecord("", "Ewa Nowak")
    records = [booking(f"b{i}", customer=people) for i in range(50)]
    rejected = [Rejected("booking", "bad", "no date")]
    sources = [Together(rejected=rejected).add(*records) for _ in range(2)]
    with ThreadPoolExecutor(2) as pool:
        works = [lambda source=source: refresh_bookings(account, source, NOW) for source in sources]
        runs = list(pool.map(in_thread, works))
    assert {run.state for run in runs} == {RunState.OK}
    assert sum(run.created for run in runs) == 50
    counts = [model.objects.count() for model in (Booking, Occurrence, Customer, Resource)]
    assert counts == [50, 50, 50, 1]


@pytest.mark.django_db(transaction=True)
def test_a_message_and_an_older_poll_that_ends_later_leave_the_message_in_force():
    account = LocabooFactory(timezone="UTC")
    source = FakeSource().add(booking("b1", title="old"))
    refresh_bookings(account, source, NOW)
    later = NOW.replace(minute=2)

    class Slow(FakeSource):
        def read(self, window):
            reading = super().read(window)
            newer = FakeSource().add(booking("b1", title="new"))
            refresh_booking(account, newer, "lab", "b1", later)
            return reading

    refresh_bookings(account, Slow().add(booking("b1", title="stale")), NOW.replace(minute=1))
    assert Booking.objects.get().title == "new"
