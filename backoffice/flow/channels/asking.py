"""What staff ask about blocks: that one is tried again, and on which channels a room is to be blocked."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from backoffice import accounts
from backoffice.models import Block, Occurrence, Room, Said, VendorAccount
from backoffice.states import BlockState, move
from backoffice.word import NotPossible, Word, on_record
from integrations.errors import Misconfigured, VendorError
from integrations.types import BookingStatus, CalendarRecord, Role

BLOCKS = "blocks"
WAITING = (BlockState.PLANNED, BlockState.REMOVING)
AGAIN = {"next_try_at": None, "attempts": 0}


def try_again(block: Block, word: Word) -> Block:
    """Have a block asked for at its channel now, also one that a person removed there.

    NotPossible, in words, when it is over or what it stood for is gone, when it stands as it should, and
    while its account is stopped.
    """
    if block.ends_at <= word.now:
        raise NotPossible("Its time is over.")
    if block.state == BlockState.REMOVED and _is_gone(block.occurrence):
        raise NotPossible("What it stood for is gone: there is nothing to block any more.")
    if block.account.stopped_at:
        raise NotPossible(f"{block.account} is stopped: {block.account.stopped_reason}. Reconnect it first.")
    with transaction.atomic():
        if not _again(block):
            raise NotPossible(f"It is {block.get_state_display()}: there is nothing to try again.")
        block.refresh_from_db()
        on_record(word, "try again", block, booking=block.occurrence.booking)
    return block


def seen(block: Block, word: Word) -> Block:
    """Take away what is told of a person's change that was undone: staff know of it.

    NotPossible, in words, where nothing is told, and before the block has been put right.
    """
    if not block.note:
        raise NotPossible("Nothing is told of it that somebody would have to see.")
    if block.state != BlockState.ACTIVE:
        raise NotPossible("It is not put right yet: it is written again by itself, and told until then.")
    with transaction.atomic():
        Block.objects.filter(pk=block.pk).update(note="")
        on_record(word, "seen", block, booking=block.occurrence.booking)
        block.note = ""
    return block


def _is_gone(stay: Occurrence) -> bool:
    booking = stay.booking
    return bool(stay.gone_at or booking.gone_at) or booking.status == BookingStatus.CANCELLED


def _again(block: Block) -> bool:
    by_hand = block.state == BlockState.REMOVED and block.said == Said.DELETED
    if by_hand or block.state == BlockState.FAILED:
        return move(block, BlockState.PLANNED, said="", written_digest="", ended_at=None, **AGAIN)
    return bool(Block.objects.filter(pk=block.pk, state__in=WAITING).update(**AGAIN))


def can_block(account: VendorAccount) -> bool:
    """Whether times can be taken there for a booking made elsewhere."""
    return BLOCKS in account.profile.desk


def block_on(room: Room, slugs: Collection[str], word: Word) -> Room:
    """Say on which accounts bookings from elsewhere block this room; the next plan obeys.

    NotPossible for an account that there is not or that cannot be blocked, and where that is so already.
    """
    known = [account.slug for account in VendorAccount.objects.order_by("slug") if can_block(account)]
    if strange := sorted(set(slugs) - set(known)):
        raise NotPossible(f"Nothing can be blocked at {', '.join(strange)}; at {', '.join(known)} it can.")
    chosen = [slug for slug in known if slug in slugs]
    before = list(room.block_on)
    if chosen == sorted(before):
        raise NotPossible("That is so already.")
    with transaction.atomic():
        Room.objects.filter(pk=room.pk).update(block_on=chosen)
        room.refresh_from_db(fields=["block_on"])
        on_record(word, "block on", room, detail={"before": before, "after": chosen})
    return room


def calendars_of(account: VendorAccount, now: datetime) -> tuple[CalendarRecord, ...]:
    """The calendars that the account may see, asked of the vendor now (google_calendar 4.1), by title.

    NotPossible, in words, for an account that has no calendars, is not connected, or does not answer. A grant
    that is dead stops the account, as everywhere.
    """
    if account.profile.role != Role.CALENDAR:
        raise NotPossible(f"{account.profile.label} has no calendars.")
    if account.stopped_at or not accounts.connected(account):
        why = f"is stopped: {account.stopped_reason}" if account.stopped_at else "is not connected yet"
        raise NotPossible(f"{account} {why}. Connect it on its page.")
    try:
        listing = accounts.calendar(account).calendars()
    except Misconfigured as error:
        accounts.stop(account, error.text, now)
        raise NotPossible(f"{account} is stopped: {error.text}. Connect it on its page.") from None
    except VendorError as error:
        raise NotPossible(f"{account.profile.label} did not list its calendars: {error.text}.") from None
    return tuple(sorted(listing.records, key=lambda each: (not each.primary, each.title.lower(), each.ref)))
