"""Which fob a guest gets, as rows: loans begun before the vendor is asked, closed once the fob is back."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from backoffice import pools, promises
from backoffice.flow.issue.bundles import Bundle, due
from backoffice.flow.issue.numbers import next_card_number
from backoffice.models import Door, Fob, FobLoan, IssuedCode, Override, VendorAccount
from backoffice.states import CodeState, move
from integrations.types import Method

NONE_FREE = (
    "No fob of this door's pool is free right now. Ask for one back, add one, or open it by another method."
)


@dataclass(slots=True)
class Job:
    """One guest's fob at an account: the codes that want it, those that do no more, and his loans."""

    key: str
    bundle: Bundle = field(default_factory=Bundle)
    loan: FobLoan | None = None  # the one that counts
    replaced: list[FobLoan] = field(default_factory=list)  # of other fobs: open, or his at the vendor still
    last: FobLoan | None = None  # the newest, open or not

    @property
    def wanted(self) -> list[IssuedCode]:
        """The codes to be made or kept true."""
        return self.bundle.wanted

    @property
    def window(self) -> tuple[datetime, datetime]:
        """From when to when the fob is to open: the longest of all doors."""
        return min(c.starts_at for c in self.wanted), max(c.ends_at for c in self.wanted)


def jobs_due(account: VendorAccount, now: datetime) -> list[Job]:
    """The guests of whom something about a fob is to be done, the first to come first."""
    codes = list(IssuedCode.objects.filter(due(account, now), method=Method.FOB).order_by("starts_at", "pk"))
    jobs = {code.holder_key: Job(code.holder_key) for code in codes}
    for loan in strays(account, now):
        jobs.setdefault(loan.holder_key, Job(loan.holder_key))
    _with_codes(jobs, {code.pk for code in codes}, account, now)
    _with_loans(jobs, account)
    return list(jobs.values())


def strays(account: VendorAccount, now: datetime) -> QuerySet[FobLoan]:
    """Loans of codes that were given up after the vendor was asked, and that it may have made after all."""
    given_up = Q(code__state=CodeState.REVOKED, code__confirmed_at=None, code__attempts__gt=0)
    return pools.open_loans().filter(given_up & ~pools.OUT, fob__account=account, ends_at__gt=now)


def _with_codes(jobs: dict[str, Job], due_now: set[int], account: VendorAccount, now: datetime) -> None:
    related = ("door", "grant__person__fob", "grant__occurrence__booking")
    rows = IssuedCode.objects.filter(account=account, method=Method.FOB, holder_key__in=jobs)
    for row in rows.select_related(*related).order_by("pk"):
        if row.state == CodeState.REVOKING:
            jobs[row.holder_key].bundle.unwanted.append(row)
        elif row.pk in due_now or (row.state == CodeState.ACTIVE and row.ends_at > now):
            jobs[row.holder_key].wanted.append(row)


def _with_loans(jobs: dict[str, Job], account: VendorAccount) -> None:
    loans = FobLoan.objects.filter(fob__account=account, holder_key__in=jobs).select_related("fob", "code")
    for loan in loans.order_by("pk"):
        job = jobs[loan.holder_key]
        job.last = loan
        if loan.returned_at is None:
            if job.loan:
                job.replaced.append(job.loan)
            job.loan = loan
        elif job.wanted and loan.code in job.bundle.unwanted and not is_lent_to_others(loan):
            job.replaced.append(loan)  # swapped: it is back here, and nobody has told the vendor yet


def close_over(account: VendorAccount, now: datetime) -> int:
    """Fobs that nobody came for are free again when their time is over; how many."""
    return forgotten(account, now).update(returned_at=now)


def forgotten(account: VendorAccount, now: datetime) -> QuerySet[FobLoan]:
    """The loans that are over and whose fob never left its place."""
    over = FobLoan.objects.filter(fob__account=account, returned_at=None, ends_at__lte=now)
    return over.exclude(pools.OUT)


# ------------------------------------------------------------------------------------------ beginning one


def claim(job: Job, now: datetime) -> bool:
    """Commit which fob the vendor is about to be asked for; False when there is none or nothing to ask."""
    if not _still_good(job):
        job.replaced += [job.loan] if job.loan else []
        job.loan = None
    with transaction.atomic():
        fob = job.loan.fob if job.loan else _free_fob(job, now)
        if fob is None:
            _say(job, NONE_FREE)
            return False
        job.bundle.wanted = [code for code in job.wanted if _issuing(code, fob)]
        if job.wanted:
            _write_down(job, fob, now)
    return bool(job.wanted)


