"""A phone key that staff suspend, asked of the lock: it opens nothing until they restore it."""

from __future__ import annotations

import pytest

from backoffice import tasks
from backoffice.flow.desk import phones
from backoffice.models import Finding, IssuedCode, StaffAct, VendorAccount, VendorWrite
from backoffice.word import NotPossible, Word
from tests.factories import UserFactory
from tests.story.conftest import FRONT, IDA, berlin
from tests.story.phones import accepted, by_phone, invited, key_of, phone, sent
from tests.story.test_promises import written

CLIENT = f"/u/1/k3connect/{FRONT}/client"
HERS = berlin("14:30")


def word(house):
    return Word(UserFactory(), "her phone was stolen", house.server.vendors.clock.now())


def suspended(house, **fields):
    """A game at whose front door Ida's key is suspended."""
    number = accepted(house, **fields)
    phones.suspend(*phone(house, number), word(house))
    return number


def the_key(house, number):
    (code,) = phone(house, number)
    return code


def found(kind):
    return [row.text for row in Finding.objects.filter(kind=kind, closed_at=None)]


def test_a_suspended_key_opens_nothing_and_a_restored_one_opens(keys):
    number = suspended(keys)
    assert not by_phone(keys, HERS)
    said = phones.restore(the_key(keys, number), word(keys))
    assert by_phone(keys, HERS)
    assert "opens Front door again" in said


def test_it_is_one_write_and_one_list_and_on_record(keys):
    number = accepted(keys)
    before = len(sent(keys))
    phones.suspend(the_key(keys, number), word(keys))
    assert [call.method for call in sent(keys)[before:]] == ["PATCH", "GET"]
    act = StaffAct.objects.get(verb="vendor suspend phone key")
    assert (act.code, act.reason) == (the_key(keys, number), "her phone was stolen")
    assert (act.booking.ref, VendorWrite.objects.get().confirmed) == (str(number), True)
    assert IDA not in f"{act.detail}{act.target}{VendorWrite.objects.get().subject}"


def test_no_sync_restores_it_or_gives_a_pin_in_its_place(keys):
    number = suspended(keys)
    for at in ("12:16", "14:00", "14:31"):
        keys.at(berlin(at))
        keys.sync()
    assert not by_phone(keys, HERS)
    assert keys.codes(number, door__ref=FRONT, method="netcode") == []
    code = the_key(keys, number)
    assert (code.state, code.error, code.grant.state) == ("active", "", "held")
    assert "opens nothing until it is restored" in found("phone_key_suspended")[0]


def test_a_second_sync_of_a_suspended_key_writes_and_asks_nothing(keys):
    suspended(keys)
    keys.sync()
    before, paid = written(), keys.codelocks.paid("utility")
    keys.sync()
    assert (written(), keys.codelocks.paid("utility")) == (before, paid)


def test_a_suspended_key_is_removed_at_its_end_like_others(keys):
    number = suspended(keys)
    keys.at(berlin("15:46"))
    keys.sync()
    assert (the_key(keys, number).state, key_of(keys)) == ("revoked", None)
    assert found("phone_key_suspended") == []


def test_the_guest_who_moves_the_booking_restores_nothing(keys):
    number = suspended(keys)
    keys.lockme.move(number, 1398, "2026-03-09", "18:30:00")
    keys.sync()
    keys.sync()
    assert not by_phone(keys, berlin("18:30"))
    assert keys.codes(number, door__ref=FRONT, state="active") == []
    phones.restore(phone(keys, number)[0], word(keys))
    tasks.follow_up()
    tasks.follow_up()
    keys.codelocks.accept(FRONT, IDA)
    assert by_phone(keys, berlin("18:30"))


def test_another_booking_of_the_guest_opens_nothing_either(keys):
    suspended(keys)
    second = keys.game("19:00")
    keys.sync()
    assert not by_phone(keys, berlin("19:00"))
    assert keys.codes(second, door__ref=FRONT, state="active") == []
    assert {grant.state for grant in keys.grants(second) if grant.door.ref == FRONT} == {"held"}


