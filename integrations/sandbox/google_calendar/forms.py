"""What may be written into an event, and how strictly."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from integrations.sandbox.google_calendar import recurrence
from integrations.sandbox.google_calendar.refusal import Refusal, invalid, required

EVENT_ID = re.compile(r"[a-v0-9]{5,1024}")
TEXTS = ("summary", "description", "location", "colorId", "iCalUID")
ONE_OF = {
    "status": ("confirmed", "tentative", "cancelled"),
    "transparency": ("opaque", "transparent"),
    "visibility": ("default", "public", "private", "confidential"),
    "eventType": ("default", "outOfOffice", "focusTime", "workingLocation", "birthday", "fromGmail"),
}
WRITABLE = {
    *TEXTS,
    *ONE_OF,
    *(
        "id",
        "start",
        "end",
        "recurrence",
        "extendedProperties",
        "attendees",
        "source",
        "reminders",
        "sequence",
    ),
    *("guestsCanInviteOthers", "guestsCanModify", "guestsCanSeeOtherGuests", "workingLocationProperties"),
}
READ_ONLY = {
    *("kind", "etag", "htmlLink", "created", "updated", "creator", "organizer", "recurringEventId"),
    *("originalStartTime", "hangoutLink", "locked", "endTimeUnspecified", "attendeesOmitted", "privateCopy"),
}
NAME, VALUE, PROPERTIES = 44, 1024, 300  # of extended properties
MERGED = {"start", "end", "extendedProperties", "source", "reminders"}
SEND_UPDATES = ("all", "externalOnly", "none")
Body = dict[str, Any]


def body(data: bytes) -> Body:
    """The JSON object of a request."""
    try:
        found = json.loads(data or b"{}")
    except ValueError:
        raise Refusal(400, "parseError", "Parse Error") from None
    if not isinstance(found, dict):
        raise Refusal(400, "parseError", "Parse Error")
    return found


def event(raw: Mapping[str, Any], home: ZoneInfo) -> Body:
    """An event as it is kept: what may be written, no empty texts, times in the calendar's zone."""
    if unknown := raw.keys() - WRITABLE - READ_ONLY:
        raise invalid(f"Unknown name {', '.join(sorted(unknown))}: Cannot find field.")
    found = {name: value for name, value in raw.items() if name in WRITABLE and value not in (None, "", [])}
    for name in TEXTS:
        if not isinstance(found.get(name, ""), str):
            raise invalid(f"Invalid value for: {name}")
    for name, values in ONE_OF.items():
        if found.get(name, values[0]) not in values:
            raise invalid(f"Invalid value for: {name}")
    if "recurrence" in found:
        recurrence.check(found["recurrence"])
    if "extendedProperties" in found:
        found["extendedProperties"] = _properties(found["extendedProperties"])
    return {**found, **_span(found, home)}


def event_id(value: Any) -> str:
    """An id chosen by the client."""
    if not isinstance(value, str) or not EVENT_ID.fullmatch(value):
        raise invalid("Invalid resource id value.")
    return value


def patched(old: Mapping[str, Any], patch: Mapping[str, Any]) -> Body:
    """What was sent replaces, null removes; objects are merged, lists are not."""
    new = dict(old)
    for name, value in patch.items():
        if name in MERGED and isinstance(value, Mapping) and isinstance(old.get(name), Mapping):
            new[name] = _merged(old[name], value)
        else:
            new[name] = value
    return {name: value for name, value in new.items() if value is not None}


def _merged(old: Mapping[str, Any], patch: Mapping[str, Any]) -> Body:
    new = dict(old)
    for name, value in patch.items():
        inner = new.get(name)
        both = isinstance(value, Mapping) and isinstance(inner, Mapping)
        new[name] = _merged(inner, value) if both else value  # type: ignore[arg-type]
    return {name: value for name, value in new.items() if value is not None}


def _span(found: Mapping[str, Any], home: ZoneInfo) -> Body:
    """Start and end; the end is exclusive, each is a date or a time, and both are the same."""
    span = {name: _moment(found.get(name), name, home) for name in ("start", "end")}
    whole = [("date" in moment) for moment in span.values()]
    if whole[0] != whole[1]:
        raise invalid("Start and end times must either both be date or both be dateTime.")
    begin, end = (recurrence.begin(span, home, name) for name in ("start", "end"))
    if end < begin or (whole[0] and end == begin):
        raise Refusal(400, "timeRangeEmpty", "The specified time range is empty.", domain="calendar")
    if found.get("recurrence") and not whole[0] and "timeZone" not in found["start"]:
        raise required("time zone definition for start time")
    return span


def _moment(raw: Any, name: str, home: ZoneInfo) -> dict[str, str]:
    if not isinstance(raw, Mapping):
        raise required(f"{name} time")
    given = {key: value for key, value in raw.items() if value is not None}
    if given.keys() - {"date", "dateTime", "timeZone"} or ("date" in given) == ("dateTime" in given):
        raise invalid(f"Invalid {name} time.")
    if "timeZone" in given and given["timeZone"] not in available_timezones():
        raise invalid(f"Invalid time zone definition for {name} time.")
    try:
        return _day(given) if "date" in given else _time(given, home)
    except (TypeError, ValueError):
        raise invalid(f"Invalid value for: {name}") from None


def _day(given: Mapping[str, str]) -> dict[str, str]:
    return {"date": date.fromisoformat(given["date"]).isoformat()}


def _time(given: Mapping[str, str], home: ZoneInfo) -> dict[str, str]:
    """Told in the calendar's zone, whatever it came in; seconds are kept, parts of them are not."""
    at = datetime.fromisoformat(given["dateTime"])
    if at.tzinfo is None and "timeZone" not in given:
        raise required("time zone definition")
    at = at if at.tzinfo else at.replace(tzinfo=ZoneInfo(given["timeZone"]))
    told = at.astimezone(home).replace(microsecond=0).isoformat()
    return {"dateTime": told, "timeZone": given.get("timeZone", home.key)}


def _properties(raw: Any) -> Body:
    if not isinstance(raw, Mapping) or raw.keys() - {"private", "shared"}:
        raise invalid("Invalid value for: extendedProperties")
    kept = {}
    for kind, pairs in raw.items():
        fits = isinstance(pairs, Mapping) and all(_fits(name, value) for name, value in pairs.items())
        if not fits or len(pairs) > PROPERTIES:
            raise invalid(
                "Extended property keys and values must be texts of at most 44 and 1024 characters."
            )
        kept[kind] = dict(pairs)
    return kept


def _fits(name: Any, value: Any) -> bool:
    return isinstance(value, str) and 0 < len(name) <= NAME and len(value) <= VALUE
