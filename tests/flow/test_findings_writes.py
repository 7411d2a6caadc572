"""Findings about what vendors were asked to write, and about messages that nobody understands."""

from __future__ import annotations

from datetime import timedelta

import pytest

from backoffice.flow import audit
from backoffice.flow.desk import settle
from backoffice.models import Finding, VendorWrite, WebhookMessage
from backoffice.word import NotPossible, Word
from tests.factories import NOW, AccountFactory, BookingFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def account():
    return AccountFactory(slug="shop")


def written(account, state, minutes=20, **more):
    asked_at = NOW - timedelta(minutes=minutes)
    fields = {"verb": "move reservation", "subject": "17, Laboratory", "author": UserFactory(), **more}
    return VendorWrite.objects.create(account=account, state=state, asked_at=asked_at, **fields)


def told(kind):
    audit.findings(NOW)
    return [finding.text for finding in Finding.objects.filter(kind=kind, closed_at=None)]


def test_a_write_in_doubt_is_a_finding_with_its_booking_until_staff_have_looked(account):
    booking = BookingFactory(account=account)
    write = written(account, "in_doubt", text="It did not answer", booking=booking)
    (text,) = told("write_in_doubt")
    assert "Lock.me (shop): nobody knows whether this was done: move reservation 17, Laboratory." in text
    assert Finding.objects.get().booking == booking
    settle(write, done=True, word=Word(UserFactory(username="ada"), "seen in the panel", NOW))
    assert told("write_in_doubt") == []
    assert "ada has looked at the vendor: it was done." in VendorWrite.objects.get().text


@pytest.mark.parametrize(("minutes", "n"), [(9, 0), (11, 1)])
def test_a_write_whose_process_died_is_a_finding_after_ten_minutes(account, minutes, n):
    written(account, "asked", minutes)
    assert len(told("write_in_doubt")) == n


@pytest.mark.parametrize("state", ["done", "refused"])
def test_a_write_whose_end_is_known_is_none_and_is_not_settled_again(account, state):
    write = written(account, state)
    assert told("write_in_doubt") == []
    with pytest.raises(NotPossible, match="known already"):
        settle(write, done=False, word=Word(UserFactory(), "x", NOW))


def test_a_message_with_an_action_that_nobody_knows_alerts_staff_for_a_week(account):
    for number, days in ((1, 1), (2, 2), (3, 8)):
        WebhookMessage.objects.create(
            account=account,
            ref=str(number),
            state="acknowledged",
            action="merge",
            error="Nobody knows this action: nothing was done.",
            received_at=NOW - timedelta(days=days),
        )
    (text,) = told("message_strange")
    assert "shop has told 2 times of “merge”" in text


def test_a_message_that_was_understood_alerts_nobody(account):
    WebhookMessage.objects.create(
        account=account, ref="1", state="acknowledged", action="test", received_at=NOW
    )
    assert told("message_strange") == []
