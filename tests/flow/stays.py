"""A guest's stay as the steps before have left it: doors, decisions, codes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core import mail

from backoffice.flow.audit import findings
from backoffice.flow.deliver import deliver
from backoffice.models import AccessGrant, Finding, IssuedCode, PathStep, Room
from backoffice.states import CodeState, Known
from tests.factories import (
    NOW,
    CodeFactory,
    DoorFactory,
    GrantFactory,
    OccurrenceFactory,
    RoomFactory,
    VenueFactory,
)


def active(grant: AccessGrant, secret: str = "004211", **fields: Any) -> IssuedCode:
    """An active code of a grant."""
    made = {"state": CodeState.ACTIVE, "known": Known.ACCEPTED, "issued_at": NOW, **fields}
    return CodeFactory(grant=grant, secret=secret, **made)


def stay(doors: int = 1, **fields: Any) -> list[AccessGrant]:
    """One booked hour in the laboratory, 18:00 in Berlin, with so many doors granted and none issued."""
    room = fields.pop("room", None) or RoomFactory(venue=VenueFactory())
    occurrence = OccurrenceFactory(room=room, **fields)
    path = [DoorFactory(venue=room.venue, name=f"Door {n}") for n in range(1, doors + 1)]
    return [GrantFactory(occurrence=occurrence, door=door, position=n) for n, door in enumerate(path, 1)]


def told() -> str:
    """The last mail's text."""
    return str(mail.outbox[-1].body)


def told_once(doors: int = 1) -> tuple[list[AccessGrant], list[IssuedCode]]:
    """A stay whose guest has been told how to get in."""
    grants = stay(doors=doors)
    codes = [active(grant, f"10000{n}") for n, grant in enumerate(grants, 1)]
    deliver(NOW)
    return grants, codes


def found(now: datetime = NOW) -> dict[str, str]:
    """Kind and text of the findings that are open."""
    findings(now)
    return dict(Finding.objects.filter(closed_at=None).values_list("kind", "text"))


def room(**fields: Any) -> Room:
    """A room with one door on its path, so that nothing is wrong with it."""
    made = RoomFactory(**fields)
    PathStep.objects.create(room=made, door=DoorFactory(venue=made.venue), position=1)
    return made
