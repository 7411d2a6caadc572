from __future__ import annotations

import smtplib
import string
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend

from backoffice.flow.deliver import deliver
from backoffice.flow.deliver.letter import known_language, languages, words
from backoffice.flow.deliver.post import TRIES
from backoffice.models import IssuedCode, Notice, NoticeKind
from backoffice.states import CodeState, GrantState, NoticeState, move
from integrations.types import Method
from tests.factories import (
    HOUR,
    NOW,
    START,
    CardDoorFactory,
    CodeFactory,
    DoorFactory,
    GrantFactory,
    OccurrenceFactory,
    OverrideFactory,
    RoomFactory,
)
from tests.flow.stays import active, stay
from tests.support import Written

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


class Moody(EmailBackend):
    """A mail server that first raises what it is told to."""

    errors: list[Exception] = []

    def send_messages(self, messages) -> int:
        if self.errors:
            raise self.errors.pop(0)
        return super().send_messages(messages)


@pytest.fixture
def server(settings):
    """The errors that the mail server is going to make."""
    settings.EMAIL_BACKEND = f"{__name__}.Moody"
    Moody.errors = []
    return Moody.errors


def told() -> str:
    return mail.outbox[-1].body


# ------------------------------------------------------------------------------------------ when it is told


def test_a_guest_whose_doors_are_all_active_is_told_once():
    first, second = stay(doors=2)
    active(first)
    active(second, "117722")
    assert deliver(NOW)["sent"] == 1
    assert deliver(NOW + MINUTE)["sent"] == 0
    assert len(mail.outbox) == 1


def test_a_guest_is_not_told_while_one_door_has_no_way_in():
    first, second = stay(doors=2)
    active(first)
    CodeFactory(grant=second, due_at=NOW)
    deliver(NOW)
    assert not mail.outbox


@pytest.mark.parametrize("state", [CodeState.ISSUING, CodeState.HELD, CodeState.FAILED])
def test_a_guest_is_not_told_while_a_code_of_a_door_is_still_awaited(state):
    (grant,) = stay()
    active(grant)
    CodeFactory(grant=grant, state=state, due_at=NOW, starts_at=START + HOUR, ends_at=START + 3 * HOUR)
    deliver(NOW)
    assert not mail.outbox


def test_a_later_day_whose_code_is_not_due_yet_keeps_nobody_waiting():
    (grant,) = stay()
    active(grant)
    CodeFactory(grant=grant, due_at=NOW + HOUR, starts_at=START + HOUR, ends_at=START + 9 * HOUR)
    assert deliver(NOW)["sent"] == 1


def test_a_refused_code_that_another_one_stands_in_for_keeps_nobody_waiting():
    (grant,) = stay()
    active(grant)
    CodeFactory(grant=grant, state=CodeState.FAILED, due_at=NOW)
    assert deliver(NOW)["sent"] == 1


def test_a_guest_is_not_told_before_the_reveal_time():
    (grant,) = stay()
    active(grant)
    grant.door.venue.reveal_ahead_hours = 2
    grant.door.venue.save()
    deliver(START - 2 * HOUR - MINUTE)
    assert not mail.outbox
    assert deliver(START - 2 * HOUR)["sent"] == 1


def test_a_room_may_reveal_later_than_its_venue():
    (grant,) = stay(room=RoomFactory(reveal_ahead_hours=1))
    active(grant)
    deliver(START - 2 * HOUR)
    assert not mail.outbox


@pytest.mark.parametrize("state", [GrantState.HELD, GrantState.DENIED, GrantState.BLOCKED])
def test_a_guest_whose_access_is_not_granted_is_told_nothing(state):
    (grant,) = stay()
    active(grant)
    move(grant, state)
    deliver(NOW)
    assert not Notice.objects.exists()


def test_a_door_that_staff_denied_does_not_keep_the_others_from_being_told():
    first, second = stay(doors=2)
    active(first)
    move(second, GrantState.DENIED)
    deliver(NOW)
    assert "Door 1" in told()
    assert "Door 2" not in told()


