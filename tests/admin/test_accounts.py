"""Accounts in the admin: secrets go in and never come out."""

from __future__ import annotations

import pytest
from django.urls import reverse

from backoffice.models import StaffAct, VendorAccount, hook_digest
from tests import factories as make

pytestmark = pytest.mark.django_db


def page_of(account):
    return reverse("admin:backoffice_vendoraccount_change", args=[account.pk])


def form_of(account, **changed):
    """What the browser would send when nothing but `changed` is changed."""
    return {
        "base_url": account.base_url,
        "timezone": account.timezone,
        "options": "{}",
        "poll_minutes": account.poll_minutes,
        "lookback_days": account.lookback_days,
        "horizon_days": account.horizon_days,
        "enabled": "on",
        **changed,
    }


@pytest.fixture
def kit(db):
    return make.CodelocksFactory(secrets={"api_key": "old-key", "access_key": "kept"})


def test_an_empty_secret_keeps_what_is_stored_and_a_given_one_replaces_it(signed_in, kit):
    manager = signed_in("manager")
    manager.post(page_of(kit), form_of(kit, secret_api_key=""))
    assert VendorAccount.objects.get().secrets == {"api_key": "old-key", "access_key": "kept"}
    manager.post(page_of(kit), form_of(kit, secret_api_key="new-key"))
    assert VendorAccount.objects.get().secrets == {"api_key": "new-key", "access_key": "kept"}


def test_a_further_secret_is_given_as_json_beside_those_that_are_stored(signed_in, kit):
    signed_in("manager").post(page_of(kit), form_of(kit, further_secrets='{"access_key": "new"}'))
    assert VendorAccount.objects.get().secrets == {"api_key": "old-key", "access_key": "new"}


def test_a_token_is_given_as_json(signed_in):
    account = make.AccountFactory(secrets={"client_id": "a", "client_secret": "b", "redirect_uri": "c"})
    token = '{"access_token": "t", "refresh_token": "r", "expires": 0}'
    signed_in("manager").post(page_of(account), form_of(account, secret_token=token))
    assert VendorAccount.objects.get().secrets["token"]["refresh_token"] == "r"


def test_an_account_without_its_secrets_cannot_be_switched_on(signed_in):
    account = make.CodelocksFactory(secrets={}, enabled=False)
    page = signed_in("manager").post(page_of(account), form_of(account))
    assert "Missing: api_key." in page.content.decode()
    assert VendorAccount.objects.get().enabled is False


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"timezone": "Europe/Berln"}, "there is no time zone"),
        ({"base_url": "ftp://x.test"}, "is not an address"),
        ({"options": "[1]"}, "Write names and values as JSON"),
        ({"options": '{"plan": "Gold"}'}, "There is no plan &#x27;Gold&#x27;; there are Business 1"),
        ({"options": '{"netcode_quota": "many"}'}, "must be a whole number"),
        ({"further_secrets": "3"}, "Write names and values as JSON"),
        ({"secret_api_key": "{broken"}, "begins like JSON and is none"),
    ],
)
def test_what_is_wrong_is_said_in_words(signed_in, kit, changed, said):
    page = signed_in("manager").post(page_of(kit), form_of(kit, **changed))
    assert said in page.content.decode()


def test_a_token_rotated_while_the_page_was_open_is_not_overwritten(signed_in):
    secrets = {"client_id": "a", "client_secret": "b", "redirect_uri": "c", "token": {"n": 1}}
    account = make.AccountFactory(secrets=secrets)
    manager = signed_in("manager")
    manager.get(page_of(account))
    account.secrets = {**secrets, "token": {"n": 2}}
    account.save()
    manager.post(page_of(account), form_of(account, secret_client_id="new", poll_minutes=7))
    stored = VendorAccount.objects.get()
    assert (stored.secrets["token"], stored.secrets["client_id"], stored.poll_minutes) == ({"n": 2}, "new", 7)


def test_a_new_account_is_off_until_its_secrets_are_there_and_its_webhook_is_found(signed_in):
    given = {"slug": "kit", "vendor": "codelocks", "base_url": "https://x.test", "timezone": "Europe/Berlin"}
    signed_in("manager").post(reverse("admin:backoffice_vendoraccount_add"), given)
    account = VendorAccount.objects.get()
    assert account.enabled is False
    assert account.hook_digest == hook_digest(account.hook_token)


def test_the_webhook_address_is_shown_to_those_who_may_change_the_account(signed_in):
    account = make.AccountFactory(hook_token="token-of-the-hook")
    shown = {
        group: "token-of-the-hook" in signed_in(group).get(page_of(account)).content.decode()
        for group in ("viewer", "front desk", "manager")
    }
    assert shown == {"viewer": False, "front desk": False, "manager": True}


def test_an_account_is_refreshed_on_record_and_the_reading_is_woken(
    signed_in, kit, django_capture_on_commit_callbacks
):
    address = reverse("admin:backoffice_vendoraccount_act", args=["refresh"]) + f"?ids={kit.pk}"
    with django_capture_on_commit_callbacks() as woken:
        signed_in("front desk").post(address, {"reason": "guest at the desk"})
    assert len(woken) == 1
    assert StaffAct.objects.get().verb == "refresh"


def test_a_stopped_account_is_resumed(signed_in, now):
    account = make.CodelocksFactory(stopped_at=now, stopped_reason="401")
    address = reverse("admin:backoffice_vendoraccount_act", args=["resume"]) + f"?ids={account.pk}"
    signed_in("front desk").post(address, {"reason": "new key"})
    assert VendorAccount.objects.get().stopped_at is None


def test_a_reading_that_missed_too_much_is_believed_on_a_managers_word(
    signed_in, kit, django_capture_on_commit_callbacks
):
    make.RunFactory(account=kit, state="stopped", error="42 of 60 are missing")
    address = reverse("admin:backoffice_vendoraccount_act", args=["accept-loss"]) + f"?ids={kit.pk}"
    manager, desk = signed_in("manager"), signed_in("front desk")
    assert "accept-loss" in manager.get(page_of(kit)).content.decode()
    assert desk.post(address, {"reason": "closed for works"}).status_code == 403
    with django_capture_on_commit_callbacks() as woken:
        manager.post(address, {"reason": "closed for works"})
    assert (len(woken), StaffAct.objects.get().verb) == (1, "accept_loss")


def test_a_stopped_account_is_not_refreshed(signed_in, now):
    account = make.CodelocksFactory(stopped_at=now, stopped_reason="401")
    address = reverse("admin:backoffice_vendoraccount_act", args=["refresh"]) + f"?ids={account.pk}"
    page = signed_in("front desk").post(address, {"reason": "r"})
    assert "is stopped: nothing is read" in page.content.decode()
