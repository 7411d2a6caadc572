"""Writes in doubt are looked for again: found, or after a while known not to have been done."""

from __future__ import annotations

from datetime import time, timedelta

import pytest

from backoffice.flow.desk import looks, reservations
from backoffice.models import VendorWrite
from tests.factories import NOW
from tests.flow.games import DAY, account, asked, booked, lab, make, shop, word

__all__ = ["account", "lab", "shop", "word"]
pytestmark = pytest.mark.django_db


def look(lab, minutes):
    now = NOW + timedelta(minutes=minutes)
    return looks.look(lab.account, list(looks.doubtful(now)), now)


def test_a_second_look_finds_what_was_done(shop, lab, word):
    write = make(lab, word)
    VendorWrite.objects.filter(pk=write.pk).update(state="in_doubt", ref="")
    assert [each.ref for each in look(lab, 2)] == [write.ref]


def test_what_is_not_there_ten_minutes_later_was_not_done(shop, lab, word):
    shop.fail("drop_before", "PUT /v2.4/room/1398/reservation")
    write = make(lab, word)
    assert look(lab, 2) == []
    assert VendorWrite.objects.get(pk=write.pk).state == "in_doubt"
    look(lab, 11)
    assert VendorWrite.objects.get(pk=write.pk).state == "refused"
    assert len(asked(shop)) == 1


def test_a_second_look_settles_moves_and_deletions(shop, lab, word):
    moved, deleted = booked(shop, lab, "14:00"), booked(shop, lab, "16:00")
    first = reservations.move(moved, lab, DAY, time(18), word)
    second = reservations.cancel(deleted, word)
    VendorWrite.objects.update(state="in_doubt")
    assert {each.pk for each in look(lab, 2)} == {first.pk, second.pk}


def test_a_write_whose_process_died_is_looked_for_too(shop, lab, word):
    write = make(lab, word)
    VendorWrite.objects.update(state="asked", ref="")
    assert [each.pk for each in look(lab, 2)] == [write.pk]
