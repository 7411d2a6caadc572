"""Doors and what else a lock vendor lists."""

from __future__ import annotations

from datetime import timedelta

import pytest

from backoffice.flow.mirror import refresh_directory
from backoffice.models import AccessLevel, Cardholder, Credential, Door, LockGrid
from backoffice.states import RunState
from integrations.errors import Unavailable
from integrations.types import (
    AccessLevelRecord,
    CardholderRecord,
    CredentialRecord,
    Directory,
    DoorRecord,
    Duration,
    GridRecord,
    Listing,
    Rejected,
)
from tests.factories import NOW, LocktFactory
from tests.fakes import FakeProvider
from tests.support import Written

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
DOORS = tuple(DoorRecord(str(501 + i), f"Door {i}", battery=0.8) for i in range(20))


@pytest.fixture
def account():
    return LocktFactory()


def refresh(account, minutes=0, how=None, **parts):
    lists = {name: Listing(rows) if name != "grids" else rows for name, rows in parts.items()}
    provider = FakeProvider(Directory(**lists))
    return refresh_directory(account, provider, NOW + minutes * MINUTE, [], **(how or {}))


def test_doors_become_rows_and_an_unchanged_list_costs_no_write(account):
    assert refresh(account, doors=DOORS).created == 20
    with Written() as written:
        run = refresh(account, 1, doors=DOORS)
    assert (run.seen, run.created, run.updated) == (20, 0, 0)
    assert written == {"backoffice_syncrun": 2}


def test_what_staff_entered_of_a_door_stays_when_the_vendor_lists_it(account):
    Door.objects.create(account=account, ref="501", slug="hall", method="card", access_level_ref="11")
    refresh(account, doors=DOORS)
    door = Door.objects.get(ref="501")
    assert (door.name, door.battery, door.slug, door.access_level_ref) == ("Door 0", 0.8, "hall", "11")


def test_a_door_that_no_listing_ever_showed_is_left_alone(account):
    Door.objects.create(account=account, ref="202511161623/101691", slug="store", method="netcode")
    for minute in range(3):
        refresh(account, minute, doors=DOORS)
    door = Door.objects.get(slug="store")
    assert (door.missing_since, door.gone_at) == (None, None)


def test_a_door_is_gone_when_two_complete_lists_lack_it_and_comes_back(account):
    refresh(account, doors=DOORS)
    refresh(account, 1, doors=DOORS[1:])
    assert Door.objects.get(ref="501").gone_at is None
    assert refresh(account, 2, doors=DOORS[1:]).gone == 1
    assert Door.objects.get(ref="501").gone_at == NOW + 2 * MINUTE
    refresh(account, 3, doors=DOORS)
    assert Door.objects.get(ref="501").gone_at is None


def test_an_empty_list_of_doors_is_not_believed_and_the_run_says_so(account):
    refresh(account, doors=DOORS[:1])
    for minute in (1, 2):
        run = refresh(account, minute, doors=())
    assert (run.state, run.error[:49]) == (
        RunState.STOPPED,
        "The vendor's list of doors lacks 1 of the 1 we kn",
    )
    assert Door.objects.get().missing_since is None


def test_a_list_that_lacks_more_than_a_tenth_is_not_believed_until_staff_accept_it(account):
    refresh(account, doors=DOORS)
    assert refresh(account, 1, doors=DOORS[3:]).state == RunState.STOPPED
    for minute in (2, 3):
        refresh(account, minute, {"accept_loss": True}, doors=DOORS[3:])
    assert Door.objects.exclude(gone_at=None).count() == 3


def test_a_door_that_cannot_be_read_is_not_missing(account):
    refresh(account, doors=DOORS)
    bad = Listing(DOORS[1:], (Rejected("door", "501", "no name"),))
    for minute in (1, 2):
        refresh_directory(account, FakeProvider(Directory(doors=bad)), NOW + minute * MINUTE, [])
    assert Door.objects.get(ref="501").missing_since is None


def test_a_list_that_the_provider_does_not_have_leaves_its_rows_alone(account):
    refresh(account, doors=DOORS, access_levels=(AccessLevelRecord("11", "All", ("502", "501")),))
    refresh(account, 1, doors=DOORS)
    level = AccessLevel.objects.get()
    assert (level.missing_since, level.door_refs) == (None, ["501", "502"])


def test_levels_that_the_vendor_did_not_tell_are_unknown_and_not_none(account):
    holders = (
        CardholderRecord("1", "LK-1", "Guest", "500001", True, NOW, None),
        CardholderRecord("2", "", "Ann", "7", None, None, None, ("11",)),
    )
    refresh(account, cardholders=holders)
    assert dict(Cardholder.objects.values_list("ref", "level_refs")) == {"1": None, "2": ["11"]}


def test_a_credentials_secret_is_kept_and_not_written_in_the_open(account):
    refresh(account, credentials=(CredentialRecord("9", "500001", "K7-SECRET", False),))
    row = Credential.objects.get()
    stored = Credential.objects.extra(select={"plain": "secret"}).values_list("plain", "digest").get()
    assert row.secret == "K7-SECRET"
    assert "K7-SECRET" not in "".join(stored)


def test_durations_are_written_when_they_change(account):
    hours = (GridRecord("KL1060", (Duration(1, hours=1), Duration(2, hours=2))),)
    refresh(account, grids=hours)
    with Written() as written:
        refresh(account, 1, grids=hours)
    assert written == {"backoffice_syncrun": 2}
    assert LockGrid.objects.get().durations == [[1, 1, 0], [2, 2, 0]]


def test_an_error_fails_the_run_and_touches_nothing(account):
    refresh(account, doors=DOORS)
    error = Unavailable("GET /doors answered 503")
    run = refresh_directory(account, FakeProvider(error=error), NOW + MINUTE, [])
    assert (run.state, run.error, run.failure) == (RunState.FAILED, error.text, error)
    assert Door.objects.filter(missing_since=None).count() == 20
