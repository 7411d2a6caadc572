"""The secret addresses at which calendar programs look at a room's or a venue's bookings, and nothing else.

The token stands in the path, as calendar programs know no other way to bring one; so the site's own log
lines are masked (backoffice/logs.py), and whatever stands before it must keep /feeds/ out of its access log.
"""

from __future__ import annotations

import hashlib
import html
import secrets
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Max, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import http_date

from backoffice import ical
from backoffice.clock import now as clock
from backoffice.flow.channels.content import content
from backoffice.flow.channels.loading import facts_of
from backoffice.flow.channels.values import Room as NamedRoom
from backoffice.models import Booking, Feed, Occurrence, Room, feed_digest
from backoffice.models.places import Scope
from backoffice.wording import zone_of
from integrations.types import BookingStatus

BACK = timedelta(days=30)  # so long what is over can still be looked at
LONGEST_TOKEN = 200
HEADERS = {
    "Cache-Control": "private, no-cache",
    "Content-Disposition": 'inline; filename="bookings.ics"',
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
}
SURE = (BookingStatus.CONFIRMED, BookingStatus.BLOCK)


class Answer(HttpResponse):
    """An answer that Django does not log: the address holds the feed's token."""

    _has_been_logged = True


def feed(request: HttpRequest, token: str) -> HttpResponse:
    """The calendar at an address (text/calendar), by the feed's scope; 304 where the program has it already.

    404 for an address that is none or was withdrawn, without saying which; 405 for anything but reading.
    """
    if request.method not in ("GET", "HEAD"):
        return Answer("Use GET", status=405, headers={"Allow": "GET, HEAD"})
    found = _feed(token)
    if found is None:
        return Answer("Not found", status=404, content_type="text/plain")
    return _calendar(request, found, clock())


def _feed(token: str) -> Feed | None:
    """The feed in use with this token: found by digest, then compared in constant time."""
    if len(token) > LONGEST_TOKEN:
        return None
    rows = Feed.objects.filter(digest=feed_digest(token), withdrawn_at=None)
    found = rows.select_related("venue", "room").first()
    if found and secrets.compare_digest(found.token.encode(), token.encode()):
        return found
    return None


def _calendar(request: HttpRequest, found: Feed, now: datetime) -> HttpResponse:
    text = ical.calendar(str(found.room or found.venue), events(found, now)).encode()
    etag = f'"{hashlib.sha256(text).hexdigest()}"'
    changed = _changed_at(found, now)
    headers = {
        "Content-Type": "text/calendar; charset=utf-8",
        "ETag": etag,
        "Last-Modified": http_date(changed.timestamp()),
        **HEADERS,
    }
    answer = Answer(text, headers=headers)
    return get_conditional_response(request, etag, int(changed.timestamp()), answer) or answer


# ------------------------------------------------------------------------------------------- what is shown


def _rooms(found: Feed) -> set[int]:
    """The venue's rooms; or the room with all that it is part of and all its parts, which take it, too."""
    parents = dict(Room.objects.filter(venue=found.venue_id).values_list("pk", "part_of"))
    if found.room_id is None:
        return set(parents)
    above = _above(found.room_id, parents)
    return above | {room for room in parents if found.room_id in _above(room, parents)}


def _above(room: int | None, parents: dict[int, int | None]) -> set[int]:
    chain: set[int] = set()
    while room is not None and room not in chain:
        chain.add(room)
        room = parents.get(room)
    return chain


def _shown(found: Feed, now: datetime) -> QuerySet[Occurrence]:
    """All times in these rooms that are not long over, cancelled ones too; our own blocks left out."""
    rows = Occurrence.objects.filter(resource__room__in=_rooms(found), ends_at__gt=now - BACK)
    return rows.filter(booking__echo_of=None)


def events(found: Feed, now: datetime) -> Iterator[ical.Event]:
    """What is to be seen, in order of time; what was cancelled or is gone has vanished."""
    live = _shown(found, now).filter(gone_at=None, booking__gone_at=None)
    rows = live.exclude(booking__status=BookingStatus.CANCELLED).order_by("starts_at", "pk")
    related = ("booking__account", "booking__customer", "resource__room__venue")
    for row in rows.select_related(*related).defer("booking__raw", "resource__raw"):
        if row.resource.room is not None:
            yield _event(row, row.resource.room, found.scope)


def _event(row: Occurrence, room: Room, scope: str) -> ical.Event:
    """One booking by S1-S3: with S2 neither phone nor e-mail anywhere, with S3 the room's name and no more.

    The rules are those of events in a paired calendar; an entry of another calendar is told as taken only.
    """
    booking, zone = row.booking, zone_of(room.venue)
    named = NamedRoom(room.pk, room.name, zone.key)
    words = content(facts_of(booking), named, row.starts_at, row.ends_at, scope)
    return ical.Event(
        uid=f"occurrence-{row.pk}@{room.venue.slug}.latchkey",
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        zone=zone,
        summary=words.summary,
        changed_at=booking.changed_at,
        description=html.unescape(words.description),
        location="" if scope == Scope.EMPTY else f"{room.name}, {room.venue.name}",
        sequence=_sequence(booking),
        tentative=booking.status not in SURE,
    )


def _sequence(booking: Booking) -> int:
    """It grows with every change: seconds from first seen to last changed."""
    return max(0, int((booking.changed_at - booking.first_seen_at).total_seconds()))


def _changed_at(found: Feed, now: datetime) -> datetime:
    """The last change of what is or was shown; never before today, as what is over falls out."""
    latest = _shown(found, now).aggregate(
        changed=Max("booking__changed_at"), gone=Max("gone_at"), booking_gone=Max("booking__gone_at")
    )
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    moments: list[datetime] = [found.made_at, today, *filter(None, latest.values())]
    return max(moments)
