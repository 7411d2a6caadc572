from __future__ import annotations

from datetime import timedelta

import pytest

from backoffice.flow import audit
from backoffice.models import EntryEvent, Finding
from backoffice.states import Known
from integrations.types import EventPage, EventRecord, Rejected
from tests.factories import (
    HOUR,
    NOW,
    START,
    CardDoorFactory,
    EventFactory,
    GrantFactory,
    LocktFactory,
)
from tests.flow.stays import active
from tests.support import Written

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
CARD = "500001"


def event(ref: str = "912", **fields) -> EventRecord:
    said = {"happened_at": START, "outcome": "granted", "text": "Access Granted", "card_number": CARD}
    return EventRecord(ref=ref, **{**said, **fields})


def card(door, **fields):
    return active(GrantFactory(door=door), "QQQQ-WWWW-1212-3434", card_number=CARD, **fields)


@pytest.fixture
def door():
    return CardDoorFactory(name="Hall", ref="501")


def test_an_event_is_kept_once(door):
    page = EventPage((event(), event()))
    assert audit.learn(door.account, page, NOW) == 1
    with Written() as written:
        assert audit.learn(door.account, page, NOW + HOUR) == 0
    assert written == {}


def test_an_event_is_matched_to_its_door_by_the_vendors_id(door):
    audit.learn(door.account, EventPage((event(door_ref="501"),)), NOW)
    assert EntryEvent.objects.get().door == door


def test_an_event_that_names_its_door_is_matched_by_name(door):
    audit.learn(door.account, EventPage((event(door_name="Hall"),)), NOW)
    assert EntryEvent.objects.get().door == door


def test_a_name_that_two_doors_have_matches_none(door):
    CardDoorFactory(account=door.account, name="Hall")
    audit.learn(door.account, EventPage((event(door_name="Hall"),)), NOW)
    assert EntryEvent.objects.get().door is None


def test_a_door_of_another_account_is_not_matched(door):
    other = LocktFactory()
    audit.learn(other, EventPage((event(door_ref="501"),)), NOW)
    assert EntryEvent.objects.get().door is None


def test_a_code_that_opened_its_door_is_seen(door):
    code = card(door)
    audit.learn(door.account, EventPage((event(door_ref="501"),)), NOW)
    code.refresh_from_db()
    assert (code.known, code.seen_at) == (Known.SEEN, START)
    assert EntryEvent.objects.get().code == code


def test_a_code_that_a_door_refused_is_not_seen(door):
    code = card(door)
    audit.learn(door.account, EventPage((event(door_ref="501", outcome="denied"),)), NOW)
    code.refresh_from_db()
    assert code.seen_at is None
    assert EntryEvent.objects.get().code == code


def test_a_card_is_whose_it_was_at_the_time_of_the_event(door):
    card(door, starts_at=START - 5 * HOUR, ends_at=START - 2 * HOUR)
    mine = card(door)
    card(door, starts_at=START + 3 * HOUR, ends_at=START + 6 * HOUR)
    audit.learn(door.account, EventPage((event(),)), NOW)
    assert EntryEvent.objects.get().code == mine


def test_a_card_just_outside_its_time_is_still_its_holders(door):
    code = card(door)
    audit.learn(door.account, EventPage((event(happened_at=code.ends_at + 10 * MINUTE),)), NOW)
    assert EntryEvent.objects.get().code == code


def test_a_card_long_after_its_time_is_nobodys(door):
    code = card(door)
    audit.learn(door.account, EventPage((event(happened_at=code.ends_at + 20 * MINUTE),)), NOW)
    assert EntryEvent.objects.get().code is None


def test_a_guest_with_a_card_for_two_doors_is_seen_at_the_one_he_opened(door):
    other = card(CardDoorFactory(account=door.account))
    code = card(door)
    audit.learn(door.account, EventPage((event(door_ref="501"),)), NOW)
    other.refresh_from_db()
    assert (EntryEvent.objects.get().code, other.seen_at) == (code, None)


def test_a_code_was_first_seen_when_it_was_first_used(door):
    code = card(door)
    page = EventPage((event("2", happened_at=START + MINUTE, door_ref="501"), event("1", door_ref="501")))
    audit.learn(door.account, page, NOW)
    code.refresh_from_db()
    assert code.seen_at == START


def test_the_cursor_is_the_biggest_number_and_not_the_latest_text():
    account = LocktFactory()
    for ref in ("99", "1000", "x-7"):
        EventFactory(account=account, ref=ref)
    assert audit.cursor(account) == "1000"


def test_an_account_without_events_has_no_cursor():
    EventFactory()
    assert audit.cursor(LocktFactory()) == ""


def test_a_gap_in_the_events_is_shown_for_a_week(door):
    audit.learn(door.account, EventPage((), gap="5 events between 10 and 15"), NOW)
    audit.findings(NOW + timedelta(days=6))
    assert "5 events between 10 and 15" in Finding.objects.get(closed_at=None).text
    audit.findings(NOW + timedelta(days=7))
    assert not Finding.objects.filter(closed_at=None).exists()


def test_an_event_that_cannot_be_read_is_shown_and_the_rest_kept(door):
    page = EventPage((event(),), rejected=(Rejected("event", "913", "hw_time is no time"),))
    assert audit.learn(door.account, page, NOW) == 1
    assert Finding.objects.get().kind == "event_unreadable"
