"""Our own blocks, come back from their channels: known by our key, never bookings of their own."""

from __future__ import annotations

import re

from django.db.models import Exists, OuterRef, Q

from backoffice.models import Block, Booking

IN_TITLE = re.compile(r"\[(lkb[0-9a-f]{18})\]")
PREFIX = "lkb"


def recognise() -> int:
    """Mark bookings that are our own blocks, however they arrived; how many were marked now.

    By our external id, by the key in the title where a source has no such id, or by the id that the source
    gave the block. The key is committed before the channel is asked, so no order of webhooks, polls and
    answers can show a block that is not known. A booking that was marked once stays so.
    """
    at_channels = Block.objects.filter(resource__isnull=False)
    if not at_channels.exists():
        return 0
    unknown = Booking.objects.filter(echo_of=None, account__in=at_channels.values("account"))
    named = Q(external_ref__startswith=PREFIX) | Q(title__contains=f"[{PREFIX}")
    by_ref = at_channels.filter(account=OuterRef("account"), ref=OuterRef("ref")).exclude(ref="")
    found = unknown.annotate(known=Exists(by_ref)).filter(named | Q(known=True))
    changed = [row for row in found if _marked(row)]
    Booking.objects.bulk_update(changed, ["echo_of"], batch_size=500)
    return len(changed)


def _marked(booking: Booking) -> bool:
    title = IN_TITLE.search(booking.title)
    keys = [booking.external_ref, title[1] if title else ""]
    ours = Q(key__in=[key for key in keys if key]) | Q(ref=booking.ref)
    booking.echo_of = Block.objects.filter(ours, account=booking.account_id).order_by("-pk").first()
    return booking.echo_of is not None
