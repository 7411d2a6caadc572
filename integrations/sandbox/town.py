"""A town for the demo: two venues' rooms, locks and calendars at five vendors, three weeks of bookings, life.

Everything is made up; the same seed and day give the same town. Times are the venues' wall clock, as the
vendors hold them.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from integrations.sandbox import clubs
from integrations.sandbox.lockme.store import starts_at
from integrations.sandbox.occasions import kept
from integrations.sandbox.server import Vendors

HOME = ZoneInfo("Europe/Berlin")
FRONT, QUAY = "0a0b0c0d0e0f00112233445566778899", "1b1c1d1e1f2021222324252627282930"
KITLOCKS = {  # door: timecode, identifier, model, what its clock shows
    "lab": ("202511161623", "101691", "KL1060", "UTC"),
    "vault": ("202601120905", "204417", "KL1060C2", "+01:00"),
    "lighthouse": ("202602031140", "318255", "KL1060", "UTC"),
    "smugglers": ("202603170830", "420931", "KL1060G3", "Europe/London"),
}
GAMES = {1398: "Laboratory", 1399: "Bank vault", 2132: "Lighthouse", 2133: "Smugglers' cave"}
GAME = timedelta(minutes=90)  # the longest, and until the room is ready again
SLOTS = ("10:00", "11:30", "13:00", "14:30", "16:00", "17:30", "19:00", "20:30")
HALLS = {71: "Third one", 72: "Third two", 80: "Ballroom", 95: "Studio"}
DESK = "@group.calendar.google.com"
LAB, VAULT, HARBOUR, STUDIO = (f"{name}{DESK}" for name in ("laboratory", "vault", "harbour", "studio"))
CALENDARS = {  # id: name, zone
    LAB: ("Laboratory", "Europe/Berlin"),
    VAULT: ("Bank vault", "Europe/Berlin"),
    HARBOUR: ("Harbour Rooms", "Europe/London"),  # of two rooms
    STUDIO: ("Studio", "Europe/London"),
}
FIRST = (
    "Ida Emil Greta Jonas Lena Mats Nora Oskar Paula Ruben Selma Till",
    "Zofia Wojtek Alice Harry Priya Owen Freya Callum Ewa Piotr Maja Anton",
)
LAST = (
    "Kern Vogel Brandt Lorenz Seidel Winter Nowak Zielinska Wren Hughes",
    "Patel Fraser Ashdown Krause Dietz Kowalczyk Sommer Albrecht Moss Finch",
)
FIRST_NAMES, LAST_NAMES = " ".join(FIRST).split(), " ".join(LAST).split()
COMMENTS = (
    "",
    "",
    "",
    "First time for us!",
    "One of us uses a wheelchair.",
    "It is a birthday, please say nothing.",
)


def build(vendors: Vendors, seed: int = 7) -> None:
    """Rooms, locks, people and some 300 bookings from a week ago to two weeks ahead."""
    random = Random(seed)  # noqa: S311 a made-up town
    _locks(vendors)
    _rooms(vendors)
    today = _today(vendors)
    for day in (today + timedelta(days=n) for n in range(-7, 15)):
        _games(vendors, random, day)
        _halls(vendors, random, day)
    _special(vendors, random, today)
    clubs.rehearse(vendors, today)
    _calendars(vendors, today)


def _today(vendors: Vendors) -> date:
    return vendors.clock.now().astimezone(HOME).date()


def _locks(vendors: Vendors) -> None:
    vendors.codelocks.add_k3(FRONT, "Front door", "Europe/Berlin")
    vendors.codelocks.add_k3(QUAY, "Quay door", "Europe/London")
    for timecode, identifier, model, clock in KITLOCKS.values():
        vendors.codelocks.add_kitlock(timecode, identifier, model, clock)
    clubs.furnish(vendors)
    vendors.codelocks.switch.update(netcode_quota=1250, utility_quota=2000)
    doors = ((501, "Hall", 0.82), (502, "Ballroom", 0.15), (503, "Store", 0.6), (601, "Studio", 0.47))
    for number, name, battery in doors:
        vendors.lockt.add_door(number, name, battery=battery)
    vendors.lockt.add_level(11, "Hall", [501])
    vendors.lockt.add_level(12, "Hall and store", [501, 503])
    vendors.lockt.add_level(13, "Ballroom", [502])
    vendors.lockt.add_level(21, "Studio", [601])
    for number in (31, 32, 33):
        vendors.lockt.add_fob(f"Fob {number}", f"300{number}", id_num=f"FOB-{number}", enabled=True)


def _rooms(vendors: Vendors) -> None:
    for number, name in GAMES.items():
        vendors.lockme.add_room(number, name, "Altes Werk" if number < 2000 else "Harbour Rooms")
        hours = [{"hour": f"{slot}:00", "pricers": []} for slot in SLOTS]
        vendors.lockme.store.room(number).week.update({weekday: list(hours) for weekday in range(7)})
    vendors.locaboo.add_resource(70, "Halle", {71: "Drittel 1", 72: "Drittel 2", 73: "Drittel 3"})
    for number, name in ((80, "Ballsaal"), (90, "Labor"), (95, "Studio")):
        vendors.locaboo.add_resource(number, name)
    for number, club in clubs.CLUBS.items():
        name, surname = FIRST_NAMES[number % 20], LAST_NAMES[number % 20]
        vendors.locaboo.add_customer(name, surname, clubs.address(club), club, id=number)


def _person(random: Random) -> dict[str, Any]:
    name, surname = random.choice(FIRST_NAMES), random.choice(LAST_NAMES)
    return {
        "name": name,
        "surname": surname,
        "email": f"{name}.{surname}@example.test".lower(),
        "phone": f"+49 30 5550{random.randint(1000, 9999)}",
        "people": random.randint(2, 6),
        "price": float(random.choice((89, 109, 129))),
        "comment": random.choice(COMMENTS),
        "language": random.choice(("de", "de", "en", "pl")),
    }


def _games(vendors: Vendors, random: Random, day: date) -> None:
    for room in GAMES:
        for slot in SLOTS:
            begin = datetime.combine(day, time.fromisoformat(slot))
            if random.random() < 0.36 and not kept(_today(vendors), room, begin, begin + GAME):
                book_game(vendors, random, room, day, slot, paid=random.random() < 0.93)


def book_game(vendors: Vendors, random: Random, room: int, day: date, slot: str, *, paid: bool = True) -> int:
    """Book a slot on the marketplace, and pay for it; the reservation's id."""
    number = vendors.lockme.book(room, day.isoformat(), f"{slot}:00", **_person(random))
    if paid:
        vendors.lockme.pay(number)
    return number


