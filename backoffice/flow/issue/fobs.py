"""Fobs at their vendor: lent as the doors of a temporary user, taken back by giving them to nobody.

A fob has no doors of its own: it opens what its user may open, while its window and the user's last. There is
no "unassign": a fob that is taken back belongs to a disabled user without doors, and its window is long over.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from django.db.models import F, Q, QuerySet

from backoffice.flow.issue import loans
from backoffice.flow.issue.bundles import Bundle, order_of
from backoffice.flow.issue.loans import Job
from backoffice.flow.issue.record import Issued, put_off, record_made
from backoffice.models import Fob, FobLoan, VendorAccount
from backoffice.states import CodeState
from integrations.errors import Garbled, Misconfigured, Refused, Unavailable, VendorError
from integrations.types import AccessProvider, CodeOrder, CodeRecord, FobStock, Method, Outcome

PATIENCE = 3  # failures in a row
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
SILENT = Unavailable("the vendor does not answer")
SHUT = (LONG_AGO, LONG_AGO + timedelta(minutes=1))


def shelf_key(account: VendorAccount) -> str:
    """Our id of the vendor's user to whom fobs in stock belong."""
    return f"LK-STOCK-{account.pk}"


def to_shut(account: VendorAccount) -> QuerySet[Fob]:
    """The lost and broken fobs that the vendor has not yet been seen to have shut."""
    unseen = Q(shut_at=None) | Q(shut_at__lt=F("lost_at"))
    return Fob.objects.filter(unseen, account=account, lost_at__isnull=False, gone_at=None)


def fobs_due(account: VendorAccount, now: datetime) -> bool:
    """Is there anything to do about fobs that no due code tells of?"""
    waiting = (to_shut(account), loans.forgotten(account, now), loans.strays(account, now))
    return any(rows.exists() for rows in waiting)


def carry_out_fobs(account: VendorAccount, provider: AccessProvider, done: Issued, now: datetime) -> None:
    """Shut what is lost, take back what nobody wants, lend what is due: in this order, so that stock is free.

    Raises Misconfigured; other errors end in the rows, as with codes.
    """
    loans.close_over(account, now)
    jobs = loans.jobs_due(account, now)
    if not isinstance(provider, FobStock) or not (jobs or to_shut(account).exists()):
        return
    desk = _Desk(account, provider, provider, done, now)
    desk.shut_lost()
    size = provider.limits.batch
    back = [job for job in jobs if not job.wanted]
    for start in range(0, len(back), size):
        desk.take_back(back[start : start + size])
    asked = [job for job in jobs if job.wanted and loans.claim(job, now)]
    for start in range(0, len(asked), size):
        desk.lend(asked[start : start + size])


