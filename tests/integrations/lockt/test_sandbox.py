"""The stand-in itself: as strict and as odd as the vendor's page says (L-S1 to L-S16)."""

from __future__ import annotations

import pickle
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from tests.integrations.lockt.conftest import DURING, ROW

UPDATE = {"update_existing": "true", "validate_fails_batch": "false", "replace_privileges": "true"}


@pytest.mark.parametrize("header", ["apiuser", "apikey"])
def test_l_s1_both_keys_are_needed(call, header):
    assert call("GET", "door", **{header: "wrong"}).status_code == 401
    assert call("GET", "door", **{header: None}).json() == {
        "data": {"error": "Access to the indicated resource was denied."}
    }


@pytest.mark.parametrize("status", [400, 415])
def test_l_s1_the_content_type_is_needed_even_to_read(call, site, status):
    site.switch["content_type_status"] = status
    assert call("GET", "door", Content_Type="text/plain").status_code == status


@pytest.mark.parametrize(
    "name",
    [
        "user",
        "door",
        "doorstate",
        "accesslevel",
        "schedule",
        "credential",
        "credentialsummary",
        "fob",
        "events",
    ],
)
def test_l_s2_every_released_read_gives_a_list(call, name):
    assert isinstance(call("GET", name).json()["data"], list)


def test_l_s2_reads_have_the_vendors_oddities(call, post, site):
    post(ROW)
    site.use_door(501, "20417", at=DURING)
    single = call("GET", "user?idnum=BK-1").json()["data"][0]
    assert "accesslevels" not in single
    assert single["access_effective"] == "2026-03-09T09:00:00.000Z"
    assert "doors" not in call("GET", "accesslevel").json()["data"][2]
    assert isinstance(call("GET", "credential").json()["data"][0]["user"], list)
    assert "subcode" not in call("GET", "events").json()["data"][0]
    assert "battery_level" not in call("GET", "doorstate").json()["data"][1]


def test_l_s3_pending_endpoints_are_missing_until_they_are_released(call, site):
    assert call("GET", "nextcardnum").status_code == 404
    assert call("POST", "uservalidate", {}).status_code == 404
    site.switch["released"] = ("nextcardnum", "uservalidate", "reissue", "fobcheck")
    assert call("GET", "nextcardnum").json()["data"] == [{"card_num": "30008"}]
    assert call("POST", "credential", {}).status_code == 200


@pytest.mark.parametrize(
    "body", [None, [], {}, {"doors": [ROW]}, {"users": []}, {"users": ROW}, {"users": ["x"]}]
)
def test_l_s4_a_body_that_is_not_the_vendors_is_refused(call, body):
    answered = call("POST", "user", body)
    assert (answered.status_code, answered.json()["result"][0][:36]) == (
        400,
        "No data found or invalid JSON object",
    )


def test_l_s4_a_hundred_rows_are_the_most(post):
    rows = [{"id_num": f"BK-{number}"} for number in range(101)]
    assert post(*rows).json()["result"] == ["Batch size exceeds maximum of 100 objects."]
    assert post(*rows[:100]).json()["data"]["inserted"] == 100


@pytest.mark.parametrize("status", [429, 409, 400])
def test_l_s5_two_writes_at_once_are_one_too_many(post, site, monkeypatch, status):
    monkeypatch.undo()
    site.switch |= {"latency": 0.2, "overlap_status": status}
    with ThreadPoolExecutor(2) as pool:
        answers = [done.status_code for done in pool.map(post, [ROW, {**ROW, "id_num": "BK-2", "email": ""}])]
    assert sorted(answers) == sorted([200, status])
    assert [write["overlapped"] for write in site.writes()].count(True) == 1


def test_l_s5_whether_writes_of_two_kinds_overlap_is_a_switch(call, post, site):
    for scope, status in [("site", 429), ("endpoint", 200)]:
        site.switch["overlap_scope"] = scope
        site._writing = site._busy["/api/v1/user"] = 1  # somebody else's write, under way
        assert call("POST", "door", {"doors": [{"name": scope}]}).status_code == status
        assert post(ROW).status_code == 429


