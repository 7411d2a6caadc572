"""The hours at which a thing sold is offered on a day, and who has them as far as we know."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from backoffice.flow.desk import clients, overlaps
from backoffice.flow.desk.clients import Reservations
from backoffice.flow.desk.times import Span
from backoffice.models import Booking, Occurrence, Resource
from backoffice.word import NotPossible

SESSION = 60  # minutes of a game where nobody has said how long one takes


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
    length = timedelta(minutes=resource.session_minutes or SESSION)
    spans = [(start, start + length) for start in (instant(day, slot.hour, zone) for slot in slots)]
    known = overlaps.taken([resource], spans, but=besides) if spans else []
    return [
        Offer(slot.hour, slot.pricers, span[0], span[0] <= now, _taken(span, known))
        for slot, span in zip(slots, spans, strict=True)
    ]


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


def _taken(span: Span, known: list[Occurrence]) -> str:
    for other in known:
        if other.starts_at < span[1] and other.ends_at > span[0]:
            return f"{other.booking.account.profile.label} {other.booking.ref}"
    return ""
