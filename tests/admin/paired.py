"""Rooms, a calendar account at the stand-in, pairings and blocks: for tests of the pages and the API."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from backoffice import clock
from backoffice.models import Block, CalendarPairing
from tests.factories import HOUR, AccountFactory, OccurrenceFactory, RoomFactory

LAB, HARBOUR, HOLIDAYS = "lab@cal.test", "harbour@cal.test", "holidays@cal.test"
BOTH_WAYS = {"mode": "bidirectional", "scope": "no_contact"}


@pytest.fixture
def google(sandbox):
    """The stand-in with three calendars, one of them only to be read."""
    google = sandbox.vendors.google_calendar
    google.clock.set(clock.now())
    google.create_calendar(LAB, "Laboratory")
    google.create_calendar(HARBOUR, "Harbour Rooms")
    google.create_calendar(HOLIDAYS, "Holidays", role="reader")
    return google


@pytest.fixture
def account(sandbox, google):
    """A connected account."""
    url = f"{sandbox.url}/google_calendar"
    return AccountFactory(
        slug="calendars",
        vendor="google_calendar",
        base_url=f"{url}/calendar/v3",
        secrets=google.secrets_at(url),
    )


@pytest.fixture
def rooms():
    first = RoomFactory(name="Laboratory")
    return first, RoomFactory(name="Vault", venue=first.venue)


def wizard(account):
    return reverse("pair_calendars", args=[account.pk])


def page_of(row):
    return reverse(f"admin:backoffice_{row._meta.model_name}_change", args=[row.pk])


def act(verb, row):
    return reverse(f"admin:backoffice_{row._meta.model_name}_act", args=[verb]) + f"?ids={row.pk}"


def chosen(*choices, **more):
    """The wizard's form: (room, calendar, what differs)."""
    form = {"reason": "to keep the calendars", **more}
    for room, calendar, differs in choices:
        for name, value in {"calendar": calendar, **BOTH_WAYS, **differs}.items():
            form[f"room{room.pk}-{name}"] = value
    return form


def pairing(account, room, **fields):
    known = {"ref": LAB, "title": "Laboratory", "activated_at": clock.now()}
    return CalendarPairing.objects.create(account=account, room=room, **{**known, **fields})


def text(answer):
    return re.sub(r"\s+", " ", answer.content.decode())


@pytest.fixture
def stay(rooms):
    return OccurrenceFactory(room=rooms[0], starts_at=clock.now() + 5 * HOUR)


def blocked(stay, resource, room=None, **fields):
    times = {"starts_at": stay.starts_at, "ends_at": stay.ends_at, "created_at": clock.now()}
    where = {"room": room or stay.resource.room}
    where |= {"account": resource.account, "resource": resource} if resource else {}
    return Block.objects.create(occurrence=stay, **times, **{**where, **fields})
