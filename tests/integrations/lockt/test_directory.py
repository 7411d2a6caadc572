"""What the site lists: row by row, never guessed."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from integrations.errors import Misconfigured, Unavailable
from tests.integrations.lockt.conftest import DURING, END, START, order

WEEKDAYS = (1, 1, 1, 1, 1, 0, 0)
KEY = "QQQQ-WWWW-1212-3434"


def answering(site, path, rows):
    site.fail("body", f"GET /api/v1/{path}", body=json.dumps({"data": rows}))


def test_doors_come_with_their_batteries_where_they_are_known(client):
    doors = client.directory([]).doors.records
    assert [(door.ref, door.name, door.enabled, door.battery) for door in doors] == [
        ("501", "Hall A front", True, 0.42),
        ("502", "Hall B front", True, None),
    ]


@pytest.mark.parametrize("status", [404, 500, 400])
def test_batteries_that_cannot_be_read_do_not_cost_the_doors(client, site, status):
    site.fail("status", "GET /api/v1/doorstate", times=3, status=status)
    assert [door.battery for door in client.directory([]).doors.records] == [None, None]


def test_l_c23_a_wrong_key_is_not_taken_for_a_missing_battery(client, site):
    site.fail("status", "GET /api/v1/doorstate", status=401)
    with pytest.raises(Misconfigured):
        client.directory([])


@pytest.mark.parametrize("name", ["door", "accesslevel", "schedule", "credential", "user", "fob"])
def test_l_c27_a_failed_list_is_no_list(client, site, name):
    site.fail("status", f"GET /api/v1/{name}", times=3, status=502)
    with pytest.raises(Unavailable):
        client.directory([])


def test_l_c20_levels_have_doors_or_none(client):
    levels = client.directory([]).access_levels.records
    assert [(level.ref, level.door_refs) for level in levels] == [
        ("11", ("501",)),
        ("12", ("502",)),
        ("13", ()),
    ]


def test_schedules_are_told_as_they_are_and_may_repeat_their_id(client, site):
    site.add_schedule(5, "Weekdays", WEEKDAYS, "07:00:00", "21:59:59")
    row = {
        "id": 5,
        "name": "w",
        **{f"d{day}": on for day, on in enumerate(WEEKDAYS)},
        "start": "a",
        "stop": "b",
    }
    [schedule] = client.directory([]).schedules.records
    assert (schedule.days[4:6], schedule.start_text, schedule.stop_text) == (
        (True, False),
        "07:00:00",
        "21:59:59",
    )
    answering(site, "schedule", [row, row])
    assert [one.ref for one in client.directory([]).schedules.records] == ["5", "5#2"]


@pytest.mark.parametrize("among", [True, False])
def test_fobs_among_the_users_are_no_cardholders(client, site, among):
    site.switch["fobs_among_users"] = among
    client.issue([order()])
    listed = client.directory([])
    assert [(one.key, one.level_refs) for one in listed.cardholders.records] == [("LK-1", ("11",))]
    assert [(one.key, one.name, one.card_number) for one in listed.fobs.records] == [
        ("FOB-07", "Fob 07", "30007")
    ]


def test_cardholders_have_their_window_in_utc(client):
    client.issue([order()])
    [holder] = client.directory([]).cardholders.records
    assert (holder.starts_at, holder.ends_at, holder.enabled) == (START, END, True)


def test_l_c20_cardholders_whose_levels_are_not_told_have_unknown_ones(client, site):
    client.issue([order()])
    site.switch["levels_in_list"] = False
    [holder] = client.directory([]).cardholders.records
    assert holder.level_refs is None


def test_l_c20_a_credential_names_its_holder_and_whether_it_is_claimed(client, site):
    [outcome] = client.issue([order()])
    for claimed, as_list in [(False, True), (True, False)]:
        site.switch["user_as_list"] = as_list
        if claimed:
            site.claim(outcome.record.secret)
        [credential] = client.directory([]).credentials.records
        assert (credential.holder_ref, credential.claimed) == (outcome.record.ref, claimed)
    assert credential.secret == outcome.record.secret


def test_l_c26_kept_rows_hold_no_key_and_no_contact(client, site):
    site.add_user(card_num="7", email="ida@example.test", phone="491700000", credential_key=KEY)
    listed = client.directory([])
    kept = json.dumps([dict(one.raw) for one in (*listed.cardholders.records, *listed.credentials.records)])
    assert not [one for one in ("ida@", "4917", KEY, site.credential("7").key) if one in kept]


@pytest.mark.parametrize("status", [404, 501])
def test_l_c24_a_vendor_without_fobs_has_none(client, site, status):
    site.fail("status", "GET /api/v1/fob", times=3, status=status)
    assert client.directory([]).fobs is None


def test_l_c24_no_pending_endpoint_is_ever_asked(client, site):
    client.issue([order()])
    client.directory([])
    asked = {call.path.rsplit("/", 1)[1] for call in site.journal}
    assert asked <= {"user", "door", "doorstate", "accesslevel", "schedule", "credential", "fob"}


@pytest.mark.parametrize(
    "bad",
    [
        {},
        {"id": "x"},
        {"id": True},
        {"id": 2, "enabled": "perhaps"},
        {"id": 2, "access_expires": "tomorrow"},
        {"id": 2, "access_expires": "2026-03-10 12:00:00"},
        {"id": 2, "access_expires": 5},
        {"id": 2, "accesslevels": 5},
        {"id": 2, "accesslevels": [5]},
        {"id": 2, "card_num": [1]},
        "row",
        None,
        {"id": 1},
    ],
)
def test_a_row_that_cannot_be_read_is_shown_and_the_rest_goes_on(client, site, bad):
    answering(site, "user", [{"id": 1}, bad, {"id": 3}])
    people = client.directory([]).cardholders
    assert [one.ref for one in people.records] == ["1", "3"]
    assert [one.kind for one in people.rejected] == ["cardholder"]


@pytest.mark.parametrize(
    ("said", "meant"), [("false", False), ("TRUE", True), (0, False), (1, True), (None, None)]
)
def test_l_c3_booleans_come_in_many_forms(client, site, said, meant):
    answering(site, "user", [{"id": 1, "enabled": said}])
    [holder] = client.directory([]).cardholders.records
    assert holder.enabled is meant


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("", None),
        (None, None),
        ("2026-03-10T12:45:00.000Z", datetime(2026, 3, 10, 12, 45, tzinfo=UTC)),
        ("2026-03-10T12:45:00Z", datetime(2026, 3, 10, 12, 45, tzinfo=UTC)),
        ("2026-03-10T13:45:00+01:00", datetime(2026, 3, 10, 12, 45, tzinfo=UTC)),
    ],
)
def test_l_c16_times_with_and_without_milliseconds_or_none_at_all(client, site, said, meant):
    answering(site, "user", [{"id": 1, "access_expires": said}])
    [holder] = client.directory([]).cardholders.records
    assert holder.ends_at == meant


def test_l_c13_a_card_number_that_comes_as_a_number_is_digits(client, site):
    answering(site, "user", [{"id": 1, "card_num": 5599}])
    assert client.directory([]).cardholders.records[0].card_number == "5599"


def test_l_c8_a_card_opens_only_when_its_levels_schedule_does(client, site):
    site.add_schedule(5, "Mornings", WEEKDAYS, "07:00:00", "10:29:59")
    site.add_level(14, "Hall A in the morning", [501], schedule=5)
    client.issue([order(level_refs=("14",))])
    assert site.opens(501, "40001", START)
    assert not site.opens(501, "40001", DURING)
