"""Phone keys that false lists had us believe gone: the lock is asked whether they open a week later."""

from __future__ import annotations

from datetime import timedelta

from backoffice import tasks
from backoffice.models import Door, Finding
from tests.story.conftest import FRONT, IDA, berlin
from tests.story.phones import accepted, by_phone, invited, key_of, phone, sent
from tests.story.test_promises import written

CLIENTS = f"GET /u/1/k3connect/{FRONT}/clients"
HOUR = timedelta(hours=1)
NEXT_WEEK = berlin("14:30", "2026-03-16")


def lies(house, times):
    """The vendor's next lists show nobody."""
    body = '{"count": 0, "clients": []}'
    house.codelocks.fail("body", CLIENTS, body=body, content_type="application/json", times=times)


def given_up(house):
    """A key that two false lists did not show, and whose guest got a PIN."""
    number = invited(house)
    house.codelocks.accept(FRONT, IDA)
    lies(house, 2)
    for _ in range(2):
        house.later(minutes=61)
        house.sync()
    house.codelocks.faults.clear()
    assert [code.state for code in phone(house, number)] == ["failed"]
    return number


def pass_a_week(house):
    """What is due is done now and then, the last time an hour before it would open again."""
    for at in (berlin("13:30"), berlin("20:00"), berlin("16:00", "2026-03-15"), NEXT_WEEK - HOUR):
        house.at(max(at, house.server.vendors.clock.now()))
        tasks.follow_up()
        tasks.follow_up()


def listed(house):
    return len(sent(house, "GET"))


def found(kind):
    return [row.text for row in Finding.objects.filter(kind=kind, closed_at=None)]


def test_a_key_that_was_given_up_does_not_open_a_week_later(keys):
    number = given_up(keys)
    pass_a_week(keys)
    assert not by_phone(keys, NEXT_WEEK)
    assert key_of(keys) is None
    assert {code.state for code in phone(keys, number)} == {"revoked"}


def test_a_key_whose_refused_removal_was_believed_does_not_open_a_week_later(keys):
    accepted(keys)
    keys.codelocks.fail("status", f"DELETE /u/1/k3connect/{FRONT}", times=1, status=400)
    lies(keys, 2)
    keys.at(berlin("15:46"))
    keys.sync()
    assert key_of(keys) is not None
    pass_a_week(keys)
    assert not by_phone(keys, NEXT_WEEK)


def test_an_unanswered_invitation_that_a_false_list_hides_does_not_open_for_who_cancelled(keys):
    keys.codelocks.fail("drop_after", f"POST /u/1/k3connect/{FRONT}/client")
    number = invited(keys)
    keys.codelocks.accept(FRONT, IDA)
    keys.lockme.cancel(number)
    lies(keys, 1)
    keys.later(minutes=1)
    keys.sync()
    assert key_of(keys) is not None
    keys.at(berlin("14:00"))
    keys.sync()
    keys.sync()
    assert not by_phone(keys, berlin("14:30"))


def test_staff_are_told_of_a_key_that_turned_up_again_and_of_its_end(keys):
    given_up(keys)
    keys.at(berlin("13:30"))
    keys.sync()
    (text,) = found("phone_key_back")
    assert "Front door" in text
    assert "is being removed" in text
    keys.later(minutes=1)
    keys.sync()
    (text,) = found("phone_key_back")
    assert "was removed" in text
    keys.later(hours=100)
    keys.sync()
    assert found("phone_key_back") == []


def test_a_key_that_is_gone_indeed_is_looked_for_twice_and_never_again(keys):
    number = given_up(keys)
    keys.codelocks.account.clients.pop((FRONT, IDA))
    before = listed(keys)
    pass_a_week(keys)
    assert listed(keys) - before == 2
    for day in (17, 23, 30):
        keys.at(berlin("09:00", f"2026-03-{day}"))
        tasks.follow_up()
    assert listed(keys) - before == 2
    assert {code.state for code in phone(keys, number)} == {"expired"}


def test_a_look_that_is_not_due_writes_nothing(keys):
    given_up(keys)
    keys.sync()
    before = written()
    keys.sync()
    assert written() == before


def test_without_calls_left_the_look_waits_and_staff_are_told(keys):
    given_up(keys)
    account = Door.objects.get(ref=FRONT).account
    account.options = {**account.options, "utility_quota": keys.codelocks.paid("utility")}
    account.save()
    before = listed(keys)
    keys.at(NEXT_WEEK.replace(day=15))
    tasks.follow_up()
    keys.later(hours=7)
    tasks.follow_up()
    assert listed(keys) == before
    assert "could not be looked" in found("phone_key_unsure")[0]
    account.options = {**account.options, "utility_quota": 1000}
    account.save()
    keys.later(hours=2)
    tasks.follow_up()
    tasks.follow_up()
    assert found("phone_key_unsure") == []
    assert not by_phone(keys, NEXT_WEEK)
