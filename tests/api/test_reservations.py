"""Reservations and room calendars by programs: the same rules and permissions as on the pages."""

from __future__ import annotations

from datetime import timedelta

import pytest

from backoffice import clock
from backoffice.models import Booking, StaffAct, VendorWrite
from tests.api.test_api import client_of
from tests.factories import AccountFactory, LocabooFactory, ResourceFactory

pytestmark = pytest.mark.django_db
WHY = {"reason": "asked by phone"}
BOOKINGS, CALENDAR = "/api/v1/reservations/", "/api/v1/room-calendar/"


@pytest.fixture
def shop(sandbox):
    shop = sandbox.vendors.lockme
    shop.clock.set(clock.now())
    shop.switch["timezone"] = "Europe/Berlin"
    shop.add_room(1398, "Laboratory")
    slots = [{"hour": f"{hour}:00:00", "pricers": [7]} for hour in (14, 16, 18)]
    shop.store.rooms[1398].week = dict.fromkeys(range(7), slots)
    return shop


@pytest.fixture
def lab(sandbox, shop):
    account = AccountFactory(slug="shop", base_url=f"{sandbox.url}/lockme", secrets=dict(shop.secrets))
    return ResourceFactory(account=account, ref="1398", title="Laboratory")


@pytest.fixture
def day():
    return (clock.now() + timedelta(days=2)).date().isoformat()


@pytest.fixture
def desk(db):
    return client_of("front desk")


def post(client, address, **given):
    return client.post(address, {**WHY, **given}, format="json")


def make(client, lab, day, **given):
    whole = {"resource": lab.pk, "day": day, "hour": "16:00", "name": "Ida", "key": "k", **given}
    return post(client, BOOKINGS, **whole)


def said(answer, status=409):
    assert answer.status_code == status, answer.data
    return answer.data["error"]["message"]


def test_the_hours_on_offer_are_told(desk, shop, lab, day):
    shop.store.rooms[1398].dates[day] = [{"hour": "14:00:00", "pricers": [7]}]
    (offer,) = desk.get(f"{BOOKINGS}slots/", {"resource": lab.pk, "day": day}).data
    assert (offer["hour"], offer["pricers"], offer["taken"]) == ("14:00:00", [7], "")


def test_a_reservation_is_made_moved_edited_and_cancelled(desk, shop, lab, day):
    made = make(desk, lab, day)
    assert (made.status_code, made.data["state"], made.data["confirmed"]) == (201, "done", True)
    booking = Booking.objects.get(ref=made.data["ref"])
    address = f"{BOOKINGS}{booking.pk}/"
    assert post(desk, f"{address}move/", resource=lab.pk, day=day, hour="18:00").status_code == 201
    assert post(desk, f"{address}edit/", people=5, empty=["comment"]).status_code == 201
    assert post(desk, f"{address}edit/", empty=["name"]).status_code == 400
    kept = shop.store.reservations[int(booking.ref)]
    assert (kept["hour"], kept["people"]) == ("18:00:00", 5)
    assert post(desk, f"{address}cancel/").status_code == 201
    booking.refresh_from_db()
    assert (shop.store.reservations, booking.gone_at is None) == ({}, False)


def test_the_same_request_twice_makes_one_reservation(desk, shop, lab, day):
    assert make(desk, lab, day).data["id"] == make(desk, lab, day).data["id"]
    assert len(shop.store.reservations) == 1


def test_what_is_not_known_to_be_done_is_202(desk, shop, lab, day):
    shop.fail("drop_before", "PUT")
    answer = make(desk, lab, day)
    assert (answer.status_code, answer.data["state"]) == (202, "in_doubt")


def test_a_refusal_is_409_in_the_vendors_words(desk, shop, lab, day):
    shop.book(1398, day, "16:00:00")
    assert "Slot is already taken" in said(make(desk, lab, day))


