"""Promises 1, 2, 4 and 8 for a door that opens by fob, at the sandbox's locks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from backoffice.clock import now
from backoffice.flow import stock
from backoffice.models import Door, Fob, FobLoan, IssuedCode
from backoffice.word import Word
from tests.factories import UserFactory
from tests.story.conftest import berlin

pytestmark = pytest.mark.django_db(transaction=True)
HALL, BALLROOM = "501", "502"


@pytest.fixture
def fobs(house):
    """The hall opens by fob, and one fob is in stock; a second is `house.lockt.add_fob`."""
    add(house, 1)
    Door.objects.filter(ref=HALL).update(method="fob")


def add(house, number):
    house.lockt.add_fob(f"Fob {number}", f"3000{number}", id_num=f"F-{number}", enabled=True)


def hall(house, start="14:00", end="16:00", day="2026-03-09"):
    """A booking of the hall, Berlin's wall clock; its number."""
    span = (datetime.fromisoformat(f"{day}T{text}") for text in (start, end))
    return house.locaboo.book(70, *span, 4711)


def tick(house, at):
    house.at(berlin(at))
    house.sync()


def opening(house, at, door=HALL):
    """The fobs that open a door then."""
    found = (one for one in house.lockt.people.values() if one.fob)
    return [one.name for one in found if house.lockt.opens(door, one.card_num, berlin(at))]


def word(reason="at the desk"):
    return Word(UserFactory(), reason, now())


def fob(number=1):
    return Fob.objects.get(name=f"Fob {number}")


def test_a_fob_opens_its_guests_door_in_the_access_window_alone(house, fobs):
    hall(house)
    tick(house, "12:20")
    assert opening(house, "13:45") == opening(house, "15:59") == ["Fob 1"]
    assert opening(house, "13:44") == opening(house, "16:16") == opening(house, "16:31") == []
    assert opening(house, "14:30", BALLROOM) == []


def test_a_guest_is_told_where_to_collect_his_fob_with_the_rest_of_his_way(house, fobs):
    number = hall(house)
    house.sync()
    tick(house, "12:20")
    assert len(house.told(number)) == 1
    assert "Schlüsselanhänger" in house.told(number)[0].body


def test_a_cancelled_guests_fob_opens_nothing_even_in_his_hand(house, fobs):
    number = hall(house)
    tick(house, "12:20")
    stock.hand_out(fob(), word())
    house.locaboo.cancel(number)
    tick(house, "12:25")
    assert opening(house, "14:30") == []
    assert FobLoan.objects.get().returned_at is None


def test_a_lost_fob_opens_nothing_and_its_guest_gets_another(house, fobs):
    add(house, 2)
    hall(house)
    tick(house, "12:20")
    stock.hand_out(fob(), word())
    house.at(berlin("14:10"))
    stock.lost(fob(), word("the guest lost it"))
    house.sync()
    assert opening(house, "14:30") == ["Fob 2"]


def test_two_guests_in_turn_get_the_same_fob(house, fobs):
    first, second = hall(house, "10:00", "12:00"), hall(house, "13:00", "15:00")
    tick(house, "09:30")
    stock.hand_out(fob(), word())
    tick(house, "12:10")
    assert opening(house, "13:30") == []
    stock.check_in(fob(), word())
    tick(house, "12:20")
    assert opening(house, "11:00") == []
    assert opening(house, "13:30") == ["Fob 1"]
    holders = [str(loan.grant.occurrence.booking.ref) for loan in FobLoan.objects.order_by("pk")]
    assert holders == [str(first), str(second)]


def test_a_moved_booking_takes_its_fob_along(house, fobs):
    number = hall(house)
    tick(house, "12:20")
    span = (datetime.fromisoformat(f"2026-03-09T{text}") for text in ("14:30", "16:30"))
    house.locaboo.move(number, house.locaboo.instances(number)[0], *span)
    tick(house, "12:50")
    assert opening(house, "14:10") == []
    assert opening(house, "14:20") == opening(house, "16:40") == ["Fob 1"]


def test_nothing_is_written_when_nothing_happened(house, fobs):
    hall(house)
    tick(house, "12:20")
    house.sync()
    writes = len(house.lockt.calls("POST")) + len(house.lockt.calls("PUT"))
    rows = list(FobLoan.objects.values()), list(IssuedCode.objects.values())
    tick(house, "12:30")
    assert len(house.lockt.calls("POST")) + len(house.lockt.calls("PUT")) == writes
    assert (list(FobLoan.objects.values()), list(IssuedCode.objects.values())) == rows


def test_a_vendor_that_goes_silent_in_the_middle_costs_no_second_fob(house, fobs):
    add(house, 2)
    hall(house)
    house.lockt.fail("drop_after", "PUT /api/v1/fob", times=3)
    tick(house, "12:20")
    tick(house, "12:40")
    assert len(opening(house, "14:30")) == FobLoan.objects.count() == 1


@pytest.mark.parametrize("day", ["2026-03-28", "2026-10-24"])
def test_a_night_when_clocks_change_opens_by_fob_from_lead_to_lag(house, fobs, day):
    home = ZoneInfo("Europe/Berlin")
    begin = datetime.fromisoformat(f"{day}T22:00").replace(tzinfo=home).astimezone(UTC)
    end = (datetime.fromisoformat(f"{day}T05:00").replace(tzinfo=home) + timedelta(days=1)).astimezone(UTC)
    house.at(begin - timedelta(minutes=80))
    wall = [at.astimezone(home).replace(tzinfo=None) for at in (begin, end)]
    house.locaboo.book(70, *wall, 4711)
    house.sync()
    [one] = [one for one in house.lockt.people.values() if one.fob]
    for minutes in range(-60, 60 * 10, 5):
        at = begin + timedelta(minutes=minutes)
        wanted = begin - timedelta(minutes=15) <= at < end + timedelta(minutes=15)
        assert house.lockt.opens(HALL, one.card_num, at) == wanted, at


def test_through_moves_and_cancels_a_fob_opens_in_its_guests_time_minute_by_minute(house, fobs):
    number = hall(house)
    tick(house, "12:20")
    instance = house.locaboo.instances(number)[0]
    for start, end, at in (
        ("14:30", "16:30", "12:50"),
        ("13:30", "17:00", "13:10"),
        ("14:00", "15:00", "13:20"),
    ):
        span = (datetime.fromisoformat(f"2026-03-09T{text}") for text in (start, end))
        house.locaboo.move(number, instance, *span)
        tick(house, at)
        first, last = berlin(start) - timedelta(minutes=15), berlin(end) + timedelta(minutes=15)
        for minutes in range(360):
            moment = berlin("12:00") + timedelta(minutes=minutes)
            assert house.lockt.opens(HALL, "30001", moment) == (first <= moment < last), (start, moment)
    house.locaboo.cancel(number)
    tick(house, "13:25")
    assert not any(
        house.lockt.opens(HALL, "30001", berlin("12:00") + timedelta(minutes=n)) for n in range(360)
    )
