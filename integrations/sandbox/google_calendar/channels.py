"""Push channels: an empty POST with X-Goog headers for every change of a calendar."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import requests

from integrations.sandbox.google_calendar.refusal import Refusal, invalid, not_found, required
from integrations.sandbox.google_calendar.store import Calendar

LIFE = timedelta(days=7)
TIMEOUT = 10  # seconds
TOLD = (102, 200, 201, 202, 204)
AGAIN = (0, 500, 502, 503, 504)  # 0 = nobody answered
LONGEST_ID, LONGEST_TOKEN = 64, 256
FIELDS = {
    "id",
    "type",
    "address",
    "token",
    "expiration",
    "params",
    "payload",
    "kind",
    "resourceId",
    "resourceUri",
}


@dataclass(slots=True)
class Channel:
    """One channel; `number` counts what was told."""

    id: str
    calendar: str
    resource: str
    uri: str
    address: str
    token: str
    ends: datetime
    number: int = 0

    def shown(self) -> dict[str, str]:
        """What events.watch answers."""
        token = {"token": self.token} if self.token else {}
        return {
            "kind": "api#channel",
            "id": self.id,
            "resourceId": self.resource,
            "resourceUri": self.uri,
            "expiration": str(int(self.ends.timestamp() * 1000)),
            **token,
        }

    def headers(self, state: str, number: int) -> dict[str, str]:
        """The headers of one telling."""
        token = {"X-Goog-Channel-Token": self.token} if self.token else {}
        return {
            "X-Goog-Channel-ID": self.id,
            "X-Goog-Channel-Expiration": format_datetime(self.ends.astimezone(UTC), usegmt=True),
            "X-Goog-Resource-ID": self.resource,
            "X-Goog-Resource-URI": self.uri,
            "X-Goog-Resource-State": state,
            "X-Goog-Message-Number": str(number),
            "User-Agent": "APIs-Google; (+https://developers.google.com/webmasters/APIs-Google.html)",
            **token,
        }


@dataclass(slots=True)
class Telling:
    """One telling that is still to be sent."""

    channel: Channel
    state: str
    number: int
    due_at: datetime
    attempts: int = 0


@dataclass(frozen=True, slots=True)
class Delivery:
    """One telling that was sent; status 0 = nobody answered."""

    at: datetime
    channel: str
    state: str
    number: int
    status: int


@dataclass(slots=True)
class Channels:
    """All channels, what is to be told, and what was."""

    live: dict[str, Channel] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    queue: list[Telling] = field(default_factory=list)
    sent: list[Delivery] = field(default_factory=list)

    def watch(self, calendar: Calendar, body: Mapping[str, Any], base: str, now: datetime) -> Channel:
        """A new channel, which is told "sync" first; Refusal where it cannot be."""
        _check(body)
        if not calendar.push:
            text = "Push notifications are not supported by this resource."
            raise Refusal(400, "pushNotSupportedForRequestedResource", text)
        if body["id"] in self.used:
            raise Refusal(400, "channelIdNotUnique", f"Channel id {body['id']} not unique")
        resource = hashlib.sha256(calendar.id.encode()).hexdigest()[:27]
        uri = f"{base}/calendars/{calendar.id}/events?alt=json"
        ends = _ends(body.get("expiration"), now)
        made = Channel(
            body["id"], calendar.id, resource, uri, body["address"], str(body.get("token", "")), ends
        )
        self.live[made.id] = made
        self.used.add(made.id)
        self._tell(made, "sync", now)
        return made

    def stop(self, body: Mapping[str, Any]) -> None:
        """End a channel; 404 for one that is not there or has another resource."""
        known = self.live.get(str(body.get("id")))
        if known is None or known.resource != body.get("resourceId"):
            raise not_found()
        del self.live[known.id]
        self.queue = [each for each in self.queue if each.channel.id != known.id]

    def changed(self, calendar: str, now: datetime) -> None:
        """Tell all channels of a calendar that something changed."""
        for channel in self._open(now):
            if channel.calendar == calendar:
                self._tell(channel, "exists", now)

    def due(self, now: datetime) -> list[Telling]:
        """What is to be sent now; taken from the queue."""
        self._open(now)
        batch = [each for each in self.queue if each.due_at <= now]
        self.queue = [each for each in self.queue if each.due_at > now]
        return batch

    def told(self, telling: Telling, status: int, now: datetime, pauses: Sequence[float]) -> None:
        """What came of it: on 5xx it is told again after a pause; any other answer ends it (4.4)."""
        delivery = Delivery(now, telling.channel.id, telling.state, telling.number, status)
        self.sent.append(delivery)
        if status in AGAIN and telling.attempts < len(pauses) and telling.channel.id in self.live:
            telling.due_at = now + timedelta(seconds=pauses[telling.attempts])
            telling.attempts += 1
            self.queue.append(telling)

    def _open(self, now: datetime) -> list[Channel]:
        """The channels that have not ended; nobody renews them."""
        self.live = {name: each for name, each in self.live.items() if each.ends > now}
        self.queue = [each for each in self.queue if each.channel.id in self.live]
        return list(self.live.values())

    def _tell(self, channel: Channel, state: str, now: datetime) -> None:
        channel.number += 1
        self.queue.append(Telling(channel, state, channel.number, now))


def send(telling: Telling) -> int:
    """Tell the address; the status, 0 when nobody answered."""
    headers = telling.channel.headers(telling.state, telling.number)
    with requests.Session() as session:
        session.trust_env = False
        try:
            answer = session.post(
                telling.channel.address, headers=headers, timeout=TIMEOUT, allow_redirects=False
            )
        except requests.RequestException:
            return 0
    return answer.status_code


def _check(body: Mapping[str, Any]) -> None:
    if unknown := body.keys() - FIELDS:
        raise invalid(f"Unknown name {', '.join(sorted(unknown))}: Cannot find field.")
    if not isinstance(body.get("id"), str) or not 0 < len(body["id"]) <= LONGEST_ID:
        raise required("channel.id")
    if body.get("type") not in ("web_hook", "webhook"):
        raise invalid("Unknown channel type.")
    if len(str(body.get("token", ""))) > LONGEST_TOKEN:
        raise invalid("Invalid channel token.")
    address = body.get("address")
    loopback = ("http://127.0.0.1", "http://localhost")
    if not isinstance(address, str) or not address.startswith(("https://", *loopback)):
        raise Refusal(400, "push.webhookUrlNotHttps", "WebHook callback must be HTTPS: " + str(address))


def _ends(expiration: Any, now: datetime) -> datetime:
    """When it ends: as was asked for, at most the longest life from now."""
    if expiration is None:
        return now + LIFE
    try:
        asked = datetime.fromtimestamp(int(expiration) / 1000, UTC)
    except (TypeError, ValueError, OverflowError):
        raise invalid("Invalid value for: expiration") from None
    if asked <= now:
        raise invalid("Invalid value for: expiration")
    return min(asked, now + LIFE)
