"""What failed is tried again through the API, and a loss is believed there: as in the browser."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from rest_framework.test import APIClient

from backoffice import clock
from backoffice.models import CalendarPairing, IssuedCode, Notice, Override, StaffAct, WebhookMessage
from tests import factories as make

pytestmark = pytest.mark.django_db
WHY = {"reason": "asked at the desk"}


def api(group="front desk"):
    user = make.UserFactory()
    user.groups.add(Group.objects.get(name=group))
    client = APIClient()
    client.force_authenticate(user)
    client.user = user
    return client


def post(client, address, **given):
    return client.post(f"/api/v1/{address}/", {**WHY, **given}, format="json")


def on_record():
    return list(StaffAct.objects.values_list("author", "verb", "reason", "target"))


def test_a_failed_mail_is_sent_again_on_record(django_capture_on_commit_callbacks):
    client, notice = api(), make.NoticeFactory(state="failed", attempts=6, error="no such mailbox")
    with django_capture_on_commit_callbacks() as woken:
        told = post(client, f"notices/{notice.pk}/retry").json()
    assert (told["state"], told["error"], Notice.objects.get().state, len(woken)) == ("due", "", "due", 1)
    assert on_record() == [(client.user.pk, "retry", WHY["reason"], f"notice {notice.pk}")]


def test_a_mail_that_was_sent_is_not_sent_again():
    answer = post(api(), f"notices/{make.NoticeFactory(state='sent').pk}/retry")
    assert (answer.status_code, answer.json()["error"]["message"]) == (
        409,
        "Only what failed can be tried again.",
    )


def test_what_a_guest_was_told_is_read_on_record_and_in_no_list():
    notice = make.NoticeFactory(body="Your PIN is 4711", subject="Ida", recipient="ida@example.test")
    client = api()
    listed = client.get("/api/v1/notices/").content + client.get(f"/api/v1/notices/{notice.pk}/").content
    assert not any(part in listed for part in (b"4711", b"Ida", b"ida@"))
    answer = post(client, f"notices/{notice.pk}/reveal")
    assert (answer.json(), answer["Cache-Control"]) == ({"text": "Your PIN is 4711"}, "no-store")
    assert on_record() == [(client.user.pk, "reveal", WHY["reason"], f"notice {notice.pk}")]


def test_a_failed_webhook_message_is_opened_again_at_once(django_capture_on_commit_callbacks):
    message = make.MessageFactory(state="failed", attempts=6, error="404", raw={"contact": "+49 30"})
    client = api()
    assert b"+49 30" not in client.get(f"/api/v1/webhook-messages/{message.pk}/").content
    with django_capture_on_commit_callbacks() as woken:
        assert post(client, f"webhook-messages/{message.pk}/retry").json()["state"] == "received"
    assert (WebhookMessage.objects.get().attempts, len(woken)) == (0, 1)
    assert post(client, f"webhook-messages/{message.pk}/retry").status_code == 409


def test_a_loss_is_believed_on_a_managers_word_where_a_reading_stopped(django_capture_on_commit_callbacks):
    account = make.RunFactory(state="stopped", error="42 of 60 are missing").account
    address = f"accounts/{account.slug}/accept-loss"
    assert post(api("front desk"), address).status_code == 403
    assert post(api("manager"), address, reason="").status_code == 400
    with django_capture_on_commit_callbacks() as woken:
        assert post(api("manager"), address).status_code == 202
    assert (len(woken), StaffAct.objects.get().verb) == (1, "accept_loss")


def test_no_loss_is_believed_where_no_reading_told_of_one(django_capture_on_commit_callbacks):
    account = make.RunFactory().account
    with django_capture_on_commit_callbacks() as woken:
        answer = post(api("manager"), f"accounts/{account.slug}/accept-loss")
    assert (answer.status_code, len(woken), StaffAct.objects.count()) == (409, 0, 0)
    assert "nothing that is in doubt" in answer.json()["error"]["message"]


def test_a_code_is_issued_again_by_its_own_address():
    now = clock.now()
    grant = make.GrantFactory(starts_at=now, ends_at=now + timedelta(hours=2))
    code = make.CodeFactory(grant=grant)
    assert post(api(), f"codes/{code.pk}/reissue").json()["grant"] == grant.pk
    assert Override.objects.get().kind == "reissue"
    assert IssuedCode.objects.get() == code


def test_all_pairings_of_an_account_are_activated_at_once():
    account = make.AccountFactory(vendor="google_calendar")
    for ref in ("a", "b", "b"):
        CalendarPairing.objects.create(room=make.RoomFactory(), account=account, ref=ref)
    told = post(api("manager"), "pairings/activate-all", account=account.slug).json()
    assert (told["count"], len(told["refused"])) == (1, 2)
    assert CalendarPairing.objects.get(activated_at__isnull=False).ref == "a"
    assert post(api("manager"), "pairings/activate-all", account="nobody").status_code == 404
