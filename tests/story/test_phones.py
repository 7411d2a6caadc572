"""Phone keys, asked of the lock: the app opens in the booked time and never again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from backoffice.models import Finding, Venue
from tests.story.conftest import FRONT, IDA, berlin
from tests.story.phones import MINUTE, accepted, by_phone, invited, key_of, phone, sent
from tests.story.test_promises import written


def test_an_accepted_key_opens_from_lead_to_lag_and_not_a_minute_longer(keys):
    number = accepted(keys)
    (code,) = phone(keys, number)
    assert (code.state, code.known) == ("active", "confirmed")
    for n in range(-120, 180):
        at = berlin("14:30") + n * MINUTE
        assert by_phone(keys, at) == (berlin("14:15") <= at < berlin("15:45")), at


def test_the_guest_is_told_which_app_which_address_and_by_when(keys):
    invited(keys)
    (mail,) = keys.mails
    assert "C3 Smart" in mail.body
    assert f"the invitation to {IDA}" in mail.body
    assert "9 March 2026, 12:15" in mail.body


def test_a_second_sync_makes_no_paid_call(keys):
    number = invited(keys)
    paid = keys.codelocks.paid("utility")
    keys.sync()
    assert keys.codelocks.paid("utility") == paid
    (code,) = phone(keys, number)
    assert (code.state, code.known, code.accepted_at) == ("active", "accepted", None)


def test_after_the_window_the_key_is_gone_and_does_not_come_back_next_week(keys):
    number = accepted(keys)
    keys.at(berlin("15:46"))
    keys.sync()
    (code,) = phone(keys, number)
    assert (code.state, code.known) == ("revoked", "confirmed")
    assert not by_phone(keys, berlin("14:30", "2026-03-16"))
    assert key_of(keys) is None


def test_a_key_of_next_week_is_not_made_while_it_would_open_today(keys):
    Venue.objects.update(issue_ahead_hours=240)
    number = keys.locaboo.book(70, "2026-03-16 14:30", "2026-03-16 15:30", 4711)
    keys.codelocks.register_app_user("emil@example.test")
    keys.sync()
    (code,) = phone(keys, number)
    assert code.state == "planned"
    assert key_of(keys, "emil@example.test") is None
    keys.at(berlin("15:46", "2026-03-10"))
    keys.sync()
    assert key_of(keys, "emil@example.test") is not None


def test_a_cancelled_guests_key_is_removed_in_one_sweep(keys):
    number = accepted(keys)
    keys.lockme.cancel(number)
    keys.sync()
    (code,) = phone(keys, number)
    assert (code.state, code.known) == ("revoked", "confirmed")
    assert not by_phone(keys, berlin("14:30"))


def test_a_moved_guest_keeps_the_key_with_other_hours_and_accepts_nothing_again(keys):
    number = accepted(keys)
    keys.lockme.move(number, 1398, "2026-03-09", "18:30:00")
    keys.sync()
    assert by_phone(keys, berlin("18:15"))
    assert not by_phone(keys, berlin("14:30"))
    assert len(sent(keys, "POST")) == 1
    (new,) = phone(keys, number, state="active")
    assert new.known == "confirmed"
    assert {code.state for code in phone(keys, number)} == {"active", "revoked"}


def test_two_bookings_of_one_guest_are_one_client_with_the_hours_of_both(keys):
    first, second = keys.game("14:30"), keys.game("19:00")
    keys.sync()
    keys.codelocks.accept(FRONT, IDA)
    assert len(sent(keys, "POST")) == 1
    assert by_phone(keys, berlin("14:30"))
    assert by_phone(keys, berlin("19:00"))
    assert not by_phone(keys, berlin("17:00"))
    keys.lockme.cancel(first)
    keys.sync()
    assert not by_phone(keys, berlin("14:30"))
    assert by_phone(keys, berlin("19:00"))
    assert {code.state for code in phone(keys, second)} == {"active"}


def test_a_night_opens_on_both_sides_of_midnight(keys):
    keys.codelocks.register_app_user("emil@example.test")
    number = keys.locaboo.book(70, "2026-03-09 22:00", "2026-03-10 01:00", 4711)
    keys.sync()
    keys.codelocks.accept(FRONT, "emil@example.test")
    at, end = berlin("21:45"), berlin("01:15", "2026-03-10")
    shut = []
    while at < end:
        shut += [] if by_phone(keys, at, "emil@example.test") else [at]
        at += MINUTE
    assert shut == [berlin("23:59")], "the vendor cannot write the minute before midnight"
    assert not by_phone(keys, berlin("01:15", "2026-03-10"), "emil@example.test")
    assert not by_phone(keys, berlin("00:30"), "emil@example.test")
    assert number


@pytest.mark.parametrize("day", ["2026-03-28", "2026-10-24"])
def test_a_night_when_clocks_change_shortens_no_key(keys, day):
    home = ZoneInfo("Europe/Berlin")
    begin = datetime.fromisoformat(f"{day}T22:00:00").replace(tzinfo=home)
    keys.at(begin.astimezone(UTC) - timedelta(hours=6))
    keys.codelocks.register_app_user("emil@example.test")
    end = (begin.replace(tzinfo=None) + timedelta(hours=7)).replace(tzinfo=home)
    keys.locaboo.book(70, f"{day} 22:00", end.strftime("%Y-%m-%d %H:%M"), 4711)
    keys.sync()
    keys.codelocks.accept(FRONT, "emil@example.test")
    at, last = begin.astimezone(UTC) - 15 * MINUTE, end.astimezone(UTC) + 15 * MINUTE
    while at < last:
        late = f"{at.astimezone(home):%H:%M}" == "23:59"
        assert late or by_phone(keys, at, "emil@example.test"), at
        at += 7 * MINUTE
    assert not by_phone(keys, last, "emil@example.test")


def test_a_key_that_cannot_be_removed_is_shown_as_opening_and_tried_for_ever(keys):
    number = accepted(keys)
    keys.codelocks.fail("status", f"DELETE /u/1/k3connect/{FRONT}", times=100, status=400)
    keys.lockme.cancel(number)
    for _ in range(5):
        keys.sync()
        keys.later(minutes=16)
    assert {code.state for code in phone(keys, number)} == {"revoking"}
    assert Finding.objects.filter(closed_at=None, kind="not_withdrawn").exists()
    keys.codelocks.faults.clear()
    keys.later(hours=1)
    keys.sync()
    assert {code.state for code in phone(keys, number)} == {"revoked"}


def test_a_second_sync_writes_nothing_while_a_key_is_out(keys):
    accepted(keys)
    keys.sync()
    before = written()
    keys.sync()
    assert written() == before
