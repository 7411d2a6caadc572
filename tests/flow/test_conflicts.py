"""Two who have the same room or door: found, told in words, closed when the cause is gone."""

from __future__ import annotations

from datetime import timedelta

import pytest

from backoffice.flow import conflicts, grant
from backoffice.flow.conflicts import detect
from backoffice.models import AccessGrant, Block, Conflict
from backoffice.states import ConflictState
from tests.factories import (
    HOUR,
    NOW,
    START,
    AccountFactory,
    BookingFactory,
    DoorFactory,
    LocabooFactory,
    OccurrenceFactory,
    ResourceFactory,
    RoomFactory,
)
from tests.flow.booked import booked, word
from tests.flow.clashes import current, extended, neighbours, two
from tests.support import Written

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


# ---------------------------------------------------------------------------------------------------- found


def test_two_channels_that_sell_one_room_at_one_time_are_one_conflict_in_words():
    room = RoomFactory(name="Ballroom")
    OccurrenceFactory(room=room, booking__account=AccountFactory(slug="market"), booking__ref="7")
    hall = BookingFactory(account=LocabooFactory(slug="halls"), ref="9", customer__name="Emil Vogel")
    OccurrenceFactory(room=room, booking=hall, starts_at=START + HOUR / 2)
    assert detect(NOW).opened == 1
    assert current().text == (
        "Two bookings at one time: Ida Kern (market/7), Ballroom, Mon 9 Mar 18:00–19:00, and Emil Vogel "
        "(halls/9), Ballroom, Mon 9 Mar 18:30–19:30. Both have it Mon 9 Mar 18:30–19:00. "
        "Move or cancel one of them, or let one guest in only after the other."
    )


def test_what_was_found_before_is_not_written_again():
    two()
    detect(NOW)
    with Written() as written:
        assert detect(NOW + MINUTE) == conflicts.Detected()
    assert written == {}


def test_bookings_that_touch_are_no_conflict():
    two(apart=HOUR)
    assert detect(NOW).opened == 0


def test_a_part_takes_its_whole_at_any_depth_and_leaves_its_sisters_alone():
    whole = RoomFactory()
    half, other = (RoomFactory(venue=whole.venue, part_of=whole) for _ in range(2))
    corner = RoomFactory(venue=whole.venue, part_of=half)
    for room in (corner, other):
        OccurrenceFactory(room=room)
    assert detect(NOW).opened == 0
    taken = OccurrenceFactory(room=whole)
    assert detect(NOW).opened == 2
    assert set(Conflict.objects.values_list("second", "room")) == {
        (taken.pk, corner.pk),
        (taken.pk, other.pk),
    }


@pytest.mark.parametrize("status", ["pending", "unknown", "block"])
def test_what_is_not_confirmed_takes_the_room_too(status):
    two(booking__status=status)
    assert detect(NOW).opened == 1


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("pending", "not paid yet. Both"),
        ("block", "an entry in a calendar (lockme-"),
        ("unknown", "in a state that is not known here. Both"),
    ],
)
def test_the_words_say_what_is_not_a_booking_like_any_other(status, words):
    two(booking__status=status)
    detect(NOW)
    assert words in current().text


def test_two_entries_of_calendars_are_nobodys_conflict():
    first, _ = two(booking__status="block")
    first.booking.status = "block"
    first.booking.save()
    assert detect(NOW).opened == 0


@pytest.mark.parametrize(
    "how", [{"booking__status": "cancelled"}, {"gone_at": NOW}, {"booking__gone_at": NOW}]
)
def test_a_booking_that_is_off_is_in_nobodys_way(how):
    two(**how)
    assert detect(NOW).opened == 0


def test_a_thing_sold_that_is_linked_to_no_room_is_in_nobodys_way():
    sold = ResourceFactory(room=None)
    for _ in range(2):
        OccurrenceFactory(resource=sold)
    assert detect(NOW).opened == 0


def test_bookings_told_in_days_that_touch_are_one_conflict_under_one_name_until_it_is_over():
    room = RoomFactory()
    for ref in ("a", "b"):
        sold = ResourceFactory(room=room)
        booking = BookingFactory(account=sold.account, ref=ref)
        for day in range(3):
            at = {"starts_at": START + day * 24 * HOUR, "ends_at": START + (day + 1) * 24 * HOUR}
            OccurrenceFactory(booking=booking, resource=sold, ref=str(day), **at)
    assert detect(NOW).opened == 1
    assert current().ends_at == START + 72 * HOUR
    assert detect(START + 71 * HOUR) == conflicts.Detected()
    assert detect(START + 72 * HOUR).closed == 1


