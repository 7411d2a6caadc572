"""The address that vendors call."""

from __future__ import annotations

import logging

import pytest
from django.test import Client

from backoffice.models import WebhookMessage
from backoffice.webhooks import LONGEST_BODY
from tests.factories import AccountFactory, CodelocksFactory

pytestmark = pytest.mark.django_db
MESSAGE = {"X-MessageId": "90511", "User-Agent": "LockMe/1.0"}


@pytest.fixture
def account():
    return AccountFactory(hook_token="t0ken-of-the-account")


@pytest.fixture
def client():
    return Client(enforce_csrf_checks=True)


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_message_is_kept_and_its_processing_is_asked_for_after_the_commit(
    account, client, method, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks() as callbacks:
        answer = getattr(client, method)("/hooks/t0ken-of-the-account/", headers=MESSAGE)
    assert (answer.status_code, answer.content) == (200, b"OK")
    assert WebhookMessage.objects.get(account=account).ref == "90511"
    assert len(callbacks) == 1


def test_the_headers_name_may_be_in_any_case(account, client):
    assert client.post("/hooks/t0ken-of-the-account/", headers={"x-messageid": "7"}).status_code == 200


def test_a_query_and_any_content_type_do_no_harm(account, client):
    address = "/hooks/t0ken-of-the-account/?s=1"
    answer = client.post(address, b"\xff{", content_type="application/x-unknown", headers=MESSAGE)
    assert answer.status_code == 200


def test_a_message_that_is_done_is_answered_and_asks_for_nothing(
    account, client, django_capture_on_commit_callbacks
):
    done = WebhookMessage(account=account, ref="90511", received_at="2026-03-09T08:00Z", state="acknowledged")
    done.save()
    with django_capture_on_commit_callbacks() as callbacks:
        assert client.post("/hooks/t0ken-of-the-account/", headers=MESSAGE).status_code == 200
    assert callbacks == []


def test_a_token_that_nobody_has_is_not_found(account, client):
    for token in ("wrong", "t0ken-of-the-accoun", "ü", "x" * 5000):
        answer = client.post(f"/hooks/{token}/", headers=MESSAGE)
        assert (answer.status_code, answer.content) == (404, b"Not found")
    assert not WebhookMessage.objects.exists()


def test_an_account_that_is_off_or_whose_vendor_sends_no_hooks_answers_just_the_same(client):
    AccountFactory(hook_token="off", enabled=False)
    CodelocksFactory(hook_token="silent")
    for token in ("off", "silent"):
        answer = client.post(f"/hooks/{token}/", headers=MESSAGE)
        assert (answer.status_code, answer.content) == (404, b"Not found")


def test_a_stopped_accounts_messages_are_kept_for_later(client):
    AccountFactory(hook_token="stopped", stopped_at="2026-03-09T08:00Z")
    assert client.post("/hooks/stopped/", headers=MESSAGE).status_code == 200


@pytest.mark.parametrize("headers", [{}, {"X-MessageId": ""}, {"X-MessageId": "9" * 101}])
def test_a_request_that_names_no_message_is_refused(account, client, headers):
    assert client.post("/hooks/t0ken-of-the-account/", headers=headers).status_code == 400
    assert not WebhookMessage.objects.exists()


def test_a_body_that_no_hook_has_is_refused(account, client):
    body = b"x" * (LONGEST_BODY + 1)
    answer = client.post("/hooks/t0ken-of-the-account/", body, content_type="text/plain", headers=MESSAGE)
    assert answer.status_code == 413


def test_other_methods_are_refused(account, client):
    assert client.delete("/hooks/t0ken-of-the-account/").status_code == 405


def test_no_token_and_no_header_is_logged(account, client, caplog):
    caplog.set_level(logging.DEBUG)
    account.enabled = False
    account.save()
    for send in (client.get, client.post, client.delete):
        send("/hooks/t0ken-of-the-account/", headers=MESSAGE)
    logged = " ".join(record.getMessage() for record in caplog.records if record.name.startswith("django.re"))
    assert "t0ken" not in logged
    assert "90511" not in logged
