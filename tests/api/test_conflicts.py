"""Conflicts and calendar feeds through the API: the same acts, the same permissions, no address in a list."""

from __future__ import annotations

import pytest
from django.test import Client

from backoffice.clock import now as clock
from backoffice.flow import conflicts, grant
from backoffice.models import Conflict, Feed, Override, StaffAct
from tests.api.test_api import client_of
from tests.calendars import read
from tests.factories import HOUR, DoorFactory, GrantFactory, NoticeFactory, OccurrenceFactory, RoomFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk():
    return client_of("front desk")


@pytest.fixture
def viewer():
    return client_of("viewer")


@pytest.fixture
def manager():
    return client_of("manager")


@pytest.fixture
def start():
    return clock().replace(minute=0, second=0, microsecond=0) + 24 * HOUR


@pytest.fixture
def conflict(start):
    room = RoomFactory(path=[DoorFactory()])
    for n in range(2):
        OccurrenceFactory(room=room, starts_at=start + n * HOUR / 2)
    grant.replan(clock())
    conflicts.detect(clock())
    return Conflict.objects.get()


def at(conflict, act=""):
    return f"/api/v1/conflicts/{conflict.pk}/{act}"


# ------------------------------------------------------------------------------------------------ conflicts


def test_a_conflict_has_both_sides(viewer, conflict):
    (row,) = viewer.get("/api/v1/conflicts/?state=open").json()["results"]
    assert row["text"] == conflict.text
    assert [row[side]["booking"] for side in ("first", "second")] == [
        conflict.first.booking_id,
        conflict.second.booking_id,
    ]


def test_a_conflict_has_what_each_guest_was_told_and_when(viewer, conflict, start):
    booking = conflict.first.booking
    sent = NoticeFactory(booking=booking, state="sent", sent_at=start - HOUR, body="Your PIN is 4711")
    NoticeFactory(booking=booking, state="dropped")
    row = viewer.get(at(conflict)).json()
    assert [(each["id"], each["state"], each["sent_at"][:13]) for each in row["first"]["told"]] == [
        (sent.pk, "sent", (start - HOUR).isoformat()[:13])
    ]
    assert row["second"]["told"] == []
    assert "4711" not in str(row)


def test_a_conflict_has_the_doors_and_how_each_side_stands_there(viewer, conflict):
    alone = DoorFactory(name="Cellar")
    GrantFactory(occurrence=conflict.second, door=alone, position=2, state="denied")
    code = conflict.first.grants.get().codes.first()
    code.secret = "4711"
    code.save()
    lab, cellar = viewer.get(at(conflict)).json()["doors"]
    assert (lab["shared"], lab["first"]["state"], lab["second"]["state"]) == (True, "granted", "granted")
    assert [(each["id"], each["state"]) for each in lab["first"]["codes"]] == [(code.pk, code.state)]
    assert (cellar["name"], cellar["shared"], cellar["first"]) == ("Cellar", False, None)
    assert cellar["second"]["state"] == "denied"
    assert "4711" not in str(lab)


@pytest.mark.parametrize("side", ["first", "second"])
def test_conflicts_are_found_by_either_booking(viewer, conflict, side):
    found = viewer.get(f"/api/v1/conflicts/?booking={getattr(conflict, side).booking_id}").json()
    assert found["count"] == 1
    assert viewer.get("/api/v1/conflicts/?booking=0").json()["count"] == 0


def test_ten_conflicts_take_as_many_queries_as_one(viewer, start, django_assert_max_num_queries):
    for _ in range(10):
        room = RoomFactory(path=[DoorFactory()])
        for _ in range(2):
            NoticeFactory(booking=OccurrenceFactory(room=room, starts_at=start).booking)
    grant.replan(clock())
    conflicts.detect(clock())
    with django_assert_max_num_queries(14):
        assert viewer.get("/api/v1/conflicts/").json()["count"] == 10


def test_a_conflict_is_accepted_and_opened_again(desk, conflict):
    assert desk.post(at(conflict, "accept/"), {"reason": "they share it"}).json()["state"] == "accepted"
    again = desk.post(at(conflict, "accept/"), {"reason": "x"})
    assert (again.status_code, again.json()["error"]["code"]) == (409, "not_possible")
    assert desk.post(at(conflict, "reopen/"), {"reason": "they do not"}).json()["state"] == "open"