def test_a_booking_of_a_whole_and_its_parts_is_in_anothers_way_once():
    whole = RoomFactory()
    parts = [RoomFactory(venue=whole.venue, part_of=whole) for _ in range(2)]
    booking = BookingFactory()
    for n, room in enumerate((whole, *parts)):
        OccurrenceFactory(booking=booking, room=room, ref=str(n))
    OccurrenceFactory(room=whole)
    assert detect(NOW).opened == 1


# ------------------------------------------------------------------------------------------- known to be one


def test_two_bookings_with_one_number_are_one_booking():
    two(booking__external_ref="A7")
    assert detect(NOW).opened == 1
    first = Conflict.objects.get().first.booking
    first.external_ref = "A7"
    first.save()
    assert detect(NOW).closed == 1


def test_a_booking_whose_number_is_anothers_id_at_another_account_is_that_one():
    room = RoomFactory()
    OccurrenceFactory(room=room, booking__ref="4711")
    OccurrenceFactory(room=room, booking__external_ref="4711")
    assert detect(NOW).opened == 0


def test_within_one_account_an_id_as_a_number_means_nothing():
    sold = ResourceFactory()
    OccurrenceFactory(resource=sold, booking__account=sold.account, booking__ref="4711")
    OccurrenceFactory(resource=sold, booking__account=sold.account, booking__external_ref="4711")
    assert detect(NOW).opened == 1


def blocked(occurrence, echo, **fields):
    sold = echo.resource
    return Block.objects.create(
        occurrence=occurrence,
        room=sold.room,
        account=sold.account,
        resource=sold,
        starts_at=START,
        ends_at=START + HOUR,
        created_at=NOW,
        **{"key": "lk-1", **fields},
    )


@pytest.mark.parametrize("how", ["linked", "by its id", "by our key"])
def test_our_own_block_that_came_back_is_in_nobodys_way(how):
    first, echo = two(booking__external_ref="lk-1" if how == "by our key" else "")
    OccurrenceFactory(room=first.resource.room, starts_at=START + 5 * HOUR)
    block = blocked(first, echo, ref=echo.booking.ref if how == "by its id" else "")
    if how == "linked":
        block.key, echo.booking.echo_of = "other", block
        echo.booking.save()
    assert detect(NOW).opened == 0


# ---------------------------------------------------------------------------------------------------- doors


def test_lead_and_lag_that_meet_are_no_conflict_and_a_window_extended_into_the_next_is():
    first, second = neighbours()
    assert detect(NOW).opened == 0
    extended(first)
    assert detect(NOW).opened == 1
    conflict = current()
    assert (conflict.kind, conflict.first, conflict.second) == ("door", first, second)
    assert (conflict.starts_at, conflict.ends_at) == (START + HOUR + 5 * MINUTE, START + HOUR + 35 * MINUTE)
    assert "Both can Mon 9 Mar 19:05–19:35. Trim the windows" in conflict.text


def test_guests_of_different_rooms_at_a_shared_front_door_are_no_conflict():
    gate = DoorFactory()
    for _ in range(2):
        booked(room=RoomFactory(path=[gate]))
    grant.replan(NOW)
    assert detect(NOW).opened == 0


def test_the_doors_of_a_double_booking_are_part_of_the_rooms_conflict():
    two()
    grant.replan(NOW)
    assert AccessGrant.objects.filter(ends_at__gt=START + HOUR).count() == 2
    assert detect(NOW).opened == 1
    assert current().kind == "room"


def test_a_window_that_outlasts_its_booking_is_a_conflict_until_it_ends():
    extended(neighbours()[0])
    detect(NOW)
    assert detect(START + HOUR + 20 * MINUTE).closed == 0
    assert detect(START + HOUR + 35 * MINUTE).closed == 1


# -------------------------------------------------------------------------------------- closed and open again


def test_it_closes_itself_when_its_cause_is_gone_and_opens_anew_when_that_returns():
    _, second = two()
    for gone in (None, NOW, None):
        second.gone_at = gone
        second.save()
        detect(NOW)
    assert list(Conflict.objects.order_by("pk").values_list("state", "closed_at")) == [
        ("closed", NOW),
        ("open", None),
    ]


def test_it_is_over_when_the_first_of_the_two_is():
    two()
    detect(NOW)
    assert detect(START + HOUR).closed == 1


def test_what_was_accepted_stays_so_until_its_time_changes():
    _, second = two()
    detect(NOW)
    conflicts.accept(current(), word("they know each other"))
    detect(NOW)
    assert current().state == ConflictState.ACCEPTED
    second.starts_at -= 10 * MINUTE
    second.save()
    assert detect(NOW).changed == 1
    assert (current().state, current().accepted_reason) == (ConflictState.OPEN, "they know each other")


def test_a_guest_with_another_name_is_told_of_under_that_name():
    first, _ = two()
    detect(NOW)
    first.booking.customer.name = "Ida Vogel"
    first.booking.customer.save()
    detect(NOW)
    assert "Ida Vogel" in current().text
