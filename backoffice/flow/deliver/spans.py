"""Guests' stays as one mail sees them, and the rows that they are read from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Prefetch, Q

from backoffice.models import (
    AccessGrant,
    Booking,
    Door,
    IssuedCode,
    Notice,
    Occurrence,
    Override,
    Resource,
    Room,
    VendorAccount,
    Venue,
)
from backoffice.states import CodeState, GrantState, NoticeState
from integrations.types import Method

TOLD = (NoticeState.SENDING, NoticeState.SENT)
OPEN = (NoticeState.DUE, NoticeState.SENDING, NoticeState.FAILED)
STANDING = {GrantState.GRANTED, GrantState.HELD, GrantState.BLOCKED}
FULFILLED = GrantState.ENDED  # before its time: the guest has given his fob back, and needs no telling
FOB_TO_COME = Q(method=Method.FOB, state__in=(CodeState.PLANNED, CodeState.ISSUING))
RELATED = ("person", "occurrence__booking__customer")
UNREAD = ("occurrence__booking__raw", "occurrence__booking__customer__phone")
Anchor = tuple[str, int]  # an occurrence, or a person granted by staff


@dataclass(slots=True)
class Span:
    """One stay of one guest in one room (or of a person at a door): what one mail is about."""

    anchors: frozenset[Anchor]
    starts_at: datetime
    ends_at: datetime
    booking: Booking | None = None
    person: Override | None = None
    room: Room | None = None
    grants: list[AccessGrant] = field(default_factory=list)

    @property
    def standing(self) -> bool:
        """Is there a door that the guest is to open, now or once a hold is lifted?"""
        return any(grant.state in {*STANDING, FULFILLED} for grant in self.grants)

    @property
    def granted(self) -> list[AccessGrant]:
        """The decisions to let the guest in, in path order."""
        granted = [grant for grant in self.grants if grant.state == GrantState.GRANTED]
        return sorted(granted, key=lambda grant: (grant.position, grant.pk))

    @property
    def venue(self) -> Venue | None:
        """Where it is."""
        return self.room.venue if self.room else self.grants[0].door.venue

    @property
    def place(self) -> str:
        """The room, or the door where there is no room."""
        return str(self.room or self.grants[0].door)

    @property
    def name(self) -> str:
        """Whom to greet; "" when nobody said."""
        if self.person:
            return self.person.person_name
        customer = self.booking.customer if self.booking else None
        return customer.name or customer.company if customer else ""

    @property
    def email(self) -> str:
        """Where to write to; "" when there is no address."""
        if self.person:
            return self.person.person_email
        customer = self.booking.customer if self.booking else None
        return customer.email if customer else ""

    @property
    def language(self) -> str:
        """The language that the booking, its customer or the account names; "" when none does."""
        if not self.booking:
            return str(self.grants[0].door.account.option("language") or "")
        customer = self.booking.customer
        told = self.booking.language or (customer.language if customer else "")
        return str(told or self.booking.account.option("language") or "")


# -------------------------------------------------------------------------------------------------- rows


def relevant_notices(now: datetime) -> list[Notice]:
    """What is to be sent, and what was told of stays that are not over, oldest first."""
    to_send = Notice.objects.filter(state__in=OPEN)
    told = Notice.objects.filter(state__in=TOLD)  # each way to the grant by itself, so that an index is used
    current = told.filter(grant__ends_at__gt=now), told.filter(codes__grant__ends_at__gt=now)
    pks = to_send.order_by().values("pk").union(*(rows.order_by().values("pk") for rows in current))
    codes = IssuedCode.objects.select_related("grant").defer("secret")
    return list(
        Notice.objects.filter(pk__in=pks)
        .select_related(*(f"grant__{path}" for path in RELATED))
        .defer("body", *(f"grant__{path}" for path in UNREAD))
        .prefetch_related(Prefetch("codes", codes), *_few("grant__"))
        .order_by("pk")
    )


def _few(path: str = "") -> list[Prefetch[Any]]:
    """What many grants share, each read once: their doors, the things booked, the accounts."""
    doors = Door.objects.select_related("venue", "account").defer(
        "raw", "account__secrets", "account__hook_token"
    )
    places = Resource.objects.select_related("room__venue").defer("raw")
    accounts = VendorAccount.objects.defer("secrets", "hook_token")
    return [
        Prefetch(f"{path}door", doors),
        Prefetch(f"{path}occurrence__resource", places),
        Prefetch(f"{path}occurrence__booking__account", accounts),
    ]


def standing_spans(notices: Iterable[Notice], now: datetime) -> list[Span]:
    """The stays of guests who have a way in or were told of one, and who are to get in still."""
    return [span for span in _spans(_grants(notices, now)) if span.standing]


def _grants(notices: Iterable[Notice], now: datetime) -> list[AccessGrant]:
    """The decisions that matter: those of guests who have a way in, or were told of one."""
    active = IssuedCode.objects.filter(Q(state=CodeState.ACTIVE) | FOB_TO_COME, ends_at__gt=now)
    grants = [notice.grant for notice in notices if notice.grant]
    bookings = {grant.occurrence.booking_id for grant in grants if grant.occurrence}
    persons = {grant.person_id for grant in grants if grant.person_id}
    wanted = (
        Q(occurrence__booking__in=active.values("grant__occurrence__booking"))
        | Q(person__in=active.values("grant__person"))
        | Q(occurrence__booking__in=bookings)
        | Q(person__in=persons)
    )
    codes = IssuedCode.objects.filter(ends_at__gt=now).prefetch_related("door").order_by("starts_at", "pk")
    places = Prefetch("resource", Resource.objects.select_related("room__venue").defer("raw"))
    live = Occurrence.objects.filter(gone_at=None).prefetch_related(places)
    return list(
        AccessGrant.objects.filter(wanted, ends_at__gt=now)
        .select_related(*RELATED)
        .defer(*UNREAD)
        .prefetch_related(
            Prefetch("codes", codes), Prefetch("occurrence__booking__occurrences", live), *_few()
        )
        .order_by("starts_at", "pk")
    )


def _spans(grants: Iterable[AccessGrant]) -> Iterator[Span]:
    """The grants by stay: of touching times in one room, or of one person."""
    bookings: dict[int, list[AccessGrant]] = defaultdict(list)
    for grant in grants:
        if grant.occurrence:
            bookings[grant.occurrence.booking_id].append(grant)
        elif grant.person:
            anchors = frozenset({_anchor(grant)})
            yield Span(anchors, grant.starts_at, grant.ends_at, person=grant.person, grants=[grant])
    for group in bookings.values():
        yield from _stays(group)


def _stays(grants: list[AccessGrant]) -> Iterator[Span]:
    booking = grants[0].occurrence.booking  # type: ignore[union-attr]  # grouped by it
    live = [row for row in booking.occurrences.all() if row.resource.room_id]
    live.sort(key=lambda row: (row.resource.room_id, row.starts_at, row.pk))
    spans: list[Span] = []
    for row in live:
        last = spans[-1] if spans else None
        if last and last.room == row.resource.room and row.starts_at <= last.ends_at:
            last.anchors |= {("occurrence", row.pk)}
            last.ends_at = max(last.ends_at, row.ends_at)
        else:
            anchors = frozenset({("occurrence", row.pk)})
            spans.append(Span(anchors, row.starts_at, row.ends_at, booking=booking, room=row.resource.room))
    for span in spans:
        span.grants = [grant for grant in grants if _anchor(grant) in span.anchors]
        if span.grants:
            yield span


def _anchor(grant: AccessGrant) -> Anchor:
    return ("occurrence", grant.occurrence_id) if grant.occurrence_id else ("person", grant.person_id or 0)


def by_anchor(notices: Iterable[Notice]) -> dict[Anchor, list[Notice]]:
    """What was told, or is being told this moment, oldest first, by what it was about."""
    told: dict[Anchor, list[Notice]] = defaultdict(list)
    for notice in notices:
        if notice.state in TOLD:
            for anchor in anchors_of(notice):
                told[anchor].append(notice)
    return told


def anchors_of(notice: Notice) -> set[Anchor]:
    """What a notice was about."""
    grants = [code.grant for code in notice.codes.all()] + [notice.grant] * bool(notice.grant)
    return {_anchor(grant) for grant in grants if grant}


def told_span(grant: AccessGrant) -> Span:
    """The stay that a notice was about, which may be off by now."""
    anchors = frozenset({_anchor(grant)})
    occurrence = grant.occurrence
    if occurrence is None:
        return Span(anchors, grant.starts_at, grant.ends_at, person=grant.person, grants=[grant])
    room = occurrence.resource.room
    starts_at, ends_at = occurrence.starts_at, occurrence.ends_at
    return Span(anchors, starts_at, ends_at, booking=occurrence.booking, room=room, grants=[grant])
