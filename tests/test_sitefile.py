"""A site file makes rows, twice is as once, and a mistake names its line and changes nothing."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from backoffice import accounts
from backoffice.models import Door, PaidCall, Resource, Room, VendorAccount, Venue
from backoffice.sitefile.schema import Lock
from tests.conftest import NOW

SITE = """\
accounts:
  lockme-main:
    vendor: lockme
    base_url: https://api.lock.me
    timezone: Europe/Warsaw
    hook_token: 3f0c3f0c3f0c
    secrets: {client_id: a, client_secret: b, redirect_uri: c, token: {access_token: t1, refresh_token: r1}}
    options: {version: v2.4}
  town-hall:
    vendor: locaboo
    base_url: https://app.locaboo.com
    timezone: Europe/Berlin
    secrets: {api_secret_key: "${LOCABOO_KEY}"}
  best:
    vendor: lockt
    base_url: https://cloudapi.lockt.com/api/v1
    timezone: Europe/Berlin
    secrets: {apiuser: u, apikey: k}
  kit:
    vendor: codelocks
    base_url: https://api-connect.codelocks.io
    timezone: Europe/Berlin
    secrets: {api_key: k, access_key: k}
    options: {netcode_quota: 100, netcode_used: 7}
  calendars:
    vendor: google_calendar
    base_url: https://www.googleapis.com/calendar/v3
    timezone: Europe/Berlin
    secrets: {client_id: a, client_secret: b, token_uri: c, refresh_token: d}
venues:
  centre:
    name: Centre
    timezone: Europe/Berlin
    policy: {lead_minutes: 15, max_early_minutes: 60}
    doors:
      front: {account: kit, ref: 0a0b0c0d0e0f00112233445566778899, method: netcode}
      store: {account: kit, method: netcode,
              lock: {model: KL1060, timecode: "202511161623", identifier: "101691", clock: UTC}}
      hall:  {account: best, ref: "501", method: card, access_level: "11"}
      shed:  {account: best, ref: "502", method: fob, fobs: ["6950", "6951"]}
    rooms:
      lab:
        name: Laboratory
        sold_as:
          - {account: lockme-main, ref: "1398", session_minutes: 60}
          - {account: town-hall, ref: "71"}
        part_of: big-hall
        path: [front, hall]
        policy: {lead_minutes: 10}
        calendars:
          - {account: calendars, ref: lab@group.calendar.google.com, mode: bidirectional, scope: no_contact}
        block_on: [lockme-main]
      big-hall: {name: Big hall, sold_as: [{account: town-hall, ref: "70"}], path: [front, hall]}
