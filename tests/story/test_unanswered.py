"""A write that was not answered, and a booking that is cancelled before anybody has looked again."""

from __future__ import annotations

from typing import Any

import pytest

from backoffice.models import Door
from tests.story.conftest import FRONT, House, berlin

IDA = "ida@example.test"


@pytest.fixture
def hall(house: House) -> Any:
    """A booking of the hall whose card was written, but not answered, and that was then cancelled."""
    number = house.locaboo.book(70, berlin("14:30"), berlin("16:00"), customer_id=4711)
    house.lockt.fail("drop_after", "POST /api/v1/user")
    house.sync()
    house.locaboo.cancel(number)
    return number


def test_a_card_that_may_have_been_written_is_taken_back_when_its_guest_cancels(
    house: House, hall: int
) -> None:
    for _ in range(4):
        house.later(minutes=5)
        house.sync()
    holders = [one for one in house.lockt.people.values() if one.id_num.startswith("LK-")]
    assert not any(house.lockt.opens("501", one.card_num, berlin("15:00")) for one in holders)
    assert [code.state for code in house.codes(hall, method="card")] == ["revoked"]


def test_an_invitation_that_may_have_been_sent_is_taken_back_when_its_guest_cancels(house: House) -> None:
    Door.objects.filter(ref=FRONT).update(method="phone")
    house.codelocks.register_app_user(IDA)
    number = house.game("14:30")
    house.codelocks.fail("drop_after", "POST /u/1/k3connect")
    house.sync()
    house.lockme.cancel(number)
    for _ in range(4):
        house.later(minutes=5)
        house.sync()
    assert (FRONT, IDA) not in house.codelocks.account.clients