def test_one_side_is_denied(desk, conflict, start):
    given = {"booking": conflict.second.booking_id, "until": (start + 5 * HOUR).isoformat(), "reason": "late"}
    assert "is denied access" in desk.post(at(conflict, "deny/"), given).json()["message"]
    assert Override.objects.get().booking == conflict.second.booking


def test_one_goes_in_after_the_other(desk, conflict):
    moment = (conflict.starts_at + HOUR / 4).isoformat()
    given = {"booking": conflict.first.booking_id, "moment": moment, "reason": "agreed"}
    assert "the other guest from then on" in desk.post(at(conflict, "trim/"), given).json()["message"]
    assert Override.objects.filter(kind="trim").count() == 2


def test_opened_again_the_trim_is_taken_back_and_the_answer_says_so(desk, conflict):
    moment = (conflict.starts_at + HOUR / 4).isoformat()
    given = {"booking": conflict.first.booking_id, "moment": moment, "reason": "agreed"}
    desk.post(at(conflict, "trim/"), given)
    told = desk.post(at(conflict, "reopen/"), {"reason": "they do not agree"}).json()
    assert (told["state"], "no longer trimmed" in told["message"]) == ("open", True)
    assert not Override.objects.filter(lifted_at=None).exists()


@pytest.mark.parametrize("act", ["accept/", "reopen/", "deny/", "trim/"])
def test_who_may_only_look_may_settle_nothing(viewer, conflict, act):
    assert viewer.post(at(conflict, act), {"reason": "x"}).status_code == 403
    assert not StaffAct.objects.exists()


# ---------------------------------------------------------------------------------------------------- feeds


@pytest.fixture
def made(manager):
    room = RoomFactory()
    given = {"room": room.pk, "scope": "empty", "reason": "the cleaners"}
    answer = manager.post("/api/v1/feeds/", given)
    assert answer.status_code == 201
    return answer.json()


def test_a_feed_is_made_and_its_address_is_told_once_asked_for_on_record(manager, made):
    token = Feed.objects.get().token
    assert token not in str(made)
    assert token not in manager.get("/api/v1/feeds/").content.decode()
    answer = manager.post(f"/api/v1/feeds/{made['id']}/reveal/", {"reason": "for the tablet"})
    assert answer["Cache-Control"] == "no-store"
    assert read(Client().get(answer.json()["address"]).content).text("NAME") == "Laboratory"
    assert list(StaffAct.objects.order_by("pk").values_list("verb", flat=True)) == ["offer", "reveal"]


def test_a_feed_is_renewed_and_withdrawn(manager, made):
    old = Feed.objects.get().token
    manager.post(f"/api/v1/feeds/{made['id']}/renew/", {"reason": "lost"})
    assert Feed.objects.get().token != old
    assert manager.post(f"/api/v1/feeds/{made['id']}/withdraw/", {"reason": "left"}).json()["withdrawn_at"]
    assert manager.post(f"/api/v1/feeds/{made['id']}/reveal/", {"reason": "x"}).status_code == 409


def test_a_venues_feed_names_no_room(manager):
    venue = RoomFactory().venue
    made = manager.post("/api/v1/feeds/", {"venue": venue.pk, "scope": "full", "reason": "x"}).json()
    assert (made["venue"], made["room"]) == (venue.pk, None)


@pytest.mark.parametrize("place", [{}, {"room": 1, "venue": 1}])
def test_a_feed_is_of_a_room_or_of_a_venue(manager, place):
    answer = manager.post("/api/v1/feeds/", {**place, "scope": "full", "reason": "x"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid")


@pytest.mark.parametrize("act", ["", "1/reveal/", "1/renew/", "1/withdraw/"])
def test_the_front_desk_has_nothing_to_do_with_feeds(desk, act):
    assert desk.post(f"/api/v1/feeds/{act}", {"scope": "full", "reason": "x"}).status_code == 403


def test_a_moment_without_an_offset_is_refused_for_nobody_knows_whose_clock_it_is_on(desk, conflict):
    middle = (conflict.starts_at + (conflict.ends_at - conflict.starts_at) / 2).replace(tzinfo=None)
    given = {"booking": conflict.first.booking_id, "moment": middle.isoformat(), "reason": "one by one"}
    answer = desk.post(at(conflict, "trim/"), given, format="json")
    assert answer.status_code == 400
    assert "offset" in answer.json()["error"]["fields"]["moment"][0]
