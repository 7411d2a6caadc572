"""Somebody without a booking whom staff let in, asked of the locks: told, and in for that time alone."""

from __future__ import annotations

import pytest

from backoffice.flow import overrule
from backoffice.flow.overrule import Person
from backoffice.models import AccessGrant, Door, Finding, IssuedCode, Notice
from tests.story.conftest import FRONT, berlin
from tests.story.staff import go_on, word

__all__ = ["word"]


def plumber(house, word, ref, email="ole@example.test"):
    door = Door.objects.get(ref=ref)
    times = berlin("10:00"), berlin("12:00")
    said = overrule.grant_person(door, Person("Ole Brandt", email), *times, word("the tap drips"))
    house.sync()
    return said


def let_in(said, **filters):
    return list(IssuedCode.objects.filter(grant__person=said, **filters))


def opens(house, codes, at):
    return any(house.opens(code, at) for code in codes)


@pytest.mark.parametrize("ref", [FRONT, "502"], ids=["pin", "card"])
def test_a_person_without_a_booking_gets_in_and_a_mail(house, word, ref):
    house.sync()
    said = plumber(house, word, ref)
    codes = let_in(said, state="active")
    assert codes
    for at in ("10:00", "11:59"):
        assert opens(house, codes, berlin(at)), at
    (mail,) = house.mails
    assert mail.to == ["ole@example.test"]
    assert all(code.secret in mail.body for code in codes)
    go_on(house)
    assert let_in(said, state="active") == codes
    assert len(house.mails) == 1


def test_a_persons_access_ends_by_itself(house, word):
    house.sync()
    said = plumber(house, word, "502")
    codes = let_in(said)
    assert not opens(house, codes, berlin("12:00"))
    house.at(berlin("12:00"))
    house.sync()
    assert AccessGrant.objects.get(person=said).state == "ended"
    assert {code.state for code in let_in(said)} <= {"expired", "revoked"}


def test_a_persons_access_that_is_taken_back_is_gone_and_he_is_told(house, word):
    house.sync()
    said = plumber(house, word, "502")
    codes = let_in(said)
    overrule.release(said, word("the tap does not drip any more"))
    house.sync()
    assert AccessGrant.objects.get(person=said).state == "withdrawn"
    assert not opens(house, codes, berlin("11:00"))
    assert list(Notice.objects.order_by("pk").values_list("kind", flat=True)) == ["access", "withdrawn"]


def test_a_person_without_an_address_is_told_at_the_desk(house, word):
    house.sync()
    said = plumber(house, word, FRONT, email="")
    assert let_in(said, state="active")
    assert house.mails == []
    texts = " ".join(Finding.objects.filter(closed_at=None).values_list("text", flat=True))
    assert "Ole Brandt" in texts