def test_a_stay_that_is_over_is_told_to_nobody():
    (grant,) = stay()
    active(grant)
    deliver(grant.ends_at)
    assert not mail.outbox


def test_a_season_is_told_day_by_day():
    (first,) = stay()
    active(first)
    week = timedelta(days=7)
    later = OccurrenceFactory(
        booking=first.occurrence.booking,
        resource=first.occurrence.resource,
        ref="2",
        starts_at=START + week,
    )
    grant = GrantFactory(
        occurrence=later, door=first.door, starts_at=START + week, ends_at=START + week + HOUR
    )
    active(grant, "555000", starts_at=START + week, ends_at=START + week + HOUR)
    assert deliver(NOW)["sent"] == 1
    assert "555000" not in told()
    assert deliver(NOW + week)["sent"] == 1
    assert mail.outbox[-1].subject.startswith("Your way in")


def test_touching_times_in_one_room_are_one_mail():
    (first,) = stay()
    active(first)
    OccurrenceFactory(
        booking=first.occurrence.booking,
        resource=first.occurrence.resource,
        ref="2",
        starts_at=START + HOUR,
    )
    deliver(NOW)
    assert "18:00–20:00" in told()


# ------------------------------------------------------------------------------------------ what it says


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


# ---------------------------------------------------------------------------------------- what has changed


def told_once(doors: int = 1):
    grants = stay(doors=doors)
    codes = [active(grant, f"10000{n}") for n, grant in enumerate(grants, 1)]
    deliver(NOW)
    return grants, codes


def test_a_new_pin_is_told_and_the_old_one_declared_invalid():
    (grant,), (old,) = told_once()
    move(old, CodeState.LINGERING)
    active(grant, "222222")
    deliver(NOW + MINUTE)
    assert mail.outbox[-1].subject.startswith("New way in")
    assert "no longer counts" in told()
    assert "222222" in told()
    assert "100001" not in told()


def test_a_booking_moved_inside_the_same_lock_hours_is_told_with_its_new_time():
    (grant,), _ = told_once()
    occurrence = grant.occurrence
    occurrence.starts_at += 10 * MINUTE
    occurrence.save()
    deliver(NOW + MINUTE)
    assert "Time or room: now Laboratory, Monday, 9 March 2026, 18:10–19:00." in told()
    assert "stay as they are" in told()


def test_an_added_code_does_not_declare_the_others_invalid():
    (grant,), _ = told_once()
    active(grant, "333333", starts_at=START + HOUR, ends_at=START + 3 * HOUR)
    deliver(NOW + MINUTE)
    assert "stay as they are" in told()


def test_a_code_told_before_its_booking_moved_away_and_back_is_told_again():
    (grant,), (first,) = told_once()
    move(first, CodeState.LINGERING)
    second = active(grant, "222222")
    deliver(NOW + MINUTE)
    move(second, CodeState.LINGERING)
    move(first, CodeState.ACTIVE)
    deliver(NOW + 2 * MINUTE)
    assert "100001" in told()
    assert len(mail.outbox) == 3


def test_a_changed_way_in_answers_the_mail_before():
    (grant,), (old,) = told_once()
    move(old, CodeState.LINGERING)
    active(grant, "222222")
    deliver(NOW + MINUTE)
    first, second = (message.extra_headers for message in mail.outbox)
    assert second["In-Reply-To"] == first["Message-ID"]


def test_a_cancelled_guest_who_was_told_hears_that_it_counts_no_more():
    (grant,), (code,) = told_once()
    move(code, CodeState.LINGERING)
    move(grant, GrantState.WITHDRAWN)
    assert deliver(NOW + MINUTE)["sent"] == 1
    assert deliver(NOW + 2 * MINUTE)["sent"] == 0
    assert mail.outbox[-1].subject.startswith("No longer valid: Laboratory, Monday, 9 March 2026")
    assert "100001" not in told()


