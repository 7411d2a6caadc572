"""Bookings become rows: new, changed, unchanged, moved, renumbered."""

from __future__ import annotations

from datetime import timedelta

import pytest

from backoffice.flow.mirror import refresh_booking, refresh_bookings
from backoffice.models import Booking, Customer, Occurrence, RejectedRow, Resource, SyncRun
from backoffice.states import RunState
from integrations.errors import Garbled, Misconfigured, Unavailable
from integrations.types import BookingStatus, CustomerRecord, Rejected, ResourceRecord
from tests.factories import NOW, AccountFactory, LocabooFactory, RoomFactory
from tests.fakes import NINE, FakeSource, booking, occurrence
from tests.support import Written

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
ONLY_THE_RUN = {"backoffice_syncrun": 2}  # begun and ended


@pytest.fixture
def account():
    return LocabooFactory(timezone="UTC")


def refresh(account, source, minutes=0, **how):
    return refresh_bookings(account, source, NOW + minutes * MINUTE, **how)


def counts(run):
    return run.state, run.seen, run.created, run.updated, run.gone


def test_a_new_booking_becomes_rows_with_the_vendors_words(account):
    source = FakeSource().add(booking("b1", title="Training", price="20.00", people=4, raw={"color": "#fff"}))
    run = refresh(account, source)
    row = Booking.objects.get()
    assert counts(run) == (RunState.OK, 1, 1, 0, 0)
    assert (row.title, row.price, row.people, row.raw) == ("Training", "20.00", 4, {"color": "#fff"})
    assert (row.first_seen_at, row.changed_at) == (NOW, NOW)
    span = row.occurrences.get()
    assert (span.starts_at, span.ends_at, span.starts_text) == (NINE, NINE + HOUR, "2026-03-10 09:00")


def test_an_unchanged_source_costs_no_write_but_the_run(account):
    source = FakeSource(people=[CustomerRecord("7", "Ida Kern", email="ida@example.test")])
    source.add(
        booking("b1", customer_ref="7"), booking("b2", occurrence("1"), occurrence("2", starts=NINE + HOUR))
    )
    refresh(account, source)
    with Written() as written:
        run = refresh(account, source, 1)
    assert counts(run) == (RunState.OK, 2, 0, 0, 0)
    assert written == ONLY_THE_RUN


def test_an_answer_in_another_order_costs_no_write(account):
    spans = [occurrence("1"), occurrence("2", starts=NINE + HOUR)]
    source = FakeSource().add(booking("b1", *spans, raw={"a": [1, {"b": [2, 3]}], "c": 1}))
    refresh(account, source)
    source.add(booking("b1", *reversed(spans), raw={"c": 1, "a": [{"b": [3, 2]}, 1]}))
    with Written() as written:
        refresh(account, source, 1)
    assert written == ONLY_THE_RUN


def test_a_change_of_what_only_the_raw_answer_holds_is_mirrored(account):
    source = FakeSource().add(booking("b1", raw={"custom_fields": {"3": "8"}}))
    refresh(account, source)
    source.add(booking("b1", raw={"custom_fields": {"3": "11"}}))
    assert refresh(account, source, 1).updated == 1
    assert Booking.objects.get().raw == {"custom_fields": {"3": "11"}}


def test_a_cancelled_status_is_written_and_the_occurrence_stays(account):
    source = FakeSource().add(booking("b1"))
    refresh(account, source)
    source.add(booking("b1", status=BookingStatus.CANCELLED, status_text="storniert"))
    refresh(account, source, 1)
    assert Booking.objects.get().status == "cancelled"
    assert Occurrence.objects.get().gone_at is None


def test_a_moved_occurrence_keeps_its_row(account):
    source = FakeSource(rooms=[ResourceRecord("lab", ""), ResourceRecord("hall", "")]).add(booking("b1"))
    refresh(account, source)
    before = Occurrence.objects.get()
    source.add(booking("b1", occurrence(resource="hall", starts=NINE + 5 * HOUR)))
    assert refresh(account, source, 1).updated == 1
    after = Occurrence.objects.get()
    assert (after.pk, after.starts_at, after.resource.ref) == (before.pk, NINE + 5 * HOUR, "hall")


