"""Withdrawing cards: the doors stay closed, and the holder stays as it was otherwise."""

from __future__ import annotations

import pytest

from tests.integrations.lockt.conftest import DURING, order

JSON = {"content_type": "application/json"}


def test_withdrawn_cards_open_nothing(client, site):
    client.issue([order(1), order(2)])
    [outcome] = client.withdraw([order(1)])
    assert outcome.record.confirmed
    assert not site.opens(501, "40001", DURING)
    assert site.opens(501, "40002", DURING)


def test_l_c9_a_withdrawal_keeps_the_holder_as_it_was(client, site):
    [outcome] = client.issue([order()])
    before = site.user("LK-1")
    kept = (before.effective, before.expires, before.card_num, before.first_name)
    client.withdraw([order(card_number="999")])
    after = site.user("LK-1")
    assert (after.effective, after.expires, after.card_num, after.first_name) == kept
    assert (after.levels, site.credential("40001").key) == ([], outcome.record.secret)


def test_l_c12_a_key_that_cannot_be_told_apart_stays_an_error_in_a_batch_with_others(client, site):
    client.issue([order(3)])
    site.add_user(id_num="LK-1", card_num="7")
    site.add_user(id_num="LK-1", card_num="8")
    first, second = client.withdraw([order(1), order(3)])
    assert (first.record, second.record.confirmed) == (None, True)


def test_withdrawing_nobody_needs_no_write(client, site):
    site.add_user(id_num="LK-2", card_num="7")
    [outcome] = client.withdraw([order()])
    assert outcome.record.confirmed
    assert "no such cardholder" in outcome.record.note
    assert site.writes() == []


def test_a_withdrawn_card_is_not_written_again(client, site):
    client.issue([order()])
    client.withdraw([order()])
    assert client.withdraw([order()])[0].record.confirmed
    assert len(site.writes()) == 2


@pytest.mark.parametrize("times", [1, 2, 3])
def test_an_empty_answer_takes_no_card_for_withdrawn(client, site, times):
    client.issue([order()])
    site.fail("body", "GET /api/v1/user", body='{"data": []}', times=times, **JSON)
    [outcome] = client.withdraw([order()])
    assert outcome.record is None or not outcome.record.confirmed or not site.opens(501, "40001", DURING)


def test_a_list_with_a_row_that_cannot_be_read_takes_no_card_for_withdrawn(client, site):
    client.issue([order()])
    site.fail("body", "GET /api/v1/user", body='{"data": []}', times=1, **JSON)
    site.fail("body", "GET /api/v1/user", body='{"data": [null, {"id": 7, "id_num": "X"}]}', times=1, **JSON)
    [outcome] = client.withdraw([order()])
    assert outcome.record.confirmed
    assert not site.opens(501, "40001", DURING)


def test_a_vendor_that_goes_on_to_list_nobody_has_withdrawn_nothing(client, site):
    client.issue([order()])
    site.fail("body", "GET /api/v1/user", body='{"data": []}', times=99, **JSON)
    [outcome] = client.withdraw([order()])
    assert "does not show it" in outcome.error.text
