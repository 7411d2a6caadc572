"""One decision: from a wish, what staff said of it and what there is, to a state, a reason and codes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from backoffice.flow.plan import cards, fobs, netcodes, phones
from backoffice.flow.plan.doors import Trouble, way_in
from backoffice.flow.plan.known import Knowledge
from backoffice.flow.plan.netcodes import Wanted
from backoffice.flow.plan.outcome import Codes, Decision, Fit, Way
from backoffice.flow.plan.said import Words
from backoffice.flow.plan.settle import end, settle
from backoffice.flow.plan.trims import trim
from backoffice.flow.plan.values import Back, Decided, HeldCode, HeldGrant, Said, State, Word
from backoffice.flow.plan.wishes import Wish
from backoffice.flow.plan.words import sentences
from integrations.types import Method

OVER = {Decided.WITHDRAWN, Decided.ENDED}
SUSPENDED = "Staff have suspended the guest's phone key: nothing is issued until they restore it."
NOT_KNOWN = "its source calls it by a state that is not known here"


@dataclass(slots=True)
class Context:
    """What decisions share: the time, staff's words, who knows which code, who has which card number."""

    now: datetime
    words: Words
    knowledge: Knowledge
    numbers: dict[tuple[str, int], str] = field(default_factory=dict)
    reissued: dict[str, int] = field(default_factory=dict)  # holder -> re-issue asked for
    asked_at: dict[str, datetime] = field(default_factory=dict)  # holder -> when that was asked for
    newest: dict[str, int] = field(default_factory=dict)  # holder -> the last re-issue that he has codes of
    lots: Mapping[str, fobs.Lot] = field(default_factory=dict)  # holder -> the fob that he can count on
    back: Mapping[str, Back] = field(default_factory=dict)  # holder -> when staff took his fob back
    suspended: frozenset[phones.Holder] = frozenset()  # whose phone key of which door staff have suspended
    phones: frozenset[phones.Holder] = frozenset()  # who has accepted a phone key of which door

    def about(self, wish: Wish, grant: HeldGrant | None) -> list[Word]:
        """What staff said that is in force for this wish, the newest first."""
        return self.words.about(wish, grant)


def of_kind(words: Iterable[Word], kind: Said) -> Word | None:
    """The first word of a kind."""
    return next((word for word in words if word.kind == kind), None)


def extend(wish: Wish, words: Sequence[Word]) -> None:
    """Give a wish the minutes that staff added to it, and the bounds that they set."""
    for word in words:
        if word.kind == Said.EXTEND:
            wish.starts_at -= timedelta(minutes=word.minutes_before)
            wish.ends_at += timedelta(minutes=word.minutes_after)
            wish.why = sentences(wish.why + ";", f"extended by staff: {word.reason}")
    trim(wish, words)


# ------------------------------------------------------------------------------------------- what is wanted


def decide(wish: Wish, grant: HeldGrant | None, context: Context) -> Decision | None:
    """The decision for a wish; None where there is nothing to decide and no row."""
    words = context.about(wish, grant)
    if wish.keep:
        return _keep(wish, grant, words, context)
    extend(wish, words)
    if wish.ends_at <= context.now:
        return _ended(wish, grant, context.now)
    if word := of_kind(words, Said.DENY):
        return _denied(wish, grant, word, context.now)
    if grant and wish.door.method == Method.FOB and is_back(wish, context):
        return closed(grant, Decided.ENDED, "The fob was given back: this access is over.", context.now)
    return _opened(wish, grant, words, context)


def is_back(wish: Wish, context: Context) -> bool:
    """Has the guest come and given his fob back, and did staff not ask for another since, at any door?"""
    holder = fobs.holder_key(wish.place, wish.door.account_id)
    back, asked_at = context.back.get(holder), context.asked_at.get(holder)
    if back is None or wish.starts_at >= back.until:
        return False
    return asked_at is None or asked_at < back.at


def _opened(wish: Wish, grant: HeldGrant | None, words: Sequence[Word], context: Context) -> Decision:
    try:
        way = way_in(wish.door)
        wanted, way = _choose(wish, way, grant, words, context)
    except Trouble as trouble:
        return _blocked(wish, grant, str(trouble), context.now)
    if reason := _hold(wish, grant, words, context):
        return _held(wish, grant, way, wanted, reason, context.now)
    codes = settle(_codes(grant), wanted, context.now, f"replaced: {wish.why}")
    return _decision(wish, grant, Decided.GRANTED, sentences(_granted(wish), way.note), codes, way.method)


