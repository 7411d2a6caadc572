"""Secrets stay inside when what nobody thought of breaks a page, the API or a task."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from backoffice import tasks
from backoffice.admin.bookings import BookingAdmin
from backoffice.api.bookings import BookingViewSet
from backoffice.flow import grant
from backoffice.models import Booking, Customer, IssuedCode
from tests.factories import UserFactory
from tests.story.leaks import PIN, assert_nothing_is_out, everything
from tests.story.marks import CONTACT, NAMES, found_in, secrets

__all__ = ["everything"]


def broken_row(*_, **__):
    """A rule of the database is broken, and PostgreSQL quotes the whole row."""
    with transaction.atomic():
        Customer.objects.filter(name__startswith="Zzmark").update(language=None)


def manager(client):
    client.raise_request_exception = False
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    return client


def test_pages_leave_nothing_in_the_log(everything, client, logs):
    somebody = manager(client)
    booking, code = Booking.objects.first(), IssuedCode.objects.exclude(secret="").first()
    pages = ("", f"booking/{booking.pk}/change/", "booking/", f"issuedcode/{code.pk}/change/", "customer/")
    for page in pages:
        path = f"/admin/backoffice/{page}" if page else "/admin/"
        assert somebody.get(path).status_code == 200, path
    assert somebody.get("/api/v1/bookings/").status_code == 200
    assert_nothing_is_out(logs, "")


def test_an_unhandled_error_of_a_page_shows_nothing(everything, client, logs, monkeypatch):
    monkeypatch.setattr(BookingAdmin, "get_queryset", broken_row)
    page = manager(client).get(f"/admin/backoffice/booking/{Booking.objects.first().pk}/change/")
    assert page.status_code == 500
    assert found_in(page.content.decode(), secrets() | CONTACT | NAMES) == []
    assert "IntegrityError" in logs.getvalue()
    assert_nothing_is_out(logs, "")


def test_an_unhandled_error_of_the_api_shows_nothing(everything, client, logs, monkeypatch):
    monkeypatch.setattr(BookingViewSet, "get_queryset", broken_row)
    answer = manager(client).get("/api/v1/bookings/")
    assert answer.status_code == 500
    assert found_in(answer.content.decode(), secrets() | CONTACT | NAMES) == []
    assert_nothing_is_out(logs, "")


def test_a_task_that_breaks_shows_nothing(everything, logs, monkeypatch):
    monkeypatch.setattr(grant, "replan", broken_row)
    done = tasks.follow.apply()
    assert isinstance(done.result, IntegrityError)
    assert "raised unexpected" in logs.getvalue()
    assert_nothing_is_out(logs, "")


@pytest.mark.parametrize(
    "path", ["/admin/nowhere/", "/api/v1/bookings/4711/", "/hooks/hook-of-lockme/x", "/nowhere"]
)
def test_pages_that_are_not_there_show_nothing(everything, client, logs, path):
    answer = manager(client).get(path)
    assert answer.status_code == 404
    assert found_in(answer.content.decode().replace(path, ""), secrets() | CONTACT | NAMES) == []
    assert_nothing_is_out(logs, "")


def test_the_apis_refusals_repeat_no_secret(everything, client, logs):
    somebody = manager(client)
    code = IssuedCode.objects.exclude(secret="").first()
    booking = Booking.objects.first()
    past = {"reason": "r", "until": "2020-01-01T00:00:00Z"}
    answers = [
        somebody.post(f"/api/v1/codes/{code.pk}/reveal/", {}),
        somebody.post(f"/api/v1/codes/{code.pk}/retry/", {"reason": "r"}),
        somebody.post(f"/api/v1/bookings/{booking.pk}/hold/", past),
        somebody.post("/api/v1/token/", {"username": "x", "password": PIN}),
    ]
    assert [answer.status_code for answer in answers] == [400, 409, 409, 400]
    text = " ".join(answer.content.decode() for answer in answers)
    assert found_in(text, secrets() | CONTACT | NAMES | {PIN}) == []
    assert_nothing_is_out(logs, "")
