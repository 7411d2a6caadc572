"""What people who look after a site ask for: one user, doors, validation, counts, the next card number."""

from __future__ import annotations

import json

import pytest

from integrations.errors import Garbled, Misconfigured, NotReleased, Refused, Unavailable
from integrations.types import CardSite
from tests.integrations.lockt.conftest import END, START, order

POST = "POST /api/v1/door"


def answering(site, match, data, **how):
    site.fail("status", match, status=200, body=json.dumps(data), **how)


def names(site):
    return [door.name for door in site.doors.values()]


@pytest.mark.parametrize("levels", [True, False])
def test_l_c20_a_user_is_found_by_the_vendors_id_and_by_ours(client, site, levels):
    site.switch["levels_on_single"] = levels
    [outcome] = client.issue([order()])
    for found in (client.user(outcome.record.ref), client.user_by_key("LK-1")):
        assert (found.key, found.starts_at, found.ends_at) == ("LK-1", START, END)
        assert found.level_refs == (("11",) if levels else None)


@pytest.mark.parametrize("position", ["empty", "404"])
def test_a_user_that_is_not_there_is_none(client, site, position):
    site.switch["not_found"] = position
    assert client.user("999") is None
    assert client.user_by_key("LK-9") is None


def test_l_c12_nobody_is_looked_for_by_an_empty_key(client, site):
    for ask in (lambda: client.user_by_key(" "), lambda: client.user("LK-1"), lambda: client.user("")):
        with pytest.raises(Refused):
            ask()
    assert site.journal == []


@pytest.mark.parametrize("rows", [[{"id": 8}], [{"id": 7}, {"id": 7}], [{"id": "x"}]], ids=str)
def test_an_answer_about_somebody_else_is_not_believed(client, site, rows):
    answering(site, "GET /api/v1/user", {"data": rows})
    with pytest.raises(Garbled):
        client.user("7")


@pytest.mark.parametrize("shape", ["object", "list", "texts"])
def test_l_c27_a_search_that_failed_is_not_nobody(client, site, shape):
    site.switch["read_error"] = shape
    error = site.error("denied", 200).get_data(as_text=True)
    site.fail("status", "GET /api/v1/user", status=200, body=error)
    with pytest.raises(Unavailable, match="denied"):
        client.user("7")


def test_doors_are_made_in_the_order_of_their_names(client, site):
    made = client.create_doors(["Shed", "  Back   gate "])
    assert [(one.key, one.record.name) for one in made] == [("Shed", "Shed"), ("Back gate", "Back gate")]
    assert names(site)[2:] == ["Shed", "Back gate"]


def test_l_c7_doors_are_made_with_their_option_stated(client, site):
    client.create_doors(["Shed"])
    assert site.writes(POST)[0]["options"] == {"validate_fails_batch": "false"}


def test_a_door_that_is_there_is_not_made_again(client, site):
    [made] = client.create_doors(["Hall A front"])
    assert made.record.ref == "501"
    assert site.calls(POST) == []


def test_a_door_named_twice_is_one_door_and_one_without_a_name_is_none(client, site):
    first, second, nameless = client.create_doors(["Shed", "Shed", " "])
    assert first.record == second.record
    assert isinstance(nameless.error, Refused)
    assert names(site)[2:] == ["Shed"]


@pytest.mark.parametrize("kind", ["drop_before", "drop_after", "status"])
def test_l_c21_doors_whose_answer_was_lost_are_made_once(kind, client, site):
    site.fail(kind, POST)
    assert all(one.record for one in client.create_doors(["Shed", "Gate"]))
    assert names(site)[2:] == ["Shed", "Gate"]


@pytest.mark.parametrize("partial", ["counters", "list", "data", "400"])
def test_l_c4_a_door_that_somebody_else_made_meanwhile_is_taken_as_it_is(client, site, partial):
    site.switch["partial"] = partial
    right = site.post_door

    def race(request):
        if not site.calls(POST):
            site.add_door(700, "Shed")
        return right(request)

    site.post_door = race
    shed, gate = client.create_doors(["Shed", "Gate"])
    assert (shed.record.ref, gate.record.name) == ("700", "Gate")


def test_l_c10_a_door_that_the_vendor_ignores_is_not_taken_for_made(client, site):
    answering(site, POST, {"data": {"submitted": 1, "inserted": 0, "updated": 0, "errors": 0}})
    [made] = client.create_doors(["Shed"])
    assert "ignored" in made.error.text


def test_l_c4_a_complaint_without_an_echo_is_about_the_only_door(client, site):
    answering(site, POST, {"result": ["Validation errors found."], "errors": [{"error": ["too long"]}]})
    [made] = client.create_doors(["Shed"])
    assert made.error.text == "too long"


def test_counters_as_wrong_as_in_the_samples_make_a_door_all_the_same(client, site):
    site.switch["odd_counters"] = True
    assert client.create_doors(["Shed"])[0].record


def test_l_c5_doors_go_in_batches_that_the_vendor_takes(client, site):
    site.switch["max_batch"] = 2
    assert all(one.record for one in client.create_doors([f"Door {number}" for number in range(5)]))


def test_l_c23_a_wrong_key_stops_the_making_of_doors(client, site):
    site.fail("status", POST, status=401)
    with pytest.raises(Misconfigured):
        client.create_doors(["Shed"])
    assert len(site.calls(POST)) == 1


