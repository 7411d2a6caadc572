"""The write-zone probe proves or refuses the account's zone, and leaves the spare user as it was (L-C15)."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from integrations.errors import Garbled, Misconfigured, Refused, Unavailable
from tests.integrations.lockt.conftest import DURING, END, START, connected, order

POST = "POST /api/v1/user"
SPARE = "LK-ZONE-PROBE"


@pytest.fixture
def spare(site):
    """A disabled user with everything that must not get lost."""
    return site.add_user(
        id_num="SPARE",
        first_name="Spare",
        last_name="User",
        card_num="99",
        email="spare@example.test",
        phone="4917",
        effective=START,
        expires=END,
        enabled=False,
        levels=[11, 12],
    )


def kept(site):
    person = site.user("SPARE")
    return {name: getattr(person, name) for name in person.__slots__}


def hours(proof):
    return [one.offset.total_seconds() / 3600 for one in proof.readings]


@pytest.mark.parametrize("zone", ["Europe/Berlin", "UTC", "America/New_York", "Asia/Kathmandu"])
def test_l_c15_the_right_zone_is_proven(sandbox, site, zone):
    site.switch["write_zone"] = zone
    proof = connected(sandbox, timezone=zone).probe_zone()
    assert (proof.proven, proof.restored, proof.timezone) == (True, True, zone)


WRONG = {
    "UTC for Berlin": ("UTC", "Europe/Berlin", [0, 0]),
    "Berlin for UTC": ("Europe/Berlin", "UTC", [-1, -2]),
    "Berlin for London": ("Europe/Berlin", "Europe/London", [-1, -2]),
    "right in winter alone": ("Europe/London", "UTC", [0, -1]),
    "right in summer alone": ("America/New_York", "America/Puerto_Rico", [5, 4]),
}


@pytest.mark.parametrize(("written", "believed", "offsets"), WRONG.values(), ids=WRONG)
def test_l_c15_a_wrong_zone_is_refused_and_its_offsets_are_told(sandbox, site, written, believed, offsets):
    site.switch["write_zone"] = written
    proof = connected(sandbox, timezone=believed).probe_zone()
    assert (proof.proven, hours(proof)) == (False, offsets)
    assert f"NOT in {believed}" in proof.note


def test_l_c15_the_times_are_precise_to_the_second_and_offsets_are_read_minus_written(client):
    winter, summer = client.probe_zone().readings
    assert (winter.written_text, summer.written_text) == ("2026-01-15 03:04:05", "2026-07-15 06:07:08")
    assert winter.read_at == datetime(2026, 1, 15, 2, 4, 5, tzinfo=UTC)
    assert (winter.offset, summer.offset) == (timedelta(hours=-1), timedelta(hours=-2))


@pytest.mark.parametrize("zone", ["Europe/Berlin", "UTC", "America/New_York"])
def test_l_c15_the_spare_user_is_left_as_it_was_whatever_the_zone(sandbox, site, spare, zone):
    before = kept(site)
    proof = connected(sandbox, timezone=zone).probe_zone("SPARE")
    assert (proof.restored, kept(site)) == (True, before)


def test_l_c14_an_unlimited_spare_user_is_unlimited_again(client, site, spare):
    spare.effective = spare.expires = None
    client.probe_zone("SPARE")
    assert (site.user("SPARE").effective, site.user("SPARE").expires) == (None, None)


def test_l_c9_the_probe_takes_no_level_away_and_states_every_option(client, site, spare):
    client.probe_zone("SPARE")
    options = {"update_existing": "true", "validate_fails_batch": "true", "replace_privileges": "false"}
    assert [write["options"] for write in site.writes()] == [options, options]
    assert site.user("SPARE").levels == [11, 12]


def test_a_spare_user_that_is_not_there_is_made_and_can_open_nothing(client, site):
    client.probe_zone()
    made = site.user(SPARE)
    assert (made.enabled, made.levels, made.card_num, made.expires.year) == (False, [], "", 1999)
    client.probe_zone()
    assert len(site.people) == 2, "the fob, and one spare user"


def test_a_user_who_may_open_doors_is_not_probed_with(client, site):
    client.issue([order()])
    with pytest.raises(Refused, match="disabled"):
        client.probe_zone("LK-1")
    assert site.opens(501, "40001", DURING)
    assert len(site.writes()) == 1


def test_l_c12_a_spare_user_who_shares_its_address_is_not_written(client, site, spare):
    site.add_user(id_num="OTHER", card_num="98", email="SPARE@example.test")
    with pytest.raises(Refused, match="e-mail"):
        client.probe_zone("SPARE")
    assert site.writes() == []


def test_l_c10_times_that_the_vendor_ignored_prove_nothing(client, site, spare):
    spare.expires = END + timedelta(minutes=7)
    ignored = {"data": {"submitted": 1, "inserted": 0, "updated": 0, "errors": 0}}
    site.fail("status", POST, times=9, status=200, body=json.dumps(ignored))
    with pytest.raises(Garbled):
        client.probe_zone("SPARE")


def test_l_c15_after_a_lost_answer_the_spare_user_is_put_back(client, site, spare):
    before = kept(site)
    site.fail("drop_after", POST)
    with pytest.raises(Unavailable):
        client.probe_zone("SPARE")
    assert kept(site) == before


def test_l_c15_a_window_that_could_not_be_put_back_is_said(client, site, spare):
    def sticky(request):
        answered = right(request)
        site.user("SPARE").expires = probed
        return answered

    probed = datetime(2026, 7, 15, 4, 7, 8, tzinfo=UTC)
    right, site.post_user = site.post_user, sticky
    proof = client.probe_zone("SPARE")
    assert (proof.proven, proof.restored) == (True, False)
    assert "could not be put back" in proof.note


def test_a_spare_user_that_the_vendor_refuses_is_an_error(client, site, spare):
    spare.card_num = "x9"
    with pytest.raises(Refused, match="Non-Numeric"):
        client.probe_zone("SPARE")


def test_l_c23_a_wrong_key_is_asked_once(client, site):
    site.fail("status", POST, status=401)
    with pytest.raises(Misconfigured):
        client.probe_zone()
    assert len(site.calls(POST)) == 1
