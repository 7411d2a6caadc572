"""Which blocks are to be there: pure, and the same for the same world."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from backoffice.fields import fingerprint
from backoffice.flow.channels.content import content, digest_of
from backoffice.flow.channels.values import Name, Offer, Paired, Place, Room, Span, Stay, Wanted, World


def wanted(world: World) -> dict[Name, Wanted]:
    """The blocks that the world asks for, by what they are found again by."""
    family = families(world.rooms)
    places: dict[int, list[Place]] = defaultdict(list)
    calendars: dict[int, list[Paired]] = defaultdict(list)
    for place in world.places:
        places[place.room_id].append(place)
    for calendar in world.calendars:
        calendars[calendar.room_id].append(calendar)
    asked = [
        one
        for stay in world.stays
        if not stay.keep and stay.room_id in world.rooms
        for one in _of(stay, family[stay.room_id], places, calendars, world)
    ]
    # the booked room comes first: a shared calendar gets one event
    asked.sort(key=lambda one: (one.along, one.occurrence_id))
    return _once(asked)


def _once(asked: Iterable[Wanted]) -> dict[Name, Wanted]:
    """Each time of a booking once at each place, and each slot once for all who take it."""
    spans: dict[Span, Wanted] = {}
    for one in asked:
        spans.setdefault(one.span, one)
    found: dict[Name, Wanted] = {}
    for one in spans.values():
        found.setdefault(one.name, one)
    return found


def families(rooms: Mapping[int, Room]) -> dict[int, list[int]]:
    """Each room with those that are taken along with it: itself, its wholes outwards, its parts."""
    parts: dict[int, list[int]] = defaultdict(list)
    for room in rooms.values():
        if room.part_of is not None:
            parts[room.part_of].append(room.id)
    return {room: [room, *_wholes(room, rooms), *_parts(room, parts, {room})] for room in rooms}


def _wholes(room: int, rooms: Mapping[int, Room]) -> list[int]:
    chain: list[int] = []
    whole = rooms[room].part_of
    while whole is not None and whole in rooms and whole not in (room, *chain):
        chain.append(whole)
        whole = rooms[whole].part_of
    return chain


def _parts(room: int, parts: Mapping[int, list[int]], seen: set[int]) -> Iterator[int]:
    for part in parts.get(room, ()):
        if part not in seen:
            seen.add(part)
            yield part
            yield from _parts(part, parts, seen)


def _of(
    stay: Stay,
    rooms: Iterable[int],
    places: Mapping[int, list[Place]],
    calendars: Mapping[int, list[Paired]],
    world: World,
) -> Iterator[Wanted]:
    for room in rooms:
        for place in places.get(room, ()):
            if not _is_there_already(stay, place):
                yield from _at_place(stay, place, world)
        for calendar in calendars.get(room, ()):
            if stay.calendar != (calendar.account_id, calendar.ref):
                yield _in_calendar(stay, calendar, world)


def _is_there_already(stay: Stay, place: Place) -> bool:
    """Is it the thing that was booked, or its part or whole at the same vendor, which sees to that itself?"""
    if place.account_id != stay.account_id:
        return False
    return place.ref in (stay.resource_ref, stay.parent_ref) or (
        bool(place.parent_ref) and place.parent_ref == stay.resource_ref
    )


# ------------------------------------------------------------------------------------ where bookings are sold


def _at_place(stay: Stay, place: Place, world: World) -> Iterator[Wanted]:
    if not place.by_slot:
        yield _span(stay, place, world)
        return
    for start in _slots(stay, place, world.offers.get(place.resource_id, Offer())):
        free = (place.resource_id, start) not in world.taken  # an entry never overwrites a booking (B9)
        if free and start > world.now:  # what has begun is not touched (B12)
            yield _slot(stay, place, world, start)


def _slots(stay: Stay, place: Place, offer: Offer) -> list[datetime]:
    """The starts that a stay takes: for an entry those within it (B1-B3), else all games that would overlap.

    Where a place offers nothing on any day that is known, its hours are not kept there at all: then it is the
    stay's own start.
    """
    if offer.days and not offer.any_at_all:
        return [stay.starts_at]
    if stay.calendar is not None:
        return [start for start in offer.starts if stay.starts_at <= start < stay.ends_at]
    return [s for s in offer.starts if s < stay.ends_at and s + place.session > stay.starts_at]


def _slot(stay: Stay, place: Place, world: World, start: datetime) -> Wanted:
    whole = _span(stay, place, world)
    digest = fingerprint(repr((start, stay.id, stay.starts_at, stay.ends_at)))
    return replace(whole, starts_at=start, ends_at=start + place.session, digest=digest, slot=True)


def _span(stay: Stay, place: Place, world: World) -> Wanted:
    return Wanted(
        occurrence_id=stay.id,
        booking_id=stay.booking_id,
        room_id=place.room_id,
        account_id=place.account_id,
        starts_at=stay.starts_at,
        ends_at=stay.ends_at,
        digest=fingerprint(repr((stay.starts_at, stay.ends_at))),
        reason=_why(stay, place.room_id, world),
        resource_id=place.resource_id,
        along=place.room_id != stay.room_id,
    )


def _in_calendar(stay: Stay, calendar: Paired, world: World) -> Wanted:
    room = world.rooms[stay.room_id]
    words = content(stay.facts, room, stay.starts_at, stay.ends_at, calendar.scope)
    return Wanted(
        occurrence_id=stay.id,
        booking_id=stay.booking_id,
        room_id=calendar.room_id,
        account_id=calendar.account_id,
        starts_at=stay.starts_at,
        ends_at=stay.ends_at,
        digest=digest_of(words, stay.starts_at, stay.ends_at, room.zone),
        reason=_why(stay, calendar.room_id, world),
        pairing_id=calendar.pairing_id,
        calendar_ref=calendar.ref,
        along=calendar.room_id != stay.room_id,
    )


def _why(stay: Stay, room: int, world: World) -> str:
    what = "An entry in a calendar" if stay.facts.is_entry else f"Booking {stay.facts.label}"
    booked = world.rooms[stay.room_id].name
    if room == stay.room_id:
        return f"{what} has {booked}."
    return f"{what} has {booked}, and so {world.rooms[room].name} cannot be used."
