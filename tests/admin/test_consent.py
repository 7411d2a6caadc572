"""Connecting an account in the browser: over the vendor's page and back, once, by the one who began."""

from __future__ import annotations

import json
import logging
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
import time_machine
from django.db import connection

from backoffice import clock, tasks
from backoffice.models import StaffAct, VendorAccount
from tests.factories import AccountFactory, CodelocksFactory

pytestmark = pytest.mark.django_db
HERE = "http://testserver/admin/connected/"
PANEL = {"token_type": "Bearer", "access_token": "eyJpasted", "refresh_token": "defpasted", "expires": 0}


@pytest.fixture
def shop(sandbox):
    """The stand-in, at which our address is registered."""
    shop = sandbox.vendors.lockme
    shop.register(HERE)
    shop.clock.set(clock.now())
    return shop


@pytest.fixture
def account(sandbox, shop):
    """An account that nobody has connected yet."""
    known = {name: shop.secrets[name] for name in ("client_id", "client_secret")}
    return AccountFactory(slug="shop", base_url=f"{sandbox.url}/lockme", secrets=known)


@pytest.fixture
def manager(signed_in):
    return signed_in("manager")


def page(account):
    return f"/admin/accounts/{account.pk}/connect/"


def begin(client, account):
    """From our page to the vendor's: its address."""
    answer = client.post(page(account), {"reason": "new shop"})
    assert answer.status_code == 302
    return answer["Location"]


def consent(address, said="allow"):
    """What a manager says on the vendor's page; where that leads the browser."""
    answer = requests.post(address, data={"answer": said}, allow_redirects=False, timeout=30)
    assert answer.status_code == 302, answer.text
    return answer.headers["Location"]


def page_of(account):
    return f"/admin/backoffice/vendoraccount/{account.pk}/change/"


def told(client, address):
    answer = client.get(address.removeprefix("http://testserver"), follow=True)
    return " ".join(str(message) for message in answer.context["messages"])


def token_of(account):
    return VendorAccount.objects.get(pk=account.pk).secrets.get("token")


def test_an_account_is_connected_and_read(manager, account, shop, django_capture_on_commit_callbacks):
    shop.add_room(1398, "Laboratory")
    back = consent(begin(manager, account))
    with django_capture_on_commit_callbacks() as callbacks:
        assert told(manager, back) == "shop: authorization completed."
    assert len(callbacks) == 1
    run = tasks.refresh(VendorAccount.objects.get(pk=account.pk))
    assert (run.state, run.error) == ("ok", "")
    assert StaffAct.objects.get().verb == "connect"


def test_the_token_is_stored_encrypted(manager, account):
    told(manager, consent(begin(manager, account)))
    with connection.cursor() as cursor:
        cursor.execute("SELECT secrets::text FROM backoffice_vendoraccount WHERE id = %s", [account.pk])
        stored = str(cursor.fetchone()[0])
    token = token_of(account)["access_token"]
    assert token.startswith("eyJ")
    assert token not in stored


def test_a_stopped_account_asks_to_be_reconnected_and_is_used_again_after_it(manager, account, shop):
    told(manager, consent(begin(manager, account)))
    shop.revoke_tokens()
    tasks.refresh(VendorAccount.objects.get(pk=account.pk))
    account.refresh_from_db()
    assert "reconnect" in account.stopped_reason
    for address in ("/admin/", f"/admin/backoffice/vendoraccount/{account.pk}/change/"):
        shown = manager.get(address).content.decode()
        assert page(account) in shown
        assert "Reconnect" in shown
    told(manager, consent(begin(manager, account)))
    account.refresh_from_db()
    assert account.stopped_at is None
    assert tasks.refresh(account).state == "ok"


def test_a_reconnected_account_waits_to_be_read_and_does_not_say_what_was_wrong_before(
    manager, account, shop
):
    told(manager, consent(begin(manager, account)))
    shop.revoke_tokens()
    tasks.refresh(VendorAccount.objects.get(pk=account.pk))
    answer = manager.get(consent(begin(manager, account)), follow=True)
    shown = answer.content.decode()
    assert "authorization completed" in shown
    assert "waiting to be read" in shown
    assert "reconnect the account" not in shown
    assert tasks.refresh(VendorAccount.objects.get(pk=account.pk)).state == "ok"
    assert "waiting to be read" not in manager.get(page_of(account)).content.decode()


@pytest.mark.parametrize("why", ["refused", "late"])
def test_what_did_not_connect_an_account_leads_to_its_page(manager, account, shop, why):
    back = consent(begin(manager, account), "deny" if why == "refused" else "allow")
    shop.clock.move(timedelta(minutes=11))
    answer = manager.get(back.removeprefix("http://testserver"))
    assert answer["Location"] == page_of(account)


def test_the_vendor_is_asked_for_the_address_that_we_come_back_to(manager, account):
    asked = parse_qs(urlsplit(begin(manager, account)).query)
    assert asked["redirect_uri"] == [HERE]
    assert HERE in manager.get(f"/admin/backoffice/vendoraccount/{account.pk}/change/").content.decode()


def test_an_answer_is_taken_once(manager, account):
    back = consent(begin(manager, account))
    told(manager, back)
    first = token_of(account)
    assert "used before" in told(manager, back)
    assert token_of(account) == first


