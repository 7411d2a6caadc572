"""Secrets stay inside: marked values are planted, everything goes wrong, and nothing shows them."""

from __future__ import annotations

import io
import json
import logging
from contextlib import redirect_stderr, redirect_stdout
from smtplib import SMTPDataError, SMTPRecipientsRefused, SMTPServerDisconnected

import pytest
from django.core.mail.backends.base import BaseEmailBackend
from django.core.management import CommandError, call_command
from django.db import IntegrityError, OperationalError, transaction

from backoffice import tasks
from backoffice.admin.bookings import BookingAdmin
from backoffice.api.bookings import BookingViewSet
from backoffice.flow import grant, inbox, overrule
from backoffice.flow.overrule import Person
from backoffice.models import (
    Booking,
    Customer,
    Door,
    Finding,
    IssuedCode,
    Notice,
    Override,
    StaffAct,
    SyncRun,
    VendorAccount,
    WebhookMessage,
)
from backoffice.word import Word
from tests.factories import UserFactory
from tests.story.conftest import FRONT, berlin
from tests.story.marks import CONTACT, GUEST, NAMES, all_logs, found_in, known_to, secrets, stored

HOOK = "/hooks/hook-of-lockme/"
PIN = "730918264"


@pytest.fixture
def everything(house):
    """A house with a marked guest at each source, everybody told, everything in use."""
    house.locaboo.add_customer(GUEST["name"], GUEST["surname"], GUEST["email"], "Zzmarkclub", id=4712)
    house.game("12:30", **GUEST)
    house.locaboo.book(70, "2026-03-09 14:30", "2026-03-09 15:30", 4712)
    house.sync()
    assert {code.method for code in IssuedCode.objects.exclude(secret="")} == {"netcode", "card"}
    return house


@pytest.fixture
def logs():
    with all_logs() as written:
        yield written


def run(*arguments):
    """A command; all that it prints."""
    out = io.StringIO()
    with redirect_stdout(out), redirect_stderr(out):
        try:
            call_command(*arguments, stdout=out, stderr=out)
        except SystemExit:
            pass
        except CommandError as error:
            out.write(str(error))
    return out.getvalue()


def said():
    """What rows say of what went wrong."""
    fields = [
        *SyncRun.objects.values_list("error", flat=True),
        *IssuedCode.objects.values_list("error", "reason"),
        *WebhookMessage.objects.values_list("error", flat=True),
        *Notice.objects.values_list("error", "subject"),
        *Finding.objects.values_list("text", "key"),
        *StaffAct.objects.values_list("reason", "target", "detail"),
        *VendorAccount.objects.values_list("stopped_reason", flat=True),
    ]
    return "\n".join(map(str, fields))


def assert_nothing_is_out(logs, printed):
    """Neither in logs nor on a terminal nor in what rows say; names may be in findings."""
    assert found_in(logs.getvalue(), secrets() | CONTACT | NAMES) == []
    assert found_in(printed, secrets() | CONTACT | NAMES) == []
    assert found_in(said(), secrets() | CONTACT) == []


# ------------------------------------------------------------------------------------- what it proves


def test_the_search_would_find_them(everything):
    """A control: with urllib3's own lines the keys are in the log, so the search is no empty gesture."""
    with all_logs() as logs:
        logging.getLogger("urllib3").setLevel(logging.DEBUG)
        run("sync")
    assert "sandbox-locaboo-0123456789abcdef" in found_in(logs.getvalue(), secrets())
    assert found_in(f"PIN={PIN}&x", {PIN}) == [PIN]


def test_the_projects_logging_keeps_whole_addresses_out(everything, logs):
    assert not logging.getLogger("urllib3.connectionpool").isEnabledFor(logging.WARNING)
    assert not logging.getLogger("requests").isEnabledFor(logging.WARNING)
    printed = run("sync")
    assert "GET /api/v2/booking_list: 200" in logs.getvalue(), "our own lines are there"
    assert_nothing_is_out(logs, printed)


# ---------------------------------------------------------------------------------- vendors that fail


def echo(account):
    """A refusal that repeats all that was sent, and what it is about."""
    words = " ".join([*sorted(known_to(account)), *CONTACT])
    return json.dumps({"message": f"invalid: {words}", "errors": [{"value": words}], "success": False})


JSON = {"content_type": "application/json"}
FAULTS = {
    "server error": lambda _: {"kind": "status"},
    "too many": lambda said: {"kind": "status", "status": 429, "body": said, **JSON},
    "key refused": lambda said: {"kind": "status", "status": 401, "body": said, **JSON},
    "forbidden": lambda said: {"kind": "status", "status": 403, "body": said},
    "refused": lambda said: {"kind": "status", "status": 400, "body": said, **JSON},
    "refused as text": lambda said: {"kind": "status", "status": 422, "body": json.loads(said)["message"]},
    "server error echoes": lambda said: {"kind": "status", "status": 502, "body": said, **JSON},
    "html": lambda said: {"kind": "body", "body": f"<html><body>{said}</body></html>"},
    "json of another shape": lambda said: {"kind": "body", "body": said, **JSON},
    "truncated": lambda _: {"kind": "truncate"},
    "dropped before": lambda _: {"kind": "drop_before"},
    "dropped after": lambda _: {"kind": "drop_after"},
}


