"""What is missing, what is gone: nothing is removed without evidence, and not much without a person."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from django.db import transaction

from backoffice.flow.mirror import applying, digests, known
from backoffice.flow.mirror.clues import Case, Clues
from backoffice.flow.mirror.drafts import Desk
from backoffice.flow.mirror.listed import too_many
from backoffice.flow.mirror.newer import newer, tell
from backoffice.flow.mirror.runs import Run, lock
from backoffice.models import Booking, Occurrence
from integrations.errors import Misconfigured, Unavailable, VendorError
from integrations.types import BookingRecord, BookingSource

CONFIRMATIONS = 20  # single reads per run of what a complete answer lacks
CHECKS = 20  # and of what such an answer may rightly have left out


class Verdict(Enum):
    """What a single read said, when it gave no booking."""

    GONE = "the source does not know the booking"
    UNSURE = "no answer that can be believed"


Answers = Mapping[int, BookingRecord | Verdict]  # by booking


@dataclass(slots=True)
class Removal:
    """What is to be marked: keys of occurrences and of bookings."""

    missing: list[int] = field(default_factory=list)
    gone: list[int] = field(default_factory=list)
    bookings: list[int] = field(default_factory=list)


def ask(source: BookingSource, resource_refs: Iterable[str], ref: str) -> BookingRecord | None:
    """The booking as it is now, looked for at each of the resources; None when it is at none of them."""
    for resource_ref in resource_refs:
        record = source.booking(resource_ref, ref)
        if record is not None:
            return record
    return None


def weigh(run: Run, desk: Desk, clues: Clues, *, turn: int) -> None:
    """Judge what the run's answers did not hold: confirm some by single reads, mark the rest, or stop.

    Gone is what a single read denies, and what a second complete answer lacks. When more would be lost than
    a tenth of what is to come (and more than two), nothing is marked and staff are asked. `turn` decides
    which of the bookings that nothing proves are looked at in this run.
    """
    cases = clues.cases()
    if not cases or _brake(run, [case for case in cases if case.provable]):
        return
    answers = _confirm(desk.source, _chosen(run, cases, turn))
    run.asked |= {
        case.ref for case in cases if answers.get(case.booking_id, Verdict.UNSURE) is not Verdict.UNSURE
    }
    tell(run)
    lost = _lost(cases, answers)
    if _brake(run, lost):
        return
    for answer in answers.values():
        if isinstance(answer, BookingRecord):
            take(run, desk, answer)
    _mark(run, _removal(run, lost, answers))


def take(run: Run, desk: Desk, record: BookingRecord) -> None:
    """Write a booking as a single read gave it; what it no longer lists is gone.

    That it has no occurrence at all is not believed: what was known of it stays, and its status decides.
    """
    run.seen.add(record.ref)
    for draft in desk.drafts(desk.writable([record]).values()):
        left = applying.apply(run, [draft], single=run.row.kind != "message")
        if left and record.occurrences:
            remove(run, occurrences=left.keys())
            settled = Booking.objects.filter(account=run.account, ref=record.ref)
            settled.update(digest=draft.digest)


def remove(run: Run, *, bookings: Collection[int] = (), occurrences: Collection[int] = ()) -> None:
    """Mark bookings, and occurrences of others, as gone."""
    _mark(run, Removal(gone=list(occurrences), bookings=list(bookings)))


def _chosen(run: Run, cases: Sequence[Case], turn: int) -> list[Case]:
    """The cases to be asked about: the soonest that are provable, and the others in turns."""
    soon = [case for case in cases if case.upcoming(run.now)]
    others = sorted((case for case in soon if not case.provable), key=lambda case: case.booking_id)
    start = turn * CHECKS % len(others) if others else 0
    in_turn = (others[start:] + others[:start])[:CHECKS]
    return [case for case in soon if case.provable][:CONFIRMATIONS] + in_turn


def _confirm(source: BookingSource, cases: Iterable[Case]) -> Answers:
    """What single reads say; once the vendor does not answer at all, nothing more is asked."""
    answers: dict[int, BookingRecord | Verdict] = {}
    silent = False
    for case in cases:
        answers[case.booking_id] = Verdict.UNSURE
        if silent:
            continue
        try:
            answers[case.booking_id] = ask(source, case.resource_refs, case.ref) or Verdict.GONE
        except (Unavailable, Misconfigured):
            silent = True
        except VendorError:
            continue
    return answers


def _lost(cases: Sequence[Case], answers: Answers) -> list[Case]:
    """The cases of which something is to be marked.

    What is not provable is lost by a single read alone; and so is the rest when a single read finds what the
    answers should have held: then they are not believed in anything else either.
    """
    found = {pk for pk, answer in answers.items() if isinstance(answer, BookingRecord)}
    believed = not any(case.provable and case.booking_id in found for case in cases)
    return [
        case
        for case in cases
        if answers.get(case.booking_id) is Verdict.GONE
        or (case.provable and believed and case.booking_id not in found)
    ]


def _removal(run: Run, lost: Iterable[Case], answers: Answers) -> Removal:
    removal = Removal()
    for case in lost:
        answer = answers.get(case.booking_id)
        if answer is Verdict.GONE:
            removal.bookings.append(case.booking_id)
            continue
        for each in case.absent:
            again = each.missing_since is not None and each.missing_since < run.now
            believed = (again or run.accept_loss) and answer is not Verdict.UNSURE
            (removal.gone if believed else removal.missing).append(each.pk)
    return removal


def _brake(run: Run, cases: Iterable[Case]) -> bool:
    """Stop the run when it would lose too much and staff have not said that it may."""
    lost = sum(case.weight(run.now) for case in cases)
    if run.accept_loss or not lost:
        return False
    upcoming = known.upcoming(run.account, run.now)
    if not too_many(lost, upcoming):
        return False
    run.doubt(
        f"{lost} of {upcoming} upcoming bookings are no longer in the source's answers: that is not believed,"
        " and none of them was removed. If they are gone indeed, read the account again and accept the loss."
    )
    return True


def _mark(run: Run, removal: Removal) -> None:
    """Mark, unless a later reading has changed the booking; it is looked at closely when it comes again.

    Nor where a later reading has looked at it, whatever that found.
    """
    with transaction.atomic():
        lock(run.account)
        removal = _unseen_later(run, removal)
        mine = Occurrence.objects.filter(booking__account=run.account, booking__changed_at__lte=run.now)
        live = mine.filter(gone_at=None)
        gone = live.filter(pk__in=removal.gone) | live.filter(booking__in=removal.bookings)
        pks = list(gone.order_by().values_list("pk", flat=True))
        new = list(live.filter(pk__in=removal.missing, missing_since=None).values_list("pk", flat=True))
        Occurrence.objects.filter(pk__in=new).update(missing_since=run.now)
        Occurrence.objects.filter(pk__in=pks).update(gone_at=run.now)
        looked_at = Booking.objects.filter(occurrences__in=new).exclude(digest=digests.LOOK)
        Booking.objects.filter(pk__in=list(looked_at.values_list("pk", flat=True))).update(
            digest=digests.LOOK
        )
        _settle(run, pks, removal.bookings)


def _unseen_later(run: Run, removal: Removal) -> Removal:
    """What is to be marked, but for what later readings have covered."""
    later = newer(run)
    if not later:
        return removal
    mine = Occurrence.objects.filter(booking__account=run.account, gone_at=None).order_by()
    rows = mine.filter(pk__in=[*removal.missing, *removal.gone]) | mine.filter(booking__in=removal.bookings)
    names = ("pk", "booking_id", "booking__ref", "resource_id", "starts_at")
    seen = [row for row in rows.values_list(*names) if later.covers(row[2], [row[3:]])]
    spans, bookings = {row[0] for row in seen}, {row[1] for row in seen}
    asked = Booking.objects.filter(account=run.account, ref__in=later.bookings, pk__in=removal.bookings)
    bookings |= set(asked.values_list("pk", flat=True))
    return Removal(
        [pk for pk in removal.missing if pk not in spans],
        [pk for pk in removal.gone if pk not in spans],
        [pk for pk in removal.bookings if pk not in bookings],
    )


def _settle(run: Run, gone: Collection[int], denied: Collection[int]) -> None:
    """Mark the bookings that were denied, and those not told of which nothing that is to come is left."""
    mine = Booking.objects.filter(account=run.account, gone_at=None, changed_at__lte=run.now)
    touched = dict(mine.filter(occurrences__in=gone).values_list("pk", "ref"))
    running = Occurrence.objects.filter(booking__in=touched, gone_at=None, ends_at__gt=run.now)
    standing = set(running.values_list("booking", flat=True))
    told = run.seen.among(touched.values())
    standing |= {pk for pk, ref in touched.items() if ref in told}
    standing -= set(denied)
    over = mine.filter(pk__in=(touched.keys() - standing) | set(denied))
    run.gone.update(over.values_list("ref", flat=True))
    over.update(gone_at=run.now, digest=digests.LOOK, changed_at=run.now)
    run.updated.update(touched[pk] for pk in standing)
    Booking.objects.filter(pk__in=standing).update(digest=digests.LOOK, changed_at=run.now)