def test_renumbered_instances_keep_their_rows(account):
    source = FakeSource().add(booking("b1", occurrence("1"), occurrence("2", starts=NINE + HOUR)))
    refresh(account, source)
    before = dict(Occurrence.objects.values_list("starts_at", "pk"))
    source.add(booking("b1", occurrence("8"), occurrence("9", starts=NINE + HOUR)))
    refresh(account, source, 1)
    assert dict(Occurrence.objects.values_list("starts_at", "pk")) == before
    assert set(Occurrence.objects.values_list("ref", flat=True)) == {"8", "9"}


def test_two_instances_that_swap_their_times_do_not_swap_their_rows(account):
    source = FakeSource().add(booking("b1", occurrence("1"), occurrence("2", starts=NINE + HOUR)))
    refresh(account, source)
    before = dict(Occurrence.objects.values_list("ref", "pk"))
    source.add(booking("b1", occurrence("1", starts=NINE + HOUR), occurrence("2")))
    refresh(account, source, 1)
    assert dict(Occurrence.objects.values_list("ref", "pk")) == before
    assert Occurrence.objects.get(ref="1").starts_at == NINE + HOUR


def test_a_missing_end_is_the_rooms_session_and_follows_it(account):
    source = FakeSource().add(booking("b1", occurrence(hours=None)))
    refresh(account, source)
    assert Occurrence.objects.get().ends_at == NINE + HOUR
    Resource.objects.update(session_minutes=90)
    refresh(account, source, 1)
    assert Occurrence.objects.get().ends_at == NINE + 90 * MINUTE


def test_staffs_columns_of_a_resource_are_not_touched(account):
    room = RoomFactory()
    Resource.objects.create(account=account, ref="lab", room=room, session_minutes=75)
    refresh(account, FakeSource())
    row = Resource.objects.get()
    assert (row.title, row.room, row.session_minutes) == ("Laboratory", room, 75)


def test_a_customer_who_appears_later_is_linked_then(account):
    source = FakeSource(people=[]).add(booking("b1", customer_ref="7"))
    refresh(account, source)
    assert Booking.objects.get().customer is None
    source.people = [CustomerRecord("7", "Ida Kern", email="Ida@example.test")]
    refresh(account, source, 1)
    assert Booking.objects.get().customer.email == "Ida@example.test"


def test_a_contact_that_the_booking_carries_becomes_its_customer(account):
    source = FakeSource().add(booking("b1", customer=CustomerRecord("", "Ewa Nowak", phone="1")))
    refresh(account, source)
    source.add(booking("b1", customer=CustomerRecord("", "Ewa Nowak", phone="2")))
    refresh(account, source, 1)
    row = Customer.objects.get()
    assert (row.ref, row.name, row.phone, Booking.objects.get().customer) == (
        "booking:b1",
        "Ewa Nowak",
        "2",
        row,
    )


def test_the_same_refs_of_two_accounts_are_two_bookings(account):
    source = FakeSource().add(booking("b1"))
    refresh(account, source)
    refresh(LocabooFactory(timezone="UTC"), source)
    assert Booking.objects.filter(ref="b1").count() == 2


def test_an_error_keeps_what_was_applied_and_fails_the_run(account):
    source = FakeSource(window_days=20).add(booking("b1"))
    source.errors["2026-03-27"] = Unavailable("GET /bookings answered 503")
    run = refresh(account, source)
    assert counts(run) == (RunState.FAILED, 1, 1, 0, 0)
    assert run.error == "GET /bookings answered 503"
    assert run.read == [{"resource": "", "first": "2026-03-07", "last": "2026-03-26"}]


@pytest.mark.parametrize("error", [Unavailable("x"), Garbled("x"), Misconfigured("x")])
def test_the_error_itself_is_given_to_the_caller(account, error):
    assert refresh(account, FakeSource(errors={"resources": error})).failure is error


def test_texts_that_no_column_holds_are_cut_and_not_fatal(account):
    source = FakeSource().add(booking("b1", title="x\0" * 400, people=-3, raw={"t": "a\0😀"}))
    refresh(account, source)
    row = Booking.objects.get()
    assert (row.title, row.people, row.raw) == ("x" * 250, None, {"t": "a\0😀"})
    assert refresh(account, source, 1).updated == 0


