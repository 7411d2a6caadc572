"""Staff book at a source from the admin: looked at first, with permission, and every page opens."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from backoffice.models import Booking, Customer, StaffAct, VendorWrite
from backoffice.states import WriteState
from tests.factories import START
from tests.flow.halls import town_hall

pytestmark = pytest.mark.django_db
ONCE = {
    "kind": "once",
    "starts": "2030-03-12T18:00",
    "ends": "2030-03-12T20:00",
    "reason": "asked at the desk",
}
TUESDAYS = {
    "kind": "weekly",
    "first": "2030-03-12",
    "last": "2030-03-26",
    "from_time": "18:00",
    "to_time": "20:00",
    "on_1": "on",
    "reason": "asked at the desk",
}


@pytest.fixture
def hall(sandbox):
    """A town hall of which years are mirrored in one reading."""
    found = town_hall(sandbox)
    found.account.horizon_days, found.account.options = 2500, {"window_days": 3000}
    found.account.save()
    return found


@pytest.fixture
def desk(signed_in):
    return signed_in("front desk")


def book(hall, ref="70", **query):
    return reverse("desk_book", args=[hall.resource(ref).pk])


def kept(page):
    """What the page keeps for the next step."""
    found = re.findall(r'<input[^>]*type="hidden"[^>]*>', page.content.decode())
    pairs = [(re.search(r'name="(\w+)"', tag), re.search(r'value="([^"]*)"', tag)) for tag in found]
    return {name[1]: value[1] if value else "" for name, value in pairs if name}


def told(hall):
    """Bookings at the source."""
    return list(hall.shop.store.bookings.values())


def says(page, text):
    return text in page.content.decode().replace("&#x27;", "'")


# ----------------------------------------------------------------------------------------------- permissions


@pytest.mark.parametrize("path", ["book", "change", "add", "edit", "address", "cancel"])
def test_who_may_only_look_changes_nothing_at_a_source(hall, signed_in, path):
    booking = hall.booked("10 18:00", "10 20:00")
    addresses = {
        "book": book(hall),
        "change": reverse("desk_change", args=[booking.pk]),
        "add": reverse("desk_customer_add", args=[hall.account.slug]),
        "edit": reverse("desk_customer_edit", args=[hall.customer().pk]),
        "address": reverse("desk_customer_address", args=[hall.customer().pk]),
        "cancel": reverse("admin:backoffice_booking_act", args=["cancel-at-source"]) + f"?ids={booking.pk}",
    }
    for method in ("get", "post"):
        assert getattr(signed_in("viewer"), method)(addresses[path]).status_code == 403
    assert not VendorWrite.objects.exists()


@pytest.mark.parametrize("name", ["desk_hub", "desk_free", "desk_told"])
def test_strangers_are_sent_to_the_door(hall, client, name):
    args = {"desk_hub": [], "desk_free": [hall.account.slug], "desk_told": [hall.account.slug, "stock"]}[name]
    assert "/login/" in client.get(reverse(name, args=args)).headers["location"]


# ---------------------------------------------------------------------------------------------------- booking


def test_a_single_time_is_booked_at_once(hall, desk):
    answer = desk.post(book(hall), {**ONCE, "parts": ["71"], "who": "4711", "key": "k1"})
    made = Booking.objects.get()
    assert answer.headers["location"] == reverse("admin:backoffice_booking_change", args=[made.pk])
    assert (made.customer.ref, made.occurrences.get().resource.ref) == ("4711", "71")
    assert StaffAct.objects.get().reason == "asked at the desk"


def test_a_second_click_books_nothing_more(hall, desk):
    for _ in range(2):
        desk.post(book(hall), {**ONCE, "key": "k1"})
    assert len(told(hall)) == 1


def test_what_is_still_being_asked_is_not_sent_a_second_time(hall, desk):
    asked = {"verb": "add booking", "subject": "Halle", "asked_at": START, "reason": "x", "rule": "portal"}
    write = VendorWrite.objects.create(account=hall.account, key="k1", **asked)
    answer = desk.post(book(hall), {**ONCE, "key": "k1"})
    assert answer.headers["location"] == reverse("admin:backoffice_vendorwrite_change", args=[write.pk])
    assert told(hall) == []


def test_a_series_is_looked_at_before_it_is_sent(hall, desk):
    page = desk.post(book(hall), {**TUESDAYS, "key": "k1"})
    assert says(page, "3 times")
    assert says(page, "Tue 19 Mar 2030 18:00–20:00")
    assert told(hall) == []
    desk.post(book(hall), {**TUESDAYS, **kept(page)})
    assert len(told(hall)[0].instances) == 3


def test_another_series_than_the_one_that_was_looked_at_is_looked_at_first(hall, desk):
    page = desk.post(book(hall), {**TUESDAYS, "key": "k1"})
    page = desk.post(book(hall), {**TUESDAYS, "last": "2030-04-30", **kept(page)})
    assert (told(hall), says(page, "8 times")) == ([], True)


def test_a_taken_room_asks_for_a_tick(hall, desk):
    hall.shop.book(71, "2030-03-12 19:00", "2030-03-12 21:00")
    hall.read()
    page = desk.post(book(hall), {**ONCE, "key": "k1"})
    assert says(page, "Drittel 1 is taken")
    page = desk.post(book(hall), {**ONCE, **kept(page)})
    assert len(told(hall)) == 1
    desk.post(book(hall), {**ONCE, **kept(page), "all_the_same": "on"})
    assert len(told(hall)) == 2


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"ends": "2030-03-12T17:00"}, "ends before it starts"),
        ({"starts": ""}, "Fill this in."),
        (
            {"starts": "2030-03-31T02:30", "ends": "2030-03-31T04:00"},
            "The clock skips 02:30 on Sun 31 Mar 2030",
        ),
        ({"kind": "days"}, "Fill this in."),
        ({"kind": "weekly", "first": "2030-03-12", "last": "2030-03-26"}, "tick at least one"),
        ({"who": "nobody"}, "Nobody is known by that"),
        ({"reason": ""}, "This field is required"),
        ({"parts": ["80"]}, "Select a valid choice"),
    ],
)
def test_bad_input_is_refused_in_words_before_the_source_is_asked(hall, desk, change, words):
    page = desk.post(book(hall), {**ONCE, "key": "k1", **change})
    assert says(page, words)
    assert (hall.asked("booking_add"), VendorWrite.objects.count()) == (0, 0)


def test_of_several_customers_one_is_chosen(hall, desk):
    hall.shop.add_customer("Emilia", "Vogel", "e@example.test", id=4712)
    hall.read()
    page = desk.post(book(hall), {**ONCE, "who": "vogel", "key": "k1"})
    assert says(page, "choose one of them")
    desk.post(book(hall), {**ONCE, "who": "vogel", "pick": "4712", "key": "k1"})
    assert told(hall)[0].customer_id == 4712


def test_a_customer_is_found_by_the_whole_address_too(hall, desk):
    desk.post(book(hall), {**ONCE, "who": "EMIL@example.test", "key": "k1"})
    assert told(hall)[0].customer_id == 4711


def test_things_and_custom_fields_come_along(hall, desk):
    more = {"inventory_1890": "12", "field_4": "B", "title": "Chor", "comment": "by the side door"}
    desk.post(book(hall), {**ONCE, **more, "key": "k1"})
    made = told(hall)[0]
    assert (made.inventory, made.custom_fields) == ({1890: 12}, {70: {4: "B"}})
    assert (made.title, made.comments) == ("Chor", "by the side door")


def test_the_form_opens_when_the_source_is_silent_and_says_so(hall, desk):
    hall.shop.fail("status", "", status=503, times=60)
    page = desk.get(book(hall))
    assert says(page, "could not be asked just now")
    assert page.status_code == 200


def test_a_refusal_is_shown_in_the_sources_words_and_can_be_corrected(hall, desk):
    hall.shop.fail("status", "booking_add", status=400, body='{"success":false,"message":"Closed that day."}')
    page = desk.post(book(hall), {**ONCE, "key": "k1"})
    assert says(page, "Locaboo refused")
    assert says(page, "Closed that day.")
    desk.post(book(hall), {**ONCE, **kept(page)})
    assert len(told(hall)) == 1


def test_a_doubt_leads_to_the_write_with_what_can_be_said_of_it(hall, desk):
    hall.shop.fail("drop_after", "booking_add")
    answer = desk.post(book(hall), {**ONCE, "key": "k1"})
    write = VendorWrite.objects.get()
    assert answer.headers["location"] == reverse("admin:backoffice_vendorwrite_change", args=[write.pk])
    page = desk.get(answer.headers["location"])
    assert says(page, "It was done")
    assert says(page, write.candidates[0])
    assert says(page, "look at Locaboo before it is written again")


# --------------------------------------------------------------------------------------------- change, cancel


def test_a_booking_is_changed_from_its_page(hall, desk):
    booking = hall.booked("10 18:00", "10 20:00")
    address = reverse("desk_change", args=[booking.pk])
    assert says(desk.get(reverse("admin:backoffice_booking_change", args=[booking.pk])), address)
    sent = {"resource": hall.resource("72").pk, "starts": "2030-03-11T09:00", "ends": "2030-03-11T10:00"}
    desk.post(address, {**sent, "status": "Live", "reason": "asked", "key": "k1"})
    assert booking.occurrences.get(gone_at=None).resource.ref == "72"


def test_a_booking_of_several_times_is_not_changed_from_here(hall, desk):
    booking = hall.booked("10 18:00", "10 20:00")
    hall.shop.extend(int(booking.ref), 71, "2026-03-17 18:00", "2026-03-17 20:00")
    hall.read()
    address = reverse("desk_change", args=[booking.pk])
    assert not says(desk.get(reverse("admin:backoffice_booking_change", args=[booking.pk])), address)
    assert desk.get(address).status_code == 302


def test_a_booking_is_cancelled_from_its_page(hall, desk):
    booking = hall.booked("10 18:00", "10 20:00")
    address = reverse("admin:backoffice_booking_act", args=["cancel-at-source"]) + f"?ids={booking.pk}"
    desk.post(address, {"reason": "the guest rang"})
    booking.refresh_from_db()
    assert booking.gone_at is not None
    assert told(hall)[0].status == "Cancelled"


# ------------------------------------------------------------------------------------------------- customers


def test_a_customer_is_added_on_the_way_to_a_booking(hall, desk):
    address = reverse("desk_customer_add", args=[hall.account.slug]) + f"?resource={hall.resource('70').pk}"
    sent = {
        "first_name": "Ole",
        "last_name": "Lund",
        "email": "ole@example.test",
        "reason": "new",
        "key": "k",
    }
    answer = desk.post(address, sent)
    made = Customer.objects.get(name="Ole Lund")
    assert answer.headers["location"] == f"{book(hall)}?customer={made.ref}"
    assert says(desk.get(answer.headers["location"]), f'value="{made.ref}"')


def test_a_known_address_asks_for_a_tick(hall, desk):
    address = reverse("desk_customer_add", args=[hall.account.slug])
    page = desk.post(address, {"email": "emil@example.test", "reason": "new", "key": "k"})
    assert says(page, "Customer 4711 has this e-mail address already")
    assert not VendorWrite.objects.exists()


def test_what_is_left_empty_stays_as_it_is(hall, desk):
    desk.post(
        reverse("desk_customer_edit", args=[hall.customer().pk]),
        {"phone": "+49 1", "reason": "x", "key": "k"},
    )
    assert (hall.customer().phone, hall.customer().name) == ("+49 1", "Emil Vogel")


def test_an_address_is_added_to_a_customer(hall, desk):
    address = reverse("desk_customer_address", args=[hall.customer().pk])
    desk.post(address, {"street": "Kai 1", "address_type": "secondary", "reason": "x", "key": "k"})
    assert VendorWrite.objects.get().state == WriteState.DONE
