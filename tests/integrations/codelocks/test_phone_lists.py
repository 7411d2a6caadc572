"""Who holds a phone key of a K3 lock: read in every form, page by page (C-C21)."""

from __future__ import annotations

import pytest

from integrations.errors import Garbled, Misconfigured
from integrations.types import PhoneState
from tests.integrations.codelocks.support import IDA, K3, TODAY, client_of, says, sent


def row(email=IDA, **fields):
    return {"email": email, "lockid": K3, "status": "ACTIVE", "accesstype": "STANDARD", **fields}


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


def test_the_vendors_own_words_are_a_switch_and_an_option_explains_them(sandbox, codelocks, ida):
    codelocks.switch["client_words"] = ("WAITING", "JOINED", "STOPPED")
    codelocks.account.invite(codelocks.locks[K3], ida, "STANDARD", {})
    for options, state in [({}, PhoneState.UNKNOWN), ({"phone_status": {"WAITING": "invited"}}, "invited")]:
        [one] = client_of(sandbox, **options).clients(K3).records
        assert (one.state, one.status_text) == (state, "WAITING")


@pytest.mark.parametrize("counted", ["all", "page"])
def test_c_c21_whatever_is_counted_every_page_is_read(sandbox, codelocks, counted):
    codelocks.switch["client_count"] = counted
    people(codelocks, 5)
    listed = client_of(sandbox, page_size=2).clients(K3)
    assert (len(listed.records), listed.complete) == (5, True)


def test_c_c21_a_page_that_the_vendor_cuts_short_is_not_taken_for_the_last(sandbox, codelocks):
    codelocks.switch["most_per_page"] = 2
    people(codelocks, 5)
    listed = client_of(sandbox, page_size=3).clients(K3)
    assert len(listed.records) == 5 or not listed.complete
    assert len(client_of(sandbox, page_size=2).clients(K3).records) == 5
