"""How a door can be opened, or in words for staff why it cannot and what to do about it."""

from __future__ import annotations

import re
from dataclasses import replace

from backoffice.flow.plan.outcome import Way
from backoffice.flow.plan.values import Door, Level, Lock
from backoffice.flow.window import DEFAULT_DURATIONS, Grid, zone_of
from integrations.types import Method

KITLOCKS = {"KL1060", "KL1060C2", "KL1060G3", "KL1550"}
K3 = "K3CONNECT"
GROUPED = "KL1060C2"  # its identifier is a group and a member, and no group begins with 0
K3_ID = re.compile(r"[0-9a-fA-F]{32}")


class Trouble(Exception):
    """A door cannot be opened for anybody; the text is for staff."""


def way_in(door: Door) -> Way:
    """How guests open a door; Trouble, with what to do, where they cannot."""
    if door.gone:
        raise Trouble(f"{door.name} is no longer listed by its vendor: put another door on the path")
    if not door.enabled:
        raise Trouble(f"{door.name} is switched off at its vendor: switch it on there, or change the path")
    if not door.method:
        raise Trouble(f"{door.name} has no method: say on its page how it is opened")
    if door.method not in door.offered:
        can = ", ".join(sorted(door.offered)) or "nothing"
        raise Trouble(f"{door.name} is to be opened by {door.method}, but its vendor offers {can}")
    if door.method == Method.FOB:
        return Way(Method.FOB, level_ref=_least(door))
    if door.method == Method.PHONE:  # the same lock's PIN stands in where there can be no key
        return replace(_by_netcode(door), method=Method.PHONE)
    return _by_card(door) if door.method == Method.CARD else _by_netcode(door)


def _by_card(door: Door) -> Way:
    return Way(Method.CARD, level_ref=_least(door))


def _least(door: Door) -> str:
    """The level that staff chose, or the one that covers the door and the fewest others."""
    if door.level_ref:
        chosen = next((level for level in door.levels if level.ref == door.level_ref), None)
        if chosen is None:
            raise Trouble(
                f"access level {door.level_ref} of {door.name} is not at its vendor: choose another"
            )
        if door.ref not in chosen.doors:
            raise Trouble(f"access level {door.level_ref} does not open {door.name}: choose another")
        return chosen.ref
    covering = [level for level in door.levels if door.ref in level.doors]
    if not covering:
        raise Trouble(f"no access level opens {door.name}: make one at its vendor, best with this door alone")
    return min(covering, key=_by_doors_then_age).ref


def _by_doors_then_age(level: Level) -> tuple[int, int, str]:
    return len(level.doors), len(level.ref), level.ref


def _by_netcode(door: Door) -> Way:
    lock = door.lock
    if not _is_k3(door):
        _check_kitlock(door)
    elif not K3_ID.fullmatch(door.ref):
        raise Trouble(f"{door.name} is a K3 lock, but its ref is not 32 hexadecimal digits: correct it")
    if door.method == Method.PHONE and not _is_k3(door):
        raise Trouble(f"{door.name} is no K3 lock, and only those have phone keys: choose netcode")
    # a KitLock counts in UTC unless staff say otherwise; a K3 lock where its vendor says that it is
    clock = lock.clock or (lock.zone if _is_k3(door) else "UTC")
    try:
        zone_of(clock)
    except ValueError:
        raise Trouble(
            f"the clock of {door.name}, {clock!r}, is no time zone: say on its page what it shows"
        ) from None
    return Way(Method.NETCODE, grid=Grid(clock, lock.durations or DEFAULT_DURATIONS))


def _is_k3(door: Door) -> bool:
    lock = door.lock
    if lock.model.upper() == K3:
        return True
    return not lock.model and not lock.timecode and K3_ID.fullmatch(door.ref) is not None


def _check_kitlock(door: Door) -> None:
    lock: Lock = door.lock
    missing = [name for name in ("model", "timecode", "identifier") if not getattr(lock, name)]
    if missing:
        raise Trouble(f"{door.name} has no {', '.join(missing)}: take them from the lock and fill them in")
    if not re.fullmatch(r"\d{12}", lock.timecode) or not re.fullmatch(r"\d{6}", lock.identifier):
        raise Trouble(f"{door.name} needs a timecode of 12 digits and an identifier of 6: correct them")
    if lock.model.upper() == GROUPED and lock.identifier.startswith("0"):
        raise Trouble(f"the identifier of {door.name} begins with 0, which no {GROUPED}'s does: correct it")
    if lock.model.upper() not in KITLOCKS:
        raise Trouble(
            f"{door.name} is a {lock.model}: known models are {', '.join(sorted(KITLOCKS))} and {K3}"
        )
