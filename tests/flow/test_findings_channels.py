"""Findings about channels: blocks that are not there, changes that were undone, calendars asleep, shared."""

from __future__ import annotations

from datetime import timedelta

import pytest

from backoffice.flow import audit, channels
from backoffice.flow.conflicts import detect
from backoffice.models import Block, CalendarPairing, Finding, Severity
from backoffice.word import NotPossible
from tests.factories import (
    HOUR,
    NOW,
    START,
    AccountFactory,
    LocabooFactory,
    OccurrenceFactory,
    ResourceFactory,
    RoomFactory,
)
from tests.flow.booked import word

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def stay():
    return OccurrenceFactory(starts_at=START)


@pytest.fixture
def hall(stay):
    """The same room, sold at a second source."""
    return ResourceFactory(account=LocabooFactory(slug="halls"), room=stay.resource.room)


@pytest.fixture
def calendar():
    return AccountFactory(vendor="google_calendar", slug="calendars")


def block(stay, hall=None, pairing=None, **fields):
    where = {"resource": hall, "account": hall.account} if hall else {}
    if pairing:
        where = {"pairing": pairing, "account": pairing.account, "calendar_ref": pairing.ref}
    times = {"starts_at": stay.starts_at, "ends_at": stay.ends_at}
    known = {"room": stay.resource.room, "created_at": NOW - HOUR, **times, **where}
    return Block.objects.create(occurrence=stay, **{**known, **fields})


def paired(calendar, room, **fields):
    known = {"ref": "lab@calendar", "title": "The lab's", "activated_at": NOW}
    return CalendarPairing.objects.create(room=room, account=calendar, **{**known, **fields})


def found(kind):
    audit.findings(NOW)
    return Finding.objects.filter(kind=kind, closed_at=None).first()


# ------------------------------------------------------------------------------------------------- blocks


def test_a_refused_block_says_what_where_when_and_what_to_do(stay, hall):
    block(stay, hall, state="failed", error="This room is closed")
    finding = found("block_refused")
    assert finding.text.startswith("Laboratory, Mon 9 Mar 18:00–19:00, booked by Ida Kern (")
    assert "not blocked at Locaboo (halls): This room is closed. Somebody can book it" in finding.text
    assert finding.severity == Severity.NOW
    assert finding.booking == stay.booking
    assert finding.room == stay.resource.room


@pytest.mark.parametrize(("state", "kind"), [("failed", "block_refused"), ("planned", "block_unwritten")])
def test_what_the_channel_answered_is_told_without_the_request(stay, hall, state, kind):
    block(stay, hall, state=state, error="PUT /v2.4/room/1398 answered 500", created_at=NOW - HOUR)
    text = found(kind).text
    assert "Locaboo has a fault of its own at the moment. " in text
    assert "/v2.4" not in text


def test_what_begins_later_than_tomorrow_can_wait(hall, stay):
    later = OccurrenceFactory(resource=stay.resource, starts_at=NOW + 30 * HOUR)
    block(later, hall, state="failed", error="closed")
    assert found("block_refused").severity == Severity.TODAY


def test_it_closes_when_the_block_stands(stay, hall):
    row = block(stay, hall, state="failed", error="closed")
    assert found("block_refused")
    Block.objects.filter(pk=row.pk).update(attempts=0)
    Block.objects.filter(pk=row.pk).delete()
    assert found("block_refused") is None


def test_a_time_that_somebody_else_has_there_is_told_once_as_a_conflict(stay, hall):
    OccurrenceFactory(resource=hall, booking__account=hall.account, starts_at=START)
    block(stay, hall, state="failed", error="taken")
    detect(NOW)
    assert found("block_refused") is None
    assert found("double_booking")


@pytest.mark.parametrize(("minutes", "told"), [(14, False), (15, True)])
def test_a_block_that_waits_for_a_quarter_of_an_hour_is_told(stay, hall, minutes, told):
    block(stay, hall, created_at=NOW - minutes * MINUTE, error="It did not answer")
    finding = found("block_unwritten")
    assert (finding is not None) == told
    assert not told or "so far: It did not answer." in finding.text


@pytest.mark.parametrize(("attempts", "wait", "told"), [(1, 1, False), (5, 1, True), (1, 60, True)])
def test_a_change_of_a_block_that_cannot_be_written_is_told_as_well(stay, hall, attempts, wait, told):
    again = {"attempts": attempts, "next_try_at": NOW + wait * MINUTE}
    block(stay, hall, written_at=NOW - 2 * HOUR, error="down", **again)
    assert (found("block_unwritten") is not None) == told


def test_a_block_that_cannot_be_taken_away_says_that_the_time_cannot_be_sold(stay, hall):
    row = block(stay, hall, state="removing", error="no", attempts=1, next_try_at=NOW + HOUR)
    type(stay).objects.filter(pk=stay.pk).update(gone_at=NOW)
    assert "Nobody can book the time there." in found("block_not_removed").text
    assert row.state == "removing"


def test_at_a_stopped_account_its_blocks_are_not_told_one_by_one(stay, hall):
    block(stay, hall, error="dead")
    type(hall.account).objects.filter(pk=hall.account.pk).update(stopped_at=NOW, stopped_reason="dead")
    assert found("block_unwritten") is None
    assert found("account_stopped")


