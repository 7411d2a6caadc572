"""What vendors would have answered of a house, and all that follows of it; and guests of long ago."""

from __future__ import annotations

from datetime import datetime, timedelta

from backoffice import tasks
from backoffice.clock import now as machine_time
from backoffice.flow import calendars, channels, conflicts, deliver, grant
from backoffice.models import (
    AccessGrant,
    Block,
    Booking,
    CalendarEvent,
    CalendarReading,
    Fob,
    FobLoan,
    IssuedCode,
    Notice,
    Occurrence,
    PathStep,
    SyncRun,
    VendorAccount,
)
from backoffice.states import BlockState, CodeState, GrantState, Known, NoticeState, RunState
from integrations.types import BookingStatus, Method

HOUR = timedelta(hours=1)


def settle(now: datetime, codes: int, runs: int) -> None:
    """All that vendors would have answered, and all that follows."""
    for account in VendorAccount.objects.filter(pairings__isnull=False).distinct():
        calendars.take(account, now)
    _runs(runs)
    grant.replan(now)
    _issued(now, codes)
    channels.plan(now)
    _written(now)
    conflicts.detect(now)
    while deliver.deliver(machine_time())["sent"]:
        pass
    tasks.follow_up()


def _runs(many: int) -> None:
    """A reading every five minutes until now."""
    for account in VendorAccount.objects.all():
        SyncRun.objects.bulk_create(
            SyncRun(account=account, state=RunState.OK, started_at=at, finished_at=at)
            for at in (machine_time() - n * timedelta(minutes=5) for n in range(many))
        )


def _issued(now: datetime, most: int) -> None:
    """What is due has been issued, and more, as far as the house has codes; fobs are lent."""
    planned = IssuedCode.objects.filter(state=CodeState.PLANNED).order_by("due_at")
    due = list(planned.filter(due_at__lte=now + HOUR).values_list("pk", flat=True))
    more = planned.exclude(pk__in=due).exclude(method=Method.FOB).values_list("pk", flat=True)
    chosen = [*due, *more[: max(0, most - len(due))]]
    made = {"state": CodeState.ACTIVE, "known": Known.CONFIRMED, "secret": "123456"}
    IssuedCode.objects.filter(pk__in=chosen).update(issued_at=now, confirmed_at=now, **made)
    fobs = list(Fob.objects.order_by("pk"))
    FobLoan.objects.bulk_create(
        FobLoan(
            fob=fobs[n],
            grant_id=code.grant_id,
            code=code,
            holder_key=code.holder_key,
            starts_at=code.starts_at,
            ends_at=code.ends_at,
        )
        for n, code in enumerate(IssuedCode.objects.filter(pk__in=due, method=Method.FOB))
    )


def _written(now: datetime) -> None:
    """The blocks stand at their channels, and their events have been read back."""
    blocks = list(Block.objects.filter(state=BlockState.PLANNED).order_by("pk"))
    for block in blocks:
        block.state, block.written_digest = BlockState.ACTIVE, block.digest
        block.ref, block.etag, block.written_at = f"at-{block.pk}", f"e{block.pk}", now
    Block.objects.bulk_update(
        blocks, ["state", "written_digest", "ref", "etag", "written_at"], batch_size=500
    )
    _echoed([block for block in blocks if block.resource_id], now)
    readings = {reading.ref: reading for reading in CalendarReading.objects.all()}
    CalendarEvent.objects.bulk_create(
        CalendarEvent(
            calendar=readings[block.calendar_ref],
            ref=block.ref,
            etag=block.etag,
            starts_at=block.starts_at,
            ends_at=block.ends_at,
            ours=True,
            block_key=block.key,
            seen_at=now,
        )
        for block in blocks
        if block.calendar_ref
    )


def _echoed(blocks: list[Block], now: datetime) -> None:
    """The bookings that blocks are at their sources have been read back."""
    seen = {"status": BookingStatus.CONFIRMED, "first_seen_at": now, "changed_at": now}
    echoes = Booking.objects.bulk_create(
        Booking(account_id=block.account_id, ref=block.ref, external_ref=block.key, echo_of=block, **seen)
        for block in blocks
    )
    Occurrence.objects.bulk_create(
        Occurrence(
            booking=echo,
            resource_id=block.resource_id,
            ref=echo.ref,
            starts_at=block.starts_at,
            ends_at=block.ends_at,
        )
        for block, echo in zip(blocks, echoes, strict=True)
    )


def let_in(stays: list[Occurrence], now: datetime) -> None:
    """Guests who were let in, and told how, long ago."""
    doors = {step.room_id: step.door for step in PathStep.objects.select_related("door").filter(position=2)}
    let_in = [stay for stay in stays if stay.resource.room_id]
    grants = AccessGrant.objects.bulk_create(
        AccessGrant(
            occurrence=stay,
            door=doors[stay.resource.room_id],
            method=doors[stay.resource.room_id].method,
            starts_at=stay.starts_at,
            ends_at=stay.ends_at,
            state=GrantState.ENDED,
            reason="booked",
            decided_at=now,
        )
        for stay in let_in
    )
    codes = IssuedCode.objects.bulk_create(
        IssuedCode(
            grant=each,
            account_id=each.door.account_id,
            door=each.door,
            method=each.method,
            key=f"old-{each.pk}",
            state=CodeState.EXPIRED,
            starts_at=each.starts_at,
            ends_at=each.ends_at,
            due_at=each.starts_at,
            created_at=each.starts_at,
        )
        for each in grants
    )
    notices = Notice.objects.bulk_create(
        Notice(
            booking_id=each.occurrence.booking_id,
            grant=each,
            kind="access",
            key=f"old-{each.pk}",
            state=NoticeState.SENT,
            due_at=each.starts_at,
        )
        for each in grants
        if each.occurrence
    )
    link = Notice.codes.through
    link.objects.bulk_create(
        link(notice_id=notice.pk, issuedcode_id=code.pk) for notice, code in zip(notices, codes, strict=True)
    )
