"""Secrets stay inside: marked values are planted, vendors and mails fail, and nothing shows them."""

from __future__ import annotations

import json
import logging
from smtplib import SMTPDataError, SMTPRecipientsRefused, SMTPServerDisconnected

import pytest
from django.core.mail.backends.base import BaseEmailBackend
from django.db import OperationalError

from backoffice.flow import inbox, overrule
from backoffice.flow.overrule import Person
from backoffice.models import Door, IssuedCode, Notice, Override, VendorAccount
from backoffice.word import Word
from tests.factories import UserFactory
from tests.story.conftest import FRONT, berlin
from tests.story.leaks import PIN, assert_nothing_is_out, everything, run, said
from tests.story.marks import CONTACT, GUEST, NAMES, all_logs, found_in, known_to, secrets, stored

__all__ = ["everything"]
HOOK = "/hooks/hook-of-lockme/"

# ------------------------------------------------------------------------------------- what it proves


def test_the_search_would_find_them(everything):
    """A control: with urllib3's own lines the keys are in the log, so the search is no empty gesture."""
    with all_logs() as logs:
        logging.getLogger("urllib3").setLevel(logging.DEBUG)
        run("sync")
    assert "sandbox-locaboo-0123456789abcdef" in found_in(logs.getvalue(), secrets())
    assert found_in(f"PIN={PIN}&x", {PIN}) == [PIN]


def test_a_clocks_microseconds_are_not_taken_for_a_pin():
    assert found_in("since 2026-03-09 08:00:00.270813+00:00", {"270813"}) == []
    assert found_in("at 08:00:00 270813, .270813", {"270813"}) == ["270813"]


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