"""


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, db: None):
    """Load a text as a site file; gives what the command prints."""
    monkeypatch.setenv("LOCABOO_KEY", "key-from-environment")

    def run(text: str = SITE) -> str:
        path = tmp_path / "site.yaml"
        path.write_text(text)
        out = StringIO()
        call_command("load_site", str(path), stdout=out)
        return out.getvalue()

    return run


def test_a_site_file_makes_every_row(load):
    assert "webhook of lockme-main: /hooks/3f0c3f0c3f0c/" in load()
    lab = Room.objects.get(slug="lab")
    assert [step.door.slug for step in lab.steps.all()] == ["front", "hall"]
    assert lab.part_of == Room.objects.get(slug="big-hall")
    assert set(lab.resources.values_list("account__slug", "ref", "session_minutes")) == {
        ("lockme-main", "1398", 60),
        ("town-hall", "71", None),
    }
    assert lab.calendars.get().scope == "no_contact"
    assert VendorAccount.objects.get(slug="town-hall").secrets["api_secret_key"] == "key-from-environment"
    assert Door.objects.get(slug="store").lock["timecode"] == "202511161623"


def test_loading_twice_changes_nothing(load):
    load()
    assert "nothing to change" in load()


def test_a_renewed_token_is_not_overwritten_by_the_file(load):
    load()
    account = VendorAccount.objects.get(slug="lockme-main")
    accounts.RowTokens(account.pk).save({"access_token": "t2", "refresh_token": "r2"})
    assert "nothing to change" in load()
    account.refresh_from_db()
    assert account.secrets["token"]["refresh_token"] == "r2"
    load(SITE.replace("r1", "r9"))
    account.refresh_from_db()
    assert account.secrets["token"]["refresh_token"] == "r9"


def test_calls_spent_before_are_in_the_ledger_once(load):
    load()
    load()
    assert list(PaidCall.objects.values_list("counter", "calls")) == [("netcode", 7)]


def test_a_changed_account_is_asked_again(load):
    load()
    account = VendorAccount.objects.get(slug="best")
    accounts.stop(account, "the key was refused", NOW)
    load(SITE.replace("apikey: k", "apikey: k2"))
    account.refresh_from_db()
    assert account.stopped_at is None


def test_a_resource_that_is_no_longer_listed_is_unlinked(load):
    load()
    load(SITE.replace('          - {account: town-hall, ref: "71"}\n', ""))
    assert Resource.objects.get(ref="71").room is None


MISTAKES = [
    ("vendor: lockt", "vendor: lockd", "site.yaml:15: accounts.best.vendor: there is no vendor 'lockd'"),
    ("timezone: Europe/Warsaw", "timezone: Europe/Warszawa", "site.yaml:5: accounts.lockme-main.timezone"),
    ("apiuser: u, ", "", "site.yaml:14: accounts.best: secrets: apiuser missing"),
    (
        "${LOCABOO_KEY}",
        "${NOWHERE}",
        "site.yaml:13: accounts.town-hall.secrets.api_secret_key: ${NOWHERE} is not",
    ),
    (
        "front: {account: kit",
        "front: {account: kat",
        "site.yaml:36: venues.centre.doors.front.account: there is no",
    ),
    (
        "path: [front, hall]\n        policy",
        "path: [front, hull]\n        policy",
        "rooms.lab.path.1: there is no door",
    ),
    ("part_of: big-hall", "part_of: lab", "rooms.lab.part_of: there is no other room"),
    ('timecode: "202511161623"', 'timecode: "2025"', "site.yaml:38: venues.centre.doors.store.lock.timecode"),
    ("method: card", "method: netcode", "doors.hall.method: netcode is not offered by Lockt SecureAccess"),
    ("name: Centre", "nam: Centre", "venues.centre.nam: is not known here"),
    ("name: Centre\n", "name: Centre\n    phone: at the desk\n", "site.yaml:33: venues.centre.phone"),
    ("    name: Centre\n", "    name: Centre\n    name: Center\n", "venues.centre.name: stands here twice"),
    ("sold_as: [{account: town-hall", "sold_as: [{account: kit", "which has no bookings"),
    ("clock: UTC", "clock: Mars/Olympus", "there is no time zone 'Mars/Olympus'"),
    ("netcode_quota: 100", "plan: Gold", "accounts.kit: options: there is no plan 'Gold'"),
    ("netcode_quota: 100", "netcode_reserve: few", "must be a whole number, not 'few'"),
    ("accounts:\n", "accounts: [\n", "is not YAML"),
]


@pytest.mark.parametrize(("right", "wrong", "message"), MISTAKES)
def test_a_mistake_names_its_place_and_changes_nothing(load, right, wrong, message):
    assert right in SITE
    with pytest.raises(CommandError) as caught:
        load(SITE.replace(right, wrong, 1))
    assert message in str(caught.value)
    assert not VendorAccount.objects.exists()
    assert not Venue.objects.exists()


def test_no_mistake_repeats_a_secret(load):
    with pytest.raises(CommandError) as caught:
        load(SITE.replace("apikey: k", "apikey: [geheim-4711]").replace("vendor: lockt", "vendor: geheim"))
    assert "geheim-4711" not in str(caught.value)


def test_a_k3_locks_clock_is_its_vendors_word_where_the_file_says_none():
    assert Lock(model="K3CONNECT").clock == ""
    assert Lock(model="K3CONNECT", clock="UTC").clock == "UTC"


def test_a_venues_telephone_comes_from_the_file_and_stays_where_the_file_has_none(load):
    load(SITE.replace("    name: Centre\n", '    name: Centre\n    phone: "+49 30 555 0100"\n'))
    load(SITE)
    assert Venue.objects.get().phone == "+49 30 555 0100"


def test_a_file_without_calendars_leaves_what_staff_chose_on_the_page(load):
    load()
    said = SITE[SITE.index("        calendars:\n") : SITE.index("      big-hall:")]
    load(SITE.replace(said, ""))
    lab = Room.objects.get(slug="lab")
    assert (lab.calendars.count(), lab.block_on) == (1, ["lockme-main"])


def test_a_file_whose_calendars_are_fewer_takes_the_others_away(load):
    load()
    load(
        SITE.replace(
            "          - {account: calendars, ref: lab@group",
            "          - {account: calendars, ref: new@group",
        )
    )
    assert Room.objects.get(slug="lab").calendars.get().ref == "new@group.calendar.google.com"


def test_a_shared_calendar_is_acknowledged_in_the_file_once(load):
    load()
    load(SITE.replace("scope: no_contact}", "scope: no_contact, acknowledged: true}"))
    since = Room.objects.get(slug="lab").calendars.get().acknowledged_at
    assert since
    load()
    assert Room.objects.get(slug="lab").calendars.get().acknowledged_at == since
