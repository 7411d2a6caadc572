"""What the sandbox's page shows of a Lockt site, and what a person can do there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from integrations.sandbox.wire import Action

if TYPE_CHECKING:
    from integrations.sandbox.lockt.site import Site

FIRST_DOOR, FIRST_LEVEL, FIRST_CARD = 501, 11, 900_001


class Played:
    """The forms of the page; every field comes as text, and an empty one stands for what is usual."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def actions(self) -> Iterable[Action]:
        """What a person can do at the site."""
        return (
            Action("claim", "A guest types a key into the app", ("key",), self._claim),
            Action("use", "Hold a card to a door", ("door_id", "card_number"), self._use),
            Action("disable", "Disable a card holder", ("id_num",), self._disable),
            Action(
                "add_door", "Add a door, and a level of that name", ("name", "location", "level"), self._door
            ),
            Action("add_level", "Add an access level (doors: 501,502)", ("name", "doors"), self._level),
            Action("cover", "Let a level cover a door", ("level_id", "door_id"), self._cover),
            Action("add_fob", "Add a fob", ("name", "card_number"), self._fob),
            Action("reset", "Begin the event numbers again", (), self._reset),
        )

    def _claim(self, key: str) -> str:
        return "claimed" if self._site.claim(key) else "no credential has this key"

    def _use(self, door_id: str, card_number: str) -> str:
        if not door_id.isdigit() or int(door_id) not in self._site.doors:
            return "no such door"
        return "the door opens" if self._site.use_door(door_id, card_number) else "the door stays closed"

    def _disable(self, id_num: str) -> str:
        person = self._site.user(id_num)
        if person is None:
            return "no such card holder"
        person.enabled = False
        return "disabled"

    def _door(self, name: str, location: str = "", level: str = "") -> str:
        """A door, and with `level` an access level that covers it alone."""
        number = max(self._site.doors, default=FIRST_DOOR - 1) + 1
        self._site.add_door(number, _named(name), location=location)
        return f"door {number}" + (f", {self._level(level, str(number))}" if level else "")

    def _level(self, name: str, doors: str = "") -> str:
        wanted = [self._known(one) for one in doors.split(",") if one.strip()]
        number = max(self._site.levels, default=FIRST_LEVEL - 1) + 1
        self._site.add_level(number, _named(name), wanted)
        return f"access level {number}"

    def _cover(self, level_id: str, door_id: str) -> str:
        level, door = self._site.levels.get(int(level_id)), self._known(door_id)
        if level is None:
            raise ValueError(f"there is no access level {level_id}")
        level.doors = sorted({*level.doors, door})
        return f"access level {level_id} covers {len(level.doors)} doors"

    def _fob(self, name: str, card_number: str = "") -> str:
        taken = {person.card_num for person in self._site.people.values()}
        free = next(str(n) for n in range(FIRST_CARD, FIRST_CARD + len(taken) + 1) if str(n) not in taken)
        if card_number in taken - {""}:
            raise ValueError(f"card number {card_number} is somebody's")
        fob = self._site.add_fob(_named(name), card_number or free)
        return f"fob {fob.id} with card number {fob.card_num}"

    def _reset(self) -> str:
        self._site.reset_events()
        return "event numbers begin again"

    def _known(self, door: str) -> int:
        number = int(door)
        if number not in self._site.doors:
            raise ValueError(f"there is no door {number}")
        return number


def state(site: Site) -> Mapping[str, list[dict[str, Any]]]:
    """Everything the site keeps."""
    people = list(site.people.values())
    tables: dict[str, Iterable[Any]] = {
        "doors": site.doors.values(),
        "access levels": site.levels.values(),
        "schedules": site.schedules.values(),
        "users": [one for one in people if not one.fob],
        "fobs": [one for one in people if one.fob],
        "credentials": site.credentials.values(),
        "events": [*site.events, *site.uploads],
    }
    shown = {name: [asdict(row) for row in rows] for name, rows in tables.items()}
    return {**shown, "event numbers": [{"the next": site.next_event_id}]}


def _named(name: str) -> str:
    if not name.strip():
        raise ValueError("it must have a name")
    return name.strip()
