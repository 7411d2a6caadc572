"""Two bookings in each other's way."""

from __future__ import annotations

from datetime import timedelta

from backoffice.flow import grant, overrule
from backoffice.models import Conflict
from tests.factories import HOUR, NOW, START, DoorFactory, OccurrenceFactory, RoomFactory
from tests.flow.booked import booked, word


def two(room=None, apart=HOUR / 2, **fields):
    """Two bookings of one room, the second so much later."""
    room = room or RoomFactory(path=[DoorFactory()])
    return OccurrenceFactory(room=room), OccurrenceFactory(room=room, starts_at=START + apart, **fields)


def current():
    return Conflict.objects.get(closed_at=None)


def neighbours(gap=timedelta(minutes=10), doors=1):
    """Two guests one after the other in a room with so many doors, planned."""
    room = RoomFactory(path=[DoorFactory() for _ in range(doors)])
    first = booked(room=room)
    second = booked(room=room, starts_at=START + HOUR + gap)
    grant.replan(NOW)
    return first, second


def extended(occurrence, minutes=30):
    said = overrule.extend(occurrence.booking, 0, minutes, START + 5 * HOUR, word())
    grant.replan(NOW)
    return said
