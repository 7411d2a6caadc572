"""Blocks carried out at their channel: each asked for by a key that stays, so that asking twice makes one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from backoffice import accounts
from backoffice.calendarrows import OurEvents, filled
from backoffice.flow.channels.events import draft_of
from backoffice.models import Block, CalendarEvent, CalendarReading, Mode, Occurrence, Resource, VendorAccount
from backoffice.states import BlockState, move
from integrations.errors import (
    ChangedMeanwhile,
    Misconfigured,
    Missing,
    Refused,
    Taken,
    Unavailable,
    VendorError,
)
from integrations.types import BlockDesk, BlockOrder, Calendar, CalendarEventRecord, Verdict

FIRST_RETRY, LAST_RETRY = timedelta(seconds=30), timedelta(minutes=15)
FIRST_REFUSED, LAST_REFUSED = timedelta(minutes=5), timedelta(hours=1)  # a cart is paid or empty by then
LABEL = "Blocked"
UNFINISHED = (BlockState.PLANNED, BlockState.WRITING, BlockState.REMOVING, BlockState.FAILED)


@dataclass(slots=True)
class Wrote:
    """What one pass over an account did."""

    written: int = 0
    removed: int = 0
    failed: int = 0
    error: str = ""
    bookings: list[tuple[str, str]] = field(default_factory=list)  # made or taken away: thing sold, number


def due(account: VendorAccount, now: datetime) -> QuerySet[Block]:
    """The blocks that an account is to be asked about now, soonest first; not those of a pairing that is
    paused, not active, or only read (M4)."""
    ripe = Q(next_try_at=None) | Q(next_try_at__lte=now)
    found = Block.objects.filter(ripe, account=account, state__in=UNFINISHED, said="")
    refused_for_good = Q(state=BlockState.FAILED, next_try_at=None)
    over = Q(state__in=(BlockState.PLANNED, BlockState.FAILED), ends_at__lte=now)
    asleep = Q(pairing__isnull=False) & (Q(pairing__paused_at__isnull=False) | Q(pairing__activated_at=None))
    asleep |= Q(pairing__mode=Mode.FROM_CALENDAR)
    return found.exclude(refused_for_good).exclude(over).exclude(asleep).order_by("starts_at", "pk")


def write_due(account: VendorAccount, client: Calendar | BlockDesk, now: datetime, wait: float = 0) -> Wrote:
    """Write and remove all that is due at one account; safe to run again at any time.

    One worker at a time writes for an account. A block found being written belongs to a dead one: it is asked
    for again by its key, which makes nothing twice. Unavailable ends the pass, each block keeps its error and
    a later try; what the channel refuses is FAILED with its words and tried again, in the end by the hour.
    Raises Misconfigured.
    """
    done = Wrote()
    with accounts.exclusive(f"blocks {account.pk}", wait) as mine:
        if not mine or account.stopped_at or not account.enabled:
            return done
        pen = _Pen(client, done, now)
        for block in due(account, now).select_related(
            "occurrence__booking__customer",
            "occurrence__booking__account",
            "occurrence__resource__room__venue",
            "room__venue",
            "resource",
            "pairing",
        ):
            try:
                pen.carry_out(block)
            except Unavailable as error:
                done.error = error.text
                break
    return done


class _Pen:
    """One pass over an account's blocks."""

    def __init__(self, client: Calendar | BlockDesk, done: Wrote, now: datetime) -> None:
        self._client = client
        self._done = done
        self._now = now

    def carry_out(self, block: Block) -> None:
        """Ask for one block, and write down what came of it; raises Unavailable and Misconfigured."""
        removing = block.state == BlockState.REMOVING
        if not removing and not self._begun(block):
            return
        act = self._remove if removing else self._write
        try:
            act(block)
        except (Misconfigured, Unavailable) as error:
            self._later(block, error)
            raise
        except ChangedMeanwhile as error:  # the next reading tells how, and what is to be done
            self._later(block, error)
        except Refused as error:
            self._refused(block, error.text)
        except VendorError as error:
            self._later(block, error)

    def _begun(self, block: Block) -> bool:
        """Write down that it is asked for, before it is: from now on it may be there, whoever dies."""
        if block.state == BlockState.WRITING:
            return True
        return move(block, BlockState.WRITING, asked_at=block.asked_at or self._now)

    def _write(self, block: Block) -> None:
        if isinstance(self._client, Calendar):
            record = _into_calendar(self._client, block)
            _note(block, record, self._now)
            self._written(block, ref=record.ref, etag=record.etag[:200], generation=block.generation)
            return
        end = self._client.block(_order(block, self._now))
        if end.verdict is Verdict.REFUSED:
            self._refused(block, end.text)
        else:
            self._written(block, ref=end.ref[:250])
            self._done.bookings.append((_sold(block).ref, end.ref))

    def _written(self, block: Block, **found: object) -> None:
        written = {"written_digest": block.digest, "written_at": self._now, "confirmed_at": self._now}
        # what was planned anew meanwhile has another digest, and stays to be written
        rows = Block.objects.filter(pk=block.pk)
        rows.update(**found, **written, error="", attempts=0, next_try_at=None)
        self._done.written += move(block, BlockState.ACTIVE)

    def _remove(self, block: Block) -> None:
        if isinstance(self._client, Calendar):
            ref = block.ref or self._client.event_ref(block.key, block.generation)
            self._client.delete(block.calendar_ref, ref)
            _note_gone(block, ref, self._now)
        else:
            end = self._client.unblock(_order(block, self._now))
            if end.verdict is Verdict.REFUSED:
                self._refused(block, end.text)
                return
            self._done.bookings.append((_sold(block).ref, block.ref))
        self._done.removed += move(block, BlockState.REMOVED, ended_at=self._now, error="", next_try_at=None)

    def _later(self, block: Block, error: VendorError) -> None:
        pause = min(FIRST_RETRY * 2 ** min(block.attempts, 10), LAST_RETRY)
        if error.retry_after:
            pause = max(pause, timedelta(seconds=min(error.retry_after, 3600)))
        fields = {"error": error.text, "attempts": block.attempts + 1, "next_try_at": self._now + pause}
        if block.state == BlockState.WRITING:
            move(block, BlockState.PLANNED, **fields)
        else:
            Block.objects.filter(pk=block.pk).update(**fields)

    def _refused(self, block: Block, words: str) -> None:
        self._done.failed += 1
        pause = min(FIRST_REFUSED * 2 ** min(block.attempts, 10), LAST_REFUSED)
        again = {"attempts": block.attempts + 1, "next_try_at": self._now + pause, "error": words}
        if block.state == BlockState.REMOVING:
            Block.objects.filter(pk=block.pk).update(**again)
        else:
            move(block, BlockState.FAILED, **again)


