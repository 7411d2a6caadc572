"""Rooms at the sandbox's marketplace, and the reservations that staff have made there."""

from __future__ import annotations

from datetime import date, datetime, time

import pytest

from backoffice.flow.desk import reservations
from backoffice.word import Word
from tests.factories import (
    NOW,
    AccountFactory,
    BookingFactory,
    OccurrenceFactory,
    ResourceFactory,
    UserFactory,
)

DAY = date(2026, 3, 10)  # a Tuesday
GUEST = {"name": "Ida", "surname": "Kern", "email": "ida@example.test", "people": 4}


@pytest.fixture
def shop(sandbox):
    shop = sandbox.vendors.lockme
    shop.switch["timezone"] = "Europe/Berlin"
    shop.add_room(1398, "Laboratory")
    shop.add_room(1400, "Ballroom")
    for room in shop.store.rooms.values():
        room.week = {n: [{"hour": f"{h}:00:00", "pricers": [7]} for h in (14, 16, 18)] for n in range(7)}
    return shop


@pytest.fixture
def account(sandbox, shop):
    return AccountFactory(base_url=f"{sandbox.url}/lockme", secrets=dict(shop.secrets))


@pytest.fixture
def lab(account):
    return ResourceFactory(account=account, ref="1398", title="Laboratory", session_minutes=60)


@pytest.fixture
def word(db):
    return Word(UserFactory(), "asked by phone", NOW)


def booked(shop, resource, hour="14:00", day="2026-03-10", source="panel", **fields):
    """A reservation at the vendor, and its mirror."""
    number = shop.book(int(resource.ref), day, f"{hour}:00", source=source, **fields)
    booking = BookingFactory(account=resource.account, ref=str(number))
    starts_at = datetime.fromisoformat(f"{day}T{hour}:00+01:00")
    OccurrenceFactory(booking=booking, resource=resource, starts_at=starts_at, starts_text=f"{day} {hour}")
    return booking


def make(lab, word, hour=14, key="form-1", day=DAY, **fields):
    return reservations.make(lab, day, time(hour), {**GUEST, **fields}, word, key)


def asked(shop):
    """What was written, and not merely read."""
    return [call for call in shop.calls() if call.method in ("PUT", "DELETE") or "/move" in call.path]
