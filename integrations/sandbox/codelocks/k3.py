"""The K3 account: its locks as they are listed, smart-phone clients, and the audit of the locks."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from integrations.sandbox.codelocks.locks import Lock, zone
from integrations.sandbox.codelocks.refusal import invalid

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
MESSAGE = re.compile(r"[0-9A-Za-z _,.()-]{1,500}")
EXAMPLE = {"enabled": True, "starts": "00:00", "ends": "23:59", **dict.fromkeys(DAYS, True)}


@dataclass
class Client:
    """A person who may open a lock with the app."""

    email: str
    lock_id: str
    access_type: str
    periods: dict[str, dict[str, Any]]
    status: str = "INVITED"  # or ACTIVE, SUSPENDED
    accepted: bool = False
    spent: bool = False  # a key for one time that has opened

    def row(self) -> dict[str, Any]:
        """As GET clients lists it."""
        return {
            "email": self.email,
            "lockid": self.lock_id,
            "status": self.status,
            "accesstype": self.access_type,
            "activeperiods": [self.periods],
            "nickname": None,
        }

    def opens(self, wall: datetime) -> bool:
        """Whether the app opens the lock when the lock's clock shows this."""
        live = self.status == "ACTIVE" and not self.spent
        return live and any(_holds(period, wall) for period in self.periods.values())

    def accept(self) -> None:
        """The person accepts; what is suspended stays so."""
        self.accepted = True
        if self.status == "INVITED":
            self.status = "ACTIVE"

    def restore(self) -> None:
        """End a suspension: an invitation that nobody has accepted is one again."""
        if self.status == "SUSPENDED":
            self.status = "ACTIVE" if self.accepted else "INVITED"


@dataclass
class Account:
    """Clients by (lock, e-mail in lower case), people who have the app, and what the locks have noted."""

    users: set[str] = field(default_factory=set)
    clients: dict[tuple[str, str], Client] = field(default_factory=dict)
    audit: list[dict[str, Any]] = field(default_factory=list)
    facts: dict[str, dict[str, Any]] = field(default_factory=dict)  # lock id -> fields that were set

    def client(self, lock: Lock, email: str) -> Client:
        """The client of a lock; Refusal (400) when there is none."""
        found = self.clients.get((lock.ref, email.lower()))
        if found is None:
            raise invalid("clientemail")
        return found

    def invite(self, lock: Lock, email: str, access_type: str, periods: dict[str, Any]) -> None:
        """Make an invited client; Refusal (400) for people without the app and for a second invitation."""
        key = (lock.ref, email.lower())
        if email.lower() not in self.users or key in self.clients:
            raise invalid("clientemail")
        self.clients[key] = Client(email, lock.ref, access_type, periods)

    def note(self, lock: Lock, at: datetime, kind: str, text: str, delay: timedelta) -> None:
        """Write into a lock's memory; the vendor learns of it later, when the lock is synchronised."""
        entry = {
            "AuditEntryID": 5120 + len(self.audit),
            "LockID": lock.ref,
            "DateEntered": f"{lock.wall(at):%Y-%m-%d %H:%M:%S}",
            "EntryType": kind,
            "EntryText": text,
            "learned_at": at + delay,
        }
        self.audit.append(entry)

    def known(self, lock: Lock, now: datetime) -> list[dict[str, Any]]:
        """What the vendor knows by now of a lock's memory, oldest first."""
        return [
            {name: value for name, value in entry.items() if name != "learned_at"} | {"ClientName": None}
            for entry in self.audit
            if entry["LockID"] == lock.ref and entry["learned_at"] <= now
        ]

    def row(self, lock: Lock, now: datetime) -> dict[str, Any]:
        """As GET k3connect lists a lock."""
        offset = f"{now.astimezone(zone(lock.clock)):%z}"
        return {
            "LockId": lock.ref,
            "LockName": lock.name,
            "BatteryStatus": "FULL",
            "BatteryUpdated": "2026-01-05T10:00:00",
            "Manufacturer": "CODELOCKS",
            "ModelName": "CL5510",
            "FirmwareVersion": "1.0.2",
            "Timezone": lock.clock,
            "TimezoneOffset": offset,
            "DstStart": "2026-03-29T00:00:00",
            "DstEnd": "2026-10-25T00:00:00",
            "DstTime": "01:00",
            "PairingDate": "2025-05-05T00:00:00",
            "LockLocation": "",
            "LockSecondaryId": None,
            "UtcBased": 0,
            "Optional": {"x": None},
            **self.facts.get(lock.ref, {}),
        }


def page(rows: list[dict[str, Any]], number: int, size: int) -> list[dict[str, Any]]:
    """One page, counted from 1; a row that comes while someone reads shifts the rest, as with the vendor."""
    if number < 1 or size < 1:
        raise invalid("page")
    return rows[(number - 1) * size : number * size]


def periods(text: str) -> dict[str, dict[str, Any]]:
    """The active periods in a form field; Refusal (400) for anything that the schema does not allow."""
    try:
        found = json.loads(text)
    except ValueError:
        raise invalid("activeperiods (Expected: JSON)") from None
    if not isinstance(found, dict) or not found:
        raise invalid("activeperiods (Expected: object)")
    for number, period in found.items():
        if not re.fullmatch(r"[0-9]", number) or not _is_period(period):
            raise invalid(f"activeperiods (period {number[:10]})")
    return found


def message(text: str) -> str:
    """An invitation's text; Refusal (400) when it is too long or has letters that are not allowed."""
    if not MESSAGE.fullmatch(text):
        raise invalid("message")
    return text


def _is_period(period: Any) -> bool:
    if not isinstance(period, Mapping) or period.keys() != EXAMPLE.keys():
        return False
    times = [period["starts"], period["ends"]]
    if not all(isinstance(time, str) and TIME.fullmatch(time) for time in times) or times[1] <= times[0]:
        return False
    return all(isinstance(period[name], bool) for name in ("enabled", *DAYS))


def _holds(period: Mapping[str, Any], wall: datetime) -> bool:
    inside = period["starts"] <= f"{wall:%H:%M}" < period["ends"]
    return bool(period["enabled"] and period[DAYS[wall.weekday()]] and inside)