def _hold(wish: Wish, grant: HeldGrant | None, words: Iterable[Word], context: Context) -> str:
    """Why nothing is issued for now; "" where something may be."""
    if word := of_kind(words, Said.HOLD):
        return _by_staff("Held", word)
    return SUSPENDED if _is_suspended(wish, grant, words, context) else ""


def _is_suspended(wish: Wish, grant: HeldGrant | None, words: Iterable[Word], context: Context) -> bool:
    """Is the guest's phone key suspended? A move of the booking undoes it as little as a second booking."""
    if wish.door.method != Method.PHONE:
        return False
    again = of_kind(words, Said.REISSUE)
    mine = any(code.suspended and code.generation >= (again.id if again else 0) for code in _codes(grant))
    return mine or (wish.door.id, wish.address) in context.suspended


def _choose(
    wish: Wish, way: Way, grant: HeldGrant | None, words: Iterable[Word], context: Context
) -> tuple[Wanted, Way]:
    """The codes for a wish, and the way in that it comes to: a PIN may stand in for a phone key."""
    codes = _codes(grant)
    if way.method == Method.FOB:
        return _lend(wish, way, codes, context), way
    if way.grid is None:
        holder = cards.holder_key(wish.place, wish.door.account_id)
        generations = context.reissued.get(holder, 0), context.newest.get(holder, 0)
        carding = cards.Carding(wish, holder, way.level_ref, context.now, codes, *generations)
        return cards.choose(carding, context.numbers), way
    word = of_kind(words, Said.REISSUE)
    avoid = frozenset(context.knowledge.of_others(wish.door.id, wish.guest, wish.starts_at, wish.ends_at))
    asking = netcodes.Asking(wish, way.grid, context.now, codes, avoid, word.id if word else 0)
    if way.method != Method.PHONE:
        return _pins(asking, context), way
    holds = (wish.door.id, wish.address) in context.phones
    chosen = of_kind(words, Said.METHOD) is not None
    return phones.or_pins(phones.Phoning(asking, holds, chosen), way, lambda: _pins(asking, context))


def _pins(asking: netcodes.Asking, context: Context) -> Wanted:
    """The PINs for a wish; from here on its guest counts as somebody who knows them."""
    wanted = netcodes.choose(asking)
    kept = {code.asked for code in asking.codes if code.id in wanted.ids}
    for asked in kept | {new.asked for new in wanted.new}:
        context.knowledge.learn(asking.wish.door.id, asked, asking.wish.guest)
    return wanted


def _lend(wish: Wish, way: Way, codes: tuple[HeldCode, ...], context: Context) -> Wanted:
    """As a card, which a fob is to its vendor; when, and whether at all, depends on the stock."""
    holder = fobs.holder_key(wish.place, wish.door.account_id)
    lot = context.lots[holder]
    if lot.trouble:
        raise Trouble(lot.trouble)
    generations = context.reissued.get(holder, 0), context.newest.get(holder, 0)
    asked = (holder, way.level_ref, context.now, codes, *generations)
    return cards.choose(cards.Carding(wish, *asked, Method.FOB, lot.lent_from), {})


def _codes(grant: HeldGrant | None) -> tuple[HeldCode, ...]:
    return grant.codes if grant else ()


def _granted(wish: Wish) -> str:
    early, late = wish.policy.lead_minutes, wish.policy.lag_minutes
    if wish.place[1] is not None:
        return wish.why
    return f"{wish.why}, {early} min before and {late} min after by policy."


# ------------------------------------------------------------------------------------------- what is not


def _keep(wish: Wish, grant: HeldGrant | None, words: Sequence[Word], context: Context) -> Decision | None:
    """A booking whose state is not understood: what was granted stays as it is, nothing new is granted."""
    now = context.now
    if grant is None or grant.state == Decided.BLOCKED:
        if wish.ends_at <= now:
            return _ended(wish, grant, now)
        why = f"Nothing new is granted: {NOT_KNOWN}. Ask there, or let the guest in by hand."
        return _blocked(wish, grant, why, now)
    if grant.ends_at <= now or grant.state in OVER:
        return _ended(wish, grant, now)
    state, reason = _kept_state(wish, grant, words, context)
    wanted = Wanted()
    if state != Decided.DENIED:
        wanted = Wanted(tuple(_as_it_is(code) for code in grant.codes if code.state != State.LINGERING))
    codes = settle(grant.codes, wanted, now, reason, hold=state == Decided.HELD)
    kept = replace(as_held(grant), state=state, reason=reason, codes=codes)
    return replace(kept, conflict="", trimmed=" ".join(wish.trims))


