"""Google's own side: one user with calendars, one API client, and tellings on their way."""

from __future__ import annotations

import copy
import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from integrations.sandbox.google_calendar import channels, refusal
from integrations.sandbox.google_calendar.grants import PREFIX, Grants
from integrations.sandbox.google_calendar.listing import Lister
from integrations.sandbox.google_calendar.store import Store
from integrations.sandbox.wire import Clock, Sandbox

BREATH = 0.1  # seconds between two looks of the thread that tells
LEAST = frozenset({f"{PREFIX}calendar.events", f"{PREFIX}calendar.calendarlist.readonly"})
HOME = "http://127.0.0.1:8800/google_calendar"
PARTS = ("store", "channels", "grants", "lister")


class Office(Sandbox):
    """One Google user, and one API client that was let in."""

    name = "google_calendar"
    secrets: Mapping[str, Any] = {
        "client_id": "sandbox.apps.googleusercontent.com",
        "client_secret": "GOCSPX-sandbox-0123456789",
        "token_uri": f"{HOME}/token",
        "auth_uri": f"{HOME}/o/oauth2/v2/auth",
        "refresh_token": "1//sandbox-google-refresh-token",
    }
    options: Mapping[str, Any] = {
        "token_life": 3600,  # seconds that an access token lives
        "refresh_days": 0,  # a consent screen in testing gives 7; 0 = for good
        "redirect_uri": "",  # the registered one; "" = any that is safe
        "delivery": "thread",  # thread | now (before the change returns) | by hand (`deliver_due`)
        "pauses": (1, 5, 30, 120),  # seconds before a telling that was answered 5xx is told again
        "page_cap": 2500,  # rows on a page, whatever is asked for
        "empty_pages": False,  # a list begins with an empty page
        "cancelled": "bare",  # bare | full: what lists tell of deleted events
        "series_deletion": "instances",  # instances | series: how singleEvents tells that a series is gone
        "revive": True,  # a deleted event may be brought back
        "per_minute": 0,  # requests of a sliding minute; 0 = any number
        "quota_status": 403,  # 403 | 429: of spent quotas
    }

    def __init__(self, clock: Clock | None = None, **options: Any) -> None:
        """See `options`."""
        super().__init__(clock, **options)
        self.store = Store()
        self.lister = Lister()
        self.channels = channels.Channels()
        self.grants = Grants({name: self.secrets[name] for name in ("client_id", "client_secret")})
        self.grants.keep(self.secrets["refresh_token"], LEAST, self.clock.now())
        self._thread: threading.Thread | None = None

    def __getstate__(self) -> dict[str, Any]:
        """All state but lock and thread, as it is at one instant."""
        with self._lock:
            state = {**super().__getstate__(), "_thread": None}
            for name in PARTS:
                state[name] = copy.deepcopy(state[name])
            return {**state, "journal": list(self.journal), "faults": list(self.faults)}

    @property
    def life(self) -> timedelta:
        """How long an access token lives."""
        return timedelta(seconds=self.switch["token_life"])

    @property
    def deliveries(self) -> list[channels.Delivery]:
        """The tellings that were sent, oldest first."""
        return list(self.channels.sent)

    def secrets_at(self, url: str) -> dict[str, Any]:
        """The secrets of an account at this stand-in, served below `url`."""
        return {**self.secrets, "token_uri": f"{url}/token", "auth_uri": f"{url}/o/oauth2/v2/auth"}

    def refuse(
        self, status: int, reason: str, match: str = "", times: int = 1, domain: str = "global"
    ) -> None:
        """Let the next requests be refused in Google's words, e.g. 403 rateLimitExceeded of usageLimits."""
        said = refusal.body(status, reason, reason, domain=domain)
        self.fail(
            "status",
            match,
            times=times,
            status=status,
            body=json.dumps(said),
            content_type="application/json",
        )

    def expire_tokens(self) -> None:
        """Let every access token be dead now; refresh tokens live on."""
        with self._lock:
            self.grants.access.clear()

    def revoke(self) -> None:
        """Let the user take the consent back: no token works any more (invalid_grant)."""
        with self._lock:
            self.grants.access.clear()
            self.grants.refresh.clear()

    def expire_sync_tokens(self, calendar: str = "") -> None:
        """Let every sync token be too old, of one calendar or of all: 410."""
        with self._lock:
            for each in self.store.calendars.values():
                each.epoch += calendar in ("", each.id)

    def deliver_due(self) -> int:
        """Send the tellings whose time has come; how many were sent."""
        with self._lock:
            batch = self.channels.due(self.clock.now())
        for telling in batch:
            status = channels.send(telling)
            with self._lock:
                self.channels.told(telling, status, self.clock.now(), self.switch["pauses"])
        return len(batch)

    @contextmanager
    def _change(self) -> Iterator[None]:
        """Change something alone; what follows from it is told when the lock is free again."""
        with self._lock:
            before = {name: self._newest(name) for name in self.store.calendars}
            yield
            for name in self.store.calendars:
                if self._newest(name) > before.get(name, 0):
                    self.channels.changed(name, self.clock.now())
        if self.switch["delivery"] == "now":
            self.deliver_due()
        elif self.switch["delivery"] == "thread":
            self._wake()

    def _newest(self, calendar: str) -> int:
        return max(self.store.calendars[calendar].serials.values(), default=0)

    def _wake(self) -> None:
        """Have a thread that tells, if there is anything to tell and none is there."""
        with self._lock:
            if self._thread is None and self.channels.queue:
                self._thread = threading.Thread(target=self._run, daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while True:
            self.deliver_due()
            with self._lock:
                if not self.channels.queue:
                    self._thread = None
                    return
            time.sleep(BREATH)
