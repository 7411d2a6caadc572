"""Google connected, rooms paired with its calendars, activated, changed, synchronised, taken away."""

from __future__ import annotations

import re

import pytest
import requests
from django.urls import reverse

from backoffice import accounts, clock, tasks
from backoffice.flow import audit
from backoffice.models import (
    CalendarPairing,
    CalendarReading,
    StaffAct,
    VendorAccount,
)
from backoffice.standing import standing
from tests.admin.paired import (
    BOTH_WAYS,
    HARBOUR,
    HOLIDAYS,
    LAB,
    account,
    act,
    chosen,
    google,
    page_of,
    pairing,
    rooms,
    text,
    wizard,
)
from tests.factories import (
    AccountFactory,
)

__all__ = ["account", "google", "rooms"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(signed_in):
    return signed_in("manager")


# ---------------------------------------------------------------------------------------------- connecting


def test_m6_google_is_connected_and_says_so(manager, sandbox, google):
    url = f"{sandbox.url}/google_calendar"
    secrets = {name: each for name, each in google.secrets_at(url).items() if name != "refresh_token"}
    account = AccountFactory(vendor="google_calendar", base_url=f"{url}/calendar/v3", secrets=secrets)
    begun = manager.post(reverse("connect_account", args=[account.pk]), {"reason": "new"}, secure=True)
    back = requests.post(begun["Location"], data={"answer": "allow"}, allow_redirects=False, timeout=30)
    there = back.headers["Location"].removeprefix("https://testserver")
    answer = manager.get(there, follow=True, secure=True)
    assert "authorization completed" in text(answer)
    assert wizard(account) in text(answer)
    assert VendorAccount.objects.get(pk=account.pk).secrets["refresh_token"]


def test_a_dead_grant_says_reconnect_on_the_account_the_pairing_and_the_first_page(
    manager, account, google, rooms
):
    row = pairing(account, rooms[0])
    google.revoke()
    tasks.refresh(VendorAccount.objects.get(pk=account.pk))
    audit.findings(clock.now())
    for address in (page_of(account), page_of(row), page_of(rooms[0]), "/admin/"):
        shown = text(manager.get(address))
        assert "reconnect" in shown
        assert f'href="{reverse("connect_account", args=[account.pk])}"' in shown
    row.refresh_from_db()
    assert row.paused_at
    assert row.activated_at


def test_what_a_dead_grant_paused_waits_to_be_read_once_the_account_is_used_again(
    manager, account, google, rooms
):
    row = pairing(account, rooms[0])
    tasks.refresh(account)
    google.revoke()
    tasks.refresh(VendorAccount.objects.get(pk=account.pk))
    manager.post(act("resume", account), {"reason": "seen to"})
    for address in (page_of(account), page_of(row), page_of(rooms[0])):
        shown = text(manager.get(address))
        assert "the calendar waits to be read" in shown
        assert "could not be read since" not in shown


def test_a_calendar_that_is_still_gone_when_the_account_is_used_again_says_so(account, google, rooms):
    row = pairing(account, rooms[0], paused_at=clock.now(), paused_reason="The consent has ended.")
    accounts.resume(account)
    del google.store.calendars[LAB]
    tasks.refresh(VendorAccount.objects.get(pk=account.pk))
    row.refresh_from_db()
    assert standing(row).why.startswith("The calendar is not there")


# ------------------------------------------------------------------------------------------------- pairing


def test_the_wizard_offers_the_calendars_of_the_account(manager, account, rooms):
    shown = text(manager.get(wizard(account)))
    for words in ("Laboratory", "Harbour Rooms", "Holidays, only to be read", "Vault"):
        assert words in shown


def test_m8_several_rooms_are_paired_at_once_and_nothing_syncs_yet(manager, account, google, rooms):
    lab, vault = rooms
    form = chosen((lab, LAB, {"options": ["transparent"]}), (vault, HARBOUR, {"mode": "from_calendar"}))
    answer = manager.post(wizard(account), form, follow=True)
    assert "2 rooms are paired. Nothing syncs yet" in text(answer)
    assert answer.request["PATH_INFO"] == page_of(account)
    found = {each.room: each for each in CalendarPairing.objects.all()}
    assert (found[lab].title, found[lab].options) == ("Laboratory", {"transparent": True})
    assert (found[vault].mode, found[vault].activated_at) == ("from_calendar", None)
    assert tasks.refresh(VendorAccount.objects.get(pk=account.pk)) is None
    assert google.calls("/events") == []


def test_a_calendar_for_two_rooms_must_be_acknowledged_for_both(manager, account, rooms):
    lab, vault = rooms
    answer = manager.post(wizard(account), chosen((lab, LAB, {}), (vault, LAB, {})))
    shown = text(answer)
    assert "Laboratory is chosen here for Vault as well. Entries of people in it block every" in shown
    assert "Laboratory is chosen here for Laboratory as well." in shown
    assert "already" not in shown
    assert "Tick that this is wanted" in shown
    assert f'name="room{vault.pk}-acknowledged"' in text(answer)
    assert not CalendarPairing.objects.exists()
    both = chosen((lab, LAB, {"acknowledged": "on"}), (vault, LAB, {"acknowledged": "on"}))
    assert manager.post(wizard(account), both).status_code == 302
    assert CalendarPairing.objects.filter(acknowledged_at__isnull=False).count() == 2


def test_a_calendar_that_is_only_to_be_read_is_refused_where_events_would_be_written(manager, account, rooms):
    answer = manager.post(wizard(account), chosen((rooms[0], HOLIDAYS, {})))
    assert "may only be read" in text(answer)
    assert not CalendarPairing.objects.exists()


def test_of_several_rooms_none_is_paired_when_one_is_refused(manager, account, rooms):
    lab, vault = rooms
    answer = manager.post(wizard(account), chosen((lab, LAB, {}), (vault, HOLIDAYS, {})))
    assert "Nothing was paired yet" in text(answer)
    assert not CalendarPairing.objects.exists()
    assert not StaffAct.objects.exists()


def test_no_calendar_chosen_is_told(manager, account, rooms):
    assert "at least one room" in text(manager.post(wizard(account), chosen()))


def test_a_calendar_that_the_account_does_not_list_is_not_paired(manager, account, rooms):
    answer = manager.post(wizard(account), chosen((rooms[0], "boss@cal.test", {})))
    assert answer.status_code == 200
    assert not CalendarPairing.objects.exists()


def test_what_is_paired_already_is_said_and_not_offered_again(manager, account, rooms):
    pairing(account, rooms[0])
    shown = text(manager.get(wizard(account)))
    assert "paired with “Laboratory” already" in shown
    assert shown.count(f'value="{LAB}"') == 1  # for the other room alone


def test_a_vendor_that_does_not_answer_is_told_in_words(manager, account, google, rooms):
    google.refuse(503, "backendError", times=9)
    assert "Google Calendar did not list its calendars" in text(manager.get(wizard(account)))


@pytest.mark.parametrize("group", ["viewer", "front desk"])
def test_only_managers_pair(signed_in, account, rooms, group):
    client = signed_in(group)
    assert client.post(wizard(account), chosen((rooms[0], LAB, {}))).status_code == 403
    assert wizard(account) not in text(client.get(page_of(account)))


# ------------------------------------------------------------------------------------- acts on pairings


def test_a_pairing_is_activated_and_read(manager, account, google, rooms, django_capture_on_commit_callbacks):
    row = pairing(account, rooms[0], activated_at=None)
    with django_capture_on_commit_callbacks() as callbacks:
        manager.post(act("activate", row), {"reason": "looked over"})
    assert len(callbacks) == 1
    row.refresh_from_db()
    assert row.activated_at
    assert tasks.refresh(VendorAccount.objects.get(pk=account.pk)).state == "ok"


def test_all_pairings_are_activated_at_once_and_the_refused_ones_are_named(manager, account, rooms):
    for room in rooms:
        pairing(account, room, activated_at=None)
    pairing(account, rooms[1], ref=HARBOUR, activated_at=None)
    answer = manager.post(act("activate-all", account), {"reason": "go"}, follow=True)
    assert "1 pairings of calendars sync" in text(answer)
    assert "Vault: Laboratory is paired with Laboratory already" in text(answer)


def test_a_narrower_scope_and_another_mode_are_kept(manager, account, rooms):
    row = pairing(account, rooms[0], options={"birthday": True})
    shown = text(manager.get(act("change", row)))
    assert re.search(r'value="birthday"[^>]*checked', shown)
    given = {"mode": "to_calendar", "scope": "empty", "options": ["declined"], "reason": "privacy"}
    manager.post(act("change", row), given)
    row.refresh_from_db()
    assert (row.mode, row.scope, row.options) == ("to_calendar", "empty", {"declined": True})


def test_a_calendar_known_to_be_only_readable_does_not_become_one_that_is_written(manager, account, rooms):
    row = pairing(account, rooms[0], mode="from_calendar")
    CalendarReading.objects.create(account=account, ref=LAB, can_write=False)
    answer = manager.post(act("change", row), {**BOTH_WAYS, "reason": "x"})
    assert "may only be read" in text(answer)


def test_sharing_is_acknowledged_from_the_rooms_page(manager, account, rooms):
    rows = [pairing(account, room) for room in rooms]
    shown = text(manager.get(page_of(rooms[0])))
    assert "shared with Vault: is that wanted?" in shown
    assert act("acknowledge", rows[0]) in shown
    manager.post(act("acknowledge", rows[0]), {"reason": "one team"})
    shown = text(manager.get(page_of(rooms[0])))
    assert act("acknowledge", rows[0]) not in shown
    assert "shared with Vault" in shown


def test_a_pairing_that_sleeps_is_taken_away_and_leads_back_to_its_account(manager, account, rooms):
    row = pairing(account, rooms[0], activated_at=None)
    answer = manager.post(act("unpair", row), {"reason": "wrong one", "take_out": "on"})
    assert answer["Location"] == page_of(account)
    assert not CalendarPairing.objects.exists()
    assert StaffAct.objects.get().verb == "unpair"


@pytest.mark.parametrize("verb", ["activate", "deactivate", "change", "acknowledge", "unpair"])
@pytest.mark.parametrize("group", ["viewer", "front desk"])
def test_only_managers_act_on_pairings(signed_in, account, rooms, verb, group):
    row = pairing(account, rooms[0], activated_at=None)
    assert signed_in(group).post(act(verb, row), {"reason": "x"}).status_code == 403
    assert not StaffAct.objects.exists()


def test_nobody_edits_a_pairing_past_the_acts(manager, account, rooms):
    row = pairing(account, rooms[0])
    assert manager.post(page_of(row), {"scope": "full"}).status_code == 403
    assert manager.get(reverse("admin:backoffice_calendarpairing_add")).status_code == 403


# --------------------------------------------------------------------------------------- synchronising


def test_m7_front_desk_synchronises_one_room_or_all(signed_in, account, rooms):
    desk = signed_in("front desk")
    for room, ref in zip(rooms, (LAB, HARBOUR), strict=True):
        pairing(account, room, ref=ref)
        CalendarReading.objects.create(account=account, ref=ref, token="further")
    assert "all rooms" in text(desk.get(act("synchronise", account)))
    given = {"mode": "from_calendar", "room": rooms[0].pk, "reason": "a guest says otherwise"}
    assert "1 calendars" in text(desk.post(act("synchronise", account), given, follow=True))
    assert list(CalendarReading.objects.filter(token="").values_list("ref", flat=True)) == [LAB]
    desk.post(act("synchronise", account), {**given, "room": ""})
    assert not CalendarReading.objects.exclude(token="").exists()


def test_a_way_that_no_pairing_goes_is_refused_in_words(manager, account, rooms):
    pairing(account, rooms[0], mode="from_calendar")
    answer = manager.post(act("synchronise", account), {"mode": "to_calendar", "reason": "x"})
    assert "No active calendar goes this way" in text(answer)
