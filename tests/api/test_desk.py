"""Bookings and customers at a source through the API: with permission, asked for once, in the one shape."""

from __future__ import annotations

import pytest

from backoffice.models import Booking, Customer, VendorWrite
from tests.api.test_api import client_of
from tests.factories import START, OccurrenceFactory, ResourceFactory
from tests.flow.halls import town_hall

pytestmark = pytest.mark.django_db
ONCE = {"kind": "once", "starts_at": "2030-03-12T17:00:00Z", "ends_at": "2030-03-12T19:00:00Z"}
ORDER = {"resource": "70", "parts": {"70": ["71"]}, "when": ONCE, "reason": "asked by the portal"}
HOURS = {"first": "2030-03-01", "last": "2030-04-30", "starts": "18:00", "ends": "20:00"}
WHENS = {
    "days": {"first": "2030-03-12", "last": "2030-03-14"},
    "daily": {**HOURS, "last": "2030-03-05"},
    "weekly": {
        **HOURS,
        "days": [{"weekday": 1}, {"weekday": 3, "starts": "09:00", "ends": "10:00"}],
        "every": 2,
    },
    "monthly_by_day": {**HOURS, "day": 12},
    "monthly_by_weekday": {**HOURS, "week": 2, "weekday": 1},
    "yearly": {**HOURS, "day": 12, "month": 3},
}
TIMES = {"days": 1, "daily": 5, "weekly": 8, "monthly_by_day": 2, "monthly_by_weekday": 2, "yearly": 1}


@pytest.fixture
def hall(sandbox):
    """A town hall of which years are mirrored in one reading."""
    found = town_hall(sandbox)
    found.account.horizon_days, found.account.options = 2500, {"window_days": 3000}
    found.account.save()
    return found


@pytest.fixture
def desk(db):
    return client_of("front desk")


@pytest.fixture
def viewer(db):
    return client_of("viewer")


def send(client, hall, verb="add-booking", body=ORDER):
    return client.post(f"/api/v1/accounts/{hall.account.slug}/{verb}/", body, format="json")


def get(client, address):
    return client.get(f"/api/v1/{address}/")


def test_a_booking_is_made_and_mirrored(desk, hall):
    answer = send(desk, hall, body={**ORDER, "customer": "4711"})
    assert (answer.status_code, answer.data["state"], answer.data["confirmed"]) == (201, "done", True)
    made = Booking.objects.get(pk=answer.data["booking"])
    assert (made.customer.ref, made.occurrences.get().resource.ref) == ("4711", "71")


@pytest.mark.parametrize("kind", WHENS)
def test_every_kind_is_looked_at_and_made(desk, hall, kind):
    body = {"resource": "80", "when": {"kind": kind, **WHENS[kind]}, "reason": "x"}
    looked = send(desk, hall, "look-at-booking", body)
    assert (len(looked.data["times"]), hall.asked("booking_add")) == (TIMES[kind], 0)
    answer = send(desk, hall, body=body)
    made = Booking.objects.get(pk=answer.data["booking"])
    starts = {each.starts_at.isoformat() for each in made.occurrences.all()}
    assert starts >= {each["starts_at"].replace("Z", "+00:00") for each in looked.data["times"]}


def test_the_same_key_is_asked_once(desk, hall):
    first, second = (send(desk, hall, body={**ORDER, "key": "portal-1"}) for _ in range(2))
    assert first.data["id"] == second.data["id"]
    assert hall.asked("booking_add") == 1


def test_what_is_still_being_asked_is_not_sent_a_second_time(desk, hall):
    asked = {"verb": "add booking", "subject": "Halle", "asked_at": START, "reason": "x", "rule": "portal"}
    VendorWrite.objects.create(account=hall.account, key="portal-1", **asked)
    answer = send(desk, hall, body={**ORDER, "key": "portal-1"})
    assert (answer.status_code, answer.data["state"], hall.asked("booking_add")) == (202, "asked", 0)


