"""Phone keys of a K3 lock: one invitation, whatever is repeated, and nobody's address in an error (C-C18)."""

from __future__ import annotations

import json
from datetime import time

import pytest

from integrations.errors import Garbled, Misconfigured, OverBudget, Refused, Unavailable
from integrations.types import Period, PhoneKeys, PhoneState
from integrations.vendors.codelocks import connect
from tests.integrations.codelocks.support import K3, client_of, says
from tests.integrations.support import Memory, settings_for

IDA = "ida@example.test"
TODAY = (Period(time(9), time(11), (0,)),)  # the stand-in's clock: a Monday, 09:00 in Berlin
LATER = (Period(time(14), time(17), (0,)),)
CLIENT = f"/k3connect/{K3}/client"


@pytest.fixture
def ida(codelocks):
    """Somebody who has the app's account."""
    codelocks.register_app_user(IDA)
    return IDA


@pytest.fixture
def held(client, codelocks, ida):
    """Somebody who has accepted an invitation for this morning."""
    client.invite(K3, ida, TODAY)
    codelocks.accept(K3, ida)
    return ida


def sent(codelocks, method):
    return [call for call in codelocks.journal if call.method == method]


def row(email=IDA, **fields):
    return {"email": email, "lockid": K3, "status": "ACTIVE", "accesstype": "STANDARD", **fields}


def test_c_c18_who_accepts_an_invitation_opens_the_lock_in_its_periods_alone(client, codelocks, held):
    assert client.clients(K3).find(held).state == PhoneState.ACTIVE
    assert codelocks.open_by_phone(K3, held)
    client.change(K3, held, LATER)
    assert not codelocks.open_by_phone(K3, held)
    assert client.clients(K3).find(held).has(LATER)


def test_c_c18_an_invitation_opens_nothing_before_it_is_accepted(client, codelocks, ida):
    assert client.invite(K3, ida, TODAY).state == PhoneState.INVITED
    assert client.clients(K3).find(ida).state == PhoneState.INVITED
    assert not codelocks.open_by_phone(K3, ida)


def test_c_c18_the_same_person_is_invited_once_whatever_the_case_of_the_address(client, codelocks, ida):
    client.invite(K3, ida, TODAY)
    again = client.invite(K3, " IDA@Example.TEST", TODAY)
    assert (again.email, again.has(TODAY)) == (ida, True)
    assert len(sent(codelocks, "POST")) == 1
    assert sent(codelocks, "PUT") == []


def test_c_c18_a_second_invitation_for_other_hours_is_a_change(client, codelocks, held):
    assert client.invite(K3, held, LATER).has(LATER)
    assert (len(sent(codelocks, "POST")), len(sent(codelocks, "PUT"))) == (1, 1)
    assert client.clients(K3).find(held).state == PhoneState.ACTIVE


def test_c_c18_an_invitation_whose_answer_was_lost_is_not_sent_again(client, codelocks, ida):
    codelocks.fail("drop_after", f"POST /u/1{CLIENT}")
    with pytest.raises(Unavailable):
        client.invite(K3, ida, TODAY)
    assert client.invite(K3, ida, TODAY).state == PhoneState.INVITED
    assert len(sent(codelocks, "POST")) == 1


def test_c_c18_an_invitation_is_sent_once_even_when_the_vendor_stumbles(client, codelocks, ida):
    codelocks.fail("status", f"POST /u/1{CLIENT}", status=502)
    with pytest.raises(Unavailable):
        client.invite(K3, ida, TODAY)
    assert len(sent(codelocks, "POST")) == 1


def test_c_c18_a_key_of_another_type_is_not_changed_into_this_one(client, codelocks, ida):
    client.invite(K3, ida, TODAY, "ONE_TIME")
    with pytest.raises(Refused, match="ONE_TIME"):
        client.invite(K3, ida, TODAY)


def test_a_guest_without_the_app_is_refused_in_the_vendors_words_without_the_address(client, codelocks):
    with pytest.raises(Refused, match=r"\[Invalid Data\]") as caught:
        client.invite(K3, "nobody@example.test", TODAY)
    assert "nobody" not in caught.value.text


@pytest.mark.parametrize("status", [400, 422, 500])
def test_an_address_that_the_vendor_repeats_is_masked(status, client, codelocks, ida):
    body = json.dumps({"message": f"no such user: {ida.upper()}"})
    codelocks.fail("status", f"POST /u/1{CLIENT}", status=status, body=body, content_type="application/json")
    with pytest.raises((Refused, Unavailable), match="•••") as caught:
        client.invite(K3, ida, TODAY)
    assert "ida" not in caught.value.text.lower()