def test_a_persons_change_that_was_undone_is_told_while_it_is_to_come(stay, calendar):
    pairing = paired(calendar, stay.resource.room, mode="bidirectional")
    note = "It was deleted in the calendar, but the booking stands: it is paid. The event is put back."
    block(stay, pairing=pairing, state="active", note=note)
    assert f"in the calendar The lab's: {note}" in found("change_undone").text
    assert audit.findings(START + 2 * HOUR)["closed"] >= 1


@pytest.mark.parametrize(
    ("state", "hours", "told"),
    [("active", 23, True), ("active", 24, False), ("planned", 24, True)],
    ids=["a shift may have missed it", "a day after it is right again", "not right yet"],
)
def test_a_change_that_was_undone_is_told_for_a_day_after_it_is_right_again(stay, hall, state, hours, told):
    note = "It is moved back."
    right = NOW - hours * HOUR
    row = block(stay, hall, state=state, note=note, written_at=right, confirmed_at=right)
    channels.listen(NOW)
    row.refresh_from_db()
    assert (row.note, found("change_undone") is not None) == ((note, True) if told else ("", False))


@pytest.mark.parametrize(
    ("state", "note", "why"), [("active", "", "Nothing is told"), ("planned", "moved", "not put right yet")]
)
def test_only_what_is_told_and_was_put_right_is_seen(stay, hall, state, note, why):
    row = block(stay, hall, state=state, note=note)
    with pytest.raises(NotPossible, match=why):
        channels.seen(row, word())


@pytest.mark.parametrize(
    ("status", "severity"), [("confirmed", Severity.NOW), ("block", Severity.NOTE)], ids=["guest", "entry"]
)
def test_a_block_that_somebody_removed_is_told_while_the_booking_stands(stay, hall, status, severity):
    type(stay.booking).objects.filter(pk=stay.booking.pk).update(status=status)
    block(stay, hall, state="removed", said="deleted")
    finding = found("block_removed")
    assert "somebody removed the block at Locaboo (halls), and the booking stands" in finding.text
    assert finding.severity == severity


def test_of_a_booking_that_was_cancelled_no_block_is_missed(stay, hall):
    block(stay, hall, state="removed", said="deleted")
    type(stay.booking).objects.filter(pk=stay.booking.pk).update(status="cancelled")
    assert found("block_removed") is None


def test_a_part_that_is_taken_with_its_whole_is_named(stay, hall):
    part = RoomFactory(venue=stay.resource.room.venue, name="Corner", part_of=stay.resource.room)
    block(stay, hall, state="failed", error="closed", room=part)
    assert "which takes Corner along: the time is not blocked" in found("block_refused").text


# ---------------------------------------------------------------------------------------------- calendars


def test_a_dead_grant_is_one_finding_with_all_its_rooms_and_the_remedy(calendar):
    for name, ref in (("Lab", "a"), ("Vault", "b")):
        paired(calendar, RoomFactory(name=name), ref=ref, acknowledged_at=NOW)
    type(calendar).objects.filter(pk=calendar.pk).update(
        stopped_at=NOW, stopped_reason="consent is withdrawn; reconnect the account"
    )
    finding = found("calendar_paused")
    assert finding.text.startswith("The calendars of Lab, Vault do not sync: consent is withdrawn; reconnect")
    assert finding.text.endswith("A manager has to reconnect calendars on its page.")
    assert finding.severity == Severity.NOW
    assert finding.room is None
    assert found("account_stopped") is None


def test_a_calendar_that_is_not_shared_any_more_is_told_for_its_room(calendar):
    paired(calendar, RoomFactory(name="Lab"), paused_at=NOW, paused_reason="The calendar is not there.")
    paired(calendar, RoomFactory(name="Vault"), ref="b")
    text = found("calendar_paused").text
    assert "Lab do not sync: The calendar is not there. Nothing was deleted. Until they do, new book" in text
    assert "Vault" not in text
    assert found("calendar_paused").room.name == "Lab"


def test_a_pairing_that_nobody_activated_is_no_trouble(calendar):
    paired(calendar, RoomFactory(), activated_at=None, paused_at=NOW, paused_reason="x")
    assert found("calendar_paused") is None


def test_a_shared_calendar_waits_for_somebody_to_say_that_it_is_wanted(calendar):
    first, second = (paired(calendar, RoomFactory(name=name)) for name in ("Lab", "Vault"))
    assert "Lab, Vault share the calendar The lab's" in found("calendar_shared").text
    CalendarPairing.objects.update(acknowledged_at=NOW)
    assert found("calendar_shared") is None
    assert first.ref == second.ref


def test_a_calendar_of_one_room_is_not_shared(calendar):
    paired(calendar, RoomFactory())
    assert found("calendar_shared") is None


@pytest.mark.parametrize(
    ("mode", "block_on", "told"),
    [("from_calendar", [], True), ("from_calendar", ["halls"], False), ("to_calendar", [], False)],
)
def test_entries_that_keep_nobody_out_are_told(calendar, hall, mode, block_on, told):
    room = hall.room
    type(room).objects.filter(pk=room.pk).update(block_on=block_on)
    paired(calendar, room, mode=mode)
    finding = found("blocks_nowhere")
    assert (finding is not None) == told
    assert not told or "from booking it at halls" in finding.text
    assert not told or finding.room == room


def test_a_second_look_writes_nothing(stay, hall, calendar):
    block(stay, hall, state="failed", error="closed")
    paired(calendar, stay.resource.room, paused_at=NOW, paused_reason="x")
    audit.findings(NOW)
    again = audit.findings(NOW)
    assert (again["opened"], again["updated"], again["closed"]) == (0, 0, 0)
