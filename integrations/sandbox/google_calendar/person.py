"""What a person can do in the sandbox Google Calendar: make, drag, decline and delete events."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any

from integrations.sandbox.google_calendar import forms, recurrence
from integrations.sandbox.google_calendar.office import Office
from integrations.sandbox.google_calendar.refusal import Refusal
from integrations.sandbox.google_calendar.store import MINE, Calendar, Event

When = datetime | date | str
THIS, FOLLOWING, ALL = "this", "following", "all"
WHICH = (THIS, FOLLOWING, ALL)


class Person(Office):
    """The calendar in the browser. Whatever cannot be done is a ValueError in words."""

    def create_calendar(
        self, ref: str, summary: str = "", timezone: str = "Europe/Berlin", **more: Any
    ) -> str:
        """A calendar: `role` owner, writer or reader; `primary`; `push` and `listed` False where not so."""
        with self._lock:
            self.store.calendars[ref] = Calendar(ref, summary or ref, timezone, **more)
        return ref

    def put_event(self, calendar: str, summary: str, start: When, end: When, **fields: Any) -> str:
        """A new event; its id. Times are aware, or texts on the calendar's own clock ("2026-03-10 18:00").

        Days make a whole-day event, whose `end` is the day after the last. `fields` are Google's: recurrence
        (["RRULE:FREQ=WEEKLY;COUNT=4"]), transparency, eventType, attendees, id …
        """
        with self._person():
            known = self.store.calendar(calendar)
            body = {"summary": summary, **_span(known, start, end), **fields}
            self.store.serial += 1
            made = {"id": self._fresh_id(), **forms.event(body, known.home)}
            return str(self.store.add(known, made, self.clock.now())["id"])

    def drag(self, calendar: str, event: str, start: When, end: When | None = None, which: str = THIS) -> str:
        """Move or resize an event (`end` None keeps its length); of a recurring one `which` instances.

        Gives the id under which what was dragged is now to be found.
        """
        with self._person():
            known, found = self._known(calendar, event)
            length = recurrence.begin(found, known.home, "end") - recurrence.begin(found, known.home)
            moved = _span(known, start, end if end is not None else start)
            if end is None:
                moved["end"] = _later(moved["start"], length)
            return self._changed(known, found, moved, which)

    def carry(self, calendar: str, event: str, to: str) -> None:
        """Put an event into another calendar, as it is; of a recurring one all of it."""
        with self._person():
            known, found = self._known(calendar, event)
            target = self.store.calendar(to, write=True)
            if known is target:
                raise ValueError("it is in this calendar already")
            whole = self._series(known, found) or found
            self.store.carry(known, target, whole, forms.event(whole, target.home), self.clock.now())

    def edit(self, calendar: str, event: str, which: str = THIS, **fields: Any) -> str:
        """Type into an event: summary, description, location, transparency …; the id as of `drag`."""
        with self._person():
            known, found = self._known(calendar, event)
            return self._changed(known, found, fields, which)

    def remove(self, calendar: str, event: str, which: str = THIS) -> None:
        """Delete an event; of a recurring one `which` instances."""
        with self._person():
            known, found = self._known(calendar, event)
            series = self._series(known, found)
            if which == FOLLOWING and series:
                rule = recurrence.cut(series, found, known.home)
                self._store(known, series, {"recurrence": rule})
            else:
                self.store.cancel(known, series if which == ALL and series else found, self.clock.now())

    def decline(self, calendar: str, event: str) -> None:
        """Say no to an invitation; the event stays, and the time is free."""
        guests = [
            {"email": "host@sandbox.test", "organizer": True, "responseStatus": "accepted"},
            {"email": MINE, "self": True, "responseStatus": "declined"},
        ]
        self.edit(calendar, event, attendees=guests)

    def events(self, calendar: str) -> list[Event]:
        """The events as a person sees them: each instance by itself, deleted ones left out, by start."""
        with self._lock:
            known = self.store.calendar(calendar)
            seen = [event for _, event in self.store.expanded(known) if event["status"] != "cancelled"]
        return sorted(seen, key=lambda event: recurrence.begin(event, known.home))

    @contextmanager
    def _person(self) -> Iterator[None]:
        """A change whose refusal is told in words."""
        try:
            with self._change():
                yield
        except Refusal as refusal:
            raise ValueError(str(refusal)) from None

    def _known(self, calendar: str, event: str) -> tuple[Calendar, Event]:
        known = self.store.calendar(calendar)
        found = self.store.event(known, event)
        if found["status"] == "cancelled":
            raise ValueError("this event was deleted")
        return known, found

    def _series(self, calendar: Calendar, found: Event) -> Event | None:
        return calendar.events.get(found.get("recurringEventId", ""))

    def _changed(self, calendar: Calendar, found: Event, fields: Mapping[str, Any], which: str) -> str:
        series = self._series(calendar, found)
        if which == FOLLOWING and series:
            return self._split(calendar, series, found, fields)
        if which == ALL and series:
            return self._store(calendar, series, _shifted(series, found, fields, calendar))
        return self._store(calendar, found, fields)

    def _split(self, calendar: Calendar, series: Event, found: Event, fields: Mapping[str, Any]) -> str:
        """This and following: the old series ends before it, a new one with new ids begins with it (B8)."""
        start = found["originalStartTime"]
        clock = recurrence.begin({"start": start}, calendar.home).astimezone(UTC)
        stamp = f"{clock:%Y%m%d}" if "date" in start else f"{clock:%Y%m%dT%H%M%S}"
        rule = recurrence.rest(series, found, calendar.home)
        self._store(calendar, series, {"recurrence": recurrence.cut(series, found, calendar.home)})
        span = {name: found[name] for name in ("start", "end")}
        body = forms.event({**series, **span, **fields, "recurrence": rule}, calendar.home)
        made = {**body, "id": f"{series['id']}_R{stamp}"}
        made.pop("iCalUID", None)
        return str(self.store.add(calendar, made, self.clock.now())["id"])

    def _store(self, calendar: Calendar, old: Event, fields: Mapping[str, Any]) -> str:
        body = forms.event({**old, **fields}, calendar.home)
        return str(self.store.change(calendar, old, body, self.clock.now())["id"])

    def _fresh_id(self) -> str:
        digest = hashlib.sha256(str(self.store.serial).encode()).hexdigest()
        return digest[:26]


def _span(calendar: Calendar, start: When, end: When) -> dict[str, Any]:
    return {"start": _moment(calendar, start), "end": _moment(calendar, end)}


def _moment(calendar: Calendar, when: When) -> dict[str, str]:
    if isinstance(when, str) and len(when.strip()) == 10:
        when = date.fromisoformat(when.strip())
    if isinstance(when, str):
        when = datetime.fromisoformat(when.strip())
    if not isinstance(when, datetime):
        return {"date": when.isoformat()}
    at = when if when.tzinfo else when.replace(tzinfo=calendar.home)
    return {"dateTime": at.isoformat(), "timeZone": calendar.timezone}


def _later(start: Mapping[str, str], length: Any) -> dict[str, str]:
    if "date" in start:
        return {"date": (date.fromisoformat(start["date"]) + length).isoformat()}
    end = datetime.fromisoformat(start["dateTime"]).astimezone(UTC) + length
    return {**start, "dateTime": end.isoformat()}


def _shifted(series: Event, found: Event, fields: Mapping[str, Any], calendar: Calendar) -> Mapping[str, Any]:
    """All of a series moves by as much as the one that was dragged."""
    if "start" not in fields:
        return fields
    home = calendar.home
    first, start = recurrence.begin(series, home), recurrence.begin(fields, home)
    by = start - recurrence.begin({"start": found["originalStartTime"]}, home)
    length = recurrence.begin(fields, home, "end") - start
    if "date" in fields["start"]:
        begin: Mapping[str, str] = {"date": (first + by).date().isoformat()}
    else:
        moved = (first.astimezone(calendar.home).replace(tzinfo=None) + by).replace(tzinfo=calendar.home)
        begin = {"dateTime": moved.isoformat(), "timeZone": calendar.timezone}
    return {**fields, "start": begin, "end": _later(begin, length)}
