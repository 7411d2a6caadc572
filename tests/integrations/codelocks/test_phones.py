"""Phone keys of a K3 lock: one invitation, whatever is repeated, and nobody's address in an error (C-C18)."""

from __future__ import annotations

import json
from datetime import time

import pytest

from integrations.errors import Garbled, OverBudget, Refused, Unavailable
from integrations.types import Period, PhoneKeys, PhoneState
from integrations.vendors.codelocks import connect
from tests.integrations.codelocks.support import IDA, K3, TODAY, says, sent
from tests.integrations.support import Memory, settings_for

LATER = (Period(time(14), time(17), (0,)),)
CLIENT = f"/k3connect/{K3}/client"


@pytest.fixture
def held(client, codelocks, ida):
    """Somebody who has accepted an invitation for this morning."""
    client.invite(K3, ida, TODAY)
    codelocks.accept(K3, ida)
    return ida


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


def test_c_c18_an_address_is_sent_in_lower_case_however_it_is_given(client, codelocks, ida):
    client.invite(K3, ida.title(), TODAY)
    assert "clientemail=ida%40example.test" in sent(codelocks, "POST")[0].body


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
    says(sandbox, {"count": 3, "clients": [{"email": "other@example.test"}]}, "/clients", times=2)
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


def test_the_flow_knows_a_client_that_makes_phone_keys(client):
    assert isinstance(client, PhoneKeys)


def test_a_refusal_that_comes_as_a_200_repeats_no_key_of_the_account(client, codelocks, held):
    keys = [codelocks.secrets[name] for name in ("api_key", "access_key")]
    body = json.dumps({"status": "error", "message": f"invalid {' '.join(keys)} +49 30 5557731"})
    codelocks.fail("body", "PUT", body=body, content_type="application/json", times=3)
    with pytest.raises(Refused) as refused:
        client.change(K3, held, LATER)
    assert not any(word in refused.value.text for word in (*keys, "5557731"))
