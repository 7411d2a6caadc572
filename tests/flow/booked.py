"""Bookings on their way to a decision, and what other steps make of it."""

from __future__ import annotations

from django.db import connection
from django.test.utils import CaptureQueriesContext

from backoffice.flow import grant, overrule
from backoffice.models import IssuedCode
from backoffice.states import CodeState, move_all
from tests.factories import (
    NOW,
    CardDoorFactory,
    DoorFactory,
    LevelFactory,
    OccurrenceFactory,
    RoomFactory,
    UserFactory,
)


def card_door(**fields):
    door = CardDoorFactory(**fields)
    LevelFactory(account=door.account, door_refs=[door.ref])
    return door


def booked(*doors, room=None, **fields):
    return OccurrenceFactory(room=room or RoomFactory(path=doors or [DoorFactory()]), **fields)


def issued():
    """What the issue step makes of it."""
    move_all(IssuedCode.objects.all(), CodeState.ISSUING)
    move_all(IssuedCode.objects.filter(state=CodeState.ISSUING), CodeState.ACTIVE, issued_at=NOW)
    move_all(IssuedCode.objects.filter(state=CodeState.REVOKING), CodeState.REVOKED)


def told(booking, status):
    """What the mirror makes of a source's word."""
    booking.status = booking.status_text = status
    booking.save()


def states():
    return list(IssuedCode.objects.order_by("pk").values_list("state", flat=True))


def writes(now=NOW):
    with CaptureQueriesContext(
        connection,
    ) as queries:
        grant.replan(now)
    verbs = ("INSERT", "UPDATE", "DELETE")
    return [query["sql"] for query in queries if query["sql"].startswith(verbs)]


def word(reason="the pipe burst", now=NOW):
    return overrule.Word(UserFactory(), reason, now)
