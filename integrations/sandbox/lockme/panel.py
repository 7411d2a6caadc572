"""The sandbox Lock.me on its page: tables of what is there, and forms to change it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from integrations.sandbox.lockme import forms
from integrations.sandbox.lockme.dashboard import Dashboard
from integrations.sandbox.wire import Action

SLOT = ("room", "date", "hour")
FIRST_ROOM = 1398
PERSON = ("name", "surname", "email", "phone", "people", "language", "comment")


class Panel(Dashboard):
    """The page's side of it; every field of a form comes as text."""

    def actions(self) -> Iterable[Action]:
        """Forms of the page."""
        return (
            Action("book", "Book: source web (cart), widget, panel", (*SLOT, "source", *PERSON), self._book),
            Action("pay", "Pay, or confirm", ("number",), self._pay),
            Action("move", "Move (room may be empty)", ("number", *SLOT), self._move),
            Action("edit", "Edit", ("number", *PERSON), self._edit),
            Action("lock", "Lock an empty slot", SLOT, self._lock_slot),
            Action("cancel", "Cancel, also when paid", ("number",), self._cancel),
            Action("send_test", "Send a test webhook", ("room",), self._test),
            Action("subscribe", "Add a webhook (department empty: all)", ("url", "department"), self._hook),
            Action("add_room", "Add a room", ("name", "department", "number"), self._room),
            Action("register", "API application: its redirect URI", ("redirect_uri",), self._register),
            Action("expire_tokens", "Let access tokens expire", (), self._expire),
        )

    def state(self) -> Mapping[str, list[dict[str, Any]]]:
        """Tables of the page."""
        with self._lock:
            rooms = [{**room.shown(), "ours": room.ours} for room in self.store.rooms.values()]
            messages = [
                {
                    "id": each.number,
                    "action": each.action,
                    "room": each.room,
                    "reservation": each.reservation,
                    "sent": each.attempts,
                    "next": each.due_at,
                    "read": each.read_at,
                }
                for each in self.postbox.messages.values()
            ]
            return {
                "reservations": [dict(each) for each in self.store.reservations.values()],
                "rooms": rooms,
                "locked": [
                    {"room": room, "date": day, "hour": hour} for room, day, hour in sorted(self.store.locked)
                ],
                "messages": messages,
                "application": [self._application()],
                "webhooks": [{"to": url.split("?")[0]} for url in self.postbox.hooks],
                "sent": [
                    {"at": each.at, "message": each.message, "status": each.status}
                    for each in self.postbox.sent
                ],
            }

    def _application(self) -> dict[str, Any]:
        """Whom the API lets in; no secret, and tokens only by their number."""
        client = self.grants.client
        return {
            "client_id": client["client_id"],
            "redirect_uri": client["redirect_uri"],
            "live tokens": self.grants.live(self.clock.now()),
        }

    def _book(self, room: str, date: str, hour: str, source: str = "", **person: str) -> str:
        fields = _given(person)
        number = self.book(int(room), date, hour, source=source or "web", **fields)
        return f"reservation {number}"

    def _lock_slot(self, room: str, date: str, hour: str) -> str:
        self.lock(int(room), date, hour)
        return f"{date} {hour} is locked"

    def _pay(self, number: str) -> str:
        self.pay(int(number))
        return f"reservation {number} is paid"

    def _move(self, number: str, room: str, date: str, hour: str) -> str:
        self.move(int(number), int(room) if room else None, date, hour)
        return f"reservation {number} is at {date} {hour}"

    def _edit(self, number: str, **person: str) -> str:
        fields = _given(person)
        self.edit(int(number), **fields)
        return f"reservation {number} is edited"

    def _cancel(self, number: str) -> str:
        self.cancel(int(number))
        return f"reservation {number} is cancelled"

    def _test(self, room: str = "") -> str:
        return f"message {self.send_test(int(room) if room else None)}"

    def _room(self, name: str, department: str = "", number: str = "") -> str:
        rooms = self.store.rooms
        room = int(number) if number else max(rooms, default=FIRST_ROOM - 1) + 1
        if room in rooms or not name.strip():
            raise ValueError("a room needs a name, and a number that no other has")
        return f"room {self.add_room(room, name.strip(), department or 'Centre')}"

    def _hook(self, url: str, department: str = "") -> str:
        self.subscribe(url, department)
        return "the webhook hears of what changes from now on"

    def _register(self, redirect_uri: str) -> str:
        self.register(redirect_uri)
        return redirect_uri

    def _expire(self) -> str:
        self.expire_tokens()
        return "every access token is dead"


def _given(person: Mapping[str, str]) -> dict[str, Any]:
    """What was filled in; the language is the page's to set, though not the API's."""
    filled = {name: value for name, value in person.items() if value}
    language = {"language": filled["language"]} if "language" in filled else {}
    return {**forms.reservation(filled), **language}
