"""Conflicts in the house, from the vendors' calls to the locks: found by the sync, settled by staff."""

from __future__ import annotations

import pytest

from backoffice.flow import conflicts
from backoffice.models import Booking, Conflict, Finding
from backoffice.word import Word
from tests.factories import UserFactory
from tests.story.conftest import berlin


@pytest.fixture
def twice(house):
    """The ballroom, sold to Ida on the marketplace and half an hour later to Emil at the town hall."""
    ida = house.game("14:30", room=1400)
    emil = house.locaboo.book(80, "2026-03-09 15:00", "2026-03-09 16:00", 4711)
    house.sync()
    return ida, emil


@pytest.fixture
def word(house):
    return lambda reason="agreed on the phone": Word(UserFactory(), reason, house.server.vendors.clock.now())


def current():
    return Conflict.objects.get(closed_at=None)


def booking(number):
    return Booking.objects.get(ref=str(number))


def test_one_room_sold_on_two_channels_is_one_conflict_and_one_finding(house, twice):
    conflict = current()
    assert {conflict.first.booking.account.slug, conflict.second.booking.account.slug} == {"lockme", "halls"}
    assert "Both have it Mon 9 Mar 15:00–15:30" in conflict.text
    finding = Finding.objects.get(conflict=conflict, closed_at=None)
    assert finding.text == conflict.text
    assert not Finding.objects.filter(kind="conflict", closed_at=None).exists()


def test_it_is_over_when_one_of_them_is_cancelled_where_it_was_made(house, twice):
    house.lockme.cancel(twice[0])
    house.sync()
    house.later(minutes=10)
    house.sync()
    assert not Conflict.objects.filter(closed_at=None).exists()
    assert not Finding.objects.filter(kind="double_booking", closed_at=None).exists()


def test_after_a_trim_the_door_opens_for_one_guest_after_the_other(house, twice, word):
    ida, emil = twice
    conflicts.trim(current(), booking(ida), berlin("15:15"), word())
    house.sync()
    assert "you may now open" in house.told(ida)[-1].body
    house.at(berlin("14:20"))
    house.sync()
    assert house.gets_in(ida, berlin("15:10"))
    assert not house.gets_in(ida, berlin("15:20"))
    assert house.gets_in(emil, berlin("15:20"))
    assert not house.gets_in(emil, berlin("15:10"))
    assert current().state == "accepted"


def test_who_is_denied_stands_before_a_shut_door_and_the_other_gets_in(house, twice, word):
    ida, emil = twice
    house.at(berlin("14:20"))
    house.sync()
    conflicts.deny(current(), booking(emil), berlin("20:00"), word("the town hall made a mistake"))
    house.sync()
    assert house.gets_in(ida, berlin("15:10"))
    assert not house.gets_in(emil, berlin("15:30"))


def test_a_sync_after_which_nothing_changed_leaves_every_conflict_as_it_was(house, twice, word):
    conflicts.accept(current(), word())
    before = list(Conflict.objects.values())
    for _ in range(2):
        house.later(minutes=5)
        house.sync()
    assert list(Conflict.objects.values()) == before
