"""What stands against a booking that staff are about to make: the room is taken, or the time is over."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q

from backoffice.flow.desk.times import Span
from backoffice.models import Booking, Occurrence, Resource, Room, VendorWrite
from backoffice.states import WriteState
from integrations.types import BookingStatus

MOST = 5  # that are named; the rest is counted
MADE = ("add booking", "save booking", "change booking")
OPEN = (WriteState.ASKED, WriteState.IN_DOUBT)


def warnings(
    resources: Sequence[Resource], spans: Sequence[Span], now: datetime, *, but: Booking | None = None
) -> list[str]:
    """What staff should know before they say "all the same", in words without a guest's name.

    `but` is the booking that is being changed. Bookings later than the account's horizon are not mirrored,
    so it is said when times lie there.
    """
    account = resources[0].account
    zone = ZoneInfo(account.timezone)
    said = []
    if all(ends_at <= now for _, ends_at in spans):
        said.append("This time is over already.")
    found = taken(resources, spans, but=but)
    said += [
        f"{_where(each)} is taken {_when(each, zone)}: booking {each.booking.ref}." for each in found[:MOST]
    ]
    if len(found) > MOST:
        said.append(f"And {len(found) - MOST} more times are taken.")
    known = now + timedelta(days=account.horizon_days)
    said += _unsettled(resources, spans, zone, but)
    if spans[-1][1] > known:
        day = known.astimezone(zone)
        said.append(f"Bookings after {day:%a} {day.day} {day:%b %Y} are not known here: look at the source.")
    return said


def taken(
    resources: Iterable[Resource], spans: Sequence[Span], *, but: Booking | None = None
) -> list[Occurrence]:
    """The live times of the rooms meant, of their whole and of their parts, that meet one of the spans."""
    rows = Occurrence.objects.filter(
        resource__in=_rivals(resources),
        gone_at=None,
        booking__gone_at=None,
        starts_at__lt=max(ends_at for _, ends_at in spans),
        ends_at__gt=min(starts_at for starts_at, _ in spans),
    ).exclude(booking__status=BookingStatus.CANCELLED)
    rows = rows.exclude(booking=but) if but else rows
    related = rows.select_related("booking__account", "resource__room").defer("booking__raw")
    return [
        each
        for each in related.order_by("starts_at", "pk")
        if any(starts_at < each.ends_at and each.starts_at < ends_at for starts_at, ends_at in spans)
    ]


def _unsettled(
    resources: Sequence[Resource], spans: Sequence[Span], zone: ZoneInfo, but: Booking | None
) -> list[str]:
    """What was asked for there and may have been done or not: no reading need show it yet."""
    asked = VendorWrite.objects.filter(resource__in=_rivals(resources), verb__in=MADE, state__in=OPEN)
    asked = asked.exclude(booking=but) if but else asked
    meeting = [
        each for each in asked.select_related("account").order_by("pk") if _meets(each.asked, spans, zone)
    ]
    return [
        f"A booking of {each.subject}, was asked of {each.account} before, and it is not known whether it was"
        " done: look there, and say so at that write."
        for each in meeting[:MOST]
    ]


def _meets(asked: Any, spans: Sequence[Span], zone: ZoneInfo) -> bool:
    """Whether what was asked for may meet one of the spans; of a series all of its days."""
    when = asked.get("when", asked)
    if "starts_at" in when:
        first, last = (datetime.fromisoformat(when[name]) for name in ("starts_at", "ends_at"))
    else:
        first, last = (datetime.fromisoformat(when[name]).replace(tzinfo=zone) for name in ("first", "last"))
        last += timedelta(days=1)
    return any(first < ends_at and starts_at < last for starts_at, ends_at in spans)


def _rivals(resources: Iterable[Resource]) -> Collection[int]:
    """All that is sold of the same rooms, at whichever source, and of their wholes and parts."""
    found: set[int] = set()
    for each in resources:
        own = Q(ref=each.ref) | Q(parent_ref=each.ref) | Q(ref=each.parent_ref or each.ref)
        family = Resource.objects.filter(own, account=each.account)
        rooms = set(family.exclude(room=None).values_list("room", flat=True))
        rooms |= _around(each.room_id) if each.room_id else set()
        found |= set(family.values_list("pk", flat=True))
        found |= set(Resource.objects.filter(room__in=rooms).values_list("pk", flat=True))
    return found


def _around(room: int) -> set[int]:
    """A room with its wholes and its parts, not the parts beside it."""
    found, ask = {room}, Room.objects.values_list("part_of", flat=True)
    above = ask.get(pk=room)
    while above and above not in found:
        found.add(above)
        above = ask.get(pk=above)
    below = {room}
    while below:
        below = set(Room.objects.filter(part_of__in=below).values_list("pk", flat=True)) - found
        found |= below
    return found


def _where(each: Occurrence) -> str:
    return str(each.resource.room or each.resource)


def _when(each: Occurrence, zone: ZoneInfo) -> str:
    first, last = each.starts_at.astimezone(zone), each.ends_at.astimezone(zone)
    end = f"{last:%H:%M}" if last.date() == first.date() else f"{last:%a} {last.day} {last:%b %H:%M}"
    return f"{first:%a} {first.day} {first:%b %H:%M}–{end}"
