"""The API's endpoints: calendars, events, instances, channels, free and busy."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from werkzeug.wrappers import Request, Response

from integrations.sandbox.google_calendar import forms, listing, recurrence
from integrations.sandbox.google_calendar.board import Board
from integrations.sandbox.google_calendar.refusal import Refusal, invalid, not_found, required
from integrations.sandbox.google_calendar.store import Calendar, Event, stamp

QUIET = {"sendUpdates", "sendNotifications"}
VERSIONS = {"conferenceDataVersion", "supportsAttachments", "maxAttendees", "eventLabelVersion"}
LISTED = {
    *("alwaysIncludeEmail", "eventTypes", "iCalUID", "maxAttendees", "maxResults", "orderBy", "pageToken"),
    *("privateExtendedProperty", "q", "sharedExtendedProperty", "showDeleted", "showHiddenInvitations"),
    *("singleEvents", "syncToken", "timeMax", "timeMin", "timeZone", "updatedMin"),
}
PAGED = {"maxResults", "pageToken", "timeMin", "timeMax", "showDeleted", "originalStart", "timeZone"}
CALENDARS = {"maxResults", "minAccessRole", "pageToken", "showDeleted", "showHidden"}
ROLES = ("freeBusyReader", "reader", "writer", "owner")


class Api(Board):
    """One method per endpoint."""

    def _reply(self, request: Request, allowed: set[str], work: Callable[[], Any]) -> Response:
        raise NotImplementedError

    # ------------------------------------------------------------------------------------------- calendars

    def calendar_list(self, request: Request) -> Response:
        """GET users/me/calendarList"""

        def found() -> dict[str, Any]:
            query = _query(request)
            least = listing.one(query, "minAccessRole", ROLES[0])
            if least not in ROLES:
                raise invalid("Invalid value for: minAccessRole", "parameter:minAccessRole")
            good = ROLES[ROLES.index(least) :]
            shown = [
                one.listing() for one in self.store.calendars.values() if one.listed and one.role in good
            ]
            return {"kind": "calendar#calendarList", "etag": '"l"', **_page(shown, query, 100)}

        return self._reply(request, CALENDARS, found)

    def listed(self, request: Request, calendar: str) -> Response:
        """GET users/me/calendarList/{id}: 404 for one that is shared but not in the list."""

        def found() -> dict[str, Any]:
            known = self.store.calendar(calendar)
            if not known.listed:
                raise not_found()
            return known.listing()

        return self._reply(request, set(), found)

    def calendar(self, request: Request, calendar: str) -> Response:
        """GET calendars/{id}"""
        return self._reply(request, set(), lambda: self.store.calendar(calendar).shown())

    # ------------------------------------------------------------------------------------------- reading

    def list_events(self, request: Request, calendar: str) -> Response:
        """GET calendars/{id}/events"""

        def found() -> dict[str, Any]:
            known = self.store.calendar(calendar)
            return self.lister.page(self.store, known, _query(request), self.switch)

        return self._reply(request, LISTED, found)

    def get_event(self, request: Request, calendar: str, event: str) -> Response:
        """GET calendars/{id}/events/{id}: a deleted one is told as cancelled."""

        def found() -> Event:
            return self.store.event(self.store.calendar(calendar), event)

        return self._reply(request, {"alwaysIncludeEmail", "maxAttendees", "timeZone"}, found)

    def instances(self, request: Request, calendar: str, event: str) -> Response:
        """GET calendars/{id}/events/{id}/instances"""

        def found() -> dict[str, Any]:
            known, query = self.store.calendar(calendar), _query(request)
            if "recurrence" not in self.store.event(known, event):
                raise invalid("The event is not recurring.")
            span = (listing.instant(query, "timeMin"), listing.instant(query, "timeMax"))
            made = [one for _, one in self.store.expanded(known) if one.get("recurringEventId") == event]
            gone = listing.flag(query, "showDeleted")
            rows = [
                one
                for one in sorted(made, key=lambda each: each["id"])
                if (gone or one["status"] != "cancelled") and listing.within(one, known, *span)
            ]
            head = {"kind": "calendar#events", "summary": known.summary, "timeZone": known.timezone}
            return {**head, "accessRole": known.role, **_page(rows, query, listing.PAGE)}

        return self._reply(request, PAGED, found)

    def free_busy(self, request: Request) -> Response:
        """POST freeBusy"""

        def found() -> dict[str, Any]:
            body = forms.body(request.get_data())
            span = {name: [str(body.get(name, ""))] for name in ("timeMin", "timeMax")}
            first, last = listing.instant(span, "timeMin"), listing.instant(span, "timeMax")
            if first is None or last is None or first >= last:
                raise invalid("The specified time range is empty.")
            refs = [str(item.get("id")) for item in body.get("items", [])]
            told = {"timeMin": stamp(first), "timeMax": stamp(last)}
            busy = {ref: self._busy(ref, first, last) for ref in refs}
            return {"kind": "calendar#freeBusy", **told, "calendars": busy}

        return self._reply(request, set(), found)

    # ------------------------------------------------------------------------------------------- writing

    def insert(self, request: Request, calendar: str) -> Response:
        """POST calendars/{id}/events: 409 for an id that was ever used."""

        def done() -> Event:
            known = self.store.calendar(calendar, write=True)
            sent = forms.body(request.get_data())
            return self._added(known, sent)

        return self._reply(request, QUIET | VERSIONS, done)

    def import_event(self, request: Request, calendar: str) -> Response:
        """POST calendars/{id}/events/import: a private copy, known by its iCalUID."""

        def done() -> Event:
            known = self.store.calendar(calendar, write=True)
            sent = forms.body(request.get_data())
            if not sent.get("iCalUID"):
                raise required("iCalUID")
            return self._added(known, {name: value for name, value in sent.items() if name != "id"})

        return self._reply(request, VERSIONS, done)

    def patch(self, request: Request, calendar: str, event: str) -> Response:
        """PATCH calendars/{id}/events/{id}: what is sent changes, null removes."""
        return self._written(request, calendar, event, forms.patched)

    def update(self, request: Request, calendar: str, event: str) -> Response:
        """PUT calendars/{id}/events/{id}: what is not sent is gone."""
        return self._written(request, calendar, event, lambda _old, sent: dict(sent))

    def delete(self, request: Request, calendar: str, event: str) -> Response:
        """DELETE calendars/{id}/events/{id}: empty 204; 410 the second time."""

        def done() -> None:
            known = self.store.calendar(calendar, write=True)
            old = self.store.event(known, event)
            if old["status"] == "cancelled":
                raise Refusal(410, "deleted", "Resource has been deleted")
            _matches(request, old)
            self.store.cancel(known, old, self.clock.now())

        return self._reply(request, QUIET, done)

    def move(self, request: Request, calendar: str, event: str) -> Response:
        """POST calendars/{id}/events/{id}/move?destination="""

        def done() -> Event:
            source = self.store.calendar(calendar, write=True)
            target = self.store.calendar(request.args.get("destination", ""), write=True)
            old = self.store.event(source, event)
            return self.store.carry(source, target, old, forms.event(old, target.home), self.clock.now())

        return self._reply(request, {"destination", *QUIET}, done)

    # ------------------------------------------------------------------------------------------- channels

    def watch(self, request: Request, calendar: str) -> Response:
        """POST calendars/{id}/events/watch"""

        def done() -> dict[str, str]:
            known = self.store.calendar(calendar)
            body = forms.body(request.get_data())
            base = f"{request.host_url.rstrip('/')}{request.root_path}/calendar/v3"
            return self.channels.watch(known, body, base, self.clock.now()).shown()

        return self._reply(request, LISTED, done)

    def stop(self, request: Request) -> Response:
        """POST channels/stop"""
        return self._reply(request, set(), lambda: self.channels.stop(forms.body(request.get_data())))

    # ------------------------------------------------------------------------------------------- inside

    def _added(self, calendar: Calendar, sent: Mapping[str, Any]) -> Event:
        body = forms.event(sent, calendar.home)
        chosen = {"id": forms.event_id(body["id"])} if "id" in body else {}
        self.store.serial += 1
        return self.store.add(calendar, {"id": self._fresh_id(), **body, **chosen}, self.clock.now())

    def _written(
        self,
        request: Request,
        calendar: str,
        event: str,
        how: Callable[[Mapping[str, Any], Mapping[str, Any]], dict[str, Any]],
    ) -> Response:
        def done() -> Event:
            known = self.store.calendar(calendar, write=True)
            old = self.store.event(known, event)
            _matches(request, old)
            if old["status"] == "cancelled" and not self.switch["revive"]:
                raise Refusal(403, "forbidden", "Forbidden")
            sent = forms.body(request.get_data())
            if sent.get("id", old["id"]) != old["id"]:
                raise invalid("Invalid resource id value.")
            body = forms.event({**how(old, sent), "id": old["id"]}, known.home)
            return self.store.change(known, old, body, self.clock.now())

        return self._reply(request, QUIET | VERSIONS | {"alwaysIncludeEmail"}, done)

    def _busy(self, ref: str, first: datetime, last: datetime) -> dict[str, Any]:
        try:
            known = self.store.calendar(ref)
        except Refusal:
            return {"errors": [{"domain": "global", "reason": "notFound"}], "busy": []}
        spans = [
            tuple(recurrence.begin(one, known.home, name) for name in ("start", "end"))
            for _, one in self.store.expanded(known)
            if _takes_time(one) and listing.within(one, known, first, last)
        ]
        merged: list[list[datetime]] = []
        for begin, end in sorted(spans):
            if merged and begin <= merged[-1][1]:
                merged[-1][1] = max(end, merged[-1][1])
            else:
                merged.append([begin, end])
        return {"busy": [{"start": _utc(begin), "end": _utc(end)} for begin, end in merged]}


def _query(request: Request) -> dict[str, list[str]]:
    return {
        name: values for name, values in request.args.lists() if name not in ("alt", "fields", "prettyPrint")
    }


def _page(rows: list[Any], query: listing.Query, default: int) -> dict[str, Any]:
    """A page of a list that has no snapshot: its token is where it begins."""
    token = listing.one(query, "pageToken", "0")
    if not token.isdigit():
        raise invalid("Invalid page token value.", "parameter:pageToken")
    first, size = int(token), listing.number(query, "maxResults", default)
    more = {"nextPageToken": str(first + size)} if first + size < len(rows) else {}
    return {"items": rows[first : first + size], **more}


def _matches(request: Request, event: Event) -> None:
    wanted = request.headers.get("If-Match")
    if wanted not in (None, "*", event["etag"]):
        raise Refusal(412, "conditionNotMet", "Precondition Failed", location="header:If-Match")


def _takes_time(event: Event) -> bool:
    mine = [guest for guest in event.get("attendees", []) if guest.get("self")]
    declined = any(guest.get("responseStatus") == "declined" for guest in mine)
    return event["status"] != "cancelled" and event.get("transparency") != "transparent" and not declined


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
