"""The sandbox Google Calendar's part of the page: what a person can do there, and what there is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import Any

from integrations.sandbox.google_calendar import listing, recurrence
from integrations.sandbox.google_calendar.drags import Drags
from integrations.sandbox.google_calendar.person import THIS
from integrations.sandbox.wire import Action


class Board(Drags):
    """Forms and tables, beside the week."""

    def actions(self) -> Iterable[Action]:
        """What a person can do on the vendor's side."""
        where = ("calendar", "event")
        yield Action("calendar", "New calendar", ("id", "summary", "timezone", "role"), self._new_calendar)
        yield Action(
            "create",
            "New event (a day or 2026-03-10 18:00; repeat: FREQ=WEEKLY;COUNT=4)",
            ("calendar", "summary", "start", "end", "repeat"),
            self._create,
        )
        which = "Move or resize (which: this, following, all)"
        yield Action("drag", which, (*where, "start", "end", "which"), self._drag)
        yield Action("carry", "Put into another calendar", (*where, "to"), self._carry)
        yield Action("type", "Type a title or a text", (*where, "summary", "description"), self._type)
        yield Action("delete", "Delete (which: this, following, all)", (*where, "which"), self._delete)
        yield Action("decline", "Decline the invitation", where, self._decline)
        yield Action("free", "Show the time as free", where, self._free)
        yield Action("sync", "Let sync tokens be too old (410)", ("calendar",), self._expire)
        yield Action("expire", "Let access tokens end", (), self._plain(self.expire_tokens, "they ended"))
        yield Action("revoke", "Take the consent back", (), self._plain(self.revoke, "nobody gets in now"))

    def state(self) -> Mapping[str, list[dict[str, Any]]]:
        """Calendars, events, channels and what they were told."""
        with self._lock:
            known = list(self.store.calendars.values())
            live = list(self.channels.live.values())
            grants = [
                {"grant": f"{len(scopes)} scopes", "since": at} for scopes, at in self.grants.refresh.values()
            ]
        return {
            "Calendars": [
                {"id": one.id, "name": one.summary, "zone": one.timezone, "role": one.role} for one in known
            ],
            "Events of the next weeks": self._near(),
            "Push channels": [
                {"id": one.id, "calendar": one.calendar, "told": one.number, "ends": one.ends} for one in live
            ],
            "Told": [
                {
                    "at": one.at,
                    "channel": one.channel,
                    "state": one.state,
                    "no.": one.number,
                    "status": one.status,
                }
                for one in self.deliveries
            ],
            "Consent": grants,
        }

    def _near(self) -> list[dict[str, Any]]:
        """From yesterday on, the nearest last: that is how the page puts them on top."""
        now = self.clock.now()
        first, last = now - timedelta(days=1), now + timedelta(days=60)
        near = [
            (recurrence.begin(event, one.home), one.id, event)
            for one in self.store.calendars.values()
            for event in self.events(one.id)
            if listing.within(event, one, first, last)
        ]
        return [_row(ref, event) for _, ref, event in sorted(near, key=lambda row: row[0], reverse=True)]

    def _new_calendar(self, id: str, summary: str, timezone: str = "", role: str = "") -> str:  # noqa: A002 a field
        return self.create_calendar(id, summary, timezone or "Europe/Berlin", role=role or "owner")

    def _create(self, calendar: str, summary: str, start: str, end: str, repeat: str = "") -> str:
        rule = {"recurrence": [f"RRULE:{repeat}"]} if repeat else {}
        return f"event {self.put_event(calendar, summary, start, end, **rule)}"

    def _drag(self, calendar: str, event: str, start: str, end: str = "", which: str = "") -> str:
        return f"now event {self.drag(calendar, event, start, end or None, which or THIS)}"

    def _carry(self, calendar: str, event: str, to: str) -> str:
        self.carry(calendar, event, to)
        return f"now in {to}"

    def _type(self, calendar: str, event: str, summary: str = "", description: str = "") -> str:
        typed = {"summary": summary, "description": description}
        self.edit(calendar, event, **{name: text for name, text in typed.items() if text})
        return "typed"

    def _delete(self, calendar: str, event: str, which: str = "") -> str:
        self.remove(calendar, event, which or THIS)
        return "deleted"

    def _decline(self, calendar: str, event: str) -> str:
        self.decline(calendar, event)
        return "declined"

    def _free(self, calendar: str, event: str) -> str:
        self.edit(calendar, event, transparency="transparent")
        return "the time counts as free"

    def _expire(self, calendar: str = "") -> str:
        self.expire_sync_tokens(calendar)
        return "the next reading starts over"

    def _plain(self, act: Callable[[], None], said: str) -> Callable[[], str]:
        def run() -> str:
            act()
            return said

        return run


def _row(calendar: str, event: Mapping[str, Any]) -> dict[str, Any]:
    private = event.get("extendedProperties", {}).get("private", {})
    start, end = (event[name].get("date") or event[name]["dateTime"][:16] for name in ("start", "end"))
    return {
        "calendar": calendar,
        "id": event["id"],
        "start": start.replace("T", " "),
        "end": end.replace("T", " "),
        "summary": event.get("summary", ""),
        "description": event.get("description", ""),
        "free": "free" if event.get("transparency") == "transparent" else "",
        "marked": ", ".join(private),
    }