def _still_good(job: Job) -> bool:
    """Does the guest keep the fob that he has? Not a lost one, and not one that a re-issue replaces."""
    loan = job.loan
    if loan is None or loan.fob.lost_at or loan.fob.gone_at:
        return False
    asked_for = max(pools.generation(code.key) for code in job.wanted)
    return asked_for <= (pools.generation(loan.code.key) if loan.code else 0)


def _issuing(code: IssuedCode, fob: Fob) -> bool:
    if code.state != CodeState.PLANNED:
        return True
    return move(code, CodeState.ISSUING, card_number=fob.card_number, ref=fob.ref, error="")


def _say(job: Job, text: str) -> None:
    waiting = [code.pk for code in job.wanted if code.state == CodeState.PLANNED]
    IssuedCode.objects.filter(pk__in=waiting).exclude(error=text).update(error=text)


def _write_down(job: Job, fob: Fob, now: datetime) -> None:
    first, (starts_at, ends_at) = job.wanted[0], job.window
    what = {"grant": first.grant, "code": first, "starts_at": starts_at, "ends_at": ends_at}
    if job.loan is None:
        number = job.last.holder_number if job.last else next_card_number(first.account_id)
        job.loan = FobLoan.objects.create(
            fob=fob, holder_key=job.key, holder_number=number, **what, **_handed(job, fob, now)
        )
        return
    changed = [name for name, value in what.items() if getattr(job.loan, name) != value]
    for name in changed:
        setattr(job.loan, name, what[name])
    if changed:
        job.loan.save(update_fields=changed)


def _handed(job: Job, fob: Fob, now: datetime) -> dict[str, object]:
    """A fob that staff give to somebody at the desk is in his hand already."""
    word = _at_the_desk(job)
    if word is None or word.fob_id != fob.pk:
        return {}
    return {"handed_at": now, "handed_by": word.author}


def _at_the_desk(job: Job) -> Override | None:
    """Staff's word that gives the guest a fob of their choice: a re-issue, or a loan without a booking."""
    again = max(pools.generation(code.key) for code in job.wanted)
    return Override.objects.filter(pk=again, fob__isnull=False).first() or job.wanted[0].grant.person


def _free_fob(job: Job, now: datetime) -> Fob | None:
    """The best fob of all doors' pools that is nobody's: staff's choice, his last one, the least sought."""
    account = job.wanted[0].account_id
    doors = [code.door for code in job.wanted]
    others = list(Door.objects.filter(account=account, method=Method.FOB))
    taken = FobLoan.objects.filter(fob__account=account, returned_at=None).values("fob")
    free = pools.in_use().filter(account=account).exclude(pk__in=taken)
    fitting = [fob for fob in free if all(pools.belongs(fob, door) for door in doors)]
    word = _at_the_desk(job)

    def order(fob: Fob) -> tuple[bool, bool, int, str]:
        chosen = word is not None and word.fob_id == fob.pk
        again = job.last is not None and job.last.fob_id == fob.pk
        return not chosen, not again, sum(pools.belongs(fob, door) for door in others), fob.ref

    return next((fob for fob in sorted(fitting, key=order) if _may_be_lent(fob, word, now)), None)


def _may_be_lent(fob: Fob, word: Override | None, now: datetime) -> bool:
    """Whether staff promised a fob to nobody else; from now on they cannot until the loan is written down."""
    promised = promises.promise(promises.lock(fob), now)
    return promised is None or promised == word


# --------------------------------------------------------------------------------------------- ending one


def put_back(loan: FobLoan, now: datetime) -> None:
    """The vendor has taken a fob back: it is free, unless it is at the guest still."""
    if not pools.is_out(loan):
        FobLoan.objects.filter(pk=loan.pk, returned_at=None).update(returned_at=now)


def is_lent_to_others(loan: FobLoan) -> bool:
    """Whether somebody else has the fob of a loan now."""
    others = FobLoan.objects.filter(fob=loan.fob_id, returned_at=None)
    return others.exclude(holder_key=loan.holder_key).exists()
