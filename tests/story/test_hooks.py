"""Webhooks: repeated, reordered and lost, they end in one booking, one code and one mark each."""

from __future__ import annotations

from datetime import timedelta

import pytest

from backoffice import accounts
from backoffice.models import Booking, Finding, VendorAccount, WebhookMessage
from tests.story.conftest import berlin

HOOK = "/hooks/hook-of-lockme/"


def messages(house):
    return [message.number for message in house.lockme.postbox.messages.values()]


def marks(house, number):
    return [call for call in house.lockme.calls(f"POST /v2.4/message/{number}") if call.status == 200]


def hear(client, *numbers):
    for number in numbers:
        answer = client.post(HOOK, headers={"X-MessageId": str(number)})
        assert answer.status_code == 200


@pytest.fixture
def heard(house, client):
    """The messages of a booking that was made, edited and moved, in a given order, each a number of times."""

    def play(order, times=1):
        house.sync()
        number = house.game("14:30")
        house.lockme.move(number, 1398, "2026-03-09", "18:30:00")
        numbers = messages(house)
        assert len(numbers) == 3  # add, edit (paid), edit (moved)
        for _ in range(times):
            for place in order:
                hear(client, numbers[place])
        house.sync("lockme")
        return number, numbers

    return play


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 0, 2), (2, 0, 1)])
def test_in_any_order_there_is_one_booking_one_code_a_door_and_one_mark_each(house, heard, order):
    number, numbers = heard(order)
    assert Booking.objects.filter(ref=str(number)).count() == 1
    assert len(house.codes(number)) == 2
    assert house.gets_in(number, berlin("18:30"))
    assert [len(marks(house, each)) for each in numbers] == [1, 1, 1]
    assert house.codelocks.paid("netcode") == 2


def test_ten_times_is_as_once(house, heard):
    number, numbers = heard((0, 1, 2), times=10)
    assert [len(marks(house, each)) for each in numbers] == [1, 1, 1]
    assert len(house.codes(number)) == 2
    assert house.codelocks.paid("netcode") == 2


def test_delete_before_edit_leaves_nothing_open(house, client):
    house.sync()
    number = house.game("14:30")
    house.lockme.edit(number, people=5)
    house.lockme.cancel(number)
    add, paid, edit, delete = messages(house)
    hear(client, delete, edit, paid, add)
    house.sync("lockme")
    assert house.codes(number) == []
    assert all(len(marks(house, each)) == 1 for each in (add, paid, edit, delete))


def test_a_message_is_marked_read_only_when_its_booking_is_there(house, client):
    house.sync()
    number = house.game("14:30")
    first = messages(house)[0]
    house.lockme.fail("status", f"GET /v2.4/room/1398/reservation/{number}", times=20)
    hear(client, first)
    house.sync("lockme", status=0)
    assert marks(house, first) == []
    house.lockme.faults.clear()
    house.later(minutes=10)
    house.sync("lockme")
    assert len(marks(house, first)) == 1
    assert house.gets_in(number, berlin("15:00"))


def test_a_mark_that_fails_is_tried_again_and_nothing_is_applied_twice(house, client):
    house.sync()
    house.game("14:30")
    first = messages(house)[0]
    house.lockme.fail("status", "POST /v2.4/message/", times=1)
    hear(client, first)
    house.sync("lockme")
    assert WebhookMessage.objects.get(ref=str(first)).state == "applied"
    house.later(minutes=10)
    house.sync("lockme")
    assert WebhookMessage.objects.get(ref=str(first)).state == "acknowledged"


def test_a_test_message_is_marked_and_changes_nothing(house, client):
    house.sync()
    number = house.lockme.send_test(1398)
    hear(client, number)
    house.sync("lockme")
    assert len(marks(house, number)) == 1
    assert not Booking.objects.exists()


def test_a_stranger_learns_nothing(client, house):
    assert client.post("/hooks/guess/", headers={"X-MessageId": "1"}).status_code == 404
    assert client.post(HOOK).status_code == 400
    assert client.get(HOOK, headers={"x-messageid": "90511"}).status_code == 200


def test_a_message_of_an_unknown_kind_is_kept_marked_and_shown_to_staff(house, client):
    house.sync()
    number = house.lockme._post("merge", 1398, None, {})
    hear(client, number)
    house.sync("lockme")
    assert WebhookMessage.objects.get(ref=str(number)).action == "merge"
    assert len(marks(house, number)) == 1
    assert "“merge”" in Finding.objects.get(kind="message_strange", closed_at=None).text


def test_a_message_is_fetched_although_the_token_has_just_died(house, client):
    house.sync()
    number = house.game("14:30")
    house.lockme.expire_tokens()
    hear(client, messages(house)[0])
    house.sync("lockme")
    assert len(marks(house, messages(house)[0])) == 1
    assert house.gets_in(number, berlin("14:30"))


def test_a_message_stays_unread_until_the_account_is_connected_again(house, client):
    house.sync()
    number = house.game("14:30")
    first, token = messages(house)[0], VendorAccount.objects.get(slug="lockme").secrets["token"]
    house.lockme.revoke_tokens()
    hear(client, first)
    house.sync("lockme", status=1)
    assert marks(house, first) == []
    account = VendorAccount.objects.get(slug="lockme")
    until = house.server.vendors.clock.now() + timedelta(hours=1)
    house.lockme.grants.keep("eyJnew", "defnew", until)
    accounts.keep_secrets(account, {"token": {**token, "access_token": "eyJnew", "refresh_token": "defnew"}})
    accounts.resume(account)
    house.later(minutes=10)
    house.sync("lockme")
    assert len(marks(house, first)) == 1
    assert house.gets_in(number, berlin("14:30"))


def test_a_booking_of_which_no_message_ever_came_is_found_by_the_poll(house):
    house.sync()
    number = house.game("14:30")
    house.sync("lockme")
    assert house.gets_in(number, berlin("14:30"))
    house.lockme.cancel(number)
    house.later(minutes=5)
    house.sync("lockme")
    house.later(minutes=5)
    house.sync("lockme")
    assert house.codes(number, state="active") == []
