"""What needs a person about codes that no lock can be told to forget: one finding for each door."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from backoffice.flow.audit.codes import codes, still_opens, thing, whose
from backoffice.flow.audit.trouble import Trouble
from backoffice.models import Booking, IssuedCode, Notice, Severity
from backoffice.states import CodeState, GrantState, NoticeState
from backoffice.wording import door_name, moment

LINGERING = "lingering"
NAMED = 6  # guests in one text; the others are among the door's codes
Codes = Sequence[IssuedCode]


def troubles(now: datetime) -> Iterator[Trouble]:
    """One for each door that an old code opens still; it is over with the last of them."""
    for group in _by_door(_old(now)):
        bookings = {_booking(code) for code in group}
        yield Trouble(
            LINGERING,
            f"door {group[0].door_id}",
            Severity.TODAY if any(_pressing(code) for code in group) else Severity.NOTE,
            _text(group),
            account_id=group[0].account_id,
            booking_id=bookings.pop() if len(bookings) == 1 else None,
            door_id=group[0].door_id,
        )


def still_open(booking: Booking, now: datetime) -> list[str]:
    """What old codes of one booking open still and what can be done, a text for each door; for its page."""
    own = _old(now).filter(grant__occurrence__booking=booking)
    return [_text(group) for group in _by_door(own)]


def _old(now: datetime) -> QuerySet[IssuedCode]:
    told = Notice.objects.filter(codes=OuterRef("pk")).exclude(state=NoticeState.DROPPED)
    return codes(Q(state=CodeState.LINGERING, ends_at__gt=now)).annotate(told=Exists(told))


def _by_door(rows: Iterable[IssuedCode]) -> list[Codes]:
    """The codes of each door: first those that a stranger knows, then those that open longest."""
    doors: dict[int, list[IssuedCode]] = defaultdict(list)
    for code in rows:
        doors[code.door_id].append(code)
    return [sorted(group, key=_standing, reverse=True) for group in doors.values()]


def _standing(code: IssuedCode) -> tuple[bool, datetime]:
    return _pressing(code), code.ends_at


def _booking(code: IssuedCode) -> int | None:
    return code.grant.occurrence.booking_id if code.grant.occurrence else None


def _told(code: IssuedCode) -> bool:
    return bool(code.told)  # type: ignore[attr-defined]  # annotated


def _pressing(code: IssuedCode) -> bool:
    """Somebody knows it who is no guest any more; of the others staff should know, and need do nothing."""
    return _told(code) and code.grant.state != GrantState.GRANTED


def _text(group: Codes) -> str:
    if len(group) == 1:
        untold = "" if _told(group[0]) else ", though nobody was told it"
        return f"{still_opens(group[0])}{untold}. {_remedy(group)}"
    door, last = group[0].door, max(code.ends_at for code in group)
    return (
        f"{len(group)} old {thing(group)}s still open {door_name(door)}, the last until "
        f"{moment(last, door.venue)}: {_named(group)}. {_remedy(group)}"
    )


def _named(group: Codes) -> str:
    """Whose they are, one guest after the other: Ida Kern (lockme/4711), denied, until Sat 21:00; 2 of …"""
    guests: dict[str, list[IssuedCode]] = defaultdict(list)
    for code in group:
        guests[whose(code) + ("" if _told(code) else ", told to nobody")].append(code)
    said = [_of_one(name, own) for name, own in guests.items()]
    more = sum(len(own) for own in list(guests.values())[NAMED:])
    return "; ".join([*said[:NAMED], *([f"and {more} more, listed under Codes"] if more else [])])


def _of_one(name: str, own: Codes) -> str:
    last = moment(max(code.ends_at for code in own), own[0].door.venue)
    return f"{f'{len(own)} of ' if len(own) > 1 else ''}{name}, until {last}"


def _remedy(group: Codes) -> str:
    """What a person can do about codes that the lock computes by itself (KitLock's program 16)."""
    one = len(group) == 1
    if group[0].door.lock.get("timecode"):
        block, page = ("it", "Its page reveals the code.") if one else ("one", "Each code's page reveals it.")
        return f"To block {block}, type on the keypad: #, the master code, 16, the code. {page}"
    them = "it" if one else "them"
    return f"This lock cannot be told to forget {them}: keep an eye on the door until then."
