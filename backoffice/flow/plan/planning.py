"""The whole plan: every wish in order of time, what nobody wishes any more, what staff must know."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial

from backoffice.flow.plan import cards, fobs, phones
from backoffice.flow.plan.decide import Context, closed, decide, extend, is_back, of_kind
from backoffice.flow.plan.known import Case, Opening, conflicts, openings, told
from backoffice.flow.plan.outcome import Decision
from backoffice.flow.plan.said import Words
from backoffice.flow.plan.values import Decided, HeldGrant, Place, Said, Standing, Stay, Word, World
from backoffice.flow.plan.wishes import Wish, wholes, wishes_of
from backoffice.flow.plan.words import sentences
from integrations.types import Method

HOLDERS: Mapping[str, Callable[[Place, int], str]] = {
    Method.CARD: cards.holder_key,
    Method.FOB: fobs.holder_key,
}
TO_TELL = {Decided.GRANTED, Decided.HELD, Decided.BLOCKED}


def plan(world: World) -> tuple[Decision, ...]:
    """What to decide for every guest and door, and what to do with the codes there are, and which to issue.

    The same world gives the same plan; once it is carried out, the next one changes nothing.
    """
    held = {grant.place: grant for grant in world.held}
    wishes = sorted(wishes_of(world), key=lambda wish: wish.order)
    context = _context(world, wishes, held)
    cases = [case for wish in wishes if (case := _wished(wish, held.get(wish.place), context))]
    wished, stays = {wish.place for wish in wishes}, {stay.id: stay for stay in world.stays}
    cases += [
        _unwished(grant, stays.get(grant.occurrence_id or 0), world)
        for place, grant in held.items()
        if place not in wished
    ]
    return tuple(_tell(cases, world))


def _context(world: World, wishes: Iterable[Wish], held: dict[Place, HeldGrant]) -> Context:
    context = Context(
        world.now, Words(world.words, world.now), told(world.held, world.now), cards.numbers(world.held)
    )
    for grant in world.held:
        for code in grant.codes:
            newest = context.newest.get(code.holder_key, 0)
            context.newest[code.holder_key] = max(newest, code.generation)
    for wish in wishes:
        said = context.about(wish, held.get(wish.place))
        _by_their_method(wish, said)
        again = of_kind(said, Said.REISSUE)
        if again and again.fob_ref:
            wish.fob_ref, wish.fob_since = again.fob_ref, again.starts_at
        if again and wish.door.method in HOLDERS:  # one card or fob for all doors of the account
            holder = HOLDERS[wish.door.method](wish.place, wish.door.account_id)
            context.reissued[holder] = max(again.id, context.reissued.get(holder, 0))
            context.asked_at[holder] = max(again.starts_at, context.asked_at.get(holder, again.starts_at))
    context.back, context.phones = world.back, frozenset(phones.holders(world.held))
    context.suspended = frozenset(phones.suspended(world.held))
    context.lots = fobs.lots(_demands(wishes, held, context), world.fobs, world.now)
    return context


def _by_their_method(wish: Wish, said: Iterable[Word]) -> None:
    """What staff said of the method holds for the doors whose vendor has it."""
    word = of_kind(said, Said.METHOD)
    if word and word.method in wish.door.offered:
        wish.door = replace(wish.door, method=word.method)


def _demands(wishes: Iterable[Wish], held: dict[Place, HeldGrant], context: Context) -> Iterator[fobs.Demand]:
    """Who needs a fob: a guest who is to get in by one, or who keeps what he was granted."""
    by_fob = (replace(wish, trims=[]) for wish in wishes if wish.door.method == Method.FOB)
    for wish in by_fob:
        grant = held.get(wish.place)
        said = context.about(wish, grant)
        if not wish.keep:
            extend(wish, said)
        kept = not wish.keep or (grant is not None and grant.state == Decided.GRANTED)
        over = wish.ends_at <= context.now or is_back(wish, context)
        if kept and not over and not of_kind(said, Said.DENY):
            yield _demand(wish, context)


def _demand(wish: Wish, context: Context) -> fobs.Demand:
    holder = fobs.holder_key(wish.place, wish.door.account_id)
    return fobs.Demand(
        holder,
        wish.door.account_id,
        wish.starts_at,
        wish.ends_at,
        wish.door.pool,
        max(min(wish.policy.issue_ahead, fobs.AHEAD), wish.starts_at - (wish.fob_since or wish.starts_at)),
        wish.door.zone,
        context.reissued.get(holder, 0),
        wish.fob_ref,
    )


def _wished(wish: Wish, grant: HeldGrant | None, context: Context) -> Case | None:
    decision = decide(wish, grant, context)
    if decision is None:
        return None
    return Case(decision, wish.guest, wish.label, grant.codes if grant else (), wish)


# ------------------------------------------------------------------------------ what nobody wishes any more


def _unwished(grant: HeldGrant, stay: Stay | None, world: World) -> Case:
    over = grant.ends_at <= world.now
    state = Decided.ENDED if over else Decided.WITHDRAWN
    why = "This access is over." if over else _why_not(grant, stay, world)
    decision = closed(grant, state, why, world.now)
    return Case(decision, grant.guest, grant.label, grant.codes)


def _why_not(grant: HeldGrant, stay: Stay | None, world: World) -> str:
    """In words: cancelled, moved to another room, part of a longer stay, taken back by staff."""
    if grant.person_id is not None:
        return "Taken back by staff, or over."
    if stay is None or stay.standing == Standing.OUT:
        return f"The booking {stay.why if stay else 'is not known any more'}."
    room = world.rooms.get(stay.room_id or 0)
    if room is None:
        return "What was booked belongs to no room: link the resource to one."
    if grant.door_id not in {step.door_id for step in room.steps}:
        return f"The booking is for {room.name} now, and this door is not on the way there."
    return f"The booking goes on from a time before in {room.name}: one access for both."


# --------------------------------------------------------------------------------------- what staff must know


def _tell(cases: Iterable[Case], world: World) -> Iterator[Decision]:
    """The decisions, with the conflicts that show only when all of them are known."""
    cases = list(cases)
    board, kin = openings(cases, world.now), _Kin(world)
    for case in cases:
        decision = case.decision
        if case.wish is None or decision.state not in TO_TELL:
            yield decision
            continue
        found = conflicts(case, case.wish, board, partial(kin.concerns, decision.place))
        yield replace(decision, conflict=sentences(*found))


class _Kin:
    """Rooms that occupy each other, and the doors that only they have."""

    def __init__(self, world: World) -> None:
        self._family = {room.id: wholes(room, world.rooms)[-1] for room in world.rooms.values()}
        self._room = {stay.id: stay.room_id for stay in world.stays}
        self._at_door: dict[int, set[int]] = defaultdict(set)
        for room in world.rooms.values():
            for step in room.steps:
                self._at_door[step.door_id].add(self._family[room.id])

    def concerns(self, place: Place, opening: Opening) -> bool:
        """Is a lingering code this guest's trouble? At a door of many rooms only one of his own room."""
        occurrence, _, door = place
        return len(self._at_door[door]) < 2 or self._of(opening.occurrence_id) == self._of(occurrence)

    def _of(self, occurrence: int | None) -> int | None:
        return self._family.get(self._room.get(occurrence or 0) or 0)
