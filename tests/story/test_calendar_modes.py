"""Modes M and scopes S of a room's calendar, each requirement by its id (google_calendar.md, section 5)."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from backoffice import tasks
from backoffice.flow import channels as step
from backoffice.models import Block, Booking, CalendarPairing, Mode, Room, VendorAccount
from backoffice.word import NotPossible, Word
from tests.story.channels import HALL, LAB, Channels, channels
from tests.story.conftest import MORNING

__all__ = ["channels"]

HOURS = ("10:00", "14:30", "16:00", "18:00")
NEXT = "2026-03-10"


def shown(channels: Channels) -> list[tuple[str, str]]:
    """The summary and the start of each event of the laboratory's calendar."""
    return [(each["summary"], each["start"]["dateTime"][:16]) for each in channels.events()]


def anywhere(event: dict[str, Any]) -> str:
    """All that stands in an event, wherever."""
    return json.dumps(event, ensure_ascii=False)


def word(author: Any) -> Word:
    return Word(author, "asked by the manager", MORNING)


def test_m1_there_are_three_modes() -> None:
    assert set(Mode.values) == {"bidirectional", "to_calendar", "from_calendar"}


def test_m2_a_booking_appears_in_the_calendar_and_an_event_at_the_source(channels: Channels) -> None:
    channels.offer(*HOURS)
    channels.game("14:30")
    channels.google.put_event(LAB, "Cleaning", f"{NEXT} 14:00", f"{NEXT} 15:00")
    channels.sync()
    assert ("LM Laboratory · Ida Kern", "2026-03-09T14:30") in shown(channels)
    assert channels.taken("14:30", NEXT)


def test_m2_a_booking_that_moves_moves_its_event(channels: Channels) -> None:
    channels.offer(*HOURS)
    number = channels.game("14:30")
    channels.sync()
    (before,) = channels.events()
    channels.lockme.move(number, None, "2026-03-09", "16:00:00")
    channels.sync()
    (after,) = channels.events()
    assert (after["id"], after["start"]["dateTime"][:16]) == (before["id"], "2026-03-09T16:00")


def test_m2_an_event_that_a_person_drags_moves_its_booking(channels: Channels) -> None:
    channels.offer(*HOURS)
    channels.game("14:30")
    channels.sync()
    (event,) = channels.events()
    channels.later(minutes=10)
    channels.google.drag(LAB, event["id"], "2026-03-09 18:00")
    channels.sync()
    assert channels.taken("18:00")
    assert not channels.taken("14:30")
    channels.sync()
    assert shown(channels) == [("LM Laboratory · Ida Kern", "2026-03-09T18:00")]


@pytest.mark.parametrize("drag", [False, True])
def test_m3_to_calendar_no_change_of_the_calendar_touches_a_booking(
    channels: Channels, tmp_path: Path, *, drag: bool
) -> None:
    channels.pair(tmp_path / "to.yaml", "to_calendar")
    channels.offer(*HOURS)
    channels.game("14:30")
    channels.google.put_event(LAB, "Cleaning", f"{NEXT} 14:00", f"{NEXT} 17:00")
    channels.sync()
    ours = next(each for each in channels.events() if "Ida" in each["summary"])
    channels.later(minutes=10)
    if drag:
        channels.google.drag(LAB, ours["id"], "2026-03-09 18:00")
    else:
        channels.google.remove(LAB, ours["id"])
    channels.sync()
    channels.sync()
    assert channels.taken("14:30")
    assert not channels.taken("14:30", NEXT)
    assert not channels.taken("18:00")


def test_m3_to_calendar_an_event_that_a_person_drags_is_put_back(channels: Channels, tmp_path: Path) -> None:
    channels.pair(tmp_path / "to.yaml", "to_calendar")
    channels.offer(*HOURS)
    channels.game("14:30")
    channels.sync()
    (ours,) = channels.events()
    channels.later(minutes=10)
    channels.google.drag(LAB, ours["id"], "2026-03-09 18:00")
    channels.sync()
    assert shown(channels) == [("LM Laboratory · Ida Kern", "2026-03-09T14:30")]


def test_m4_from_calendar_nothing_is_written_to_the_calendar(channels: Channels, tmp_path: Path) -> None:
    channels.pair(tmp_path / "from.yaml", "from_calendar")
    channels.offer(*HOURS)
    channels.game("14:30")
    channels.google.put_event(LAB, "Cleaning", f"{NEXT} 14:00", f"{NEXT} 15:00")
    channels.sync()
    channels.sync()
    assert [each["summary"] for each in channels.events()] == ["Cleaning"]
    assert channels.taken("14:30", NEXT)
    writes = [call for call in channels.google.journal if call.method != "GET" and "/events" in call.path]
    assert writes == []


def test_m5_without_a_schedule_at_the_source_its_own_start_is_blocked(channels: Channels) -> None:
    channels.google.put_event(LAB, "Cleaning", f"{NEXT} 14:15", f"{NEXT} 15:00")
    channels.sync()
    assert channels.taken("14:15", NEXT)


def test_m6_before_activation_nothing_syncs(channels: Channels) -> None:
    CalendarPairing.objects.update(activated_at=None)
    channels.offer(*HOURS)
    channels.game("14:30")
    channels.google.put_event(LAB, "Cleaning", f"{NEXT} 14:00", f"{NEXT} 15:00")
    assert channels.sync()["calendars"]["status"] == "skipped"
    assert channels.google.calls("/events") == []
    assert not channels.taken("14:30", NEXT)


