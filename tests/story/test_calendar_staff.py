"""What staff do with calendars and blocks: let one sleep, take one away, try again, choose the channels."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F

from backoffice import roomchannels, tasks
from backoffice.flow import channels as step
from backoffice.models import Block, CalendarPairing, Finding, Occurrence, Room, StaffAct, VendorAccount
from backoffice.word import NotPossible, Word
from tests.story.channels import LAB, Channels, channels
from tests.story.conftest import MORNING

__all__ = ["channels"]

HOURS = ("10:00", "14:30", "16:00", "18:00")
NEXT = "2026-03-10"


@pytest.fixture
def word(admin_user: Any) -> Word:
    return Word(admin_user, "the manager asked", MORNING)


@pytest.fixture
def running(channels: Channels) -> Channels:
    """A guest at 14:30 today, whose event stands in the calendar; cleaning tomorrow at 14:30."""
    channels.offer(*HOURS)
    channels.game("14:30")
    channels.google.put_event(LAB, "Cleaning", f"{NEXT} 14:30", f"{NEXT} 15:00")
    channels.sync()
    assert channels.taken("14:30", NEXT)
    return channels


def pairing() -> CalendarPairing:
    """The laboratory's."""
    return CalendarPairing.objects.get(ref=LAB)


def ours(channels: Channels) -> list[str]:
    return [each["summary"] for each in channels.events() if each["summary"] not in ("Cleaning", "Painting")]


# ------------------------------------------------------------------------------------------ sleeping, leaving


def test_a_deactivated_pairing_leaves_what_is_written_and_blocked(running: Channels, word: Word) -> None:
    _another(running)
    step.deactivate(pairing(), word)
    running.sync()
    running.sync()
    assert ours(running) == ["LM Laboratory · Ida Kern"]
    assert running.taken("14:30", NEXT)


def test_a_deactivated_pairing_gets_no_new_event_and_blocks_nothing_new(
    running: Channels, word: Word
) -> None:
    _another(running)
    step.deactivate(pairing(), word)
    running.game("18:00")
    running.google.put_event(LAB, "Painting", f"{NEXT} 18:00", f"{NEXT} 18:30")
    running.sync()
    assert ours(running) == ["LM Laboratory · Ida Kern"]
    assert not running.taken("18:00", NEXT)


def test_a_block_that_waits_is_not_written_once_its_pairing_sleeps(channels: Channels, word: Word) -> None:
    channels.game("14:30")
    channels.google.refuse(503, "backendError", times=50)
    channels.sync("lockme")
    assert Block.objects.get(calendar_ref=LAB).state == "planned"
    channels.google.faults.clear()
    step.deactivate(pairing(), word)
    channels.later(minutes=30)
    tasks.follow_up()
    assert channels.events() == []


def test_an_active_pairing_is_not_taken_away(running: Channels, word: Word) -> None:
    with pytest.raises(NotPossible, match="deactivate it first"):
        step.unpair(pairing(), word, clean=False)


def test_what_a_pairing_wrote_is_taken_out_with_it_when_staff_say_so(running: Channels, word: Word) -> None:
    account = step.deactivate(pairing(), word).account
    assert step.unpair(pairing(), word, clean=True) == 1
    tasks.free_rooms(account.pk)
    tasks.follow_up()
    assert [each["summary"] for each in running.events()] == ["Cleaning"]
    assert not running.taken("14:30", NEXT)


def test_without_that_its_events_stay_and_the_room_is_free_all_the_same(
    running: Channels, word: Word
) -> None:
    account = step.deactivate(pairing(), word).account
    step.unpair(pairing(), word, clean=False)
    tasks.free_rooms(account.pk)
    tasks.follow_up()
    assert ours(running) == ["LM Laboratory · Ida Kern"]
    assert not running.taken("14:30", NEXT)
    assert not Occurrence.objects.filter(gone_at=None, resource__kind="calendar").exists()


def _another(channels: Channels) -> None:
    """Another room's calendar of the account, so that the account is read on."""
    channels.google.create_calendar("other@group.calendar.google.com", "Other")
    CalendarPairing.objects.create(
        room=Room.objects.get(slug="hall"),
        account=VendorAccount.objects.get(slug="calendars"),
        ref="other@group.calendar.google.com",
        activated_at=MORNING,
    )


# --------------------------------------------------------------------------------------------- trying again


