"""What a person's change at a channel orders elsewhere: cancel or move the booking, delete the event.

The rule that asks is the pairing that staff activated both ways; the tasks put the order to the vendor.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from backoffice.models import (
    Block,
    Booking,
    CalendarEvent,
    CalendarPairing,
    Mode,
    Resource,
    Said,
    VendorAccount,
)
from backoffice.states import BlockState, WriteState, move
from backoffice.wording import ANSWER
from integrations.types import BlockDesk, BookingStatus, Calendar, Verdict, Written

THERE = (BlockState.ACTIVE, BlockState.PLANNED, BlockState.FAILED)
RETRY = timedelta(minutes=10)
PUT_BACK = "It was {what} in the calendar, but the booking stands: {why} The event is put back."
WHAT = {Said.DELETED: "deleted", Said.MOVED: "moved"}


@dataclass(frozen=True, slots=True)
class Wish:
    """One order: about a booking at its source, or about the event that a removed block came from."""

    block: Block
    verb: str  # cancel | move | delete event
    rule: str
    reason: str
    booking: Booking
    resource: Resource
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    event: CalendarEvent | None = None

    @property
    def subject(self) -> str:
        """About what, in words without a guest's data."""
        if self.event is not None:
            return f"event of {self.event.starts_at:%Y-%m-%d %H:%M} UTC in {self.event.calendar}"
        return f"booking {self.booking.ref} in {self.resource}"


def wishes(account: VendorAccount, now: datetime) -> list[Wish]:
    """The orders that an account is to be asked to carry out now."""
    ripe = Q(next_try_at=None) | Q(next_try_at__lte=now)
    said = Block.objects.filter(ripe, occurrence__booking__account=account).exclude(said="")
    related = ("account", "occurrence__booking__account", "occurrence__resource", "pairing__room")
    orders = said.filter(
        calendar_ref__gt="", state__in=(BlockState.ACTIVE, BlockState.PLANNED, BlockState.FAILED)
    )
    found = [_of_booking(block) for block in orders.select_related(*related)]
    return found + _of_events(said.select_related(*related))


def _of_booking(block: Block) -> Wish:
    stay, what = block.occurrence, WHAT[Said(block.said)]
    return Wish(
        block,
        "cancel" if block.said == Said.DELETED else "move",
        f"calendar {block.pairing}"[:100],
        f"Its event was {what} in the calendar, which goes both ways.",
        stay.booking,
        stay.resource,
        block.said_starts_at,
        block.said_ends_at,
    )


def _of_events(said: QuerySet[Block]) -> list[Wish]:
    """Events whose block somebody removed where it was booked: the whole event goes (D1)."""
    removed = said.filter(
        state=BlockState.REMOVED,
        resource__isnull=False,
        occurrence__gone_at=None,
        occurrence__booking__status=BookingStatus.BLOCK,
    )
    blocks = list(removed)
    refs = {int(block.occurrence.booking.ref) for block in blocks}
    events = CalendarEvent.objects.filter(gone_at=None).select_related("calendar").in_bulk(refs)
    pairings = _pairings({_pairing_of(block) for block in blocks})
    found: dict[int, Wish] = {}
    for block in blocks:
        pairing = pairings.get(_pairing_of(block))
        event = events.get(int(block.occurrence.booking.ref))
        if event is None or pairing is None or pairing.mode != Mode.BIDIRECTIONAL or pairing.paused_at:
            continue
        stay = block.occurrence
        reason = f"Its block at {block.account} was removed there, and the calendar goes both ways."
        rule = f"calendar {pairing}"[:100]
        wish = Wish(block, "delete event", rule, reason, stay.booking, stay.resource, event=event)
        found.setdefault(event.pk, wish)
    return list(found.values())


def _pairing_of(block: Block) -> int:
    """The number of the pairing that an entry came by, or 0."""
    pk = block.occurrence.resource.ref.removeprefix("pairing:")
    return int(pk) if pk.isdecimal() else 0


def _pairings(pks: Collection[int]) -> dict[int, CalendarPairing]:
    active = CalendarPairing.objects.filter(activated_at__isnull=False)
    return active.select_related("room").in_bulk(pks) if pks else {}


def put(wish: Wish, client: Calendar | BlockDesk) -> Written:
    """Ask the vendor for what was ordered; raises as its client does."""
    if wish.event is not None:
        assert isinstance(client, Calendar)  # noqa: S101 the event's own account is asked
        client.delete(wish.event.calendar.ref, wish.event.ref)
        return Written(Verdict.DONE, wish.event.ref, "The event is deleted.", confirmed=True)
    assert isinstance(client, BlockDesk)  # noqa: S101 only such sources have pairings both ways
    if wish.verb == "move" and wish.starts_at and wish.ends_at:
        times = (wish.starts_at, wish.ends_at)
        return client.move_booking(wish.resource.ref, wish.booking.ref, *times)
    return client.cancel_booking(wish.resource.ref, wish.booking.ref)


def answered(wish: Wish, state: str, text: str, now: datetime) -> None:
    """Write down what came of an order (a state of WriteState).

    Done: the mirror shows it, and the next plan follows. Refused, as for a booking that was paid at its
    source: the booking stands, what a person did is undone, and staff read why (D7). In doubt: asked again
    later, when the mirror has shown more.
    """
    block = wish.block
    if state == WriteState.IN_DOUBT:
        later = {"next_try_at": now + RETRY, "attempts": block.attempts + 1, "error": text}
        Block.objects.filter(pk=block.pk).update(**later)
    elif wish.event is not None:
        _event_answered(wish, state, text, now)
    elif state == WriteState.DONE:
        # where a source takes a start alone, the event may now be longer than what was booked
        again = {"written_digest": ""} if wish.verb == "move" else {}
        Block.objects.filter(pk=block.pk).update(**_heard(), **again, note="")
    else:
        words = PUT_BACK.format(what=WHAT[Said(block.said)], why=_sentence(_why(wish, text)))
        Block.objects.filter(pk=block.pk).update(**_heard(), note=words, written_digest="")
        move(block, BlockState.PLANNED)


def _event_answered(wish: Wish, state: str, text: str, now: datetime) -> None:
    """Gone with all that it blocked; or it stays, and the block that was removed stays away (D5)."""
    event = wish.event
    assert event is not None  # noqa: S101 asked before
    if state == WriteState.DONE:
        CalendarEvent.objects.filter(pk=event.pk, gone_at=None).update(gone_at=now)
    else:
        later = {"next_try_at": now + timedelta(days=1), "error": text}
        Block.objects.filter(pk=wish.block.pk).update(**later)


def _heard() -> dict[str, object]:
    return {
        "said": "",
        "said_at": None,
        "said_starts_at": None,
        "said_ends_at": None,
        "next_try_at": None,
        "attempts": 0,
        "error": "",
    }


def _why(wish: Wish, text: str) -> str:
    """Why it was refused, for the desk: the vendor's words without the request that they answer."""
    answer = ANSWER.match(text)
    if answer is None:
        return text
    vendor = wish.booking.account.profile.label
    return f"{vendor} says “{answer[1].strip().rstrip('.')}”" if answer[1] else f"{vendor} refused"


def _sentence(text: str) -> str:
    return f"{text.strip().rstrip('.')}."
