"""What guests are to be told now, computed from rows: nothing is written here."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Prefetch, Q

from backoffice.models import (
    AccessGrant,
    Booking,
    IssuedCode,
    Notice,
    NoticeKind,
    Occurrence,
    Override,
    Room,
    Venue,
)
from backoffice.selectors import policy
from backoffice.states import CodeState, GrantState, NoticeState
from integrations.types import Method

TOLD = (NoticeState.SENDING, NoticeState.SENT)
OPEN = (NoticeState.DUE, NoticeState.SENDING, NoticeState.FAILED)
STANDING = {GrantState.GRANTED, GrantState.HELD, GrantState.BLOCKED}
COMING = {CodeState.PLANNED, CodeState.ISSUING, CodeState.HELD}
WITH_SECRET = {Method.NETCODE, Method.CARD}
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
        return any(grant.state in STANDING for grant in self.grants)

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


@dataclass(frozen=True, slots=True)
class Telling:
    """One thing to tell one guest; `key` is the same for as long as it is the same thing."""

    kind: NoticeKind
    key: str
    span: Span
    codes: tuple[IssuedCode, ...] = ()
    previous: Notice | None = None
    others: bool = False  # the booking has other times that stay


def tellings(notices: Sequence[Notice], now: datetime) -> list[Telling]:
    """All that guests are to be told at `now`, given what they were told and what is under way.

    A way in is told when every door of the stay has it and the reveal time has come; again when it differs
    from what was told last; and that it counts no more when no door is left of what was told.
    """
    told = _by_anchor(notices)
    standing = [span for span in _spans(_grants(notices, now)) if span.standing]
    found = [telling for span in standing if (telling := _access(span, told, now))]
    return found + list(_withdrawals(standing, told, now))


# -------------------------------------------------------------------------------------------------- rows


def relevant_notices(now: datetime) -> list[Notice]:
    """What is to be sent, and what was told of stays that are not over, oldest first."""
    wanted = Q(state__in=OPEN) | Q(state__in=TOLD, grant__ends_at__gt=now)
    codes = IssuedCode.objects.select_related("grant", "door").defer("secret")
    return list(
        Notice.objects.filter(wanted)
        .select_related(*(f"grant__{path}" for path in RELATED))
        .defer("body", "grant__occurrence__booking__raw")
        .prefetch_related(Prefetch("codes", codes))
        .order_by("pk")
    )


RELATED = (
    "door__venue",
    "door__account",
    "person",
    "occurrence__booking__customer",
    "occurrence__booking__account",
    "occurrence__resource__room__venue",
)


def _grants(notices: Iterable[Notice], now: datetime) -> list[AccessGrant]:
    """The decisions that matter: those of guests who have a way in, or were told of one."""
    active = IssuedCode.objects.filter(state=CodeState.ACTIVE, ends_at__gt=now)
    grants = [notice.grant for notice in notices if notice.grant]
    bookings = {grant.occurrence.booking_id for grant in grants if grant.occurrence}
    persons = {grant.person_id for grant in grants if grant.person_id}
    wanted = (
        Q(occurrence__booking__in=active.values("grant__occurrence__booking"))
        | Q(person__in=active.values("grant__person"))
        | Q(occurrence__booking__in=bookings)
        | Q(person__in=persons)
    )
    codes = IssuedCode.objects.filter(ends_at__gt=now).select_related("door").order_by("starts_at", "pk")
    live = Occurrence.objects.filter(gone_at=None).select_related("resource__room__venue")
    return list(
        AccessGrant.objects.filter(wanted, ends_at__gt=now)
        .select_related(*RELATED)
        .defer("occurrence__booking__raw")
        .prefetch_related(Prefetch("codes", codes), Prefetch("occurrence__booking__occurrences", live))
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


def _by_anchor(notices: Iterable[Notice]) -> dict[Anchor, list[Notice]]:
    """What was told, or is being told this moment, oldest first, by what it was about."""
    told: dict[Anchor, list[Notice]] = defaultdict(list)
    for notice in notices:
        if notice.state in TOLD:
            for anchor in _anchors(notice):
                told[anchor].append(notice)
    return told


def _anchors(notice: Notice) -> set[Anchor]:
    grants = [code.grant for code in notice.codes.all()] + [notice.grant] * bool(notice.grant)
    return {_anchor(grant) for grant in grants if grant}


# ------------------------------------------------------------------------------------------------ access


def _access(span: Span, told: dict[Anchor, list[Notice]], now: datetime) -> Telling | None:
    """How to get in, when it is time to say and something new."""
    codes = _ready(span, now)
    if not codes or now < span.starts_at - _reveal_ahead(span):
        return None
    known = {notice.pk: notice for anchor in span.anchors for notice in told.get(anchor, ())}
    history = [known[pk] for pk in sorted(known)]
    if history and history[-1].state == NoticeState.SENDING:
        return _interrupted(span, codes, history, now)
    if history and history[-1].key.rpartition(":")[0] == _fact(span, codes):
        return None
    return _telling(span, codes, history)


def _interrupted(span: Span, codes: list[IssuedCode], history: list[Notice], now: datetime) -> Telling | None:
    """A mail whose sender died: the same again if it holds, else what holds now; nothing while it runs."""
    last = history[-1]
    if last.lease_until and last.lease_until > now:
        return None
    again = _telling(span, codes, history[:-1])
    return again if again.key == last.key else _telling(span, codes, history)


def _telling(span: Span, codes: list[IssuedCode], history: list[Notice]) -> Telling:
    previous = history[-1] if history else None
    fresh = previous is None or previous.kind == NoticeKind.WITHDRAWN
    kind = NoticeKind.ACCESS if fresh else NoticeKind.CHANGED
    key = f"{_fact(span, codes)}:{previous.pk if previous else 0}"
    return Telling(kind, key, span, tuple(codes), previous)


def _fact(span: Span, codes: Iterable[IssuedCode]) -> str:
    """What the mail says, in short: who, where, when, and which codes."""
    said = [span.room.pk if span.room else 0, span.starts_at.isoformat(), span.ends_at.isoformat()]
    said += sorted(code.pk for code in codes)
    return f"{_party(span)}:{hashlib.sha256(repr(said).encode()).hexdigest()[:24]}"


def _party(span: Span) -> str:
    return f"booking {span.booking.pk}" if span.booking else f"person {span.person.pk if span.person else 0}"


def _reveal_ahead(span: Span) -> timedelta:
    """How long before the start the guest may know; the shortest of the doors, as one mail tells all."""
    hours = [policy(span.venue, span.room, grant.door).reveal_ahead_hours for grant in span.granted]
    return timedelta(hours=min(hours))


def _ready(span: Span, now: datetime) -> list[IssuedCode]:
    """The codes of all doors when every door has its way in; [] while one is held, blocked or on its way."""
    if any(grant.state in (GrantState.HELD, GrantState.BLOCKED) for grant in span.grants):
        return []
    ready = []
    for grant in span.granted:
        active = [code for code in grant.codes.all() if code.state == CodeState.ACTIVE and _tells(code)]
        if not active or any(_awaited(code, active, now) for code in grant.codes.all()):
            return []
        ready += active
    return ready


def _tells(code: IssuedCode) -> bool:
    return bool(code.secret) or code.method not in WITH_SECRET


def _awaited(code: IssuedCode, active: list[IssuedCode], now: datetime) -> bool:
    """Is it to be there by now and is not?"""
    if code.state in COMING:
        return code.due_at <= now
    lacking = code.state == CodeState.FAILED and code.issued_at is None
    return lacking and not any(a.starts_at <= code.starts_at and a.ends_at >= code.ends_at for a in active)


# ------------------------------------------------------------------------------------------- withdrawals


def _withdrawals(standing: list[Span], told: dict[Anchor, list[Notice]], now: datetime) -> Iterator[Telling]:
    """What was told and is true no more, with nothing in its place."""
    stays = frozenset[Anchor]().union(*(span.anchors for span in standing))
    bookings = {span.booking.pk for span in standing if span.booking}
    lapsed = {
        notices[-1].pk: notices[-1] for anchor, notices in told.items() if not _anchors(notices[-1]) & stays
    }
    for notice in lapsed.values():
        if notice.kind == NoticeKind.WITHDRAWN or _running(notice, now) or notice.grant is None:
            continue
        span = _told_span(notice.grant)
        others = bool(span.booking and span.booking.pk in bookings)
        key = f"{_party(span)}:withdrawn:{notice.pk}"
        yield Telling(NoticeKind.WITHDRAWN, key, span, (), notice, others)


def _running(notice: Notice, now: datetime) -> bool:
    return bool(notice.state == NoticeState.SENDING and notice.lease_until and notice.lease_until > now)


def _told_span(grant: AccessGrant) -> Span:
    anchors = frozenset({_anchor(grant)})
    occurrence = grant.occurrence
    if occurrence is None:
        return Span(anchors, grant.starts_at, grant.ends_at, person=grant.person, grants=[grant])
    room = occurrence.resource.room
    starts_at, ends_at = occurrence.starts_at, occurrence.ends_at
    return Span(anchors, starts_at, ends_at, booking=occurrence.booking, room=room, grants=[grant])