def test_c_c18_a_suspended_key_opens_again_when_it_is_restored(client, codelocks, held):
    client.suspend(K3, held)
    client.suspend(K3, held)
    assert client.clients(K3).find(held).state == PhoneState.SUSPENDED
    assert not codelocks.open_by_phone(K3, held)
    client.restore(K3, held)
    assert codelocks.open_by_phone(K3, held)


def test_c_c18_a_removed_key_is_gone_and_removing_it_again_needs_nothing(client, codelocks, held):
    assert client.remove(K3, held.upper()) is True
    assert client.clients(K3).records == ()
    assert not codelocks.open_by_phone(K3, held)
    assert client.remove(K3, held) is False


def test_c_c18_the_form_is_in_the_body_of_a_deletion(client, codelocks, held):
    client.remove(K3, held)
    [call] = sent(codelocks, "DELETE")
    assert "clientemail=ida%40example.test" in call.body
    assert call.query == {}


def test_c_c18_a_deletion_whose_answer_was_lost_is_finished(client, codelocks, held):
    codelocks.fail("drop_after", f"DELETE /u/1{CLIENT}")
    assert client.remove(K3, held) is False, "the second try finds nobody"
    assert codelocks.account.clients == {}


def test_c_c18_a_refused_deletion_of_somebody_who_is_still_listed_is_an_error(client, codelocks, held):
    codelocks.fail("status", f"DELETE /u/1{CLIENT}", status=400, body="no", content_type="text/plain")
    with pytest.raises(Refused):
        client.remove(K3, held)


def test_c_c18_a_refused_deletion_is_not_excused_by_a_list_that_may_lack_somebody(client, sandbox, codelocks):
    says(sandbox, {"count": 3, "clients": [row("other@example.test")]}, "/clients", times=2)
    with pytest.raises(Refused):
        client.remove(K3, IDA)


def test_c_c12_what_may_be_written_twice_is_tried_again_and_each_try_is_counted(sandbox, codelocks, held):
    ledger = Memory()
    settings = settings_for(f"{sandbox.url}/codelocks", codelocks.secrets, meter=ledger)
    codelocks.fail("status", f"PUT /u/1{CLIENT}", status=503, times=2)
    connect(settings, sleep=lambda _seconds: None).change(K3, held, LATER)
    assert [counter for counter, _ in ledger.spent] == ["utility"] * 3
    assert not any("@" in subject for _, subject in ledger.spent)


def test_c_c9_a_key_that_the_budget_does_not_allow_is_not_asked_for(sandbox, codelocks, ida):
    class Spent(Memory):
        def spend(self, counter, subject):
            raise OverBudget(f"{counter} is spent")

    settings = settings_for(f"{sandbox.url}/codelocks", codelocks.secrets, meter=Spent())
    client = connect(settings)
    for ask in (lambda: client.invite(K3, ida, TODAY), lambda: client.remove(K3, ida)):
        with pytest.raises(OverBudget):
            ask()
    assert codelocks.journal == []


SENSELESS = {
    "no lock": ("account", IDA, TODAY, "STANDARD"),
    "no address": (K3, "Ida Kern", TODAY, "STANDARD"),
    "two addresses": (K3, "a@b.test,c@d.test c", TODAY, "STANDARD"),
    "no period": (K3, IDA, (), "STANDARD"),
    "no such type": (K3, IDA, TODAY, "standard"),
}


@pytest.mark.parametrize(("lock", "email", "periods", "kind"), SENSELESS.values(), ids=SENSELESS)
def test_c_c3_what_cannot_be_right_costs_no_call(lock, email, periods, kind, client, codelocks):
    with pytest.raises(Refused) as caught:
        client.invite(lock, email, periods, kind)
    assert email not in caught.value.text
    assert codelocks.journal == []


def test_c_c18_changing_nobodys_key_is_refused(client):
    for change in (lambda: client.change(K3, IDA, TODAY), lambda: client.suspend(K3, IDA)):
        with pytest.raises(Refused):
            change()


DONE = [{"result": "OK"}, {"Result": "", "LockID": K3.upper(), "email": IDA.upper()}, {"result": None}]
FAILED = [{"error": "no"}, {"result": "ERROR"}, {"status": "error", "result": "x"}, {"message": "not done"}]
DOUBTFUL = [
    [],
    {},
    None,
    {"result": "OK", "lockid": "f" * 32},
    {"result": "OK", "email": "else@example.test"},
]


@pytest.mark.parametrize("body", DONE, ids=str)
def test_c_c10_a_write_is_done_when_its_answer_is_about_it(body, client, sandbox, held):
    says(sandbox, body, "PUT")
    client.change(K3, held, LATER)