class _Desk:
    """One pass over the fobs of one account."""

    def __init__(
        self, account: VendorAccount, provider: AccessProvider, stock: FobStock, done: Issued, now: datetime
    ) -> None:
        self._account = account
        self._provider = provider
        self._stock = stock
        self._done = done
        self._now = now
        self._shelf = ""
        self._failures = 0

    # ------------------------------------------------------------------------------------------ taking back

    def shut_lost(self) -> None:
        """Let lost and broken fobs open nothing, and note when that was read back."""
        for fob in to_shut(self._account):
            if self._failures >= PATIENCE:
                return
            try:
                self._to_stock(fob)
            except (Unavailable, Garbled, Refused) as error:
                self._failures += isinstance(error, Unavailable | Garbled)
                self._done.error = f"fob {fob}: {error.text}"
                continue
            self._failures = 0
            Fob.objects.filter(pk=fob.pk).update(shut_at=self._now)

    def _to_stock(self, fob: Fob) -> None:
        self._shelf = self._shelf or self._stock.shelf(shelf_key(self._account))
        self._stock.lend(fob.ref, self._shelf, *SHUT)

    def take_back(self, jobs: Sequence[Job]) -> None:
        """Each fob to the stock user, then its guest's user disabled: both, as either alone shuts it."""
        shut = [job for job in jobs if self._shut(job)]
        if not shut or self._failures >= PATIENCE:
            return
        try:
            outcomes = {one.key: one for one in self._provider.withdraw([_order(job) for job in shut])}
        except VendorError as error:
            self._put_off(shut, error)
            return
        for job in shut:
            self._taken_back(job, outcomes.get(job.key))

    def _shut(self, job: Job) -> bool:
        """Let the guest's fob open nothing; also one that is back, unless somebody else has it by now."""
        if self._failures >= PATIENCE:
            self._put_off([job], SILENT)
            return False
        try:
            for loan in _of(job):
                if not (loan.fob.lost_at or loan.fob.gone_at or loans.is_lent_to_others(loan)):
                    self._to_stock(loan.fob)
        except VendorError as error:
            self._put_off([job], error)
            return False
        self._failures = 0
        return True

    def _taken_back(self, job: Job, outcome: Outcome | None) -> None:
        if outcome is None or outcome.record is None:
            unsaid = Garbled("the vendor's answer says nothing of this guest")
            self._put_off([job], (outcome and outcome.error) or unsaid)
            return
        record_made(job.bundle, outcome.record, self._done, self._now)
        for loan in [*job.replaced, *([job.loan] if job.loan else [])]:
            if outcome.record.confirmed:
                loans.put_back(loan, self._now)

    # --------------------------------------------------------------------------------------------- lending

    def lend(self, jobs: Sequence[Job]) -> None:
        """The guests' users as they are to be, all in one write; then each fob to its user, read back."""
        if self._failures >= PATIENCE:
            self._put_off(jobs, SILENT)
            return
        try:
            outcomes = {one.key: one for one in self._provider.issue([_order(job) for job in jobs])}
        except VendorError as error:
            self._put_off(jobs, error)
            return
        for job in jobs:
            outcome = outcomes.get(job.key)
            if outcome is None or outcome.record is None:
                unsaid = Garbled("the vendor's answer says nothing of this guest")
                self._put_off([job], (outcome and outcome.error) or unsaid)
            else:
                self._give(job, outcome.record)

    def _give(self, job: Job, user: CodeRecord) -> None:
        """The fob to its user; then another fob that he had before goes back."""
        if self._failures >= PATIENCE:
            self._put_off([job], SILENT)
            return
        loan = job.loan
        assert loan is not None  # noqa: S101 claimed before
        try:
            lent = self._stock.lend(loan.fob.ref, user.ref, *job.window)
            if lent.fob.enabled is False:
                raise Refused("the vendor keeps this fob disabled: enable it there, or say that it is broken")
            for old in job.replaced:
                if not (old.fob.lost_at or old.fob.gone_at or old.fob_id == loan.fob_id):
                    self._to_stock(old.fob)
                    loans.put_back(old, self._now)
        except VendorError as error:
            self._put_off([job], error)
            return
        self._failures = 0
        note = "; ".join(filter(None, (f"Lent: {loan.fob}", lent.note)))
        record = CodeRecord(job.key, loan.fob.ref, "", loan.fob.card_number, user.confirmed, note + ".")
        asked = [code for code in job.wanted if code.state == CodeState.ISSUING]
        record_made(Bundle(asked, job.bundle.unwanted), record, self._done, self._now)

    def _put_off(self, jobs: Iterable[Job], error: VendorError) -> None:
        """An error's next step in the rows of all; Misconfigured is the whole account's, so it is raised."""
        for job in jobs:
            if job.wanted or job.bundle.unwanted:
                put_off(job.bundle, error, self._done, self._now)
        if isinstance(error, Misconfigured):
            raise error
        self._failures += isinstance(error, Unavailable | Garbled)
        self._done.error = error.text


def _of(job: Job) -> list[FobLoan]:
    """The loans whose fobs are the guest's at the vendor; one that is back already may be his there still."""
    counted = job.loan or job.last
    return [*job.replaced, *([counted] if counted else [])]


def _order(job: Job) -> CodeOrder:
    """The guest's user: a cardholder with a number of his own, whose card nobody is told of."""
    number = job.loan.holder_number if job.loan else job.last.holder_number if job.last else ""
    if not (job.wanted or job.bundle.unwanted):
        return CodeOrder(job.key, Method.CARD, *SHUT, holder_key=job.key)
    return replace(order_of(job.bundle), key=job.key, method=Method.CARD, card_number=number)
