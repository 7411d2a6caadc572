"""The hours at which a thing sold is offered on a day, and who has them as far as we know."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from backoffice.flow.desk import clients
from backoffice.flow.desk.clients import Reservations
from backoffice.models import Booking, Occurrence, Resource, Room
from backoffice.word import NotPossible
from integrations.types import BookingStatus

SESSION = 60  # minutes of a game where nobody has said how long one takes
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Offer:
    """An hour of a day on the room's own clock, and when that is (UTC)."""

    hour: time
    pricers: tuple[int, ...]
    starts_at: datetime
    over: bool = False
    taken: str = ""  # by whom, as far as is known; "" = by nobody


def offers(resource: Resource, day: date, now: datetime, besides: Booking | None = None) -> list[Offer]:
    """The hours of a day as the vendor offers them now, by hour; `besides`: a booking that is to be moved.

    NotPossible in words when they cannot be read.
    """
    return offered(clients.reservations(resource.account), resource, day, now, besides)


def offered(
    source: Reservations, resource: Resource, day: date, now: datetime, besides: Booking | None = None
) -> list[Offer]:
    """`offers` of a client that is there already."""
    zone = clients.read(resource.account, lambda: source.zone(resource.ref))
    slots = clients.read(resource.account, lambda: source.on_date(resource.ref, day))
    noon = instant(day, time(12), zone)
    known = list(_around(resource, noon - DAY, noon + DAY, besides))
    found = []
    for slot in slots:
        starts_at = instant(day, slot.hour, zone)
        taken = _taken(resource, starts_at, known)
        found.append(Offer(slot.hour, slot.pricers, starts_at, starts_at <= now, taken))
    return found


def chosen(found: list[Offer], resource: Resource, day: date, hour: time) -> Offer:
    """The offer of an hour; NotPossible in words when it is none, is over, or is taken."""
    when = f"{day:%a} {day.day} {day:%b}"
    offer = next((each for each in found if each.hour == hour), None)
    if offer is None:
        hours = ", ".join(f"{each.hour:%H:%M}" for each in found)
        instead = f"its hours are {hours}" if hours else "that day is closed"
        raise NotPossible(f"{resource} is not offered on {when} at {hour:%H:%M}: {instead}.")
    if offer.over:
        raise NotPossible(f"{when} {hour:%H:%M} is over: choose a later hour.")
    if offer.taken:
        raise NotPossible(f"{when} {hour:%H:%M} is taken by {offer.taken}: choose another hour.")
    return offer


def instant(day: date, hour: time, zone: ZoneInfo) -> datetime:
    """Wall time of a zone in UTC."""
    return datetime.combine(day, hour, zone).astimezone(UTC)


def _around(
    resource: Resource, first: datetime, last: datetime, besides: Booking | None
) -> QuerySet[Occurrence]:
    """What is known to occupy the thing itself, or its room, a part of it, or what it is a part of."""
    occupied = Q(resource=resource)
    if resource.room is not None:
        occupied |= Q(resource__room__in=_rooms(resource.room))
    live = Occurrence.objects.filter(
        occupied, gone_at=None, booking__gone_at=None, starts_at__lt=last, ends_at__gt=first
    )
    live = live.exclude(booking__status=BookingStatus.CANCELLED)
    return live.exclude(booking=besides).select_related("booking__account").defer("booking__raw")


def _rooms(room: Room) -> list[int]:
    parts = room.parts.values_list("pk", flat=True)
    return [room.pk, *parts, *([room.part_of_id] if room.part_of_id else [])]


def _taken(resource: Resource, starts_at: datetime, known: list[Occurrence]) -> str:
    ends_at = starts_at + timedelta(minutes=resource.session_minutes or SESSION)
    for other in known:
        if other.starts_at < ends_at and other.ends_at > starts_at:
            return f"{other.booking.account.profile.label} {other.booking.ref}"
    return ""
