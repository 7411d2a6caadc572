"""What guests are to be told now, computed from rows: nothing is written here."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from backoffice.flow.deliver.spans import Anchor, Span, anchors_of, by_anchor, standing_spans, told_span
from backoffice.models import AccessGrant, IssuedCode, Notice, NoticeKind
from backoffice.selectors import policy
from backoffice.states import CodeState, GrantState, NoticeState
from integrations.types import Method

COMING = {CodeState.PLANNED, CodeState.ISSUING, CodeState.HELD}
AT_THE_DESK = {CodeState.PLANNED, CodeState.ISSUING, CodeState.ACTIVE}  # a fob is there when he comes for it
WITH_SECRET = {Method.NETCODE, Method.CARD}


@dataclass(frozen=True, slots=True)
class Telling:
    """One thing to tell one guest; `key` is the same for as long as it is the same thing."""

    kind: NoticeKind
    key: str
    span: Span
    codes: tuple[IssuedCode, ...] = ()
    previous: Notice | None = None
    others: bool = False  # the booking has other times that stay

    @property
    def windows(self) -> dict[str, list[str]]:
        """From when to when each door opens, by decision, as a notice keeps it."""
        return {} if self.kind == NoticeKind.WITHDRAWN else _windows(self.span)

    @property
    def moved(self) -> list[AccessGrant]:
        """The doors that are told with another time than before, in path order."""
        before, after = self.previous.windows if self.previous else {}, self.windows
        changed = {pk for pk in before.keys() & after if before[pk] != after[pk]}
        return [grant for grant in self.span.granted if str(grant.pk) in changed]


def tellings(notices: Sequence[Notice], now: datetime) -> list[Telling]:
    """All that guests are to be told at `now`, given what they were told and what is under way.

    A way in is told when every door of the stay has it and the reveal time has come; again when it differs
    from what was told last; and that it counts no more when no door is left of what was told.
    """
    told = by_anchor(notices)
    standing = standing_spans(notices, now)
    found = [telling for span in standing if (telling := _access(span, told, now))]
    return found + list(_withdrawals(standing, told, now))


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
    if history and _says(history[-1], span, codes, now):
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
    told = _short([*sorted(code.pk for code in codes), *_windows(span).items()])
    key = f"{_about(span)}:{told}:{previous.pk if previous else 0}"
    return Telling(kind, key, span, tuple(codes), previous)


def _says(notice: Notice, span: Span, codes: Iterable[IssuedCode], now: datetime) -> bool:
    """Does it tell what holds now? What ran out as told, was given back, or is another fob is no news."""
    before, after = _but_other_fobs(set(notice.codes.all()), set(codes))
    gone = [
        code
        for code in before - after
        if code.ends_at > now and code.grant.ends_at > now and code.grant.state != GrantState.ENDED
    ]
    moved = any(_moved(grant, notice.windows.get(str(grant.pk)), now) for grant in span.granted)
    return notice.key.startswith(f"{_about(span)}:") and after <= before and not gone and not moved


def _but_other_fobs(
    before: set[IssuedCode], after: set[IssuedCode]
) -> tuple[set[IssuedCode], set[IssuedCode]]:
    """Without what differs in the fob alone: which one it is, no letter tells."""
    same = _by_fob(before) & _by_fob(after)

    def told(codes: set[IssuedCode]) -> set[IssuedCode]:
        return {code for code in codes if code.method != Method.FOB or code.grant_id not in same}

    return told(before), told(after)


def _by_fob(codes: Iterable[IssuedCode]) -> set[int]:
    return {code.grant_id for code in codes if code.method == Method.FOB}


def _windows(span: Span) -> dict[str, list[str]]:
    return {str(grant.pk): [grant.starts_at.isoformat(), grant.ends_at.isoformat()] for grant in span.granted}


def _moved(grant: AccessGrant, told: list[str] | None, now: datetime) -> bool:
    """Does the door open, or shut, at another time than was told? When it opened does not matter any more."""
    if told is None:
        return False
    first, last = map(datetime.fromisoformat, told)
    return grant.ends_at != last or max(grant.starts_at, now) != max(first, now)


def _about(span: Span) -> str:
    """Who, where and when, in short."""
    said = [span.room.pk if span.room else 0, span.starts_at.isoformat(), span.ends_at.isoformat()]
    return f"{_party(span)}:{_short(said)}"


def _short(said: Sequence[object]) -> str:
    return hashlib.sha256(repr(said).encode()).hexdigest()[:16]


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
        active = [code for code in grant.codes.all() if _tells(code, grant)]
        mine = (code for code in grant.codes.all() if code.method == grant.method)
        if not active or any(_awaited(code, active, now) for code in mine):
            return []
        ready += active
    return ready


def _tells(code: IssuedCode, grant: AccessGrant) -> bool:
    """Is it a way in that the guest can use? A phone key beside the PIN in its place is on its way out."""
    if code.method == Method.FOB == grant.method:
        return code.state in AT_THE_DESK
    told = code.state == CodeState.ACTIVE and code.method == grant.method
    return told and (bool(code.secret) or code.method not in WITH_SECRET)


def _awaited(code: IssuedCode, active: list[IssuedCode], now: datetime) -> bool:
    """Is it to be there by now and is not?"""
    if code.state in COMING:
        return code.due_at <= now and code.method != Method.FOB
    lacking = code.state == CodeState.FAILED and code.issued_at is None
    return lacking and not any(a.starts_at <= code.starts_at and a.ends_at >= code.ends_at for a in active)


# ------------------------------------------------------------------------------------------- withdrawals


def _withdrawals(standing: list[Span], told: dict[Anchor, list[Notice]], now: datetime) -> Iterator[Telling]:
    """What was told and is true no more, with nothing in its place."""
    stays = frozenset[Anchor]().union(*(span.anchors for span in standing))
    bookings = {span.booking.pk for span in standing if span.booking}
    lapsed = {
        notices[-1].pk: notices[-1] for anchor, notices in told.items() if not anchors_of(notices[-1]) & stays
    }
    for notice in lapsed.values():
        if notice.kind == NoticeKind.WITHDRAWN or _running(notice, now) or notice.grant is None:
            continue
        span = told_span(notice.grant)
        if span.ends_at <= now:
            continue
        others = bool(span.booking and span.booking.pk in bookings)
        key = f"{_party(span)}:withdrawn:{notice.pk}"
        yield Telling(NoticeKind.WITHDRAWN, key, span, (), notice, others)


def _running(notice: Notice, now: datetime) -> bool:
    return bool(notice.state == NoticeState.SENDING and notice.lease_until and notice.lease_until > now)
