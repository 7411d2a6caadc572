"""Fobs lent for a window and taken back, never believed without reading back (L-C25)."""

from __future__ import annotations

import json

import pytest

from integrations.errors import Garbled, Misconfigured, Missing, Refused, Unavailable
from integrations.types import FobStock, NewFob
from tests.conftest import NOW
from tests.integrations.lockt.conftest import DURING, END, HOUR, START, connected

PUT = "PUT /api/v1/fob"
IGNORED = {"data": {"submitted": 1, "inserted": 0, "updated": 0, "errors": 0}}


@pytest.fixture
def fob(site):
    """The fob in stock."""
    return next(one for one in site.people.values() if one.fob)


@pytest.fixture
def user(site):
    """Somebody who may open hall A."""
    return site.add_user(id_num="LK-7", card_num="7", levels=[11])


def body(call):
    return json.loads(call.body)["fobs"]


def answering(site, match, data, **how):
    site.fail("status", match, status=200, body=json.dumps(data), **how)


def lend(client, fob, user, starts=START, ends=END):
    return client.lend(str(fob.id), str(user.id), starts, ends)


def test_fobs_are_listed_with_their_window_in_utc(client, site, fob, user):
    lend(client, fob, user)
    [listed] = client.fobs().records
    assert (listed.key, listed.card_number, listed.starts_at, listed.ends_at) == (
        "FOB-07",
        "30007",
        START,
        END,
    )


def test_l_c25_a_lent_fob_opens_its_users_doors_in_the_window_alone(client, site, fob, user):
    loan = lend(client, fob, user)
    assert (loan.fob.starts_at, loan.fob.ends_at, loan.holder_confirmed, loan.note) == (START, END, None, "")
    assert site.opens(501, "30007", DURING)
    assert not site.opens(502, "30007", DURING)
    assert not site.opens(501, "30007", START - HOUR)
    assert not site.opens(501, "30007", END)


def test_l_c25_a_loan_always_sends_both_ids_as_numbers_and_both_dates(client, site, fob, user):
    lend(client, fob, user)
    [call] = site.calls(PUT)
    assert body(call) == [
        {
            "id": fob.id,
            "user_id": user.id,
            "access_effective": "2026-03-09 10:00:00",
            "access_expires": "2026-03-09 12:00:00",
        }
    ]


def test_a_fob_is_taken_back_by_a_window_that_is_over(client, site, fob, user):
    lend(client, fob, user)
    loan = lend(client, fob, user, NOW - 2 * HOUR, NOW - HOUR)
    assert loan.fob.ends_at == NOW - HOUR
    assert not site.opens(501, "30007", DURING)


@pytest.mark.parametrize("kind", ["drop_before", "drop_after", "status"])
def test_l_c25_a_loan_whose_answer_was_lost_is_sent_again(kind, client, site, fob, user):
    other = site.add_user(id_num="LK-8", card_num="8", levels=[12])
    lend(client, fob, other)
    site.fail(kind, PUT)
    lend(client, fob, user)
    assert site.opens(501, "30007", DURING), "the same window for another user proves nothing"


def test_l_c21_a_loan_that_never_gets_an_answer_is_not_claimed(client, site, fob, user):
    lend(client, fob, user)
    site.fail("drop_before", PUT, times=9)
    with pytest.raises(Unavailable):
        lend(client, fob, user)
    assert len(site.calls(PUT)) == 1 + 3


def test_l_c10_a_loan_that_the_vendor_ignores_is_not_taken_for_done(client, site, fob, user):
    lend(client, fob, user)
    answering(site, PUT, IGNORED)
    with pytest.raises(Refused, match="ignored"):
        lend(client, fob, site.add_user(id_num="LK-8", card_num="8"))


def test_a_holder_that_reads_tell_outweighs_the_vendors_words(client, site, fob, user):
    row = {"id": fob.id, "name": "Fob", "user_id": user.id, "user": "Kern, Ida", "enabled": True}
    window = {"access_effective": "2026-03-09T09:00:00Z", "access_expires": "2026-03-09T11:00:00Z"}
    answering(site, "GET /api/v1/fob", {"data": [row | window]}, times=2)
    answering(site, PUT, IGNORED, times=2)
    assert lend(client, fob, user).holder_confirmed is True
    with pytest.raises(Refused, match="somebody else"):
        client.lend(str(fob.id), "1", START, END)


