"""events.list: windows, pages, and tokens that tell what changed since."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from integrations.sandbox.google_calendar import recurrence
from integrations.sandbox.google_calendar.refusal import Refusal, invalid
from integrations.sandbox.google_calendar.store import Calendar, Event, Store

PAGE, MOST = 250, 2500
SNAPSHOTS = 200
NOT_WITH_TOKEN = (
    *("timeMin", "timeMax", "updatedMin", "q", "iCalUID", "orderBy"),
    *("privateExtendedProperty", "sharedExtendedProperty"),
)
NO_TOKEN_AFTER = set(NOT_WITH_TOKEN) - {"timeMin", "timeMax"}
SAME = ("singleEvents", "maxResults", "showDeleted", "eventTypes", "timeZone", "maxAttendees")
Query = Mapping[str, list[str]]


@dataclass(slots=True)
class Snapshot:
    """What a list held when its first page was asked for, and where the next page begins."""

    query: Query
    rows: list[Event]
    at: int
    offset: int = 0


@dataclass(slots=True)
class Lister:
    """Lists of events, and the pages that are still to be asked for."""

    snapshots: dict[str, Snapshot] = field(default_factory=dict)
    count: int = 0

    def page(
        self, store: Store, calendar: Calendar, query: Query, switch: Mapping[str, Any]
    ) -> dict[str, Any]:
        """One page; Refusal for what Google does not allow together, or a token that is too old."""
        _check(query)
        if token := one(query, "pageToken"):
            snapshot = self.snapshots.get(f"{calendar.id} {token}")
            if snapshot is None or _but_page(snapshot.query) != _but_page(query):
                raise invalid("Invalid page token value.", "parameter:pageToken")
        else:
            snapshot = Snapshot(query, _rows(store, calendar, query, switch), store.serial)
        return self._shown(calendar, snapshot, switch)

    def _shown(self, calendar: Calendar, snapshot: Snapshot, switch: Mapping[str, Any]) -> dict[str, Any]:
        size = min(number(snapshot.query, "maxResults", PAGE), MOST, switch["page_cap"])
        first = snapshot.offset
        if switch["empty_pages"] and first == 0 and "pageToken" not in snapshot.query:
            size = 0
        last = first + size
        head = {
            "kind": "calendar#events",
            "etag": f'"p{snapshot.at}"',
            "summary": calendar.summary,
            "timeZone": calendar.timezone,
            "accessRole": calendar.role,
            "defaultReminders": [],
            "items": snapshot.rows[first:last],
        }
        if last < len(snapshot.rows) or size == 0:
            return {**head, "nextPageToken": self._keep(calendar, snapshot, last)}
        if NO_TOKEN_AFTER & snapshot.query.keys():
            return head
        return {**head, "nextSyncToken": _token(calendar, snapshot)}

    def _keep(self, calendar: Calendar, old: Snapshot, offset: int) -> str:
        self.count += 1
        token = base64.urlsafe_b64encode(f"page {self.count}".encode()).decode().rstrip("=")
        query = {**old.query, "pageToken": [token]}
        self.snapshots[f"{calendar.id} {token}"] = Snapshot(query, old.rows, old.at, offset)
        for stale in list(self.snapshots)[:-SNAPSHOTS]:
            del self.snapshots[stale]
        return token


def one(query: Query, name: str, default: str = "") -> str:
    """The value of a parameter that is given once."""
    return query.get(name, [default])[0]


def number(query: Query, name: str, default: int) -> int:
    """A positive number."""
    try:
        value = int(one(query, name, str(default)))
    except ValueError:
        value = 0
    if value < 1:
        raise invalid(f"Invalid value '{one(query, name)}'.", f"parameter:{name}")
    return value


def flag(query: Query, name: str) -> bool:
    """A boolean, false unless given."""
    value = one(query, name, "false")
    if value not in ("true", "false"):
        raise invalid(f"Invalid boolean value: '{value}'.", f"parameter:{name}")
    return value == "true"


def instant(query: Query, name: str) -> datetime | None:
    """RFC 3339 with an offset, or None."""
    if name not in query:
        return None
    try:
        at = datetime.fromisoformat(one(query, name))
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise Refusal(400, "badRequest", "Bad Request", location=f"parameter:{name}")
    return at.replace(microsecond=0)


def within(event: Event, calendar: Calendar, first: datetime | None, last: datetime | None) -> bool:
    """Does it end after `first` and start before `last`, both exclusive? A series by its first instance."""
    begin, end = (recurrence.begin(event, calendar.home, name) for name in ("start", "end"))
    open_end = "recurrence" in event
    return (first is None or end > first or open_end) and (last is None or begin < last)


def bare(event: Event, mode: str) -> Event:
    """A deleted event in a list: nothing but its ids is sure to be there."""
    names = ("kind", "etag", "id", "status", "recurringEventId", "originalStartTime")
    if event["status"] != "cancelled" or mode == "full":
        return event
    return {name: event[name] for name in names if name in event}


def _rows(store: Store, calendar: Calendar, query: Query, switch: Mapping[str, Any]) -> list[Event]:
    single = flag(query, "singleEvents")
    found: Iterable[tuple[int, Event]] = store.expanded(calendar) if single else store.folded(calendar)
    if single and switch["series_deletion"] == "series":
        found = _by_series(found, store, calendar)
    if token := one(query, "syncToken"):
        since = _since(calendar, token, query)
        rows = [(serial, event) for serial, event in found if serial > since]
    else:
        rows = [(serial, event) for serial, event in found if _wanted(event, calendar, query, single=single)]
    return [bare(event, switch["cancelled"]) for _, event in _sorted(rows, query, calendar)]


def _by_series(
    found: Iterable[tuple[int, Event]], store: Store, calendar: Calendar
) -> Iterable[tuple[int, Event]]:
    """A deleted series as itself, and not as all of its instances."""
    for serial, event in found:
        series = calendar.events.get(event.get("recurringEventId", ""), {})
        if not (event["id"] in calendar.dropped and series.get("status") == "cancelled"):
            yield serial, event
    for serial, event in store.folded(calendar):
        if "recurrence" in event and event["status"] == "cancelled":
            yield serial, event


def _sorted(rows: list[tuple[int, Event]], query: Query, calendar: Calendar) -> list[tuple[int, Event]]:
    if one(query, "orderBy") == "startTime":
        return sorted(rows, key=lambda row: recurrence.begin(row[1], calendar.home))
    return sorted(rows, key=lambda row: (row[0], row[1]["id"]))


def _wanted(event: Event, calendar: Calendar, query: Query, *, single: bool) -> bool:
    exception = "recurringEventId" in event
    if event["status"] == "cancelled" and not flag(query, "showDeleted") and (single or not exception):
        return False
    if not within(event, calendar, instant(query, "timeMin"), instant(query, "timeMax")):
        return False
    changed = instant(query, "updatedMin")
    if changed and datetime.fromisoformat(event["updated"]) < changed:
        return False
    return _marked(event, query) and _said(event, query)


def _marked(event: Event, query: Query) -> bool:
    for kind in ("private", "shared"):
        known = event.get("extendedProperties", {}).get(kind, {})
        for pair in query.get(f"{kind}ExtendedProperty", []):
            name, _, value = pair.partition("=")
            if known.get(name) != value:
                return False
    return True


def _said(event: Event, query: Query) -> bool:
    words = " ".join(str(event.get(name, "")) for name in ("summary", "description", "location")).lower()
    types = query.get("eventTypes", [])
    same_uid = one(query, "iCalUID", event.get("iCalUID", "")) == event.get("iCalUID", "")
    return one(query, "q").lower() in words and same_uid and (not types or event["eventType"] in types)


def _check(query: Query) -> None:
    first, last = instant(query, "timeMin"), instant(query, "timeMax")
    if first and last and first >= last:
        text = "The specified time range is empty."
        raise Refusal(400, "timeRangeEmpty", text, domain="calendar", location="parameter:timeMax")
    order = one(query, "orderBy")
    if order not in ("", "startTime", "updated") or (
        order == "startTime" and not flag(query, "singleEvents")
    ):
        raise invalid(
            "The requested ordering is not available for the particular query.", "parameter:orderBy"
        )
    number(query, "maxResults", PAGE)
    if "syncToken" not in query:
        return
    if wrong := [name for name in NOT_WITH_TOKEN if name in query]:
        text = f"Sync token cannot be used with {', '.join(wrong)}."
        raise invalid(text, f"parameter:{wrong[0]}")
    if one(query, "showDeleted") == "false":
        raise invalid("Sync token cannot be used with showDeleted=false.", "parameter:showDeleted")


def _token(calendar: Calendar, snapshot: Snapshot) -> str:
    said = [calendar.id, calendar.epoch, snapshot.at, _same(snapshot.query)]
    return base64.urlsafe_b64encode(json.dumps(said).encode()).decode()


def _since(calendar: Calendar, token: str, query: Query) -> int:
    """The change after which the token was given."""
    try:
        ref, epoch, serial, same = json.loads(base64.urlsafe_b64decode(token))
    except ValueError:
        ref = None
    if ref != calendar.id:
        raise invalid("Invalid sync token value.", "parameter:syncToken")
    if epoch != calendar.epoch:
        text = "Sync token is no longer valid, a full sync is required."
        raise Refusal(410, "fullSyncRequired", text, domain="calendar", location="parameter:syncToken")
    if same != _same(query):
        raise invalid("The parameters are not those of the initial synchronization.")
    return int(serial)


def _same(query: Query) -> dict[str, list[str]]:
    return {name: query[name] for name in SAME if name in query}


def _but_page(query: Query) -> dict[str, list[str]]:
    return {name: value for name, value in query.items() if name != "pageToken"}
