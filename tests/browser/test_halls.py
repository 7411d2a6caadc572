"""Staff book at a source with the guest at the desk: from a free time to the booking, on a phone, too."""

from __future__ import annotations

from datetime import timedelta

import pytest

from backoffice.clock import now
from backoffice.models import Booking, Resource, VendorWrite
from tests.browser.conftest import DESKTOP, PHONE

SIZES = pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])


def tomorrow():
    return f"{now() + timedelta(days=1):%Y-%m-%d}"


def hall():
    return Resource.objects.get(account__slug="halls", ref="70")


@SIZES
def test_a_free_time_is_booked_in_a_few_clicks(visitor, booking, size):
    with visitor("front desk", size) as desk:
        day = tomorrow()
        page = desk.go(f"/admin/desk/at/halls/free/?resource=70&first={day}&last={day}&length=02:00")
        assert desk.overhang <= 0
        page.locator("a.lk-slot").first.click()
        page.fill("input[name=who]", "nordufer")
        page.fill("textarea[name=reason]", "asked at the desk")
        page.get_by_role("button", name="Book", exact=True).click()
        page.wait_for_url("**/admin/backoffice/booking/*/change/")
        assert desk.sees("Emil Vogel")
        page.get_by_text("Nothing is booked along").wait_for()  # asked for once the page stands
    assert Booking.objects.filter(account__slug="halls").count() == 1


@SIZES
def test_a_series_shows_its_dates_before_it_is_sent(visitor, booking, size):
    with visitor("front desk", size) as desk:
        page = desk.go(f"/admin/desk/book/{hall().pk}/")
        assert page.locator("input[name=starts]").is_visible()
        page.select_option("select[name=kind]", "weekly")
        assert not page.locator("input[name=starts]").is_visible()
        page.fill("input[name=first]", tomorrow())
        page.fill("input[name=last]", f"{now() + timedelta(days=15):%Y-%m-%d}")
        page.fill("input[name=from_time]", "18:00")
        page.fill("input[name=to_time]", "20:00")
        page.locator("input[name=on_1]").check()
        page.locator("input[name=on_3]").check()
        page.fill("textarea[name=reason]", "the choir's term")
        assert desk.overhang <= 0
        page.get_by_role("button", name="Book", exact=True).click()
        page.get_by_text("times, as Latchkey counts them").wait_for()
        assert not VendorWrite.objects.exists()
        assert desk.overhang <= 0
        page.get_by_role("button", name="Book it now").click()
        page.wait_for_url("**/admin/backoffice/booking/*/change/")
    assert VendorWrite.objects.get().state == "done"


@SIZES
def test_the_pages_at_the_desk_fit_the_window(visitor, booking, size):
    with visitor("front desk", size) as desk:
        for path in ("", "at/halls/customer/", "at/halls/told/invoices/", "at/halls/told/occasions/"):
            desk.go(f"/admin/desk/{path}")
            assert desk.overhang <= 0, path
        page = desk.go(f"/admin/backoffice/resource/{hall().pk}/change/")
        page.get_by_text("Open today").wait_for()
        assert desk.overhang <= 0
