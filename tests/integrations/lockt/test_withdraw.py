"""Withdrawing cards: the doors stay closed, and the holder stays as it was otherwise."""

from __future__ import annotations

from tests.integrations.lockt.conftest import DURING, order


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
    [outcome] = client.withdraw([order()])
    assert outcome.record.confirmed
    assert "no such cardholder" in outcome.record.note
    assert site.writes() == []


def test_a_withdrawn_card_is_not_written_again(client, site):
    client.issue([order()])
    client.withdraw([order()])
    assert client.withdraw([order()])[0].record.confirmed
    assert len(site.writes()) == 2