@pytest.mark.parametrize("name", FAULTS)
def test_no_fault_of_any_vendor_brings_them_out(everything, client, logs, name):
    house = everything
    house.game("17:30", **GUEST)
    house.locaboo.book(80, "2026-03-09 17:30", "2026-03-09 18:30", 4712)
    house.later(minutes=20)
    message = max(house.lockme.postbox.messages)
    for account in VendorAccount.objects.all():
        vendor = house.server.vendors.all()[account.vendor]
        vendor.fail(times=500, **FAULTS[name](echo(account)))
    client.post(HOOK, headers={"X-MessageId": str(message)})
    printed = run("sync")
    VendorAccount.objects.update(stopped_at=None)
    for vendor in (house.lockme, house.locaboo):
        vendor.faults.clear()
    printed += run("sync", "--json")
    assert " failed" in printed
    assert_nothing_is_out(logs, printed)
    assert found_in(stored(), secrets() | CONTACT) == []


def test_a_dead_refresh_token_brings_nothing_out(everything, logs):
    everything.lockme.revoke_tokens()
    printed = run("sync")
    assert "failed" in printed
    assert_nothing_is_out(logs, printed)


# ------------------------------------------------------------------------------------ mails and hooks


class Unwilling(BaseEmailBackend):
    """A mail server that answers with the guest's own words."""

    error = OSError()

    def send_messages(self, messages):
        raise self.error


WORDS = f"<{GUEST['email']}> {GUEST['name']} your text 'PIN {PIN}' is spam"


@pytest.mark.parametrize(
    "error",
    [
        SMTPRecipientsRefused({GUEST["email"]: (550, WORDS.encode())}),
        SMTPDataError(554, WORDS.encode()),
        SMTPServerDisconnected(WORDS),
        TimeoutError(WORDS),
        ValueError(WORDS),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_failing_mail_server_brings_nothing_out(house, settings, monkeypatch, logs, error):
    settings.EMAIL_BACKEND = f"{__name__}.Unwilling"
    monkeypatch.setattr(Unwilling, "error", error)
    house.game("12:30", **GUEST)
    printed = run("sync")
    assert Notice.objects.get().error
    assert_nothing_is_out(logs, printed)
    assert PIN not in logs.getvalue() + printed + said()


def test_a_mail_that_is_sent_is_no_line_of_the_log(house, logs):
    house.game("12:30", **GUEST)
    printed = run("sync")
    assert len(house.mails) == 1
    assert_nothing_is_out(logs, printed)


def test_a_hook_that_breaks_does_not_tell_its_token(everything, client, logs, monkeypatch):
    def broken(*_):
        raise OperationalError("the connection is closed")

    monkeypatch.setattr(inbox, "keep", broken)
    client.raise_request_exception = False
    answer = client.post(HOOK, headers={"X-MessageId": "90511"})
    assert answer.status_code == 500
    assert "hook-of-lockme" not in answer.content.decode()
    assert "OperationalError" in logs.getvalue()
    assert "hook-of-lockme" not in logs.getvalue()


# ----------------------------------------------------------------------------- what nobody thought of


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


# --------------------------------------------------------------------------------- staff and the disk


def test_what_staff_did_holds_no_secret(everything, logs):
    house = everything
    word = Word(UserFactory(), "the guest is at the desk", house.server.vendors.clock.now())
    shown = [overrule.reveal(code, word) for code in IssuedCode.objects.exclude(secret="")]
    texts = [overrule.reveal_notice(notice, word) for notice in Notice.objects.all()]
    assert shown
    assert texts
    person = Person("Zzmarkname Zzmarksurname", GUEST["email"])
    overrule.grant_person(Door.objects.get(ref=FRONT), person, berlin("10:00"), berlin("12:00"), word)
    assert_nothing_is_out(logs, run("sync"))
    assert Override.objects.get().person_email == GUEST["email"]
    assert found_in(stored(), secrets() | CONTACT) == []


def test_the_disk_holds_names_and_nothing_else_in_clear(everything):
    text = stored()
    assert found_in(text, NAMES) == sorted(NAMES), "the search reads the tables"
    assert len(secrets()) > 10
    assert found_in(text, secrets() | CONTACT | {"Zzmarkcomment"}) == []


def test_a_wrong_site_file_is_told_without_its_secrets(everything, tmp_path, logs):
    path = tmp_path / "wrong.yaml"
    good = (tmp_path / "site.yaml").read_text()
    wrongs = [
        good.replace("method: card", "method: crowbar"),
        good.replace("vendor: lockt", "vendor: locksmith"),
        good.replace('"apikey":', '"apikee":'),
        good.replace("timezone: Europe/Berlin", "timezone: Mars", 1),
        good.replace("venues:", "venues: }"),
        good.replace("hook_token: hook-of-lockme", "hook_token: [hook-of-lockme]"),
    ]
    for wrong in wrongs:
        assert wrong != good
        path.write_text(wrong)
        printed = run("load_site", str(path))
        assert "Nothing was changed" in printed
        assert_nothing_is_out(logs, printed)
