from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail

from backoffice.flow.deliver import deliver
from backoffice.models import Notice, NoticeKind
from backoffice.states import CodeState, GrantState, NoticeState, move
from tests.factories import (
    HOUR,
    NOW,
    START,
    CodeFactory,
    GrantFactory,
    OccurrenceFactory,
    RoomFactory,
)
from tests.flow.stays import active, stay, told, told_once

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


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


# ---------------------------------------------------------------------------------------- what has changed


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


def test_a_code_that_ran_out_as_told_is_no_news():
    (grant,) = stay()
    first = active(grant, "111111", ends_at=START)
    active(grant, "222222", starts_at=START)
    deliver(NOW)
    move(first, CodeState.EXPIRED)
    deliver(START + MINUTE)
    assert len(mail.outbox) == 1


def test_a_door_that_closes_before_the_others_is_no_news():
    first, _ = told_once(doors=2)[0]
    first.ends_at = START + HOUR
    first.save()
    deliver(START + HOUR)
    assert len(mail.outbox) == 1


def test_a_door_that_was_taken_off_the_way_is_news():
    (_, second), _ = told_once(doors=2)
    move(second, GrantState.WITHDRAWN)
    deliver(NOW + MINUTE)
    assert "No longer yours to open: Door 2." in told()


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
