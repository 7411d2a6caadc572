"""Staff write at the marketplace, and the doors know it at once, without a poll or a webhook."""

from __future__ import annotations

from datetime import date, time

import pytest
from django.contrib.auth.models import User

from backoffice import sitefile, tasks
from backoffice.flow.desk import reservations
from backoffice.models import Booking, Resource, VendorAccount, VendorWrite
from backoffice.word import Word
from tests.story.conftest import MORNING, berlin

TODAY = date(2026, 3, 9)


@pytest.fixture
def lab(house):
    """The laboratory, offered at some hours of every day, mirrored."""
    hours = [{"hour": f"{hour}:30:00", "pricers": [7]} for hour in (12, 14, 16, 18)]
    for room in house.lockme.store.rooms.values():
        room.week = dict.fromkeys(range(7), hours)
    house.sync()
    return Resource.objects.get(ref="1398")


@pytest.fixture
def say(house):
    """Staff's word, now."""
    author = User.objects.create(username="ada")
    return lambda: Word(author, "asked by phone", house.server.vendors.clock.now())


def make(house, lab, say, hour=14, key="form"):
    """What the pages do: write, mirror, plan, issue."""
    guest = {"name": "Ida", "surname": "Kern", "email": "ida@example.test", "status": True}
    return done(reservations.make(lab, TODAY, time(hour, 30), guest, say(), key))


def done(write):
    tasks.take_over(write)
    tasks.follow_up()
    return write


def test_a_reservation_made_by_staff_lets_the_guest_in(house, lab, say):
    write = make(house, lab, say)
    assert house.gets_in(write.ref, berlin("14:30"))
    write.refresh_from_db()
    assert write.booking.ref == write.ref


def test_one_that_is_moved_takes_its_way_in_along(house, lab, say):
    write = make(house, lab, say)
    booking = Booking.objects.get(ref=write.ref)
    done(reservations.move(booking, lab, TODAY, time(18, 30), say()))
    assert house.gets_in(write.ref, berlin("18:30"))
    assert not house.gets_in(write.ref, berlin("14:30"))


def test_one_that_is_moved_to_another_room_opens_that_room(house, lab, say):
    write = make(house, lab, say)
    ballroom = Resource.objects.get(ref="1400")
    done(reservations.move(Booking.objects.get(ref=write.ref), ballroom, TODAY, time(18, 30), say()))
    assert {grant.door.slug for grant in house.grants(write.ref) if grant.state == "granted"} == {"ballroom"}
    house.sync()
    assert house.gets_in(write.ref, berlin("18:30"))


def test_one_that_is_cancelled_has_no_way_in(house, lab, say):
    write = make(house, lab, say)
    done(reservations.cancel(Booking.objects.get(ref=write.ref), say()))
    assert {grant.state for grant in house.grants(write.ref)} == {"withdrawn"}
    assert not house.codes(write.ref, state="active")


def test_the_echo_of_our_own_write_changes_nothing(house, lab, say, client):
    write = make(house, lab, say)
    codes = [code.pk for code in house.codes(write.ref)]
    for number in list(house.lockme.postbox.messages):
        client.post("/hooks/hook-of-lockme/", headers={"X-MessageId": str(number)})
    house.sync()
    assert [code.pk for code in house.codes(write.ref)] == codes
    assert Booking.objects.count() == 1


def test_what_was_done_without_an_answer_is_found_and_lets_the_guest_in(house, lab, say):
    house.lockme.fail("drop_after", "PUT /v2.4/room/1398/reservation")
    house.lockme.fail("slow", "/reservation/ext/")  # it is not there yet: that is answered
    house.lockme.fail("status", "/reservation/ext/", times=50)  # and after the write, nothing is
    guest = {"name": "Ida", "email": "ida@example.test", "status": True}
    write = reservations.make(lab, TODAY, time(14, 30), guest, say(), "form")
    tasks.take_over(write)
    house.lockme.faults.clear()
    house.later(minutes=2)
    tasks.follow_up()
    write.refresh_from_db()
    assert (write.state, len(house.lockme.store.reservations)) == ("done", 1)
    tasks.follow_up()
    assert house.gets_in(write.ref, berlin("14:30"))


def test_what_nobody_heard_is_said_to_be_not_done_and_was_asked_once(house, lab, say):
    house.lockme.fail("drop_before", "PUT")
    write = make(house, lab, say)
    assert write.state == "in_doubt"
    house.later(minutes=11)
    tasks.follow_up()
    assert VendorWrite.objects.get(pk=write.pk).state == "refused"
    assert len(house.lockme.calls("PUT")) == 1


def test_an_account_that_nobody_has_connected_says_so_and_the_others_go_on(house, tmp_path):
    path = tmp_path / "more.yaml"
    path.write_text(
        f"accounts:\n  second: {{vendor: lockme, base_url: '{house.server.url}/lockme', "
        "timezone: Europe/Berlin, secrets: {client_id: x, client_secret: y}}\n"
    )
    sitefile.apply(*sitefile.read(path), MORNING)
    report = house.sync(status=1)
    assert report["second"]["status"] == "failed"
    assert "not connected yet" in report["second"]["error"]
    assert report["halls"]["status"] == "ok"


def test_a_file_without_a_token_takes_none_away(house, tmp_path):
    account = VendorAccount.objects.get(slug="lockme")
    path = tmp_path / "again.yaml"
    path.write_text(
        f"accounts:\n  lockme: {{vendor: lockme, base_url: '{account.base_url}', timezone: Europe/Berlin, "
        f"secrets: {{client_id: {account.secrets['client_id']}, "
        f"client_secret: {account.secrets['client_secret']}}}}}\n"
    )
    sitefile.apply(*sitefile.read(path), MORNING)
    again = sitefile.apply(*sitefile.read(path), MORNING)
    kept = VendorAccount.objects.get(slug="lockme").secrets
    assert kept["token"] == account.secrets["token"]
    assert again.updated == []


def test_a_quiet_day_has_no_second_looks(house, lab, say):
    make(house, lab, say)
    house.later(minutes=5)
    before = len(house.lockme.calls())
    tasks.follow_up()
    assert len(house.lockme.calls()) == before


def test_an_account_that_lost_its_secrets_keeps_nobody_from_being_let_in(house, lab, say):
    house.lockme.fail("drop_before", "PUT")
    make(house, lab, say)
    account = VendorAccount.objects.get(slug="lockme")
    account.secrets = {}
    account.save()
    house.later(minutes=2)
    tasks.follow_up()
    account.refresh_from_db()
    assert "has no client_id" in account.stopped_reason
