"""Secret calendar addresses: what is to be seen there, by scope (google_calendar S1-S3), and to whom."""

from __future__ import annotations

import logging
import re
from datetime import timedelta

import icalendar
import pytest
from django.conf import settings
from django.test import Client

from backoffice import clock
from backoffice.flow import feeds
from backoffice.logs import Discreet
from backoffice.models import Feed, StaffAct
from backoffice.word import NotPossible, Word
from tests import factories as make

pytestmark = pytest.mark.django_db
HOUR = make.HOUR
PHONE, EMAIL = "+48 600 100 200", "ida@example.test"


@pytest.fixture
def start(now):
    return now.replace(minute=0, second=0) + 24 * HOUR


@pytest.fixture
def now():
    return clock.now().replace(microsecond=0)


@pytest.fixture
def word(now):
    def given(reason="the cleaners", at=now):
        return Word(make.UserFactory(), reason, at)

    return given


@pytest.fixture
def room():
    return make.RoomFactory(name="Laboratory")


@pytest.fixture
def game(room, start):
    customer = make.CustomerFactory(name="Ida Kern", email=EMAIL, phone=PHONE)
    booking = make.BookingFactory(
        account=customer.account, customer=customer, ref="7", price="120.00", people=4, title="Gold package"
    )
    return make.OccurrenceFactory(room=room, booking=booking, starts_at=start)


def get(feed, **headers):
    return Client().get(f"/feeds/{feed.token}.ics", headers=headers)


def told(feed):
    return icalendar.Calendar.from_ical(get(feed).content).events


@pytest.fixture
def feed_of(word):
    return lambda place, scope="full": feeds.offer(place, scope, word())


# --------------------------------------------------------------------------------------------- what is shown


def test_a_rooms_feed_has_its_bookings_on_the_venues_clock(room, game, feed_of):
    answer = get(feed_of(room))
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    (event,) = icalendar.Calendar.from_ical(answer.content).events
    assert event["DTSTART"].params == {"TZID": "Europe/Berlin"}
    assert (event.start, event.end) == (game.starts_at, game.ends_at)


def test_s1_a_full_feed_has_name_price_contact_details_and_date(room, game, feed_of):
    (event,) = told(feed_of(room, "full"))
    assert "Ida Kern" in event["SUMMARY"]
    for said in ("120.00", EMAIL, PHONE, f"{game.starts_at.astimezone():%Y}", "People: 4"):
        assert said in event["DESCRIPTION"]


def test_s2_no_contact_is_anywhere_in_the_feed_whatever_field_it_was_typed_into(room, game, feed_of):
    booking = game.booking
    booking.title, booking.price = f"call 0048600100200 or {EMAIL.upper()}", "120.00"
    booking.status_text = "rang from 600-100-200"
    booking.save()
    booking.customer.name = f"Ida Kern {EMAIL}"
    booking.customer.save()
    text = get(feed_of(room, "no_contact")).content.decode().replace("\r\n ", "")
    assert "Ida Kern" in text
    assert "120.00" in text
    assert "@example.test" not in text.lower()
    assert not re.search(r"600\D?100\D?200", text)


def test_s3_an_empty_feed_has_the_rooms_name_and_the_time_and_no_more(room, game, feed_of):
    (event,) = told(feed_of(room, "empty"))
    assert event["SUMMARY"] == "Laboratory"
    assert not {"DESCRIPTION", "LOCATION"} & set(event)
    text = get(feed_of(room, "empty")).content.decode()
    for said in ("Ida", "Kern", "120.00", EMAIL, "Gold", game.booking.account.slug):
        assert said not in text


@pytest.mark.parametrize("how", ["cancelled", "gone", "booking gone", "echo"])
def test_what_was_cancelled_or_is_our_own_block_has_vanished(room, game, feed_of, now, how):
    feed = feed_of(room)
    assert len(told(feed)) == 1
    off(game, how, now)
    assert told(feed) == []


def off(game, how, now):
    booking = game.booking
    if how == "echo":
        other = make.OccurrenceFactory(starts_at=game.starts_at)
        booking.echo_of = other.blocks.create(
            room=game.resource.room,
            account=booking.account,
            resource=game.resource,
            key="k",
            starts_at=game.starts_at,
            ends_at=game.ends_at,
            created_at=now,
        )
    booking.status = "cancelled" if how == "cancelled" else booking.status
    booking.gone_at = now if how == "booking gone" else None
    booking.save()
    game.gone_at = now if how == "gone" else None
    game.save()


def test_what_is_not_paid_is_tentative(room, game, feed_of):
    game.booking.status = "pending"
    game.booking.save()
    assert told(feed_of(room))[0]["STATUS"] == "TENTATIVE"


def test_an_entry_of_another_calendar_is_told_as_taken_only(room, game, feed_of):
    game.booking.status, game.booking.title = "block", "Anna's birthday"
    game.booking.save()
    (event,) = told(feed_of(room))
    assert event["SUMMARY"] == "Blocked: Laboratory"
    assert "Anna" not in str(event.to_ical())


def test_a_venues_feed_has_all_its_rooms_and_no_other_venues(room, game, feed_of, start):
    make.OccurrenceFactory(room=make.RoomFactory(venue=room.venue, name="Hall"), starts_at=start)
    make.OccurrenceFactory(starts_at=start)
    assert {event["LOCATION"] for event in told(feed_of(room.venue))} == {
        "Laboratory, Centre",
        "Hall, Centre",
    }


