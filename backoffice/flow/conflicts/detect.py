"""Find the conflicts there are now, open and close their rows, and say each in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from backoffice import states
from backoffice.flow.conflicts.words import RELATED, UNREAD, told
from backoffice.models import Conflict
from backoffice.states import ConflictState
from integrations.types import BookingStatus

LIVE = [str(status) for status in BookingStatus if status != BookingStatus.CANCELLED]
KEEP = Path(__file__).with_name("keep.sql").read_text()


@dataclass(frozen=True, slots=True)
class Detected:
    """How many conflicts were opened, changed and closed."""

    opened: int = 0
    changed: int = 0
    closed: int = 0


def detect(now: datetime) -> Detected:
    """Open a conflict for every two that have the same room or door at `now` or later, close what is over.

    A room conflict is two bookings of one room (or of a part and its whole, at any depth) whose times
    overlap, whatever channels they come from: confirmed, not paid yet, of a status that is not known here, or
    an entry in somebody's calendar (two such entries are no conflict: nobody is let in). Left out are what is
    gone or over, our own block come back from a channel, two bookings of one number (the same external id,
    or one's external id is the other's id at another account), and one booking's own times.

    A door conflict is two access windows (granted or held) of two bookings whose rooms take each other, which
    overlap though the bookings do not: a window that staff extended into the next guest's, say, as the plan
    lets lead and lag meet. Guests of different rooms at a shared front door are no conflict, nor is a person
    whom staff let in; where the bookings overlap, the doors belong to the room's conflict.

    Where two bookings overlap in several rooms, or on days and hours that touch, that is one conflict.

    One statement finds, opens and closes; what is as it was is not written. An accepted conflict stays
    accepted until its time changes, or staff take back the word that settled it.
    """
    with transaction.atomic():
        detected = _keep(now)
        _tell()
    return detected


def parameters(now: datetime) -> dict[str, Any]:
    """What the statement is asked with; the states that it sets come from the table of moves."""
    return {
        "now": now,
        "live": LIVE,
        "block": str(BookingStatus.BLOCK),
        "open": str(ConflictState.OPEN),
        "closed": str(ConflictState.CLOSED),
        "may_open": [str(state) for state in states.sources(ConflictState.OPEN)],
        "may_close": [str(state) for state in states.sources(ConflictState.CLOSED)],
    }


def _keep(now: datetime) -> Detected:
    with connection.cursor() as cursor:
        cursor.execute(KEEP, parameters(now))
        opened, changed, closed = cursor.fetchone()
    return Detected(opened, changed, closed)


def _tell() -> None:
    """Put in words what is open; only a text that has changed is written."""
    changed = []
    for conflict in Conflict.objects.filter(closed_at=None).select_related(*RELATED).defer(*UNREAD):
        text = told(conflict)
        if text != conflict.text:
            conflict.text = text
            changed.append(conflict)
    Conflict.objects.bulk_update(changed, ["text"], batch_size=500)
