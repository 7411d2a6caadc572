"""Which blocks the world asks for: properties of the pure plan."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from backoffice.flow.channels.content import content
from backoffice.flow.channels.values import Facts, Offer, Paired, Place, Room, Stay, World
from backoffice.flow.channels.wanting import families, wanted

NOW = datetime(2026, 3, 9, 8, tzinfo=UTC)
ROOMS = {
    1: Room(1, "Hall", "Europe/Berlin"),
    2: Room(2, "Half", "Europe/Berlin", part_of=1),
    3: Room(3, "Other half", "Europe/Berlin", part_of=1),
    4: Room(4, "Laboratory", "Europe/Berlin"),
}
PLACES = tuple(
    Place(
        resource_id=room * 10 + account, account_id=account, room_id=room, ref=str(room), by_slot=account == 2
    )
    for room in ROOMS
    for account in (1, 2)
)
CALENDARS = tuple(Paired(room, 3, room, f"calendar {room % 3}", "no_contact") for room in ROOMS)
HOURS = tuple(NOW + timedelta(hours=n) for n in range(1, 40))
OFFERS = {place.resource_id: Offer(HOURS, frozenset({"2026-03-09"}), True) for place in PLACES}


@st.composite
def stays(draw: st.DrawFn) -> Stay:
    """A booking, or somebody's entry in a calendar, of any room and time."""
    room, account = draw(st.sampled_from(list(ROOMS))), draw(st.sampled_from((1, 2)))
    starts = NOW + timedelta(minutes=draw(st.integers(-120, 1800)))
    ends = starts + timedelta(minutes=draw(st.integers(1, 300)))
    entry = draw(st.booleans())
    return Stay(
        id=draw(st.integers(1, 10**6)),
        booking_id=draw(st.integers(1, 3)),
        room_id=room,
        account_id=3 if entry else account,
        resource_id=0 if entry else room * 10 + account,
        resource_ref="pairing" if entry else str(room),
        parent_ref="",
        starts_at=starts,
        ends_at=ends,
        facts=Facts(is_entry=entry, name="Ida", email="ida@example.test", phone="600100200"),
        calendar=(3, f"calendar {room % 3}") if entry else None,
        keep=draw(st.booleans()),
    )


def world(*found: Stay) -> World:
    return World(NOW, ROOMS, PLACES, CALENDARS, found, OFFERS)


@settings(deadline=None)
@given(stays())
def test_only_rooms_that_are_taken_along_are_blocked(stay: Stay) -> None:
    family = families(ROOMS)[stay.room_id]
    assert all(one.room_id in family for one in wanted(world(stay)).values())


@settings(deadline=None)
@given(stays())
def test_nothing_is_blocked_where_it_was_booked(stay: Stay) -> None:
    for one in wanted(world(stay)).values():
        assert one.resource_id != stay.resource_id
        assert (one.account_id, one.calendar_ref) != stay.calendar


@settings(deadline=None)
@given(stays())
def test_a_booking_has_one_event_in_a_calendar_however_many_rooms_share_it(stay: Stay) -> None:
    refs = [one.calendar_ref for one in wanted(world(stay)).values() if one.calendar_ref]
    assert len(refs) == len(set(refs))


@settings(deadline=None)
@given(stays())
def test_b1_an_entry_takes_the_slots_that_start_within_it_and_no_other(stay: Stay) -> None:
    slots = [one for one in wanted(world(stay)).values() if one.slot]
    if stay.calendar is not None and not stay.keep:
        asked = {start for start in HOURS if stay.starts_at <= start < stay.ends_at}
        assert {one.starts_at for one in slots} == asked
        assert all(one.starts_at > NOW for one in slots)


@settings(deadline=None)
@given(stays())
def test_a_booking_takes_every_game_that_would_overlap_it(stay: Stay) -> None:
    slots = {one.starts_at for one in wanted(world(stay)).values() if one.slot}
    if stay.calendar is None and not stay.keep and stay.account_id == 1:
        hour = timedelta(hours=1)
        assert slots == {s for s in HOURS if s < stay.ends_at and s + hour > stay.starts_at}


@settings(deadline=None)
@given(stays())
def test_a_booking_that_nobody_understands_asks_for_nothing(stay: Stay) -> None:
    assert not (stay.keep and wanted(world(stay)))


@settings(deadline=None)
@given(st.lists(stays(), max_size=4, unique_by=lambda stay: stay.id))
def test_the_order_of_bookings_does_not_matter(found: list[Stay]) -> None:
    assert wanted(world(*found)) == wanted(world(*reversed(found)))


@settings(deadline=None)
@given(stays(), st.sampled_from(["no_contact", "empty"]))
def test_s2_no_contact_is_in_any_event_below_the_full_scope(stay: Stay, scope: str) -> None:
    words = content(stay.facts, ROOMS[stay.room_id], stay.starts_at, stay.ends_at, scope)
    told = words.summary + words.description
    assert "ida@example" not in told
    assert "600100200" not in told


@settings(deadline=None)
@given(st.lists(stays(), max_size=6))
def test_a_slot_is_asked_for_once_and_so_is_a_time_of_one_booking(found: list[Stay]) -> None:
    asked = wanted(world(*found)).values()
    slots = [(one.resource_id, one.starts_at) for one in asked if one.slot]
    times = [one.span for one in asked]
    assert (len(slots), len(times)) == (len(set(slots)), len(set(times)))


def test_a_ring_of_parts_ends() -> None:
    ring = {1: Room(1, "a", "UTC", part_of=2), 2: Room(2, "b", "UTC", part_of=1)}
    assert {room: sorted(set(found)) for room, found in families(ring).items()} == {1: [1, 2], 2: [1, 2]}


def test_a_part_and_its_whole_at_the_same_vendor_are_left_to_it() -> None:
    places = (Place(11, 1, 1, "70"), Place(21, 1, 2, "71", parent_ref="70"))
    whole = Stay(1, 1, 1, 1, 11, "70", "", NOW, NOW + timedelta(hours=1))
    part = Stay(2, 2, 2, 1, 21, "71", "70", NOW, NOW + timedelta(hours=1))
    assert wanted(World(NOW, ROOMS, places, stays=(whole, part))) == {}