@pytest.mark.parametrize("state", ["", "guessed", "é"])
def test_an_answer_with_another_state_is_not_taken(manager, account, state):
    back = consent(begin(manager, account))
    code = parse_qs(urlsplit(back).query)["code"][0]
    answer = manager.get("/admin/connected/", {"code": code, "state": state}, follow=True)
    assert "Nothing was changed" in answer.content.decode()
    assert token_of(account) is None


def test_an_answer_that_comes_late_is_not_taken(manager, account):
    back = consent(begin(manager, account))
    with time_machine.travel(clock.now() + timedelta(minutes=16)):
        assert "last 15 minutes" in told(manager, back)
    assert token_of(account) is None


def test_an_answer_in_somebody_elses_browser_is_not_taken(manager, signed_in, account):
    back = consent(begin(manager, account))
    assert "Nothing was changed" in told(signed_in("manager"), back)
    assert token_of(account) is None


def test_a_refusal_is_told_in_words(manager, account):
    assert "nobody consented at Lock.me" in told(manager, consent(begin(manager, account), "deny"))


def test_an_error_of_the_vendor_is_shown_only_where_it_is_a_code(manager, account):
    state = parse_qs(urlsplit(begin(manager, account)).query)["state"][0]
    answer = manager.get("/admin/connected/", {"error": "<b>call 0190", "state": state}, follow=True)
    assert "0190" not in answer.content.decode()


def test_a_code_that_is_not_taken_is_told_in_words_without_the_code(manager, account, shop):
    back = consent(begin(manager, account))
    shop.clock.move(timedelta(minutes=11))
    said = told(manager, back)
    assert "a code works once" in said
    assert parse_qs(urlsplit(back).query)["code"][0] not in said


def test_without_the_applications_id_the_vendor_is_not_asked(manager, sandbox):
    bare = AccountFactory(slug="bare", base_url=f"{sandbox.url}/lockme", secrets={})
    assert "client_id, client_secret" in manager.get(page(bare)).content.decode()
    answer = manager.post(page(bare), {"reason": "new"})
    assert "bare cannot be connected" in answer.content.decode()


def test_a_token_of_the_panel_is_stored(manager, account):
    answer = manager.post(
        page(account), {"token": json.dumps(PANEL), "reason": "no browser there"}, follow=True
    )
    assert "authorization completed" in answer.content.decode()
    assert token_of(account)["access_token"] == "eyJpasted"
    assert "eyJpasted" not in answer.content.decode()


def test_what_is_no_token_is_refused_in_words_and_not_shown_again(manager, account):
    answer = manager.post(page(account), {"token": "{eyJbroken", "reason": "x"})
    assert "paste all that the panel shows" in answer.content.decode()
    assert token_of(account) is None


def test_without_a_reason_nothing_is_begun(manager, account):
    answer = manager.post(page(account), {"reason": " "})
    assert answer.status_code == 200
    assert "consent" not in manager.session


@pytest.mark.parametrize("group", ["front desk", "viewer"])
def test_only_managers_connect(signed_in, account, group):
    client = signed_in(group)
    assert client.get(page(account)).status_code == 403
    assert client.post(page(account), {"reason": "x"}).status_code == 403
    assert client.get("/admin/connected/?state=x&code=y").status_code == 403
    assert page(account) not in client.get("/admin/").content.decode()


def test_an_account_that_has_only_secrets_has_no_such_page(manager):
    assert manager.get(page(CodelocksFactory())).status_code == 404


def test_no_cache_keeps_the_answer_and_no_other_site_is_told_of_it(manager, account):
    back = consent(begin(manager, account))
    answer = manager.get(back.removeprefix("http://testserver"))
    assert "no-store" in answer["Cache-Control"]
    assert answer["Referrer-Policy"] == "no-referrer"
    assert "code" not in answer["Location"]


def test_no_code_and_no_token_is_logged(manager, account, caplog):
    caplog.set_level(logging.DEBUG)
    back = consent(begin(manager, account))
    told(manager, back)
    logged = " ".join(record.getMessage() for record in caplog.records)
    assert parse_qs(urlsplit(back).query)["code"][0] not in logged
    assert token_of(account)["access_token"] not in logged


def test_a_switched_off_account_is_connected_and_says_that_it_is_off(manager, account):
    VendorAccount.objects.update(enabled=False)
    assert "switch it on" in told(manager, consent(begin(manager, account)))


def test_the_pages_form_may_tell_its_origin_or_it_would_be_refused(manager, account):
    answer = manager.get(page(account))
    assert answer["Referrer-Policy"] != "no-referrer"
    assert "no-store" in answer["Cache-Control"]


def test_a_connection_is_tried_and_says_whose_it_is(signed_in, manager, account, shop):
    told(manager, consent(begin(manager, account)))
    address = f"/admin/backoffice/vendoraccount/act/try/?ids={account.pk}"
    desk = signed_in("front desk")
    assert "as sandbox (4711)" in desk.post(address, {"reason": "new token"}, follow=True).content.decode()
    shop.revoke_tokens()
    assert "reconnect the account" in desk.post(address, {"reason": "x"}).content.decode()


def test_a_vendor_that_cannot_be_tried_offers_no_trial(manager):
    account = CodelocksFactory()
    shown = manager.get(f"/admin/backoffice/vendoraccount/{account.pk}/change/").content.decode()
    assert "Try the connection" not in shown
