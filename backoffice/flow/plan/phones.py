"""Which phone key a window needs; or, in words, why a PIN is given in its place.

A key's hours come back every week and have no dates, so it may exist for six days before its end at most.
The guest must take it in the app: who has not by the deadline gets a PIN, and so does who never can.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from backoffice.flow.plan.doors import Trouble
from backoffice.flow.plan.netcodes import UNISSUED, Asking, Wanted, latest
from backoffice.flow.plan.outcome import Fit, NewCode, Way
from backoffice.flow.plan.values import HeldCode, HeldGrant, State
from backoffice.flow.plan.wishes import Wish
from backoffice.flow.plan.words import moment, sentences
from backoffice.flow.window import Shown, shown
from integrations.errors import Refused
from integrations.types import Method, Period, weekly_periods

LONGEST_AHEAD = timedelta(days=6)
GRACE = timedelta(minutes=15)  # so long after the deadline the last look at the vendor is waited for
USABLE = {State.PLANNED, State.ISSUING, State.ACTIVE, State.HELD, State.FAILED}
INVITED = {State.ACTIVE, State.REVOKING, State.REVOKED}
Holder = tuple[int, str]  # a door and an address: one client at the vendor, however many bookings

NO_ADDRESS = "the booking names no e-mail address to invite"
TOO_LONG = "a phone key comes back every week, so it cannot be given for so long a time"
TOO_LATE = "there is no time left to accept an invitation"
HAS_PIN = "the guest has been given a PIN already"
NOT_ACCEPTED = "the invitation was not accepted by {when}"
REFUSED = "the vendor refused the key"


@dataclass(frozen=True, slots=True)
class Phoning:
    """One wish for a phone key: what is asked of the lock, and whether the guest holds a key of it."""

    asking: Asking
    holds: bool = False  # with this address, at this lock, accepted
    chosen: bool = False  # staff want a phone key just here, whatever the guest has

    @property
    def wish(self) -> Wish:
        """Who is to get in, where and when."""
        return self.asking.wish

    @property
    def now(self) -> datetime:
        """The time of the plan."""
        return self.asking.now

    @property
    def current(self) -> list[HeldCode]:
        """The guest's phone keys that no re-issue has put out of use and that are not somebody else's."""
        return [
            c for c in self.asking.codes if self._is_mine(c) and c.state in USABLE and c.ends_at > self.now
        ]

    def _is_mine(self, code: HeldCode) -> bool:
        mine = code.state in UNISSUED or code.address == self.wish.address
        return mine and code.method == Method.PHONE and code.generation >= self.asking.generation

    @property
    def invited(self) -> HeldCode | None:
        """A key that was offered for this time and not taken, as far as is known."""
        offered = (c for c in self.asking.codes if self._is_mine(c) and c.state in INVITED and not c.accepted)
        return next((code for code in offered if code.ends_at > self.now and code.looked_at), None)


def holders(held: Iterable[HeldGrant]) -> set[Holder]:
    """Who has accepted a key of which door and holds it now."""
    return {
        (grant.door_id, code.address)
        for grant in held
        for code in grant.codes
        if code.method == Method.PHONE and code.state == State.ACTIVE and code.accepted
    }


def suspended(held: Iterable[HeldGrant]) -> set[Holder]:
    """Whose key of which door is at the vendor and suspended by staff: it is one for all of his bookings."""
    return {
        (grant.door_id, code.address)
        for grant in held
        for code in grant.codes
        if code.suspended and code.state in {State.ACTIVE, State.REVOKING}
    }


def or_pins(phoning: Phoning, way: Way, pins: Callable[[], Wanted]) -> tuple[Wanted, Way]:
    """The phone key; or PINs and why, and until they are there what the guest has of the key."""
    span = shown(phoning.wish.starts_at, phoning.wish.ends_at, phoning.asking.grid.clock)
    periods = _periods(span)
    mine = _exact(phoning, span, periods)
    instead = _instead(phoning, periods, mine)
    if not instead:
        return _key(phoning, span, periods, mine), way
    try:
        given = pins()
    except Trouble as trouble:
        raise Trouble(f"no phone key: {instead}; and no PIN: {trouble}") from trouble
    fits = tuple(_as_it_is(code) for code in _beside_a_pin(phoning, given, mine))
    note = f"A PIN is given instead of a phone key: {instead}."
    return Wanted(given.fits + fits, given.new), replace(way, method=Method.NETCODE, note=note)


def _key(phoning: Phoning, span: Shown, periods: tuple[Period, ...], mine: HeldCode | None) -> Wanted:
    """The key for these hours; until it is there also that of somebody who is inside with another one."""
    inside = [] if mine and mine.state == State.ACTIVE else list(_open_now(phoning))
    stay = tuple(_as_it_is(code) for code in inside if code is not mine)
    if mine is None:
        return Wanted(stay, (_new(phoning, span, periods),))
    return Wanted((_fit(phoning, mine, span), *stay))


def _beside_a_pin(phoning: Phoning, given: Wanted, mine: HeldCode | None) -> Iterator[HeldCode]:
    """A refusal is remembered, an invitation stands until the PIN is there, who is inside stays inside."""
    states = {code.state for code in phoning.asking.codes if code.id in given.ids}
    waiting = bool(given.new) or states != {State.ACTIVE}
    open_now = {code.id for code in _open_now(phoning)}
    for code in phoning.current:
        invitation = waiting and code is mine and code.state == State.ACTIVE
        if code.state == State.FAILED or invitation or code.id in open_now:
            yield code


# ------------------------------------------------------------------------------------------ why not


def _instead(phoning: Phoning, periods: tuple[Period, ...], mine: HeldCode | None) -> str:
    """Why a PIN is given; "" where the phone key is the way in."""
    if never := _never(phoning, periods):
        return never
    if _late(phoning, mine):
        return _not_accepted(phoning) or TOO_LATE
    return HAS_PIN if any(_pins(phoning)) and not phoning.chosen else ""


def _never(phoning: Phoning, periods: tuple[Period, ...]) -> str:
    """Why this guest can have no phone key for this time at all."""
    wish = phoning.wish
    if not wish.address:
        return NO_ADDRESS
    if not periods or _due(wish) > wish.starts_at - wish.door.phone_deadline:
        return TOO_LONG
    failed = next((code for code in phoning.current if code.state == State.FAILED), None)
    return (failed.error.rstrip(". ") or REFUSED) if failed else ""


def _not_accepted(phoning: Phoning) -> str:
    invited = phoning.invited
    if invited is None:
        return ""
    when = moment(_deadline(phoning, invited), phoning.wish.door.zone)
    more = invited.error.rstrip(". ")
    return sentences(NOT_ACCEPTED.format(when=when), f"({more})" if more else "")


def _late(phoning: Phoning, mine: HeldCode | None) -> bool:
    """Is it too late to wait for the guest? An invitation is looked at once more before it is given up."""
    deadline = _deadline(phoning, mine)
    if phoning.now < deadline or (mine and mine.state == State.ACTIVE and mine.accepted):
        return False
    if mine and mine.state == State.ACTIVE:
        looked = mine.looked_at is not None and mine.looked_at >= deadline
        return looked or phoning.now >= deadline + GRACE
    return not phoning.holds or (mine is not None and mine.attempts > 0)


def _deadline(phoning: Phoning, code: HeldCode | None) -> datetime:
    return (code or phoning.wish).starts_at - phoning.wish.door.phone_deadline


def _pins(phoning: Phoning) -> Iterator[HeldCode]:
    """PINs that the guest may know and that count still."""
    for code in phoning.asking.codes:
        known = code.method == Method.NETCODE and code.state in {State.ISSUING, State.ACTIVE}
        if known and code.ends_at > phoning.now and code.generation >= phoning.asking.generation:
            yield code


# ------------------------------------------------------------------------------------------ which


def _periods(span: Shown) -> tuple[Period, ...]:
    try:
        return weekly_periods(span.start_local, span.end_local)
    except Refused:
        return ()


def _exact(phoning: Phoning, span: Shown, periods: tuple[Period, ...]) -> HeldCode | None:
    """The key that there is for just these hours."""
    times = (span.starts_at, span.ends_at, periods)
    same = [c for c in phoning.current if (c.starts_at, c.ends_at, c.periods) == times]
    return min(same, key=lambda code: (code.state == State.FAILED, code.id), default=None)


def _open_now(phoning: Phoning) -> Iterator[HeldCode]:
    """With which keys somebody may be inside: he is not locked out by a change of mind."""
    if phoning.wish.starts_at <= phoning.now:
        yield from (c for c in phoning.current if c.state == State.ACTIVE and c.starts_at <= phoning.now)


def _due(wish: Wish) -> datetime:
    return max(wish.starts_at - wish.policy.issue_ahead, wish.ends_at - LONGEST_AHEAD)


def _fit(phoning: Phoning, code: HeldCode, span: Shown) -> Fit:
    due = _due(phoning.wish) if code.state in UNISSUED else code.due_at
    return Fit(code.id, span.starts_at, span.ends_at, due, span.early_minutes, span.late_minutes)


def _as_it_is(code: HeldCode) -> Fit:
    return Fit(code.id, code.starts_at, code.ends_at, code.due_at, code.early_minutes, code.late_minutes)


def _new(phoning: Phoning, span: Shown, periods: tuple[Period, ...]) -> NewCode:
    return NewCode(
        method=Method.PHONE,
        starts_at=span.starts_at,
        ends_at=span.ends_at,
        due_at=_due(phoning.wish),
        early_minutes=span.early_minutes,
        late_minutes=span.late_minutes,
        start_local=span.start_local,
        generation=latest(phoning.asking.codes, phoning.asking.generation),
        periods=periods,
    )
