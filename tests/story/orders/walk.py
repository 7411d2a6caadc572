"""A walk: steps in any order, each with a dice of its own; then calm, and a look at what is true."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from pathlib import Path
from random import Random

from django.db import connection

from backoffice import accounts, tasks
from backoffice.models import VendorAccount
from backoffice.states import RunState
from tests.story.orders import weather
from tests.story.orders.acts import People
from tests.story.orders.desk import Desk
from tests.story.orders.house import Modes, Sold, opened
from tests.story.orders.tellings import Tellings
from tests.story.orders.truth import wrongs

Step = tuple[str, int]
SYSTEM = {"poll": 6, "read_all": 2, "follow": 6, "sync": 4, "later": 5}
TOLD = {"message": 4, "strange_message": 1, "push": 4, "strange_push": 1}
SKY = {"spoil": 3, "mend": 3, "age": 1}
ROUNDS = 14
STAFF = {"activate": 2}  # else once
TABLES = (
    "calendarpairing",
    "pushchannel",
    "room",
    "block",
    "booking",
    "occurrence",
    "calendarevent",
    "calendarreading",
    "conflict",
    "accessgrant",
)


def steps(seed: int, length: int) -> list[Step]:
    """The steps of a walk."""
    dice = Random(seed)
    people = [name[3:] for name in dir(People) if name.startswith("do_")]
    weights = {**SYSTEM, **TOLD, **SKY}
    names = [name for name, weight in weights.items() for _ in range(weight)]
    half = len(names) / len(people)
    names += [name for name in chores() for _ in range(STAFF.get(name, 1))]
    pool = names + [name for name in people for _ in range(max(1, round(half)))]
    return [(dice.choice(pool), dice.randrange(10**6)) for _ in range(length)]


def chores() -> list[str]:
    """What staff do."""
    return sorted(name[3:] for name in dir(Desk) if name.startswith("do_"))


def modes(seed: int) -> Modes:
    """How the rooms are paired in a walk: mostly both ways."""
    dice = Random(-seed)
    ways = ("bidirectional", "bidirectional", "bidirectional", "to_calendar", "from_calendar")
    return Modes(dice.choice(ways), dice.choice(ways), shared=dice.random() < 0.2)


class Walk:
    """One walk through the house."""

    def __init__(self, house: Sold) -> None:
        self.house, self.people, self.told = house, People(house), list[str]()
        self.desk, self.tellings = Desk(house, self.people), Tellings(house)

    def go(self, name: str, number: int) -> None:
        """One step."""
        self.house.later(seconds=7)
        self.house.look()
        dice = Random(number)
        self.told.append(f"{name} {number}")
        if hasattr(self.people, f"do_{name}"):
            self.people.act(name, dice)
        elif name in SKY:
            {"spoil": weather.spoil, "age": weather.age, "mend": _mend}[name](self.house, dice)
        else:
            self._ours(name, dice)

    def _ours(self, name: str, dice: Random) -> None:
        works: dict[str, Callable[[Random], object]] = {
            **{told: getattr(self.tellings, told) for told in TOLD},
            **{chore: partial(self.desk.act, chore) for chore in self.desk.names()},
            "poll": self._poll,
            "read_all": lambda dice: self._poll(dice, full=True),
            "follow": lambda _: tasks.follow_up(),
            "sync": lambda _: tasks.sync(every()),
            "later": lambda dice: self.house.later(minutes=dice.choice((1, 6, 15, 21, 61))),
        }
        within = self._fate(Random(dice.random()))
        weather.mortal(lambda: works[name](dice), within)

    def _fate(self, dice: Random) -> AbstractContextManager[None]:
        """Mostly none; else death at a call or a statement, or people at work in the midst of it."""
        fate, number = dice.random(), int(dice.expovariate(0.15)) + 1
        if fate < 0.15:
            return weather.at_call(number, weather.die, after=dice.random() < 0.6)
        if fate < 0.25:
            return weather.at_statement(number, weather.die)
        if fate < 0.65:
            return weather.at_call(number, partial(self._meanwhile, fate, dice), after=dice.random() < 0.5)
        return nullcontext()

    def _meanwhile(self, fate: float, dice: Random) -> None:
        """Somebody else, in the midst of a step of ours: people, a vendor that tells us, or staff."""
        if fate < 0.45:
            self.people.act(dice.choice(self.people.names()), dice)
        elif fate < 0.55:
            getattr(self.tellings, dice.choice(list(TOLD)))(dice)
        else:
            self.desk.act(dice.choice(self.desk.names()), dice)

    def _poll(self, dice: Random, *, full: bool = False) -> None:
        tasks.refresh(dice.choice(every()), full=full)

    # ------------------------------------------------------------------------------------------- the end

    def settle(self, *, awake: bool) -> list[str]:
        """Calm, until nothing is written any more; what is wrong then. `awake`: no pairing is left asleep."""
        weather.mend(self.house)
        self.house.look()
        if awake:
            self._round()
            self.desk.wake_all()
        self._round()
        for _ in range(ROUNDS):
            self.house.later(minutes=61)  # what was refused is tried again within the hour
            self._round()
            before = versions(), self.writes()
            self.house.later(minutes=1)
            self._round()
            if (versions(), self.writes()) == before:
                break
        return [*self._restless(), *wrongs(self.house, self.people)]

    def _round(self) -> None:
        for account in VendorAccount.objects.filter(stopped_at__isnull=False):
            accounts.resume(account)
        for slug, report in tasks.sync(every()).items():
            if report["status"] == RunState.STOPPED:
                tasks.refresh(VendorAccount.objects.get(slug=slug), full=True, accept_loss=True)

    def _restless(self) -> list[str]:
        """A further round, with nothing changed, writes nothing."""
        before, written = versions(), self.writes()
        self.house.later(minutes=1)
        self._round()
        rows = sorted(each[:2] for each in versions() - before)
        calls = self.writes()[len(written) :]
        return [f"restless: {what}" for what in (*rows, *calls)]

    def writes(self) -> list[str]:
        """What vendors were asked to change, so far."""
        journals = (self.house.google.journal, self.house.lockme.journal, self.house.locaboo.journal)
        every_call = [call for journal in journals for call in journal]
        changing = [c for c in every_call if c.method not in ("GET", "HEAD") or "booking_save" in c.path]
        changing = [c for c in changing if "token" not in c.path and "/message" not in c.path]
        return [f"{c.method} {c.path}" for c in sorted(changing, key=lambda c: c.at)]


def _mend(house: Sold, _dice: Random) -> None:
    weather.mend(house)
    for account in VendorAccount.objects.filter(stopped_at__isnull=False):
        accounts.resume(account)


def every() -> list[VendorAccount]:
    """All accounts."""
    return list(VendorAccount.objects.order_by("pk"))


def versions() -> set[tuple[str, int, str]]:
    """Every row of the tables, with the place at which its last version lies."""
    found: set[tuple[str, int, str]] = set()
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"SELECT id, ctid FROM backoffice_{table}")  # noqa: S608 names of ours
            found |= {(table, pk, str(place)) for pk, place in cursor.fetchall()}
    return found


def walked(folder: Path, way: Modes, chosen: Iterable[Step], *, awake: bool = False) -> list[str]:
    """What is wrong after a walk; `awake`: after staff have activated all pairings in the end."""
    with opened(folder, way) as house, weather.calm():
        walk = Walk(house)
        for name, number in chosen:
            walk.go(name, number)
        return walk.settle(awake=awake)
