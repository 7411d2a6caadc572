from __future__ import annotations

import smtplib
from datetime import timedelta

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend

from backoffice.flow.deliver import deliver
from backoffice.flow.deliver.post import TRIES, Post
from backoffice.flow.deliver.spans import relevant_notices
from backoffice.flow.deliver.tellings import tellings
from backoffice.models import IssuedCode, Notice
from backoffice.states import CodeState, GrantState, NoticeState, move
from integrations.types import Method
from tests.factories import (
    HOUR,
    NOW,
    DoorFactory,
    GrantFactory,
    NoticeFactory,
    OverrideFactory,
)
from tests.flow.stays import active, stay, told, told_once
from tests.support import Written, queries

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


def test_a_mail_that_another_worker_is_sending_is_left_to_it():
    (grant,) = stay()
    active(grant)
    notices = relevant_notices(NOW)
    (telling,) = tellings(notices, NOW)
    row = NoticeFactory(booking=grant.occurrence.booking, grant=grant, key=telling.key)
    Notice.objects.update(state=NoticeState.SENDING, lease_until=NOW + MINUTE)
    with Post(NOW) as post:
        assert post.send(row, telling) == "skipped"
    assert not mail.outbox


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


def _told(n):
    for grant in stay(doors=2):
        active(grant, f"77{n}")
    deliver(NOW)


def test_ten_guests_are_found_with_as_many_queries_as_one():
    _told(0)
    few = queries(lambda: deliver(NOW))
    for n in range(1, 10):
        _told(n)
    assert queries(lambda: deliver(NOW)) == few


def test_told_codes_are_linked_to_what_told_them():
    _, codes = told_once(doors=2)
    assert set(Notice.objects.get().codes.all()) == set(codes)
    assert IssuedCode.objects.filter(method=Method.NETCODE, notices__state=NoticeState.SENT).count() == 2