def test_what_stands_against_it_is_a_409_that_names_the_tick(desk, hall):
    send(desk, hall)
    answer = send(desk, hall)
    assert (answer.status_code, answer.data["error"]["code"]) == (409, "doubts")
    assert "Drittel 1 is taken" in answer.data["error"]["fields"]["all_the_same"][0]
    assert send(desk, hall, body={**ORDER, "all_the_same": True}).status_code == 201


@pytest.mark.parametrize(
    ("change", "status", "words"),
    [
        ({"reason": ""}, 400, "reason"),
        ({"when": {"kind": "once"}}, 400, "starts_at"),
        ({"when": {**ONCE, "ends_at": "2030-03-12T16:00:00Z"}}, 409, "ends before it starts"),
        ({"resource": "99", "parts": {}}, 409, "sells nothing with the number 99"),
        ({"customer": "1"}, 409, "no customer with the number 1"),
        ({"color": "red"}, 400, "color"),
        ({"inventory": {"70": {"1890": 0}}}, 400, "inventory"),
    ],
)
def test_bad_input_is_refused_in_words_before_the_source_is_asked(desk, hall, change, status, words):
    answer = send(desk, hall, body={**ORDER, **change})
    assert answer.status_code == status
    assert words in answer.data["error"]["message"]
    assert (hall.asked("booking_add"), VendorWrite.objects.count()) == (0, 0)


def test_a_doubt_is_a_202_with_what_may_be_it(desk, hall):
    hall.shop.fail("drop_after", "booking_add")
    answer = send(desk, hall)
    assert (answer.status_code, answer.data["state"]) == (202, "in_doubt")
    assert answer.data["candidates"] == [str(max(hall.shop.store.bookings))]


def test_a_refusal_is_a_409_in_the_sources_words(desk, hall):
    hall.shop.fail("status", "booking_add", status=400, body='{"success":false,"message":"Closed that day."}')
    answer = send(desk, hall)
    assert (answer.status_code, "Closed that day." in answer.data["error"]["message"]) == (409, True)


def test_a_booking_is_saved_with_its_customer(desk, hall):
    times = {name: ONCE[name] for name in ("starts_at", "ends_at")}
    body = {"resource": "71", **times, "customer": {"email": "ida@example.test"}, "reason": "x"}
    answer = send(desk, hall, "save-booking", body)
    assert answer.status_code == 201
    assert Booking.objects.get(pk=answer.data["booking"]).customer.email == "ida@example.test"


def test_a_booking_is_changed_and_cancelled(desk, hall):
    pk = send(desk, hall).data["booking"]
    times = {"starts_at": "2030-03-13T17:00:00Z", "ends_at": "2030-03-13T19:00:00Z"}
    change = {"resource": hall.resource("72").pk, **times, "reason": "x"}
    answer = desk.post(f"/api/v1/bookings/{pk}/change-at-source/", change, format="json")
    assert answer.status_code == 201, answer.data
    assert desk.post(f"/api/v1/bookings/{pk}/cancel-at-source/", {"reason": "x"}).status_code == 201
    assert Booking.objects.get(pk=pk).gone_at is not None
    assert desk.post(f"/api/v1/bookings/{pk}/cancel-at-source/", {"reason": "x"}).status_code == 409


def test_what_is_sold_elsewhere_is_no_place_for_a_booking(desk, hall):
    pk = send(desk, hall).data["booking"]
    change = {"resource": ResourceFactory().pk, **ONCE, "reason": "x"}
    answer = desk.post(f"/api/v1/bookings/{pk}/change-at-source/", change, format="json")
    assert (answer.status_code, "sells nothing" in answer.data["error"]["message"]) == (409, True)


def test_a_customer_is_added_changed_and_given_an_address(desk, hall):
    person = {"details": {"first_name": "Ole", "email": "ole@example.test"}, "reason": "x"}
    assert send(desk, hall, "add-customer", person).status_code == 201
    made = Customer.objects.get(name="Ole")
    address = f"/api/v1/customers/{made.pk}/"
    change = {"details": {"phone": "+49 1"}, "reason": "x"}
    assert desk.post(f"{address}edit-at-source/", change, format="json").status_code == 201
    more = {"details": {"street": "Kai 1"}, "reason": "x"}
    assert desk.post(f"{address}add-address/", more, format="json").status_code == 201
    made.refresh_from_db()
    assert made.phone == "+49 1"


