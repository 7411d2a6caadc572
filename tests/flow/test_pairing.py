"""Rooms are paired with calendars by explicit acts, each on record."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth.models import User

from backoffice.flow import channels
from backoffice.models import CalendarPairing, Room, StaffAct, VendorAccount, Venue
from backoffice.word import NotPossible, Word
from integrations.types import CalendarRecord

NOW = datetime(2026, 3, 9, 8, tzinfo=UTC)
LAB = CalendarRecord("lab@example.test", "Laboratory", "Europe/Berlin", can_write=True)
READ_ONLY = CalendarRecord("holidays@example.test", "Holidays", "Europe/Berlin", can_write=False)
BOTH_WAYS: dict[str, Any] = {"mode": "bidirectional", "scope": "no_contact"}

pytestmark = pytest.mark.django_db


@pytest.fixture
def word() -> Word:
    return Word(User.objects.create(username="manager"), "the venue asked for it", NOW)


@pytest.fixture
def account() -> VendorAccount:
    return VendorAccount.objects.create(
        slug="calendars", vendor="google_calendar", timezone="Europe/Berlin", hook_digest="x"
    )


@pytest.fixture
def rooms() -> tuple[Room, Room]:
    venue = Venue.objects.create(slug="centre", name="Centre")
    names = ("lab", "vault")
    lab, vault = (Room.objects.create(venue=venue, slug=name, name=name.title()) for name in names)
    return lab, vault


def test_m6_a_pairing_syncs_only_once_it_was_activated(
    rooms: tuple[Room, Room], account: VendorAccount, word: Word
) -> None:
    pairing = channels.pair(rooms[0], account, LAB, BOTH_WAYS, word)
    assert pairing.activated_at is None
    assert channels.activate(pairing, word).activated_at == NOW


def test_a_second_room_on_a_used_calendar_must_be_acknowledged(
    rooms: tuple[Room, Room], account: VendorAccount, word: Word
) -> None:
    channels.pair(rooms[0], account, LAB, BOTH_WAYS, word)
    with pytest.raises(NotPossible, match="Lab already"):
        channels.pair(rooms[1], account, LAB, BOTH_WAYS, word)
    given = {**BOTH_WAYS, "acknowledged": True}
    assert channels.pair(rooms[1], account, LAB, given, word).acknowledged_at == NOW


def test_a_shared_calendar_that_nobody_acknowledged_is_not_activated(
    rooms: tuple[Room, Room], account: VendorAccount, word: Word
) -> None:
    first = channels.pair(rooms[0], account, LAB, BOTH_WAYS, word)
    channels.pair(rooms[1], account, LAB, {**BOTH_WAYS, "acknowledged": True}, word)
    with pytest.raises(NotPossible):
        channels.activate(first, word)
    channels.activate(channels.acknowledge(first, word), word)


def test_a_calendar_that_can_only_be_read_is_not_paired_in_a_mode_that_writes(
    rooms: tuple[Room, Room], account: VendorAccount, word: Word
) -> None:
    with pytest.raises(NotPossible, match="only be read"):
        channels.pair(rooms[0], account, READ_ONLY, BOTH_WAYS, word)
    assert channels.pair(rooms[0], account, READ_ONLY, {**BOTH_WAYS, "mode": "from_calendar"}, word).pk


def test_the_same_pair_is_not_made_twice(
    rooms: tuple[Room, Room], account: VendorAccount, word: Word
) -> None:
    channels.pair(rooms[0], account, LAB, BOTH_WAYS, word)
    with pytest.raises(NotPossible, match="already"):
        channels.pair(rooms[0], account, LAB, BOTH_WAYS, word)
    assert CalendarPairing.objects.count() == 1


def test_a_stopped_account_is_to_be_connected_before_its_pairings_are_activated(
    rooms: tuple[Room, Room], account: VendorAccount, word: Word
) -> None:
    pairing = channels.pair(rooms[0], account, LAB, BOTH_WAYS, word)
    VendorAccount.objects.update(stopped_at=NOW, stopped_reason="the grant is dead: reconnect the account")
    with pytest.raises(NotPossible, match="reconnect"):
        channels.activate(CalendarPairing.objects.get(pk=pairing.pk), word)


def test_every_act_on_a_pairing_is_on_record(
    rooms: tuple[Room, Room], account: VendorAccount, word: Word
) -> None:
    pairing = channels.pair(rooms[0], account, LAB, BOTH_WAYS, word)
    channels.change(pairing, {"mode": "to_calendar", "scope": "empty", "options": ["transparent"]}, word)
    channels.activate(pairing, word)
    channels.deactivate(pairing, word)
    verbs = list(StaffAct.objects.order_by("pk").values_list("verb", flat=True))
    assert verbs == ["pair", "change pairing", "activate", "deactivate"]
    assert pairing.options == {"transparent": True}
