"""Pairings, calendars, blocks, a room's channels by programs: the acts and permissions of the pages."""

from __future__ import annotations

import pytest

from backoffice import clock, tasks
from backoffice.flow import feeds
from backoffice.models import Block, CalendarPairing, CalendarReading, Room, StaffAct, VendorAccount
from backoffice.word import Word
from tests.admin.paired import HARBOUR, HOLIDAYS, LAB, account, blocked, google, pairing, rooms, stay
from tests.api.test_api import client_of
from tests.factories import HOUR, UserFactory

__all__ = ["account", "google", "rooms", "stay"]
pytestmark = pytest.mark.django_db
PAIRINGS, BLOCKS, CALENDARS = "/api/v1/pairings/", "/api/v1/blocks/", "/api/v1/calendars/"


@pytest.fixture
def manager():
    return client_of("manager")


@pytest.fixture
def desk():
    return client_of("front desk")


@pytest.fixture
def viewer():
    return client_of("viewer")


def new(room, ref=LAB, **differs):
    given = {"room": room.pk, "account": "calendars", "ref": ref, "mode": "bidirectional"}
    return {**given, "scope": "no_contact", "reason": "a program paired it", **differs}


def code(answer):
    return answer.status_code, answer.json()["error"]["code"]


def message(answer):
    return answer.json()["error"]["message"]


# ------------------------------------------------------------------------------------------------ pairings


def test_the_calendars_of_an_account_are_asked_for_now(manager, account):
    found = manager.get(CALENDARS, {"account": "calendars"}).json()
    assert [(each["ref"], each["can_write"]) for each in found] == [
        (HARBOUR, True),
        (HOLIDAYS, False),
        (LAB, True),
    ]


def test_an_account_that_cannot_tell_says_why(manager, account, google):
    google.revoke()
    answer = manager.get(CALENDARS, {"account": "calendars"})
    assert code(answer) == (409, "not_possible")
    assert "Connect it on its page" in answer.json()["error"]["message"]
    assert manager.get(CALENDARS).status_code == 404


def test_a_room_is_paired_activated_changed_and_left(manager, account, rooms):
    made = manager.post(PAIRINGS, new(rooms[0], options=["birthday"]), format="json")
    assert made.status_code == 201
    row = made.json()
    assert (row["title"], row["standing"], row["options"]) == ("Laboratory", "not active", {"birthday": True})
    here = f"{PAIRINGS}{row['id']}/"
    assert manager.post(f"{here}activate/", {"reason": "go"}).json()["standing"] == "active"
    given = {"mode": "to_calendar", "scope": "empty", "reason": "privacy"}
    assert manager.post(f"{here}change/", given).json()["scope"] == "empty"
    assert code(manager.post(f"{here}unpair/", {"reason": "x"})) == (409, "not_possible")
    assert manager.post(f"{here}deactivate/", {"reason": "stop"}).json()["standing"] == "not active"
    assert manager.post(f"{here}unpair/", {"reason": "wrong room"}).json() == {"count": 0}
    assert not CalendarPairing.objects.exists()
    verbs = ["pair", "activate", "change pairing", "deactivate", "unpair"]
    assert list(StaffAct.objects.order_by("pk").values_list("verb", flat=True)) == verbs


def test_a_used_calendar_must_be_acknowledged(manager, account, rooms):
    pairing(account, rooms[0])
    refused = manager.post(PAIRINGS, new(rooms[1]), format="json")
    assert code(refused) == (409, "not_possible")
    assert "block every paired room. If that is wanted, send `acknowledged`: true" in message(refused)
    assert manager.post(PAIRINGS, new(rooms[1], acknowledged=True), format="json").status_code == 201
    first = CalendarPairing.objects.get(room=rooms[0])
    answer = manager.post(f"{PAIRINGS}{first.pk}/acknowledge/", {"reason": "one team"})
    assert answer.json()["acknowledged_at"]


@pytest.mark.parametrize("ref", ["boss@cal.test", HOLIDAYS])
def test_a_calendar_that_cannot_be_used_is_refused_in_words(manager, account, rooms, ref):
    answer = manager.post(PAIRINGS, new(rooms[0], ref), format="json")
    assert code(answer) == (409, "not_possible")


