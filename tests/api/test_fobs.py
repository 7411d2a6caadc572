"""Fobs through the API: who may do what, what is said back, what is never done."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from rest_framework.test import APIClient

from backoffice import clock
from backoffice.models import AccessGrant, Fob, FobLoan, Override, StaffAct, VendorWrite
from tests.factories import UserFactory, VenueFactory
from tests.flow.lent import Desk

pytestmark = pytest.mark.django_db
WHY = {"reason": "asked at the desk"}


@pytest.fixture
def now():
    return clock.now().replace(microsecond=0)


@pytest.fixture
def desk(sandbox, now):
    """A site at which one fob is lent to a booking that runs now."""
    made = Desk(sandbox)
    made.booked(start=now)
    made.pass_(now)
    return made


def api(group="front desk"):
    user = UserFactory()
    user.groups.add(Group.objects.get(name=group))
    client = APIClient()
    client.force_authenticate(user)
    return client


def act(desk, verb, group="front desk", **given):
    return api(group).post(f"/api/v1/fobs/{desk.fobs[0].pk}/{verb}/", {**WHY, **given}, format="json")


def test_a_fob_says_who_has_it(desk):
    [fob] = api("viewer").get("/api/v1/fobs/").json()["results"]
    assert (fob["name"], fob["loan"]["state"], fob["loan"]["handed_at"]) == ("Fob 1", "active", None)


def test_the_front_desk_hands_a_fob_out_and_checks_it_in(desk):
    assert act(desk, "hand-out").json()["handed_at"]
    assert "opens nothing any more" in act(desk, "check-in").json()["message"]
    assert set(StaffAct.objects.values_list("verb", flat=True)) == {"hand out", "check in"}


def test_an_act_that_cannot_be_done_is_409_in_words(desk):
    answer = act(desk, "found")
    assert (answer.status_code, answer.json()["error"]["message"]) == (409, "Fob 1 is not lost.")


def test_an_act_without_a_reason_is_not_done(desk):
    assert act(desk, "hand-out", reason="").status_code == 400
    assert FobLoan.objects.get().handed_at is None


@pytest.mark.parametrize(
    "verb", ["hand-out", "check-in", "lost", "broken", "found", "repaired", "lend", "put"]
)
def test_a_viewer_does_nothing(desk, verb):
    assert act(desk, verb, "viewer").status_code == 403


@pytest.mark.parametrize(("group", "status"), [("front desk", 403), ("manager", 200)])
def test_managers_alone_say_where_a_fob_lies(desk, group, status):
    assert act(desk, "put", group, venue=VenueFactory().pk).status_code == status


def test_a_lost_fob_is_lost_with_its_reason(desk):
    assert "is being shut at its vendor" in act(desk, "lost", reason="fell into the canal").json()["message"]
    assert Fob.objects.get().lost_reason == "fell into the canal"


def test_a_broken_fob_is_told_of_as_broken_until_it_works_again(desk):
    assert "is being shut at its vendor" in act(desk, "broken", reason="it does not open").json()["message"]
    [fob] = api("viewer").get("/api/v1/fobs/").json()["results"]
    assert (fob["lost_at"], fob["lost_reason"]) == (None, "it does not open")
    assert fob["broken_at"]
    assert act(desk, "found").status_code == 409
    assert act(desk, "repaired").status_code == 200
    of_it = StaffAct.objects.filter(target=f"fob {desk.fobs[0].pk}")
    assert set(of_it.values_list("verb", flat=True)) == {"broken", "repaired"}


@pytest.mark.parametrize(("verb", "other"), [("lost", "broken"), ("broken", "lost")])
def test_fobs_are_listed_by_whether_they_are_lost_or_broken(desk, verb, other):
    act(desk, verb)
    counts = [
        api("viewer").get("/api/v1/fobs/", {f"{how}_at__isnull": is_null}).json()["count"]
        for how in (verb, other)
        for is_null in ("false", "true")
    ]
    assert counts == [1, 0, 0, 1]


def test_a_fob_that_is_promised_is_lent_to_nobody_else(desk, now):
    until = (now + timedelta(hours=1)).isoformat()
    answer = act(desk, "lend", name="Uwe", door=desk.doors["501"].pk, until=until)
    assert answer.status_code == 409


def test_a_free_fob_is_lent_at_once(sandbox, now):
    desk = Desk(sandbox)
    until = (now + timedelta(hours=1)).isoformat()
    answer = act(desk, "lend", name="Uwe", door=desk.doors["501"].pk, until=until)
    assert answer.status_code == 201
    assert Override.objects.get().fob == desk.fobs[0]


def test_a_fob_is_lent_to_one_of_two_guests_and_the_answer_names_it(sandbox, now):
    desk = Desk(sandbox, count=2)
    given = {"door": desk.doors["501"].pk, "until": (now + timedelta(hours=1)).isoformat()}
    first, second = (act(desk, "lend", name=name, **given) for name in ("Uwe", "Ida"))
    told = first.json()
    assert told["fob"] == {"id": desk.fobs[0].pk, "name": "Fob 1", "card_number": "30001"}
    assert (told["name"], told["ends_at"][:16]) == ("Uwe", given["until"][:16])
    assert (second.status_code, Override.objects.count()) == (409, 1)
    assert second.json()["error"]["message"].startswith("Fob 1 is promised to somebody already, for Door 501")


NEW = {"fobs": [{"card_number": "40001", "name": "Fob 40"}]}


def test_new_fobs_are_put_into_stock_at_the_vendor(desk):
    given = {**WHY, **NEW, "account": desk.account.slug}
    answer = api("manager").post("/api/v1/fobs/create-at-vendor/", given, format="json")
    assert (answer.status_code, answer.json()["text"]) == (201, "40001: is in stock")
    assert [one.name for one in desk.site.people.values() if one.card_num == "40001"] == ["Fob 40"]


@pytest.mark.parametrize(
    ("fobs", "said"),
    [
        ([{"card_number": "4x", "name": "A"}], "4x is no card number"),
        ([{"card_number": "41", "name": "A"}, {"card_number": "41", "name": "B"}], "Given twice: 41"),
        ([{"card_number": "30001", "name": "A"}], "Somebody else's"),
    ],
)
def test_new_fobs_that_cannot_be_are_refused_before_the_vendor_is_asked(desk, fobs, said):
    given = {**WHY, "fobs": fobs, "account": desk.account.slug}
    calls = len(desk.site.calls())
    answer = api("manager").post("/api/v1/fobs/create-at-vendor/", given, format="json")
    assert (answer.status_code, len(desk.site.calls()), VendorWrite.objects.count()) == (409, calls, 0)
    assert said in answer.json()["error"]["message"]


def test_a_booking_is_opened_by_another_method(desk, now):
    booking = FobLoan.objects.get().grant.occurrence.booking
    given = {**WHY, "method": "card", "until": (now + timedelta(days=9)).isoformat()}
    address = f"/api/v1/bookings/{booking.pk}/use-method/"
    assert api().post(address, {**given, "method": "netcode"}, format="json").status_code == 409
    assert api().post(address, given, format="json").json()["method"] == "card"


def test_loans_are_listed_by_whether_they_are_open(desk):
    assert len(api("viewer").get("/api/v1/fob-loans/?open=true").json()["results"]) == 1
    assert api("viewer").get("/api/v1/fob-loans/?open=false").json()["results"] == []


def test_a_fob_is_swapped_for_another(desk, now):
    other = desk.add(2)
    assert act(desk, "swap", other=other.pk).status_code == 409  # it waits for its guest
    act(desk, "hand-out")
    assert "is back in stock" in act(desk, "swap", other=other.pk, broken=False).json()["message"]
    assert act(desk, "swap", "viewer", other=other.pk).status_code == 403
    desk.pass_(now + timedelta(seconds=5))
    assert desk.opening(now + timedelta(minutes=1)) == ["Fob 2"]


def test_a_fob_is_given_before_its_time(sandbox, now):
    desk = Desk(sandbox)
    desk.booked(start=now + timedelta(hours=8))
    desk.pass_(now)
    address = f"/api/v1/grants/{AccessGrant.objects.get().pk}/give-fob/"
    assert api("viewer").post(address, {**WHY, "fob": desk.fobs[0].pk}, format="json").status_code == 403
    assert api().post(address, {**WHY, "fob": desk.fobs[0].pk}, format="json").status_code == 200
    desk.pass_(now + timedelta(seconds=5))
    assert FobLoan.objects.get().handed_at
    assert desk.opening(now + timedelta(minutes=1)) == []
