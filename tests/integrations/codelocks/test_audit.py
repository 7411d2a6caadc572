"""A K3 lock's memory: read page by page, each page paid for, whatever comes late or in between (C-C21)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from integrations.errors import Garbled, Refused
from tests.conftest import NOW
from tests.integrations.codelocks.support import K3, client_of, says

FIRST = 5120  # the stand-in's first AuditEntryID


@pytest.fixture
def note(codelocks):
    """Let the lock note openings, one a minute from ten hours ago; the vendor hears `delay` minutes later."""

    def note(number, delay=0):
        lock = codelocks.locks[K3]
        for minute in range(number):
            at = NOW + timedelta(minutes=minute - 600)
            codelocks.account.note(lock, at, "ACCESS", "NetCode", timedelta(minutes=delay))

    return note


def refs(found):
    return [int(entry.ref) - FIRST for entry in found.entries]


def row(ref, **fields):
    return {"AuditEntryID": ref, "LockID": K3, "DateEntered": "2026-03-10 14:03:00", **fields}


def test_a_lock_tells_what_it_has_noted_in_its_own_time_and_words(client, codelocks):
    codelocks.open_door(K3, "000000")
    [entry] = client.audit(K3).entries
    assert (entry.kind, entry.text, entry.lock_ref) == ("DENIED", "NetCode", K3)
    assert entry.entered_local == datetime(2026, 3, 9, 9)  # noqa: DTZ001 on the lock's clock
    assert entry.raw == {
        "auditentryid": FIRST,
        "lockid": K3,
        "dateentered": "2026-03-09 09:00:00",
        "entrytype": "DENIED",
        "entrytext": "NetCode",
    }


def test_a_lock_that_has_noted_nothing_is_read_once(client, codelocks):
    found = client.audit(K3)
    assert (found.entries, found.gap, found.rejected) == ((), "", ())
    assert codelocks.paid("utility") == 1


@pytest.mark.parametrize(("number", "calls"), [(3, 1), (4, 2), (9, 3)])
def test_c_c21_paging_stops_on_an_empty_or_a_short_page(number, calls, sandbox, codelocks, note):
    note(number)
    found = client_of(sandbox, page_size=4).audit(K3)
    assert (refs(found), found.gap) == (list(range(number)), "")
    assert codelocks.paid("utility") == calls


def test_c_c21_paging_stops_when_what_is_known_is_reached_with_some_overlap(sandbox, codelocks, note):
    note(40)
    client = client_of(sandbox, page_size=4, audit_overlap=2)
    found = client.audit(K3, str(FIRST + 37))
    assert (refs(found), found.gap) == (list(range(32, 40)), "")
    assert codelocks.paid("utility") == 2


def test_c_c21_paging_stops_at_the_cap_and_says_so(sandbox, codelocks, note):
    note(40)
    found = client_of(sandbox, page_size=4, page_cap=3).audit(K3, str(FIRST))
    assert (len(found.entries), found.gap) == (12, "there are more than 3 pages")
    assert codelocks.paid("utility") == 3


def test_c_c21_a_line_that_comes_between_two_pages_is_not_told_twice(sandbox, codelocks, note):
    note(6)
    right = codelocks.audit

    def busy(request, lock_id):
        told = right(request, lock_id)
        note(1)
        return told

    codelocks.audit = busy
    found = client_of(sandbox, page_size=4).audit(K3)
    assert refs(found) == list(range(6))


def test_c_c21_a_line_that_comes_late_is_found_among_the_known_ones(sandbox, codelocks, note):
    note(1, delay=630)
    note(3)
    client = client_of(sandbox)
    assert refs(client.audit(K3)) == [1, 2, 3]
    codelocks.clock.move(timedelta(hours=1))
    assert refs(client.audit(K3, str(FIRST + 3))) == [0, 1, 2, 3]


def test_c_c21_the_order_is_by_id_whatever_the_order_of_the_rows(client, sandbox):
    says(sandbox, [row("7"), row(9), row(8), row(9, EntryText="again")], "/audit")
    assert [entry.ref for entry in client.audit(K3).entries] == ["7", "8", "9"]


def test_c_c21_lines_that_do_not_reach_back_to_the_last_known_one_are_a_gap(client, sandbox):
    says(sandbox, [row(9), row(8)], "/audit")
    assert client.audit(K3, "5").gap == "the lines reach back to 8, not to 5"


def test_c_c21_a_vendor_that_does_not_turn_pages_is_not_asked_for_ever(sandbox, codelocks):
    says(sandbox, [row(9)], "/audit", times=9)
    found = client_of(sandbox, page_size=1).audit(K3)
    assert (len(found.entries), found.gap) == (1, "page 2 repeats what came before")


@pytest.mark.parametrize("date", ["", None, "yesterday", "2026-03-10T14:03:00Z", 17])
def test_a_line_without_a_readable_time_is_kept_without_one(date, client, sandbox):
    says(sandbox, [row(9, DateEntered=date)], "/audit")
    assert client.audit(K3).entries[0].entered_local is None


def test_a_line_that_is_nobodys_is_rejected_and_the_rest_goes_on(client, sandbox):
    says(sandbox, [row(None), row(9), row(10, LockID="f" * 32), "x", {"AuditEntryId": 11}], "/audit")
    found = client.audit(K3)
    assert [entry.ref for entry in found.entries] == ["9", "11"]
    assert len(found.rejected) == 3


@pytest.mark.parametrize("body", [{}, None, {"message": "x"}, 17], ids=str)
def test_lines_that_cannot_be_read_are_not_taken_for_none(body, client, sandbox):
    says(sandbox, body, "/audit")
    with pytest.raises(Garbled):
        client.audit(K3)


def test_c_c3_what_is_no_lock_costs_no_call(client, codelocks):
    with pytest.raises(Refused):
        client.audit("help")
    assert codelocks.journal == []


def test_events_stay_none_for_they_would_cost_a_call_per_lock_and_page(client, codelocks, note):
    note(3)
    assert client.events("") is None
    assert codelocks.journal == []
