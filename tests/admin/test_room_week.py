"""A room's week and its exceptions: shown as the source has them, changed with what was before and after."""

from __future__ import annotations

import pytest

from backoffice import clock
from backoffice.flow.desk import hours
from backoffice.models import StaffAct, VendorWrite
from backoffice.word import NotPossible
from tests.factories import AccountFactory, LocabooFactory, ResourceFactory

pytestmark = pytest.mark.django_db
WHY = {"reason": "spring hours"}


@pytest.fixture
def shop(sandbox):
    shop = sandbox.vendors.lockme
    shop.clock.set(clock.now())
    shop.add_room(1398, "Laboratory")
    slots = [{"hour": f"{hour}:00:00", "pricers": [7]} for hour in (14, 16)]
    shop.store.rooms[1398].week = dict.fromkeys(range(7), slots)
    shop.store.rooms[1398].margin = 2.0
    return shop


@pytest.fixture
def lab(sandbox, shop):
    account = AccountFactory(slug="shop", base_url=f"{sandbox.url}/lockme", secrets=dict(shop.secrets))
    return ResourceFactory(account=account, ref="1398", title="Laboratory")


@pytest.fixture
def page(lab):
    return f"/admin/sold/{lab.pk}/week/?from=2030-03-04"  # a Monday


@pytest.fixture
def manager(signed_in):
    return signed_in("manager")


@pytest.fixture
def room(shop):
    return shop.store.rooms[1398]


def text(answer):
    return answer.content.decode()


def at(slots):
    return [(slot["hour"], slot["pricers"]) for slot in slots]


def test_the_week_and_the_exceptions_stand_there_as_the_source_has_them(manager, page, room):
    room.dates["2030-03-06"] = []
    shown = text(manager.get(page))
    assert shown.count("14:00 (7), 16:00 (7)") >= 7
    assert "Wed 6 Mar 2030" in shown
    assert "closed" in shown
    assert "2.0" in shown


def test_a_weekday_is_set_with_what_was_before_and_after(manager, page, room):
    given = {"what": "weekday", "weekday": 2, "hours": "12:30, 10:00 (7, 8)", "was": "14:00 (7), 16:00 (7)"}
    answer = manager.post(page, {**given, **WHY}, follow=True)
    assert at(room.week[2]) == [("10:00:00", [7, 8]), ("12:30:00", [])]
    assert "It was 14:00 (7), 16:00 (7); now it is 10:00 (7, 8), 12:30." in text(answer)
    assert VendorWrite.objects.get().confirmed


def test_a_weekday_is_closed_by_no_hours(manager, page, room):
    manager.post(page, {"what": "weekday", "weekday": 0, "hours": "", **WHY})
    assert room.week[0] == []


def test_what_somebody_else_has_changed_meanwhile_is_not_overwritten(manager, page, room, shop):
    given = {"what": "weekday", "weekday": 2, "hours": "10:00", "was": "14:00 (7)"}
    answer = manager.post(page, {**given, **WHY})
    assert "It was changed meanwhile: now it is 14:00 (7), 16:00 (7)" in text(answer)
    assert not shop.calls("POST /v2.4")


def test_a_date_is_closed_and_opened_again(manager, page, room):
    day = {"day": "2030-03-06", **WHY}
    manager.post(page, {"what": "date", "hours": "closed", **day})
    assert room.dates == {"2030-03-06": []}
    answer = manager.post(page, {"what": "clear", **day}, follow=True)
    assert room.dates == {}
    assert "It was closed; now it is 14:00 (7), 16:00 (7)." in text(answer)


def test_a_clearing_without_an_answer_is_looked_at(manager, page, room, shop):
    room.dates["2030-03-06"] = []
    shop.fail("drop_after", "DELETE")
    manager.post(page, {"what": "clear", "day": "2030-03-06", **WHY})
    assert VendorWrite.objects.get().state == "done"


def test_a_change_that_never_arrived_is_in_doubt_and_not_sent_again(manager, page, shop):
    shop.fail("drop_before", "POST /v2.4")
    manager.post(page, {"what": "date", "day": "2030-03-06", "hours": "10:00", **WHY})
    assert (VendorWrite.objects.get().state, len(shop.calls("POST /v2.4"))) == ("in_doubt", 1)


def test_the_margin_is_set(manager, page, room):
    answer = manager.post(page, {"what": "margin", "margin": "0.5", **WHY}, follow=True)
    assert room.margin == 0.5
    assert "It was 2 h; now it is 0.5 h." in text(answer)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"what": "weekday", "weekday": 7, "hours": "10:00"}, "from 0 (Monday) to 6 (Sunday)"),
        ({"what": "weekday", "weekday": 1, "hours": "ten"}, "is no hour"),
        ({"what": "weekday", "weekday": 1, "hours": "25:00"}, "is no hour of a day"),
        ({"what": "weekday", "weekday": 1, "hours": "10:00 (x)"}, "numbers in brackets"),
        ({"what": "weekday", "weekday": 1, "hours": "10:00, 10:00"}, "stands there twice"),
        ({"what": "date", "day": "2020-03-06", "hours": ""}, "is over"),
        ({"what": "margin", "margin": "-1"}, "greater than or equal to 0"),
    ],
)
def test_bad_input_is_refused_in_words_before_the_source_is_asked(manager, page, shop, given, said):
    assert said in text(manager.post(page, {**given, **WHY}))
    assert not shop.calls("POST /v2.4")


def test_a_source_that_does_not_answer_is_told(manager, page, shop):
    shop.fail("status", "/day/", times=9)
    assert "could not be read" in text(manager.get(page))


def test_a_change_needs_a_reason_and_is_history(manager, page, room):
    given = {"what": "margin", "margin": "1"}
    manager.post(page, given)
    assert room.margin == 2.0
    manager.post(page, {**given, **WHY})
    assert StaffAct.objects.get().verb == "vendor set margin"


@pytest.mark.parametrize("group", ["viewer", "front desk"])
def test_others_than_managers_only_look(signed_in, page, group, shop):
    client = signed_in(group)
    assert "New exception" not in text(client.get(page))
    assert client.post(page, {"what": "margin", "margin": "1", **WHY}).status_code == 403
    assert not shop.calls("POST /v2.4")


def test_the_way_there_stands_only_where_the_source_has_such_a_calendar(manager, lab, page):
    assert "Week and exceptions" in text(manager.get(f"/admin/backoffice/resource/{lab.pk}/change/"))
    hall = ResourceFactory(account=LocabooFactory())
    assert manager.get(f"/admin/sold/{hall.pk}/week/").status_code == 404


@pytest.mark.parametrize("told", ["closed", "10:00", "9:30:15 (1, 2), 10:00 (3)", "10:00\n11:00;12:00"])
def test_hours_that_are_told_can_be_typed(told):
    slots = hours.parse(told)
    assert hours.parse(hours.told(slots)) == slots


def test_half_a_bracket_is_no_hour():
    with pytest.raises(NotPossible):
        hours.parse("10:00 (1")
