"""What must be true at the vendors and in the rows once all is told and done: each wrong in words."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import combinations
from typing import Any
from urllib.parse import unquote

from django.db.models import Q

from backoffice.models import Block, Booking, Conflict, Occurrence
from tests.story.orders.acts import MINUTE, People, facts, ref_of, source_of
from tests.story.orders.house import BERLIN, GAMES, HALLS, HOUR, HOURS, Sold, Thing, local, span_of

DAYS = [f"2026-03-{day:02}" for day in range(9, 13)]
Key = tuple[Any, ...]


def wrongs(house: Sold, people: People) -> list[str]:
    """All that is not as it must be."""
    things = house.things()
    return [
        *_blocks("Locaboo", _wanted_halls(house, things), _our_halls(house), _excused(people, "halls")),
        *_blocks("Lock.me", _wanted_games(house, things), _our_games(house), _excused(people, "lockme")),
        *_blocks("Google", _wanted_events(house, things), _our_events(house), _excused(people, "calendars")),
        *_bookings(things),
        *_foreign(house, people),
        *_conflicts(house, things),
        *_silence(house),
        *_scopes(house),
        *_rows(),
    ]


def _blocks(where: str, wanted: Counter[Key], there: Counter[Key], excused: set[Key]) -> Iterator[str]:
    """What is wanted is there once, and nothing else; people may have taken some away for good."""
    for key in sorted(wanted.keys() | there.keys(), key=str):
        missing = wanted[key] - there[key]
        if missing > 0 and key not in excused:
            yield f"{where}: {missing} missing at {shown(key)}"
        elif missing < 0:
            yield f"{where}: {-missing} too many at {shown(key)}"


def shown(key: Key) -> str:
    """Readable."""
    return " ".join(f"{p.astimezone(BERLIN):%d %H:%M}" if isinstance(p, datetime) else str(p) for p in key)


# ------------------------------------------------------------------------------------------- Locaboo


def _wanted_halls(house: Sold, things: Iterable[Thing]) -> Counter[Key]:
    """Another channel's booking of one room takes both: the part is the whole's, the whole is its part.

    Once, though an entry of a calendar that both share takes each of them by itself.
    """
    spans = {(t.account, t.ref, t.starts_at, t.ends_at) for t in things if t.account != "halls"}
    halls = [resource for resource, room in HALLS.items() if house.blocked_on(room, "halls")]
    return Counter((resource, *times) for _, _, *times in spans for resource in halls)


def _our_halls(house: Sold) -> Counter[Key]:
    rows = [one for order in house.orders(ours=True) for one in order.instances]
    return Counter((row.resource_id, row.starts.replace(tzinfo=BERLIN), _end(row.ends)) for row in rows)


def _end(ends: datetime) -> datetime:
    """Locaboo's days end at 23:59."""
    return ends.replace(tzinfo=BERLIN) + (MINUTE if (ends.hour, ends.minute) == (23, 59) else 0 * MINUTE)


# ------------------------------------------------------------------------------------------- Lock.me


def _wanted_games(house: Sold, things: Iterable[Thing]) -> Counter[Key]:
    taken = {(row["roomid"], local(row["date"], row["hour"])) for row in house.reservations(ours=False)}
    rooms = [room for room, name in GAMES.items() if house.blocked_on(name, "lockme")]
    wanted = set()
    for thing in things:
        for room in rooms:
            if thing.account == "lockme" and GAMES[room] == thing.room:
                continue
            wanted |= {(room, start) for start in _starts(thing) if start > house.now} - taken
    return Counter(wanted)


def _starts(thing: Thing) -> Iterator[datetime]:
    """Of a booking all games that would overlap it, of an entry those that start within it."""
    for start in (local(day, f"{hour}:00") for day in DAYS for hour in HOURS):
        if thing.account == "calendars":
            if thing.starts_at <= start < thing.ends_at:
                yield start
        elif start < thing.ends_at and start + HOUR > thing.starts_at:
            yield start


def _our_games(house: Sold) -> Counter[Key]:
    return Counter((row["roomid"], local(row["date"], row["hour"])) for row in house.reservations(ours=True))


# -------------------------------------------------------------------------------------------- Google


def _wanted_events(house: Sold, things: Iterable[Thing]) -> Counter[Key]:
    calendars = house.written()
    spans = {(t.account, t.ref, t.calendar, t.starts_at, t.ends_at) for t in things}
    return Counter((ref, *times) for ref in calendars for _, _, own, *times in spans if own != ref)


def _our_events(house: Sold) -> Counter[Key]:
    return Counter(
        (calendar, *span_of(event))
        for calendar in house.written()
        for event in house.entries(calendar, ours=True)
    )


