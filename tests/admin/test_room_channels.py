"""A room's page shows all its channels; blocks and entries have lists."""

from __future__ import annotations

import re
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse

from backoffice import clock, roomchannels
from backoffice.admin import room_channels
from backoffice.models import (
    Block,
    CalendarEvent,
    CalendarReading,
    Occurrence,
    PushChannel,
    Room,
    StaffAct,
    VendorAccount,
)
from tests.admin.paired import LAB, account, act, blocked, google, page_of, pairing, rooms, stay, text
from tests.factories import (
    HOUR,
    LocabooFactory,
    OccurrenceFactory,
    ResourceFactory,
    RoomFactory,
)

__all__ = ["account", "google", "rooms", "stay"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(signed_in):
    return signed_in("manager")


# ------------------------------------------------------------------------------------------ the room's page


@pytest.mark.parametrize(
    ("slot", "said"),
    [
        ("2026-03-10T09:00+01:00", ""),
        ("2026-03-10T10:30+01:00", ", the game at 10:30"),
        ("2026-03-11T10:30+01:00", ", the game of Wed 11 Mar 10:30"),
    ],
)
def test_a_game_of_another_day_than_its_entry_is_shown_with_its_day(slot, said):
    entry = Occurrence(starts_at=datetime.fromisoformat("2026-03-10T09:00+01:00"))
    block = Block(by_slot=True, starts_at=datetime.fromisoformat(slot), occurrence=entry)
    assert room_channels._slot(block, ZoneInfo("Europe/Berlin")) == said


def test_the_rooms_page_shows_where_it_is_sold_and_how_the_accounts_do(signed_in, stay, rooms):
    shop = stay.resource.account
    VendorAccount.objects.filter(pk=shop.pk).update(stopped_at=clock.now(), stopped_reason="no key")
    shown = text(signed_in("viewer").get(page_of(rooms[0])))
    for words in (
        "Where it is sold",
        "The lab",
        shop.slug,
        "stopped",
        "the only channel",
        "60 min",
    ):
        assert words in shown


def test_the_rooms_page_shows_its_calendars_and_what_could_not_be_written(signed_in, account, stay, rooms):
    row = pairing(account, rooms[0])
    lab = {"account": account, "pairing": row, "calendar_ref": LAB}
    blocked(stay, None, state="failed", error="It is forbidden", **lab)
    shown = text(signed_in("viewer").get(page_of(rooms[0])))
    for words in ("both ways", "no contact", "never read", "1 not written yet", "calendar Laboratory"):
        assert words in shown
    assert "not blocked" in shown
    assert "It is forbidden" in shown


def test_what_is_blocked_of_the_room_and_what_its_bookings_block_of_others_stand_apart(
    signed_in, stay, rooms
):
    part = RoomFactory(name="Corner", venue=rooms[0].venue, part_of=rooms[0])
    hall, corner = (
        ResourceFactory(account=LocabooFactory(), room=room, title=str(room)) for room in (rooms[0], part)
    )
    blocked(stay, hall, state="active", reason="Booking 1 has Laboratory.")
    blocked(
        stay, corner, room=part, state="planned", reason="Booking 1 has Laboratory, and so Corner is not."
    )
    shown = text(signed_in("viewer").get(page_of(rooms[0])))
    here, apart = shown.split("What its bookings block of other rooms")
    assert "Ida Kern, Lock.me" in here
    assert "Locaboo: Laboratory" in here
    assert "and so Corner is not" in apart
    assert "Its parts are" in here
    assert "It is a part of" in text(signed_in("viewer").get(page_of(part)))


def test_a_block_that_is_over_or_rightly_gone_is_not_shown(signed_in, stay, rooms):
    blocked(stay, stay.resource, state="removed", reason="It is cancelled.")
    early = {"starts_at": clock.now() - 3 * HOUR, "ends_at": clock.now() - HOUR}
    row = blocked(stay, stay.resource, state="active", reason="It was yesterday.")
    Block.objects.filter(pk=row.pk).update(**early)
    shown = text(signed_in("viewer").get(page_of(rooms[0])))
    assert "It is cancelled." not in shown
    assert "It was yesterday." not in shown


def test_entries_that_keep_nobody_out_are_warned_of(signed_in, account, stay, rooms):
    pairing(account, rooms[0])
    client = signed_in("viewer")
    assert "not blocked from elsewhere" in text(client.get(page_of(rooms[0])))
    assert "keep nobody from booking it elsewhere" in text(client.get(page_of(rooms[0])))
    Room.objects.filter(pk=rooms[0].pk).update(block_on=[stay.resource.account.slug])
    assert "keep nobody from booking it elsewhere" not in text(client.get(page_of(rooms[0])))


def test_synchronizing_stands_at_the_head_of_the_accounts_page(manager, account, rooms):
    pairing(account, rooms[0])
    titles = [button["title"] for button in manager.get(page_of(account)).context["actions_detail"]]
    assert titles.count("Synchronize calendars") == 1


def test_where_bookings_block_a_room_is_changed_with_a_reason(manager, stay, rooms):
    shop = stay.resource.account
    assert act("block-on", rooms[0]) in text(manager.get(page_of(rooms[0])))
    manager.post(act("block-on", rooms[0]), {"accounts": [shop.slug], "reason": "sold twice on Monday"})
    assert Room.objects.get(pk=rooms[0].pk).block_on == [shop.slug]
    assert StaffAct.objects.get().detail == {"before": [], "after": [shop.slug]}


def test_saving_a_rooms_form_leaves_where_it_is_blocked(manager, stay, rooms):
    Room.objects.filter(pk=rooms[0].pk).update(block_on=["shop"])
    form = {"name": "Lab", "slug": rooms[0].slug, "venue": rooms[0].venue_id}
    form |= {"steps-TOTAL_FORMS": 0, "steps-INITIAL_FORMS": 0}
    assert manager.post(page_of(rooms[0]), form).status_code == 302
    room = Room.objects.get(pk=rooms[0].pk)
    assert (room.name, room.block_on) == ("Lab", ["shop"])


@pytest.mark.parametrize("group", ["viewer", "front desk"])
def test_who_may_not_change_the_room_does_not_change_where_it_is_blocked(signed_in, rooms, group):
    client = signed_in(group)
    assert act("block-on", rooms[0]) not in text(client.get(page_of(rooms[0])))
    assert client.post(act("block-on", rooms[0]), {"accounts": [], "reason": "x"}).status_code == 403


# --------------------------------------------------------------------------------------------------- lists


def test_front_desk_tries_a_block_again_and_comes_back_to_the_room(signed_in, stay, rooms):
    row = blocked(stay, stay.resource, state="failed", error="It did not answer", attempts=3)
    desk = signed_in("front desk")
    (way,) = re.findall(
        rf'href="({re.escape(act("retry", row).split("?")[0])}[^"]*)"', text(desk.get(page_of(rooms[0])))
    )
    answer = desk.post(way.replace("&amp;", "&"), {"reason": "the shop is back"})
    assert answer["Location"] == page_of(rooms[0])
    row.refresh_from_db()
    assert (row.state, row.attempts) == ("planned", 0)
    assert StaffAct.objects.get().booking == stay.booking


@pytest.mark.parametrize(("state", "offered"), [("active", True), ("planned", False)])
def test_that_a_block_was_put_back_is_seen_on_its_page(signed_in, stay, state, offered):
    row = blocked(stay, stay.resource, state=state, note="Somebody moved it.")
    desk = signed_in("front desk")
    assert ("/act/seen/" in text(desk.get(page_of(row)))) == offered
    desk.post(act("seen", row), {"reason": "told the cleaners"})
    assert (Block.objects.get().note == "") == offered


def test_a_viewer_tries_nothing_again_and_nobody_edits_a_block(signed_in, stay):
    row = blocked(stay, stay.resource, state="failed")
    assert signed_in("viewer").post(act("retry", row), {"reason": "x"}).status_code == 403
    assert signed_in("").post(page_of(row), {"state": "active"}).status_code == 403


def test_the_list_of_blocks_tells_where_why_and_what_went_wrong(signed_in, stay):
    blocked(stay, stay.resource, state="failed", reason="Booking 7 has the lab.", error="It is closed")
    shown = text(signed_in("viewer").get(reverse("admin:backoffice_block_changelist")))
    for words in ("Lock.me: The lab", "not blocked", "Booking 7 has the lab.", "It is closed"):
        assert words in shown


@pytest.mark.parametrize(("group", "sees"), [("viewer", False), ("front desk", True), ("manager", True)])
def test_what_people_call_their_entries_is_seen_by_those_who_may_see_contacts(
    signed_in, account, group, sees
):
    calendar = CalendarReading.objects.create(
        account=account, ref=LAB, title="Laboratory", timezone="Europe/Paris"
    )
    times = {"starts_at": clock.now(), "ends_at": clock.now() + HOUR}
    row = CalendarEvent.objects.create(
        calendar=calendar, ref="e", summary="Dentist", seen_at=clock.now(), **times
    )
    client = signed_in(group)
    for address in (reverse("admin:backoffice_calendarevent_changelist"), page_of(row)):
        assert ("Dentist" in text(client.get(address))) == sees


def test_a_channels_token_is_not_shown(signed_in, account):
    calendar = CalendarReading.objects.create(account=account, ref=LAB)
    row = PushChannel.objects.create(calendar=calendar, ref="c1", token="t0psecret", made_at=clock.now())
    client = signed_in("")
    for address in (reverse("admin:backoffice_pushchannel_changelist"), page_of(row)):
        assert "t0psecret" not in text(client.get(address))


def test_of_a_time_that_is_shown_no_block_is_left_out(stay, rooms, monkeypatch):
    monkeypatch.setattr(roomchannels, "MOST", 1)
    hall = ResourceFactory(account=LocabooFactory(), room=rooms[0], title="Hall")
    for resource in (hall, stay.resource):
        blocked(stay, resource, state="active")
    later = OccurrenceFactory(room=rooms[0], starts_at=clock.now() + 9 * HOUR)
    found = roomchannels.of_room(rooms[0], clock.now())
    assert (len(found.blocks), found.more) == (2, False)
    blocked(later, hall, state="active")
    found = roomchannels.of_room(rooms[0], clock.now())
    assert (len(found.blocks), found.more) == (2, True)


def test_the_rooms_page_tells_what_went_wrong_in_words_and_has_the_exact_text_behind(
    signed_in, account, stay, rooms
):
    row = pairing(account, rooms[0])
    error = "GET /users/me/calendarList/lab%40cal.test answered 500"
    CalendarReading.objects.create(account=account, ref=LAB, failed_at=clock.now(), error=error)
    blocked(stay, stay.resource, state="failed", error="PUT /v2.4/room/1398 answered 500")
    shown = text(signed_in("viewer").get(page_of(rooms[0])))
    assert f'<span title="{error}">Google Calendar has a fault of its own at the moment.</span>' in shown
    assert ">Lock.me has a fault of its own at the moment.</span>" in shown
    assert row.ref == LAB


def test_a_blocks_page_has_the_exact_text_apart(signed_in, stay):
    row = blocked(stay, stay.resource, state="failed", error="PUT /v2.4/room/1398 answered 500")
    told, at_the_channel = text(signed_in("viewer").get(page_of(row))).split("At the channel")
    assert "Lock.me has a fault of its own" in told
    assert "answered 500" not in told
    assert "PUT /v2.4/room/1398 answered 500" in at_the_channel


def test_what_went_wrong_with_a_block_and_what_to_know_of_it_are_two_sentences(stay):
    row = blocked(stay, stay.resource, state="failed", error="It is forbidden", note="Somebody moved it.")
    assert room_channels.trouble(row) == "It is forbidden. Somebody moved it."
