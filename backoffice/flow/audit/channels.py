"""What needs a person about channels: blocks that are not there, calendars that are paused or shared."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from itertools import chain

from django.db.models import Case, Exists, OuterRef, Q, Value, When

from backoffice.flow.audit.trouble import Trouble, guest, remedy, sentence, soon, stay
from backoffice.models import Block, CalendarPairing, Conflict, Room, Said, Severity, VendorAccount
from backoffice.standing import PAUSED, READING, standing
from backoffice.states import BlockState
from backoffice.vendorwords import plainly
from backoffice.wording import moment
from integrations.types import BookingStatus

PATIENCE = timedelta(minutes=15)
TRIES = 5  # tried so often, a block has been waiting for a quarter of an hour
RELATED = (
    "account",
    "room__venue",
    "pairing",
    "resource",
    "occurrence__booking__account",
    "occurrence__booking__customer",
    "occurrence__resource__room__venue",
)
UNREAD = ("occurrence__booking__raw", "occurrence__booking__customer__email", "resource__raw")
BLOCKS = "blocks"
Words = tuple[Severity, str]


def troubles(now: datetime) -> Iterable[Trouble]:
    """What is wrong between the channels that the rooms are sold on."""
    pairings = list(CalendarPairing.objects.select_related("account", "room__venue").order_by("pk"))
    active = [pairing for pairing in pairings if pairing.activated_at]
    return chain(_blocks(now), _paused(active), _shared(pairings), _nowhere(active))


# ---------------------------------------------------------------------------------------------- blocks


def _blocks(now: datetime) -> Iterator[Trouble]:
    """One finding for each block that is not as it should be, soonest first; asked for in one query."""
    kinds = [When(wanted, then=Value(kind)) for kind, wanted in _kinds(now).items()]
    rows = Block.objects.filter(ends_at__gt=now).annotate(kind=Case(*kinds, default=Value("")))
    rows = rows.exclude(kind="").select_related(*RELATED).defer(*UNREAD)
    for block in rows.order_by("starts_at", "pk"):
        kind = block.kind  # annotated
        severity, text = WORDS[kind](block, now)
        yield Trouble(
            kind,
            str(block.pk),
            severity,
            f"{_what(block)}: {text}",
            account_id=block.account_id,
            booking_id=block.occurrence.booking_id,
            room_id=block.room_id,
        )


def _kinds(now: datetime) -> dict[str, Q]:
    """What is wrong with a block, the most pressing first."""
    cancelled = Q(occurrence__booking__status=BookingStatus.CANCELLED)
    stands = Q(occurrence__gone_at=None, occurrence__booking__gone_at=None) & ~cancelled
    planned = Q(state__in=(BlockState.PLANNED, BlockState.WRITING), said="")
    old = Q(written_at=None, created_at__lte=now - PATIENCE)
    tried = Q(attempts__gte=TRIES) | Q(attempts__gt=0, next_try_at__gt=now + PATIENCE)
    removed = Q(state=BlockState.REMOVED)
    return {
        "block_refused": Q(state=BlockState.FAILED) & stands & ~_told(),
        "block_unwritten": planned & (old | tried) & stands & _asked(),
        "block_not_removed": Q(state=BlockState.REMOVING) & tried & _asked(),
        "change_undone": ~Q(note="") & ~removed & stands,
        "block_removed": removed & Q(said=Said.DELETED) & stands,
    }


def _told() -> Q:
    """Somebody else has the time there: that is a conflict, and told as one."""
    here = Conflict.objects.filter(closed_at=None)
    first = here.filter(first=OuterRef("occurrence"), second__booking__account=OuterRef("account"))
    second = here.filter(second=OuterRef("occurrence"), first__booking__account=OuterRef("account"))
    return Q(Exists(first)) | Q(Exists(second))


def _asked() -> Q:
    """Not at an account or in a calendar that is paused: of those there is a finding of its own."""
    awake = Q(pairing=None) | Q(pairing__paused_at=None, pairing__activated_at__isnull=False)
    return Q(account__enabled=True, account__stopped_at=None) & awake


def _refused(block: Block, now: datetime) -> Words:
    return soon(block.starts_at, now), (
        f"the time is not blocked at {_where(block)}: {_error(block)} Somebody can book it: close it "
        "there by hand, or put right what is named and try the block again."
    )


def _unwritten(block: Block, now: datetime) -> Words:
    return soon(block.starts_at, now), (
        f"the time could not be blocked at {_where(block)} so far: {_error(block)} It is tried again by "
        "itself; until then somebody can book it there."
    )


def _not_removed(block: Block, now: datetime) -> Words:
    del now
    return Severity.TODAY, (
        f"that is over or gone, but its block still stands at {_where(block)}: {_error(block)} Nobody can "
        "book the time there. It is tried again by itself; or remove the block there by hand."
    )


def _undone(block: Block, now: datetime) -> Words:
    where, who = ("in", "keeps the calendar") if block.calendar_ref else ("at", "changed it there")
    return soon(block.starts_at, now), (
        f"{where} {_where(block)}: {sentence(block.note)} To change the booking, change it where it was "
        f"made; and tell whoever {who}."
    )


def _removed(block: Block, now: datetime) -> Words:
    """At a booking source the time can be sold again; in a calendar it is for information."""
    sold = block.resource_id is not None
    danger = "It can be booked there now" if sold else "Whoever looks at that calendar does not see it"
    return soon(block.starts_at, now) if sold and not _is_entry(block) else Severity.NOTE, (
        f"somebody removed the block at {_where(block)}, and the booking stands. {danger}. If that was a "
        "mistake, try the block again on its page."
    )


WORDS: dict[str, Callable[[Block, datetime], Words]] = {
    "block_refused": _refused,
    "block_unwritten": _unwritten,
    "block_not_removed": _not_removed,
    "change_undone": _undone,
    "block_removed": _removed,
}


def _what(block: Block) -> str:
    """Which stay: Laboratory, Mon 9 Mar 18:00 to 19:00, booked by Ida Kern (lockme/4711)."""
    booking = block.occurrence.booking
    who = "taken in a calendar" if _is_entry(block) else f"booked by {guest(booking)}"
    whole = block.room_id == block.occurrence.resource.room_id
    return f"{stay(block.occurrence)}, {who}{'' if whole else f', which takes {block.room} along'}"


def _is_entry(block: Block) -> bool:
    return bool(block.occurrence.booking.status == BookingStatus.BLOCK)


def _where(block: Block) -> str:
    """At which channel: the calendar Laboratory; Lock.me (shop), game of Mon 9 Mar 18:00."""
    if block.calendar_ref:
        title = block.pairing.title if block.pairing else ""
        return f"the calendar {title or block.calendar_ref}"
    slot = f", the game of {moment(block.starts_at, block.room.venue)}" if block.by_slot else ""
    return f"{block.account.profile.label} ({block.account}{slot})"


def _error(block: Block) -> str:
    """What went wrong, for the desk; the vendor's exact text stands on the block's page."""
    if not block.error:
        return "Nobody has got round to it."
    return sentence(plainly(block.error, block.account.profile.label))


# -------------------------------------------------------------------------------------------- calendars


def _paused(active: Iterable[CalendarPairing]) -> Iterator[Trouble]:
    """One finding per account or calendar, with all the rooms that it concerns."""
    groups: dict[tuple[str, VendorAccount, str], list[CalendarPairing]] = defaultdict(list)
    for pairing in active:
        now = standing(pairing)
        if now.word == PAUSED and pairing.account.enabled:
            dead = bool(pairing.account.stopped_at)
            key = str(pairing.account_id) if dead else f"{pairing.account_id} {pairing.ref}"
            groups[key[:200], pairing.account, now.why].append(pairing)
    for (key, account, why), group in groups.items():
        do = remedy(account) if account.stopped_at else "Share it again, or pair another one."
        rooms = {each.room_id for each in group}
        yield Trouble(
            "calendar_paused",
            key,
            Severity.NOW,
            f"The calendars of {_rooms(group)} do not sync: {why} Until they do, new bookings do not appear "
            f"in them, and new entries in them do not block the rooms. {do}",
            account_id=account.pk,
            room_id=rooms.pop() if len(rooms) == 1 else None,
        )


def _shared(pairings: Iterable[CalendarPairing]) -> Iterator[Trouble]:
    groups: dict[tuple[int, str], list[CalendarPairing]] = defaultdict(list)
    for pairing in pairings:
        groups[pairing.account_id, pairing.ref].append(pairing)
    for (account, ref), group in groups.items():
        unsaid = [each for each in group if each.activated_at and each.acknowledged_at is None]
        if len(group) > 1 and unsaid:
            yield Trouble(
                "calendar_shared",
                f"{account} {ref}"[:200],
                Severity.TODAY,
                f"{_rooms(group)} share the calendar {group[0].title or ref}: what people enter in it blocks "
                "all of them. If that is wanted, acknowledge it on each room's pairing; else give each room "
                "a calendar of its own.",
                account_id=account,
            )


def _nowhere(active: Iterable[CalendarPairing]) -> Iterator[Trouble]:
    """Entries are read and keep nobody out: the room is sold somewhere, and blocked nowhere."""
    reading = {pairing.room_id: pairing for pairing in active if pairing.mode in READING}
    rooms = Room.objects.filter(pk__in=reading).prefetch_related("resources__account").order_by("pk")
    for room in rooms:
        sold = [each for each in room.resources.all() if each.gone_at is None and _blockable(each.account)]
        if sold and not any(each.account.slug in room.block_on for each in sold):
            where = ", ".join(sorted({each.account.slug for each in sold}))
            pairing = reading[room.pk]
            yield Trouble(
                "blocks_nowhere",
                str(room.pk),
                Severity.TODAY,
                f"Entries in the calendar {pairing.title or pairing.ref} are read for {room}, but keep "
                f"nobody from booking it at {where}. Choose on the room's page where bookings from "
                "elsewhere block it.",
                account_id=pairing.account_id,
                room_id=room.pk,
            )


def _blockable(account: VendorAccount) -> bool:
    return BLOCKS in account.profile.desk


def _rooms(group: Iterable[CalendarPairing]) -> str:
    return ", ".join(dict.fromkeys(str(each.room) for each in group))
