"""Messages about what changed, and the webhooks that tell of them until they are marked read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import requests

FIRST_MESSAGE = 90511
AGENT = "LockMe/1.0"
GIVE_UP = timedelta(hours=24)
TIMEOUT = 10  # seconds


@dataclass(slots=True)
class Message:
    """A message with the booking as it was when the message was made. `due_at` None = not to be sent."""

    number: int
    action: str
    room: int
    reservation: int | None
    data: Mapping[str, Any]
    made_at: datetime
    due_at: datetime | None = None
    attempts: int = 0
    read_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """One webhook that was sent; status 0 = nobody answered."""

    at: datetime
    url: str
    message: int
    status: int


@dataclass(slots=True)
class Postbox:
    """All messages, the hooks by URL with their department ("" = all), and what was sent."""

    messages: dict[int, Message] = field(default_factory=dict)
    hooks: dict[str, str] = field(default_factory=dict)
    sent: list[Delivery] = field(default_factory=list)

    def make(self, message: Message, department: str, delay: timedelta) -> Message:
        """Keep a message; it is sent if the department has a hook."""
        if self.urls(department):
            message.due_at = message.made_at + delay
        self.messages[message.number] = message
        return message

    def next_number(self) -> int:
        """The id of the next message."""
        return max(self.messages, default=FIRST_MESSAGE - 1) + 1

    def urls(self, department: str) -> list[str]:
        """Where messages about a department go."""
        return [url for url, wanted in self.hooks.items() if wanted in ("", department)]

    def waiting(self) -> list[Message]:
        """Messages that are still to be sent, or sent again."""
        return [each for each in self.messages.values() if each.due_at and not each.read_at]

    def due(self, now: datetime, pauses: Sequence[float]) -> list[Message]:
        """Messages to be sent now; each is put off to its next turn (`pauses` in minutes), or given up."""
        batch = [each for each in self.waiting() if each.due_at and each.due_at <= now]
        for each in batch:
            pause = pauses[each.attempts] if each.attempts < len(pauses) else None
            each.attempts += 1
            each.due_at = None if pause is None else now + timedelta(minutes=pause)
            if each.due_at and each.due_at - each.made_at > GIVE_UP:
                each.due_at = None
        return batch


def send(url: str, number: int, method: str) -> int:
    """Tell a hook of a message: its id in a header, and no body; the status, 0 when nobody answered."""
    headers = {"User-Agent": AGENT, "X-MessageId": str(number)}
    with requests.Session() as session:
        session.trust_env = False
        try:
            answer = session.request(method, url, headers=headers, timeout=TIMEOUT, allow_redirects=False)
        except requests.RequestException:
            return 0
    return answer.status_code