def _halls(vendors: Vendors, random: Random, day: date) -> None:
    for resource in HALLS:
        if random.random() < 0.8:
            begin = datetime.combine(day, time(random.randint(9, 19), random.choice((0, 30))))
            end = begin + timedelta(minutes=random.choice((60, 90, 120, 150)))
            club = 4701 + random.randrange(len(clubs.CLUBS))
            if not kept(_today(vendors), resource, begin, end):
                vendors.locaboo.book(resource, begin, end, club)


def _special(vendors: Vendors, random: Random, today: date) -> None:
    """Several days, a night of a clock change, and who is in whose way: a hall and its part, a room twice."""
    begin = datetime.combine(today + timedelta(days=2), time(9))
    vendors.locaboo.book(80, begin, begin + timedelta(days=2, hours=9), 4702, "Choir weekend")
    vendors.locaboo.book(
        70, begin + timedelta(days=3), begin + timedelta(days=3, hours=4), 4701, "Tournament"
    )
    vendors.locaboo.book(73, begin + timedelta(days=3, hours=2), begin + timedelta(days=3, hours=3), 4703)
    twice = datetime.combine(today + timedelta(days=1), time(12, 30))
    vendors.locaboo.book(90, twice, twice + timedelta(hours=2), 4704, "Robotics in the laboratory")
    book_game(vendors, random, 1398, twice.date(), "13:00")
    book_game(vendors, random, 1398, today + timedelta(days=2), "11:30")  # the lock service comes late
    night = next_clock_change(vendors.clock.now())
    vendors.locaboo.book(95, night - timedelta(hours=2), night + timedelta(hours=3), 4706, "Night session")


def _calendars(vendors: Vendors, today: date) -> None:
    """What people keep in calendars: hours, days, a series, and what takes no time."""
    google = vendors.google_calendar
    for ref, (name, zone) in CALENDARS.items():
        google.create_calendar(ref, name, zone, primary=ref == LAB)
    google.create_calendar(
        "en.german#holiday@group.v.calendar.google.com", "Holidays in Germany", role="reader", push=False
    )

    def put(calendar: str, summary: str, days: int, hours: str, **more: Any) -> str:
        day = today + timedelta(days=days)
        return google.put_event(calendar, summary, *(f"{day} {hour}" for hour in hours.split("-")), **more)

    def whole(calendar: str, summary: str, first: int, last: int, **more: Any) -> str:
        begin, end = (today + timedelta(days=days) for days in (first, last + 1))
        return google.put_event(calendar, summary, begin, end, **more)

    put(LAB, "Lock service", 2, "09:30-12:00")
    put(LAB, "New props #block", 4, "14:30-15:15")
    put(LAB, "Team training", 1, "09:00-10:30", recurrence=["RRULE:FREQ=WEEKLY;COUNT=8"])
    put(HARBOUR, "Inventory", 3, "16:00-18:00")
    whole(HARBOUR, "Harbour festival", 15, 16)
    whole(HARBOUR, "Marek works from home", 5, 5, eventType="workingLocation", transparency="transparent")
    google.decline(HARBOUR, put(HARBOUR, "Regatta committee", 6, "11:00-13:00"))
    put(STUDIO, "Piano tuner", 5, "10:00-12:00")
    put(STUDIO, "Open stage", 2, "19:00-22:00", recurrence=["RRULE:FREQ=WEEKLY"])


