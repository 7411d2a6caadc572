"""What the sandbox Google knows: calendars with their events, and in which order they last changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from integrations.sandbox.google_calendar import recurrence
from integrations.sandbox.google_calendar.refusal import Refusal, not_found

Event = Mapping[str, Any]
WRITERS = ("owner", "writer")
KEPT = ("id", "recurringEventId", "originalStartTime")  # of what is told of a deleted event
BORN = ("created", "creator", "organizer", "iCalUID", "htmlLink", "kind")
MINE = "owner@sandbox.test"


@dataclass(slots=True)
class Calendar:
    """One calendar. An event is never changed in place; deleted ones keep their ids for good."""

    id: str
    summary: str
    timezone: str
    role: str = "owner"
    primary: bool = False
    push: bool = True  # it tells of changes; holidays do not
    listed: bool = True
    events: dict[str, Event] = field(default_factory=dict)
    serials: dict[str, int] = field(default_factory=dict)  # when each last changed
    dropped: set[str] = field(default_factory=set)  # instances that their own series no longer has
    epoch: int = 0  # sync tokens of earlier ones have expired

    @property
    def home(self) -> ZoneInfo:
        """Its zone."""
        return ZoneInfo(self.timezone)

    def shown(self) -> dict[str, Any]:
        """What calendars/{id} tells."""
        return {
            "kind": "calendar#calendar",
            "etag": f'"{self.epoch}"',
            "id": self.id,
            "summary": self.summary,
            "timeZone": self.timezone,
        }

    def listing(self) -> dict[str, Any]:
        """Its entry in the user's list."""
        primary = {"primary": True} if self.primary else {}
        entry = {"kind": "calendar#calendarListEntry", "accessRole": self.role, "selected": True}
        return {**self.shown(), **entry, **primary}


class Store:
    """All calendars that one Google user can see."""

    def __init__(self) -> None:
        self.calendars: dict[str, Calendar] = {}
        self.serial = 0

    def calendar(self, ref: str, *, write: bool = False) -> Calendar:
        """A calendar by its id or as "primary"; 404 where there is none, 403 for one to be left alone."""
        found = self.calendars.get(ref)
        if ref == "primary":
            found = next((each for each in self.calendars.values() if each.primary), None)
        if found is None:
            raise not_found()
        if write and found.role not in WRITERS:
            text = "You need to have writer access to this calendar."
            raise Refusal(403, "requiredAccessLevel", text, domain="calendar")
        return found

    def event(self, calendar: Calendar, ref: str) -> Event:
        """An event, an instance of one, or what is left of a deleted one; 404 for what never was."""
        if ref in calendar.events:
            return calendar.events[ref]
        series = calendar.events.get(ref.rpartition("_")[0], {})
        if "recurrence" in series:
            found = recurrence.instances(series, calendar.home).get(ref)
            if found:
                return {**found, "status": series["status"]}
        raise not_found()

    def add(self, calendar: Calendar, body: Event, now: datetime) -> Event:
        """A new event; 409 when its id has ever been used."""
        if body["id"] in calendar.events:
            raise Refusal(409, "duplicate", "The requested identifier already exists.")
        person = {"email": MINE, "self": True}
        born = {
            "kind": "calendar#event",
            "created": stamp(now),
            "creator": person,
            "organizer": {"email": calendar.id, "displayName": calendar.summary, "self": True},
            "iCalUID": f"{body['id']}@google.com",
            "htmlLink": f"https://www.google.com/calendar/event?eid={body['id']}",
        }
        fresh = {
            "status": "confirmed",
            "eventType": "default",
            "reminders": {"useDefault": True},
            "sequence": 0,
        }
        return self._put(calendar, {**fresh, **born, **body}, now)

    def change(self, calendar: Calendar, old: Event, body: Event, now: datetime) -> Event:
        """The event with another body; its instances follow it, and those that it lost are dropped."""
        kept = {name: old[name] for name in (*KEPT, *BORN) if name in old}
        timed = any(body.get(name) != old.get(name) for name in ("start", "end", "status", "recurrence"))
        rest = {"status": "confirmed", "eventType": "default", "reminders": {"useDefault": True}}
        sequence = old.get("sequence", 0)
        if body.get("sequence", sequence) < sequence:
            text = (
                "Invalid sequence value. The specified sequence number is below the current sequence number"
            )
            raise Refusal(400, "invalid", text)
        new = self._put(calendar, {**rest, **body, **kept, "sequence": sequence + timed}, now)
        self._follow(calendar, old, new, now)
        return new

    def cancel(self, calendar: Calendar, old: Event, now: datetime) -> None:
        """Delete an event, or one instance of it."""
        new = self._put(calendar, {**old, "status": "cancelled", "sequence": old["sequence"] + 1}, now)
        self._follow(calendar, old, new, now)

    def carry(self, source: Calendar, target: Calendar, old: Event, body: Event, now: datetime) -> Event:
        """An event goes to another calendar under its own id, also to one in which it has been before."""
        if old["status"] == "cancelled" or "recurringEventId" in old:
            raise Refusal(400, "cannotChangeOrganizerOfInstance", "This event cannot be moved.")
        left = target.events.get(old["id"])
        if left and left["status"] == "cancelled":
            made = self.change(target, left, {**body, "sequence": left["sequence"]}, now)
        else:
            made = self.add(target, body, now)
        self.cancel(source, old, now)
        return made

    def expanded(self, calendar: Calendar) -> Iterator[tuple[int, Event]]:
        """Every event by itself, instances in the place of recurring ones, each with when it last changed."""
        for ref, event in list(calendar.events.items()):
            if "recurrence" not in event:
                yield calendar.serials[ref], event
            elif event["status"] != "cancelled":
                made = recurrence.instances(event, calendar.home)
                yield from (
                    (calendar.serials[ref], made[each]) for each in made.keys() - calendar.events.keys()
                )

    def folded(self, calendar: Calendar) -> Iterator[tuple[int, Event]]:
        """Every event as it is kept: recurring ones with their rule, and exceptions."""
        for ref, event in list(calendar.events.items()):
            if ref not in calendar.dropped:
                yield calendar.serials[ref], event

    def _put(self, calendar: Calendar, event: Event, now: datetime) -> Event:
        self.serial += 1
        told = {"etag": f'"{3_400_000_000_000_000 + 2 * self.serial}"', "updated": stamp(now)}
        calendar.events[event["id"]] = made = {**event, **told}
        calendar.serials[event["id"]] = self.serial
        calendar.dropped.discard(event["id"])
        return made

    def _follow(self, calendar: Calendar, old: Event, new: Event, now: datetime) -> None:
        """What a change of a series means for its instances."""
        before, after = (self._ids(calendar, event) for event in (old, new))
        for ref in after & calendar.dropped:
            del calendar.events[ref]
            calendar.dropped.discard(ref)
        lost = recurrence.instances(old, calendar.home) if before - after else {}
        for ref in sorted(before - after):
            if calendar.events.get(ref, {}).get("status") == "cancelled":
                continue
            self._put(calendar, {**lost[ref], "status": "cancelled", "sequence": 0}, now)
            calendar.dropped.add(ref)

    def _ids(self, calendar: Calendar, event: Event) -> set[str]:
        if "recurrence" not in event or event["status"] == "cancelled":
            return set()
        return set(recurrence.instances(event, calendar.home))


def stamp(at: datetime) -> str:
    """An instant as Google writes `created` and `updated`."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"
