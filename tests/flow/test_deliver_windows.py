"""A guest is told when his doors open at other times than he was told, and not when they do not."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail

from backoffice.flow.deliver import deliver
from backoffice.models import Notice
from tests.factories import HOUR, NOW, START
from tests.flow.stays import told, told_once

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def widened(grant, **windows):
    for name, by in windows.items():
        setattr(grant, name, getattr(grant, name) + by)
    grant.save()


def test_a_guest_whose_window_grows_without_a_new_code_is_told_once_from_when_to_when():
    (grant,), _ = told_once()
    widened(grant, starts_at=-30 * MINUTE, ends_at=HOUR)
    assert deliver(NOW + MINUTE)["sent"] == 1
    assert deliver(NOW + 2 * MINUTE)["sent"] == 0
    assert mail.outbox[-1].subject.startswith("New way in")
    assert "New times: you may now open Door 1 17:15–20:15." in told()
    assert "stay as they are" in told()


def test_a_guest_whose_window_shrinks_is_told_of_the_doors_that_it_is_about():
    (first, _), _ = told_once(doors=2)
    widened(first, ends_at=-15 * MINUTE)
    deliver(NOW + MINUTE)
    assert "New times: you may now open Door 1 17:45–19:00." in told()


def test_a_window_that_is_as_it_was_told_again_is_told_again():
    (grant,), _ = told_once()
    widened(grant, ends_at=HOUR)
    deliver(NOW + MINUTE)
    widened(grant, ends_at=-HOUR)
    deliver(NOW + 2 * MINUTE)
    deliver(NOW + 3 * MINUTE)
    assert len(mail.outbox) == 3
    assert "you may now open Door 1 17:45–19:15." in told()


def test_a_window_that_changed_and_changed_back_between_two_runs_is_no_news():
    (grant,), _ = told_once()
    widened(grant, ends_at=HOUR)
    widened(grant, ends_at=-HOUR)
    deliver(NOW + MINUTE)
    assert len(mail.outbox) == 1


def test_when_a_door_began_to_open_is_no_news_once_it_does():
    (grant,), _ = told_once()
    widened(grant, starts_at=5 * MINUTE)
    deliver(START)
    assert len(mail.outbox) == 1


def test_who_was_told_before_windows_were_noted_is_not_told_again():
    told_once()
    Notice.objects.update(windows={})
    deliver(NOW + MINUTE)
    assert len(mail.outbox) == 1