def test_a_paused_pairing_says_why(viewer, account, rooms):
    pairing(account, rooms[0])
    VendorAccount.objects.update(stopped_at=clock.now(), stopped_reason="consent was withdrawn: reconnect")
    (row,) = viewer.get(PAIRINGS).json()["results"]
    assert (row["standing"], "reconnect" in row["why"]) == ("paused", True)


def test_each_pairing_tells_when_its_own_calendar_was_read(viewer, manager, account, google, rooms):
    lab, harbour = (pairing(account, room, ref=ref) for room, ref in zip(rooms, (LAB, HARBOUR), strict=True))
    del google.store.calendars[LAB]
    assert tasks.refresh(account).state == "failed"
    rows = {row["id"]: row["read_at"] for row in viewer.get(PAIRINGS).json()["results"]}
    assert (rows[lab.pk], bool(rows[harbour.pk])) == (None, True)
    here = viewer.get(f"/api/v1/rooms/{rooms[1].pk}/channels/").json()["calendars"]
    assert here[0]["read_at"] == here[0]["pairing"]["read_at"] == rows[harbour.pk]
    again = manager.post(f"{PAIRINGS}{harbour.pk}/deactivate/", {"reason": "stop"}).json()
    assert again["read_at"] == rows[harbour.pk]


def test_the_desk_synchronises_one_room(desk, account, rooms):
    for room, ref in zip(rooms, (LAB, HARBOUR), strict=True):
        pairing(account, room, ref=ref)
        CalendarReading.objects.create(account=account, ref=ref, token="further")
    given = {"account": "calendars", "mode": "from_calendar", "room": rooms[0].pk, "reason": "look again"}
    answer = desk.post(f"{PAIRINGS}synchronise/", given)
    assert (answer.status_code, answer.json()) == (202, {"count": 1})
    assert CalendarReading.objects.get(token="").ref == LAB


def test_what_is_paired_is_read_once_it_is_active(
    manager, account, google, rooms, django_capture_on_commit_callbacks
):
    row = pairing(account, rooms[0], activated_at=None)
    with django_capture_on_commit_callbacks() as callbacks:
        manager.post(f"{PAIRINGS}{row.pk}/activate/", {"reason": "go"})
    assert len(callbacks) == 1
    assert tasks.refresh(VendorAccount.objects.get(pk=account.pk)).state == "ok"


@pytest.mark.parametrize("act", ["activate", "deactivate", "change", "acknowledge", "unpair"])
def test_only_managers_act_on_pairings(desk, account, rooms, act):
    row = pairing(account, rooms[0])
    assert desk.post(f"{PAIRINGS}{row.pk}/{act}/", {"reason": "x"}).status_code == 403
    assert desk.post(PAIRINGS, new(rooms[1]), format="json").status_code == 403
    assert desk.get(CALENDARS, {"account": "calendars"}).status_code == 403
    assert not StaffAct.objects.exists()


@pytest.mark.parametrize("act", ["activate", "deactivate", "acknowledge", "unpair"])
def test_every_act_needs_its_reason(manager, account, rooms, act):
    row = pairing(account, rooms[0])
    assert code(manager.post(f"{PAIRINGS}{row.pk}/{act}/", {})) == (400, "invalid")


# -------------------------------------------------------------------------------------------------- blocks


def test_blocks_are_found_by_room_state_account_booking_and_time(viewer, stay):
    row = blocked(stay, stay.resource, state="failed", error="It is closed")
    yes = {
        "room": row.room_id,
        "state": "failed",
        "account": row.account.slug,
        "booking": stay.booking_id,
        "ends_after": clock.now().isoformat(),
    }
    (found,) = viewer.get(BLOCKS, yes).json()["results"]
    assert (found["id"], found["error"], found["booking"]) == (row.pk, "It is closed", stay.booking_id)
    no = {"room": 0, "state": "active", "account": "other", "booking": 0}
    for name, value in no.items():
        answer = viewer.get(BLOCKS, {**yes, name: value})
        assert answer.status_code == 400 or answer.json()["count"] == 0, name
    assert viewer.get(BLOCKS, {"starts_before": (stay.starts_at - HOUR).isoformat()}).json()["count"] == 0


