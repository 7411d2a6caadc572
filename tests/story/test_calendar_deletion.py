"""Deletion D and markers K, each requirement by its id (google_calendar.md, 5.4 and 5.5)."""

from __future__ import annotations

from pathlib import Path

import pytest

from backoffice.flow.channels import synchronise
from backoffice.models import Block, Booking, CalendarPairing, Mode, Room, VendorAccount, VendorWrite
from backoffice.states import WriteState
from backoffice.word import Word
from tests.story.channels import LAB, Channels, channels
from tests.story.conftest import MORNING

__all__ = ["channels"]

HOURS = ("14:30", "16:00", "18:00")
NEXT = "2026-03-10"


@pytest.fixture(autouse=True)
def offered(channels: Channels) -> None:
    channels.offer(*HOURS)


def away(channels: Channels, start: str = "14:00", end: str = "17:00") -> str:
    """An event of a person tomorrow, synchronised."""
    made = str(channels.google.put_event(LAB, "Away", f"{NEXT} {start}", f"{NEXT} {end}"))
    channels.sync()
    channels.sync()
    channels.later(minutes=5)
    return made


def lift(channels: Channels, hour: str = "14:30") -> None:
    """A person deletes, in Lock.me's panel, what stands at an hour of tomorrow."""
    found = next(n for n, at in channels.lockme.starts().items() if f"{at:%H:%M}" == _utc(hour))
    channels.lockme.cancel(found)


def _utc(hour: str) -> str:
    return f"{int(hour[:2]) - 1:02}{hour[2:]}"


def sold(channels: Channels, **fields: object) -> tuple[int, str]:
    """A booking of the panel today, and its event."""
    number = channels.lockme.book(1398, "2026-03-09", "14:30:00", source="panel", name="Ida", **fields)
    channels.lockme.edit(number, status=1)
    channels.sync()
    channels.sync()
    channels.later(minutes=5)
    (event,) = channels.events()
    return number, str(event["id"])


def summaries(channels: Channels) -> list[str]:
    return [each["summary"] for each in channels.events()]


def test_d1_both_ways_deleting_one_booking_at_the_source_deletes_the_whole_event(
    channels: Channels,
) -> None:
    away(channels)
    assert channels.taken("16:00", NEXT)
    lift(channels)
    channels.sync()
    channels.sync()
    assert channels.events() == []
    assert not channels.taken("16:00", NEXT)


def test_d1_both_ways_a_booking_that_is_cancelled_takes_its_event_along(channels: Channels) -> None:
    number, _ = sold(channels)
    channels.lockme.cancel(number)
    channels.sync()
    assert channels.events() == []


def test_d2_both_ways_deleting_an_event_frees_what_it_blocked(channels: Channels) -> None:
    event = away(channels)
    channels.google.remove(LAB, event)
    channels.sync()
    assert not channels.taken("14:30", NEXT)
    assert not channels.taken("16:00", NEXT)


def test_d2_both_ways_deleting_the_event_of_a_booking_cancels_the_booking(channels: Channels) -> None:
    number, event = sold(channels)
    channels.google.remove(LAB, event)
    channels.sync()
    assert not channels.taken("14:30")
    assert Booking.objects.get(ref=str(number)).gone_at is not None
    assert VendorWrite.objects.get(verb="cancel").rule.startswith("calendar")


def test_d3_from_calendar_deleting_the_booking_leaves_the_event(channels: Channels, tmp_path: Path) -> None:
    channels.pair(tmp_path / "from.yaml", "from_calendar")
    away(channels)
    lift(channels)
    channels.sync()
    assert summaries(channels) == ["Away"]


def test_d4_from_calendar_deleting_the_event_deletes_the_booking(channels: Channels, tmp_path: Path) -> None:
    channels.pair(tmp_path / "from.yaml", "from_calendar")
    event = away(channels)
    channels.google.remove(LAB, event)
    channels.sync()
    assert not channels.taken("14:30", NEXT)


def test_d5_what_was_removed_at_the_source_stays_away_until_the_event_changes(
    channels: Channels, tmp_path: Path
) -> None:
    channels.pair(tmp_path / "from.yaml", "from_calendar")
    event = away(channels)
    lift(channels)
    for _ in range(3):
        channels.later(minutes=5)
        channels.sync()
        assert not channels.taken("14:30", NEXT)
    channels.google.drag(LAB, event, f"{NEXT} 14:15", f"{NEXT} 17:00")
    channels.sync()
    assert channels.taken("14:30", NEXT)


def test_d6_to_calendar_a_booking_that_is_gone_takes_its_event_along(
    channels: Channels, tmp_path: Path
) -> None:
    channels.pair(tmp_path / "to.yaml", "to_calendar")
    number, _ = sold(channels)
    channels.lockme.cancel(number)
    channels.sync()
    assert channels.events() == []


def test_d6_to_calendar_an_event_that_was_deleted_by_hand_is_back_when_its_booking_changes(
    channels: Channels, tmp_path: Path
) -> None:
    channels.pair(tmp_path / "to.yaml", "to_calendar")
    number, event = sold(channels)
    channels.google.remove(LAB, event)
    for _ in range(2):
        channels.sync()
        assert channels.events() == []
    channels.lockme.edit(number, people=6)
    channels.sync()
    assert "People: 6" in channels.events()[0]["description"]


