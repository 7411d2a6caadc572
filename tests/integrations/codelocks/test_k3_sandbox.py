"""The stand-in's smart-phone clients and audit of K3 locks (C-S9 to C-S12)."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from tests.integrations.codelocks.support import K3

EMAIL = "ida@example.test"
DAYS = dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), True)
PERIOD = {"enabled": True, "starts": "08:00", "ends": "17:00", **DAYS}
INVITATION = {
    "clientemail": EMAIL,
    "activeperiods": json.dumps({"0": PERIOD}),
    "accesstype": "STANDARD",
    "message": "From 13.00 (side door)",
}


@pytest.fixture
def invited(k3, codelocks):
    """A person with the app who has an invitation."""
    codelocks.register_app_user(EMAIL)
    assert k3("/client", "POST", **INVITATION).status_code == 200


def test_c_s9_a_person_without_the_app_cannot_be_invited(k3):
    assert k3("/client", "POST", **INVITATION).status_code == 400


@pytest.mark.usefixtures("invited")
def test_c_s9_an_invitation_opens_nothing_until_it_is_accepted(codelocks):
    codelocks.clock.set(datetime(2026, 3, 10, 12, tzinfo=UTC))
    assert not codelocks.open_by_phone(K3, EMAIL)
    codelocks.accept(K3, EMAIL)
    assert codelocks.open_by_phone(K3, EMAIL)
    codelocks.clock.move(timedelta(hours=4))  # 17:00 on the lock's clock
    assert not codelocks.open_by_phone(K3, EMAIL)


@pytest.mark.usefixtures("invited")
def test_c_s9_a_client_is_suspended_restored_changed_and_removed(k3, codelocks):
    codelocks.accept(K3, EMAIL)
    for action, opens in (("SUSPEND", False), ("RESTORE", True)):
        assert k3("/client", "PATCH", clientemail=EMAIL, action=action).status_code == 200
        assert codelocks.open_by_phone(K3, EMAIL) is opens
    early = json.dumps({"3": {**PERIOD, "ends": "08:30"}})
    assert k3("/client", "PUT", clientemail=EMAIL.upper(), activeperiods=early).status_code == 200
    assert not codelocks.open_by_phone(K3, EMAIL)
    assert k3("/client", "DELETE", clientemail=EMAIL).json()["lockid"] == K3
    assert k3("/clients", page=1, perpage=5).json()["clients"] == []


@pytest.mark.usefixtures("invited")
def test_c_s9_a_restored_invitation_is_still_to_be_accepted(k3, codelocks):
    for action in ("SUSPEND", "RESTORE"):
        k3("/client", "PATCH", clientemail=EMAIL, action=action)
    assert k3("/clients", page=1, perpage=5).json()["clients"][0]["status"] == "INVITED"
    codelocks.clock.set(datetime(2026, 3, 10, 12, tzinfo=UTC))
    assert not codelocks.open_by_phone(K3, EMAIL)


@pytest.mark.usefixtures("invited")
def test_c_s9_who_accepts_while_suspended_stays_suspended(k3, codelocks):
    codelocks.clock.set(datetime(2026, 3, 10, 12, tzinfo=UTC))
    k3("/client", "PATCH", clientemail=EMAIL, action="SUSPEND")
    codelocks.accept(K3, EMAIL)
    assert not codelocks.open_by_phone(K3, EMAIL)
    k3("/client", "PATCH", clientemail=EMAIL, action="RESTORE")
    assert codelocks.open_by_phone(K3, EMAIL)


def test_a_key_for_one_time_opens_once(k3, codelocks):
    codelocks.register_app_user(EMAIL)
    k3("/client", "POST", **{**INVITATION, "accesstype": "ONE_TIME"})
    codelocks.accept(K3, EMAIL)
    codelocks.clock.set(datetime(2026, 3, 10, 12, tzinfo=UTC))
    assert [codelocks.open_by_phone(K3, EMAIL) for _ in range(2)] == [True, False]


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_c_s9_a_client_that_is_not_there_is_400(method, k3):
    fields = {"clientemail": EMAIL, "action": "SUSPEND", "activeperiods": INVITATION["activeperiods"]}
    assert k3("/client", method, **fields).status_code == 400


@pytest.mark.usefixtures("invited")
def test_c_s9_fields_come_as_a_form_or_are_missing(send, codelocks):
    fields = {"accesskey": codelocks.secrets["access_key"], "clientemail": EMAIL}
    for how in ({"json": fields}, {"params": fields}, {}):
        assert send(f"/u/1/k3connect/{K3}/client", "DELETE", **how).status_code == 404


def periods(**change):
    return {"activeperiods": json.dumps({"0": {**PERIOD, **change}})}


SHORT = {name: value for name, value in PERIOD.items() if name != "sun"}
INVALID = [
    {"activeperiods": "x"},
    {"activeperiods": "[]"},
    {"activeperiods": json.dumps({"10": PERIOD})},
    {"activeperiods": json.dumps({"0": SHORT})},
    periods(enabled="true"),
    periods(mon=1),
    periods(starts="8:00"),
    periods(ends="24:00"),
    periods(starts="17:00"),
    {"accesstype": "standard"},
    {"message": "13:00"},
    {"message": "x" * 501},
]


@pytest.mark.parametrize("change", INVALID, ids=str)
def test_c_s10_an_invitation_must_keep_to_the_schema(change, k3, codelocks):
    codelocks.register_app_user(EMAIL)
    assert k3("/client", "POST", **{**INVITATION, **change}).status_code == 400


@pytest.mark.usefixtures("invited")
@pytest.mark.parametrize("action", ["suspend", "DELETE"])
def test_c_s10_an_action_is_one_of_two_in_upper_case(action, k3):
    assert k3("/client", "PATCH", clientemail=EMAIL, action=action).status_code == 400


def test_c_s11_the_audit_comes_late_and_in_pages_that_shift(k3, codelocks):
    codelocks.switch["audit_delay_minutes"] = 10
    for _ in range(3):
        codelocks.open_door(K3, "000000")
    asked = {"page": 1, "perpage": 2, "pageorder": "descending"}
    assert k3("/audit", **asked).json() == []
    codelocks.clock.move(timedelta(minutes=10))
    first = [row["AuditEntryID"] for row in k3("/audit", **asked).json()]
    codelocks.switch["audit_delay_minutes"] = 0
    codelocks.open_door(K3, "000000")
    second = [row["AuditEntryID"] for row in k3("/audit", **{**asked, "page": 2}).json()]
    assert (first, second) == ([5122, 5121], [5121, 5120])


@pytest.mark.parametrize("change", [{"page": ""}, {"pageorder": ""}])
def test_c_s11_page_and_order_are_required(change, k3):
    assert k3("/audit", **{"page": 1, "perpage": 2, "pageorder": "ascending", **change}).status_code == 404


def test_c_s12_an_access_key_can_change_in_mid_run(k3, codelocks):
    codelocks.rotate_access_key("another")
    assert k3().status_code == 401


@pytest.mark.parametrize(
    ("form", "body"), [("array", []), ("null", None), ("object", {"count": 0, "clients": [], "next": None})]
)
def test_no_clients_have_three_forms(form, body, k3, codelocks):
    codelocks.switch["no_clients"] = form
    found = k3("/clients", page=1, perpage=5).json()
    assert found == body
