"""A hall and a part of it, each sold at Lock.me, at Locaboo and by a calendar, and blocked everywhere."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import time_machine

from backoffice import sitefile
from backoffice.models import Block, CalendarEvent, CalendarPairing, Occurrence, Room
from integrations.sandbox.server import Server, Vendors
from integrations.sandbox.wire import Clock
from tests.story.conftest import MORNING

BERLIN = ZoneInfo("Europe/Berlin")
DAYS = ("2026-03-10", "2026-03-11")
HOURS = ("14:00", "15:00", "16:30", "18:00")
HOUR = timedelta(hours=1)
GAMES = {1398: "part", 1400: "whole"}  # rooms of Lock.me
HALLS = {71: "part", 70: "whole"}  # resources of Locaboo
PART, WHOLE = "part@group.calendar.google.com", "whole@group.calendar.google.com"
SITE = """
accounts:
  lockme: {{vendor: lockme, base_url: "{url}/lockme", timezone: Europe/Berlin, horizon_days: 3,
            lookback_days: 1, secrets: {lockme}}}
  halls: {{vendor: locaboo, base_url: "{url}/locaboo", timezone: Europe/Berlin, horizon_days: 20,
           secrets: {locaboo}}}
  calendars: {{vendor: google_calendar, base_url: "{url}/google_calendar/calendar/v3",
               timezone: Europe/Berlin, secrets: {google}}}
venues:
  centre:
    name: Centre
    timezone: Europe/Berlin
    rooms:
      whole: {{name: Hall, path: [], block_on: [lockme, halls],
               sold_as: [{{account: lockme, ref: "1400", session_minutes: 60}},
                         {{account: halls, ref: "70"}}],
               calendars: [{{account: calendars, ref: {whole}, mode: {whole_mode}, scope: no_contact}}]}}
      part: {{name: Third, path: [], part_of: whole, block_on: [lockme, halls],
              sold_as: [{{account: lockme, ref: "1398", session_minutes: 60}}, {{account: halls, ref: "71"}}],
              calendars: [{{account: calendars, ref: {part}, mode: {part_mode}, scope: full}}]}}
"""


@dataclass(frozen=True, slots=True)
class Modes:
    """How the two rooms are paired with calendars; `shared`: both with one."""

    part: str = "bidirectional"
    whole: str = "bidirectional"
    shared: bool = False


@dataclass(frozen=True, slots=True)
class Thing:
    """A time that somebody's booking, or entry in a calendar, has of a room."""

    account: str
    ref: str
    room: str
    starts_at: datetime
    ends_at: datetime
    calendar: str = ""


class Sold:
    """The house, with what is at its channels; nothing of it is asked of our own rows but keys and ids."""

    def __init__(self, server: Server, traveller: Any) -> None:
        self.server, self.traveller = server, traveller
        self.lockme = server.vendors.lockme
        self.locaboo = server.vendors.locaboo
        self.google = server.vendors.google_calendar
        self.kept: dict[int, list[Thing]] = {}  # what a pairing that sleeps had taken when it fell asleep
        self.both_ways: set[str] = set()  # calendars that people could ever order by
        self.untouched: dict[str, int] = {}  # calendars that are not ours to write -> calls made before that

    @property
    def now(self) -> datetime:
        """The vendors' clock."""
        return self.server.vendors.clock.now()

    def later(self, **by: float) -> None:
        """Time goes on, for us and for the vendors; carts whose time is up are emptied."""
        when = self.now + timedelta(**by)
        self.traveller.move_to(when)
        self.server.vendors.clock.set(when)
        self.lockme.tick()

    # ------------------------------------------------------------------------- what is there, of whom

    def reservations(self, *, ours: bool) -> list[Mapping[str, Any]]:
        """Lock.me's reservations, those that we made or all others."""
        rows = self.lockme.store.reservations.values()
        return [row for row in rows if row["extid"].startswith("lkb") is ours]

    def orders(self, *, ours: bool) -> list[Any]:
        """Locaboo's live bookings, those that we made or all others."""
        rows = [row for row in self.locaboo.store.mine() if row.status == "Live"]
        return [row for row in rows if ("[lkb" in row.title) is ours]

    def entries(self, calendar: str, *, ours: bool) -> list[Mapping[str, Any]]:
        """A calendar's events, those that we made or all others; a copy that a person made is a person's."""
        return [row for row in self.google.events(calendar) if self._is_ours(row) is ours]

    def _is_ours(self, event: Mapping[str, Any]) -> bool:
        mark = event.get("extendedProperties", {}).get("private", {})
        known = Block.objects.filter(key=mark.get("block", "-")).first()
        itself = ("", event["id"], event.get("recurringEventId", ""))
        return known is not None and known.ref in itself

    def pairings(self) -> list[CalendarPairing]:
        """How rooms are paired now."""
        return list(CalendarPairing.objects.select_related("room").order_by("pk"))

    def look(self) -> None:
        """Note how the rooms are paired: after each act of staff."""
        rows = self.pairings()
        asleep = [each for each in rows if each.activated_at is None]
        self.kept = {each.pk: self.kept.get(each.pk) or list(_taken(each)) for each in asleep}
        self.both_ways |= {each.ref for each in rows if each.activated_at and each.mode == "bidirectional"}
        written = self.written()
        for ref in set(self.calendars()) - written.keys():
            self.untouched.setdefault(ref, len(self.google.journal))
        self.untouched = {ref: calls for ref, calls in self.untouched.items() if ref not in written}

    def written(self) -> dict[str, set[str]]:
        """The calendars that we write, each with the scopes of its pairings."""
        found: dict[str, set[str]] = {}
        for each in self.pairings():
            if each.activated_at and each.mode != "from_calendar":
                found.setdefault(each.ref, set()).add(each.scope)
        return found

    def blocked_on(self, room: str, account: str) -> bool:
        """Is a room to be blocked there?"""
        return account in Room.objects.get(slug=room).block_on

    def calendars(self) -> list[str]:
        """The calendars there are."""
        return list(self.google.store.calendars)

    # --------------------------------------------------------------------------- foreign things as times

    def things(self) -> list[Thing]:
        """All that people have booked and entered, by the vendors' own word."""
        return [*self._games(), *self._halls(), *self._busy()]

    def _games(self) -> Iterator[Thing]:
        for row in self.reservations(ours=False):
            starts_at = local(row["date"], row["hour"])
            number = str(row["reservationid"])
            yield Thing("lockme", number, GAMES[row["roomid"]], starts_at, starts_at + HOUR)

    def _halls(self) -> Iterator[Thing]:
        for row in self.orders(ours=False):
            for one in row.instances:
                span = (one.starts.replace(tzinfo=BERLIN), one.ends.replace(tzinfo=BERLIN))
                yield Thing("halls", str(row.id), HALLS[one.resource_id], *span)

    def _busy(self) -> Iterator[Thing]:
        for pairing in self.pairings():
            if pairing.pk in self.kept:
                yield from self.kept[pairing.pk]
            if pairing.mode == "to_calendar" or not pairing.activated_at:
                continue
            for row in self.entries(pairing.ref, ours=False):
                if row.get("transparency") != "transparent":
                    yield Thing("calendars", row["id"], pairing.room.slug, *span_of(row), pairing.ref)