def _kept_state(wish: Wish, grant: HeldGrant, words: Sequence[Word], context: Context) -> tuple[Decided, str]:
    """Staff's word counts here too; when a denial ends, that would be something new."""
    if word := of_kind(words, Said.DENY):
        return Decided.DENIED, _by_staff("Denied", word)
    if grant.state == Decided.DENIED:
        return Decided.DENIED, f"Denied by staff before, and nothing new is granted: {NOT_KNOWN}."
    if reason := _hold(wish, grant, words, context):
        return Decided.HELD, reason
    return Decided.GRANTED, f"What was granted stays and nothing new is granted: {NOT_KNOWN}. Ask there."


def _by_staff(verb: str, word: Word) -> str:
    return f"{verb} by staff: {word.reason}"


def _as_it_is(code: HeldCode) -> Fit:
    return Fit(code.id, code.starts_at, code.ends_at, code.due_at, code.early_minutes, code.late_minutes)


def _ended(wish: Wish, grant: HeldGrant | None, now: datetime) -> Decision | None:
    if grant is None:
        return None
    return closed(grant, Decided.ENDED, f"{wish.why} is over.", now)


def _denied(wish: Wish, grant: HeldGrant | None, word: Word, now: datetime) -> Decision:
    reason = _by_staff("Denied", word)
    codes = settle(_codes(grant), Wanted(), now, reason)
    return _decision(wish, grant, Decided.DENIED, reason, codes)


def _blocked(wish: Wish, grant: HeldGrant | None, why: str, now: datetime) -> Decision:
    """Nothing new; what opens already at the right time stays."""
    codes = settle(_codes(grant), Wanted(tuple(_still_right(wish, grant, now))), now, why)
    return _decision(wish, grant, Decided.BLOCKED, why, codes)


def _still_right(wish: Wish, grant: HeldGrant | None, now: datetime) -> Iterator[Fit]:
    for code in _codes(grant):
        in_time = code.starts_at < wish.ends_at and code.ends_at > wish.starts_at
        if code.state == State.ACTIVE and in_time and code.ends_at > now:
            yield _as_it_is(code)


def _held(
    wish: Wish, grant: HeldGrant | None, way: Way, wanted: Wanted, reason: str, now: datetime
) -> Decision:
    """Nothing is issued; what is out stays out."""
    codes = settle(_codes(grant), replace(wanted, new=()), now, reason, hold=True)
    return _decision(wish, grant, Decided.HELD, reason, codes, way.method)


def closed(grant: HeldGrant, state: Decided, reason: str, now: datetime) -> Decision:
    """A decision that nobody needs any more; one that was closed before stays as it was put then."""
    if grant.state in OVER:
        state, reason = grant.state, grant.reason
    if state == Decided.ENDED:
        codes = end(grant.codes, now, reason)
    else:
        codes = settle(grant.codes, Wanted(), now, reason)
    return replace(as_held(grant), state=state, reason=reason, conflict="", trimmed="", codes=codes)


def as_held(grant: HeldGrant) -> Decision:
    """The decision as its row has it."""
    return Decision(
        grant.place,
        grant.id,
        grant.method,
        grant.position,
        grant.starts_at,
        grant.ends_at,
        grant.state,
        grant.reason,
        grant.conflict,
        grant.trimmed,
    )


def _decision(
    wish: Wish, grant: HeldGrant | None, state: Decided, reason: str, codes: Codes, method: str = ""
) -> Decision:
    return Decision(
        place=wish.place,
        grant_id=grant.id if grant else None,
        method=method or wish.door.method or (grant.method if grant else Method.NETCODE),
        position=wish.position,
        starts_at=wish.starts_at,
        ends_at=wish.ends_at,
        state=state,
        reason=reason,
        trimmed=" ".join(wish.trims),
        codes=codes,
    )
