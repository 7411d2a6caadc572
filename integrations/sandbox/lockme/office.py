"""Lock.me's own side: what follows from a change, carts whose time is up, webhooks on their way."""

from __future__ import annotations

import copy
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from integrations.sandbox.lockme.grants import Grants
from integrations.sandbox.lockme.postbox import Delivery, Message, Postbox, send
from integrations.sandbox.lockme.store import Reservation, Store
from integrations.sandbox.wire import Clock, Sandbox

CART = timedelta(minutes=20)
BREATH = 0.1  # seconds between two looks of the thread that sends webhooks
CLIENT = ("client_id", "client_secret", "redirect_uri")


class Office(Sandbox):
    """One partner with one API application."""

    name = "lockme"
    secrets: Mapping[str, Any] = {
        "client_id": "sandbox-lockme",
        "client_secret": "sandbox-lockme-0123456789abcdef",
        "redirect_uri": "https://latchkey.example/oauth",
        "token": {
            "token_type": "Bearer",
            "access_token": "eyJ0eXAi.sandbox.lockme",
            "refresh_token": "def50200sandbox",
            "expires": 0,
        },
    }
    options: Mapping[str, Any] = {
        "timezone": "Europe/Warsaw",  # what dates and hours mean; never told
        "token_life": 3600,  # seconds that an access token lives
        "rotate": True,  # a refresh token works once, and takes its access token with it
        "hook_method": "POST",  # POST | GET: how webhooks are sent
        "delivery": "thread",  # thread | now (before the change returns) | by hand (`deliver_due`)
        "echo": True,  # changes made through the API are told, too
        "delay": 0,  # seconds before a webhook is sent for the first time
        "duplicates": 0,  # how many more times each webhook is sent at once
        "reorder": False,  # the newest webhook goes first
        "pauses": (1, 5, 15, 60, 180, 360, 720),  # minutes before a webhook is sent again
        "move_by_edit": True,  # an edit with another date or hour moves the booking
        "ids_as_text": False,  # ids of rooms and reservations are texts
        "status_as": "int",  # int | bool | text: how a reservation's status is written
        "price_as_text": False,  # prices are texts
        "empty_as_null": False,  # e-mail, phone and comment
        "reservationid": True,  # reservations repeat their id
        "data_roomid": True,  # the booking in a message repeats its room
        "version_gates": False,  # v2.0 has no invoice, v2.1 no language, v2.3 no test messages
        "paid_delete_status": 403,  # of a refusal to delete what is paid
        "taken_status": 409,  # of a refusal because the time is taken
        "invalid_status": 400,  # of a body with mistakes
        "locks_listed": False,  # slots that staff have locked are told as reservations of the panel
        "errors_as_200": False,  # {"error": …} with 200 instead of a status
        "unknown_keys": False,  # keys of newer servers
    }

    def __init__(self, clock: Clock | None = None, **options: Any) -> None:
        """See `options`."""
        super().__init__(clock, **options)
        self.store = Store()
        self.postbox = Postbox()
        self.grants = Grants({name: self.secrets[name] for name in CLIENT})
        token = self.secrets["token"]
        self.grants.keep(token["access_token"], token["refresh_token"], self.clock.now() + self.life)
        self._thread: threading.Thread | None = None

    def __getstate__(self) -> dict[str, Any]:
        """All state but lock and thread, as it is at one instant."""
        with self._lock:
            state = {**super().__getstate__(), "_thread": None}
            for name in ("store", "postbox", "grants"):
                state[name] = copy.deepcopy(state[name])
            return {**state, "journal": list(self.journal), "faults": list(self.faults)}

    @property
    def zone(self) -> ZoneInfo:
        """The zone of dates and hours."""
        return ZoneInfo(self.switch["timezone"])

    @property
    def life(self) -> timedelta:
        """How long an access token lives."""
        return timedelta(seconds=self.switch["token_life"])

    @property
    def deliveries(self) -> list[Delivery]:
        """The webhooks that were sent, oldest first."""
        return list(self.postbox.sent)

    def subscribe(self, url: str, department: str = "") -> None:
        """Add a webhook for a department, "" for all; it hears of what changes from now on."""
        with self._lock:
            self.postbox.hooks[url] = department

    def unsubscribe(self, url: str) -> None:
        """Deactivate a webhook."""
        with self._lock:
            self.postbox.hooks.pop(url, None)

    def register(self, redirect_uri: str) -> None:
        """Make this the redirect URI of the API application, as its owner does in the cockpit."""
        with self._lock:
            self.secrets = {**self.secrets, "redirect_uri": redirect_uri}
            self.grants.client = {**self.grants.client, "redirect_uri": redirect_uri}

    def expire_tokens(self) -> None:
        """Let every access token be dead now; refresh tokens live on."""
        with self._lock:
            self.grants.access.clear()

    def revoke_tokens(self) -> None:
        """Let the person who consented take it back: no token works any more."""
        with self._lock:
            self.grants.access.clear()
            self.grants.refresh.clear()

    def tick(self) -> None:
        """Empty the carts whose time is up."""
        with self._change():
            pass

    def deliver_due(self) -> int:
        """Send the webhooks whose time has come; how many were sent."""
        with self._lock:
            self._empty_carts()
            batch = self.postbox.due(self.clock.now(), self.switch["pauses"])
        batch.sort(key=lambda each: each.number, reverse=self.switch["reorder"])
        trips = [(url, each) for each in batch for url in self._urls(each)]
        for url, message in trips:
            status = send(url, message.number, self.switch["hook_method"])
            with self._lock:
                self.postbox.sent.append(Delivery(self.clock.now(), url, message.number, status))
        return len(trips)

    @contextmanager
    def _change(self) -> Iterator[None]:
        """Change something alone; the webhooks that follow from it are sent when the lock is free again."""
        with self._lock:
            self._empty_carts()
            yield
        if self.switch["delivery"] == "now":
            self.deliver_due()
        elif self.switch["delivery"] == "thread":
            self._wake()

    def _tell(self, action: str, reservation: Reservation, **more: Any) -> None:
        """Make a message about a reservation as it is now."""
        self._post(action, reservation["roomid"], reservation["reservationid"], {**reservation, **more})

    def _post(self, action: str, room: int, reservation: int | None, data: Mapping[str, Any]) -> int:
        number = self.postbox.next_number()
        message = Message(number, action, room, reservation, data, self.clock.now())
        delay = timedelta(seconds=self.switch["delay"])
        self.postbox.make(message, self.store.rooms[room].department, delay)
        return number

    def _urls(self, message: Message) -> list[str]:
        with self._lock:
            urls = self.postbox.urls(self.store.rooms[message.room].department)
        return urls * (1 + int(self.switch["duplicates"]))

    def _empty_carts(self) -> None:
        for reservation in self.store.expired(self.clock.now()):
            self.store.remove(reservation)
            self._tell("delete", reservation)

    def _local_text(self, at: datetime) -> str:
        return at.astimezone(self.zone).strftime("%Y-%m-%d %H:%M:%S")

    def _wake(self) -> None:
        """Have a thread that sends webhooks, if there is anything to wait for and none is there."""
        with self._lock:
            if self._thread is None and self._busy():
                self._thread = threading.Thread(target=self._run, daemon=True)
                self._thread.start()

    def _busy(self) -> bool:
        return bool(self.postbox.hooks and (self.postbox.waiting() or self.store.holds))

    def _run(self) -> None:
        while True:
            self.deliver_due()
            with self._lock:
                if not self._busy():
                    self._thread = None
                    return
            time.sleep(BREATH)
