"""Google Calendar's client: calendars by list, events by sync token, our own by ids that stay the same."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from itertools import chain
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from integrations.errors import ChangedMeanwhile, Garbled, Missing, Refused, StartOver, Taken
from integrations.http import Answer
from integrations.types import (
    CalendarEventRecord,
    CalendarRecord,
    EventChanges,
    EventDraft,
    Listing,
    PushChannel,
    Rejected,
    Settings,
)
from integrations.vendors.google_calendar import drafts, pages, push, rows
from integrations.vendors.google_calendar.line import Duplicate, Gone, Line

PAGE = 2500  # the most that Google gives (4.2)
EVENTS, CALENDARS = "calendar#events", "calendar#calendarList"
LIST = "/users/me/calendarList"
SILENT = {"sendUpdates": "none"}  # no mails to anybody (4.3)


class GoogleCalendar:
    """One Google account."""

    def __init__(self, line: Line, settings: Settings) -> None:
        self._line = line
        self._fallback = settings.timezone
        self._zones: dict[str, ZoneInfo] = {}

    def calendars(self) -> Listing:
        """All calendars of the account's list, hidden ones included (4.1). Raises as `Line.send`; Garbled."""
        found: list[CalendarRecord] = []
        bad: list[Rejected] = []
        for page in pages.pages(self._line, LIST, {"maxResults": 250, "showHidden": "true"}, CALENDARS):
            for raw in page.rows:
                try:
                    found.append(rows.calendar(raw))
                except rows.Unreadable as error:
                    bad.append(rows.rejected(raw, error, "calendar"))
        return Listing(tuple(found), tuple(bad))

    def calendar(self, ref: str) -> CalendarRecord:
        """One calendar, also one that is shared but not listed. Raises as `Line.send`; Missing; Garbled.

        Our scopes do not reach calendars/{id} (4.5): the list tells, or else the head of the events.
        """
        try:
            body = self._line.get(f"{LIST}/{quote(ref, safe='')}").object()
        except Missing:
            head = pages.page(self._line, drafts.path(ref, "events"), {"maxResults": 1}, EVENTS)
            body = {name: value for name, value in head.body.items() if name != "items"}
        try:
            record = rows.calendar({**body, "id": ref})
        except rows.Unreadable as error:
            raise Garbled(f"calendar {ref}: {error}") from None
        self._zones[ref] = rows.zone(record.timezone, self._fallback)
        return record

    def changes(self, calendar_ref: str, token: str = "", since: datetime | None = None) -> EventChanges:
        """All pages of what changed since the token, or of what ends after `since` (4.2).

        Both readings have the same parameters, as Google asks; `since` cannot go along with a token, so what
        lies outside may come later. Raises StartOver for a token that is too old; else as `Line.send`;
        Garbled.
        """
        # singleEvents: each instance of a recurring event by itself (B8)
        params: dict[str, Any] = {"singleEvents": "true", "maxResults": PAGE}
        if token:
            params["syncToken"] = token
        elif since is not None:
            params["timeMin"] = since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        try:
            read = list(pages.pages(self._line, drafts.path(calendar_ref, "events"), params, EVENTS))
        except Gone as error:
            if not token:
                raise
            raise StartOver("the calendar cannot tell what changed since then", status=error.status) from None
        return self._changes(calendar_ref, read, complete=not token)

    def event(self, calendar_ref: str, ref: str) -> CalendarEventRecord | None:
        """One event, also a cancelled one; None when there never was one (4.3).

        Raises as `Line.send`; Garbled.
        """
        try:
            answer = self._line.get(drafts.path(calendar_ref, "events", ref))
        except Missing:
            return None
        return self._event(answer, calendar_ref)

    def event_ref(self, key: str, generation: int = 0) -> str:
        """The id for our key: base32hex of a hash (4.3)."""
        return drafts.event_ref(key, generation)

    def insert(self, calendar_ref: str, draft: EventDraft) -> CalendarEventRecord:
        """Make the event; where its id is in use, ours is taken up or brought back (4.3).

        Raises Taken when the id is somebody else's or may not be brought back: choose another generation.
        Else as `Line.send`; Garbled.
        """
        body = drafts.new(draft)
        try:
            answer = self._line.send("POST", drafts.path(calendar_ref, "events"), json=body, params=SILENT)
        except Duplicate:
            return self._found(calendar_ref, draft)
        return self._event(answer, calendar_ref)

    def replace(self, calendar_ref: str, draft: EventDraft, etag: str = "") -> CalendarEventRecord:
        """Make the event what the draft says; colours, guests, reminders stay as people set them.

        Raises ChangedMeanwhile when it no longer has the etag; Missing when it was deleted; else as
        `Line.send`; Garbled.
        """
        record = self._write("PATCH", calendar_ref, draft, drafts.change(draft), etag)
        if record.cancelled:
            raise Missing("the event was deleted from the calendar")
        return record

    def delete(self, calendar_ref: str, ref: str, etag: str = "") -> None:
        """Delete the event; 404 and 410 are done, too (4.6, D9).

        Raises ChangedMeanwhile when it no longer has the etag; else as `Line.send`; Garbled.
        """
        path = drafts.path(calendar_ref, "events", ref)
        with suppress(Missing, Gone):
            _empty(self._line.send("DELETE", path, params=SILENT, headers=_if(etag)))

    def watch(
        self, calendar_ref: str, channel_ref: str, address: str, token: str, until: datetime | None = None
    ) -> PushChannel:
        """Ask to be told of changes (4.4). Refused where the calendar tells nobody; else as `Line.send`."""
        body = push.request(channel_ref, address, token, until)
        answer = self._line.send("POST", drafts.path(calendar_ref, "events", "watch"), json=body)
        return push.channel(answer, channel_ref, address)

    def stop_watch(self, channel: PushChannel) -> None:
        """End a channel; one that has ended is done (4.4). Raises as `Line.send`; Garbled."""
        body = {"id": channel.ref, "resourceId": channel.resource_ref}
        with suppress(Missing):
            _empty(self._line.send("POST", "/channels/stop", json=body))

    def _changes(self, ref: str, read: list[pages.Page], *, complete: bool) -> EventChanges:
        found: list[CalendarEventRecord] = []
        bad: list[Rejected] = []
        last = read[-1].body
        home = self._zones[ref] = rows.zone(last.get("timeZone"), self._fallback)
        for raw in chain.from_iterable(page.rows for page in read):
            try:
                found.append(rows.event(raw, home))
            except rows.Unreadable as error:
                bad.append(rows.rejected(raw, error))
        token = last.get("nextSyncToken")  # only the last page has it (4.2)
        return EventChanges(
            tuple(found), tuple(bad), token if isinstance(token, str) else "", complete, home.key
        )

    def _found(self, calendar_ref: str, draft: EventDraft) -> CalendarEventRecord:
        """What an insert comes to when its id is in use."""
        known = self.event(calendar_ref, draft.ref)
        if known is None or not drafts.ours(known, draft):
            raise Taken("the calendar has given this id to another event")
        if known.cancelled:
            return self._revived(calendar_ref, draft, known)
        return known if drafts.shows(known, draft) else self.replace(calendar_ref, draft, known.etag)

    def _revived(
        self, calendar_ref: str, draft: EventDraft, dead: CalendarEventRecord
    ) -> CalendarEventRecord:
        """A deleted event brought back by a whole update; Taken where Google will not (4.3)."""
        try:
            record = self._write("PUT", calendar_ref, draft, drafts.again(draft, dead), dead.etag)
        except ChangedMeanwhile:
            raise
        except Refused as error:
            text = f"a deleted event cannot be brought back: {error.text}"
            raise Taken(text, status=error.status) from None
        if record.cancelled:
            raise Taken("a deleted event stayed deleted")
        return record

    def _write(
        self, method: str, calendar_ref: str, draft: EventDraft, body: Mapping[str, Any], etag: str
    ) -> CalendarEventRecord:
        path = drafts.path(calendar_ref, "events", draft.ref)
        try:
            answer = self._line.send(method, path, json=body, params=SILENT, headers=_if(etag))
        except Gone as error:
            raise Missing(error.text, status=error.status) from None
        return self._event(answer, calendar_ref)

    def _event(self, answer: Answer, calendar_ref: str) -> CalendarEventRecord:
        body = answer.object()
        try:
            return rows.event(body, self._home(calendar_ref, body))
        except rows.Unreadable as error:
            raise Garbled(f"{answer.where}: {error}") from None

    def _home(self, calendar_ref: str, body: Mapping[str, Any]) -> ZoneInfo:
        """The calendar's zone, which an event by itself does not tell; only whole days need it."""
        start = body.get("start")
        if calendar_ref not in self._zones and isinstance(start, Mapping) and start.get("date"):
            self.calendar(calendar_ref)
        return self._zones.get(calendar_ref) or rows.zone("", self._fallback)


def connect(settings: Settings) -> GoogleCalendar:
    """The client of one account; Misconfigured when its addresses, secrets or zone are not usable."""
    return GoogleCalendar(Line(settings), settings)


def _if(etag: str) -> dict[str, str]:
    return {"If-Match": etag} if etag else {}


def _empty(answer: Answer) -> None:
    """Done, or gone before; a page of somebody else's is neither."""
    if answer.text.strip():
        raise Garbled(f"{answer.where} answered {answer.status} with words where there should be none")
