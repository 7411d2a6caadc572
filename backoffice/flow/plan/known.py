"""Which guests know which codes of a lock: a code known to one guest does not become another's."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from backoffice.flow.plan.outcome import Decision
from backoffice.flow.plan.values import Guest, HeldCode, HeldGrant, State
from backoffice.flow.plan.wishes import Wish
from backoffice.flow.plan.words import period
from backoffice.flow.window import MARGIN, Asked

NEAR = timedelta(days=MARGIN + 1)  # no code for a window begins further from it, on whatever clock
TOLD = {State.ISSUING, State.ACTIVE, State.LINGERING}  # from here on somebody may know it
SHARED = "The code for this time is also known to {who}: no other one fits."
OPEN = "A code of {who} still opens here {when}; the lock cannot forget it."


@dataclass(slots=True)
class Knowledge:
    """Door and day of a code's start -> code -> the guests who know it or, in the plan being made, will."""

    guests: dict[tuple[int, date], dict[Asked, set[Guest]]] = field(default_factory=lambda: defaultdict(dict))

    def learn(self, door_id: int, asked: Asked | None, guest: Guest) -> None:
        """A guest knows a code from now on."""
        if asked is not None:
            self.guests[door_id, asked[0].date()].setdefault(asked, set()).add(guest)

    def of_others(self, door_id: int, guest: Guest, starts_at: datetime, ends_at: datetime) -> set[Asked]:
        """The codes of a lock that somebody else knows and that could be of use for a window."""
        near = (self.guests.get((door_id, day), {}) for day in _days(starts_at - NEAR, ends_at + NEAR))
        return {asked for codes in near for asked, known in codes.items() if known - {guest}}


def told(held: Iterable[HeldGrant], now: datetime) -> Knowledge:
    """What guests know already of codes that are not over."""
    knowledge = Knowledge()
    for grant in held:
        for code in grant.codes:
            if code.state in TOLD and code.ends_at > now:
                knowledge.learn(grant.door_id, code.asked, grant.guest)
    return knowledge


# ------------------------------------------------------------------------------- what staff are to be told


@dataclass(frozen=True, slots=True)
class Case:
    """One decision, whose it is, and the codes that it is about."""

    decision: Decision
    guest: Guest
    label: str
    codes: tuple[HeldCode, ...] = ()
    wish: Wish | None = None  # None: nobody wants it any more


@dataclass(frozen=True, slots=True)
class Opening:
    """A PIN that opens a door, now or later, once the plan has been carried out."""

    guest: Guest
    label: str
    asked: Asked
    occurrence_id: int | None
    lingers: bool
    starts_at: datetime
    ends_at: datetime


Board = dict[tuple[int, date], list[Opening]]  # door and day in UTC


def openings(cases: Iterable[Case], now: datetime) -> Board:
    """All PINs that will open a door, under every day on which they do."""
    board: Board = defaultdict(list)
    for case in cases:
        for one in _of_case(case, now):
            for day in _days(one.starts_at, one.ends_at):
                board[case.decision.place[2], day].append(one)
    return board


def _days(starts_at: datetime, ends_at: datetime) -> Iterator[date]:
    first, last = starts_at.astimezone(UTC).date(), ends_at.astimezone(UTC).date()
    for n in range((last - first).days + 1):
        yield first + timedelta(days=n)


def _of_case(case: Case, now: datetime) -> Iterator[Opening]:
    moved = {move.code_id: move.to for move in case.decision.codes.moves}
    occurrence = case.decision.place[0]
    for code in case.codes:
        state = moved.get(code.id, code.state)
        if code.asked and code.ends_at > now and state in {*TOLD, State.PLANNED, State.HELD}:
            lingers, span = state == State.LINGERING, (code.starts_at, code.ends_at)
            yield Opening(case.guest, case.label, code.asked, occurrence, lingers, *span)
    for new in case.decision.codes.new:
        if new.asked:
            span = (new.starts_at, new.ends_at)
            yield Opening(case.guest, case.label, new.asked, occurrence, False, *span)  # noqa: FBT003


def conflicts(case: Case, wish: Wish, board: Board, concerns: Callable[[Opening], bool]) -> list[str]:
    """In words: whose lingering code opens in the window decided on, and who knows this guest's code too.

    `concerns` tells whether a lingering code on this door is this guest's trouble.
    """
    begin, end = case.decision.starts_at, case.decision.ends_at
    on_the_door = [one for day in _days(begin, end) for one in board.get((wish.door.id, day), ())]
    mine = {one.asked for one in on_the_door if one.guest == wish.guest and not one.lingers}
    others = [one for one in on_the_door if one.guest != wish.guest]
    shared = sorted({one.label for one in others if one.asked in mine})
    lingering = sorted(
        (one.starts_at, one.ends_at, one.label)
        for one in others
        if one.lingers and one.starts_at < end and one.ends_at > begin and concerns(one)
    )
    told = [OPEN.format(who=who, when=period(a, b, wish.door.zone)) for a, b, who in dict.fromkeys(lingering)]
    return ([SHARED.format(who=", ".join(shared))] if shared else []) + told
