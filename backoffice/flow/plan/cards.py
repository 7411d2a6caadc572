"""Which row makes a card open a door: one per decision, with the window as it is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from backoffice.flow.plan.netcodes import UNISSUED, Wanted, latest
from backoffice.flow.plan.outcome import Fit, NewCode
from backoffice.flow.plan.values import HeldCode, HeldGrant, Place, State
from backoffice.flow.plan.wishes import Wish
from integrations.types import Method

USABLE = {State.PLANNED, State.ISSUING, State.ACTIVE, State.HELD, State.FAILED}


def holder_key(place: Place, account_id: int) -> str:
    """The cardholder of one occurrence (or person) at one account, under which it is found again there."""
    occurrence, person, _ = place
    return f"LK-{f'P{person}' if person else occurrence}-{account_id}"


def numbers(held: Iterable[HeldGrant]) -> dict[tuple[str, int], str]:
    """(holder, re-issue) -> the card number that he has already."""
    return {
        (code.holder_key, code.generation): code.card_number
        for grant in held
        for code in sorted(grant.codes, key=lambda code: code.id)
        if code.holder_key and code.card_number
    }


@dataclass(frozen=True, slots=True)
class Carding:
    """One wish for a card: the holder, the level, what rows he has, the re-issue asked for."""

    wish: Wish
    holder: str
    level_ref: str
    now: datetime
    codes: tuple[HeldCode, ...]
    generation: int = 0
    newest: int = 0  # the last re-issue that any of his doors has a row of
    method: Method = Method.CARD
    lent_from: datetime | None = None  # of a fob: when it is free to be lent

    @property
    def due_at(self) -> datetime:
        """When it is to be issued: as policy says, a fob when it is free."""
        return self.lent_from or self.wish.starts_at - self.wish.policy.issue_ahead

    @property
    def current(self) -> list[HeldCode]:
        """The rows of this holder and level that no re-issue has put out of use."""
        return [code for code in self.codes if self._is_mine(code) and code.generation >= self.generation]

    def _is_mine(self, code: HeldCode) -> bool:
        card = (code.method, code.holder_key, code.level_ref)
        usable = code.state in USABLE and code.ends_at > self.now
        return usable and card == (self.method, self.holder, self.level_ref)


def choose(carding: Carding, known_numbers: dict[tuple[str, int], str]) -> Wanted:
    """The row for a window: the one that has it, the one of somebody who is inside, or a new one."""
    wish = carding.wish
    same = [
        code for code in carding.current if (code.starts_at, code.ends_at) == (wish.starts_at, wish.ends_at)
    ]
    if same:
        return Wanted((_fit(carding, min(same, key=lambda code: code.id)),))
    inside = wish.starts_at <= carding.now
    open_still = [c for c in carding.current if c.state == State.ACTIVE and c.ends_at >= wish.ends_at]
    if inside and (working := [code for code in open_still if code.starts_at <= carding.now]):
        return Wanted((_fit(carding, min(working, key=lambda code: code.id)),))
    generation = max(latest(carding.codes, carding.generation), carding.newest)
    return Wanted(new=(_new(carding, generation, known_numbers.get((carding.holder, generation), "")),))


def _fit(carding: Carding, code: HeldCode) -> Fit:
    wish = carding.wish
    before = max(0, (wish.starts_at - code.starts_at).total_seconds() // 60)
    after = max(0, (code.ends_at - wish.ends_at).total_seconds() // 60)
    due = carding.due_at if code.state in UNISSUED else code.due_at
    return Fit(code.id, code.starts_at, code.ends_at, due, int(before), int(after))


def _new(carding: Carding, generation: int, number: str) -> NewCode:
    wish = carding.wish
    return NewCode(
        method=carding.method,
        starts_at=wish.starts_at,
        ends_at=wish.ends_at,
        due_at=carding.due_at,
        holder_key=carding.holder,
        card_number=number,
        level_ref=carding.level_ref,
        generation=generation,
    )