@pytest.mark.parametrize("value", ["yes", 1, None, ""])
def test_l_s6_an_option_is_a_boolean_or_its_name(post, value):
    assert post(ROW, update_existing=value).status_code == 400


def test_l_s6_left_out_options_are_the_dangerous_ones(post, site):
    post(ROW)
    assert post({**ROW, "enabled": "false"}).json()["data"]["updated"] == 0
    assert site.opens(501, "20417", DURING)
    post({"id_num": "BK-1"}, update_existing="True")
    assert site.user("BK-1").levels == []


@pytest.mark.parametrize("false", ["false", "FALSE", False])
def test_l_s6_false_means_false(post, site, false):
    post(ROW)
    post({**ROW, "accesslevels": [{"id": 12}], "enabled": false}, **{**UPDATE, "replace_privileges": false})
    assert (site.user("BK-1").levels, site.user("BK-1").enabled) == ([11, 12], False)


@pytest.mark.parametrize(
    "row", [ROW, {**ROW, "email": ""}, {**ROW, "id_num": "BK-2", "email": "IDA@example.test"}]
)
def test_l_s7_who_matches_by_id_or_email_is_ignored_in_silence(post, row):
    post(ROW)
    assert post(row).json() == {"data": {"submitted": 1, "inserted": 0, "updated": 0, "errors": 0}}


def test_l_s7_empty_text_matches_nobody(post):
    blank = {"id_num": "", "email": ""}
    post(blank)
    assert post(blank, **UPDATE).json()["data"]["inserted"] == 1


def test_l_s7_a_row_that_hits_two_users_is_an_error(post):
    post(ROW, {"id_num": "BK-2"})
    assert post({**ROW, "id_num": "BK-2"}, **UPDATE).json()["data"]["errors"] == 1


@pytest.mark.parametrize("blank", [True, False])
def test_l_s8_an_update_blanks_what_it_leaves_out(post, site, blank):
    site.switch["blank_on_update"] = blank
    post(ROW)
    post({"id_num": "BK-1"}, **UPDATE)
    assert (site.user("BK-1").phone == "", site.user("BK-1").expires is None) == (blank, blank)


@pytest.mark.parametrize(
    ("bad", "text"),
    [
        ({"card_num": "A8914"}, "Non-Numeric card_num found: A8914"),
        ({"card_num": "30007"}, "Duplicate card_num found: 30007"),
        ({"email": "r@@@x.com"}, "Invalid email address found: r@@@x.com"),
        ({"accesslevels": [{"id": 99}]}, "Access level not found: 99"),
        ({"access_expires": "2026-03-09T12:00:00Z"}, "Invalid date format found: 2026-03-09T12:00:00Z"),
        (
            {"access_expires": "2026-03-01 12:00:00"},
            "access_expires precedes access_effective: 2026-03-01 12:00:00",
        ),
        ({"accesslevels": [{"id": [11]}]}, "Access level not found: [11]"),
        ({"enabled": "perhaps"}, "Invalid enabled found: perhaps"),
    ],
)
def test_l_s9_bad_rows_are_named_and_echoed(post, bad, text):
    answered = post({**ROW, **bad, "pin": "0986"})
    [error] = answered.json()["errors"]
    assert (answered.status_code, error["error"]) == (400, [text])
    assert (error["input_data"]["id"], error["input_data"]["pin"]) == (-1, "0986")


def test_l_s9_the_echo_of_what_is_there_has_its_own_id(call, post, site):
    post(ROW)
    user = post({**ROW, "id": 4432, "card_num": "x"}, **UPDATE | {"validate_fails_batch": "true"}).json()
    fob = call("PUT", "fob", {"fobs": [{"id": "7001", "user_id": "1"}]}).json()
    shown = [said["errors"][0]["input_data"]["id"] for said in (user, fob)]
    assert shown == [site.user("BK-1").id, 7001]


