"""A PIN in place of a phone key, in time: for who has not the app, does not accept, or comes too late."""

from __future__ import annotations

from backoffice.flow import overrule
from backoffice.models import Finding, VendorAccount
from integrations.sandbox.codelocks.k3 import EXAMPLE
from tests.factories import UserFactory
from tests.story.conftest import FRONT, IDA, berlin
from tests.story.phones import accepted, by_phone, invited, key_of, phone, sent


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
