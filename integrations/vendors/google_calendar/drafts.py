"""What is written into an event of ours, and how it is known again."""

from __future__ import annotations

import hashlib
import re
from base64 import b32hexencode
from typing import Any
from urllib.parse import quote

from integrations.errors import Refused
from integrations.types import ORIGIN, CalendarEventRecord, EventDraft

PREFIX = "lm"
EVENT_ID = re.compile(r"[a-v0-9]{5,1024}")  # base32hex, lower case (4.3)
NAME, VALUE = 44, 1024  # characters of a private property
NO_DATE: dict[str, Any] = {"date": None}  # a person may have made it a whole-day event


def event_ref(key: str, generation: int = 0) -> str:
    """An id for our `key`, the same every time (4.3); it tells nothing of the key."""
    digest = hashlib.sha256(f"{generation}:{key}".encode()).digest()[:20]
    return PREFIX + b32hexencode(digest).decode().lower()


def new(draft: EventDraft) -> dict[str, Any]:
    """The event as it is made; Refused for a draft that Google cannot take."""
    if not EVENT_ID.fullmatch(draft.ref):
        raise Refused("the event's id must be 5 to 1024 of the letters a to v and digits")
    return {"id": draft.ref, "status": "confirmed", **_body(draft)}


def change(draft: EventDraft) -> dict[str, Any]:
    """What makes an event the draft: a whole-day or recurring one becomes one span again."""
    body = _body(draft)
    times = {name: {**body[name], **NO_DATE} for name in ("start", "end")}
    return {**body, **times, "recurrence": None}


def again(draft: EventDraft, dead: CalendarEventRecord) -> dict[str, Any]:
    """What brings a deleted event back; Google refuses a sequence below the last one."""
    sequence = dead.raw.get("sequence")
    return {**new(draft), **({"sequence": sequence} if isinstance(sequence, int) else {})}


def ours(event: CalendarEventRecord, draft: EventDraft) -> bool:
    """Did we make the event that has the draft's id? By its mark alone, whatever its text says (K6).

    The id is a hash that nobody else would choose, so a deleted one that has lost its mark is ours, too.
    """
    return event.made_by(draft.mark[ORIGIN]) or (event.cancelled and not event.mark)


def shows(event: CalendarEventRecord, draft: EventDraft) -> bool:
    """Is the event what the draft says? One whose answer was lost may be of an older draft."""
    words = (event.summary, event.description, event.location)
    times = (event.starts_at, event.ends_at)
    return (
        words == (draft.summary, draft.description, draft.location)
        and times == (draft.starts_at, draft.ends_at)
        and all(event.mark.get(name) == value for name, value in draft.mark.items())
    )


def path(calendar_ref: str, *more: str) -> str:
    """A path below a calendar, whose id may hold @ and #."""
    steps = [quote(step, safe="") for step in more]
    return "/".join([f"/calendars/{quote(calendar_ref, safe='')}", *steps])


def _body(draft: EventDraft) -> dict[str, Any]:
    if draft.starts_at.tzinfo is None or draft.ends_at.tzinfo is None:
        raise ValueError("an event's times must be aware")
    if draft.ends_at < draft.starts_at:
        raise Refused("an event cannot end before it starts")
    if not draft.mark.get(ORIGIN):
        raise ValueError("an event of ours must say so")
    if any(len(name) > NAME or len(value) > VALUE for name, value in draft.mark.items()):
        raise Refused("a mark is too long for a private property")
    return {
        "summary": draft.summary,
        "description": draft.description,
        "location": draft.location,
        "start": {"dateTime": draft.starts_at.isoformat(), "timeZone": draft.timezone},
        "end": {"dateTime": draft.ends_at.isoformat(), "timeZone": draft.timezone},
        "extendedProperties": {"private": dict(draft.mark)},
    }