def _taken(pairing: CalendarPairing) -> Iterator[Thing]:
    """What the entries of a calendar take by a pairing, as it is known."""
    found = Occurrence.objects.filter(resource__ref=f"pairing:{pairing.pk}", gone_at=None)
    for row in found.select_related("booking"):
        event = CalendarEvent.objects.get(pk=int(row.booking.ref))
        yield Thing("calendars", event.ref, pairing.room.slug, row.starts_at, row.ends_at, pairing.ref)


def local(day: str, hour: str) -> datetime:
    """A time on the house's clock."""
    return datetime.fromisoformat(f"{day}T{hour}").replace(tzinfo=BERLIN)


def span_of(event: Mapping[str, Any]) -> tuple[datetime, datetime]:
    """From when until when an event lasts; whole days are the house's."""
    return _moment(event["start"]), _moment(event["end"])


def _moment(said: Mapping[str, str]) -> datetime:
    if "date" in said:
        return datetime.combine(date.fromisoformat(said["date"]), datetime.min.time(), BERLIN)
    return datetime.fromisoformat(said["dateTime"])


@contextmanager
def opened(folder: Path, modes: Modes) -> Iterator[Sold]:
    """The house with nothing booked, furnished and paired."""
    with time_machine.travel(MORNING, tick=True) as traveller:
        server = Server(Vendors(Clock(MORNING))).start()
        try:
            made = Sold(server, traveller)
            _furnish(made)
            _load(made, folder / "site.yaml", modes)
            made.look()
            yield made
        finally:
            server.stop()


def _furnish(house: Sold) -> None:
    house.lockme.switch.update({"timezone": "Europe/Berlin", "delivery": "by hand", "rotate": False})
    house.google.switch["delivery"] = "by hand"
    for room, name in GAMES.items():
        house.lockme.add_room(room, name)
        slots = [{"hour": f"{hour}:00", "pricers": []} for hour in HOURS]
        house.lockme.store.room(room).week.update(dict.fromkeys(range(7), slots))
    house.locaboo.add_resource(70, "Halle", {71: "Drittel"})
    house.locaboo.add_customer("Emil", "Vogel", "emil@example.test", "TSV Nordufer", id=4711)


def _load(house: Sold, path: Path, modes: Modes) -> None:
    vendors, url = house.server.vendors, house.server.url
    refs = {"part": WHOLE if modes.shared else PART, "whole": WHOLE}
    for ref in dict.fromkeys(refs.values()):
        house.google.create_calendar(ref, ref)
    text = SITE.format(
        url=url,
        lockme=json.dumps(dict(vendors.lockme.secrets)),
        locaboo=json.dumps(dict(vendors.locaboo.secrets)),
        google=json.dumps(house.google.secrets_at(f"{url}/google_calendar")),
        **refs,
        part_mode=modes.part,
        whole_mode=modes.whole,
    )
    path.write_text(text)
    sitefile.apply(*sitefile.read(path), MORNING)
