"""Silence is not an order: what is missing, what is gone, and when a person is asked."""

from __future__ import annotations

from datetime import timedelta

import pytest

from backoffice.flow.mirror import refresh_bookings
from backoffice.flow.mirror.evidence import CONFIRMATIONS
from backoffice.models import Booking, Occurrence
from backoffice.states import RunState
from integrations.errors import Garbled, Unavailable
from integrations.types import BookingStatus, Rejected, ResourceRecord
from tests.factories import NOW, AccountFactory, LocabooFactory
from tests.fakes import NINE, FakeSource, booking, occurrence
from tests.support import Written

pytestmark = pytest.mark.django_db
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.fixture
def account():
    return LocabooFactory(timezone="UTC")


def refresh(account, source, minutes=0, **how):
    return refresh_bookings(account, source, NOW + minutes * MINUTE, **how)


def full_house(n=40, **how):
    """A source with n bookings, on as many days as there are."""
    spans = [occurrence(starts=NINE + i % 28 * DAY + i // 28 * 2 * timedelta(hours=1)) for i in range(n)]
    return FakeSource(**how).add(*(booking(f"b{i}", span) for i, span in enumerate(spans)))


def live():
    return Occurrence.objects.filter(gone_at=None, missing_since=None).count()


def test_a_booking_that_a_list_lacks_and_a_single_read_denies_is_gone_in_the_same_run(account):
    source = full_house()
    refresh(account, source)
    del source.bookings["b3"]
    assert refresh(account, source, 1).gone == 1
    assert Booking.objects.get(ref="b3").gone_at == NOW + MINUTE
    assert live() == 39


def test_a_booking_that_a_list_lacks_and_a_single_read_finds_stays_without_a_write(account):
    source = full_house()
    refresh(account, source)
    source.hidden = {"b3"}
    with Written() as written:
        assert refresh(account, source, 1).state == RunState.OK
    assert written == {"backoffice_syncrun": 2}


def test_what_a_single_read_found_changed_is_taken_as_it_is(account):
    source = full_house()
    refresh(account, source)
    source.hidden = {"b3"}
    source.add(booking("b3", occurrence(starts=NINE + 200 * DAY)))
    refresh(account, source, 1)
    assert Occurrence.objects.get(booking__ref="b3").starts_at == NINE + 200 * DAY


@pytest.mark.parametrize("error", [Unavailable("503"), Garbled("html")])
def test_what_no_single_read_could_confirm_is_missing_and_never_gone(account, error):
    source = full_house()
    refresh(account, source)
    del source.bookings["b3"]
    source.errors["booking"] = error
    for minute in (1, 2, 3):
        assert refresh(account, source, minute).gone == 0
    assert Occurrence.objects.get(booking__ref="b3").missing_since == NOW + MINUTE


def test_what_comes_back_is_no_longer_missing(account):
    source = full_house()
    refresh(account, source)
    source.hidden, source.errors["booking"] = {"b3"}, Unavailable("503")
    refresh(account, source, 1)
    source.hidden = set()
    refresh(account, source, 2)
    assert live() == 40


def test_beyond_the_limit_of_single_reads_a_second_complete_answer_makes_gone(account):
    source = full_house(280)
    refresh(account, source)
    for i in range(CONFIRMATIONS + 5):
        del source.bookings[f"b{i}"]
    assert refresh(account, source, 1).gone == CONFIRMATIONS
    assert source.count("booking ") == CONFIRMATIONS
    source.errors["booking"] = Unavailable("503")
    assert refresh(account, source, 2).gone == 0, "asked and not answered: it stays missing"
    source.errors.clear()
    assert refresh(account, source, 3).gone == 5


def test_when_a_single_read_contradicts_a_list_the_list_proves_nothing_else(account):
    source = full_house(280)
    refresh(account, source)
    source.hidden = {f"b{i}" for i in range(CONFIRMATIONS + 5)}
    for minute in (1, 2):
        assert refresh(account, source, minute).state == RunState.OK
    assert live() == 280


def test_an_occurrence_that_comes_back_from_gone_is_the_same_row(account):
    source = full_house()
    refresh(account, source)
    before = Occurrence.objects.get(booking__ref="b3")
    record = source.bookings.pop("b3")
    refresh(account, source, 1)
    refresh(account, source.add(record), 2)
    after = Occurrence.objects.get(booking__ref="b3")
    assert (after.pk, after.gone_at, after.booking.gone_at) == (before.pk, None, None)


@pytest.mark.parametrize("daily", [False, True])
def test_an_empty_answer_removes_nothing_and_asks_a_person(account, daily):
    source = full_house(daily=daily)
    refresh(account, source)
    source.bookings.clear()
    run = refresh(account, source, 1, full=True)
    assert (run.state, run.gone, live()) == (RunState.STOPPED, 0, 40)
    assert run.error.startswith("40 of 40 upcoming")
    assert source.count("booking ") == 0


def test_a_loss_of_more_than_a_tenth_stops_even_when_single_reads_deny_it(account):
    source = full_house()
    refresh(account, source)
    for ref in ("b1", "b2", "b3", "b4", "b5"):
        del source.bookings[ref]
    run = refresh(account, source, 1)
    assert (run.state, live()) == (RunState.STOPPED, 40)
    assert "5 of 40 upcoming" in run.error


def test_a_loss_that_staff_accept_is_applied(account):
    source = full_house()
    refresh(account, source)
    source.bookings = {"b0": source.bookings["b0"]}
    refresh(account, source, 1)
    run = refresh(account, source, 2, full=True, accept_loss=True)
    assert (run.state, run.gone, live()) == (RunState.OK, 39, 1)


def test_two_bookings_may_go_however_few_there_are(account):
    source = full_house(3)
    refresh(account, source)
    del source.bookings["b0"], source.bookings["b1"]
    assert refresh(account, source, 1).gone == 2


def test_a_failed_run_removes_nothing(account):
    source = full_house(window_days=20)
    refresh(account, source)
    del source.bookings["b0"]
    source.errors["2026-03-27"] = Unavailable("503")
    refresh(account, source, 1)
    assert live() == 40


def test_an_instance_that_its_booking_no_longer_lists_is_gone_after_a_single_read(account):
    source = full_house().add(booking("x", occurrence("1"), occurrence("2", starts=NINE + DAY)))
    refresh(account, source)
    source.add(booking("x", occurrence("1")))
    run = refresh(account, source, 1)
    assert (run.gone, run.updated) == (0, 1)
    assert Occurrence.objects.get(booking__ref="x", ref="2").gone_at == NOW + MINUTE
    assert Booking.objects.get(ref="x").gone_at is None
    with Written() as written:
        refresh(account, source, 2)
    assert written == {"backoffice_syncrun": 2}


def test_a_booking_whose_last_instances_vanish_from_it_is_not_believed(account):
    source = full_house()
    refresh(account, source)
    source.hidden = {"b3"}
    source.bookings["b3"] = booking("b3").__class__("b3", BookingStatus.CONFIRMED, "", ())
    refresh(account, source, 1)
    assert Occurrence.objects.get(booking__ref="b3").gone_at is None


@pytest.mark.parametrize("semantics", ["overlap", "start", "filter"])
def test_whatever_a_list_means_by_its_dates_nothing_is_lost_and_a_second_run_is_quiet(account, semantics):
    weekly = [occurrence(str(i), starts=NINE + 7 * (i - 4) * DAY) for i in range(12)]
    source = full_house(semantics=semantics, window_days=20).add(booking("weekly", *weekly, raw={"n": 12}))
    known = FakeSource(window_days=200).add(*source.bookings.values())
    refresh(account, known)
    before = live()
    refresh(account, source, 1)
    with Written() as written:
        run = refresh(account, source, 2)
    assert (run.state, live()) == (RunState.OK, before)
    assert written == {"backoffice_syncrun": 2}


@pytest.mark.parametrize("semantics", ["overlap", "start", "filter"])
def test_whatever_a_list_means_by_its_dates_a_deleted_long_booking_is_found_out(account, semantics):
    weekly = [occurrence(str(i), starts=NINE + 7 * (i - 1) * DAY) for i in range(4)]
    source = full_house(semantics=semantics, window_days=20)
    refresh(account, FakeSource().add(*source.bookings.values(), booking("weekly", *weekly)))
    refresh(account, source, 1, accept_loss=True)
    assert Booking.objects.get(ref="weekly").gone_at == NOW + MINUTE


def test_a_row_that_cannot_be_read_is_not_missing(account):
    source = full_house()
    refresh(account, source)
    del source.bookings["b3"]
    source.rejected = [Rejected("booking", "b3", "its date cannot be read")]
    for minute in (1, 2):
        refresh(account, source, minute)
    assert live() == 40


def test_an_instance_that_cannot_be_read_is_not_missing(account):
    source = full_house().add(booking("x", occurrence("801"), occurrence("802", starts=NINE + DAY)))
    refresh(account, source)
    source.add(booking("x", occurrence("801")))
    source.rejected = [Rejected("occurrence", "802", "booking x: its date cannot be read")]
    source.errors["booking"] = Garbled("1 instances cannot be read")
    for minute in (1, 2):
        refresh(account, source, minute)
    assert live() == 42


def test_beside_a_row_that_nobody_can_name_only_a_single_read_removes(account):
    source = full_house()
    refresh(account, source)
    del source.bookings["b3"]
    source.rejected = [Rejected("booking", "?beef", "it has no id")]
    source.errors["booking"] = Unavailable("503")
    refresh(account, source, 1)
    assert live() == 40
    source.errors.clear()
    assert refresh(account, source, 2).gone == 1


def test_an_expired_hold_is_no_loss_that_stops_a_run(account):
    holds = [
        booking(f"h{i}", occurrence(starts=NINE + i * DAY), status=BookingStatus.PENDING) for i in range(5)
    ]
    source = full_house(3).add(*holds)
    refresh(account, source)
    for hold in holds:
        del source.bookings[hold.ref]
    assert refresh(account, source, 1).gone == 5


def test_a_booking_that_moved_to_another_room_and_day_between_two_windows_is_not_missing():
    account = AccountFactory(timezone="UTC", poll_minutes=5)
    rooms = [ResourceRecord("lab", ""), ResourceRecord("hall", "")]
    source = FakeSource(daily=True, rooms=rooms).add(booking("b1"))
    refresh(account, source)
    before = Occurrence.objects.get()
    source.add(booking("b1", occurrence(resource="hall", starts=NINE + DAY)))
    run = refresh(account, source, 5)
    after = Occurrence.objects.get()
    assert (run.updated, run.gone, after.pk, after.gone_at) == (1, 0, before.pk, None)


def test_windows_that_were_not_read_give_no_evidence():
    account = AccountFactory(timezone="UTC", poll_minutes=5)
    source = FakeSource(daily=True).add(booking("far", occurrence(starts=NINE + 40 * DAY)))
    refresh(account, source)
    source.bookings.clear()
    source.errors["read lab 2026-04-19"] = AssertionError("a far day is not read at this poll")
    refresh(account, source, 5)
    assert live() == 1


def test_rooms_missing_twice_are_gone_and_an_empty_list_of_rooms_is_not_believed(account):
    rooms = [ResourceRecord(f"r{i}", "") for i in range(20)]
    source = FakeSource(rooms=rooms)
    refresh(account, source)
    source.rooms = rooms[1:]
    refresh(account, source, 1)
    assert account.resources.get(ref="r0").gone_at is None
    refresh(account, source, 2)
    assert account.resources.get(ref="r0").gone_at == NOW + 2 * MINUTE
    source.rooms = []
    assert refresh(account, source, 3).state == RunState.STOPPED
    assert account.resources.filter(gone_at=None).count() == 19