def test_m7_manual_synchronisation_of_one_room_leaves_the_others_alone(
    channels: Channels, admin_user: Any
) -> None:
    _pair_hall()
    channels.offer(*HOURS)
    channels.game("14:30")
    channels.locaboo.book(70, datetime(2026, 3, 9, 16, tzinfo=UTC), datetime(2026, 3, 9, 17, tzinfo=UTC))
    channels.sync()
    channels.sync()
    before = len(channels.google.journal)
    step.synchronise(_calendars(), Mode.TO_CALENDAR, Room.objects.get(slug="lab"), word(admin_user))
    tasks.follow_up()
    written = [call.path for call in channels.google.journal[before:] if call.method != "GET"]
    assert len(written) == 1
    assert LAB in written[0]


def test_m7_manual_synchronisation_of_all_rooms_writes_in_all_calendars(
    channels: Channels, admin_user: Any
) -> None:
    _pair_hall()
    channels.offer(*HOURS)
    channels.game("14:30")
    channels.locaboo.book(70, datetime(2026, 3, 9, 16, tzinfo=UTC), datetime(2026, 3, 9, 17, tzinfo=UTC))
    channels.sync()
    channels.sync()
    before = len(channels.google.journal)
    step.synchronise(_calendars(), Mode.TO_CALENDAR, None, word(admin_user))
    tasks.follow_up()
    written = {call.path for call in channels.google.journal[before:] if call.method != "GET"}
    assert len(written) == 2


def test_m7_a_pairing_is_not_synchronised_in_a_way_that_it_does_not_go(
    channels: Channels, tmp_path: Path, admin_user: Any
) -> None:
    channels.pair(tmp_path / "from.yaml", "from_calendar")
    with pytest.raises(NotPossible):
        step.synchronise(_calendars(), Mode.TO_CALENDAR, None, word(admin_user))


def test_m8_any_number_of_rooms_are_paired_at_once(channels: Channels) -> None:
    _pair_hall()
    channels.offer(*HOURS)
    channels.game("14:30")
    channels.locaboo.book(70, datetime(2026, 3, 9, 16, tzinfo=UTC), datetime(2026, 3, 9, 17, tzinfo=UTC))
    channels.sync()
    assert len(channels.events(LAB)) == len(channels.events(HALL)) == 1


def _pair_hall() -> None:
    CalendarPairing.objects.create(
        room=Room.objects.get(slug="hall"), account=_calendars(), ref=HALL, activated_at=MORNING
    )


def _calendars() -> VendorAccount:
    return VendorAccount.objects.get(slug="calendars")


# ------------------------------------------------------------------------------------------------- scopes


def test_s1_full_tells_name_price_contact_details_and_date(channels: Channels, tmp_path: Path) -> None:
    channels.pair(tmp_path / "s.yaml", scope="full")
    channels.game("14:30", phone="+48600100200", price=220, people=4)
    channels.sync()
    (event,) = channels.events()
    told = anywhere(event)
    for part in ("Ida Kern", "220.00", "ida@example.test", "+48600100200", "People: 4", "2026-03-09"):
        assert part in told


def test_s2_no_contact_has_neither_phone_nor_email_anywhere(channels: Channels, tmp_path: Path) -> None:
    channels.pair(tmp_path / "s.yaml", scope="no_contact")
    channels.game("14:30", phone="+48600100200", price=220, comment="call +48600100200")
    channels.sync()
    (event,) = channels.events()
    told = anywhere(event)
    assert "Ida Kern" in told
    assert "220.00" in told
    assert "600100200" not in told
    assert "ida@example" not in told


@pytest.mark.parametrize("scope", ["no_contact", "empty"])
def test_s2_s3_a_number_in_a_name_or_an_address_in_an_option_are_in_no_event(
    channels: Channels, tmp_path: Path, scope: str
) -> None:
    channels.pair(tmp_path / "s.yaml", scope=scope)
    number = channels.game("14:30", name="Ida 600100200", surname="(or 22 555 77 31)")
    channels.sync()
    Booking.objects.filter(ref=number).update(title="call ida@example.test")
    channels.sync()
    (event,) = channels.events()
    told = anywhere(event)
    assert ("Ida …" in told, "Booked: call …" in told) == (scope == "no_contact",) * 2
    for part in ("600100200", "22 555 77 31", "@example.test"):
        assert part not in told


def test_s3_an_empty_event_has_only_the_rooms_name_and_its_time(channels: Channels, tmp_path: Path) -> None:
    channels.pair(tmp_path / "s.yaml", scope="empty")
    channels.game("14:30", phone="+48600100200", price=220, people=4)
    channels.sync()
    (event,) = channels.events()
    assert (event["summary"], event.get("description", "")) == ("LM Laboratory", "")
    told = anywhere(event)
    for part in ("Ida", "220", "600100200", "ida@example", "746269"):
        assert part not in told


@pytest.mark.parametrize("scope", ["no_contact", "empty"])
def test_s_a_narrower_scope_rewrites_the_events_to_come(
    channels: Channels, tmp_path: Path, scope: str
) -> None:
    channels.pair(tmp_path / "s.yaml", scope="full")
    channels.game("14:30")
    channels.sync()
    (before,) = channels.events()
    channels.pair(tmp_path / "t.yaml", scope=scope)
    channels.sync()
    (after,) = channels.events()
    assert after["id"] == before["id"]
    assert "ida@example" not in anywhere(after)


def test_s_an_event_that_is_over_is_left_as_it_was(channels: Channels, tmp_path: Path) -> None:
    channels.pair(tmp_path / "s.yaml", scope="full")
    channels.game("14:30")
    channels.sync()
    (before,) = channels.events()
    channels.at(MORNING + timedelta(hours=9))
    channels.pair(tmp_path / "t.yaml", scope="empty")
    channels.sync()
    assert channels.events() == [before]
    assert Block.objects.filter(calendar_ref=LAB).count() == 1
    assert Booking.objects.filter(echo_of__isnull=False).count() == 1
