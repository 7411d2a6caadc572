"""Cards: what is written, what is read back, and what the doors make of it."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from integrations.errors import Misconfigured, Refused
from integrations.sandbox.lockt.things import Credential
from integrations.types import Method
from tests.integrations.lockt.conftest import DURING, END, START, connected, order

SECOND = timedelta(seconds=1)


def sent(site, number=-1):
    """The rows of one write, as they came."""
    return json.loads(site.calls("POST")[number].body)["users"]


def issued(client, *orders):
    outcomes = client.issue(orders)
    assert [outcome.error for outcome in outcomes] == [None] * len(orders)
    return [outcome.record for outcome in outcomes]


def failed(client, *orders):
    outcomes = client.issue(orders)
    assert [outcome.record for outcome in outcomes] == [None] * len(orders)
    return outcomes[0].error


def test_a_card_opens_its_door_in_its_window_and_no_other(client, site):
    issued(client, order())
    assert site.opens(501, "40001", START)
    assert site.opens(501, "40001", END - SECOND)
    assert not site.opens(501, "40001", START - SECOND)
    assert not site.opens(501, "40001", END)
    assert not site.opens(502, "40001", DURING)


def test_the_secret_is_the_key_that_opens_the_door_from_a_phone(client, site):
    [record] = issued(client, order())
    assert site.claim(record.secret)
    assert site.opens_with_key(record.secret, 501, DURING)


@pytest.mark.parametrize("user_as_list", [True, False])
def test_the_key_is_found_whether_its_user_is_a_list_or_an_object(client, site, user_as_list):
    site.switch["user_as_list"] = user_as_list
    issued(client, order(1), order(2))
    [record] = client.look([order(2)])
    assert record.secret == site.credential("40002").key


def test_no_key_at_the_vendor_is_said(client, site):
    issued(client, order())
    site.credentials.clear()
    [record] = client.look([order()])
    assert (record.secret, "no mobile credential" in record.note) == ("", True)


def test_l_c1_every_request_carries_both_keys_and_the_content_type(sandbox, site):
    with pytest.raises(Misconfigured) as caught:
        connected(sandbox, secrets={**site.secrets, "apikey": "wrong" * 6}).look([order()])
    assert caught.value.status == 401
    assert "wrong" not in caught.value.text


@pytest.mark.parametrize("status", [400, 415])
def test_l_c1_a_read_without_the_content_type_would_be_refused(client, site, status):
    site.switch["content_type_status"] = status
    client.directory([])
    assert {call.status for call in site.journal} == {200}


def test_l_c5_no_orders_make_no_request(client, site):
    assert (client.issue([]), client.withdraw([]), client.look([])) == ([], [], [])
    assert site.journal == []


def test_l_c5_a_thousand_cards_are_ten_writes_and_a_bounded_number_of_reads(client, site):
    orders = [order(number) for number in range(1000)]
    for first in range(0, 1000, client.limits.batch):
        issued(client, *orders[first : first + client.limits.batch])
    assert [write["rows"] for write in site.writes()] == [100] * 10
    assert len(site.calls("GET")) == 30
    assert site.opens(501, "40999", DURING)


def test_l_c5_more_orders_than_a_batch_are_cut(client, site):
    issued(client, *[order(number) for number in range(205)])
    assert [write["rows"] for write in site.writes()] == [100, 100, 5]


def test_l_c5_a_smaller_batch_that_the_vendor_names_is_kept_to(client, site):
    site.switch["max_batch"] = 4
    issued(client, *[order(number) for number in range(10)])
    issued(client, *[order(number) for number in range(20, 25)])
    assert [write["rows"] for write in site.writes() if write["status"] == 200] == [4, 4, 2, 4, 1]
    assert [write["status"] for write in site.writes()].count(400) == 1


def test_l_c6_writes_of_one_client_never_overlap(client, site, monkeypatch):
    monkeypatch.undo()
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415

    site.switch["latency"] = 0.02
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda number: issued(client, order(number)), range(4)))
    assert [write["overlapped"] for write in site.writes()] == [False] * 4


def test_l_c7_every_option_is_in_every_write(client, site):
    issued(client, order())
    client.withdraw([order()])
    explicit = {"update_existing": "true", "validate_fails_batch": "false", "replace_privileges": "true"}
    assert [write["options"] for write in site.writes()] == [explicit, explicit]


def test_l_c8_an_order_without_levels_is_not_issued(client, site):
    assert isinstance(failed(client, order(level_refs=())), Refused)
    assert site.journal == []


def test_l_c8_a_room_change_leaves_nothing_of_the_old_room(client, site):
    issued(client, order())
    issued(client, order(level_refs=("12",)))
    assert site.opens(502, "40001", DURING)
    assert not site.opens(501, "40001", DURING)


def test_l_c9_a_moved_window_keeps_everything_else(client, site):
    site.switch["key_on_user"] = True
    [first] = issued(client, order())
    site.user("LK-1").email, site.user("LK-1").phone = "desk@example.test", "491700000"
    [second] = issued(client, order(ends_at=END + timedelta(hours=1)))
    assert second.secret == first.secret
    assert site.opens_with_key(first.secret, 501, END)
    assert (site.user("LK-1").email, site.user("LK-1").phone) == ("desk@example.test", "491700000")


def test_l_c11_a_card_as_ordered_is_not_written_again(client, site):
    issued(client, order())
    [record] = issued(client, order())
    assert record.confirmed
    assert len(site.writes()) == 1


@pytest.mark.parametrize("on_single", [True, False])
def test_l_c11_levels_that_a_vendor_lost_are_noticed(client, site, on_single):
    site.switch["levels_on_single"] = on_single
    issued(client, order())
    site.user("LK-1").levels = []
    [record] = client.look([order()])
    assert not record.confirmed
    assert "access levels" in record.note


def test_l_c11_what_was_taken_away_at_the_site_is_given_again(client, site):
    issued(client, order())
    site.user("LK-1").enabled = False
    issued(client, order())
    assert site.opens(501, "40001", DURING)


@pytest.mark.parametrize("count", [3, 30])
def test_l_c20_levels_that_no_read_tells_are_unknown_and_not_missing(client, site, count):
    site.switch["levels_in_list"] = False
    orders = [order(number) for number in range(count)]
    assert all(record.confirmed for record in issued(client, *orders))
    assert not any(record.confirmed for record in client.look(orders))


def test_l_c12_a_holder_needs_a_key(client):
    with pytest.raises(Refused):
        client.check(order(holder_key=" "))


def test_l_c12_two_orders_for_one_holder_are_not_merged(client, site):
    outcomes = client.issue([order(1), order(2, holder_key="LK-1")])
    assert outcomes[0].record
    assert isinstance(outcomes[1].error, Refused)


@pytest.mark.parametrize("on_single", [True, False])
def test_l_c12_an_email_that_somebody_else_has_is_never_sent(client, site, on_single):
    site.switch["levels_on_single"] = on_single
    issued(client, order())
    site.user("LK-1").email = "Family@example.test"
    site.add_user(id_num="STAFF-1", card_num="7", email="family@example.test", first_name="Ida")
    issued(client, order(ends_at=END + SECOND))
    assert sent(site)[0]["email"] == ""
    assert (site.user("STAFF-1").first_name, site.user("STAFF-1").levels) == ("Ida", [])


def test_l_c12_two_holders_with_one_key_are_for_a_person(client, site):
    site.add_user(id_num="LK-1", card_num="7")
    site.add_user(id_num="LK-1", card_num="8")
    assert "two cardholders" in failed(client, order()).text
    assert "two cardholders" in client.withdraw([order()])[0].error.text
    assert site.writes() == []


def test_l_c13_card_numbers_keep_their_leading_zeros(client, site):
    issued(client, order(card_number="00123"))
    assert sent(site)[0]["card_num"] == "00123"
    assert site.opens(501, "00123", DURING)


@pytest.mark.parametrize("number", ["", "12a", "１２"])
def test_l_c13_a_card_number_that_is_no_digits_is_not_sent(client, site, number):
    assert isinstance(failed(client, order(card_number=number)), Refused)
    assert site.journal == []


def test_l_c12_a_fob_with_our_key_is_not_our_holder(client, site):
    site.add_fob("Fob 08", "30008", id_num="LK-1")
    orders = [order(number) for number in range(12)]
    assert client.look(orders) == [None] * 12
    assert all(record.confirmed for record in issued(client, *orders))


@pytest.mark.parametrize("count", [1, 12])
def test_l_c13_a_card_number_of_somebody_else_is_refused(client, site, count):
    site.add_user(id_num="STAFF-1", card_num="40000")
    outcomes = client.issue([order(number) for number in range(count)])
    assert isinstance(outcomes[0].error, Refused)
    assert all(outcome.record for outcome in outcomes[1:])
    assert not site.opens(501, "40000", DURING)


def test_l_c14_a_window_must_end_after_it_starts(client):
    with pytest.raises(Refused):
        client.check(order(ends_at=START))
    with pytest.raises(Refused):
        client.check(order(ends_at=END.replace(tzinfo=None)))


def test_only_cards_are_issued(client):
    with pytest.raises(Refused):
        client.check(order(method=Method.FOB))


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Asia/Kathmandu"])
def test_l_c14_times_are_written_in_the_accounts_zone(sandbox, site, zone):
    site.switch["write_zone"] = zone
    issued(connected(sandbox, timezone=zone), order())
    assert site.opens(501, "40001", START)
    assert not site.opens(501, "40001", END)


def test_l_c15_a_wrong_zone_is_told_with_its_hours_and_nobody_gets_in(client, site):
    site.switch["write_zone"] = "America/New_York"
    error = failed(client, order())
    assert isinstance(error, Misconfigured)
    assert "+5 h" in error.text
    assert "disabled again" in error.text
    assert not site.user("LK-1").enabled


def test_l_c9_a_holder_without_a_name_in_the_order_keeps_the_one_it_has(client, site):
    issued(client, order(holder_name=""))
    assert (site.user("LK-1").first_name, site.user("LK-1").last_name) == ("Booking", "LK-1")
    issued(client, order(holder_name="Hall A", ends_at=END + SECOND))
    issued(client, order(holder_name=""))
    assert (site.user("LK-1").first_name, site.user("LK-1").last_name) == ("Hall", "A")


def test_the_key_told_is_the_one_of_the_card_ordered(client, site):
    [record] = issued(client, order())
    site.credentials = {1: Credential(1, "5", "OLD1-OLD1-OLD1-OLD1", int(record.ref)), **site.credentials}
    assert client.look([order()])[0].secret == record.secret


def test_looking_tells_what_is_there_and_what_is_not(client, site):
    issued(client, order(1))
    site.switch["levels_on_single"] = True
    there, gone, changed = client.look([order(1), order(2), order(1, ends_at=END + SECOND)])
    assert (there.confirmed, gone, changed.confirmed) == (True, None, False)
    assert len(site.writes()) == 1


@pytest.mark.parametrize("answer", ["empty", "404"])
def test_nobody_is_an_empty_list_or_a_404_of_the_vendor(client, site, answer):
    site.switch["not_found"] = answer
    assert client.look([order()]) == [None]
    issued(client, order())
