"""What a guest is told when staff change the time in which his doors open."""

from __future__ import annotations

from backoffice.flow import overrule
from backoffice.models import Booking
from backoffice.word import Word
from tests.factories import UserFactory
from tests.story.conftest import berlin


def test_a_guest_whose_window_is_extended_without_a_new_code_is_told_so_once(house):
    number = house.game("14:30")
    house.sync()
    codes = [code.pk for code in house.codes(number)]
    word = Word(UserFactory(), "they come early", house.server.vendors.clock.now())
    overrule.extend(Booking.objects.get(ref=str(number)), 5, 0, berlin("20:00"), word)
    for _ in range(3):
        house.later(minutes=10)
        house.sync()
    assert [code.pk for code in house.codes(number)] == codes
    assert ["you may now open" in mail.body for mail in house.mails] == [False, True]
