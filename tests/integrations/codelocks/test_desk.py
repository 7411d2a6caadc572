"""What staff ask for by hand: commissioning a KitLock, modes, the account, the vendor's help."""

from __future__ import annotations

import json
import logging

import pytest

from integrations.errors import Garbled, Misconfigured, Refused, Unavailable
from integrations.types import Commissioning, LockMemory
from tests.integrations.codelocks.support import client_of, says

MASTER = "77553311"


def test_the_init_sequence_is_for_the_moment_at_which_it_is_asked_for(client):
    asked = client.init("KL1060", "Europe/Berlin", master_code=MASTER)
    assert asked.sequence.startswith(f"#{MASTER}•99•")
    assert (asked.timecode, asked.timecode_text) == ("202603090800", "202603090800")
    assert (asked.format, bool(asked.format_text)) == ("#M•99•ID•YYMMDD•hhmm", True)


def test_the_lock_number_is_the_default_one_unless_a_random_one_is_wanted(client):
    plain, random = (client.init("kl1060", random_id=wanted).sequence for wanted in (False, True))
    assert "•123456•" in plain
    assert "•123456•" not in random


def test_c_c1_neither_the_sequence_nor_a_master_code_is_in_what_is_shown_or_logged(client, caplog):
    caplog.set_level(logging.DEBUG, "integrations")
    asked = client.init("KL1060", master_code=MASTER)
    told = f"{asked!r} {asked} {caplog.text}"
    assert not [one for one in (MASTER, asked.sequence, asked.default_master_code) if one in told]


@pytest.mark.parametrize("status", [400, 422, 502])
def test_c_c1_a_master_code_that_the_vendor_repeats_is_masked(status, client, codelocks):
    body = json.dumps({"message": f"bad mastercode {MASTER}"})
    codelocks.fail("status", "/init", status=status, body=body, content_type="application/json")
    with pytest.raises((Refused, Unavailable), match="mastercode •••") as caught:
        client.init("KL1060", master_code=MASTER)
    assert MASTER not in caught.value.text


@pytest.mark.parametrize("kind", ["status", "drop_before"])
def test_an_init_that_failed_is_not_asked_again_by_itself(kind, client, codelocks):
    codelocks.fail(kind, "/init", times=9)
    with pytest.raises(Unavailable):
        client.init("KL1060")
    assert codelocks.paid("utility") == 1


SENSELESS = {
    "a K3 lock": ("K3CONNECT", "", ""),
    "a G3 lock": ("KL1060G3", "", ""),
    "no model": ("", "", ""),
    "no such zone": ("KL1060", "Mars/Olympus", ""),
    "a zone that is a path": ("KL1060", "../etc/passwd", ""),
    "letters": ("KL1060", "", "12ab"),
    "too short": ("KL1060", "", "123"),
}


@pytest.mark.parametrize(("model", "zone", "master"), SENSELESS.values(), ids=SENSELESS)
def test_c_c3_an_init_that_cannot_be_right_costs_no_call(model, zone, master, client, codelocks):
    with pytest.raises(Refused) as caught:
        client.init(model, zone, master_code=master)
    assert not master or master not in caught.value.text
    assert codelocks.journal == []


@pytest.mark.parametrize("body", [[], {}, {"InitSeq": ""}, {"InitSeq": None}, None, "x"], ids=str)
def test_an_answer_without_a_sequence_is_garbled(body, client, sandbox):
    says(sandbox, body, "/init")
    with pytest.raises(Garbled):
        client.init("KL1060")


@pytest.mark.parametrize(
    ("told", "timecode"),
    [("2025/11/16/16:23", "202511161623"), ("251116", ""), (None, ""), (202511161623, "")],
)
def test_a_timecode_is_twelve_digits_or_is_left_to_be_read_by_a_person(told, timecode, client, sandbox):
    says(sandbox, {"InitSeq": "#1", "TimeCode": told}, "/init")
    assert client.init("KL1060").timecode == timecode


def test_the_modes_of_a_model_and_of_all(client, codelocks):
    assert [(one.mode, one.submode) for one in client.modes("kl1060")] == [
        ("standard", "alltime"),
        ("rental", "urm"),
    ]
    assert "KL1060G3" in client.modes()[0].models
    assert [call.query.get("lockmodel") for call in codelocks.journal] == ["KL1060", None]


@pytest.mark.parametrize("body", [[], {}, [{"SubMode": "x"}], ["standard"], None], ids=str)
def test_modes_that_cannot_be_read_are_not_taken_for_none(body, client, sandbox):
    says(sandbox, body, "/durations")
    with pytest.raises(Garbled):
        client.modes("KL1060")


@pytest.mark.parametrize("form", ["array", "object"])
def test_c_c22_the_account_is_read_from_both_forms(form, client, codelocks):
    codelocks.switch["account_form"] = form
    account = client.account()
    assert (account.email, account.status_text) == ("venue@example.test", "ACTIVE")


@pytest.mark.parametrize("body", [[], {}, [{}, {}], {"email": ""}, None, "x"], ids=str)
def test_c_c22_an_account_that_cannot_be_read_is_garbled(body, client, sandbox):
    says(sandbox, body, "/account")
    with pytest.raises(Garbled):
        client.account()


def test_an_account_without_an_access_key_has_no_k3_account(sandbox, codelocks):
    with pytest.raises(Misconfigured):
        client_of(sandbox, secrets={"access_key": ""}).account()
    assert codelocks.journal == []


def test_the_vendors_help_needs_no_access_key(sandbox, codelocks):
    told = client_of(sandbox, secrets={"access_key": ""}).spcconfig()
    assert json.loads(told)["0"]["starts"] == "00:00"
    assert codelocks.journal[0].query == {}


@pytest.mark.parametrize("body", [[], {}, {"activeperiods": ""}, {"activeperiods": 17}, None], ids=str)
def test_a_help_that_says_nothing_is_garbled(body, client, sandbox):
    says(sandbox, body, "/spcconfig")
    with pytest.raises(Garbled):
        client.spcconfig()


def test_c_c9_each_call_is_counted_once(client, codelocks):
    client.init("KL1060")
    client.modes()
    client.account()
    client.spcconfig()
    assert codelocks.paid("utility") == 4
    assert codelocks.paid("netcode") == 0


def test_the_flow_knows_what_this_client_can_do(client):
    assert isinstance(client, Commissioning)
    assert isinstance(client, LockMemory)
