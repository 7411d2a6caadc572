"""Venues, rooms, doors and paths in the admin."""

from __future__ import annotations

import pytest
from django.urls import reverse

from backoffice.models import Door, Room, Venue
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def room(db):
    venue = make.VenueFactory()
    doors = [make.DoorFactory(venue=venue, name=name) for name in ("Gate", "Hall")]
    return make.RoomFactory(venue=venue, path=doors)


def page_of(row):
    return reverse(f"admin:backoffice_{row._meta.model_name}_change", args=[row.pk])


def form_of(room, *steps):
    """A room's form with its path as (place, door, step or None, delete?)."""
    kept = [step for step in steps if step[2]]
    form = {"name": room.name, "slug": room.slug, "venue": room.venue.pk}
    for prefix, total, initial in (
        ("steps", len(steps), len(kept)),
        ("calendars", 0, 0),
        ("resources", 0, 0),
    ):
        form |= {f"{prefix}-TOTAL_FORMS": total, f"{prefix}-INITIAL_FORMS": initial}
    for n, (place, door, step, gone) in enumerate([*kept, *(s for s in steps if not s[2])]):
        form |= {f"steps-{n}-position": place, f"steps-{n}-door": door.pk, f"steps-{n}-room": room.pk}
        form |= {f"steps-{n}-id": step.pk} if step else {}
        form |= {f"steps-{n}-DELETE": "on"} if gone else {}
    return form


def path_of(room):
    return [(step.position, step.door.name) for step in room.steps.all()]


def test_two_doors_of_a_path_change_places(signed_in, room):
    gate, hall = room.steps.all()
    form = form_of(room, (2, gate.door, gate, False), (1, hall.door, hall, False))
    assert signed_in("manager").post(page_of(room), form).status_code == 302
    assert path_of(room) == [(1, "Hall"), (2, "Gate")]


def test_a_door_joins_a_path_and_another_leaves_it(signed_in, room):
    gate, hall = room.steps.all()
    new = make.DoorFactory(venue=room.venue, name="Lab")
    form = form_of(room, (1, gate.door, gate, True), (2, hall.door, hall, False), (3, new, None, False))
    signed_in("manager").post(page_of(room), form)
    assert path_of(room) == [(1, "Hall"), (2, "Lab")]


def test_a_door_stands_on_a_path_once(signed_in, room):
    gate, hall = room.steps.all()
    form = form_of(room, (1, gate.door, gate, False), (2, gate.door, hall, False))
    page = signed_in("manager").post(page_of(room), form)
    assert "On the path twice: Gate." in page.content.decode()
    assert path_of(room) == [(1, "Gate"), (2, "Hall")]


def test_saving_a_room_unchanged_writes_no_step(signed_in, room):
    gate, hall = room.steps.all()
    form = form_of(room, (1, gate.door, gate, False), (2, hall.door, hall, False))
    signed_in("manager").post(page_of(room), form)
    assert [step.pk for step in room.steps.all()] == [gate.pk, hall.pk]


def test_a_part_cannot_be_the_whole_of_its_whole(signed_in, room):
    part = make.RoomFactory(venue=room.venue, name="Corner", part_of=room)
    form = {**form_of(room), "part_of": part.pk}
    page = signed_in("manager").post(page_of(room), form)
    assert "is itself a part of this room" in page.content.decode()
    assert Room.objects.get(pk=room.pk).part_of is None


def test_an_unknown_time_zone_is_refused_in_words(signed_in):
    form = {"name": "Quay", "slug": "quay", "timezone": "Europe/Atlantis"}
    page = signed_in("manager").post(reverse("admin:backoffice_venue_add"), form)
    assert "there is no time zone" in page.content.decode()
    assert not Venue.objects.exists()


@pytest.mark.parametrize(("phone", "stored"), [("+49 30 555 0100", 1), ("", 1), ("the desk", 0), ("1", 0)])
def test_a_venues_telephone_is_one_that_can_be_called(signed_in, phone, stored):
    form = {"name": "Quay", "slug": "quay", "timezone": "Europe/Berlin", "phone": phone}
    page = signed_in("manager").post(reverse("admin:backoffice_venue_add"), form)
    assert Venue.objects.filter(phone=phone).count() == stored
    assert ("is no telephone number" in page.content.decode()) == (not stored)


# ------------------------------------------------------------------------------------------------- doors


def new_door(account, **changed):
    lock = {"model": "KL1060", "timecode": "202511161623", "identifier": "101691", "clock": "UTC"}
    return {
        "name": "Store",
        "account": account.pk,
        "ref": "",
        "method": "netcode",
        "slug": "store",
        "venue": make.VenueFactory().pk,
        "fob_refs": "[]",
        **{f"lock_{name}": value for name, value in lock.items()},
        **changed,
    }


def test_a_lock_that_no_list_has_is_entered_by_its_numbers(signed_in):
    account = make.CodelocksFactory()
    signed_in("manager").post(reverse("admin:backoffice_door_add"), new_door(account))
    door = Door.objects.get()
    assert (door.ref, door.lock["clock"], door.lock["star"]) == ("202511161623/101691", "UTC", False)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"lock_timecode": "123"}, "timecode: 12 digits"),
        ({"lock_identifier": "12345x"}, "identifier: 6 digits"),
        ({"lock_clock": "Mars/Base"}, "there is no time zone"),
        ({"lock_model": "", "lock_timecode": "", "lock_identifier": ""}, "Give the vendor&#x27;s id, or"),
        ({"method": "card"}, "has no card; it has netcode, phone"),
        ({"fob_refs": "7"}, "Write a list"),
    ],
)
def test_what_is_wrong_with_a_lock_is_said_in_words(signed_in, changed, said):
    form = new_door(make.CodelocksFactory(), **changed)
    page = signed_in("manager").post(reverse("admin:backoffice_door_add"), form)
    assert said in page.content.decode()
    assert not Door.objects.exists()


def test_the_vendors_words_about_a_door_stay_the_vendors(signed_in):
    door = make.K3DoorFactory(name="Front", lock={})
    form = {"name": "Mine", "slug": "new", "method": "phone", "venue": door.venue.pk, "fob_refs": "[]"}
    signed_in("manager").post(page_of(door), form)
    door.refresh_from_db()
    assert (door.name, door.slug, door.method) == ("Front", "new", "phone")


def test_front_desk_looks_at_places_and_changes_none(signed_in, room):
    desk = signed_in("front desk")
    assert desk.get(page_of(room)).status_code == 200
    assert desk.post(page_of(room), form_of(room)).status_code == 403