def test_an_hour_that_is_not_offered_is_409_before_the_vendor_is_asked(desk, shop, lab, day):
    assert "its hours are 14:00, 16:00, 18:00" in said(make(desk, lab, day, hour="15:00"))
    assert not shop.calls("PUT")


def test_bad_fields_are_400_with_their_names(desk, lab, day):
    assert "email" in said(make(desk, lab, day, email="ida@"), 400)
    assert "people" in said(make(desk, lab, day, people=-1), 400)


def test_a_source_without_such_a_desk_is_409(desk, day):
    hall = ResourceFactory(account=LocabooFactory(secrets={"api_secret_key": "x"}))
    assert "takes no reservations from here" in said(make(desk, hall, day))


def test_the_write_can_be_read_and_settled(desk, shop, lab, day):
    shop.fail("drop_before", "PUT")
    number = make(desk, lab, day).data["id"]
    (row,) = desk.get("/api/v1/writes/", {"account": "shop", "state": "in_doubt"}).data["results"]
    assert (row["id"], row["verb"]) == (number, "add reservation")
    assert "Ida" not in str(row)
    assert post(desk, f"/api/v1/writes/{number}/settle/", done=True).data["state"] == "done"
    assert "known already" in said(post(desk, f"/api/v1/writes/{number}/settle/", done=True))


def test_who_may_only_look_writes_nothing(shop, lab, day):
    viewer = client_of("viewer")
    assert make(viewer, lab, day).status_code == 403
    assert post(viewer, f"{CALENDAR}{lab.pk}/margin/", hours=1).status_code == 403
    assert viewer.get(f"{BOOKINGS}slots/", {"resource": lab.pk, "day": day}).status_code == 200
    assert not VendorWrite.objects.exists()


# ---------------------------------------------------------------------------------------------- calendar


@pytest.fixture
def manager(db):
    return client_of("manager")


def test_a_week_is_read_with_its_exceptions(manager, shop, lab):
    shop.store.rooms[1398].dates["2030-03-06"] = []
    found = manager.get(f"{CALENDAR}{lab.pk}/", {"first": "2030-03-04", "days": 7}).data
    assert [slot["hour"] for slot in found["days"][0]] == ["14:00:00", "16:00:00", "18:00:00"]
    assert [(each["day"], each["slots"]) for each in found["exceptions"]] == [("2030-03-06", [])]
    assert (found["margin"], found["pricers"]) == (None, [7])


def test_week_date_and_margin_are_set(manager, shop, lab):
    room, address = shop.store.rooms[1398], f"{CALENDAR}{lab.pk}/"
    slots = [{"hour": "10:00", "pricers": [7, 8]}]
    assert post(manager, f"{address}weekday/", weekday=6, slots=slots).status_code == 201
    assert post(manager, f"{address}date/", day="2030-03-06", slots=[]).status_code == 201
    assert post(manager, f"{address}margin/", hours=1.5).data["text"] == "It was not set; now it is 1.5 h."
    assert room.week[6] == [{"hour": "10:00:00", "pricers": [7, 8]}]
    assert (room.dates, room.margin) == ({"2030-03-06": []}, 1.5)
    assert post(manager, f"{address}clear/", day="2030-03-06").data["confirmed"]
    assert room.dates == {}


def test_a_week_that_was_changed_meanwhile_is_409(manager, lab):
    answer = post(manager, f"{CALENDAR}{lab.pk}/weekday/", weekday=6, slots=[], was=[])
    assert "changed meanwhile" in said(answer)


def test_only_managers_set_calendars(desk, shop, lab):
    assert post(desk, f"{CALENDAR}{lab.pk}/weekday/", weekday=6, slots=[]).status_code == 403
    assert not shop.calls("POST /v2.4")


def test_what_a_program_did_is_history(manager, lab):
    post(manager, f"{CALENDAR}{lab.pk}/margin/", hours=1)
    assert (StaffAct.objects.get().verb, StaffAct.objects.get().author) == ("vendor set margin", manager.user)