@pytest.mark.parametrize("status", [404, 501])
def test_l_c24_what_is_pending_at_the_vendor_is_not_released(client, site, status):
    for match in ("uservalidate", "nextcardnum"):
        site.fail("status", match, status=status)
    for ask in (lambda: client.validate([order()]), client.next_card_number, lambda: client.reissue("81")):
        with pytest.raises(NotReleased):
            ask()


def test_l_c24_validation_commits_nothing(client, site):
    site.switch["released"] = ("uservalidate",)
    assert [outcome.error for outcome in client.validate([order(1), order(2)])] == [None, None]
    assert site.user("LK-1") is None
    [call] = site.calls("uservalidate")
    assert json.loads(call.body)["options"] == {
        "update_existing": "true",
        "validate_fails_batch": "false",
        "replace_privileges": "true",
    }


@pytest.mark.parametrize("partial", ["counters", "list", "data", "400"])
def test_l_c24_what_would_be_refused_is_never_told_as_accepted(client, site, partial):
    site.switch |= {"released": ("uservalidate",), "partial": partial}
    orders = [order(1), order(2, level_refs=("99",))]
    first, second = (outcome.error for outcome in client.validate(orders))
    assert isinstance(second, Refused)
    assert (first is None) is (partial != "counters")  # without a name it may be either
    assert site.user("LK-1") is None


@pytest.mark.parametrize("status", [200, 400])
def test_l_c24_validation_names_the_orders_that_would_be_refused(client, site, status):
    error = {"error": ["Invalid email address found: a@@b"], "input_data": {"id": -1, "id_num": "LK-2"}}
    body = {"result": ["Validation errors found. Details provided."], "errors": [error]}
    site.fail("status", "uservalidate", status=status, body=json.dumps(body))
    orders = [order(1), order(2), order(3, card_number="x")]
    first, second, third = (outcome.error for outcome in client.validate(orders))
    assert first is None
    assert "Invalid email" in second.text
    assert "a@@b" not in second.text
    assert "digits" in third.text


def test_l_c24_a_validation_without_an_answer_is_no_approval(client, site):
    site.fail("drop_before", "uservalidate", times=9)
    with pytest.raises(Unavailable):
        client.validate([order()])


NUMBERS = [[{"card_num": "20418"}], {"card_num": 20418}, "20418", 20418, [20418], {"next": "20418"}]


@pytest.mark.parametrize("data", NUMBERS, ids=str)
def test_l_c24_the_next_card_number_is_read_in_any_form(client, site, data):
    answering(site, "nextcardnum", {"data": data})
    assert client.next_card_number() == "20418"


@pytest.mark.parametrize("data", [[], {}, "x", [1, 2], {"card_num": None}, {"count": 3}, True, None], ids=str)
def test_l_c24_what_is_no_card_number_is_not_guessed(client, site, data):
    answering(site, "nextcardnum", {"data": data})
    with pytest.raises(Garbled):
        client.next_card_number()


def test_l_c13_the_next_card_number_is_the_vendors(client, site):
    site.switch["released"] = ("nextcardnum",)
    assert client.next_card_number() == "30008"


def test_claimed_and_unclaimed_credentials_are_counted(client, site):
    [outcome, _] = client.issue([order(1), order(2)])
    site.claim(outcome.record.secret)
    for shape in ("list", "object", "by status"):
        site.switch["summary"] = shape
        summary = client.credential_summary()
        assert (summary.claimed, summary.unclaimed) == (1, 1)


COUNTED = {
    "object": ({"claimed": 3, "unclaimed": "4"}, 3, 4),
    "by status": (
        [{"claim_status": "Claimed", "count": 3}, {"claim_status": "Unclaimed", "count": 4}],
        3,
        4,
    ),
    "long names": ({"TotalClaimedCredentials": 3, "total_unclaimed": 4}, 3, 4),
    "named": ({"site": "Unclaimed Hall", "claimed": 3}, 3, None),
    "nested": ({"claimed": {"count": 3}, "unclaimed": {"count": 4}}, 3, 4),
    "a total": ({"total": 7}, None, None),
    "nothing": ([], None, None),
    "words": ("many", None, None),
}


@pytest.mark.parametrize(("data", "claimed", "unclaimed"), COUNTED.values(), ids=COUNTED)
def test_a_summary_of_unknown_shape_is_read_as_far_as_it_speaks(client, site, data, claimed, unclaimed):
    answering(site, "credentialsummary", {"data": data})
    summary = client.credential_summary()
    assert (summary.claimed, summary.unclaimed) == (claimed, unclaimed)
    assert summary.raw == {"data": data}


@pytest.mark.parametrize("body", ["{}", "[]", "", "<html>", '{"data": null}'])
def test_a_summary_that_is_none_is_garbled(client, site, body):
    site.fail("status", "credentialsummary", status=200, body=body)
    with pytest.raises(Garbled):
        client.credential_summary()


@pytest.mark.parametrize("shape", ["object", "list", "texts"])
def test_l_c3_an_error_in_a_200_is_no_summary(client, site, shape):
    site.switch["read_error"] = shape
    body = site.error("no such thing", 200).get_data(as_text=True)
    site.fail("status", "credentialsummary", status=200, body=body)
    with pytest.raises(Unavailable, match="no such thing"):
        client.credential_summary()


def test_the_flow_knows_what_this_client_can_do(client):
    assert isinstance(client, CardSite)