def test_a_guest_whose_date_is_gone_hears_that_it_counts_no_more():
    (grant,), _ = told_once()
    occurrence = grant.occurrence
    occurrence.gone_at = NOW
    occurrence.save()
    move(grant, GrantState.WITHDRAWN)
    deliver(NOW + MINUTE)
    assert Notice.objects.get(kind=NoticeKind.WITHDRAWN).state == NoticeState.SENT


def test_a_cancelled_guest_who_was_never_told_hears_nothing():
    (grant,) = stay()
    code = active(grant)
    move(code, CodeState.LINGERING)
    move(grant, GrantState.WITHDRAWN)
    deliver(NOW)
    assert not mail.outbox


def test_a_guest_on_hold_who_was_told_hears_nothing_until_it_is_decided():
    (grant,), _ = told_once()
    move(grant, GrantState.HELD)
    deliver(NOW + MINUTE)
    assert len(mail.outbox) == 1


def test_a_guest_let_in_again_after_a_denial_is_told_again():
    (grant,), _ = told_once()
    move(grant, GrantState.DENIED)
    deliver(NOW + MINUTE)
    move(grant, GrantState.GRANTED)
    deliver(NOW + 2 * MINUTE)
    kinds = list(Notice.objects.order_by("pk").values_list("kind", flat=True))
    assert kinds == [NoticeKind.ACCESS, NoticeKind.WITHDRAWN, NoticeKind.ACCESS]


def test_a_booking_moved_to_next_month_is_not_called_invalid():
    (grant,), (code,) = told_once()
    move(code, CodeState.LINGERING)
    month = timedelta(days=30)
    occurrence = grant.occurrence
    occurrence.starts_at, occurrence.ends_at = START + month, START + month + HOUR
    occurrence.save()
    grant.starts_at, grant.ends_at = START + month, START + month + HOUR
    grant.save()
    deliver(NOW + MINUTE)
    assert len(mail.outbox) == 1


# ------------------------------------------------------------------------------- sent once, or at least once


def test_a_guest_without_an_address_is_a_case_for_the_desk_once():
    (grant,) = stay(booking__customer__email="")
    active(grant)
    assert deliver(NOW)["failed"] == 1
    assert deliver(NOW + HOUR)["failed"] == 0
    notice = Notice.objects.get()
    assert (notice.state, notice.error) == (
        NoticeState.FAILED,
        "no e-mail address: tell the guest at the desk",
    )
    assert "004211" in notice.body


def test_a_guest_whose_address_comes_later_is_told_then():
    (grant,) = stay(booking__customer__email="")
    active(grant)
    deliver(NOW)
    customer = grant.occurrence.booking.customer
    customer.email = "ida@example.test"
    customer.save()
    assert deliver(NOW + MINUTE)["sent"] == 1


def test_a_booking_without_a_customer_is_a_case_for_the_desk():
    (grant,) = stay(booking__customer=None)
    active(grant)
    assert deliver(NOW)["failed"] == 1


def test_a_person_granted_by_staff_is_told_too():
    door = DoorFactory(name="Side door")
    person = OverrideFactory(
        kind="grant", door=door, person_name="Ole Brandt", person_email="ole@example.test"
    )
    active(GrantFactory(occurrence=None, person=person, door=door))
    deliver(NOW)
    assert mail.outbox[0].to == ["ole@example.test"]
    assert "Hello Ole Brandt" in told()
    assert "Side door" in mail.outbox[0].subject


def test_a_mail_server_that_is_down_is_tried_again_later(server):
    (grant,) = stay()
    active(grant)
    server.append(smtplib.SMTPServerDisconnected("ida@example.test"))
    assert deliver(NOW) == {"sent": 0, "failed": 0, "dropped": 0, "waiting": 1}
    assert deliver(NOW + MINUTE / 2)["sent"] == 0
    assert deliver(NOW + MINUTE)["sent"] == 1


