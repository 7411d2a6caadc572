"""Staff's pages as people use them: at a desk and on a phone, by mouse and by form."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Error

from backoffice.models import IssuedCode, Override, StaffAct
from tests.browser.conftest import PASSWORD, PHONE

LISTS = ("booking", "occurrence", "accessgrant", "issuedcode", "door", "vendoraccount", "finding", "staffact")


def address(booking):
    return f"/admin/backoffice/booking/{booking.pk}/change/"


def pins():
    return [code.secret for code in IssuedCode.objects.exclude(secret="")]


def test_todays_page_shows_who_comes_and_which_doors_are_ready(visitor, booking):
    with visitor("front desk") as desk:
        desk.go("/admin/")
        for text in ("Ida Kern", "Laboratory", "Front door", "Lab door", booking.ref):
            assert desk.sees(text), text
        assert desk.page.get_by_text("ready", exact=True).count() == 2


def test_a_booking_is_found_by_its_guest_and_opened_from_the_list(visitor, booking):
    with visitor("front desk") as desk:
        desk.go("/admin/backoffice/booking/?q=kern")
        desk.page.get_by_role("link", name=booking.ref).click()
        desk.page.wait_for_url(f"**{address(booking)}*")
        assert desk.page.locator("h2", has_text="Ida Kern").is_visible()
        desk.go("/admin/backoffice/booking/?q=nobody")
        assert desk.lacks("Ida Kern")


def test_a_bookings_page_tells_its_way_to_the_door_in_order_and_hides_the_pins(visitor, booking):
    with visitor("front desk") as desk:
        page = desk.go(address(booking))
        titles = page.locator(".lk-moments li .lk-strong").all_inner_texts()
        way = ["First seen", "decided", "PIN planned", "PIN issued", "Mail to the guest"]
        places = [next(n for n, title in enumerate(titles) if each in title) for each in way]
        assert places == sorted(places)
        assert len(pins()) == 2
        assert [pin for pin in pins() if pin in page.content()] == []


def test_a_hold_with_its_reason_shows_on_the_page_at_once_and_is_released_again(visitor, booking):
    with visitor("front desk") as desk:
        page = desk.go(address(booking))
        page.get_by_role("link", name="Hold").first.click()
        page.fill("textarea[name=reason]", "the deposit is not paid")
        assert page.input_value("input[name=until]"), "an end is proposed"
        page.get_by_role("button", name="Hold").click()
        page.wait_for_url(f"**{address(booking)}*")
        assert desk.sees("Held by staff: the deposit is not paid")
        assert Override.objects.get().author.username == "front-desk"
        page.get_by_role("link", name="Release").first.click()
        page.fill("textarea[name=reason]", "paid at the desk")
        page.get_by_role("button", name="Release").click()
        page.wait_for_url(f"**{address(booking)}*")
        assert desk.lacks("Held by staff")
        assert [act.verb for act in StaffAct.objects.order_by("pk")] == ["hold", "release"]


def test_a_hold_without_a_reason_is_not_taken(visitor, booking):
    with visitor("front desk") as desk:
        page = desk.go(address(booking))
        page.get_by_role("link", name="Hold").first.click()
        page.get_by_role("button", name="Hold").click()
        assert desk.sees("This field is required")
        assert not Override.objects.exists()


def test_a_pin_is_shown_once_and_on_record(visitor, booking):
    with visitor("front desk") as desk:
        page = desk.go(address(booking))
        page.get_by_role("link", name="Reveal").first.click()
        page.fill("textarea[name=reason]", "the guest is at the desk")
        page.get_by_role("button", name="Reveal").click()
        shown = page.locator(".lk-secret").inner_text()
        assert shown in pins()
        assert shown not in page.url
        act = StaffAct.objects.get()
        assert (act.verb, act.reason, act.code.secret) == ("reveal", "the guest is at the desk", shown)
        page.get_by_role("link", name="Done").click()
        page.wait_for_url(f"**{address(booking)}*")
        assert shown not in page.content()
        with pytest.raises(Error, match="CACHE_MISS"):  # the browser has kept no copy
            page.go_back()


def test_a_viewer_looks_and_is_offered_no_act_and_no_contact(visitor, booking):
    with visitor("viewer") as viewer:
        page = viewer.go(address(booking))
        assert viewer.sees("Ida Kern")
        assert viewer.lacks("ida@example.test")
        offered = page.locator("a[href*='/act/']").count()
        assert offered == 0
        names = re.compile(r"^(Hold|Deny|Extend|Reveal|Re-issue|Revoke)$")
        assert page.get_by_role("link", name=names).count() == 0
        act = f"/admin/backoffice/booking/act/hold/?ids={booking.pk}"
        assert page.request.get(viewer.url + act).status == 403


def test_a_manager_sees_accounts_without_their_secrets(visitor, booking):
    account = booking.account
    with visitor("manager") as manager:
        page = manager.go(f"/admin/backoffice/vendoraccount/{account.pk}/change/")
        assert page.get_by_text("lockme").first.is_visible()
        html = page.content()
        assert [name for name, value in account.secrets.items() if str(value) in html] == []


@pytest.mark.parametrize("group", ["front desk", "manager"])
def test_on_a_phone_no_page_scrolls_sideways(visitor, booking, group):
    with visitor(group, PHONE) as guest:
        wide = {}
        for path in ("/admin/", address(booking), *(f"/admin/backoffice/{name}/" for name in LISTS)):
            guest.go(path)
            if guest.overhang > 0:
                wide[path] = guest.overhang
        assert wide == {}


def test_a_hold_can_be_said_on_a_phone(visitor, booking):
    with visitor("front desk", PHONE) as desk:
        page = desk.go(address(booking))
        page.locator(".lk-code").get_by_role("link", name="Hold").first.click()
        assert desk.overhang <= 0
        page.fill("textarea[name=reason]", "the deposit is not paid")
        page.get_by_role("button", name="Hold").click()
        page.wait_for_url(f"**{address(booking)}*")
        assert desk.sees("Held by staff: the deposit is not paid")


def test_the_apis_page_loads_from_here_alone(visitor, booking):
    with visitor("manager") as manager:
        manager.go("/api/v1/docs/")
        manager.page.locator(".opblock").first.wait_for()


def test_a_wrong_password_says_so_and_lets_nobody_in(visitor, chromium, live_server):
    with visitor("viewer"):
        stranger = chromium.new_context().new_page()
        stranger.goto(f"{live_server.url}/admin/")
        stranger.fill("input[name=username]", "viewer")
        stranger.fill("input[name=password]", PASSWORD + "?")
        stranger.click("button[type=submit]")
        assert "correct username and password" in stranger.locator("body").inner_text()
        stranger.context.close()