def test_d6_to_calendar_manual_synchronisation_brings_a_deleted_event_back(
    channels: Channels, tmp_path: Path, admin_user: object
) -> None:
    channels.pair(tmp_path / "to.yaml", "to_calendar")
    _, event = sold(channels)
    channels.google.remove(LAB, event)
    channels.sync()
    word = Word(admin_user, "deleted by mistake", MORNING)  # type: ignore[arg-type]  # a user
    synchronise(VendorAccount.objects.get(slug="calendars"), Mode.TO_CALENDAR, None, word)
    channels.sync()
    assert len(channels.events()) == 1


def test_d7_a_booking_that_was_paid_at_its_source_stays_and_its_event_is_put_back(
    channels: Channels,
) -> None:
    channels.game("14:30")
    channels.sync()
    channels.sync()
    (event,) = channels.events()
    channels.later(minutes=5)
    channels.google.remove(LAB, event["id"])
    channels.sync()
    assert channels.taken("14:30")
    assert summaries(channels) == ["LM Laboratory · Ida Kern"]
    write = VendorWrite.objects.get(verb="cancel")
    assert write.state == WriteState.REFUSED
    assert Block.objects.get(calendar_ref=LAB).note == (
        "It was deleted in the calendar, but the booking stands: Lock.me says “Paid reservations cannot be "
        "deleted”. The event is put back."
    )


def test_d8_an_event_that_is_neither_ours_nor_a_block_is_never_deleted(channels: Channels) -> None:
    free = channels.google.put_event(
        LAB, "Party", f"{NEXT} 14:00", f"{NEXT} 17:00", transparency="transparent"
    )
    number, _ = sold_beside(channels)
    channels.lockme.cancel(number)
    channels.sync()
    channels.sync()
    assert [each["id"] for each in channels.events()] == [free]


def sold_beside(channels: Channels) -> tuple[int, str]:
    number = channels.lockme.book(1398, NEXT, "18:00:00", source="panel", name="Ida")
    channels.sync()
    channels.sync()
    return int(number), ""


def test_d9_an_event_that_is_gone_already_counts_as_deleted(channels: Channels) -> None:
    number, event = sold(channels)
    channels.google.remove(LAB, event)
    channels.lockme.cancel(number)
    channels.sync()
    assert Block.objects.get(calendar_ref=LAB).state == "removed"


def test_d10_from_calendar_one_calendar_blocks_all_rooms_that_are_paired_with_it(
    channels: Channels, tmp_path: Path
) -> None:
    channels.pair(tmp_path / "from.yaml", "from_calendar")
    ballroom = Room.objects.get(slug="ballroom")
    Room.objects.filter(pk=ballroom.pk).update(block_on=["lockme"])
    account = VendorAccount.objects.get(slug="calendars")
    CalendarPairing.objects.create(
        room=ballroom, account=account, ref=LAB, mode=Mode.FROM_CALENDAR, activated_at=MORNING
    )
    channels.offer(*HOURS, room=1400)
    away(channels)
    assert channels.taken("14:30", NEXT)
    assert channels.taken("14:30", NEXT, room=1400)


# ------------------------------------------------------------------------------------------------ markers


def test_k1_a_booking_that_is_not_paid_bears_block(channels: Channels) -> None:
    channels.lockme.book(1398, "2026-03-09", "14:30:00", name="Ida")
    channels.sync()
    assert summaries(channels) == ["#block Laboratory · Ida"]


def test_k2_when_it_is_paid_the_same_event_loses_block(channels: Channels) -> None:
    number = channels.lockme.book(1398, "2026-03-09", "14:30:00", name="Ida")
    channels.sync()
    (before,) = channels.events()
    channels.lockme.pay(number)
    channels.sync()
    (after,) = channels.events()
    assert after["id"] == before["id"]
    assert "#block" not in after["summary"]


def test_k3_a_booking_paid_by_lockme_bears_lm_and_one_of_the_panel_does_not(channels: Channels) -> None:
    channels.game("14:30")
    number = channels.lockme.book(1398, "2026-03-09", "18:00:00", source="panel", name="Emil")
    channels.lockme.edit(number, status=1)
    channels.sync()
    assert summaries(channels) == ["LM Laboratory · Ida Kern", "Laboratory · Emil"]


def test_k4_a_hold_that_ends_unpaid_takes_its_event_along(channels: Channels) -> None:
    channels.lockme.book(1398, "2026-03-09", "14:30:00", name="Ida")
    channels.sync()
    channels.later(minutes=25)
    channels.lockme.tick()
    channels.sync()
    assert channels.events() == []


def test_k5_what_is_empty_leaves_no_label_behind(channels: Channels) -> None:
    channels.lockme.book(1398, "2026-03-09", "14:30:00", source="panel", people=0)
    channels.sync()
    (event,) = channels.events()
    assert event["summary"].endswith("Laboratory")
    lines = event["description"].splitlines()
    assert all(line.split(": ", 1)[1].strip() for line in lines)
    assert not any(line.startswith(("People", "E-mail", "Phone")) for line in lines)


@pytest.mark.parametrize("text", ["#block", "LM", "LM Laboratory · Ida Kern"])
def test_k6_a_marker_that_a_person_types_does_not_make_an_event_ours(channels: Channels, text: str) -> None:
    channels.google.put_event(LAB, text, f"{NEXT} 14:00", f"{NEXT} 15:00")
    channels.sync()
    channels.sync()
    assert channels.taken("14:30", NEXT)
    assert summaries(channels) == [text]


def test_k7_the_markers_stand_in_empty_events_too(channels: Channels, tmp_path: Path) -> None:
    channels.pair(tmp_path / "s.yaml", scope="empty")
    channels.lockme.book(1398, "2026-03-09", "14:30:00", name="Ida")
    channels.sync()
    assert summaries(channels) == ["#block Laboratory"]