def test_a_row_that_cannot_be_read_is_quarantined_once_and_released_when_it_reads_well(account):
    source = FakeSource(rejected=[Rejected("booking", "b9", "no date", {"id": "b9"})]).add(booking("b1"))
    assert refresh(account, source).rejected == 1
    with Written() as written:
        refresh(account, source, 1)
    assert written == ONLY_THE_RUN
    source.rejected = []
    refresh(account, source.add(booking("b9")), 2)
    assert RejectedRow.objects.get().resolved_at == NOW + 2 * MINUTE


def test_an_unknown_resource_is_asked_for_once_and_then_quarantined(account):
    source = FakeSource().add(booking("b1", occurrence("1"), occurrence("2", resource="attic")))
    refresh(account, source)
    assert source.count("resources") == 2
    row = RejectedRow.objects.get()
    assert (row.kind, row.ref) == ("occurrence", "b1/2")
    assert [each.ref for each in Occurrence.objects.all()] == ["1"]
    with Written() as written:
        refresh(account, source, 1)
    assert written == ONLY_THE_RUN


def test_what_was_quarantined_for_its_resource_is_written_when_the_resource_is_listed(account):
    source = FakeSource().add(booking("b1", occurrence("2", resource="attic")))
    refresh(account, source)
    source.rooms.append(ResourceRecord("attic", "Attic"))
    refresh(account, source, 1)
    assert Occurrence.objects.get().resource.ref == "attic"
    assert RejectedRow.objects.get().resolved_at == NOW + MINUTE


def test_a_linked_resource_that_the_source_does_not_list_is_shown_and_not_read(account):
    Resource.objects.create(account=account, ref="wrong", room=RoomFactory())
    source = FakeSource(daily=True)
    refresh(account, source)
    assert RejectedRow.objects.get().ref == "wrong"
    assert source.count("read wrong") == 0


def test_a_booking_by_message_is_mirrored_as_it_is_now(account):
    source = FakeSource().add(booking("b1", title="now"))
    run = refresh_booking(account, source, "lab", "b1", NOW)
    assert (run.kind, *counts(run)) == ("message", RunState.OK, 1, 1, 0, 0)
    assert Booking.objects.get().title == "now"


def test_a_booking_that_the_source_denies_is_gone_at_once(account):
    source = FakeSource().add(booking("b1"))
    refresh(account, source)
    source.bookings.clear()
    assert refresh_booking(account, source, "lab", "b1", NOW + MINUTE).gone == 1
    assert Booking.objects.get().gone_at == Occurrence.objects.get().gone_at == NOW + MINUTE


def test_a_late_message_of_the_old_room_does_not_remove_a_moved_booking(account):
    rooms = [ResourceRecord("lab", ""), ResourceRecord("hall", "")]
    source = FakeSource(daily=True, rooms=rooms).add(booking("b1", occurrence(resource="hall")))
    refresh(account, source)
    assert refresh_booking(account, source, "lab", "b1", NOW + MINUTE).gone == 0
    assert Booking.objects.get().gone_at is None


def test_a_message_that_cannot_be_followed_up_fails_its_run_and_says_so(account):
    source = FakeSource(errors={"booking": Unavailable("no answer")})
    with pytest.raises(Unavailable):
        refresh_booking(account, source, "lab", "b1", NOW)
    assert SyncRun.objects.get().error == "no answer"


def test_an_older_reading_does_not_overwrite_a_newer_one(account):
    source = FakeSource().add(booking("b1", title="new"))
    refresh_booking(account, source, "lab", "b1", NOW + MINUTE)
    old = FakeSource().add(booking("b1", title="old"))
    refresh(account, old)
    refresh(account, FakeSource(), full=True)
    assert (Booking.objects.get().title, Occurrence.objects.get().missing_since) == ("new", None)


def test_a_run_whose_process_died_is_closed_by_the_next(account):
    dead = SyncRun.objects.create(account=account, started_at=NOW - timedelta(hours=2))
    refresh(account, FakeSource())
    dead.refresh_from_db()
    assert dead.state == RunState.FAILED


def test_a_daily_source_is_read_whole_at_first_and_sparingly_later():
    account = AccountFactory(timezone="UTC", poll_minutes=5)
    source = FakeSource(daily=True)
    assert refresh(account, source).kind == "full"
    assert source.count("read") == 63
    source.calls.clear()
    assert refresh(account, source, 5).kind == "poll"
    assert 4 <= source.count("read") <= 10
