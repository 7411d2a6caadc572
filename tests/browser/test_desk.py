"""Staff connect the marketplace, and make, move and cancel what is reserved there, in a browser."""

from __future__ import annotations

import os
from datetime import timedelta

import pytest
import requests

from backoffice import clock
from backoffice.models import Booking, Resource, VendorAccount
from tests.browser.conftest import DESKTOP, PHONE

SHOTS = os.environ.get("SHOTS", "")  # a folder, to look at the pages


def shot(page, name):
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)


@pytest.fixture
def account(booking, live_server):
    """The marketplace's account, which has to be connected again; our address is registered there."""
    account = booking.account
    root = account.base_url.rpartition("/")[0]
    address = {"redirect_uri": f"{live_server.url}/admin/connected/"}
    requests.post(f"{root}/play/{account.slug}/register", data=address, timeout=30).raise_for_status()
    secrets = {
        **account.secrets,
        "token": {**account.secrets["token"], "access_token": "dead", "refresh_token": ""},
    }
    VendorAccount.objects.filter(pk=account.pk).update(secrets=secrets)
    return account


@pytest.fixture
def lab(booking):
    return Resource.objects.get(account=booking.account, ref="1398")


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desk", "phone"])
def test_a_manager_connects_an_account_over_the_vendors_page(visitor, account, size):
    page_of_account = f"/admin/backoffice/vendoraccount/{account.pk}/change/"
    with visitor("manager", size) as manager:
        page = manager.go(page_of_account)
        assert page.get_by_label("redirect address").input_value().endswith("/admin/connected/")
        manager.go(f"/admin/accounts/{account.pk}/connect/")
        assert manager.overhang <= 0
        shot(page, f"connect-{size['width']}")
        page.get_by_role("button", name="Go to Lock.me").click()
        page.get_by_role("button", name="Allow").click()
        page.wait_for_url(f"**{page_of_account}")
        assert manager.sees("authorization completed")
        assert "code=" not in page.url
        shot(page, f"account-{size['width']}")
    token = VendorAccount.objects.get(pk=account.pk).secrets["token"]
    assert token["access_token"] not in ("", "dead")


def test_a_dead_token_offers_to_reconnect_on_todays_page(visitor, account):
    with visitor("manager") as manager:
        page = manager.go("/admin/")
        page.get_by_role("link", name="Refresh now").first.click()
        manager.go(f"/admin/backoffice/vendoraccount/act/refresh/?ids={account.pk}")
        page.get_by_role("button", name="Refresh now").click()
        manager.go("/admin/")
        assert manager.sees("reconnect the account")
        shot(page, "today-reconnect")
        page.locator(f'a[href*="/accounts/{account.pk}/connect/"]').first.click()
        assert manager.sees("Redirect address")


def set_week(manager, lab, day):
    page = manager.go(f"/admin/sold/{lab.pk}/week/")
    row = page.locator(".lk-day").nth(day.weekday())
    row.get_by_text("Change").click()
    row.get_by_label("Hours").fill("10:00 (7, 8), 14:30, 20:00")
    row.get_by_label("Reason").fill("spring hours")
    shot(page, f"week-open-{page.viewport_size['width']}")
    row.get_by_role("button", name="Set this weekday").click()
    page.wait_for_load_state()


def book(manager, lab, day):
    page = manager.go(f"/admin/reservations/new/?resource={lab.pk}&day={day}")
    page.get_by_text("14:30").click()
    page.fill("input[name=name]", "Nora")
    page.fill("input[name=email]", "nora@example.test")
    page.fill("textarea[name=reason]", "asked by phone")
    shot(page, f"reservation-{page.viewport_size['width']}")
    assert manager.overhang <= 0
    page.get_by_role("button", name="Book it").click()
    page.wait_for_url("**/admin/backoffice/booking/**")
    return Booking.objects.get(customer__name="Nora")


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desk", "phone"])
def test_a_week_is_set_and_a_reservation_made_there_and_moved(visitor, lab, size):
    day = (clock.now() + timedelta(days=3)).date()
    with visitor("manager", size) as manager:
        page = manager.page
        set_week(manager, lab, day)
        assert manager.sees("now it is 10:00 (7, 8), 14:30, 20:00")
        assert manager.overhang <= 0
        shot(page, f"week-{size['width']}")
        made = book(manager, lab, day)
        assert manager.sees("Nora")
        shot(page, f"made-{size['width']}")
        manager.go(f"/admin/reservations/{made.pk}/move/")
        shot(page, f"move-{size['width']}")
        page.get_by_text("20:00").click()
        page.fill("textarea[name=reason]", "the guest is late")
        page.get_by_role("button", name="Move it").click()
        page.wait_for_url("**/admin/backoffice/booking/**")
        manager.go("/admin/backoffice/vendorwrite/")
        shot(page, f"writes-{size['width']}")
    assert made.occurrences.get(gone_at=None).starts_text.endswith("20:00:00")


def test_a_reservation_is_cancelled_from_its_page(visitor, lab):
    day = (clock.now() + timedelta(days=3)).date()
    with visitor("manager") as manager:
        set_week(manager, lab, day)
        made = book(manager, lab, day)
        manager.page.get_by_role("link", name="Cancel at the source").first.click()
        manager.page.fill("textarea[name=reason]", "ill")
        manager.page.get_by_role("button", name="Cancel at the source").click()
        manager.page.wait_for_url("**/admin/backoffice/booking/**")
    made.refresh_from_db()
    assert made.gone_at is not None
