"""Channels: what people did there, the slots there, what is to be blocked, and the blocks themselves."""

from __future__ import annotations

from functools import partial
from typing import Any

from backoffice import accounts
from backoffice.clock import now as clock
from backoffice.flow import calendars, channels, desk, mirror
from backoffice.models import VendorAccount
from backoffice.states import WriteState
from backoffice.tasks.guard import guarded, with_role
from backoffice.tasks.reading import refresh
from integrations.types import BookingSource, Role, SlotSource


def keep_channels(wait: float) -> None:
    """What people did at the channels, the slots there, what is to be blocked, and the blocks themselves."""
    for account in calendars.left(clock()):  # of which nobody was told when the room left its calendar
        calendars.take(account, clock())
    for account in with_role(Role.BOOKINGS):
        guarded(account, _look_for_blocks)
    channels.bring_back(clock())
    channels.listen(clock())
    for account in _channels():
        guarded(account, _obey)
        guarded(account, _read_slots)
    channels.plan(clock())
    for account in _channels():
        guarded(account, lambda a: _write_blocks(a, wait))
    for account in with_role(Role.CALENDAR):
        guarded(account, _take_out)


def _channels() -> list[VendorAccount]:
    return [*with_role(Role.BOOKINGS), *with_role(Role.CALENDAR)]


def _look_for_blocks(account: VendorAccount) -> bool:
    """Mirror the blocks that no reading has shown, or learn that they are not there any more."""
    blocks = channels.unseen(account, clock())
    if not blocks:
        return False
    client = accounts.booking_source(account)
    for block in blocks:
        channels.looking_for(block, clock())
        sold = block.resource.ref if block.resource else ""
        run = mirror.refresh_booking(account, client, sold, block.ref, clock())
        channels.recognise()
        channels.looked_for(block, clock(), found=run.seen > 0)
    return False


def _read_slots(account: VendorAccount) -> bool:
    due = channels.slots_due(account, clock()) if "slots" in account.profile.desk else []
    if not due:
        return False
    source = accounts.booking_source(account)
    return isinstance(source, SlotSource) and bool(channels.read_slots(source, due, clock()))


def _write_blocks(account: VendorAccount, wait: float) -> bool:
    if not channels.due(account, clock()).exists():
        return False
    client = _channel(account)
    done = channels.write_due(account, client, clock(), wait)
    changed = bool(done.written or done.removed)
    if changed:
        _mirror_blocks(account, client, done)
    return changed


def _mirror_blocks(account: VendorAccount, client: Any, done: channels.Wrote) -> None:
    """What was made or taken away is mirrored now: the next reading has no news of ours."""
    if account.profile.role == Role.CALENDAR:
        refresh(account)
        return
    for resource, ref in done.bookings:
        if ref:
            mirror.refresh_booking(account, client, resource, ref, clock())
    channels.recognise()


def _obey(account: VendorAccount) -> bool:
    """Put to the source of a booking what a person ordered in a calendar that goes both ways."""
    for wish in channels.wishes(account, clock()):
        if wish.verb == "cancel" and not _was_deleted(wish):
            continue
        if account.stopped_at:  # by the order before: nothing more is asked of it
            break
        word = desk.RuleWord(wish.rule, wish.reason, clock())
        ask = desk.Ask(account, wish.verb, wish.subject, resource=wish.resource, booking=wish.booking)
        client = _channel(account)
        write = desk.carry_out(ask, word, partial(channels.put, wish, client))
        desk.supersede(write)
        if write.state == WriteState.DONE and isinstance(client, BookingSource):
            mirror.refresh_booking(account, client, wish.resource.ref, wish.booking.ref, clock())
        elif write.state == WriteState.DONE:
            calendars.take(account, clock())
        channels.answered(wish, write.state, write.text, clock())
    return False


def _was_deleted(wish: channels.Wish) -> bool:
    """Is the event gone, and not only put into another calendar? Where that cannot be asked now, it waits."""
    calendar = wish.block.account
    if calendar.stopped_at or not calendar.enabled:
        return False
    return guarded(calendar, lambda account: not channels.not_deleted(wish.block, accounts.calendar(account)))


def _take_out(account: VendorAccount) -> bool:
    """Take events of ours out of the calendars that they were put into, once they are back in their own."""
    events = channels.to_take_out(account.pk, clock())
    if not events:
        return False
    client = accounts.calendar(account)
    for event in events:
        client.delete(event.calendar.ref, event.ref)
        channels.taken_out(event, clock())
    return False


def _channel(account: VendorAccount) -> Any:
    if account.profile.role == Role.CALENDAR:
        return accounts.calendar(account)
    return accounts.booking_source(account)
