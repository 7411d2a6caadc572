"""Events: every one, once the cloud knows it, and a word where some are lost."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from integrations.errors import Misconfigured
from tests.conftest import NOW
from tests.integrations.lockt.conftest import DURING, HOUR, connected, order

EVENT = {"id": 912, "device": "Core 4", "code": 48, "category": 1, "hw_time": "2026-03-10T13:01:09.000Z"}


def answering(site, *rows):
    site.fail("body", "GET /api/v1/events", body=json.dumps({"data": rows}))


def used(site, times):
    for _ in range(times):
        site.use_door(501, "40001", at=DURING)


def refs(page):
    return [int(event.ref) for event in page.events]


@pytest.mark.parametrize("name", ["hw_time", "event_time"])
def test_l_c17_a_use_of_a_door_is_an_event_under_either_name_of_its_time(client, site, name):
    site.switch["event_time"] = name
    client.issue([order()])
    site.use_door(501, "40001", at=DURING)
    [event] = client.events("").events
    assert (event.outcome, event.door_name, event.card_number) == ("granted", "Hall A front", "40001")
    assert (event.happened_at, event.person, event.text) == (DURING, "1, Booking", "Access Granted")
    assert event.raw["category"] == 1


def test_l_c17_a_denied_use_says_why(client, site):
    site.doors[501].battery = 0
    site.use_door(501, "9")
    [event] = client.events("").events
    assert (event.outcome, event.text) == ("denied", "Access Denied: Battery Missing")


@pytest.mark.parametrize("bound", ["inclusive", "exclusive"])
@pytest.mark.parametrize("gaps", [True, False])
def test_l_c18_no_event_is_missed_between_polls(client, site, bound, gaps):
    site.switch |= {"event_bound": bound, "event_gaps": gaps}
    seen: set[int] = set()
    for times in (70, 0, 1, 60):
        used(site, times)
        page = client.events(str(max(seen, default="")))
        assert refs(page) == sorted(refs(page))
        assert page.gap == ""
        seen |= set(refs(page))
    assert seen == {event.id for event in site.events}
    assert len(seen) == 131


def test_l_c18_only_what_is_new_and_a_little_more_is_read(client, site):
    used(site, 200)
    last = refs(client.events(""))[-1]
    assert min(refs(client.events(str(last)))) > last - 51


def test_l_c17_an_event_that_was_uploaded_late_comes_by_its_number_not_by_its_time(client, site):
    site.use_door(501, "40001", at=NOW - 9 * HOUR, learned=NOW + HOUR)
    used(site, 1)
    [first] = client.events("").events
    site.clock.move(2 * HOUR)
    page = client.events(first.ref)
    assert [event.happened_at for event in page.events] == [DURING, NOW - 9 * HOUR]


def test_l_c18_a_full_page_that_does_not_reach_back_is_a_gap(sandbox, site):
    site.switch |= {"events_cache": 10, "event_gaps": False}
    client = connected(sandbox, options={"events_cache": 10})
    used(site, 10)
    last = refs(client.events(""))[-1]
    used(site, 10)
    assert client.events(str(last)).gap == ""
    used(site, 1)
    assert "911 to 911" in client.events(str(last)).gap


@pytest.mark.parametrize("times", [3, 400])
def test_l_c18_numbers_that_begin_again_are_told_and_the_events_given(client, site, times):
    used(site, 400)
    last = refs(client.events(""))[-1]
    site.reset_events()
    used(site, times)
    page = client.events(str(last))
    assert "begun again" in page.gap
    assert len(page.events) == times


def test_l_c18_an_offset_of_the_account_makes_numbers_go_on_after_a_reset(sandbox, site):
    site.reset_events()
    used(site, 2)
    page = connected(sandbox, options={"events_offset": 20_000}).events("17249")
    assert (refs(page), page.gap) == ([20_001, 20_002], "")


def test_l_c18_a_vendor_whose_filter_gives_older_events_is_read_whole(client, site):
    used(site, 3)
    answering(site, {**EVENT, "id": 865}, {**EVENT, "id": 864})
    page = client.events("903")
    assert (len(page.events), page.gap) == (3, "")


def test_no_events_at_all_is_no_gap(client):
    page = client.events("17249")
    assert (page.events, page.gap) == ((), "")


@pytest.mark.parametrize(
    ("changed", "outcome"),
    [
        ({"code": 49, "category": 2}, "denied"),
        ({"code": "48", "category": None}, "granted"),
        ({"code": 77, "category": 2}, "denied"),
        ({"code": 48, "category": 2}, "other"),
        ({"code": 77, "category": 9}, "other"),
    ],
)
def test_an_outcome_is_what_code_and_category_agree_on(client, site, changed, outcome):
    answering(site, {**EVENT, **changed})
    assert client.events("").events[0].outcome == outcome


@pytest.mark.parametrize(
    "bad", [{"hw_time": ""}, {"hw_time": "yesterday"}, {"id": None}, {"id": -4}, {"device": 7}]
)
def test_an_event_that_cannot_be_read_is_shown_and_the_rest_goes_on(client, site, bad):
    answering(site, {**EVENT, **bad}, {**EVENT, "id": 913})
    page = client.events("")
    assert refs(page) == [913]
    assert [one.kind for one in page.rejected] == ["event"]


def test_an_event_without_its_own_time_has_that_of_its_recording(client, site):
    answering(site, {**EVENT, "hw_time": None, "db_time": "2026-03-10T19:40:55.120Z"})
    assert client.events("").events[0].happened_at - NOW > timedelta(days=1)


def test_an_option_that_is_no_number_is_named(sandbox, site):
    with pytest.raises(Misconfigured, match="events_overlap"):
        connected(sandbox, options={"events_overlap": "-1"})