def _sold(block: Block) -> Resource:
    """The thing sold whose time a block takes."""
    assert block.resource is not None  # noqa: S101 a block without a calendar has one
    return block.resource


def _order(block: Block, now: datetime) -> BlockOrder:
    asked_before = not block.ref and block.asked_at is not None and block.asked_at < now
    anywhere = (now, now + timedelta(days=block.account.horizon_days))
    # a writer that died did not note the number: then it is known by our key alone
    itself = Q(booking__ref=block.ref) if block.ref else Q(booking__external_ref=block.key)
    echoes = Occurrence.objects.filter(itself, booking__account=block.account, booking__echo_of=block)
    seen = echoes.filter(gone_at=None, booking__gone_at=None)
    text = f"{LABEL}: {block.occurrence.booking.account.profile.label}"
    return BlockOrder(
        block.key,
        _sold(block).ref,
        block.starts_at,
        block.ends_at,
        text,
        block.ref if not block.by_slot else "",
        seen.values_list("resource__ref", flat=True).first() or "",
        anywhere if asked_before else None,
    )


def _into_calendar(client: Calendar, block: Block) -> CalendarEventRecord:
    """The event as it is there now: changed where it is known to be, made or brought back where it is not."""
    origin = CalendarReading.objects.get_or_create(account=block.account, ref=block.calendar_ref)[0].origin
    known = bool(block.ref) and not _is_gone(block)

    def attempt() -> CalendarEventRecord:
        draft = draft_of(block, client.event_ref(block.key, block.generation), origin)
        if not known:
            return client.insert(block.calendar_ref, draft)
        try:
            return client.replace(block.calendar_ref, draft, block.etag)
        except Missing:
            return client.insert(block.calendar_ref, draft)

    return _with_free_id(block, attempt)


def _with_free_id(block: Block, attempt: Callable[[], CalendarEventRecord]) -> CalendarEventRecord:
    """Ask; once more with another id where the first can never be used again (4.3)."""
    try:
        return attempt()
    except Taken:
        block.generation += 1
        Block.objects.filter(pk=block.pk).update(generation=block.generation)
        return attempt()


def _is_gone(block: Block) -> bool:
    rows = CalendarEvent.objects.filter(calendar__account=block.account, calendar__ref=block.calendar_ref)
    return rows.filter(ref=block.ref, gone_at__isnull=False).exists()


def _note(block: Block, record: CalendarEventRecord, now: datetime) -> None:
    """What was written is known without a reading: its echo is no news, and an older list no change (L1)."""
    with transaction.atomic():
        known = CalendarReading.objects.select_for_update()
        calendar = known.get(account=block.account, ref=block.calendar_ref)
        row = CalendarEvent.objects.filter(calendar=calendar, ref=record.ref).first()
        row = row or CalendarEvent(calendar=calendar, ref=record.ref)
        filled(row, record, OurEvents({block.key: record.ref}), now).save()


def _note_gone(block: Block, ref: str, now: datetime) -> None:
    """What was taken out is known to be gone without a reading."""
    events = CalendarEvent.objects.filter(calendar__account=block.account, calendar__ref=block.calendar_ref)
    events.filter(ref=ref, gone_at=None).update(gone_at=now)