def test_both_bookings_of_a_key_are_suspended_and_restored_with_it(keys):
    first, second = keys.game("14:30"), keys.game("19:00")
    keys.sync()
    keys.codelocks.accept(FRONT, IDA)
    keys.later(minutes=61)
    keys.sync()
    assert "one key for 2 times" in phones.suspend(the_key(keys, first), word(keys))
    assert the_key(keys, second).suspended_at
    phones.restore(the_key(keys, second), word(keys))
    keys.sync()
    assert by_phone(keys, HERS)
    assert {the_key(keys, one).grant.state for one in (first, second)} == {"granted"}


def test_who_moved_one_of_two_bookings_gets_in_to_both_once_restored(keys):
    first, second = keys.game("14:30"), keys.game("19:00")
    keys.sync()
    keys.codelocks.accept(FRONT, IDA)
    keys.later(minutes=61)
    keys.sync()
    phones.suspend(the_key(keys, first), word(keys))
    keys.lockme.move(first, 1398, "2026-03-09", "16:30:00")
    keys.sync()
    assert not by_phone(keys, berlin("16:30"))
    phones.restore(phone(keys, first)[0], word(keys))
    keys.sync()
    assert by_phone(keys, berlin("16:30"))
    assert by_phone(keys, berlin("19:00"))
    assert not phones.can_restore(the_key(keys, second))


def test_a_refusal_is_told_in_the_vendors_words_and_leaves_the_key_as_it_was(keys):
    code = the_key(keys, accepted(keys))
    keys.codelocks.fail("status", f"PATCH {CLIENT}", status=400, body='{"Message": "[\\"no such\\"]"}')
    with pytest.raises(NotPossible, match="400"):
        phones.suspend(code, word(keys))
    code.refresh_from_db()
    assert (code.suspended_at, code.next_try_at, by_phone(keys, HERS)) == (None, None, True)


@pytest.mark.parametrize("fault", ["drop_before", "drop_after"])
def test_what_was_not_answered_is_read_back_and_not_guessed(keys, fault):
    code = the_key(keys, accepted(keys))
    keys.codelocks.fail(fault, f"PATCH {CLIENT}", times=3)
    done = True
    try:
        phones.suspend(code, word(keys))
    except NotPossible as error:
        done = "was not done" not in str(error)
    code.refresh_from_db()
    assert done == bool(code.suspended_at) == (not by_phone(keys, HERS)) == (fault == "drop_after")


def test_a_key_of_which_nobody_knows_is_looked_at_and_the_truth_told(keys):
    code = the_key(keys, accepted(keys))
    keys.codelocks.fail("drop_before", f"PATCH {CLIENT}", times=3)
    keys.codelocks.fail("drop_before", f"GET {CLIENT}s", times=3)
    with pytest.raises(NotPossible, match="look at the vendor"):
        phones.suspend(code, word(keys))
    keys.later(minutes=2)
    keys.sync()
    assert by_phone(keys, HERS)
    assert "lists it as one that opens" in found("phone_key_suspended")[0]
    phones.suspend(the_key_again(code), word(keys))
    assert not by_phone(keys, HERS)


def the_key_again(code):
    code.refresh_from_db()
    return code


def test_without_calls_left_nothing_is_asked_and_nothing_changes(keys):
    code = the_key(keys, accepted(keys))
    account = VendorAccount.objects.get(slug="kit")
    account.options = {**account.options, "utility_quota": keys.codelocks.paid("utility")}
    account.save()
    before = len(sent(keys))
    with pytest.raises(NotPossible, match="Nothing was done"):
        phones.suspend(IssuedCode.objects.get(pk=code.pk), word(keys))
    assert (len(sent(keys)), by_phone(keys, HERS)) == (before, True)
    assert the_key_again(code).suspended_at is None


def test_a_key_that_nobody_has_accepted_is_not_suspended(keys):
    code = the_key(keys, invited(keys))
    before = len(sent(keys))
    with pytest.raises(NotPossible, match="not accepted"):
        phones.suspend(code, word(keys))
    assert len(sent(keys)) == before


def test_a_key_that_was_suspended_in_the_portal_can_be_restored_here(keys):
    number = accepted(keys)
    key_of(keys).status = "SUSPENDED"
    IssuedCode.objects.filter(method="phone").update(next_try_at=berlin("11:00"))
    keys.at(berlin("11:00"))
    keys.sync()
    phones.restore(the_key(keys, number), word(keys))
    code = the_key(keys, number)
    assert (by_phone(keys, HERS), code.error, bool(code.accepted_at)) == (True, "", True)
