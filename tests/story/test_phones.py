"""Phone keys, asked of the lock: the app opens in the booked time and never again, or a PIN does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth import get_user_model

from backoffice.flow import overrule
from backoffice.models import AccessGrant, Door, Finding, VendorAccount, Venue
from integrations.sandbox.codelocks.k3 import EXAMPLE
from tests.factories import UserFactory
from tests.story.conftest import FRONT, MORNING, berlin
from tests.story.test_promises import written

IDA = "ida@example.test"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def keys(house):
    """The front door opens by phone, and Ida has the app."""
    Door.objects.filter(ref=FRONT).update(method="phone")
    house.codelocks.register_app_user(IDA)
    return house


def key_of(house, email=IDA):
    return house.codelocks.account.clients.get((FRONT, email))


def by_phone(house, at, email=IDA):
    """Whether the front door would open for the app at a time."""
    found = key_of(house, email)
    return bool(found and found.opens(house.codelocks.locks[FRONT].wall(at)))


def phone(house, number, **filters):
    return house.codes(number, method="phone", **filters)


def sent(house, method=""):
    """What was asked about phone keys."""
    return [call for call in house.codelocks.calls("/k3connect/") if call.method == method or not method]


def invited(house, hour="14:30", **fields):
    """A game of today at whose front door the app is invited."""
    number = house.game(hour, **fields)
    house.sync()
    return number


def accepted(house, hour="14:30", **fields):
    """The same, accepted and looked at."""
    number = invited(house, hour, **fields)
    house.codelocks.accept(FRONT, IDA)
    house.later(minutes=61)
    house.sync()
    return number


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


def test_an_invitation_that_is_not_accepted_becomes_a_pin_that_opens(keys):
    number = invited(keys)
    keys.at(berlin("12:15"))
    keys.sync()
    (pin,) = keys.codes(number, door__ref=FRONT, method="netcode")
    assert keys.gets_in(number, berlin("14:15"))
    assert pin.secret in keys.mails[-1].body
    assert [notice.kind for notice in keys.told(number)] == ["access", "changed"]
    keys.sync()
    assert key_of(keys) is None
    assert {code.state for code in phone(keys, number)} == {"revoked"}
    assert Finding.objects.filter(closed_at=None, text__contains="not accepted").exists()
    paid = keys.codelocks.paid("utility")
    keys.sync()
    assert keys.codelocks.paid("utility") == paid
    assert len(keys.mails) == 2


def test_who_accepts_at_the_last_moment_keeps_the_key(keys):
    number = invited(keys)
    keys.later(minutes=61)
    keys.sync()
    keys.codelocks.accept(FRONT, IDA)
    keys.at(berlin("12:15"))
    keys.sync()
    (code,) = phone(keys, number)
    assert (code.state, code.known) == ("active", "confirmed")
    assert keys.codes(number, door__ref=FRONT, method="netcode") == []


def test_who_has_not_the_app_gets_a_pin_in_the_same_sweep(keys):
    keys.codelocks.account.users.clear()
    number = invited(keys)
    assert keys.gets_in(number, berlin("14:15"))
    (grant,) = [grant for grant in keys.grants(number) if grant.door.ref == FRONT]
    assert "without an account" in grant.reason
    posts = len(sent(keys, "POST"))
    keys.sync()
    keys.sync()
    assert len(sent(keys, "POST")) == posts == 1
    assert len(keys.mails) == 1


def test_a_last_minute_guest_gets_a_pin_at_once(keys):
    keys.sync()
    keys.at(berlin("14:20"))
    number = invited(keys)
    assert keys.gets_in(number, berlin("14:21"))
    assert sent(keys) == []


def test_a_guest_without_an_address_gets_a_pin_and_nothing_is_asked(keys):
    number = invited(keys, email="")
    assert keys.gets_in(number, berlin("14:15"))
    assert sent(keys) == []


def test_a_key_that_others_made_is_left_alone_and_the_guest_gets_a_pin(keys):
    theirs = {"0": {**EXAMPLE, "starts": "08:00", "ends": "09:00"}}
    keys.codelocks.account.invite(keys.codelocks.locks[FRONT], IDA, "STANDARD", theirs)
    number = invited(keys)
    assert key_of(keys).periods == theirs
    assert keys.gets_in(number, berlin("14:15"))
    keys.lockme.cancel(number)
    keys.sync()
    assert key_of(keys).periods == theirs


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


def test_without_a_budget_for_keys_there_is_a_pin_in_time(keys):
    account = VendorAccount.objects.get(slug="kit")
    keys.sync()
    account.options = {**account.options, "utility_quota": keys.codelocks.paid("utility")}
    account.save()
    number = invited(keys)
    assert phone(keys, number)[0].state == "planned"
    keys.at(berlin("12:15"))
    keys.sync()
    assert keys.gets_in(number, berlin("14:15"))


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


def test_who_is_inside_is_not_locked_out_by_a_longer_stay(keys):
    number = accepted(keys)
    keys.at(berlin("15:00"))
    (code,) = phone(keys, number)
    word = overrule.Word(UserFactory(), "they play on", berlin("15:00"))
    overrule.extend(code.grant, 0, 60, berlin("20:00"), word)
    keys.codelocks.fail("drop_before", f"PUT /u/1/k3connect/{FRONT}", times=3)
    keys.sync()
    assert by_phone(keys, berlin("15:01"))
    keys.later(minutes=2)
    keys.sync()
    assert by_phone(keys, berlin("15:44"))
    (pin,) = keys.codes(number, door__ref=FRONT, state="active", method="netcode")
    assert keys.opens(pin, berlin("16:30")), "what the vendor would not change is a PIN"


def test_the_page_of_a_key_says_how_far_it_has_come(keys, client):
    number = accepted(keys)
    (code,) = phone(keys, number)
    client.force_login(get_user_model().objects.create_superuser("chief"))
    page = client.get(f"/admin/backoffice/issuedcode/{code.pk}/change/").content.decode()
    assert "accepted by the guest" in page
    assert "Mon 14:15–15:45" in page
    assert IDA not in page


def test_a_program_is_told_how_far_a_key_has_come(keys, client):
    number = invited(keys)
    (code,) = phone(keys, number)
    client.force_login(get_user_model().objects.create_superuser("chief"))
    told = client.get(f"/api/v1/codes/{code.pk}/").json()
    assert told["invitation"] == "invited, not accepted yet"
    assert told["periods"] == [["14:15", "15:45", [0]]]
    assert (told["accepted_at"], told["secret"]) == (None, "")


def test_a_second_sync_writes_nothing_while_a_key_is_out(keys):
    accepted(keys)
    keys.sync()
    before = written()
    keys.sync()
    assert written() == before


def test_somebody_let_in_by_staff_is_invited_by_his_own_address(keys):
    keys.codelocks.register_app_user("mona@example.test")
    door, word = Door.objects.get(ref=FRONT), overrule.Word(UserFactory(), "the piano", MORNING)
    person = overrule.Person("Mona", "Mona@Example.test")
    overrule.grant_person(door, person, berlin("18:00"), berlin("19:00"), word)
    overrule.grant_person(door, overrule.Person("Nobody"), berlin("18:00"), berlin("19:00"), word)
    keys.sync()
    keys.codelocks.accept(FRONT, "mona@example.test")
    assert by_phone(keys, berlin("18:30"), "mona@example.test")
    assert set(AccessGrant.objects.values_list("method", flat=True)) == {"phone", "netcode"}


def test_staff_can_have_a_door_opened_by_phone_for_one_booking(keys):
    Door.objects.filter(ref=FRONT).update(method="netcode")
    number = invited(keys)
    (grant,) = [grant for grant in keys.grants(number) if grant.door.ref == FRONT]
    word = overrule.Word(UserFactory(), "she asked for it", MORNING)
    overrule.use_method(grant, "phone", berlin("20:00"), word)
    keys.sync()
    keys.codelocks.accept(FRONT, IDA)
    assert by_phone(keys, berlin("14:30"))
