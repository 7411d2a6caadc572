"""The promises, asked of the locks: minute by minute, and after everything that can happen to a booking."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.apps import apps
from django.db import connection

from backoffice.models import Booking, Finding, IssuedCode, Occurrence
from tests.story.conftest import FRONT, LAB, berlin

MINUTE = timedelta(minutes=1)


def test_a_guest_gets_in_through_every_door_from_lead_to_lag(house):
    number = house.game("14:30")
    house.sync()
    begin, end = berlin("14:15"), berlin("15:45")
    inside = [begin + n * MINUTE for n in range(int((end - begin) / MINUTE))]
    assert all(house.gets_in(number, at) for at in inside)
    assert len(house.grants(number)) == 2


def test_no_code_opens_outside_the_hours_that_are_shown(house):
    number = house.game("14:30")
    house.sync()
    for code in house.codes(number):
        for n in range(-120, 240):
            at = berlin("14:30") + n * MINUTE
            assert house.opens(code, at) == (code.starts_at <= at < code.ends_at), at
        assert (code.early_minutes, code.late_minutes) == (15, 15)


def test_a_card_opens_in_the_window_and_not_a_minute_longer(house):
    number = house.locaboo.book(70, "2026-03-09 14:30", "2026-03-09 15:30", 4711)
    house.sync()
    (card,) = house.codes(number, method="card")
    assert card.known == "confirmed"
    for n in range(-60, 120):
        at = berlin("14:30") + n * MINUTE
        assert house.opens(card, at) == (berlin("14:15") <= at < berlin("15:45")), at
    assert not house.lockt.opens_with_key(card.secret, 502, berlin("14:30")), (
        "the level with the fewest doors"
    )


def test_the_guest_is_told_once_with_the_pins_in_path_order(house):
    number = house.game("14:30")
    house.sync()
    house.sync()
    (mail,) = house.mails
    assert mail.to == ["ida@example.test"]
    front, lab = house.codes(number)
    assert mail.body.index(front.secret) < mail.body.index(lab.secret)
    assert "14:30" in mail.body
    assert front.secret not in mail.subject


def test_german_guests_are_told_in_german(house):
    house.locaboo.book(70, "2026-03-09 14:30", "2026-03-09 15:30", 4711)
    house.sync()
    (mail,) = house.mails
    assert "Uhr" in mail.body


def test_nothing_is_told_before_the_reveal_time(house):
    house.game("14:30", day="2026-03-11")
    house.sync()
    assert house.mails == []
    house.at(berlin("14:00", "2026-03-10"))
    house.sync()
    assert house.mails == []
    house.later(hours=1)
    house.sync()
    assert len(house.mails) == 1


def written():
    """Where every row stands and which transaction wrote it, but for the runs."""
    rows = {}
    with connection.cursor() as cursor:
        for model in apps.get_app_config("backoffice").get_models():
            if model.__name__ != "SyncRun":
                cursor.execute(f'SELECT ctid::text, xmin::text FROM "{model._meta.db_table}"')  # noqa: S608
                rows[model.__name__] = sorted(cursor.fetchall())
    return rows


def vendor_writes(house):
    sandboxes = house.server.vendors.all().values()
    return [call for s in sandboxes for call in s.journal if call.method != "GET"]


def test_a_second_sync_writes_nothing_and_pays_nothing(house):
    house.game("14:30")
    house.game("19:00")
    house.locaboo.book(70, "2026-03-09 14:30", "2026-03-11 15:30", 4711)
    house.sync()
    before, posts = written(), len(vendor_writes(house))
    paid = (house.codelocks.paid("netcode"), house.codelocks.paid("utility"))
    house.sync()
    assert written() == before
    assert len(vendor_writes(house)) == posts
    assert (house.codelocks.paid("netcode"), house.codelocks.paid("utility")) == paid


def test_moved_inside_the_same_lock_hours_costs_no_call(house):
    number = house.game("14:30")
    house.sync()
    paid = house.codelocks.paid("netcode")
    house.lockme.move(number, 1398, "2026-03-09", "14:35:00")
    house.sync()
    assert house.codelocks.paid("netcode") == paid
    assert house.gets_in(number, berlin("15:49"))


def test_moved_to_other_hours_gives_a_new_code_tells_the_guest_and_shows_the_old_one(house):
    number = house.game("14:30")
    house.sync()
    house.lockme.move(number, 1398, "2026-03-09", "18:30:00")
    house.sync()
    assert house.gets_in(number, berlin("18:15"))
    old = house.codes(number, state="lingering")
    assert {code.door.ref for code in old} == {FRONT, LAB}
    assert [notice.kind for notice in house.told(number)] == ["access", "changed"]
    new = house.codes(number, state="active")
    assert all(code.secret in house.mails[-1].body for code in new)
    assert Finding.objects.filter(closed_at=None, kind__contains="linger").exists()


def test_cancelled_before_it_is_issued_costs_no_call(house):
    number = house.game("14:30", day="2026-03-11")
    house.sync()
    house.lockme.cancel(number)
    house.sync()
    assert house.codelocks.paid("netcode") == 0
    assert {code.state for code in house.codes(number)} == {"revoked"}
    assert house.mails == []


def test_cancelled_after_it_was_issued_lingers_and_is_told(house):
    number = house.game("14:30")
    house.sync()
    house.lockme.cancel(number)
    house.sync()
    codes = house.codes(number)
    assert {code.state for code in codes} == {"lingering"}
    assert Booking.objects.get(ref=str(number)).gone_at is not None
    assert [notice.kind for notice in house.told(number)] == ["access", "withdrawn"]
    house.at(berlin("16:01"))
    house.sync()
    assert {code.state for code in house.codes(number)} == {"expired"}


def test_a_cancelled_card_is_disabled_and_read_back_in_one_sweep(house):
    number = house.locaboo.book(80, "2026-03-09 14:30", "2026-03-09 15:30", 4711)
    house.sync()
    (card,) = house.codes(number, method="card")
    assert house.opens(card, berlin("15:00"))
    house.locaboo.cancel(number)
    house.sync()
    card.refresh_from_db()
    assert (card.state, card.known) == ("revoked", "confirmed")
    assert not house.lockt.opens_with_key(card.secret, 502, berlin("15:00"))


def test_a_moved_room_closes_the_old_doors_in_the_same_sweep(house):
    number = house.locaboo.book(80, "2026-03-09 14:30", "2026-03-09 15:30", 4711)
    house.sync()
    key = house.codes(number, method="card", state="active")[0].secret
    (instance,) = house.locaboo.instances(number)
    house.locaboo.move(number, instance, "2026-03-09 14:30", "2026-03-09 15:30", 70)
    house.sync()
    assert house.lockt.opens_with_key(key, 501, berlin("15:00"))
    assert not house.lockt.opens_with_key(key, 502, berlin("15:00"))
    assert house.gets_in(number, berlin("15:00"))


def test_a_rebooked_slot_gets_another_pin_and_the_danger_is_shown(house):
    first = house.game("14:30")
    house.sync()
    old = {code.door_id: code.secret for code in house.codes(first)}
    house.lockme.cancel(first)
    second = house.game("14:30", name="Emil", surname="Vogel", email="emil@example.test")
    house.sync()
    assert house.gets_in(second, berlin("14:15"))
    assert house.gets_in(second, berlin("15:44"))
    for code in house.codes(second, state="active"):
        assert code.secret != old[code.door_id]
    texts = " ".join(Finding.objects.filter(closed_at=None).values_list("text", flat=True))
    conflicts = " ".join(grant.conflict for grant in house.grants(second))
    assert "Ida Kern" in texts
    assert conflicts, "the first guest's code still opens in the second's window: staff must see it"


def test_a_temporary_hold_gets_no_access_until_it_is_paid(house):
    number = house.lockme.book(1398, "2026-03-09", "14:30:00", name="Ida", email="ida@example.test")
    house.sync()
    assert house.codes(number) == []
    house.lockme.pay(number)
    house.sync()
    assert house.gets_in(number, berlin("15:00"))


def test_a_last_minute_booking_gets_in_at_once(house):
    house.sync()
    house.at(berlin("14:25"))
    number = house.game("14:30")
    house.sync("lockme")
    assert house.gets_in(number, berlin("14:26"))
    assert len(house.mails) == 1


def test_a_booking_over_several_days_is_one_access_span(house):
    number = house.locaboo.book(80, "2026-03-09 18:00", "2026-03-11 12:00", 4711)
    house.sync()
    (card,) = house.codes(number, method="card")
    assert Occurrence.objects.filter(booking__ref=str(number)).count() == 3
    assert house.opens(card, berlin("23:59"))
    assert house.opens(card, berlin("00:00", "2026-03-10"))
    assert house.opens(card, berlin("12:14", "2026-03-11"))
    assert not house.opens(card, berlin("12:15", "2026-03-11"))


@pytest.mark.parametrize("day", ["2026-03-28", "2026-10-24"])
def test_a_night_when_clocks_change_shortens_nothing(house, day):
    from datetime import datetime  # noqa: PLC0415
    from zoneinfo import ZoneInfo  # noqa: PLC0415

    home = ZoneInfo("Europe/Berlin")
    begin = datetime.fromisoformat(f"{day}T22:00:00").replace(tzinfo=home)
    house.at(begin - timedelta(hours=6))
    number = house.locaboo.book(
        70, f"{day} 22:00", (begin + timedelta(hours=7)).strftime("%Y-%m-%d %H:%M"), 4711
    )
    house.sync()
    end = (begin.replace(tzinfo=None) + timedelta(hours=7)).replace(tzinfo=home)
    at = begin - timedelta(minutes=15)
    while at.timestamp() < (end.timestamp() + 15 * 60):
        instant = datetime.fromtimestamp(at.timestamp(), tz=home)
        assert house.gets_in(number, instant), instant
        at = datetime.fromtimestamp(at.timestamp() + 300, tz=home)


def test_the_same_tuple_is_never_told_to_two_guests(house):
    first = house.game("14:30")
    house.sync()
    house.lockme.move(first, 1398, "2026-03-09", "18:30:00")
    house.sync()
    second = house.game("14:30", name="Emil", surname="Vogel", email="emil@example.test")
    house.sync()
    told = {}
    for number in (first, second):
        for code in IssuedCode.objects.filter(grant__occurrence__booking__ref=str(number)).exclude(secret=""):
            told.setdefault((code.door_id, code.secret), set()).add(number)
    assert all(len(guests) == 1 for guests in told.values())


def test_a_game_in_the_hour_that_comes_twice_opens_for_both(house):
    house.at(berlin("20:00", "2026-10-24") - timedelta(hours=1))
    number = house.game("02:30", day="2026-10-25")
    house.sync()
    first = berlin("01:30", "2026-10-25")  # 2:30 summer time
    for hours in (0, 0.98, 1, 1.98):
        assert house.gets_in(number, first + timedelta(hours=hours))
