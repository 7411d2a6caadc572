"""Silence is not an order: whatever goes wrong, nothing is lost and the run says what happened."""

from __future__ import annotations

import pytest

from backoffice.models import Booking, IssuedCode, Occurrence, SyncRun, VendorAccount
from tests.story.conftest import berlin

WRONGS = [
    {"kind": "status", "status": 500},
    {"kind": "status", "status": 503, "body": ""},
    {"kind": "body", "body": "<html>maintenance</html>"},
    {"kind": "body", "body": ""},
    {"kind": "body", "body": "{}", "content_type": "application/json"},
    {
        "kind": "body",
        "body": '{"data": [], "total": 0, "success": false}',
        "content_type": "application/json",
    },
    {"kind": "truncate"},
    {"kind": "drop_before"},
    {"kind": "drop_after"},
]
READS = [
    ("lockme", "GET /v2.4/room/1398/res"),
    ("lockme", "GET /v2.4/rooms"),
    ("halls", "GET /api/v2/booking_list"),
    ("halls", "GET /api/v2/resource_list"),
    ("halls", "GET /api/v2/customer_list"),
]


def named(wrong):
    return "-".join(str(value) for value in wrong.values())[:30]


@pytest.mark.parametrize("wrong", WRONGS, ids=named)
@pytest.mark.parametrize(("slug", "match"), READS)
def test_a_bad_answer_loses_nothing_and_the_next_good_one_goes_on(house, wrong, slug, match):
    game = house.game("14:30")
    hall = house.locaboo.book(70, "2026-03-09 14:30", "2026-03-09 15:30", 4711)
    house.sync()
    vendor = house.lockme if slug == "lockme" else house.locaboo
    vendor.fail(match=match, times=50, **wrong)
    report = house.sync(status=1)
    assert report[slug]["status"] == "failed"
    assert report[slug]["error"]
    assert not Occurrence.objects.exclude(gone_at=None, missing_since=None).exists()
    assert house.gets_in(game, berlin("15:00"))
    assert house.gets_in(hall, berlin("15:00"))
    vendor.faults.clear()
    if wrong["kind"] == "status" and VendorAccount.objects.get(slug=slug).stopped_at:
        pytest.fail("a server error stopped the account")
    house.sync()


def test_an_empty_list_that_looks_true_wipes_nothing(house):
    hall = [
        house.locaboo.book(70, f"2026-03-{day} 14:30", f"2026-03-{day} 15:30", 4711)
        for day in ("09", "10", "11", "12", "13")
    ]
    house.sync()
    house.locaboo.ghost(times=20)
    house.locaboo.fail("status", "GET /api/v2/booking/", times=50)
    report = house.sync(status=1)
    assert report["halls"]["status"] == "stopped"
    assert not Booking.objects.exclude(gone_at=None).exists()
    assert house.gets_in(hall[0], berlin("15:00"))
    house.locaboo.faults.clear()
    assert house.sync()["halls"]["gone"] == 0


def test_a_third_of_the_accounts_down_does_not_keep_the_others(house):
    number = house.game("14:30")
    house.locaboo.fail("status", times=200)
    report = house.sync(status=1)
    assert (report["halls"]["status"], report["lockme"]["status"]) == ("failed", "ok")
    assert report["accounts"]["kit"]["status"] == "ok"
    assert house.gets_in(number, berlin("15:00"))


def test_a_dead_token_stops_its_account_alone_and_says_reconnect(house):
    house.lockme.revoke_tokens()
    hall = house.locaboo.book(70, "2026-03-09 14:30", "2026-03-09 15:30", 4711)
    report = house.sync(status=1)
    assert report["lockme"]["status"] == "failed"
    assert VendorAccount.objects.get(slug="lockme").stopped_at
    assert house.gets_in(hall, berlin("15:00"))
    again = house.sync(status=1)
    assert again["lockme"]["status"] == "failed"


def test_an_expired_token_is_refreshed_once_for_everybody(house):
    house.game("14:30")
    house.sync()
    house.lockme.expire_tokens()
    house.sync()
    assert len(house.lockme.calls("POST /access_token")) == 1


def test_lock_vendors_that_fail_lose_no_way_in_and_go_on(house):
    house.sync()
    hall = house.locaboo.book(70, "2026-03-09 14:30", "2026-03-09 15:30", 4711)
    house.codelocks.fail("status", "netcode", times=60, status=502)
    house.lockt.fail("drop_after", "POST /api/v1/user", times=1)
    house.sync("halls")
    assert not house.gets_in(hall, berlin("15:00"))
    house.codelocks.faults.clear()
    house.later(minutes=2)
    house.sync("halls")
    assert house.gets_in(hall, berlin("15:00"))
    assert len(house.lockt.people) == 1
    assert set(IssuedCode.objects.values_list("state", flat=True)) == {"active"}


def test_every_run_says_what_it_saw(house):
    house.game("14:30")
    house.sync()
    run = SyncRun.objects.filter(account__slug="lockme").latest("started_at")
    assert (run.state, run.seen, run.created) == ("ok", 1, 1)
