"""What an event of ours says: as much of the booking as the pairing's scope allows, and nothing more."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from html import escape
from typing import Any
from zoneinfo import ZoneInfo

from backoffice.contact import without_contact
from backoffice.fields import fingerprint
from backoffice.flow.channels.values import Facts, Room

FULL, NO_CONTACT, EMPTY = "full", "no_contact", "empty"
BLOCKED = "Blocked"


@dataclass(frozen=True, slots=True)
class Content:
    """The words of an event."""

    summary: str
    description: str


def content(facts: Facts, room: Room, starts_at: datetime, ends_at: datetime, scope: str) -> Content:
    """The words of an event for a booking of a room (google_calendar S1-S3, K1-K7).

    The name that an empty event bears is the room's: whoever may see that much need not know the guest. The
    marker stands first, where staff see it, and in every scope, for it tells nothing of a person (K7). An
    entry of another calendar is “Blocked” and no more. Comments are never told: guests write numbers there;
    and what looks like a number or an address in a name or an option is left out below the full scope.
    """
    if facts.is_entry:
        return Content(f"{BLOCKED}: {room.name}", "")
    if scope != FULL:
        facts = _without_contact(facts)
    names = [room.name] if scope == EMPTY or not facts.name else [room.name, facts.name]
    summary = " ".join(filter(None, (facts.mark, " · ".join(names))))
    lines = [] if scope == EMPTY else list(_lines(facts, room, starts_at, ends_at, scope))
    return Content(summary, "\n".join(escape(line, quote=False) for line in lines))


def _without_contact(facts: Facts) -> Facts:
    """The facts, with every text that people type clean of numbers and addresses."""
    typed = {name: getattr(facts, name) for name in ("name", "option", "price", "language", "source")}
    clean: dict[str, Any] = {
        name: without_contact(said, facts.email, facts.phone) for name, said in typed.items()
    }
    return replace(facts, email="", phone="", **clean)


def _lines(facts: Facts, room: Room, starts_at: datetime, ends_at: datetime, scope: str) -> Iterator[str]:
    """A line for each thing that is known: what is empty leaves no label behind (K5)."""
    zone = ZoneInfo(room.zone)
    first, last = starts_at.astimezone(zone), ends_at.astimezone(zone)
    yield f"Visit: {first:%Y-%m-%d %H:%M}-{last:%H:%M} ({room.zone})"
    people = str(facts.people) if facts.people else ""
    told = [
        ("Booked", facts.option),
        ("Price", facts.price),
        ("People", people),
        ("Language", facts.language),
    ]
    contact = [("E-mail", facts.email), ("Phone", facts.phone)] if scope == FULL else []
    for label, value in (*told, *contact, ("Source", facts.source), ("Booking", facts.label)):
        if value:
            yield f"{label}: {value}"


def digest_of(words: Content, starts_at: datetime, ends_at: datetime, zone: str) -> str:
    """Of all that an event of ours shows."""
    said = [words.summary, words.description, starts_at.isoformat(), ends_at.isoformat(), zone]
    return fingerprint(json.dumps(said))
