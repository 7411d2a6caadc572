"""What Codelocks lists: K3 locks, durations and their rules, in every spelling seen."""

from __future__ import annotations

import pytest

from integrations.errors import Garbled, Refused
from integrations.types import Duration
from tests.integrations.codelocks.support import K3, client_of, says

STANDARD = tuple(Duration(n, hours=n + 1) for n in range(12)) + tuple(
    Duration(n, days=n - 11) for n in range(12, 19)
)


def one_door(client):
    doors = client.directory([]).doors
    assert doors is not None
    return doors.records[0]


def test_the_k3_locks_are_doors_and_kitlocks_are_not_listed(client):
    listing = client.directory([]).doors
    assert [(door.ref, door.name, door.timezone) for door in listing.records] == [
        (K3, "Side door", "Europe/Berlin")
    ]


def test_an_account_of_kitlocks_alone_costs_no_call_for_doors(sandbox, codelocks):
    for client in (client_of(sandbox, secrets={"access_key": ""}), client_of(sandbox, k3=False)):
        assert client.directory([]).doors is None
    assert codelocks.paid("utility") == 0


@pytest.mark.parametrize("spelling", ["DurationID", "DurationId"])
def test_c_c7_the_durations_are_the_vendors_and_rentals_are_left_out(spelling, client, codelocks):
    codelocks.switch["duration_key"] = spelling
    grid = client.directory(["KL1060"]).grids[0]
    assert (grid.model, grid.durations) == ("KL1060", STANDARD)


def test_c_c7_each_model_has_its_own_durations_and_is_asked_once(client, codelocks):
    grids = client.directory(["KL1550", "kl1550", "K3CONNECT", "BEST"]).grids
    assert [(grid.model, len(grid.durations)) for grid in grids] == [("KL1550", 12), ("K3CONNECT", 19)]
    assert codelocks.paid("utility") == 3


def test_a_model_of_which_the_vendor_tells_nothing_has_no_grid(client, codelocks):
    codelocks.switch["g3_durations"] = False
    directory = client.directory(["KL1060G3", "KL1060"])
    assert [grid.model for grid in directory.grids] == ["KL1060"]
    assert directory.doors.records


ROW = {
    "DurationID": 3,
    "Mode": "Standard",
    "SubMode": "alltime",
    "DurationDays": 0,
    "DurationHours": 4,
    "LockModels": "KL1060",
}
READ = {
    "as it is": ({}, Duration(3, hours=4)),
    "numbers as text": ({"DurationID": "3", "DurationHours": "4", "DurationDays": "0"}, Duration(3, hours=4)),
    "the same span twice": ({"DurationDays": 120, "DurationHours": 2880}, Duration(3, days=120)),
    "id zero": ({"DurationID": 0, "DurationHours": 1}, Duration(0, hours=1)),
    "no models": ({"LockModels": None}, Duration(3, hours=4)),
}


@pytest.mark.parametrize(("change", "duration"), READ.values(), ids=READ)
def test_a_duration_is_read_in_each_form_seen(change, duration, client, sandbox):
    says(sandbox, [{**ROW, **change}], "/durations")
    assert client.directory(["KL1060"]).grids[0].durations == (duration,)


UNREADABLE = [
    [],
    {},
    [{**ROW, "Mode": "rental"}],
    [{**ROW, "SubMode": "single-use"}],
    [{**ROW, "DurationID": None}],
    [{**ROW, "DurationHours": 0}],
    [{**ROW, "DurationDays": 2}],
    [{**ROW, "DurationHours": True}],
    ["x"],
    None,
]


@pytest.mark.parametrize("body", UNREADABLE, ids=str)
def test_durations_that_cannot_be_read_are_not_taken_for_none(body, client, sandbox):
    says(sandbox, body, "/durations")
    with pytest.raises(Garbled):
        client.directory(["KL1060"])


def test_a_row_of_another_model_is_not_this_models(client, sandbox):
    other = {**ROW, "DurationID": 7, "LockModels": "KL1550,K3CONNECT"}
    says(sandbox, [ROW, other], "/durations")
    assert client.directory(["KL1060"]).grids[0].durations == (Duration(3, hours=4),)


@pytest.mark.parametrize("form", ["array", "object"])
def test_c_c22_a_rule_is_read_from_both_forms(form, client, codelocks):
    codelocks.switch["rule_form"] = form
    rule = client.rule("K3CONNECT", 12)
    assert (rule.duration, rule.start_text) == (Duration(12, days=1), "00:00")
    assert (rule.applies_dst, rule.converts_to_utc, rule.mode) == (True, False, "standard")


@pytest.mark.parametrize(
    "body", [[], {}, {"DurationID": 0, "Duration": []}, {"DurationID": 0, "Duration": {"Days": 0}}]
)
def test_c_c22_a_rule_without_a_length_is_garbled(body, client, sandbox):
    says(sandbox, body, "/duration/")
    with pytest.raises(Garbled):
        client.rule("KL1060", 0)


def test_a_rule_of_no_duration_is_refused(client):
    with pytest.raises(Refused):
        client.rule("KL1060", 99)


@pytest.mark.parametrize(
    "facts",
    [{"BatteryStatus": "UNKNOWN"}, {"BatteryUpdated": "1970-01-01T00:00:00"}, {"BatteryStatus": None}],
)
def test_c_c23_a_battery_never_heard_of_is_unknown_and_not_dead(facts, client, codelocks):
    codelocks.account.facts[K3] = facts
    door = one_door(client)
    assert (door.battery, door.battery_text) == (None, "unknown")


@pytest.mark.parametrize(("status", "battery"), [("FULL", 1.0), ("LOW", None)])
def test_c_c23_a_battery_heard_of_is_told_in_the_vendors_word(status, battery, client, codelocks):
    codelocks.account.facts[K3] = {"BatteryStatus": status}
    door = one_door(client)
    assert (door.battery, door.battery_text) == (battery, status)


def test_what_the_vendor_lists_beyond_its_documentation_is_not_kept(client, codelocks):
    codelocks.account.facts[K3] = {"LockTimecode": "202511161623"}
    raw = one_door(client).raw
    assert raw["modelname"] == "CL5510"
    assert "locktimecode" not in raw


def test_a_door_that_cannot_be_read_is_rejected_and_the_rest_goes_on(client, sandbox):
    says(sandbox, [{"LockID": K3, "LockName": "Side door"}, {"LockId": "account"}, "x"], "/k3connect")
    listing = client.directory([]).doors
    assert [door.ref for door in listing.records] == [K3]
    assert [rejected.ref for rejected in listing.rejected] == ["account", ""]


@pytest.mark.parametrize("body", [{}, None, {"message": "x"}])
def test_doors_that_cannot_be_read_are_not_taken_for_none(body, client, sandbox):
    says(sandbox, body, "/k3connect")
    with pytest.raises(Garbled):
        client.directory([])
