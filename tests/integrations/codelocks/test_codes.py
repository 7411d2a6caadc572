"""The client asks for a code rightly, believes only a code, and counts each call (C-C1 to C-C17)."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from integrations.errors import Garbled, Misconfigured, OverBudget, Refused, Unavailable
from integrations.types import AccessProvider, Duration, Method
from integrations.vendors.codelocks import connect
from integrations.vendors.codelocks.line import next_month
from tests.conftest import NOW
from tests.integrations.codelocks.support import (
    K3,
    KIT,
    MIDNIGHT,
    START,
    TIMECODE,
    client_of,
    failure,
    k3_order,
    order,
    pin,
    says,
)
from tests.integrations.support import Memory, settings_for


def test_it_is_an_access_provider_that_can_take_nothing_back(client):
    assert isinstance(client, AccessProvider)
    assert (client.limits.revocable, client.limits.readable) == (False, False)
    assert client.look([order()]) == [None]
    assert isinstance(client.withdraw([order()])[0].error, Refused)
    assert client.events("") is None


def test_the_code_of_a_kitlock_opens_it_for_just_its_window(client, codelocks):
    code = pin(client, order())
    begins = START.replace(tzinfo=UTC)
    times = [begins + timedelta(minutes=minute) for minute in (-1, 0, 179, 180)]
    assert [codelocks.opens(KIT, code, time) for time in times] == [False, True, True, False]


def test_the_code_of_a_k3_lock_opens_it_on_its_own_clock(client, codelocks):
    code = pin(client, k3_order())
    berlin = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)  # 13:00 on the lock's clock
    assert codelocks.opens(K3, code, berlin)
    assert not codelocks.opens(K3, code, berlin + timedelta(hours=3))


def test_c_c1_the_key_is_in_each_calls_header_and_plain_http_is_refused(client, codelocks, sandbox):
    codelocks.rotate_api_key("another")
    with pytest.raises(Misconfigured, match="API key"):
        client.issue([order()])
    settings = settings_for("http://api-connect.codelocks.io", codelocks.secrets)
    with pytest.raises(Misconfigured, match="https"):
        connect(settings)


def test_c_c1_no_secret_is_logged_or_told(client, codelocks, caplog):
    caplog.set_level(logging.DEBUG)
    code = pin(client, k3_order())
    client.directory(["K3CONNECT"])
    codelocks.fail("status", "/netcode/", status=400, body=f"bad {codelocks.keys['access_key']}")
    told = caplog.text + failure(client, k3_order()).text
    for secret in (*codelocks.secrets.values(), code):
        assert secret not in told


def test_c_c2_the_versions_are_options(sandbox, codelocks):
    codelocks.switch |= {"netcode_version": "n/3", "utility_version": "u/3"}
    client = client_of(sandbox, netcode_version="n/3", utility_version="u/3")
    assert pin(client, order())
    assert client.rule("KL1060", 0)
    assert [call.path for call in codelocks.journal] == [f"/n/3/netcode/{TIMECODE}", "/u/3/duration/0"]


WRONG = {
    "model unknown": order(model="KL9999"),
    "model missing": order(model=""),
    "timecode of 11 digits": order(timecode="20251116162"),
    "timecode no date": order(timecode="202513161623"),
    "timecode with letters": order(timecode="2025111616２3"),
    "identifier of 5 digits": order(identifier="12345"),
    "identifier missing": order(identifier=""),
    "a C2's group that begins with 0": order(model="KL1060C2", identifier="012345"),
    "k3 id not hexadecimal": k3_order(ref="z" * 32),
    "k3 id with a path": k3_order(ref="../account/" + "0" * 21),
    "half past": order(start=START.replace(minute=30)),
    "seconds": order(start=START.replace(second=1)),
    "days not from midnight": order(duration=Duration(12, days=1)),
    "no length": order(duration=Duration(2)),
    "both lengths": order(start=MIDNIGHT, duration=Duration(2, hours=3, days=1)),
    "duration missing": replace(order(), duration=None),
    "start missing": replace(order(), start_local=None),
    "start with a zone": replace(order(), start_local=START.replace(tzinfo=UTC)),
    "phone": replace(order(), method=Method.PHONE),
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_c_c3_an_order_that_cannot_be_right_is_refused_before_it_costs(wrong, client, codelocks):
    with pytest.raises(Refused):
        client.check(wrong)
    assert isinstance(failure(client, wrong), Refused)
    assert codelocks.paid("netcode") == 0


def test_c_c3_a_duration_that_the_model_is_known_not_to_have_is_refused(client, codelocks):
    client.directory(["KL1550"])
    with pytest.raises(Refused, match="no such duration"):
        client.check(order(start=MIDNIGHT, duration=Duration(12, days=1), model="KL1550"))


def test_c_c4_a_locks_number_and_the_access_key_are_not_mixed_up(client, codelocks, sandbox):
    key = codelocks.keys["access_key"]
    mixed = [order(identifier=key), replace(k3_order(), lock={"model": "K3CONNECT", "identifier": "101691"})]
    errors = [failure(client, each) for each in mixed]
    assert all(isinstance(error, Refused) and key not in error.text for error in errors)
    with pytest.raises(Misconfigured, match="six digits"):
        client_of(sandbox, secrets={"access_key": "101691"}).issue([k3_order()])
    assert codelocks.paid("netcode") == 0


def test_c_c4_a_k3_lock_without_an_access_key_is_the_accounts_fault(sandbox, codelocks):
    client = client_of(sandbox, secrets={"access_key": ""})
    with pytest.raises(Misconfigured, match="access_key"):
        client.issue([k3_order()])
    assert pin(client, order())


def test_c_c7_the_id_is_sent_and_zero_is_one(client, codelocks):
    code = pin(client, order(duration=Duration(0, hours=1)))
    assert codelocks.journal[-1].query["duration"] == "0"
    assert not codelocks.opens(KIT, code, START.replace(tzinfo=UTC) + timedelta(hours=1))


def test_the_model_is_sent_in_upper_case_and_the_start_as_the_vendor_writes_it(client, codelocks):
    assert pin(client, order(model="Kl1060"))
    query = codelocks.journal[-1].query
    assert (query["lockmodel"], query["start"]) == ("KL1060", "2026-03-10 13:00")


def test_c_c9_each_call_is_in_the_ledger_before_it_is_sent(sandbox, codelocks):
    class Spent(Memory):
        def spend(self, counter, subject):
            raise OverBudget("spent")

    settings = settings_for(f"{sandbox.url}/codelocks", codelocks.secrets, meter=Spent())
    with pytest.raises(OverBudget):
        connect(settings).issue([order()])
    assert codelocks.journal == []


def test_c_c9_the_two_counters_are_kept_apart_and_name_no_secret(sandbox, codelocks):
    ledger = Memory()
    client = connect(settings_for(f"{sandbox.url}/codelocks", codelocks.secrets, meter=ledger))
    client.issue([k3_order()])
    client.directory(["KL1060"])
    assert [counter for counter, _ in ledger.spent] == ["netcode", "utility", "utility"]
    assert (codelocks.paid("netcode"), codelocks.paid("utility")) == (1, 2)
    assert codelocks.keys["access_key"] not in str(ledger.spent)


SAID_NO = [
    {"status": "error", "message": "x"},
    {"netcode": "ERROR", "status": "ok"},
    {"ActualNetcode": "ERROR"},
    {"actualnetcode": "123456", "Resultstatus": "Error: no such duration"},
    {"error": "x", "ActualNetcode": "123456"},
    {"message": "x"},
]


@pytest.mark.parametrize("body", SAID_NO)
def test_c_c10_an_error_is_one_though_its_status_is_200(body, client, sandbox):
    says(sandbox, body)
    assert type(failure(client, order())) is Refused


NO_CODE = [
    {},
    {"ActualNetcode": ""},
    {"ActualNetcode": None},
    {"ActualNetcode": 123456},
    {"ActualNetcode": "12345"},
]
NO_CODE += [
    {"ActualNetcode": "1234567"},
    {"ActualNetcode": "12345a"},
    {"ActualNetcode": "１２３４５６"},
    [],
    None,
    "x",
]


@pytest.mark.parametrize("body", NO_CODE)
def test_c_c10_what_is_not_a_code_of_the_models_length_is_not_taken_for_one(body, client, sandbox):
    says(sandbox, body)
    assert isinstance(failure(client, order()), Garbled)


@pytest.mark.parametrize("kind", ["truncate", "body"])
def test_c_c10_half_an_answer_and_a_web_page_are_garbled(kind, client, codelocks):
    codelocks.fail(kind, "/netcode/")
    assert isinstance(failure(client, order()), Garbled)


@pytest.mark.parametrize(
    ("model", "digits"), [("KL1060", 6), ("KL1060C2", 7), ("KL1060G3", 7), ("KL1550", 6)]
)
def test_c_c10_each_model_has_its_length(model, digits, client):
    assert len(pin(client, order(model=model))) == digits


@pytest.mark.parametrize(
    ("model", "digits"),
    [
        ("KL1060", 5),
        ("KL1060", 7),
        ("KL1060C2", 6),
        ("KL1060C2", 8),
        ("KL1060G3", 6),
        ("KL1550", 3),
        ("KL1550", 9),
    ],
)
def test_c_c10_a_code_of_another_models_length_is_garbled(model, digits, client, sandbox):
    says(sandbox, {"ActualNetcode": "7" * digits, "Resultstatus": "OK"})
    assert isinstance(failure(client, order(model=model)), Garbled)


@pytest.mark.parametrize("digits", [5, 7])
def test_c_c10_a_k3_locks_code_of_another_length_is_garbled(digits, client, sandbox):
    says(sandbox, {"ActualNetcode": "7" * digits, "Resultstatus": None})
    assert isinstance(failure(client, k3_order()), Garbled)


def test_c_c10_the_length_of_a_kl1550_is_an_option(sandbox, codelocks):
    for digits, fits in (("", True), (6, True), (5, False)):
        outcome = client_of(sandbox, kl1550_digits=digits).issue([order(model="KL1550")])[0]
        assert (outcome.record is not None) is fits


def test_c_c14_a_vendors_time_that_is_far_off_is_noted_and_ours_stands(client, codelocks, caplog):
    assert client.issue([order()])[0].record.note == ""
    codelocks.switch["expires_shift_hours"] = 1
    assert client.issue([order()])[0].record.note == ""
    codelocks.switch["expires_shift_hours"] = 2
    record = client.issue([order()])[0].record
    assert record.note == "Codelocks says expires 2026-03-10 18:00 instead of 2026-03-10 16:00"
    assert record.note in caplog.text
    assert record.secret not in caplog.text


def test_c_c17_leading_zeros_are_part_of_the_code(client, sandbox):
    says(sandbox, {"ActualNetcode": "004211", "Resultstatus": None, "LockID": "x"})
    assert pin(client, order()) == "004211"


SWITCHES = [{"shape": "2016"}, {"lock_key": "LockID"}, {"start_rule": "truncate"}]


@pytest.mark.parametrize("switch", SWITCHES, ids=str)
def test_each_spelling_of_the_answer_gives_the_same_code(switch, client, codelocks):
    first = pin(client, k3_order())
    codelocks.switch |= switch
    assert pin(client, k3_order()) == first


@pytest.mark.parametrize("position", ["400", "200"])
def test_an_unknown_duration_is_refused_in_the_vendors_words(position, client, codelocks):
    codelocks.switch["unknown_duration"] = position
    error = failure(client, order(duration=Duration(99, hours=3)))
    assert isinstance(error, Refused)
    assert "duration" in error.text


def test_the_next_month_begins_at_midnight_utc():
    assert next_month(NOW) == datetime(2026, 4, 1, tzinfo=UTC)
    assert next_month(datetime(2026, 12, 31, 23, 59, tzinfo=UTC)) == datetime(2027, 1, 1, tzinfo=UTC)


def test_an_account_without_an_api_key_is_misconfigured(sandbox):
    with pytest.raises(Misconfigured, match="api_key"):
        client_of(sandbox, secrets={"api_key": ""})


def test_a_dead_line_is_unavailable_and_not_an_answer(client, codelocks):
    codelocks.fail("drop_after", "/netcode/", times=3)
    with pytest.raises(Unavailable):
        client.issue([order()])
