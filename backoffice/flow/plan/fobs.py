"""Whose fob is which: the stock given out in thought, to the first who comes first.

Which fob it becomes is the issue step's to say, when it is lent. Here it shows whether there will be one, and
from when on: a fob is at its vendor with one guest at a time, and in one hand.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from backoffice.flow.plan.values import Fob, Place
from backoffice.flow.plan.words import period

AHEAD = timedelta(minutes=90)  # lent so long before its window: ready in time, and no longer out of stock
NEVER = datetime.max.replace(tzinfo=UTC)

Shelf = dict[tuple[int, str], list[tuple[datetime, datetime]]]  # fob -> when it is not to be had


def holder_key(place: Place, account_id: int) -> str:
    """The vendor's user whose doors the fob of one occurrence (or person) opens, at one account."""
    occurrence, person, _ = place
    return f"LK-F{f'P{person}' if person else occurrence}-{account_id}"


@dataclass(slots=True)
class Demand:
    """What one holder needs a fob for: all his doors of an account."""

    holder: str
    account_id: int
    starts_at: datetime
    ends_at: datetime
    pool: frozenset[str]
    ahead: timedelta
    zone: str = "UTC"
    generation: int = 0  # the re-issue asked for: the fob from before is to be another
    chosen: str = ""  # the one that staff give

    def join(self, other: Demand) -> None:
        """One fob for both doors: in both pools, for the longest of both times."""
        self.starts_at = min(self.starts_at, other.starts_at)
        self.ends_at = max(self.ends_at, other.ends_at)
        self.pool &= other.pool
        self.ahead = max(self.ahead, other.ahead)
        self.generation = max(self.generation, other.generation)
        self.chosen = self.chosen or other.chosen


@dataclass(frozen=True, slots=True)
class Lot:
    """What a holder can count on: a fob from then on, or in words for staff why none."""

    lent_from: datetime
    trouble: str = ""


@dataclass(slots=True)
class Stock:
    """The fobs there are, and when each is given away."""

    fobs: dict[tuple[int, str], Fob]
    now: datetime
    taken: Shelf = field(default_factory=lambda: defaultdict(list))
    common: Counter[tuple[int, str]] = field(default_factory=Counter)  # by how many pools it is in

    def take(self, fob: Fob, since: datetime, until: datetime) -> None:
        """Let nobody else count on a fob in this time."""
        self.taken[fob.account_id, fob.ref].append((since, until))

    def is_free(self, fob: Fob, demand: Demand) -> bool:
        """Whether nobody else has a fob in this time, nor just before or after."""
        until = demand.ends_at + fob.turnaround
        spans = self.taken[fob.account_id, fob.ref]
        return all(end <= demand.starts_at or begin >= until for begin, end in spans)

    def free_from(self, fob: Fob, demand: Demand) -> datetime:
        """Since when a fob that is free for a demand can be lent to it."""
        before = [end for _, end in self.taken[fob.account_id, fob.ref] if end <= demand.starts_at]
        return max([demand.starts_at - demand.ahead, *before])


def joined(demands: Iterable[Demand]) -> list[Demand]:
    """One demand per holder, the first to come first."""
    found: dict[str, Demand] = {}
    for demand in demands:
        if demand.holder in found:
            found[demand.holder].join(demand)
        else:
            found[demand.holder] = demand
    return sorted(found.values(), key=lambda demand: (demand.starts_at, demand.holder))


def lots(demands: Iterable[Demand], fobs: Iterable[Fob], now: datetime) -> Mapping[str, Lot]:
    """Holder -> what he can count on. Who has a fob keeps it; then those to whom staff give one, and then
    the first to come chooses first.
    """
    wanting = joined(demands)
    stock = Stock({(fob.account_id, fob.ref): fob for fob in fobs}, now)
    pools = {(demand.account_id, demand.pool) for demand in wanting}
    stock.common.update((account, ref) for account, pool in pools for ref in pool)
    found = _kept(wanting, stock)
    for demand in sorted(wanting, key=lambda demand: not demand.chosen):
        if demand.holder not in found:
            found[demand.holder] = _drawn(demand, stock)
    return found


def _kept(wanting: Iterable[Demand], stock: Stock) -> dict[str, Lot]:
    """Those who have a fob and keep it; every loan that stands takes its fob off the shelf."""
    by_holder = {demand.holder: demand for demand in wanting}
    found: dict[str, Lot] = {}
    for fob in stock.fobs.values():
        if not fob.holder or fob.ends_at is None or fob.starts_at is None:
            continue
        demand = by_holder.get(fob.holder)
        if demand is not None and _keeps(fob, demand, stock.now):
            found[demand.holder] = Lot(demand.starts_at - demand.ahead)
            stock.take(fob, min(stock.now, demand.starts_at), demand.ends_at + fob.turnaround)
        elif fob.out:
            stock.take(fob, fob.starts_at, _back_by(fob, stock.now))
    return found


def _keeps(fob: Fob, demand: Demand, now: datetime) -> bool:
    """A loan for a time that was moved far away is given up, unless the guest has the fob."""
    soon = fob.out or demand.starts_at - demand.ahead <= now
    return soon and fob.generation >= demand.generation


def _back_by(fob: Fob, now: datetime) -> datetime:
    """When a fob that is out may be counted on; never, once it should have been back."""
    end = (fob.ends_at or now) + fob.turnaround
    return end if end > now else NEVER


def _drawn(demand: Demand, stock: Stock) -> Lot:
    """A free fob of the pool: the one that can be lent first, of these the one that fewest may have."""
    mine = [fob for fob in stock.fobs.values() if _may_have(fob, demand)]
    free = [fob for fob in mine if stock.is_free(fob, demand)]
    if not free:
        return Lot(demand.starts_at, _why_none(demand, mine, stock))

    def order(fob: Fob) -> tuple[bool, datetime, int, str]:
        common = stock.common[fob.account_id, fob.ref]
        return fob.ref != demand.chosen, stock.free_from(fob, demand), common, fob.ref

    fob = min(free, key=order)
    lent_from = stock.free_from(fob, demand)
    since = min(lent_from, demand.starts_at) if fob.ref == demand.chosen else demand.starts_at
    stock.take(fob, since, demand.ends_at + fob.turnaround)
    return Lot(lent_from)


def _may_have(fob: Fob, demand: Demand) -> bool:
    replaced = fob.holder == demand.holder and fob.generation < demand.generation
    return fob.account_id == demand.account_id and fob.ref in demand.pool and not replaced


def _why_none(demand: Demand, mine: list[Fob], stock: Stock) -> str:
    if not mine:
        return (
            "no fob of this door's pool is there to be lent: add one, say where the others lie, or open it"
            " by another method for this booking"
        )
    when = period(demand.starts_at, demand.ends_at, demand.zone)
    late = sorted(f.name for f in mine if f.out and _back_by(f, stock.now) == NEVER)
    not_back = f" ({', '.join(late)} not back yet)" if late else ""
    count = "the only fob" if len(mine) == 1 else f"all {len(mine)} fobs"
    return (
        f"no fob is free {when}: {count} of this door's pool {'is' if len(mine) == 1 else 'are'} lent or"
        f" promised then{not_back}. Ask for one back, add one to the pool, or open it by another method for"
        " this booking"
    )
