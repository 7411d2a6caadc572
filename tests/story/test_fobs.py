"""Promises 1 and 2 for doors that open by fob, at the sandbox's locks."""

from __future__ import annotations

from datetime import timedelta

import pytest

from backoffice.flow import overrule, stock
from backoffice.models import AccessGrant, Door, Fob, FobLoan, Notice
from backoffice.word import Word
from tests.factories import UserFactory
from tests.story.conftest import berlin

pytestmark = pytest.mark.django_db(transaction=True)

HALL = "501"


@pytest.fixture
def fobs(house):
    """The hall opens by fob, and two fobs are in stock."""
    for number in ("30001", "30002"):
        house.lockt.add_fob(f"Fob {number[-1]}", number, id_num=f"F-{number}", enabled=True)
    Door.objects.filter(ref=HALL).update(method="fob")
    return ["30001", "30002"]


def word(reason="handed over at the desk"):
    from backoffice.clock import now

    return Word(UserFactory(), reason, now())


def hall(house, start="14:00", end="16:00", day="2026-03-09", **more):
    """A booking of the hall; its number."""
    first, last = (berlin(text, day).astimezone() for text in (start, end))
    from zoneinfo import ZoneInfo

    zone = ZoneInfo("Europe/Berlin")
    spans = (moment.astimezone(zone).replace(tzinfo=None) for moment in (first, last))
    return house.locaboo.book(70, *spans, 4711, **more)


def opening(house, at, door=HALL):
    """The fobs that open a door then."""
    return [one.card_num for one in house.lockt.people.values() if one.fob and house.lockt.opens(door, one.card_num, at)]


def test_a_fob_opens_its_guests_door_in_the_access_window_alone(house, fobs):
    hall(house)
    house.at(berlin("12:20"))
    house.sync()
    [lent] = opening(house, berlin("13:45"))
    loan = FobLoan.objects.get()
    assert (loan.fob.card_number, loan.code.state, loan.code.known) == (lent, "active", "confirmed")
    for at in (berlin("13:44"), berlin("16:16"), berlin("16:31")):
        assert opening(house, at) == []
    assert opening(house, berlin("14:30"), "502") == []
