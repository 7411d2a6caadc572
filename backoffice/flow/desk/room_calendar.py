"""When a room is offered at its source: its week, exceptions of single dates, how late one may book."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from backoffice.flow.desk import clients
from backoffice.flow.desk.hours import Slots, ordered, plain, told
from backoffice.flow.desk.record import Ask, carry_out
from backoffice.models import Resource, VendorWrite
from backoffice.word import NotPossible, Word
from integrations.errors import Garbled, Unavailable, VendorError
from integrations.types import RoomCalendar, Slot, Verdict, Written

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
AHEAD = 14  # days in which exceptions are looked for at once: each is a call
MOST_HOURS = 24 * 60  # of a margin


@dataclass(frozen=True, slots=True)
class Special:
    """A date that is not like its weekday."""

    day: date
    slots: Slots
    usual: Slots


@dataclass(frozen=True, slots=True)
class RoomWeek:
    """A room's week as the vendor has it now, and the dates that differ from it in a stretch of days."""

    days: tuple[Slots, ...]  # Monday first
    exceptions: tuple[Special, ...]
    first: date
    last: date
    margin: float | None  # hours between booking and start, where the room has its own
    pricers: tuple[int, ...]  # price options that occur in it


def week(resource: Resource, first: date, days: int = AHEAD) -> RoomWeek:
    """Read a room's week and the dates from `first` on; NotPossible in words when that cannot be."""
    calendar = clients.calendar(resource.account)
    return clients.read(resource.account, lambda: _week(calendar, resource.ref, first, days))


def set_weekday(
    resource: Resource, weekday: int, slots: Sequence[Slot], word: Word, was: Sequence[Slot] | None = None
) -> VendorWrite:
    """Give a weekday (0 = Monday) these hours, or none; `was`: what staff saw and mean to replace."""
    if weekday not in range(7):
        raise NotPossible("A weekday is from 0 (Monday) to 6 (Sunday).")
    calendar = clients.calendar(resource.account)
    return _set(
        _Change(
            resource,
            "set week",
            f"{resource}, {WEEKDAYS[weekday]}s",
            lambda: calendar.on_weekday(resource.ref, weekday),
            lambda: calendar.set_weekday(resource.ref, weekday, slots),
        ),
        ordered(slots),
        was,
        word,
    )


def set_date(
    resource: Resource, day: date, slots: Sequence[Slot], word: Word, was: Sequence[Slot] | None = None
) -> VendorWrite:
    """Give one date hours of its own, or none: closed. As `set_weekday`."""
    calendar = clients.calendar(resource.account)
    _to_come(day, word)
    return _set(
        _Change(
            resource,
            "set date" if slots else "close date",
            f"{resource}, {day:%a} {day.isoformat()}",
            lambda: calendar.on_date(resource.ref, day),
            lambda: calendar.set_date(resource.ref, day, slots),
        ),
        ordered(slots),
        was,
        word,
    )


def clear_date(resource: Resource, day: date, word: Word) -> VendorWrite:
    """Let a date be like its weekday again."""
    calendar = clients.calendar(resource.account)
    _to_come(day, word)
    usual = clients.read(resource.account, lambda: calendar.on_weekday(resource.ref, day.weekday()))
    return _set(
        _Change(
            resource,
            "clear date",
            f"{resource}, {day:%a} {day.isoformat()}",
            lambda: calendar.on_date(resource.ref, day),
            lambda: calendar.clear_date(resource.ref, day),
        ),
        usual,
        None,
        word,
    )


def set_margin(resource: Resource, hours: float, word: Word) -> VendorWrite:
    """Set how many hours before the start one may still book."""
    if not 0 <= hours <= MOST_HOURS:
        raise NotPossible(f"The hours between booking and start must be from 0 to {MOST_HOURS}.")
    calendar = clients.calendar(resource.account)
    before = clients.read(resource.account, lambda: calendar.margin(resource.ref))

    def go() -> Written:
        calendar.edit_room(resource.ref, hours)
        now = _again(lambda: calendar.margin(resource.ref))
        text = f"It was {_margin(before)}; now it is {_margin(hours)}."
        return Written(Verdict.DONE, resource.ref, text, confirmed=now == hours)

    ask = Ask(resource.account, "set margin", str(resource), {"hours": hours, "was": before}, resource)
    return carry_out(ask, word, go)


# ------------------------------------------------------------------------------------------------ writing


@dataclass(frozen=True, slots=True)
class _Change:
    """One change of a day's hours: how they are read and how they are written."""

    resource: Resource
    verb: str
    subject: str
    look: Callable[[], Slots]
    write: Callable[[], Slots]


def _set(change: _Change, wanted: Slots, was: Sequence[Slot] | None, word: Word) -> VendorWrite:
    account = change.resource.account
    before = clients.read(account, change.look)
    if was is not None and ordered(was) != ordered(before):
        raise NotPossible(f"It was changed meanwhile: now it is {told(before)}. Look again, then decide.")

    def go() -> Written:
        try:
            change.write()
        except (Unavailable, Garbled):
            if _again(change.look) != wanted:
                raise
        now = _again(change.look)
        text = f"It was {told(before)}; now it is {told(wanted if now is None else now)}."
        return Written(Verdict.DONE, change.resource.ref, text, confirmed=now == wanted)

    asked = {"hours": plain(wanted), "was": plain(before)}
    return carry_out(Ask(account, change.verb, change.subject, asked, change.resource), word, go)


def _again(look: Callable[[], Any]) -> Any:
    """What a reading after a write shows; None when it does not answer."""
    try:
        return look()
    except VendorError:
        return None


def _to_come(day: date, word: Word) -> None:
    if day < (word.now - timedelta(days=1)).date():
        raise NotPossible(f"{day.isoformat()} is over: choose a date to come.")


# ------------------------------------------------------------------------------------------------ reading


def _week(calendar: RoomCalendar, ref: str, first: date, days: int) -> RoomWeek:
    usual = tuple(calendar.on_weekday(ref, weekday) for weekday in range(7))
    dates = [first + timedelta(days=n) for n in range(days)]
    found = tuple(_exceptions(calendar, ref, dates, usual))
    every = [slot for each in (*usual, *(other.slots for other in found)) for slot in each]
    pricers = sorted({pricer for slot in every for pricer in slot.pricers})
    return RoomWeek(usual, found, first, dates[-1], calendar.margin(ref), tuple(pricers))


def _exceptions(
    calendar: RoomCalendar, ref: str, dates: Sequence[date], usual: Sequence[Slots]
) -> Iterator[Special]:
    for day in dates:
        slots = calendar.on_date(ref, day)
        if slots != usual[day.weekday()]:
            yield Special(day, slots, usual[day.weekday()])


def _margin(margin: float | None) -> str:
    return "not set" if margin is None else f"{margin:g} h"
