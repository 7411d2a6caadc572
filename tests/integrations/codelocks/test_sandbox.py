"""The stand-in is as strict as the vendor: prefixes, keys, quotas, parameters, switches (C-S1 to C-S13)."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from integrations.sandbox.codelocks import CodelocksSandbox
from tests.integrations.codelocks.support import IDENTIFIER, KIT, TIMECODE

NETCODE = f"/n/1/netcode/{TIMECODE}"
ASKED = {"start": "2026-03-10 13:00", "duration": "2", "lockmodel": "KL1060", "identifier": IDENTIFIER}


def test_c_s1_each_call_needs_the_key(send):
    for key in ("", "wrong"):
        response = send(NETCODE, key=key, params=ASKED)
        assert (response.status_code, response.json()) == (403, {"message": "Forbidden"})


@pytest.mark.parametrize(
    "path", [f"/u/1/netcode/{TIMECODE}", "/n/1/durations", "/n/2/netcode/1", "/netcode/1"]
)
def test_c_s1_a_call_under_the_wrong_prefix_is_no_call(path, send):
    assert send(path, params=ASKED).status_code == 403


def test_c_s1_plain_http_can_be_refused(send, codelocks):
    codelocks.switch["https_only"] = True
    assert send(NETCODE, params=ASKED).status_code == 403


def test_a_mode_is_listed_with_the_models_that_have_it_and_no_others(send):
    modes = send("/u/1/durations", params={"operation": "MODES"}).json()
    assert [row["LockModels"] for row in modes if row["Mode"] == "rental"] == ["KL1060,KL1060C2"]


def test_a_c2s_random_group_never_begins_with_a_zero(send, codelocks):
    for minute in range(40):  # of which some four would
        codelocks.clock.set(datetime(2026, 3, 10, 12, minute, tzinfo=UTC))
        answer = send("/u/1/init", params={"lockmodel": "KL1060C2", "randomid": "true"})
        assert answer.json()["InitSeq"].split("•")[2][0] != "0"


def test_c_s2_failures_count_too_and_the_counters_are_apart(send, codelocks):
    send(NETCODE)
    codelocks.fail("status", "/durations", status=500)
    send("/u/1/durations")
    send("/u/1/durations")
    assert (codelocks.paid("netcode"), codelocks.paid("utility")) == (1, 2)


def test_c_s2_over_the_quota_nothing_is_answered_until_the_next_month(send, codelocks):
    codelocks.switch |= {"netcode_quota": 1, "utility_quota": 1}
    assert [send("/u/1/durations").status_code for _ in range(2)] == [200, 429]
    assert send(NETCODE, params=ASKED).status_code == 200
    response = send(NETCODE, params=ASKED)
    assert (response.status_code, response.json()) == (429, {"message": "Limit Exceeded"})
    codelocks.clock.set(datetime(2026, 4, 1, tzinfo=UTC))
    assert send(NETCODE, params=ASKED).status_code == 200
    assert (codelocks.paid("netcode"), codelocks.paid("netcode", "2026-03")) == (1, 1)


@pytest.mark.parametrize("name", ASKED)
def test_c_s3_a_missing_parameter_is_404(name, send):
    rest = {other: value for other, value in ASKED.items() if other != name}
    assert send(NETCODE, params=rest).status_code == 404


BAD = [{"start": "2026-03-10T13:00"}, {"start": "2026-02-30 13:00"}, {"start": "2026-03-10 1:00"}]
BAD += [{"duration": "x"}, {"lockmodel": "KL1"}, {"lockmodel": "K3CONNECT"}, {"start": "2026-03-10 13:30"}]


@pytest.mark.parametrize("change", BAD, ids=str)
def test_c_s3_a_bad_value_is_400_with_json_as_text(change, send):
    response = send(NETCODE, params={**ASKED, **change})
    assert response.status_code == 400
    assert json.loads(response.json()["Message"])[0].startswith("[Invalid Data]")


@pytest.mark.parametrize(("position", "status", "text"), [("401", 401, ""), ("400", 400, None)])
def test_c_s3_a_bad_access_key_is_an_empty_401_or_a_400(position, status, text, send, codelocks):
    codelocks.switch["bad_access_key"] = position
    response = send("/u/1/k3connect", params={"accesskey": "wrong"})
    assert response.status_code == status
    assert text in (None, response.text)


def test_c_s3_one_lock_that_is_not_there_is_404_and_elsewhere_400(send, codelocks):
    fields = {"accesskey": codelocks.secrets["access_key"]}
    assert send(f"/u/1/k3connect/{'f' * 32}", params=fields).status_code == 404
    assert send(f"/u/1/k3connect/{'f' * 32}/clients", params=fields).status_code == 400


def test_c_s4_the_same_question_has_the_same_answer_and_each_part_of_it_counts(send):
    def code(path=NETCODE, **change):
        return send(path, params={**ASKED, **change}).json()["ActualNetcode"]

    others = [
        code(start="2026-03-10 14:00"),
        code(duration="3"),
        code(identifier="1"),
        code(NETCODE[:-1] + "4"),
    ]
    assert code() == code()
    assert code() not in others


def test_c_s5_the_start_is_truncated_by_switch(send, codelocks):
    codelocks.switch["start_rule"] = "truncate"
    hours, days = ({**ASKED, "start": "2026-03-10 13:22", "duration": name} for name in ("2", "12"))
    assert send(NETCODE, params=hours).json()["Startdate"] == "2026-03-10 13:00:00"
    assert send(NETCODE, params=days).json()["Startdate"] == "2026-03-10 00:00:00"


def test_c_s5_a_day_begins_at_midnight(send):
    assert send(NETCODE, params={**ASKED, "duration": "12"}).status_code == 400


def test_c_s7_a_kitlocks_seed_is_not_checked(send, codelocks):
    response = send(
        "/n/1/netcode/999999999999", params={**ASKED, "identifier": codelocks.secrets["access_key"]}
    )
    assert response.json()["ActualNetcode"].isdigit()


def test_c_s8_the_table_has_rentals_for_some_models_only(send):
    def modes(model):
        rows = send("/u/1/durations", params={"lockmodel": model, "operation": "MODES"}).json()
        return [row["Mode"] for row in rows]

    assert (modes("KL1060"), modes("KL1550")) == (["standard", "rental"], ["standard"])
    assert len(send("/u/1/durations").json()) == 38


@pytest.mark.parametrize(("switch", "status"), [("example", 200), ("404", 404), ("403", 403)])
def test_the_id_of_a_duration_may_be_left_out_as_the_page_says(switch, status, send, codelocks):
    codelocks.switch["no_duration_id"] = switch
    answers = [send(f"/u/1/duration{end}", params={"lockmodel": "KL1060"}) for end in ("", "/")]
    assert [answer.status_code for answer in answers] == [status, status]
    told = [answer.json().get("DurationID") for answer in answers]
    assert told == [0 if status == 200 else None] * 2


def test_c_s13_answers_have_unknown_keys_and_nulls(send):
    body = send(NETCODE, params=ASKED).json()
    assert {"Colour", "Beta"} <= body.keys()
    assert body["Colour"] is None


@pytest.mark.parametrize(("form", "kind"), [("array", list), ("object", dict)])
def test_the_account_has_two_forms(form, kind, send, codelocks):
    codelocks.switch["account_form"] = form
    response = send("/u/1/k3connect/account", params={"accesskey": codelocks.secrets["access_key"]})
    assert isinstance(response.json(), kind)


def test_an_initialisation_is_always_in_utc(send):
    body = send(
        "/u/1/init", params={"lockmodel": "Kl1060", "timezone": "Europe/London", "randomid": "true"}
    ).json()
    assert body["TimeCode"] == "202603090800"
    assert body["InitSeq"].endswith("260309•0800")
    for wrong in ({"lockmodel": "KL1060G3"}, {"timezone": "Mars"}, {"randomid": "yes"}):
        assert send("/u/1/init", params=wrong).status_code == 400


def test_the_sample_of_periods_is_a_text(send):
    assert json.loads(send("/u/1/k3connect/help/spcconfig").json()["activeperiods"])["0"]["enabled"] is True


def test_the_page_shows_no_code_and_no_key(send, codelocks):
    code = send(NETCODE, params=ASKED).json()["ActualNetcode"]
    shown = json.dumps(codelocks.state())
    assert all(secret not in shown for secret in (code, *codelocks.secrets.values()))
    assert codelocks.state()["locks"][0]["shows"] == "2026-03-09 08:00"


def test_the_page_can_type_a_code_in(send, codelocks):
    code = send(NETCODE, params=ASKED).json()["ActualNetcode"]
    codelocks.clock.set(datetime(2026, 3, 10, 13, 30, tzinfo=UTC))
    acts = {action.name: action for action in codelocks.actions()}
    assert acts["open_door"].run(lock=KIT, code=code) == f"{KIT} opens"
    acts["block"].run(lock=KIT, code=code)
    assert acts["open_door"].run(lock=KIT, code=code) == f"{KIT} stays shut"


def test_an_unknown_switch_is_an_error():
    with pytest.raises(TypeError):
        CodelocksSandbox(colour="red")
