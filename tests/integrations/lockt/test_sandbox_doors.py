"""The stand-in's doors, fobs and events (L-S11 to L-S13)."""

from __future__ import annotations

import pytest

from tests.conftest import NOW
from tests.integrations.lockt.conftest import DURING, HOUR, ROW


@pytest.mark.parametrize(("zone", "hour"), [("UTC", 10), ("Europe/Berlin", 9), ("America/New_York", 14)])
def test_l_s11_written_times_mean_the_sites_zone(post, site, zone, hour):
    site.switch["write_zone"] = zone
    post(ROW)
    assert site.user("BK-1").effective.hour == hour


def test_l_s12_a_fob_opens_what_its_user_may_in_its_own_window(call, post, site):
    post(ROW)
    fob = next(one for one in site.people.values() if one.fob)
    window = {"access_effective": "2026-03-09 10:00:00", "access_expires": "2026-03-09 11:00:00"}
    lent = {"id": str(fob.id), "user_id": str(site.user("BK-1").id), **window}
    assert call("PUT", "fob", {"fobs": [lent]}).json()["data"]["inserted"] == 1
    assert site.opens(501, "30007", NOW + HOUR)
    assert not site.opens(501, "30007", NOW + 2 * HOUR)
    assert not site.opens(502, "30007", NOW + HOUR)


@pytest.mark.parametrize(("dates", "kept"), [("keep", True), ("clear", False)])
def test_l_s12_dates_that_a_reassignment_leaves_out_are_kept_or_cleared(call, post, site, dates, kept):
    post(ROW)
    site.switch["fob_dates"] = dates
    call("POST", "fob", {"fobs": [{"name": "F", "card_num": 5599, "access_expires": "2026-03-09 11:00:00"}]})
    fob = next(one for one in site.people.values() if one.name == "F")
    call("PUT", "fob", {"fobs": [{"id": fob.id, "user_id": site.user("BK-1").id}]})
    assert (site.people[fob.id].expires is not None) is kept


@pytest.mark.parametrize("row", [{"id": 1, "user_id": 1}, {"id": 7001, "user_id": 7001}, {}])
def test_l_s9_only_fobs_go_to_users(call, row):
    assert call("PUT", "fob", {"fobs": [row]}).status_code == 400


def test_l_s12_a_door_without_battery_stays_closed(post, site):
    post(ROW)
    site.doors[501].battery = 0
    assert not site.opens(501, "20417", DURING)


def test_l_s13_events_are_the_newest_and_no_more_than_the_cache(call, site):
    site.switch["events_cache"] = 3
    for _ in range(5):
        site.use_door(501, "1")
    listed = [event["id"] for event in call("GET", "events").json()["data"]]
    assert listed == sorted(listed, reverse=True)
    assert len(listed) == 3