def test_l_s14_a_batch_of_fobs_is_broken_off_too(call, site):
    site.fail("terminated", "POST /api/v1/fob")
    fobs = [{"name": f"Fob {n}", "id_num": f"F{n}", "card_num": str(500 + n)} for n in (1, 2)]
    answered = call("POST", "fob", {"fobs": fobs})
    assert (answered.status_code, "Unable" in answered.text) == (400, True)
    assert [row["id_num"] for row in call("GET", "fob").json()["data"]] == ["FOB-07", "F1"]


def test_l_s9_a_door_is_made_once(call, site):
    made = call("POST", "door", {"doors": [{"name": "Door 1"}]})
    again = call("POST", "door", {"doors": [{"name": "Door 1"}]})
    assert made.json()["data"]["inserted"] == 1
    assert again.json()["errors"][0]["error"] == ["Door Name Already Exists: Door 1"]
    assert [door.name for door in site.doors.values()].count("Door 1") == 1


def test_l_s10_one_bad_row_fails_a_batch_unless_told_otherwise(post, site):
    bad = {"id_num": "BK-2", "card_num": "x"}
    assert post(ROW, bad).json()["result"] == ["Validation errors found. Batch has failed. Details provided."]
    assert site.user("BK-1") is None
    assert post(ROW, bad, **UPDATE).json()["data"] == {
        "submitted": 2,
        "inserted": 1,
        "updated": 0,
        "errors": 1,
    }
    assert site.user("BK-1")


@pytest.mark.parametrize(("style", "status"), [("counters", 200), ("list", 200), ("data", 200), ("400", 400)])
def test_l_s10_a_partial_batch_answers_in_one_of_four_forms(post, site, style, status):
    site.switch["partial"] = style
    answered = post(ROW, {"card_num": "x"}, **UPDATE)
    assert (answered.status_code, "Non-Numeric" in answered.text) == (status, style != "counters")
    assert site.user("BK-1")


def test_l_s14_a_terminated_batch_is_half_done(post, site):
    site.fail("terminated", "POST")
    answered = post(ROW, {"id_num": "BK-2"}, **UPDATE)
    assert answered.json()["result"][0].startswith("Unable to enumerate dependant record.")
    assert (site.user("BK-1") is None, site.user("BK-2")) == (False, None)


def test_l_s15_counters_may_be_as_wrong_as_in_the_samples(call, post, site):
    site.switch["odd_counters"] = True
    post(ROW)
    assert call("POST", "door", {"doors": [{"name": "D"}]}).json()["data"]["updated"] == 1
    assert post(ROW, **UPDATE).json()["data"]["inserted"] == 1


def test_l_s16_the_journal_has_options_and_nothing_private(post, site):
    post({**ROW, "pin": "0986"}, **UPDATE)
    [write] = site.writes()
    assert (write["options"], write["rows"], write["status"]) == (UPDATE, 1, 200)
    assert not [one for one in ("ida@", "0986", "4917") if one in site.journal[0].body]


def test_the_page_can_play_a_guest(post, site):
    post(ROW)
    actions = {action.name: action.run for action in site.actions()}
    key = site.credential("20417").key
    site.clock.move(timedelta(hours=2))
    assert (actions["claim"](key=key), actions["claim"](key="x")) == ("claimed", "no credential has this key")
    assert actions["use"](door_id="501", card_number="20417") == "the door opens"
    assert actions["disable"](id_num="BK-1") == "disabled"
    assert actions["use"](door_id="501", card_number="20417") == "the door stays closed"
    assert len(site.state()["events"]) == 2


def test_the_state_survives_a_restart(post, site):
    post(ROW)
    site._writing = 1
    again = pickle.loads(pickle.dumps(site))  # noqa: S301 our own
    assert again.opens(501, "20417", DURING)
    assert again._writing == 0