def next_clock_change(now: datetime) -> datetime:
    """When the venue's clock is next put on or back: aware, in UTC."""
    hour = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    for n in range(1, 366 * 24):
        later = hour + timedelta(hours=n)
        if later.astimezone(HOME).utcoffset() != (later - timedelta(hours=1)).astimezone(HOME).utcoffset():
            return later
    raise ValueError("this zone has no clock changes")


# ---------------------------------------------------------------------------------------------------- life


def disturb(vendors: Vendors, seed: int = 11) -> list[str]:
    """What changes after the first reading: moves, cancellations, a last-minute booking; what was done."""
    random = Random(seed)  # noqa: S311 a made-up town
    soon = list(_upcoming(vendors, timedelta(hours=2), timedelta(hours=22)))
    random.shuffle(soon)
    done = []
    for act, number in zip((_move, _cancel, _cancel, _move), soon, strict=False):
        done.append(act(vendors, random, number))
    done.append(_last_minute(vendors, random))
    done += [_drag(vendors), clubs.accept(vendors), clubs.come_again(vendors, _today(vendors))]
    return [text for text in done if text]


def live(vendors: Vendors, random: Random) -> str:
    """One more thing that happens in town; what it was."""
    if accepted := clubs.accept(vendors):
        return accepted
    soon = list(_upcoming(vendors, timedelta(hours=1), timedelta(days=3)))
    if soon and random.random() < 0.35:
        return random.choice((_move, _cancel))(vendors, random, random.choice(soon))
    return random.choice((_book, _book, _book, _last_minute))(vendors, random)


def _drag(vendors: Vendors) -> str:
    """The lock service comes an hour and a half later."""
    google, events = vendors.google_calendar, vendors.google_calendar.events(LAB)
    for event in (event for event in events if event.get("summary") == "Lock service"):
        start = datetime.fromisoformat(event["start"]["dateTime"]) + timedelta(minutes=90)
        google.drag(LAB, event["id"], start)
        return "somebody dragged the lock service in the laboratory's calendar"
    return ""


def _upcoming(vendors: Vendors, after: timedelta, before: timedelta) -> Iterator[int]:
    """Guests' reservations that begin in so long: what came by the API stands for somebody elsewhere."""
    now, lockme = vendors.clock.now(), vendors.lockme
    for number, reservation in list(lockme.store.reservations.items()):
        if reservation["source"] != "api" and after <= starts_at(reservation, lockme.zone) - now <= before:
            yield number


def _busy(vendors: Vendors, room: int, begin: datetime) -> bool:
    """Does another game begin too near?"""
    lockme = vendors.lockme
    starts = [starts_at(r, lockme.zone) for r in lockme.store.reservations.values() if r["roomid"] == room]
    return any(abs(other - begin) < timedelta(minutes=90) for other in starts)


def _free_slot(vendors: Vendors, random: Random, days: tuple[int, ...]) -> tuple[int, str, str] | None:
    today = vendors.clock.now().astimezone(HOME)
    for _ in range(40):
        room, slot = random.choice(list(GAMES)), random.choice(SLOTS)
        day = (today + timedelta(days=random.choice(days))).date()
        hour = datetime.combine(day, time.fromisoformat(slot), HOME)
        local = hour.replace(tzinfo=None)
        if kept(today.date(), room, local, local + GAME):
            continue
        if hour > today and not vendors.lockme.store.taken(room, day.isoformat(), f"{slot}:00"):
            return room, day.isoformat(), slot
    return None


def _book(vendors: Vendors, random: Random) -> str:
    found = _free_slot(vendors, random, (0, 1, 2, 5))
    if not found:
        return ""
    room, day, slot = found
    book_game(vendors, random, room, date.fromisoformat(day), slot)
    return f"{GAMES[room]} was booked for {day} {slot}"


def _last_minute(vendors: Vendors, random: Random) -> str:
    """In a quarter of an hour, in the first room that is free then."""
    begin = vendors.clock.now().astimezone(HOME) + timedelta(minutes=15)
    begin -= timedelta(minutes=begin.minute % 5, seconds=begin.second, microseconds=begin.microsecond)
    for room, name in GAMES.items():
        if not _busy(vendors, room, begin):
            book_game(vendors, random, room, begin.date(), f"{begin:%H:%M}")
            return f"{name} was booked for {begin:%H:%M}, in a quarter of an hour"
    return ""


def _move(vendors: Vendors, random: Random, number: int) -> str:
    found = _free_slot(vendors, random, (1, 2))
    if not found:
        return ""
    room, day, slot = found
    vendors.lockme.move(number, room, day, f"{slot}:00")
    return f"a guest moved to {GAMES[room]} on {day} {slot}"


def _cancel(vendors: Vendors, random: Random, number: int) -> str:
    del random
    vendors.lockme.cancel(number)
    return "a guest cancelled"
