"""What staff do with pairings, blocks and a room's channels: each act in words, and the call that does it."""

from __future__ import annotations

from backoffice import tasks
from backoffice.admin.acts import Act, Given, follow_up
from backoffice.admin.pairing_forms import BlockOn, Change, Leave, Synchronise
from backoffice.admin.verbs import OVERRULE
from backoffice.flow import channels
from backoffice.models import Block, CalendarPairing, Mode, Room, Said, VendorAccount
from backoffice.states import BlockState
from backoffice.word import Word
from integrations.types import Role

CHANGE_PAIRING = "backoffice.change_calendarpairing"
TRIED = (BlockState.FAILED, BlockState.PLANNED, BlockState.REMOVING)


def _read(row: CalendarPairing) -> None:
    tasks.refresh_account.delay_on_commit(row.account_id)


def _read_account(row: VendorAccount) -> None:
    tasks.refresh_account.delay_on_commit(row.pk)


def _free(row: CalendarPairing) -> None:
    tasks.free_rooms.delay_on_commit(row.account_id)


def _activate(row: CalendarPairing, given: Given, word: Word) -> str:
    del given
    return f"{channels.activate(row, word).room} syncs with {row.title or row.ref} from now on."


def _deactivate(row: CalendarPairing, given: Given, word: Word) -> str:
    del given
    return f"{channels.deactivate(row, word).room} syncs no more with {row.title or row.ref}."


def _change(row: CalendarPairing, given: Given, word: Word) -> str:
    channels.change(row, given, word)
    return (
        f"{row.room} and {row.title or row.ref}: changed. What is to come is written again where it differs."
    )


def _acknowledge(row: CalendarPairing, given: Given, word: Word) -> str:
    del given
    channels.acknowledge(row, word)
    return f"It is on record that {row.room} shares {row.title or row.ref}."


def _unpair(row: CalendarPairing, given: Given, word: Word) -> str:
    taken = channels.unpair(CalendarPairing.objects.get(pk=row.pk), word, clean=given["take_out"])
    end = f" {taken} events are being taken out of it." if taken else ""
    return f"{row.room} is no longer paired with {row.title or row.ref}.{end}"


def _activate_all(row: VendorAccount, given: Given, word: Word) -> str:
    del given
    done, refused = channels.activate_all(row, word)
    return " ".join([f"{done} pairings of {row} sync from now on.", *refused])


def _synchronise(row: VendorAccount, given: Given, word: Word) -> str:
    room = Room.objects.filter(pk=given["room"]).first() if given["room"] else None
    n = channels.synchronise(row, Mode(given["mode"]), room, word)
    return f"{n} calendars of {row} are being synchronised; see the account's readings."


def _try_again(row: Block, given: Given, word: Word) -> str:
    del given
    channels.try_again(row, word)
    return f"The block at {row.account} is asked for again now."


def _seen(row: Block, given: Given, word: Word) -> str:
    del given
    channels.seen(row, word)
    return f"What was undone at {row.account} is seen."


def _block_on(row: Room, given: Given, word: Word) -> str:
    slugs = channels.block_on(row, given["accounts"], word).block_on
    return f"{row}: bookings from elsewhere block it on {', '.join(slugs) or 'no channel'}."


def _is_calendar(row: VendorAccount) -> bool:
    return row.profile.role == Role.CALENDAR


def _shares(row: CalendarPairing) -> bool:
    return row.acknowledged_at is None and bool(getattr(row, "shared", False))  # of `with_sharing`


ACTIVATE = Act(
    "activate",
    "Activate",
    "It syncs from now on: bookings are written into the calendar and entries block the room, as its "
    "direction says.",
    CHANGE_PAIRING,
    _activate,
    icon="play_arrow",
    first=True,
    offered=lambda row: row.activated_at is None,
    after=_read,
)
DEACTIVATE = Act(
    "deactivate",
    "Deactivate",
    "Nothing syncs from now on. What is written in the calendar stays there, and what its entries block "
    "stays blocked.",
    CHANGE_PAIRING,
    _deactivate,
    icon="pause",
    offered=lambda row: row.activated_at is not None,
)
CHANGE = Act(
    "change",
    "Change",
    "Another direction, or another amount of what events show. Events to come are written again, so that "
    "less is shown where less is chosen.",
    CHANGE_PAIRING,
    _change,
    Change,
    icon="tune",
    after=_read,
)
ACKNOWLEDGE = Act(
    "acknowledge",
    "Sharing is wanted",
    "Several rooms use this calendar: what people enter in it blocks all of them. You say that it is wanted.",
    CHANGE_PAIRING,
    _acknowledge,
    icon="done_all",
    offered=_shares,
)
UNPAIR = Act(
    "unpair",
    "Take away",
    "The room is no longer paired with this calendar; its entries do not block the room any more.",
    "backoffice.delete_calendarpairing",
    _unpair,
    Leave,
    icon="link_off",
    danger=True,
    offered=lambda row: row.activated_at is None,
    after=_free,
)
PAIRING_ACTS = (ACTIVATE, ACKNOWLEDGE, CHANGE, DEACTIVATE, UNPAIR)

ACTIVATE_ALL = Act(
    "activate-all",
    "Activate all pairings",
    "Every room that is paired and not active yet syncs from now on.",
    CHANGE_PAIRING,
    _activate_all,
    icon="play_arrow",
    offered=lambda row: _is_calendar(row) and row.pairings.filter(activated_at=None).exists(),
    after=_read_account,
    folded=True,
)
SYNCHRONISE = Act(
    "synchronise",
    "Synchronize calendars",
    "Done anew now, in one direction or both, for all rooms or one. Also brings back events that somebody "
    "deleted from a calendar that is only written.",
    "backoffice.refresh_vendoraccount",
    _synchronise,
    Synchronise,
    icon="sync_alt",
    offered=lambda row: _is_calendar(row) and row.pairings.filter(activated_at__isnull=False).exists(),
    after=_read_account,
    folded=True,
)
ACCOUNT_ACTS = (ACTIVATE_ALL, SYNCHRONISE)

TRY_AGAIN = Act(
    "retry",
    "Try again",
    "The channel is asked again now, also for a block that somebody removed there.",
    OVERRULE,
    _try_again,
    icon="replay",
    first=True,
    offered=lambda row: row.state in TRIED or (row.state == BlockState.REMOVED and row.said == Said.DELETED),
)
SEEN = Act(
    "seen",
    "Seen",
    "That somebody changed the block and that it was put back needs nobody any more. Nothing is asked of the "
    "channel; without this it is told for a day.",
    OVERRULE,
    _seen,
    icon="visibility",
    first=True,
    offered=lambda row: bool(row.note) and row.state == BlockState.ACTIVE,
)
BLOCK_ON = Act(
    "block-on",
    "Choose where it is blocked",
    "On the channels ticked here, a booking made elsewhere takes the room's time, so that nobody sells it "
    "twice.",
    "backoffice.change_room",
    _block_on,
    BlockOn,
    icon="block",
    after=follow_up,
    folded=True,
)
