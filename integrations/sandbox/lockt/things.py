"""What a Lockt site keeps, and how it shows each thing when it is read."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any


@dataclass(slots=True)
class Door:
    """A door with its core; `battery` None = the core does not tell."""

    id: int
    name: str
    location: str = ""
    enabled: bool = True
    battery: float | None = None
    device: str = ""  # the name in events


@dataclass(slots=True)
class Schedule:
    """Weekdays (Monday first) and site-local hours; the stop is inclusive."""

    id: int
    name: str
    days: tuple[int, ...]
    start: str = "00:00:00"
    stop: str = "23:59:59"


@dataclass(slots=True)
class Level:
    """A group of doors on a schedule; no schedule = always."""

    id: int
    name: str
    doors: list[int] = field(default_factory=list)
    schedule: int | None = None


@dataclass(slots=True)
class Person:
    """A card holder, or a fob: the vendor keeps fobs as special users."""

    id: int
    id_num: str = ""
    first_name: str = ""
    last_name: str = ""
    name: str = ""  # of a fob
    card_num: str = ""
    credential_key: str = ""
    email: str = ""
    phone: str = ""
    effective: datetime | None = None
    expires: datetime | None = None
    enabled: bool = False
    levels: list[int] = field(default_factory=list)
    pin: str = ""
    fob: bool = False
    user_id: int | None = None  # who a fob is assigned to


@dataclass(slots=True)
class Credential:
    """A mobile credential; who types the key into the app claims it."""

    id: int
    card_num: str
    key: str
    user_id: int
    claimed: bool = False


@dataclass(slots=True)
class Event:
    """What a core reported; it gets its id when it reaches the cloud (`learned`)."""

    id: int
    device: str
    granted: bool
    card_num: str
    user: str
    happened: datetime
    learned: datetime
    location: str = ""
    subcode: tuple[int, str] | None = None


def zulu(instant: datetime | None) -> str:
    """How every read shows a time: ISO with milliseconds and Z, "" when there is none."""
    if instant is None:
        return ""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{instant.microsecond // 1000:03d}Z"


def show_level(level: Level, doors: dict[int, Door]) -> dict[str, Any]:
    """An access level; `doors` is left out when there are none, the schedule always."""
    shown: dict[str, Any] = {"id": level.id, "name": level.name}
    if level.doors:
        shown["doors"] = [{"id": ref, "name": doors[ref].name} for ref in level.doors]
    return shown


def show_person(person: Person, levels: list[dict[str, Any]] | None) -> dict[str, Any]:
    """A user or a fob; `levels` None leaves them out, as the vendor's samples do."""
    names = (
        {"name": person.name}
        if person.fob
        else {"last_name": person.last_name, "first_name": person.first_name}
    )
    contact = {} if person.fob else {"email": person.email, "phone": person.phone}
    shown: dict[str, Any] = {
        "id": person.id,
        "id_num": person.id_num,
        **names,
        "card_num": person.card_num,
        "credential_key": person.credential_key,
        **contact,
        "access_effective": zulu(person.effective),
        "access_expires": zulu(person.expires),
        "enabled": person.enabled,
    }
    return shown if levels is None else {**shown, "accesslevels": levels}


def show_event(event: Event, time_name: str) -> dict[str, Any]:
    """An event; granted ones have no subcode at all."""
    code = (48, "Access Granted") if event.granted else (49, "Access Denied")
    subcode = {} if event.subcode is None else {"subcode": event.subcode[0], "subcode_text": event.subcode[1]}
    return {
        "id": event.id,
        "device": event.device,
        "code": code[0],
        "code_text": code[1],
        **subcode,
        "schedule": "",
        "controller": "Switch™ Bridge",
        "location": event.location,
        "card_num": event.card_num,
        "user": event.user,
        "category": 1 if event.granted else 2,
        "category_text": f"Door {code[1]}",
        time_name: zulu(event.happened),
        "db_time": zulu(event.learned),
    }