def test_a_loan_whose_answer_was_lost_is_not_repeated_when_reading_shows_the_holder(client, site, fob, user):
    row = {"id": fob.id, "name": "Fob", "user": [{"id": user.id}]}
    window = {"access_effective": "2026-03-09T09:00:00Z", "access_expires": "2026-03-09T11:00:00Z"}
    answering(site, "GET /api/v1/fob", {"data": [row | window]})
    site.fail("drop_after", PUT)
    assert lend(client, fob, user).holder_confirmed is True
    assert len(site.calls(PUT)) == 1


def test_l_c10_a_loan_that_is_counted_as_an_error_is_not_taken_for_done(client, site, fob, user):
    lend(client, fob, user)
    answering(site, PUT, {"data": {"submitted": 1, "inserted": 0, "updated": 0, "errors": 1}})
    with pytest.raises(Refused, match="did not say why"):
        lend(client, fob, user)


@pytest.mark.parametrize("odd", [True, False])
def test_counters_as_wrong_as_in_the_samples_do_not_matter(client, site, fob, user, odd):
    site.switch["odd_counters"] = odd
    assert lend(client, fob, user).fob.ends_at == END


@pytest.mark.parametrize("position", ["keep", "clear"])
def test_l_c25_whatever_left_out_dates_would_mean_the_window_is_the_one_ordered(
    client, site, fob, user, position
):
    site.switch["fob_dates"] = position
    lend(client, fob, user)
    assert site.people[fob.id].expires == END


def test_l_c15_a_loan_in_the_wrong_zone_stops_the_account_and_is_shut_again(sandbox, site, fob, user):
    client = connected(sandbox, timezone="UTC")
    with pytest.raises(Misconfigured, match=r"-1 h off; the fob was shut again"):
        lend(client, fob, user)
    assert not site.opens(501, "30007", START - HOUR)
    assert not site.opens(501, "30007", DURING)


def test_a_window_that_the_vendor_lost_is_not_left_unlimited(client, site, fob, user):
    def forgetful(request):
        answered = right(request)
        if site.people[fob.id].expires == END:
            site.people[fob.id].expires = None
        return answered

    right, site.put_fob = site.put_fob, forgetful
    with pytest.raises(Refused, match="shut again"):
        lend(client, fob, user)
    assert not site.opens(501, "30007", DURING)


@pytest.mark.parametrize("partial", ["counters", "list", "data", "400"])
def test_a_user_that_the_vendor_does_not_know_gets_no_fob(client, site, fob, partial):
    site.switch["partial"] = partial
    with pytest.raises(Refused):
        client.lend(str(fob.id), "999", START, END)


def test_a_fob_that_is_not_there_is_missing(client, user):
    with pytest.raises(Missing):
        client.lend("999", str(user.id), START, END)


SENSELESS = {
    "no fob": ("", "7", START, END),
    "no user": ("7", "LK-7", START, END),
    "no window": ("7", "8", START, START),
    "no zone": ("7", "8", START.replace(tzinfo=None), END.replace(tzinfo=None)),
}


@pytest.mark.parametrize("asked", SENSELESS.values(), ids=SENSELESS)
def test_a_loan_that_cannot_be_right_is_not_sent(asked, client, site):
    with pytest.raises(Refused):
        client.lend(*asked)
    assert site.journal == []


def test_l_c27_a_fob_that_cannot_be_read_back_is_not_claimed(client, site, fob, user):
    broken = {"data": [{"id": fob.id, "name": "Fob", "access_expires": "tomorrow"}]}
    answering(site, "GET /api/v1/fob", broken)
    with pytest.raises(Garbled):
        lend(client, fob, user)


def test_l_c6_fobs_are_written_by_one_writer(sandbox, site, fob, user):
    site.switch["latency"] = 0.02
    client = connected(sandbox)
    assert client.limits.one_writer
    lend(client, fob, user)
    client.create_fobs([NewFob("FOB-09", "Fob 09", "30009")])
    assert not any(call.overlapped for call in site.journal)


def test_the_flow_knows_a_client_that_lends_fobs(client):
    assert isinstance(client, FobStock)
