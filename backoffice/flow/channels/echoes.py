"""Our own blocks, come back from their channels: known by our key, never bookings of their own."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q

from backoffice.flow.channels.listening import stays_away
from backoffice.models import Block, Booking, VendorAccount
from backoffice.states import BlockState

IN_TITLE = re.compile(r"\[(lkb[0-9a-f]{18})\]")
PREFIX = "lkb"
AGAIN = timedelta(minutes=10)


def recognise() -> int:
    """Mark bookings that are our own blocks, however they arrived; how many were marked now.

    By our external id, by the key in the title where a source has no such id, or by the id that the source
    gave the block. The key is committed before the channel is asked, so no order of webhooks, polls and
    answers can show a block that is not known. A booking that was marked once stays so.
    """
    at_channels = Block.objects.filter(resource__isnull=False)
    if not at_channels.exists():
        return 0
    unknown = Booking.objects.filter(echo_of=None).only("account_id", "ref", "external_ref", "title")
    named = Q(external_ref__startswith=PREFIX) | Q(title__contains=f"[{PREFIX}")
    by_name = unknown.filter(named, account__in=at_channels.values("account"))
    by_ref = at_channels.filter(account=OuterRef("account"), ref=OuterRef("ref")).exclude(ref="")
    found = {row.pk: row for row in (*by_name, *unknown.filter(Exists(by_ref)))}
    changed = list(_marked(found.values()))
    Booking.objects.bulk_update(changed, ["echo_of"], batch_size=500)
    for row in changed:  # its writer died before it noted the number: else a block that moved would be two
        Block.objects.filter(pk=row.echo_of_id or 0, ref="", by_slot=False).update(ref=row.ref)
    return len(changed)


def unseen(account: VendorAccount, now: datetime) -> list[Block]:
    """The blocks at a booking source that no reading has shown since they were written, to be looked for.

    A worker died before it mirrored what it had made, or could not; people may have taken it away meanwhile.
    """
    echoes = Booking.objects.filter(echo_of=OuterRef("pk"), ref=OuterRef("ref"))
    ripe = Q(next_try_at=None) | Q(next_try_at__lte=now)
    there = Block.objects.filter(ripe, account=account, state=BlockState.ACTIVE, resource__isnull=False)
    there = there.filter(~Exists(echoes), ends_at__gt=now).exclude(ref="")
    return list(there.select_related("resource"))


def looking_for(block: Block, now: datetime) -> None:
    """It is about to be looked for; where nothing comes of it, again later and not at each pass."""
    Block.objects.filter(pk=block.pk).update(next_try_at=now + AGAIN)


def looked_for(block: Block, now: datetime, *, found: bool) -> None:
    """Its source was asked for it by its number: it is there, or somebody has removed it."""
    if not found:
        stays_away(block, now)
    elif Booking.objects.filter(echo_of=block, ref=block.ref).exists():
        Block.objects.filter(pk=block.pk).update(next_try_at=None)


def _marked(bookings: Collection[Booking]) -> Iterator[Booking]:
    """Those that are ours indeed, each with the newest block that it can be."""
    keys = {row.pk: _keys(row) for row in bookings}
    ours = Q(key__in={key for each in keys.values() for key in each}) | Q(
        ref__in={row.ref for row in bookings}
    )
    blocks = Block.objects.filter(ours, account__in={row.account_id for row in bookings}) if bookings else ()
    newest: dict[tuple[int, str], Block] = {}
    for block in sorted(blocks, key=lambda block: block.pk):
        newest[block.account_id, block.key] = newest[block.account_id, f"ref {block.ref}"] = block
    for row in bookings:
        names = [*keys[row.pk], f"ref {row.ref}"]
        known = [newest[row.account_id, name] for name in names if (row.account_id, name) in newest]
        row.echo_of = max(known, key=lambda block: block.pk, default=None)
        if row.echo_of is not None:
            yield row


def _keys(booking: Booking) -> list[str]:
    title = IN_TITLE.search(booking.title)
    return [key for key in (booking.external_ref, title[1] if title else "") if key]