def test_a_rooms_feed_shows_what_takes_it_its_whole_and_its_parts_and_not_its_sisters(feed_of, start):
    whole = make.RoomFactory(name="Whole")
    part, sister = (
        make.RoomFactory(venue=whole.venue, part_of=whole, name=name) for name in ("Part", "Sister")
    )
    for taken in (whole, part, sister):
        make.OccurrenceFactory(room=taken, starts_at=start)
    assert {event["LOCATION"] for event in told(feed_of(part))} == {"Whole, Centre", "Part, Centre"}
    assert len(told(feed_of(whole))) == 3


def test_an_event_keeps_its_id_and_its_sequence_grows_when_the_booking_changes(room, game, feed_of):
    feed = feed_of(room)
    (before,) = told(feed)
    game.starts_at, game.ends_at = game.starts_at + HOUR, game.ends_at + HOUR
    game.save()
    game.booking.changed_at += timedelta(minutes=5)
    game.booking.save()
    (after,) = told(feed)
    assert before["UID"] == after["UID"]
    assert after["SEQUENCE"] > before["SEQUENCE"]


def test_twenty_bookings_take_as_many_queries_as_one(
    room, game, feed_of, start, django_assert_max_num_queries
):
    feed = feed_of(room)
    for n in range(1, 20):
        make.OccurrenceFactory(room=room, starts_at=start + n * HOUR)
    with django_assert_max_num_queries(6):
        assert len(told(feed)) == 20


# ------------------------------------------------------------------------------------------------ to whom


def test_a_program_that_has_it_already_is_told_so_until_something_changes(room, game, feed_of):
    feed = feed_of(room)
    first = get(feed)
    same = get(feed, if_none_match=first["ETag"])
    assert (same.status_code, same.content) == (304, b"")
    assert get(feed, if_modified_since=first["Last-Modified"]).status_code == 304
    game.booking.price = "130.00"
    game.booking.save()
    assert get(feed, if_none_match=first["ETag"]).status_code == 200


def test_the_time_of_the_last_change_goes_on_when_a_booking_is_gone(room, game, feed_of, now):
    feed = feed_of(room)
    before = get(feed)["Last-Modified"]
    game.booking.gone_at = now + HOUR
    game.booking.save()
    assert get(feed)["Last-Modified"] != before


def test_nobody_keeps_it_for_others_and_no_cookie_goes_along(room, game, feed_of):
    client = Client()
    client.force_login(make.UserFactory())
    answer = client.get(f"/feeds/{feed_of(room).token}.ics")
    assert answer["Cache-Control"] == "private, no-cache"
    assert (answer["Referrer-Policy"], answer["X-Robots-Tag"]) == ("no-referrer", "noindex")
    assert not answer.cookies
    assert "Cookie" not in answer.get("Vary", "")


def test_a_withdrawn_address_is_as_unknown_as_any(room, feed_of, word):
    feed = feed_of(room)
    feeds.withdraw(feed, word("they left"))
    unknown = Client().get("/feeds/nothing.ics")
    gone = get(feed)
    assert (gone.status_code, gone.content) == (unknown.status_code, unknown.content) == (404, b"Not found")


def test_a_renewed_address_is_another_and_the_old_one_is_dead(room, feed_of, word):
    feed = feed_of(room)
    old = feed.token
    feeds.renew(feed, word("it was in a mail"))
    assert Client().get(f"/feeds/{old}.ics").status_code == 404
    assert get(feed).status_code == 200


def test_an_address_is_only_read(room, feed_of):
    address = f"/feeds/{feed_of(room).token}.ics"
    assert Client().post(address).status_code == 405
    assert Client().head(address).status_code == 200
    assert Client().get(f"/feeds/{'x' * 5000}.ics").status_code == 404


def test_the_token_is_encrypted_at_rest_and_in_no_record_and_no_log(room, feed_of, word, caplog):
    feed = feed_of(room)
    shown = feeds.reveal(feed, word("for the cleaners"))
    with caplog.at_level(logging.DEBUG):
        Client().get(shown.replace(".ics", "x.ics"))
        Client().get(shown)
    assert feed.token in shown
    assert feed.token not in caplog.text
    assert feed.token not in str(list(StaffAct.objects.values()))
    assert Feed.objects.extra(select={"stored": "token"}).values_list("stored", flat=True)[0] != feed.token


def test_a_log_line_with_an_address_is_masked():
    line = logging.LogRecord("x", 30, "", 0, "GET /feeds/t0ken.ics HTTP/1.1", (), None)
    assert settings.LOGGING["formatters"]["line"]["class"] == "backoffice.logs.Discreet"
    assert "t0ken" not in Discreet().format(line)


# ------------------------------------------------------------------------------------------- staff's acts


def test_who_was_given_an_address_and_who_saw_it_is_on_record(room, feed_of, word):
    feed = feed_of(room)
    feeds.reveal(feed, word("typed it into the tablet"))
    feeds.renew(feed, word("lost tablet"))
    feeds.withdraw(feed, word("closed"))
    verbs = list(StaffAct.objects.order_by("pk").values_list("verb", "reason"))
    assert verbs == [
        ("offer", "the cleaners"),
        ("reveal", "typed it into the tablet"),
        ("renew", "lost tablet"),
        ("withdraw", "closed"),
    ]


@pytest.mark.parametrize("act", [feeds.reveal, feeds.renew, feeds.withdraw])
def test_with_a_withdrawn_address_nothing_can_be_done(room, feed_of, word, act):
    feed = feeds.withdraw(feed_of(room), word())
    with pytest.raises(NotPossible, match="make a new one"):
        act(feed, word())


def test_a_scope_that_is_none_is_refused(room, word):
    with pytest.raises(NotPossible, match="how much is shown"):
        feeds.offer(room, "everything", word())
