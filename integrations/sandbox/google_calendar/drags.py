"""The sandbox Google Calendar's week: what stands in it, and what dragging there does."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time

from integrations.sandbox.google_calendar import listing, recurrence
from integrations.sandbox.google_calendar.person import Person
from integrations.sandbox.google_calendar.store import Calendar, Event
from integrations.sandbox.week import Drop, Piece


class Drags(Person):
    """The calendars side by side."""

    def lanes(self) -> Mapping[str, str]:
        """The calendars."""
        with self._lock:
            return {one.id: one.summary for one in self.store.calendars.values()}

    def pieces(self, first: date, last: date) -> Iterable[Piece]:
        """The events of the week, each on its calendar's own clock."""
        with self._lock:
            known = list(self.store.calendars.values())
        for one in known:
            begin, end = (datetime.combine(day, time(), one.home) for day in (first, last))
            for event in self.events(one.id):
                if listing.within(event, one, begin, end):
                    yield _piece(one, event)

    def drop(self, drop: Drop) -> str:
        """To another calendar, or to another time, or longer."""
        if drop.to != drop.lane:
            self.carry(drop.lane, drop.key, drop.to)
            return f"now in {self.lanes()[drop.to]}"
        with self._lock:
            known = self.store.calendar(drop.lane)
            piece = _piece(known, self.store.event(known, drop.key))
        start, end = piece.start + drop.by, piece.end + drop.by + drop.longer
        if piece.days:
            self.drag(drop.lane, drop.key, start.date(), end.date(), drop.which)
        else:
            self.drag(drop.lane, drop.key, start, end if drop.longer else None, drop.which)
        return f"now at {start:%a %d %b}" + ("" if piece.days else f" {start:%H:%M}–{end:%H:%M}")


def _piece(calendar: Calendar, event: Event) -> Piece:
    start, end = (
        recurrence.begin(event, calendar.home, name).astimezone(calendar.home).replace(tzinfo=None)
        for name in ("start", "end")
    )
    series = "recurringEventId" in event
    summary = event.get("summary", "")
    return Piece(calendar.id, event["id"], summary, start, end, "date" in event["start"], series=series)
