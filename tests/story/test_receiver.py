"""What Lock.me's page wants of a receiver of webhooks (its section 2), from the request to the door."""

from __future__ import annotations

import pytest

from backoffice.models import Booking, Finding, WebhookMessage
from tests.story.conftest import berlin
from tests.story.test_hooks import HOOK, hear, marks, messages


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("kind", ["application/json", "text/plain", ""])
def test_2_no_1_any_method_content_type_and_spelling_of_the_header_will_do(house, client, method, kind):
    house.game("14:30")
    first = messages(house)[0]
    answer = getattr(client, method)(f"{HOOK}?s=1", headers={"x-MESSAGEid": str(first)}, content_type=kind)
    assert answer.status_code == 200
    assert WebhookMessage.objects.get().ref == str(first)


def test_2_no_1_a_request_without_the_header_or_with_a_wrong_secret_is_refused(house, client):
    assert client.post(HOOK).status_code == 400
    wrong = client.post("/hooks/hook-of-lockmE/", headers={"X-MessageId": "90511"})
    assert wrong.status_code == 404, "as an address that nobody has: a guess learns nothing"
    assert not WebhookMessage.objects.exists()


def test_2_no_2_the_vendor_is_answered_before_it_is_asked_anything(house, client):
    house.sync()
    house.game("14:30")
    before = len(house.lockme.journal)
    hear(client, messages(house)[0])
    assert len(house.lockme.journal) == before


def test_2_no_2_a_message_that_comes_again_changes_nothing_and_is_marked_once(house, client):
    house.sync()
    number = house.game("14:30")
    for _ in range(3):
        hear(client, messages(house)[0])
        house.sync("lockme")
    assert Booking.objects.filter(ref=str(number)).count() == 1
    assert len(marks(house, messages(house)[0])) == 1


def test_2_no_3_a_message_is_marked_read_after_its_booking_is_stored_and_never_applied_again(house, client):
    house.sync()
    number = house.game("14:30")
    first = messages(house)[0]
    house.lockme.fail("status", f"POST /v2.4/message/{first}")
    hear(client, first)
    house.sync("lockme")
    stored = Booking.objects.get(ref=str(number)).changed_at
    assert marks(house, first) == []
    house.later(minutes=10)
    house.sync("lockme")
    assert len(marks(house, first)) == 1
    assert Booking.objects.get(ref=str(number)).changed_at == stored


def test_2_no_4_a_late_message_does_not_bring_back_what_was_deleted(house, client):
    house.sync()
    number = house.game("14:30")
    house.lockme.cancel(number)
    add, edit, delete = messages(house)
    for one in (delete, edit, add):
        hear(client, one)
        house.sync("lockme")
    assert house.codes(number, state="active") == []
    assert not Booking.objects.filter(ref=str(number), gone_at=None).exists()


def test_2_no_4_a_late_message_is_about_the_booking_as_it_is_now(house, client):
    house.sync()
    number = house.game("14:30")
    house.lockme.move(number, 1398, "2026-03-09", "18:30:00")
    hear(client, messages(house)[0])
    house.sync("lockme")
    assert house.gets_in(number, berlin("18:30"))


def test_2_no_5_an_unknown_action_is_kept_marked_and_told_to_staff(house, client):
    house.sync()
    number = house.lockme._post("merge", 1398, None, {})
    hear(client, number)
    house.sync("lockme")
    assert len(marks(house, number)) == 1
    assert Finding.objects.filter(kind="message_strange", closed_at=None).exists()


@pytest.mark.parametrize(("dead", "read"), [("expire_tokens", 1), ("revoke_tokens", 0)])
def test_2_no_5_a_401_renews_the_token_once_or_leaves_the_message_unread(house, client, dead, read):
    house.sync()
    house.game("14:30")
    getattr(house.lockme, dead)()
    hear(client, messages(house)[0])
    house.sync("lockme", status=1 - read)
    assert len(house.lockme.calls("POST /access_token")) == 1
    assert len(marks(house, messages(house)[0])) == read


def test_2_no_6_what_no_message_told_is_found_by_the_poll(house):
    house.sync()
    number = house.game("14:30")
    house.later(minutes=5)
    house.sync("lockme")
    assert house.gets_in(number, berlin("14:30"))