def _silence(house: Sold) -> Iterator[str]:
    """Nothing is written into a calendar that is not ours to write (M4), from the step after it became so."""
    for ref, calls in house.untouched.items():
        for call in house.google.journal[calls:]:
            path = unquote(call.path).partition(f"/calendars/{ref}/events")
            if path[1] and path[2] != "/watch" and call.method in ("PUT", "PATCH", "POST"):
                yield f"Google: {call.method} in {ref}, which is not written"


def _scopes(house: Sold) -> Iterator[str]:
    """An event tells no more than the widest scope of its calendar's pairings allows (5.2)."""
    for ref, scopes in house.written().items():
        for event in house.entries(ref, ours=True):
            said = json.dumps(event)
            if "full" not in scopes and "example.test" in said:
                yield f"Google: an address in {ref}, of scope {scopes}"
            if scopes == {"empty"} and ("Vogel" in said or event.get("description")):
                yield f"Google: more than a name in {ref}, of scope {scopes}"


# --------------------------------------------------------------------------------------------- rows


def _excused(people: People, account: str) -> set[Key]:
    """Blocks that a person took away, and that stay away until what they stand for changes (D5, D6)."""
    rows = Block.objects.filter(
        account__slug=account, state="removed", said="deleted", key__in=people.removed
    ).select_related("resource")
    found: set[Key] = set()
    for row in rows:
        if row.calendar_ref:
            found.add((row.calendar_ref, row.starts_at, row.ends_at))
        elif row.resource and row.by_slot:
            found.add((int(row.resource.ref), row.starts_at))
        elif row.resource:
            found.add((int(row.resource.ref), row.starts_at, row.ends_at))
    return found


def _bookings(things: Iterable[Thing]) -> Iterator[str]:
    """Each booking of people is one of ours, and nothing else is."""
    wanted = Counter((t.account, t.ref, t.room, t.starts_at, t.ends_at) for t in things)
    rows = Occurrence.objects.filter(gone_at=None, booking__gone_at=None, booking__echo_of=None)
    known: Counter[Key] = Counter()
    for row in rows.exclude(booking__status="cancelled").select_related("booking__account", "resource__room"):
        room = row.resource.room.slug if row.resource.room else ""
        ref = ref_of(row.booking)
        known[row.booking.account.slug, ref, room, row.starts_at, row.ends_at] += 1
    for key in sorted((wanted - known).elements(), key=str):
        yield f"rows: no booking {shown(key)}"
    for key in sorted((known - wanted).elements(), key=str):
        yield f"rows: a booking that is none {shown(key)}"


def _foreign(house: Sold, people: People) -> Iterator[str]:
    """What people booked is as they left it, unless they ordered otherwise by way of a calendar
    that goes both ways, or staff did (M3, D1, D2)."""
    there = facts(house)
    obeyed = {key for key, calendar in people.ordered if calendar in {"", *house.both_ways}}
    for key, wanted in people.wanted.items():
        if there.get(key) != wanted and key not in obeyed and not _cart_over(key, wanted, there):
            yield f"foreign: {key} is {there.get(key)} instead of {wanted}"


def _cart_over(key: Key, wanted: Any, there: Any) -> bool:
    """A cart that nobody paid is emptied by Lock.me itself."""
    unpaid = key[0] == "lockme" and wanted and wanted["source"] == "web" and not wanted["status"]
    return bool(unpaid) and key not in there


def _conflicts(house: Sold, things: Iterable[Thing]) -> Iterator[str]:
    wanted = set()
    for one, other in combinations(things, 2):
        same = (one.account, one.ref) == (other.account, other.ref)
        both_entries = one.account == other.account == "calendars"
        start, end = max(one.starts_at, other.starts_at), min(one.ends_at, other.ends_at)
        if not same and not both_entries and start < end and end > house.now:
            wanted.add(frozenset({(one.account, one.ref), (other.account, other.ref)}))
    rows = Conflict.objects.filter(closed_at=None, kind="room")
    known = {
        frozenset({_side(row.first.booking), _side(row.second.booking)})
        for row in rows.select_related("first__booking__account", "second__booking__account")
    }
    yield from (f"conflict: none for {sorted(each)}" for each in wanted - known)
    yield from (f"conflict: open without a cause {sorted(each)}" for each in known - wanted)


def _side(booking: Booking) -> tuple[str, str]:
    return booking.account.slug, ref_of(booking)


def _rows() -> Iterator[str]:
    """No block is left in the midst of something."""
    written = Q(calendar_ref="") | Q(pairing__activated_at__isnull=False) & ~Q(pairing__mode="from_calendar")
    for row in Block.objects.filter(written, state__in=("planned", "writing", "removing")):
        yield f"rows: block {row.pk} at {row.account} is {row.state}: {row.error}"
    for row in Block.objects.filter(written).exclude(said="").exclude(state="removed"):
        yield f"rows: block {row.pk} at {row.account} waits for {row.said} of {source_of(row)}: {row.error}"
