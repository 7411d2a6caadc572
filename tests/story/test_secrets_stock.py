"""Secrets stay inside, also phone addresses, sequences, writes at vendors, feeds, calendars, consent."""

from __future__ import annotations

import json
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from rest_framework.test import APIClient

from backoffice.clock import now
from backoffice.flow import feeds
from backoffice.models import (
    CalendarReading,
    Door,
    IssuedCode,
    PushChannel,
    Resource,
    Room,
    VendorAccount,
    VendorWrite,
)
from backoffice.word import Word
from tests.factories import UserFactory
from tests.story.channels import Channels, channels
from tests.story.conftest import FRONT
from tests.story.leaks import run, said
from tests.story.marks import CONTACT, GUEST, NAMES, found_in, known_to, secrets, stored

__all__ = ["channels"]

MASTER = "90817263"
JSON = {"content_type": "application/json"}
FAULTS = {
    "refused": {"kind": "status", "status": 400, **JSON},
    "forbidden": {"kind": "status", "status": 403, **JSON},
    "server error": {"kind": "status", "status": 502, **JSON},
    "another shape": {"kind": "body", **JSON},
    "text": {"kind": "body"},
    "dropped": {"kind": "drop_after"},
}


@pytest.fixture
def boss(db):
    return UserFactory(is_staff=True, is_superuser=True)


@pytest.fixture
def house(channels: Channels):
    """A marked guest whose door opens by phone, and whose booking blocks a calendar and a channel."""
    channels.offer("14:00", "18:00")
    Door.objects.filter(ref=FRONT).update(method="phone")
    channels.codelocks.register_app_user(GUEST["email"])
    channels.game("14:00", **GUEST)
    channels.sync()
    return channels


def echoing(house, words):
    """Each vendor, and an answer in which it repeats all that it knows."""
    for account in VendorAccount.objects.all():
        yield (
            house.server.vendors.all()[account.vendor],
            body_of([*sorted(known_to(account)), *CONTACT, *words]),
        )


def body_of(words):
    known = " ".join(words)
    told = {"message": f"no: {known}", "error": known, "errors": [{"value": known}], "result": [known]}
    return json.dumps(told)


def break_all(house, name, words=()):
    for vendor, body in echoing(house, words):
        break_one(vendor, name, body)


def break_one(vendor, name, body):
    fault = FAULTS[name]
    vendor.fail(times=300, **fault, **({} if fault["kind"] == "drop_after" else {"body": body}))


def assert_nothing_is_out(logs, *printed, more=()):
    text = " ".join(printed)
    assert found_in(logs.getvalue(), secrets() | CONTACT | NAMES | set(more)) == []
    assert found_in(text, secrets() | CONTACT | NAMES | set(more)) == []
    told = said() + "\n".join(map(str, VendorWrite.objects.values_list("subject", "text", "reason")))
    told += "\n".join(CalendarReading.objects.values_list("error", flat=True))
    told += "\n".join(PushChannel.objects.values_list("error", flat=True))
    assert found_in(told, secrets() | CONTACT | set(more)) == []
    assert found_in(stored(), secrets() | CONTACT | set(more)) == []


def test_what_is_planted_is_there(house):
    assert IssuedCode.objects.get(method="phone").address == GUEST["email"]
    google = VendorAccount.objects.get(slug="calendars")
    assert google.secrets["refresh_token"] in secrets()
    assert CalendarReading.objects.first().token in secrets()


@pytest.mark.parametrize("name", FAULTS)
def test_no_vendor_brings_out_phone_addresses_or_calendar_tokens(house, logs, name):
    house.game("18:00", **GUEST)
    house.lockme.cancel(min(house.lockme.store.reservations))
    break_all(house, name)
    printed = run("sync")
    VendorAccount.objects.update(stopped_at=None)
    for vendor in (house.lockme, house.locaboo):
        vendor.faults.clear()
    house.later(minutes=30)
    printed += run("sync", "--json")
    assert_nothing_is_out(logs, printed)


