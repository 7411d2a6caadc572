"""A manager connects Google, pairs rooms with calendars and activates them; the desk sees what is blocked."""

from __future__ import annotations

import pytest
import requests

from backoffice.models import Block, CalendarPairing, Resource, Room, VendorAccount
from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.test_desk import shot
from tests.factories import AccountFactory

LAB = "lab@cal.test"


@pytest.fixture
def account(booking, live_server):
    """A calendar account that nobody has connected, with the laboratory's calendar at the vendor."""
    root = booking.account.base_url.rpartition("/")[0]
    google = f"{root}/google_calendar"
    made = {"id": LAB, "summary": "Laboratory", "timezone": "Europe/Berlin"}
    requests.post(f"{root}/play/google_calendar/calendar", data=made, timeout=30).raise_for_status()
    secrets = {
        "client_id": "sandbox.apps.googleusercontent.com",
        "client_secret": "GOCSPX-sandbox-0123456789",
        "token_uri": f"{google}/token",
        "auth_uri": f"{google}/o/oauth2/v2/auth",
    }
    return AccountFactory(
        slug="calendars", vendor="google_calendar", base_url=f"{google}/calendar/v3", secrets=secrets
    )


def page_of(account):
    return f"/admin/backoffice/vendoraccount/{account.pk}/change/"


def connect(manager, account):
    """Over the vendor's page and back."""
    page = manager.go(f"/admin/accounts/{account.pk}/connect/")
    page.get_by_role("button", name="Go to Google Calendar").click()
    page.get_by_role("button", name="Allow").click()
    page.wait_for_url(f"**{page_of(account)}")
    assert manager.sees("authorization completed")
    return page


def act(page, name, reason):
    page.get_by_role("link", name=name, exact=True).first.click()
    page.fill("textarea[name=reason]", reason)
    page.get_by_role("button", name=name).click()


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desk", "phone"])
def test_m6_from_connecting_to_the_first_event(visitor, account, booking, size):
    lab = Room.objects.get(slug="lab")
    with visitor("manager", size) as manager:
        page = connect(manager, account)
        page.get_by_role("link", name="Pair rooms").first.click()
        more = page.locator(f"[name=room{lab.pk}-scope]")
        assert not more.is_visible()
        page.select_option(f"[name=room{lab.pk}-calendar]", LAB)
        assert more.is_visible()
        page.select_option(f"[name=room{lab.pk}-scope]", "empty")
        assert manager.overhang <= 0
        shot(page, f"pair-{size['width']}")
        page.get_by_role("button", name="Pair", exact=True).click()
        page.wait_for_url(f"**{page_of(account)}")
        assert manager.sees("Nothing syncs yet")
        assert not Block.objects.exists()
        act(page, "Activate", "looked over")
        page.wait_for_url(f"**{page_of(account)}")
        assert manager.sees("syncs with Laboratory from now on")
        page.goto(f"{manager.url}/admin/backoffice/room/{lab.pk}/change/")
        assert manager.sees("calendar Laboratory")
        assert manager.overhang <= 0
        shot(page, f"room-{size['width']}")
    assert Block.objects.get(calendar_ref=LAB).state == "active"
    assert booking.pk == Block.objects.get(calendar_ref=LAB).occurrence.booking_id


def test_a_calendar_for_two_rooms_asks_for_a_tick(visitor, account):
    rooms = Room.objects.filter(slug__in=("lab", "hall")).order_by("slug")
    with visitor("manager") as manager:
        page = connect(manager, account)
        page.get_by_role("link", name="Pair rooms").first.click()
        for room in rooms:
            page.select_option(f"[name=room{room.pk}-calendar]", LAB)
            assert page.locator(f"[name=room{room.pk}-acknowledged]").count() == 0
        page.get_by_role("button", name="Pair", exact=True).click()
        assert manager.sees("block every paired room")
        shot(page, "shared")
        for room in rooms:
            page.check(f"[name=room{room.pk}-acknowledged]")
        page.get_by_role("button", name="Pair", exact=True).click()
        assert manager.sees("2 rooms are paired")
    assert CalendarPairing.objects.filter(acknowledged_at__isnull=False).count() == 2


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desk", "phone"])
def test_the_desk_sees_a_block_that_was_refused_and_tries_it_again(visitor, booking, size):
    stay = booking.occurrences.get()
    lab = stay.resource.room
    Block.objects.create(
        occurrence=stay,
        room=lab,
        account=booking.account,
        resource=Resource.objects.get(ref="1400"),
        starts_at=stay.starts_at,
        ends_at=stay.ends_at,
        created_at=booking.first_seen_at,
        state="failed",
        error="The shop is closed.",
    )
    room = f"/admin/backoffice/room/{lab.pk}/change/"
    with visitor("front desk", size) as desk:
        page = desk.go(room)
        assert desk.sees("not blocked")
        assert desk.sees("The shop is closed.")
        shot(page, f"refused-{size['width']}")
        act(page, "Try again", "the shop is back")
        page.wait_for_url(f"**{room}")
        assert desk.overhang <= 0
        assert desk.sees("is asked for again now")


def test_a_dead_grant_says_reconnect_on_the_first_page(visitor, account, booking):
    with visitor("manager") as manager:
        connect(manager, account)
        VendorAccount.objects.filter(pk=account.pk).update(
            stopped_at=booking.first_seen_at, stopped_reason="consent was withdrawn: reconnect the account"
        )
        page = manager.go("/admin/")
        assert manager.sees("consent was withdrawn: reconnect the account")
        page.get_by_role("link", name="Reconnect").first.click()
        assert manager.sees("you sign in there and let calendars in")