def test_a_block_that_a_person_removed_is_written_again_on_staffs_word(running: Channels, word: Word) -> None:
    CalendarPairing.objects.update(mode="from_calendar")
    running.sync()
    running.lockme.cancel(_block_number(running))
    running.sync()
    assert not running.taken("14:30", NEXT)
    block = Block.objects.get(state="removed", said="deleted")
    step.try_again(block, word)
    tasks.follow_up()
    assert running.taken("14:30", NEXT)
    running.sync()
    assert running.taken("14:30", NEXT)
    assert StaffAct.objects.get().verb == "try again"


def test_a_block_whose_event_went_with_it_is_neither_shown_nor_written_again(
    running: Channels, word: Word
) -> None:
    running.lockme.cancel(_block_number(running))
    running.sync()
    running.sync()
    block = Block.objects.get(state="removed", said="deleted")
    shown = roomchannels.of_room(block.room, MORNING)
    assert block not in (*shown.blocks, *shown.elsewhere)
    with pytest.raises(NotPossible, match="is gone"):
        step.try_again(block, word)
    tasks.follow_up()
    assert not running.taken("14:30", NEXT)


def _block_number(channels: Channels) -> int:
    return int(Block.objects.get(resource__ref="1398", resource__account__slug="lockme").ref)


def test_a_block_that_stands_cannot_be_tried_again(running: Channels, word: Word) -> None:
    with pytest.raises(NotPossible, match="nothing to try again"):
        step.try_again(Block.objects.filter(state="active")[0], word)


def test_at_a_stopped_account_nothing_is_tried(running: Channels, word: Word) -> None:
    VendorAccount.objects.update(stopped_at=MORNING, stopped_reason="the grant is dead")
    with pytest.raises(NotPossible, match="the grant is dead"):
        step.try_again(Block.objects.all()[0], word)


# ------------------------------------------------------------------------------------- on which channels


def test_a_room_that_is_blocked_nowhere_any_more_is_free_everywhere(running: Channels, word: Word) -> None:
    step.block_on(Room.objects.get(slug="lab"), [], word)
    tasks.follow_up()
    assert not running.taken("14:30", NEXT)
    act = StaffAct.objects.get()
    assert (act.verb, act.detail["after"]) == ("block on", [])


@pytest.mark.parametrize("slug", ["calendars", "kit", "nobody"])
def test_a_room_is_blocked_only_where_times_can_be_taken(channels: Channels, word: Word, slug: str) -> None:
    with pytest.raises(NotPossible, match=slug):
        step.block_on(Room.objects.get(slug="lab"), [slug], word)


# ----------------------------------------------------------------------------------------- the account's list


def test_the_calendars_of_an_account_are_listed(channels: Channels) -> None:
    found = step.calendars_of(VendorAccount.objects.get(slug="calendars"), MORNING)
    assert [each.title for each in found] == ["Hall", "Laboratory"]


def test_a_dead_grant_is_told_in_words_and_stops_the_account(channels: Channels) -> None:
    channels.google.revoke()
    account = VendorAccount.objects.get(slug="calendars")
    with pytest.raises(NotPossible, match="Connect it on its page"):
        step.calendars_of(account, MORNING)
    assert "reconnect" in VendorAccount.objects.get(pk=account.pk).stopped_reason


def test_an_account_without_calendars_has_no_list(channels: Channels) -> None:
    with pytest.raises(NotPossible, match=r"Lock\.me has no calendars"):
        step.calendars_of(VendorAccount.objects.get(slug="lockme"), MORNING)


# ----------------------------------------------------------------------------------------- what was undone


def test_what_was_dragged_and_put_back_is_told_until_staff_have_seen_it(
    running: Channels, word: Word
) -> None:
    block = _put_back(running)
    assert Finding.objects.filter(kind="change_undone", closed_at=None).exists()
    step.seen(block, word)
    tasks.follow_up()
    assert not Finding.objects.filter(kind="change_undone", closed_at=None).exists()
    assert StaffAct.objects.get().booking == block.occurrence.booking


def test_what_was_dragged_and_put_back_is_not_told_for_ever(running: Channels) -> None:
    block = _put_back(running)
    Block.objects.filter(pk=block.pk).update(confirmed_at=F("confirmed_at") - timedelta(days=1))
    tasks.follow_up()
    assert not Finding.objects.filter(kind="change_undone", closed_at=None).exists()


def _put_back(channels: Channels) -> Block:
    """The guest's event, dragged in a calendar that is only written, where it belongs again."""
    CalendarPairing.objects.update(mode="to_calendar")
    [(event, here)] = [(e["id"], e["start"]) for e in channels.events() if e["summary"].startswith("LM")]
    channels.google.drag(LAB, event, "2026-03-09 18:00")
    channels.sync()
    assert next(each["start"] for each in channels.events() if each["id"] == event) == here
    return Block.objects.exclude(note="").get()
