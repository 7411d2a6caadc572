"""Calendars that rooms leave, share and come back to: what stands in them of bookings that are over."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from backoffice import tasks
from backoffice.flow import channels as step
from backoffice.models import Block, CalendarPairing, Room
from backoffice.word import Word
from integrations.types import CalendarRecord
from tests.story.conftest import MORNING
from tests.story.orders import weather
from tests.story.orders.house import HOUR, PART, WHOLE, Modes, Sold, local, opened
from tests.story.orders.walk import every, versions

STARTS, ENDS = local("2026-03-10", "15:00"), local("2026-03-10", "16:00")


@pytest.fixture
def word(admin_user: Any) -> Word:
    return Word(admin_user, "the manager asked", MORNING)


@pytest.fixture
def house(db: None, tmp_path: Path) -> Iterator[Sold]:
    """A hall and its part, each with a calendar."""
    with opened(tmp_path, Modes()) as made, weather.calm():
        yield made


@pytest.fixture
def sharing(db: None, tmp_path: Path) -> Iterator[Sold]:
    """A hall and its part, both with one calendar."""
    with opened(tmp_path, Modes(shared=True)) as made, weather.calm():
        yield made


def book_part(house: Sold) -> int:
    """Somebody has the part, and it is known everywhere."""
    number = house.locaboo.book(71, STARTS, ENDS, customer_id=4711)
    pass_by(house)
    return number


def pass_by(house: Sold) -> None:
    """Two passes, some minutes apart."""
    for _ in range(2):
        house.later(minutes=5)
        tasks.sync(every())


def ours(house: Sold, calendar: str) -> list[Any]:
    return house.entries(calendar, ours=True)


def pairing(room: str) -> CalendarPairing:
    return CalendarPairing.objects.get(room__slug=room)


# ------------------------------------------------------------------------ calendars that are shared


def test_a_cancelled_booking_leaves_a_shared_calendar_by_the_pairing_that_is_awake(
    sharing: Sold, word: Word
) -> None:
    number = book_part(sharing)
    step.deactivate(pairing("part"), word)
    sharing.locaboo.cancel(number)
    pass_by(sharing)
    assert ours(sharing, WHOLE) == []


def test_an_event_that_was_to_go_goes_though_its_pairing_falls_asleep(sharing: Sold, word: Word) -> None:
    number = book_part(sharing)
    sharing.locaboo.cancel(number)
    sharing.google.fail("status", "DELETE", times=50, status=503)
    pass_by(sharing)
    step.deactivate(pairing("part"), word)
    sharing.google.faults.clear()
    sharing.later(minutes=30)
    pass_by(sharing)
    assert ours(sharing, WHOLE) == []


def test_an_event_dragged_in_a_shared_calendar_goes_with_its_booking_though_its_pairing_sleeps(
    sharing: Sold, word: Word
) -> None:
    number = book_part(sharing)
    step.change(pairing("part"), {"mode": "from_calendar", "scope": "full"}, word)
    (event,) = ours(sharing, WHOLE)
    sharing.google.drag(WHOLE, event["id"], ENDS, ENDS + HOUR)
    tasks.refresh(pairing("part").account)
    step.listen(sharing.now)
    sharing.locaboo.cancel(number)
    pass_by(sharing)
    pass_by(sharing)
    assert ours(sharing, WHOLE) == []


def test_what_is_written_for_others_alone_stays_while_its_pairing_sleeps(house: Sold, word: Word) -> None:
    number = book_part(house)
    step.deactivate(pairing("part"), word)
    house.locaboo.cancel(number)
    pass_by(house)
    assert (len(ours(house, PART)), len(ours(house, WHOLE))) == (1, 0)


def test_an_event_deleted_in_a_shared_calendar_is_no_order_while_its_pairing_sleeps(
    sharing: Sold, word: Word
) -> None:
    book_part(sharing)
    Room.objects.update(part_of=None)  # two rooms that have nothing to do with each other
    step.deactivate(pairing("part"), word)
    (event,) = ours(sharing, WHOLE)
    sharing.google.remove(WHOLE, event["id"])
    pass_by(sharing)
    assert len(sharing.orders(ours=False)) == 1


# ------------------------------------------------------------------------ calendars that rooms leave


def unpair(room: str, word: Word) -> None:
    step.unpair(step.deactivate(pairing(room), word), word, clean=False)


def test_what_was_over_when_a_room_came_back_to_its_calendar_is_taken_out(house: Sold, word: Word) -> None:
    number = book_part(house)
    unpair("part", word)
    house.locaboo.cancel(number)
    pass_by(house)
    given = {"mode": "bidirectional", "scope": "full"}
    record = CalendarRecord(PART, "Part", "Europe/Berlin", can_write=True)
    row = step.pair(Room.objects.get(slug="part"), pairing("whole").account, record, given, word)
    step.activate(row, word)
    pass_by(house)
    assert ours(house, PART) == []


def test_a_room_that_left_its_calendar_is_free_though_nobody_was_woken_to_say_so(
    house: Sold, word: Word
) -> None:
    house.google.put_event(PART, "Away", STARTS, ENDS)
    pass_by(house)
    assert len(house.orders(ours=True)) == 2
    unpair("part", word)
    unpair("whole", word)
    pass_by(house)
    assert house.orders(ours=True) == []


def test_what_a_dead_worker_was_about_to_write_is_not_written_once_the_room_has_left(
    house: Sold, word: Word
) -> None:
    house.locaboo.book(71, STARTS, ENDS, customer_id=4711)
    for account in every():
        tasks.refresh(account, full=True)
    step.plan(word.now)
    waiting = Block.objects.filter(calendar_ref=PART)
    assert waiting.update(state="writing", asked_at=word.now) == 1
    unpair("part", word)
    pass_by(house)
    assert ours(house, PART) == []


def test_an_event_dragged_in_a_calendar_that_is_not_written_any_more_is_noted_once(
    house: Sold, word: Word
) -> None:
    book_part(house)
    step.change(pairing("part"), {"mode": "from_calendar", "scope": "full"}, word)
    (event,) = ours(house, PART)
    house.google.drag(PART, event["id"], ENDS, ENDS + HOUR)
    pass_by(house)
    noted = versions()
    pass_by(house)
    assert versions() == noted
