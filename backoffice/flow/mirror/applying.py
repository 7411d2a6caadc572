"""Bookings into rows: the new ones copied in, the known ones compared, and only what differs written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from django.db import transaction

from backoffice.flow.mirror import bulk, digests
from backoffice.flow.mirror.digests import Span
from backoffice.flow.mirror.drafts import Draft
from backoffice.flow.mirror.listed import clip, store
from backoffice.flow.mirror.matching import Held, match
from backoffice.flow.mirror.newer import Newer, newer
from backoffice.flow.mirror.places import carried_ref, customer_fields
from backoffice.flow.mirror.runs import Run, lock
from backoffice.models import Booking, Customer, Occurrence
from integrations.types import BookingRecord

BATCH = 2_000  # bookings whose rows are held in memory at once
MOST_PEOPLE = 2**31 - 1
SAID = (
    "status",
    "status_text",
    "title",
    "external_ref",
    "channel",
    "customer_id",
    "language",
    "people",
    "price",
    "booked_text",
)
SPAN = ("ref", "resource", "starts_at", "ends_at", "starts_text", "ends_text")
BACK = ("missing_since", "gone_at")
BOOKING = (*(name.removesuffix("_id") for name in SAID), "raw", "digest", "changed_at", "gone_at")


@dataclass(slots=True)
class Edits:
    """What is to be written of known bookings."""

    run: Run
    single: bool
    bookings: list[tuple[Any, ...]] = field(default_factory=list)
    digests: list[tuple[Any, ...]] = field(default_factory=list)
    spans: list[tuple[Any, ...]] = field(default_factory=list)
    fresh: list[tuple[Any, ...]] = field(default_factory=list)

    def compare(
        self, booking: Booking, draft: Draft, found: Mapping[Span, Held], unlisted: Sequence[Held]
    ) -> None:
        """Note what of a booking differs, its spans being found in rows, and rows being unlisted."""
        fresh = [span for span in draft.spans if span not in found]
        moved = [(span, row) for span, row in found.items() if span != row[1:7] or row[7:] != (None, None)]
        digest = digests.LOOK if any(row.missing_since for row in unlisted) else draft.digest
        same_words = self.single or bool(unlisted) or _same_raw(booking, draft.record)
        if fresh or moved or booking.gone_at or not same_words or _differs(booking, draft):
            self.bookings.append((*_booking_row(self.run, draft, digest), booking.pk))
            self.spans += [(*span, None, None, row.pk) for span, row in moved]
            self.fresh += [(booking.pk, *span) for span in fresh]
            self.run.updated.add(booking.ref)
        elif digest != booking.digest and not booking.digest.startswith(digests.VERSION):
            self.digests.append((digest, booking.pk))

    def write(self) -> None:
        """Write it; old spans first, for a new one may take over the id of one that was renumbered."""
        bulk.update(Booking, BOOKING, self.bookings)
        bulk.update(Booking, ("digest",), self.digests)
        bulk.update(Occurrence, (*SPAN, *BACK), self.spans)
        if self.fresh:
            bulk.insert(Occurrence, ("booking", *SPAN), self.fresh)


def apply(run: Run, drafts: Iterable[Draft], *, single: bool = False) -> dict[int, str]:
    """Write the bookings in one transaction; the live occurrences that they no longer list, with their refs.

    Keys of occurrences -> refs of their bookings. A booking that a reading begun after this run has changed,
    or looked at and found unchanged, is left alone. `single`: the records come from single reads, which may
    word their raw answers otherwise.
    """
    left: dict[int, str] = {}
    rest = iter(drafts)
    first = list(islice(rest, BATCH))
    if not first:
        return left
    with transaction.atomic():
        lock(run.account)
        later = newer(run)
        while first:
            left |= _apply(run, first, later, single=single)
            first = list(islice(rest, BATCH))
    return left


def _apply(run: Run, drafts: Sequence[Draft], later: Newer, *, single: bool) -> dict[int, str]:
    refs = [draft.record.ref for draft in drafts]
    known = {row.ref: row for row in Booking.objects.filter(account=run.account, ref__in=refs)}
    held = _held(known.values())
    drafts = [draft for draft in drafts if _may(run, draft, known.get(draft.record.ref), held, later)]
    _carried(run, drafts)
    _add(run, [draft for draft in drafts if draft.record.ref not in known])
    edits = Edits(run, single)
    left: dict[int, str] = {}
    for draft in drafts:
        booking = known.get(draft.record.ref)
        if booking is not None:
            found, unlisted = match(draft.spans, held[booking.pk])
            edits.compare(booking, draft, found, unlisted)
            left |= {row.pk: booking.ref for row in unlisted if not draft.bad}
    edits.write()
    return left


def _may(
    run: Run, draft: Draft, booking: Booking | None, held: Mapping[int, Collection[Held]], later: Newer
) -> bool:
    """May this run write the booking, or has a later reading done so, or seen that there is nothing to do?"""
    if booking is not None and booking.changed_at > run.now:
        return False
    live = [row for row in held.get(booking.pk, ()) if row.gone_at is None] if booking else []
    places = [(span.resource_id, span.starts_at) for span in draft.spans]
    places += [(row.resource_id, row.starts_at) for row in live]
    return not later.covers(draft.record.ref, places)


def _carried(run: Run, drafts: Iterable[Draft]) -> None:
    """Write the customers whom bookings carry with them, and note their keys in the drafts."""
    carrying = {carried_ref(draft.record.ref): draft for draft in drafts if draft.record.customer}
    fields = {
        ref: customer_fields(draft.record.customer)
        for ref, draft in carrying.items()
        if draft.record.customer
    }
    ids = store(run, Customer, fields).ids if fields else {}
    for ref, draft in carrying.items():
        draft.customer = ids[ref]


def _add(run: Run, drafts: Sequence[Draft]) -> None:
    if not drafts:
        return
    ids = bulk.new_ids(Booking, len(drafts))
    bulk.insert(
        Booking,
        ("id", "account", "ref", "first_seen_at", *BOOKING),
        (
            (pk, run.account.pk, draft.record.ref, run.now, *_booking_row(run, draft, draft.digest))
            for pk, draft in zip(ids, drafts, strict=True)
        ),
    )
    bulk.insert(
        Occurrence,
        ("booking", *SPAN),
        ((pk, *span) for pk, draft in zip(ids, drafts, strict=True) for span in draft.spans),
    )
    run.created += len(drafts)


def _held(bookings: Iterable[Booking]) -> Mapping[int, list[Held]]:
    """The occurrences of the bookings, gone ones included, by booking."""
    held: dict[int, list[Held]] = defaultdict(list)
    names = ("booking_id", "pk", "ref", "resource_id", *SPAN[2:], *BACK)
    pks = [booking.pk for booking in bookings]
    for booking, *values in Occurrence.objects.filter(booking__in=pks).order_by().values_list(*names):
        held[booking].append(Held(*values))
    return held


def _differs(booking: Booking, draft: Draft) -> bool:
    said = zip(SAID, _said(draft), strict=True)
    return any(getattr(booking, name) != value for name, value in said)


def _same_raw(booking: Booking, record: BookingRecord) -> bool:
    """Is the answer the same but for the order of its lists?

    Where a record lists only some of the occurrences it is not asked: windows that each show another part of
    a booking would overwrite each other's words for ever.
    """
    stored, said = digests.canonical(booking.raw), digests.canonical(record.raw)
    return digests.encoded(stored) == digests.encoded(said)


def _said(draft: Draft) -> Iterator[Any]:
    """The values of the columns of SAID."""
    record = draft.record
    yield str(record.status)
    yield clip(record.status_text, 100)
    yield clip(record.title, 250)
    yield clip(record.external_ref, 100)
    yield clip(record.channel, 40)
    yield draft.customer
    yield clip(record.language, 10)
    yield record.people if record.people is None or 0 <= record.people <= MOST_PEOPLE else None
    yield clip(record.price, 40)
    yield clip(record.booked_text, 40)


def _booking_row(run: Run, draft: Draft, digest: str) -> tuple[Any, ...]:
    """The values of the columns of BOOKING."""
    return (*_said(draft), dict(draft.record.raw), digest, run.now, None)
