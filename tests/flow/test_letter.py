from __future__ import annotations

import string
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.core import mail

from backoffice.flow.deliver import deliver
from backoffice.flow.deliver.letter import known_language, languages, words
from tests.factories import (
    HOUR,
    NOW,
    START,
    CardDoorFactory,
    GrantFactory,
    RoomFactory,
)
from tests.flow.stays import active, stay, told

pytestmark = pytest.mark.django_db


def test_a_pin_is_told_exactly_as_it_is_typed():
    (grant,) = stay()
    active(grant, "004211")
    deliver(NOW)
    assert "PIN: 004211\n" in told()


def test_a_lock_that_wants_a_star_first_is_told_with_it():
    (grant,) = stay()
    grant.door.lock["star"] = True
    grant.door.save()
    active(grant)
    deliver(NOW)
    assert "PIN: *004211\n" in told()


def test_the_access_window_is_told_and_not_what_the_lock_opens_beyond_it():
    (grant,) = stay()
    active(grant)
    deliver(NOW)
    assert "opens 17:45–19:15" in told()
    assert "Monday, 9 March 2026, 18:00–19:00" in told()
    assert "Europe/Berlin" in told()


def test_a_letter_says_whom_to_call_when_a_door_stays_shut():
    (grant,) = stay(room=RoomFactory(venue__phone="+49 30 555 0100"))
    active(grant)
    deliver(NOW)
    assert "If a door does not open, call +49 30 555 0100." in told()
    (page, _), *_ = mail.outbox[-1].alternatives
    assert '<a href="tel:+49305550100"' in page


def test_a_venue_without_a_telephone_is_named_and_no_number_is_made_up():
    (grant,) = stay(booking__language="de")
    active(grant)
    deliver(NOW)
    assert "wenden Sie sich bitte an: Centre." in told()
    assert "tel:" not in mail.outbox[-1].alternatives[0][0]


def test_whatever_stands_in_a_venues_telephone_comes_escaped():
    (grant,) = stay(room=RoomFactory(venue__phone='"><b>1</b>'), booking__language="de")
    active(grant)
    deliver(NOW)
    assert 'rufen Sie bitte "><b>1</b> an.' in told()
    assert "<b>1</b>" not in mail.outbox[-1].alternatives[0][0]


def test_several_pins_of_one_door_are_told_with_their_times():
    (grant,) = stay()
    active(grant, "111111", ends_at=START)
    active(grant, "222222", starts_at=START)
    deliver(NOW)
    assert "PIN: 111111 (17:45–18:00)" in told()
    assert "PIN: 222222 (18:00–19:15)" in told()


def test_the_doors_come_in_path_order():
    first, second = stay(doors=2)
    active(second, "222222")
    active(first, "111111")
    deliver(NOW)
    assert told().index("1. Door 1") < told().index("111111") < told().index("2. Door 2")


def test_a_card_of_two_doors_is_told_as_one_key():
    (first,) = stay()
    occurrence = first.occurrence
    first.delete()
    for position in (1, 2):
        door = CardDoorFactory(venue=occurrence.resource.room.venue)
        active(GrantFactory(occurrence=occurrence, door=door, position=position), "QQQQ-WWWW-1212-3434")
    deliver(NOW)
    assert told().count("QQQQ-WWWW-1212-3434") == 1
    assert "the same key opens this door" in told()


def test_a_card_whose_key_is_not_known_yet_is_not_told():
    (first,) = stay()
    door = CardDoorFactory(venue=first.door.venue)
    active(first)
    active(GrantFactory(occurrence=first.occurrence, door=door, position=2), "")
    deliver(NOW)
    assert not mail.outbox


@pytest.mark.parametrize(
    ("booking", "customer", "account", "greeting"),
    [
        ("de", "en", "en", "Guten Tag Ida Kern,"),
        ("", "de-AT", "en", "Guten Tag Ida Kern,"),
        ("", "", "de", "Guten Tag Ida Kern,"),
        ("", "", "", "Hello Ida Kern,"),
        ("pl", "", "", "Hello Ida Kern,"),
    ],
)
def test_a_guest_is_told_in_the_language_of_the_booking(booking, customer, account, greeting):
    (grant,) = stay(booking__language=booking, booking__customer__language=customer)
    source = grant.occurrence.booking.account
    source.options = {"language": account} if account else {}
    source.save()
    active(grant)
    deliver(NOW)
    assert told().startswith(greeting)


def test_days_are_named_in_the_language_of_the_mail():
    (grant,) = stay(booking__language="de")
    active(grant)
    deliver(NOW)
    assert "Montag, 9. März 2026, 18:00–19:00 Uhr" in told()


def test_every_language_has_the_same_phrases_with_the_same_fields():
    def shape(phrases):
        return {
            name: {field for _, field, _, _ in string.Formatter().parse(text) if field}
            for name, text in phrases.items()
        }

    assert {language for language in languages() if shape(words(language)) != shape(words("en"))} == set()


@pytest.mark.parametrize("code", ["de", "DE", "de-CH", "de_AT"])
def test_german_by_any_name_is_german(code):
    assert known_language(code) == "de"


def test_a_repeated_hour_is_told_with_the_name_of_its_zone():
    berlin = ZoneInfo("Europe/Berlin")
    start = datetime(2026, 10, 25, 2, 15, tzinfo=berlin)
    end = datetime(2026, 10, 25, 2, 45, tzinfo=berlin, fold=1)
    (grant,) = stay(starts_at=start, ends_at=end)
    grant.starts_at, grant.ends_at = start, end
    grant.save()
    active(grant, starts_at=start, ends_at=end)
    deliver(start - HOUR)
    assert "02:15 CEST–02:45 CET" in told()


def test_no_code_stands_in_a_subject_or_a_header():
    (grant,) = stay()
    active(grant)
    deliver(NOW)
    message = mail.outbox[0].message()
    assert not [value for value in message.values() if "004211" in value]


def test_a_guests_name_cannot_break_out_of_the_html():
    (grant,) = stay(booking__customer__name="<script>alert(1)</script>")
    active(grant)
    deliver(NOW)
    html = mail.outbox[0].alternatives[0][0]
    assert "<script>" not in html
    assert "004211" in html


def test_a_room_with_a_line_break_in_its_name_still_has_a_subject():
    (grant,) = stay(room=RoomFactory(name="Lab\nBcc: all@example.test"))
    active(grant)
    assert deliver(NOW)["sent"] == 1
