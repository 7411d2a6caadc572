"""Messages are kept, opened once, applied once, and marked read only afterwards."""

from __future__ import annotations

from datetime import timedelta

import pytest

from backoffice.flow import inbox
from backoffice.models import WebhookMessage
from backoffice.states import MessageState
from integrations.errors import Garbled, Misconfigured, Missing, Refused, Unavailable
from integrations.types import Message
from tests.factories import NOW, AccountFactory
from tests.fakes import FakeSource

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)
EDIT = Message("90511", "edit", "1398", "746269", {"messageid": 90511})


@pytest.fixture
def account():
    return AccountFactory()


@pytest.fixture
def source():
    return FakeSource(messages={"90511": EDIT})


@pytest.fixture
def message(account):
    return inbox.keep(account, "90511", NOW)


def test_a_message_that_comes_ten_times_is_kept_once(account):
    kept = {inbox.keep(account, "90511", NOW + i * SECOND).pk for i in range(10)}
    assert len(kept) == WebhookMessage.objects.count() == 1


def test_the_same_id_at_another_account_is_another_message(message):
    assert inbox.keep(AccountFactory(), "90511", NOW) != message


@pytest.mark.parametrize("ref", ["", "9" * 101])
def test_an_id_that_cannot_be_one_is_refused(account, ref):
    with pytest.raises(ValueError, match="1 to 100 characters"):
        inbox.keep(account, ref, NOW)


def test_a_message_goes_from_received_to_marked_read(account, message, source):
    assert inbox.open(message, source, NOW)
    assert (message.action, message.resource_ref, message.booking_ref) == ("edit", "1398", "746269")
    assert inbox.applied(message, NOW)
    assert inbox.acknowledge(message, source, NOW)
    assert message.state == MessageState.ACKNOWLEDGED
    assert inbox.keep(account, "90511", NOW) is None


def test_a_message_that_was_not_applied_is_not_marked_read(message, source):
    inbox.open(message, source, NOW)
    assert not inbox.acknowledge(message, source, NOW)
    assert source.count("acknowledge") == 0


def test_a_message_is_fetched_once_however_often_it_is_opened(message, source):
    for _ in range(3):
        assert inbox.open(message, source, NOW)
    assert source.count("message") == 1


def test_a_finished_message_that_somebody_still_holds_is_neither_opened_nor_marked_again(message, source):
    stale = WebhookMessage.objects.get(pk=message.pk)
    inbox.open(message, source, NOW)
    inbox.applied(message, NOW)
    inbox.acknowledge(message, source, NOW)
    assert not inbox.open(stale, source, NOW)
    assert stale.applied_at
    assert not inbox.applied(stale, NOW)
    assert not inbox.acknowledge(stale, source, NOW)
    assert source.count("acknowledge") == 1


@pytest.mark.parametrize(("action", "said"), [("test", ""), ("merge", inbox.UNKNOWN), ("", inbox.UNKNOWN)])
def test_a_test_or_an_unknown_action_has_nothing_to_mirror_and_is_marked_read(account, action, said):
    source = FakeSource(messages={"1": Message("1", action, "1398", "7", {})})
    message = inbox.keep(account, "1", NOW)
    assert not inbox.open(message, source, NOW)
    inbox.applied(message, NOW)
    assert inbox.acknowledge(message, source, NOW)
    assert (message.booking_ref, message.error) == ("", said)


def test_a_failed_marking_is_tried_again_and_nothing_is_applied_twice(message, source):
    inbox.open(message, source, NOW)
    inbox.applied(message, NOW)
    source.errors["acknowledge"] = error = Unavailable("POST /message answered 503")
    with pytest.raises(Unavailable):
        inbox.acknowledge(message, source, NOW)
    inbox.failed(message, error, NOW)
    assert (message.state, message.applied_at) == (MessageState.APPLIED, NOW)
    assert not inbox.open(message, source, NOW)
    assert not inbox.waiting(NOW + 14 * SECOND)
    assert list(inbox.waiting(NOW + 15 * SECOND)) == [message]


def test_a_message_that_the_vendor_no_longer_has_need_not_be_marked(message, source):
    inbox.open(message, source, NOW)
    inbox.applied(message, NOW)
    source.errors["acknowledge"] = Missing("POST /message answered 404")
    assert inbox.acknowledge(message, source, NOW)


def test_a_vendor_that_is_down_is_asked_again_ever_more_rarely_and_never_given_up(message):
    pauses = []
    for _ in range(12):
        inbox.failed(message, Unavailable("503"), NOW)
        pauses.append((message.next_try_at - NOW).total_seconds())
    assert pauses[:4] == [15, 30, 60, 120]
    assert (pauses[-1], message.state) == (3600, MessageState.RECEIVED)


def test_a_pause_that_the_vendor_asks_for_is_kept(message):
    inbox.failed(message, Unavailable("429", retry_after=90), NOW)
    assert message.next_try_at == NOW + 90 * SECOND


def test_a_message_waits_for_an_account_that_is_stopped(account, message):
    inbox.failed(message, Misconfigured("401"), NOW)
    account.stopped_at = NOW
    account.save()
    assert not inbox.waiting(NOW + timedelta(days=1))
    account.stopped_at = None
    account.save()
    assert list(inbox.waiting(NOW + timedelta(days=1))) == [message]


@pytest.mark.parametrize("error", [Missing("404: no such message"), Refused("409")])
def test_a_message_that_the_vendor_refuses_is_failed_with_its_words_and_not_tried_for_ever(message, error):
    inbox.failed(message, error, NOW)
    assert (message.state, message.error) == (MessageState.FAILED, error.text)
    assert not inbox.waiting(NOW + timedelta(days=1))


def test_a_failed_message_that_the_vendor_sends_again_is_tried_again(account, message, source):
    inbox.failed(message, Missing("404"), NOW)
    again = inbox.keep(account, "90511", NOW + SECOND)
    assert (again.pk, again.state, again.error) == (message.pk, MessageState.RECEIVED, "")
    assert inbox.open(again, source, NOW + SECOND)


def test_a_garbled_message_is_tried_a_few_times_and_then_shown(message):
    for _ in range(inbox.GARBLED_TRIES):
        assert message.state == MessageState.RECEIVED
        inbox.failed(message, Garbled("not JSON"), NOW)
    assert message.state == MessageState.FAILED


def test_the_oldest_message_waits_first(account):
    for i in (3, 1, 2):
        inbox.keep(account, str(i), NOW + i * SECOND)
    assert [message.ref for message in inbox.waiting(NOW + 9 * SECOND)] == ["1", "2", "3"]
