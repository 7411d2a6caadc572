"""What a submitted row may say: validation and merging, in the vendor's words."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from integrations.sandbox.lockt.site import Site
from integrations.sandbox.lockt.things import Person

Row = dict[str, Any]
Draft = dict[int, Person]

TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
TEXTS = ("id_num", "first_name", "last_name", "card_num", "credential_key", "email", "phone", "pin")
FOB_TEXTS = ("id_num", "name", "card_num")


def flag(value: Any) -> bool:
    """A boolean as itself or as "true"/"false"; ValueError for anything else."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in {"true", "false"}:
        return value.lower() == "true"
    raise ValueError(value)


def instant(site: Site, text: Any) -> datetime | None:
    """A written time, read in the site's write zone; "" is none; ValueError for other formats."""
    if text in {"", None}:
        return None
    if not isinstance(text, str) or not TIME.fullmatch(text):
        raise ValueError(text)
    zone = ZoneInfo(site.switch["write_zone"])
    naive = datetime.strptime(text, "%Y-%m-%d %H:%M:%S")  # noqa: DTZ007 the zone is the site's
    return naive.replace(tzinfo=zone, fold=site.switch["fold"]).astimezone(UTC)


def matches(draft: Draft, row: Row) -> list[Person]:
    """The users that a row hits by id_num or by e-mail; empty text hits nobody."""
    id_num, email = str(row.get("id_num") or ""), str(row.get("email") or "").lower()
    return [
        one
        for one in draft.values()
        if not one.fob and ((id_num and one.id_num == id_num) or (email and one.email.lower() == email))
    ]


def complaints(site: Site, draft: Draft, row: Row, me: int | None) -> list[str]:
    """Everything wrong with a row, in the vendor's words where they are known."""
    found = []
    card = str(row.get("card_num") or "")
    if card and not card.isdigit():
        found.append(f"Non-Numeric card_num found: {card}")
    elif card and any(one.card_num == card and one.id != me for one in draft.values()):
        found.append(f"Duplicate card_num found: {card}")
    if (email := row.get("email")) and not EMAIL.fullmatch(str(email)):
        found.append(f"Invalid email address found: {email}")
    return found + _time_complaints(site, row) + _level_complaints(site, row) + _flag_complaints(row)


def _time_complaints(site: Site, row: Row) -> list[str]:
    read: dict[str, datetime | None] = {}
    found = []
    for name in ("access_effective", "access_expires"):
        try:
            read[name] = instant(site, row.get(name))
        except ValueError:
            found.append(f"Invalid date format found: {row[name]}")
    first, last = read.get("access_effective"), read.get("access_expires")
    if first and last and last < first:
        found.append(f"access_expires precedes access_effective: {row['access_expires']}")
    return found


def _level_complaints(site: Site, row: Row) -> list[str]:
    levels = row.get("accesslevels") or []
    if not isinstance(levels, list) or not all(isinstance(one, dict) for one in levels):
        return ["Invalid accesslevels found"]
    unknown = [one.get("id") for one in levels if one.get("id") not in list(site.levels)]
    return [f"Access level not found: {ref}" for ref in unknown]


def _flag_complaints(row: Row) -> list[str]:
    try:
        flag(row.get("enabled", False))
    except ValueError:
        return [f"Invalid enabled found: {row['enabled']}"]
    return []


def merge(site: Site, person: Person, row: Row, names: tuple[str, ...]) -> None:
    """Take a valid row over; what it leaves out is blanked where the site does that."""
    blank = site.switch["blank_on_update"]
    for name in names:
        if name in row or (blank and name != "pin"):
            setattr(person, name, str(row.get(name) or ""))
    if "access_effective" in row or blank:
        person.effective = instant(site, row.get("access_effective"))
    if "access_expires" in row or blank:
        person.expires = instant(site, row.get("access_expires"))
    if "enabled" in row or blank:
        person.enabled = flag(row.get("enabled", False))


def merge_levels(person: Person, row: Row, *, replace: bool) -> None:
    """Add the row's levels, or put them in the place of all others: with none listed, nothing is left."""
    listed = [one["id"] for one in row.get("accesslevels") or []]
    kept = [] if replace else person.levels
    person.levels = list(dict.fromkeys([*kept, *listed]))
