"""Which PINs a window needs: those that a guest has already where they do, else the cheapest new ones."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from backoffice.flow.plan.doors import Trouble
from backoffice.flow.plan.outcome import Fit, NewCode
from backoffice.flow.plan.values import HeldCode, State
from backoffice.flow.plan.wishes import Wish
from backoffice.flow.window import Asked, Cover, Grid, Piece, Refusal, cover, measure, piece
from integrations.types import Method

OUT_THERE = {State.ISSUING, State.ACTIVE}
UNISSUED = {State.PLANNED, State.HELD, State.FAILED}


@dataclass(frozen=True, slots=True)
class Wanted:
    """The codes that a wish wants: of those there are, how they fit; and new ones."""

    fits: tuple[Fit, ...] = ()
    new: tuple[NewCode, ...] = ()

    @property
    def ids(self) -> set[int]:
        """The codes there are and that stay."""
        return {fit.code_id for fit in self.fits}


@dataclass(frozen=True, slots=True)
class Asking:
    """One wish for PINs: the lock, the time, what the guest has, what others know, the re-issue asked for."""

    wish: Wish
    grid: Grid
    now: datetime
    codes: tuple[HeldCode, ...]
    avoid: frozenset[Asked] = frozenset()
    generation: int = 0

    @property
    def current(self) -> list[HeldCode]:
        """The guest's PINs that no re-issue has put out of use."""
        return [c for c in self.codes if _is_open(c, self.now) and c.generation >= self.generation]

    @property
    def replaced(self) -> set[Asked]:
        """What a re-issue is to replace, so it must not come out again."""
        told = OUT_THERE | {State.LINGERING, State.EXPIRED}
        old = (c for c in self.codes if c.generation < self.generation and c.state in told)
        return {code.asked for code in old if code.asked}


def _is_open(code: HeldCode, now: datetime) -> bool:
    usable = code.state in OUT_THERE | UNISSUED | {State.LINGERING}
    return usable and code.method == Method.NETCODE and code.asked is not None and code.ends_at > now


def choose(asking: Asking) -> Wanted:
    """The PINs for a window; Trouble when the lock's grid has none within the limits.

    What is at the guest already and opens during all that is left of the window stays, as no call is the
    cheapest one; somebody who is inside keeps it whatever lies around the window.
    """
    best = _best(asking)
    issued = [code for code in asking.current if code.state in OUT_THERE]
    lingering = [code for code in asking.current if code.state == State.LINGERING]
    for having in (issued, issued + lingering):
        chosen = _the_best_of(best, having, asking.now) or _good_enough(asking, having)
        if chosen:
            return Wanted(tuple(_fit(asking, code) for code in chosen))
    if isinstance(best, Refusal):
        raise Trouble(f"{best.reason}: let staff open, or allow more minutes on the door, room or venue")
    return _new_and_old(asking, best)


def _best(asking: Asking) -> Cover | Refusal:
    """The cheapest PINs that nobody else knows; where there are none, those that somebody knows too."""
    wish = asking.wish
    limits, own = wish.policy.limits, asking.replaced
    alone = cover(wish.starts_at, wish.ends_at, asking.grid, limits, asking.avoid | own)
    if isinstance(alone, Cover) or not asking.avoid:
        return alone
    return cover(wish.starts_at, wish.ends_at, asking.grid, limits, own)


def _the_best_of(best: Cover | Refusal, having: Iterable[HeldCode], now: datetime) -> list[HeldCode]:
    """The codes there are, where they are just the best ones; else none."""
    if isinstance(best, Refusal):
        return []
    by_asked = {code.asked: code for code in having}
    left = [each for each in best.pieces if each.ends_at > now]
    chosen = [by_asked[each.asked] for each in left if each.asked in by_asked]
    return chosen if len(chosen) == len(left) else []


def _good_enough(asking: Asking, having: list[HeldCode]) -> list[HeldCode]:
    """The codes there are, if they open in all that is left of the window and not too long around it."""
    wish, limits = asking.wish, asking.wish.policy.limits
    codes = [(code.start_local, code.duration) for code in having if code.start_local and code.duration]
    if not codes:
        return []
    found = measure(wish.starts_at, wish.ends_at, asking.grid.clock, codes, since=asking.now)
    inside = wish.starts_at <= asking.now
    within = found.early_minutes <= limits.early and found.late_minutes <= limits.late
    return having if found.covers and (inside or within) else []


def _new_and_old(asking: Asking, best: Cover) -> Wanted:
    """The best PINs, of which some may be there in some state."""
    known = {code.asked: code for code in asking.current}
    left = [each for each in best.pieces if each.ends_at > asking.now]
    fits = [_fit(asking, known[each.asked]) for each in left if each.asked in known]
    new = [_new(asking, each) for each in left if each.asked not in known]
    return Wanted(tuple(fits), tuple(new))


def _fit(asking: Asking, code: HeldCode) -> Fit:
    """How a PIN that stays fits the window; when it opens is computed anew, as a clock may be put right."""
    assert code.start_local is not None  # noqa: S101 only such codes are chosen
    assert code.duration is not None  # noqa: S101
    wish = asking.wish
    due = wish.starts_at - wish.policy.issue_ahead if code.state in UNISSUED else code.due_at
    found = piece(wish.starts_at, wish.ends_at, asking.grid.clock, (code.start_local, code.duration))
    if found is None:
        return Fit(code.id, code.starts_at, code.ends_at, due, code.early_minutes, code.late_minutes)
    return Fit(code.id, found.starts_at, found.ends_at, due, found.early_minutes, found.late_minutes)


def _new(asking: Asking, each: Piece) -> NewCode:
    wish = asking.wish
    return NewCode(
        method=Method.NETCODE,
        starts_at=each.starts_at,
        ends_at=each.ends_at,
        due_at=wish.starts_at - wish.policy.issue_ahead,
        early_minutes=each.early_minutes,
        late_minutes=each.late_minutes,
        start_local=each.start_local,
        duration=each.duration,
        generation=latest(asking.codes, asking.generation),
    )


def latest(codes: Collection[HeldCode], generation: int) -> int:
    """The re-issue that a new code belongs to: once asked for, it holds for all that follow."""
    return max([generation, *(code.generation for code in codes)])