def test_ten_blocks_take_as_many_queries_as_one(viewer, stay, django_assert_max_num_queries):
    for _ in range(10):
        blocked(stay, stay.resource)
    with django_assert_max_num_queries(8):
        assert viewer.get(BLOCKS).json()["count"] == 10


def test_a_block_is_tried_again(desk, stay):
    row = blocked(stay, stay.resource, state="failed", attempts=4)
    assert desk.post(f"{BLOCKS}{row.pk}/retry/", {"reason": "it is back"}).json()["state"] == "planned"
    Block.objects.update(state="active")
    assert code(desk.post(f"{BLOCKS}{row.pk}/retry/", {"reason": "x"})) == (409, "not_possible")


def test_what_was_undone_is_seen(desk, viewer, stay):
    row = blocked(stay, stay.resource, state="active", note="Somebody moved it.")
    here = f"{BLOCKS}{row.pk}/seen/"
    assert viewer.post(here, {"reason": "x"}).status_code == 403
    assert desk.post(here, {"reason": "told the cleaners"}).json()["note"] == ""
    assert code(desk.post(here, {"reason": "x"})) == (409, "not_possible")


def test_a_viewer_tries_no_block_again(viewer, stay):
    row = blocked(stay, stay.resource, state="failed")
    assert viewer.post(f"{BLOCKS}{row.pk}/retry/", {"reason": "x"}).status_code == 403


# ------------------------------------------------------------------------------------------------- a room


def test_a_room_tells_all_its_channels(viewer, account, stay, rooms):
    row = pairing(account, rooms[0])
    pairing(account, rooms[1])
    blocked(stay, stay.resource, state="failed", error="It is closed")
    feeds.offer(rooms[0].venue, "empty", Word(UserFactory(), "the cleaners", clock.now()))
    found = viewer.get(f"/api/v1/rooms/{rooms[0].pk}/channels/").json()
    (sold,), (calendar,) = found["sold"], found["calendars"]
    assert (sold["account"], sold["can_block"], sold["blocked"]) == (stay.resource.account.slug, True, False)
    assert (calendar["pairing"]["id"], calendar["shared_with"]) == (row.pk, [rooms[1].pk])
    assert [each["error"] for each in found["blocks"]] == ["It is closed"]
    assert len(found["feeds"]) == len(found["warnings"]) == 1
    assert "token" not in str(found)


def test_where_a_room_is_blocked_is_said_with_a_reason(manager, desk, stay, rooms):
    here, slug = f"/api/v1/rooms/{rooms[0].pk}/block-on/", stay.resource.account.slug
    given = {"accounts": [slug], "reason": "sold twice"}
    assert desk.post(here, given, format="json").status_code == 403
    assert manager.post(here, given, format="json").json()["accounts"] == [slug]
    assert Room.objects.get(pk=rooms[0].pk).block_on == [slug]
    again = manager.post(here, {"accounts": ["nobody"], "reason": "x"}, format="json")
    assert code(again) == (409, "not_possible")


def test_what_is_wrong_in_a_list_is_told_in_words(manager, account, rooms):
    answer = manager.post(PAIRINGS, new(rooms[0], options=["birthday", "holidays"]), format="json")
    error = answer.json()["error"]
    assert error["message"] == 'options: "holidays" is not a valid choice.'
    assert error["fields"] == {"options": ['"holidays" is not a valid choice.']}


def test_what_is_wrong_with_no_field_of_its_own_names_none(manager):
    answer = manager.post("/api/v1/feeds/", {"scope": "empty", "reason": "x"}, format="json")
    assert answer.json()["error"]["message"] == "Give either a room or a venue."


def test_only_a_calendar_that_is_shared_is_acknowledged(manager, account, rooms):
    row = pairing(account, rooms[0])
    here = f"{PAIRINGS}{row.pk}/acknowledge/"
    assert code(manager.post(here, {"reason": "x"})) == (409, "not_possible")
    pairing(account, rooms[1])
    assert manager.post(here, {"reason": "both are ours"}).status_code == 200