@pytest.mark.parametrize("name", FAULTS)
def test_a_write_for_a_guest_at_a_vendor_that_fails_brings_nothing_out(house, logs, boss, name):
    client = APIClient()
    client.force_login(boss)
    break_all(house, name, (MASTER,))
    room = Resource.objects.get(ref="1398")
    guest = {key: GUEST[key] for key in ("name", "surname", "email", "phone", "comment")}
    given = {"reason": "he called", "resource": room.pk, "day": "2026-03-11", "hour": "18:00", **guest}
    answers = [
        client.post("/api/v1/reservations/", given, format="json"),
        client.post(
            "/api/v1/accounts/kit/commission/",
            {"reason": "new lock", "model": "KL1060", "master_code": MASTER},
            format="json",
        ),
        client.post("/api/v1/accounts/halls/add-customer/", {"reason": "r", **guest}, format="json"),
    ]
    text = " ".join(answer.content.decode() for answer in answers)
    text = text.replace("Zzmark", "")  # to him who asked, his own words may be repeated
    assert all(answer.status_code >= 400 or '"state":' in answer.content.decode() for answer in answers)
    assert_nothing_is_out(logs, text, more=(MASTER,))
    assert GUEST["comment"] not in stored()


def test_a_sequence_and_its_master_code_are_kept_nowhere(house, logs, boss):
    client = APIClient()
    client.force_login(boss)
    given = {"reason": "new lock", "model": "KL1060", "master_code": MASTER}
    sequence = client.post("/api/v1/accounts/kit/commission/", given, format="json").data["sequence"]
    assert MASTER in sequence
    assert_nothing_is_out(logs, run("sync"), more=(MASTER, sequence))


def test_a_feeds_address_is_in_no_log_and_no_row(house, logs, boss):
    word = Word(boss, "for the cleaners", now())
    feed = feeds.offer(Room.objects.get(slug="lab"), "full", word)
    client = Client(raise_request_exception=False)
    assert client.get(f"/feeds/{feed.token}.ics").status_code == 200
    assert client.get(f"/feeds/{feed.token}x.ics").status_code == 404
    assert_nothing_is_out(logs, run("sync"))


def test_a_push_with_a_wrong_token_or_a_broken_answer_is_in_no_log(house, logs, client):
    calendar = CalendarReading.objects.first()
    PushChannel.objects.create(calendar=calendar, ref="c-1", token="zzpushtoken1234567890", made_at=now())
    account = VendorAccount.objects.get(slug="calendars")
    for token in ("zzpushtoken1234567890", "zzwrongtoken1234567890"):
        about = {
            "Channel-ID": "c-1",
            "Channel-Token": token,
            "Resource-State": "exists",
            "Message-Number": "7",
        }
        headers = {f"X-Goog-{name}": value for name, value in about.items()}
        client.post(f"/hooks/{account.hook_token}/", headers=headers)
    assert_nothing_is_out(logs, run("sync"), more=("zzwrongtoken1234567890",))


@pytest.mark.parametrize("name", FAULTS)
@pytest.mark.parametrize("slug", ["lockme", "calendars"])
def test_consent_brings_out_neither_state_nor_verifier_nor_code(house, logs, boss, slug, name):
    account = VendorAccount.objects.get(slug=slug)
    client = Client(raise_request_exception=False)
    client.force_login(boss)
    address = client.post(f"/admin/accounts/{account.pk}/connect/", {"reason": "new"})["Location"]
    state = parse_qs(urlsplit(address).query)["state"][0]
    verifier = client.session["consent"]["verifier"]
    sent = {"zzcode1234567890", account.secrets["client_secret"], *sent_to(slug, verifier)}
    break_one(house.server.vendors.all()[account.vendor], name, body_of(sorted(sent)))
    page = client.get("/admin/connected/", {"state": state, "code": "zzcode1234567890"}, follow=True)
    text = page.content.decode()
    assert "was not connected" in text
    shown = text.replace(account.hook_token, "")  # the account's page tells managers where its vendor calls
    assert_nothing_is_out(logs, shown, more={state, verifier, "zzcode1234567890"})


def sent_to(slug, verifier):
    """Google is told the verifier when the code is exchanged; Lock.me never."""
    return (verifier,) if slug == "calendars" else ()