def test_a_dead_mail_server_is_not_asked_for_every_guest(server):
    for _ in range(2):
        (grant,) = stay()
        active(grant)
    server.append(OSError("no route"))
    deliver(NOW)
    assert not mail.outbox


def test_a_mail_that_failed_six_times_needs_a_person(server):
    (grant,) = stay()
    active(grant)
    server.extend(smtplib.SMTPServerDisconnected("gone") for _ in range(TRIES))
    at = NOW
    for _ in range(TRIES):
        deliver(at)
        at = Notice.objects.get().next_try_at
    assert Notice.objects.get().state == NoticeState.FAILED
    assert deliver(at + HOUR) == {"sent": 0, "failed": 0, "dropped": 0, "waiting": 0}


def test_an_address_that_is_refused_needs_a_person_and_does_not_stop_the_others(server):
    for _ in range(2):
        (grant,) = stay()
        active(grant)
    server.append(smtplib.SMTPRecipientsRefused({"ida@example.test": (550, b"no such user")}))
    assert deliver(NOW) == {"sent": 1, "failed": 1, "dropped": 0, "waiting": 0}


def test_the_servers_words_with_the_guests_address_are_not_kept(server, caplog):
    (grant,) = stay()
    active(grant)
    server.append(smtplib.SMTPRecipientsRefused({"ida@example.test": (550, b"no such user")}))
    deliver(NOW)
    assert "ida@" not in Notice.objects.get().error + caplog.text


def test_a_mail_whose_sender_died_is_sent_again_after_the_lease_under_the_same_id():
    (grant,) = stay()
    active(grant)
    deliver(NOW)
    Notice.objects.update(state=NoticeState.SENDING, lease_until=NOW + 10 * MINUTE)
    assert deliver(NOW + 9 * MINUTE)["sent"] == 0
    assert deliver(NOW + 10 * MINUTE)["sent"] == 1
    first, second = (message.extra_headers["Message-ID"] for message in mail.outbox)
    assert first == second


def test_a_mail_whose_sender_died_counts_as_told_when_the_booking_is_cancelled_meanwhile():
    (grant,), _ = told_once()
    Notice.objects.update(state=NoticeState.SENDING, lease_until=NOW + 10 * MINUTE)
    move(grant, GrantState.WITHDRAWN)
    deliver(NOW + 10 * MINUTE)
    assert mail.outbox[-1].subject.startswith("No longer valid")


def test_an_unsent_mail_whose_codes_changed_is_never_sent(server):
    (grant,) = stay()
    old = active(grant, "100001")
    server.append(OSError("no route"))
    deliver(NOW)
    move(old, CodeState.LINGERING)
    active(grant, "222222")
    assert deliver(NOW + HOUR) == {"sent": 1, "failed": 0, "dropped": 1, "waiting": 0}
    assert "222222" in told()
    assert mail.outbox[-1].subject.startswith("Your way in")


def test_what_was_told_is_kept_encrypted():
    told_once()
    kept = Notice.objects.get()
    assert "100001" in kept.body
    assert "100001" not in Notice.objects.raw("select id, body as stored from backoffice_notice")[0].stored


def test_a_second_run_writes_nothing():
    told_once(doors=2)
    (grant,) = stay(booking__customer__email="")
    active(grant)
    deliver(NOW)
    with Written() as written:
        deliver(NOW)
    assert written == {}


def test_ten_guests_are_found_with_as_many_queries_as_one(django_assert_max_num_queries):
    for n in range(10):
        grants = stay(doors=2)
        for grant in grants:
            active(grant, f"77{n}")
    deliver(NOW)
    with django_assert_max_num_queries(10):
        deliver(NOW)


def test_told_codes_are_linked_to_what_told_them():
    _, codes = told_once(doors=2)
    assert set(Notice.objects.get().codes.all()) == set(codes)
    assert IssuedCode.objects.filter(method=Method.NETCODE, notices__state=NoticeState.SENT).count() == 2
