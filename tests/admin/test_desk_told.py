"""What sources tell staff now: free times, invoices, opening times, on pages that always open."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from backoffice.models import Resource
from tests.admin.test_desk import book, desk, hall, says
from tests.factories import OccurrenceFactory, RoomFactory

pytestmark = pytest.mark.django_db
__all__ = ["desk", "hall"]  # fixtures


def test_free_times_lead_to_the_form_that_books_them(hall, desk):
    address = reverse("desk_free", args=[hall.account.slug])
    page = desk.get(
        address, {"resource": "70", "first": "2030-03-12", "last": "2030-03-12", "length": "06:00"}
    )
    path = f"{book(hall, '71')}?starts=2030-03-12T08%3A00&amp;ends=2030-03-12T14%3A00"
    assert page.status_code == 200
    assert says(page, path)
    form = desk.get(path.replace("&amp;", "&"))
    assert says(form, 'value="2030-03-12T08:00"')


def test_every_filter_is_sent(hall, desk):
    asked = {"first": "2030-03-12", "last": "2030-03-13", "length": "02:00", "opens": "09:00", "limit": "3"}
    custom = {"field_0": "3", "how_0": "great_than_et", "value_0": "20"}
    desk.get(reverse("desk_free", args=[hall.account.slug]), {**asked, **custom, "closes": "18:00"})
    (call,) = hall.shop.calls("availability")
    assert (call.query["duration"], call.query["time_from"], call.query["limit"]) == ("02:00", "09:00", "3")
    assert call.query["free_text_field_conditions_str"] == "great_than_et"


def test_days_out_of_order_are_not_asked_about(hall, desk):
    sent = {"first": "2030-03-12", "last": "2030-03-11", "length": "01:00"}
    assert says(desk.get(reverse("desk_free", args=[hall.account.slug]), sent), "The last day is before")
    assert hall.asked("availability") == 0


@pytest.mark.parametrize("name", ["invoices", "stock", "occasions", "owner"])
@pytest.mark.parametrize("silent", [False, True])
def test_what_an_account_tells_has_pages_that_always_open(hall, desk, name, silent):
    hall.booked("10 18:00", "10 20:00")
    if silent:
        hall.shop.fail("status", "", status=503, times=60)
    page = desk.get(reverse("desk_told", args=[hall.account.slug, name]))
    assert page.status_code == 200
    assert says(page, "could not be asked just now") is silent


def test_a_bookings_page_has_its_things_and_invoices(hall, desk):
    booking = hall.booked("10 18:00", "10 20:00")
    hall.shop.store.bookings[int(booking.ref)].inventory = {1890: 12}
    page = desk.get(reverse("admin:backoffice_booking_change", args=[booking.pk]))
    panels = re.findall(r'hx-get="(/admin/desk/panel/[^"]+)"', page.content.decode())
    along, invoices = (desk.get(panel) for panel in panels)
    assert says(along, "12 ×")
    assert says(invoices, "Bezahlt")


def test_the_page_of_what_is_sold_says_when_it_is_open(hall, desk):
    page = desk.get(reverse("admin:backoffice_resource_change", args=[hall.resource("71").pk]))
    panels = re.findall(r'hx-get="(/admin/desk/panel/[^"]+)"', page.content.decode())
    opened, stock = (desk.get(panel) for panel in panels)
    assert says(opened, "08:00–22:00")
    assert says(stock, "Stuhl")


def test_a_row_of_a_vendor_without_a_desk_has_no_panels_and_no_buttons(desk):
    booking = OccurrenceFactory().booking
    page = desk.get(reverse("admin:backoffice_booking_change", args=[booking.pk]))
    assert not says(page, "/desk/panel/")
    assert not says(page, "cancel-at-source")


def test_a_rooms_page_leads_to_the_free_times_of_what_it_is_sold_as(hall, desk):
    room = RoomFactory()
    Resource.objects.filter(pk=hall.resource("80").pk).update(room=room)
    page = desk.get(reverse("admin:backoffice_room_change", args=[room.pk]))
    (panel,) = re.findall(r'hx-get="(/admin/desk/panel/[^"]+)"', page.content.decode())
    assert says(desk.get(panel), f"{reverse('desk_free', args=[hall.account.slug])}?resource=80")


def test_a_panel_of_something_else_is_not_there(hall, desk):
    assert desk.get(f"/admin/desk/panel/customer/{hall.customer().pk}/along/").status_code == 404
    assert desk.get("/admin/desk/panel/secret/1/invoices/").status_code == 404
