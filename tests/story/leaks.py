"""A house full of marked secrets, and the places where they could get out."""

from __future__ import annotations

import io
from contextlib import redirect_stderr, redirect_stdout

import pytest
from django.core.management import CommandError, call_command

from backoffice.models import Finding, IssuedCode, Notice, StaffAct, SyncRun, VendorAccount, WebhookMessage
from tests.story.marks import CONTACT, GUEST, NAMES, found_in, secrets

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