@pytest.mark.parametrize("verb", ["look-at-booking", "add-booking", "save-booking", "add-customer"])
def test_who_may_only_look_writes_nothing(viewer, hall, verb):
    answer = send(viewer, hall, verb)
    assert (answer.status_code, answer.data["error"]["code"]) == (403, "permission_denied")


def test_a_vendor_without_a_desk_is_a_409(desk):
    pk = OccurrenceFactory().booking.pk
    answer = desk.post(f"/api/v1/bookings/{pk}/cancel-at-source/", {"reason": "x"})
    assert (answer.status_code, answer.data["error"]["code"]) == (409, "not_possible")


# -------------------------------------------------------------------------------- what is told


def test_free_times_are_told_by_every_filter(viewer, hall):
    custom = [{"field": "3", "comparison": "great_than_et", "value": "20"}]
    body = {"first": "2030-03-12", "last": "2030-03-12", "resources": ["71"], "duration": "02:00"}
    hours = {"opens": "09:00", "closes": "13:00"}
    answer = send(viewer, hall, "free-times", {**body, **hours, "conditions": custom, "limit": 5})
    (place,) = answer.data["value"]
    assert [slot["starts"] for slot in place["slots"]] == ["09:00:00", "11:00:00"]
    assert hall.shop.calls("availability")[0].query["free_text_field_values_str"] == "20"


@pytest.mark.parametrize("days", [("2030-03-12", "2030-03-11"), ("2030-03-12", "2030-06-12")])
def test_days_out_of_order_or_too_many_are_a_400(viewer, hall, days):
    answer = send(viewer, hall, "free-times", dict(zip(("first", "last"), days, strict=True)))
    assert (answer.status_code, hall.asked("availability")) == (400, 0)


@pytest.mark.parametrize("name", ["invoices", "stock", "custom-fields", "owner"])
def test_an_account_tells_with_when_it_told(viewer, hall, name):
    hall.booked("10 18:00", "10 20:00")
    answer = get(viewer, f"accounts/{hall.account.slug}/{name}")
    assert answer.status_code == 200
    assert answer.data["at"]
    assert answer.data["value"]


def test_occasions_are_listed_and_one_names_its_bookings(viewer, hall):
    booking = hall.booked("10 18:00", "10 20:00")
    address = f"/api/v1/accounts/{hall.account.slug}/occasions/"
    (party,) = viewer.get(address, {"first": "2026-05-01", "last": "2026-05-31"}).data["value"]
    assert viewer.get(address, {"ref": party["ref"]}).data["value"]["booking_refs"] == [booking.ref]
    assert viewer.get(address, {"ref": "7"}).status_code == 404
    assert viewer.get(address).status_code == 400


def test_a_booking_a_customer_and_what_is_sold_tell_theirs(viewer, hall):
    booking = hall.booked("10 18:00", "10 20:00")
    assert get(viewer, f"bookings/{booking.pk}/invoices").data["value"][0]["payment_label"] == "Bezahlt"
    assert get(viewer, f"bookings/{booking.pk}/booked-along").data["value"] == []
    assert get(viewer, f"customers/{hall.customer().pk}/invoices").data["value"][0]["booking_refs"] == [
        booking.ref
    ]
    opening = get(viewer, f"resources/{hall.resource().pk}/opening").data["value"]
    assert opening["open_today"] == [["08:00:00", "22:00:00"]]


def test_a_silent_source_is_a_503_in_words(viewer, hall):
    hall.shop.fail("status", "stock", status=503)
    hall.shop.fail("status", "inventory_list", status=503, times=3)
    answer = get(viewer, f"accounts/{hall.account.slug}/stock")
    assert (answer.status_code, answer.data["error"]["code"]) == (503, "unavailable")
    assert "could not be asked just now" in answer.data["error"]["message"]


def test_a_stranger_is_told_nothing(hall):
    assert client_of("nobody").get(f"/api/v1/accounts/{hall.account.slug}/invoices/").status_code == 403
