"""The site itself: doors, levels, people and events, what its locks do, and what people do there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from integrations.sandbox.lockt.things import Credential, Door, Event, Level, Person, Schedule
from integrations.sandbox.wire import Clock, Sandbox

BATTERY_MISSING = (104, "Battery Missing")


class Site(Sandbox):
    """The stored state, the doors' own decision, and the vendor's side by hand."""

    secrets: Mapping[str, Any] = {
        "apiuser": "sandboxapiuser00000000000000lckt",
        "apikey": "sandboxapikey000000000000000lckt",
    }

    def __init__(self, clock: Clock | None = None, **options: Any) -> None:
        """An empty site; `options` are the switches of `LocktSandbox`."""
        super().__init__(clock, **options)
        self.doors: dict[int, Door] = {}
        self.levels: dict[int, Level] = {}
        self.schedules: dict[int, Schedule] = {}
        self.people: dict[int, Person] = {}
        self.credentials: dict[int, Credential] = {}
        self.events: list[Event] = []
        self.uploads: list[Event] = []
        self.next_id = 7001
        self.next_event_id = 901

    # ---------------------------------------------------------------------------- what the locks do

    def opens(self, door_id: int | str, card_number: str, instant: datetime) -> bool:
        """Whether this door opens for this card at that instant (aware); the end itself is outside."""
        door = self.doors.get(int(door_id))
        holders = self._holders(card_number)
        if door is None or not door.enabled or door.battery == 0 or not holders:
            return False
        if not all(_within(holder, instant) for holder in holders):
            return False
        return any(self._level_opens(level, door.id, instant) for level in holders[-1].levels)

    def opens_with_key(self, key: str, door_id: int | str, instant: datetime) -> bool:
        """Whether a phone into which this key was typed opens the door."""
        found = [credential for credential in self.credentials.values() if key and credential.key == key]
        return any(self.opens(door_id, credential.card_num, instant) for credential in found)

    def _holders(self, card_number: str) -> list[Person]:
        """Whose switches and windows count for a card: its user, or a fob and then the fob's user."""
        for fob in self.people.values():
            if fob.fob and fob.card_num == card_number:
                user = self.people.get(fob.user_id or 0)
                return [fob, user] if user else []
        for credential in self.credentials.values():
            if credential.card_num == card_number and credential.key:
                return [self.people[credential.user_id]]
        return []

    def _level_opens(self, level_id: int, door_id: int, instant: datetime) -> bool:
        level = self.levels[level_id]
        if door_id not in level.doors:
            return False
        schedule = self.schedules.get(level.schedule) if level.schedule is not None else None
        if schedule is None:
            return True
        local = instant.astimezone(ZoneInfo(self.switch["site_zone"]))
        start, stop = time.fromisoformat(schedule.start), time.fromisoformat(schedule.stop)
        return bool(schedule.days[local.weekday()]) and start <= local.time().replace(microsecond=0) <= stop

    # ------------------------------------------------------------------------- what people do there

    def add_door(self, door_id: int, name: str, **more: Any) -> Door:
        """A door; `more`: location, enabled, battery, device."""
        with self._lock:
            self.doors[door_id] = Door(door_id, name, **{"device": name, **more})
        return self.doors[door_id]

    def add_schedule(
        self,
        schedule_id: int,
        name: str,
        days: Sequence[int],
        start: str = "00:00:00",
        stop: str = "23:59:59",
    ) -> Schedule:
        """A schedule; `days` are seven 0/1, Monday first."""
        with self._lock:
            self.schedules[schedule_id] = Schedule(schedule_id, name, tuple(days), start, stop)
        return self.schedules[schedule_id]

    def add_level(
        self, level_id: int, name: str, door_ids: Iterable[int] = (), schedule: int | None = None
    ) -> Level:
        """An access level over doors, on a schedule (None = always)."""
        with self._lock:
            self.levels[level_id] = Level(level_id, name, [int(ref) for ref in door_ids], schedule)
        return self.levels[level_id]

    def add_user(self, **properties: Any) -> Person:
        """A card holder made by hand in the vendor's own pages, with a mobile credential."""
        with self._lock:
            person = Person(self.new_id(), **{"enabled": True, **properties})
            self.people[person.id] = person
            self.provide()
        return person

    def add_fob(self, name: str, card_num: str, **properties: Any) -> Person:
        """A fob that nobody has."""
        with self._lock:
            fob = Person(self.new_id(), name=name, card_num=card_num, fob=True, **properties)
            self.people[fob.id] = fob
        return fob

    def user(self, id_num: str) -> Person | None:
        """The card holder with this id_num."""
        found = [person for person in self.people.values() if person.id_num == id_num and not person.fob]
        return found[0] if found else None

    def credential(self, card_number: str) -> Credential | None:
        """The mobile credential with this card number."""
        found = [one for one in self.credentials.values() if one.card_num == card_number]
        return found[0] if found else None

    def claim(self, key: str) -> bool:
        """A guest types a key into the app; False when no credential has it."""
        with self._lock:
            found = [one for one in self.credentials.values() if key and one.key == key]
            for credential in found:
                credential.claimed = True
        return bool(found)

    def use_door(
        self,
        door_id: int | str,
        card_number: str,
        at: datetime | None = None,
        learned: datetime | None = None,
    ) -> bool:
        """Someone holds a card to a door at `at` (now); the cloud learns of it at `learned` (now)."""
        with self._lock:
            door = self.doors[int(door_id)]
            at = at or self.clock.now()
            granted = self.opens(door.id, card_number, at)
            subcode = BATTERY_MISSING if door.battery == 0 else None
            event = Event(
                0, door.device, granted, card_number, self._shown_name(card_number), at,
                learned or self.clock.now(), door.location, None if granted else subcode,
            )  # fmt: skip
            self.uploads.append(event)
        return granted

    def reset_events(self) -> None:
        """The instance is set up anew: its events are gone and their numbers begin again."""
        with self._lock:
            self.events.clear()
            self.next_event_id = 1

    def _shown_name(self, card_number: str) -> str:
        holders = [person for person in self.people.values() if person.card_num == card_number]
        if not holders:
            return ""
        person = holders[0]
        return person.name if person.fob else f"{person.last_name}, {person.first_name}"

    # ------------------------------------------------------------------------------------ bookkeeping

    def new_id(self) -> int:
        """The next internal id."""
        self.next_id += 1
        return self.next_id - 1

    def receive_uploads(self) -> None:
        """Number the events that have reached the cloud by now, in the order in which they came."""
        now = self.clock.now()
        come = sorted((event for event in self.uploads if event.learned <= now), key=lambda one: one.learned)
        self.uploads = [event for event in self.uploads if event.learned > now]
        for event in come:
            event.id = self.next_event_id
            self.events.append(event)
            gap = self.switch["event_gaps"] and self.next_event_id % 3 == 0
            self.next_event_id += 3 if gap else 1
        del self.events[: -self.switch["events_cache"]]

    def provide(self) -> None:
        """Give every user with a card number one mobile credential, and take away what is nobody's."""
        wanted = {(one.id, one.card_num): one for one in self.people.values() if one.card_num and not one.fob}
        held = {(one.user_id, one.card_num): one for one in self.credentials.values()}
        self.credentials = {one.id: one for pair, one in held.items() if pair in wanted}
        for pair, person in wanted.items():
            if pair not in held:
                self._new_credential(person)
            elif self.switch["key_on_user"] and held[pair].key != person.credential_key:
                held[pair].key = person.credential_key

    def _new_credential(self, person: Person) -> None:
        number = self.new_id()
        mixed = (number * 7919) % 10_000
        key = f"{_letters(number)}-{_letters(number * 31)}-{mixed:04d}-{number % 10_000:04d}"
        self.credentials[number] = Credential(number, person.card_num, key, person.id)
        if self.switch["key_on_user"]:
            person.credential_key = key


def _letters(number: int) -> str:
    return "".join(chr(ord("A") + number // 26**place % 26) for place in range(4))


def _within(person: Person, instant: datetime) -> bool:
    begun = person.effective is None or person.effective <= instant
    return person.enabled and begun and (person.expires is None or instant < person.expires)