@pytest.mark.parametrize(
    ("body", "error"), [*((one, Refused) for one in FAILED), *((one, Garbled) for one in DOUBTFUL)], ids=str
)
def test_c_c10_a_200_alone_is_no_success_of_a_write(body, error, client, sandbox, held):
    says(sandbox, body, "PUT")
    with pytest.raises(error):
        client.change(K3, held, LATER)


@pytest.mark.parametrize("position", ["object", "array", "null"])
def test_c_c22_nobody_is_told_in_three_ways(position, client, codelocks):
    codelocks.switch["no_clients"] = position
    listed = client.clients(K3)
    assert (listed.records, listed.complete) == ((), True)


LISTS = {
    "object": {"count": 1, "clients": [row()]},
    "list of one object": [{"count": 1, "clients": [row()]}],
    "bare rows": [row()],
    "capital letters": {"Count": "1", "Clients": [{"Email": IDA, "LockID": K3, "Status": "ACTIVE"}]},
}


@pytest.mark.parametrize("body", LISTS.values(), ids=LISTS)
def test_c_c22_clients_are_read_in_every_form(body, client, sandbox):
    says(sandbox, body, "/clients")
    listed = client.clients(K3)
    assert [(one.email, one.state) for one in listed.records] == [(IDA, PhoneState.ACTIVE)]
    assert listed.complete


@pytest.mark.parametrize("body", [{}, {"clients": "x"}, {"count": 2, "clients": None}, 17, {"message": "x"}])
def test_clients_that_cannot_be_read_are_not_taken_for_none(body, client, sandbox):
    says(sandbox, body, "/clients")
    with pytest.raises(Garbled):
        client.clients(K3)


def test_a_row_that_cannot_be_read_leaves_the_list_in_doubt(client, sandbox, codelocks, ida):
    says(sandbox, {"count": 2, "clients": [row("other@example.test"), {"email": None}]}, "/clients", times=2)
    listed = client.clients(K3)
    assert (len(listed.records), listed.complete) == (1, False)
    with pytest.raises(Garbled):
        client.invite(K3, ida, TODAY)
    assert sent(codelocks, "POST") == []


def test_a_status_that_nobody_has_explained_is_unknown_until_an_option_explains_it(sandbox, codelocks):
    for options, state in [({}, "unknown"), ({"phone_status": {"JOINED": "active"}}, "active")]:
        says(sandbox, [row(status="Joined")], "/clients")
        [one] = client_of(sandbox, **options).clients(K3).records
        assert (one.state, one.status_text) == (state, "Joined")


def people(codelocks, number):
    for n in range(number):
        codelocks.register_app_user(f"guest{n}@example.test")
        codelocks.account.invite(codelocks.locks[K3], f"guest{n}@example.test", "STANDARD", {})


@pytest.mark.parametrize(("number", "calls"), [(3, 1), (4, 2), (5, 2), (8, 3)])
def test_c_c21_paging_stops_on_an_empty_or_a_short_page(number, calls, sandbox, codelocks):
    client = client_of(sandbox, page_size=4)
    people(codelocks, number)
    listed = client.clients(K3)
    assert (len(listed.records), listed.complete) == (number, True)
    assert codelocks.paid("utility") == calls


def test_c_c21_paging_stops_at_the_cap_and_says_so(sandbox, codelocks):
    people(codelocks, 5)
    listed = client_of(sandbox, page_size=1, page_cap=2).clients(K3)
    assert (len(listed.records), listed.gap) == (2, "there are more than 2 pages")
    assert codelocks.paid("utility") == 2


def test_c_c21_a_vendor_that_does_not_turn_pages_is_not_asked_for_ever(sandbox, codelocks):
    says(sandbox, {"count": 9, "clients": [row()]}, "/clients", times=9)
    listed = client_of(sandbox, page_size=1).clients(K3)
    assert (len(listed.records), listed.gap) == (1, "page 2 repeats what came before")


def test_c_c21_a_vendor_that_gives_smaller_pages_than_asked_for_is_read_to_its_count(sandbox, codelocks):
    for rows in ([row("a@x.test")], [row("b@x.test")], [row("c@x.test")]):
        says(sandbox, {"count": 3, "clients": rows}, "/clients")
    listed = client_of(sandbox).clients(K3)
    assert (len(listed.records), listed.complete) == (3, True)


@pytest.mark.parametrize("value", ["many", "0", "-1", None])
def test_a_page_size_that_is_no_number_stops_the_account(value, sandbox, codelocks):
    with pytest.raises(Misconfigured, match="page_size"):
        client_of(sandbox, page_size=value).clients(K3)


def test_the_flow_knows_a_client_that_makes_phone_keys(client):
    assert isinstance(client, PhoneKeys)
