"""Make codes true at the vendor, and take them away: what is due is found in rows, whoever died before.

One worker at a time issues for an account (an advisory lock that the database gives back when its holder
dies), so a row found ISSUING belongs to a dead worker: the vendor is looked at before it is asked again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from backoffice import accounts
from backoffice.models import (
    Cardholder,
    Credential,
    Fob,
    IssuedCode,
    KnownAnswer,
    VendorAccount,
)
from backoffice.states import CodeState, Known, move
from integrations.errors import Garbled, Misconfigured, OverBudget, Unavailable, VendorError
from integrations.types import AccessProvider, CodeOrder, CodeRecord, Duration, Method, Outcome

FIRST_RETRY, LAST_RETRY = timedelta(seconds=20), timedelta(minutes=15)
BUDGET_RETRY = timedelta(hours=1)
PATIENCE = 3  # failures in a row
GARBLED_TRIES = 3  # an answer nobody understands may cost a paid call each time
FIRST_CARD_NUMBER = 500_001


@dataclass(slots=True)
class Issued:
    """What one pass over an account did."""

    issued: int = 0
    revoked: int = 0
    failed: int = 0
    postponed: int = 0
    error: str = ""


@dataclass(slots=True)
class Bundle:
    """The codes that one order makes true: one PIN, or all doors of one cardholder."""

    wanted: list[IssuedCode] = field(default_factory=list)
    unwanted: list[IssuedCode] = field(default_factory=list)

    @property
    def first(self) -> IssuedCode:
        """Any code of the bundle, for what they share."""
        return (self.wanted or self.unwanted)[0]


def issue_due(account: VendorAccount, provider: AccessProvider, now: datetime, wait: float = 0.0) -> Issued:
    """Issue and revoke all that is due at one account; safe to run again at any time.

    Errors of the vendor end in the rows: Unavailable → planned again with a later try, Refused → failed with
    the vendor's words, Misconfigured → the account stops, Garbled → nothing is believed. Gives up at once when
    another worker is at it, after `wait` seconds of trying.
    """
    done = Issued()
    with accounts.exclusive(f"issue {account.pk}", wait) as mine:
        if not mine or account.stopped_at or not account.enabled:
            return done
        bundles = list(_bundles(account, now))
        try:
            bundles = _settle_orphans(bundles, provider, done, now)
            _carry_out_all(bundles, provider, done, now)
        except Misconfigured as error:
            accounts.stop(account, error.text, now)
            done.error = error.text
        except VendorError as error:
            done.error = error.text
    return done


def due(account: VendorAccount, now: datetime) -> Q:
    """The codes of an account that the vendor is to be asked about now."""
    ripe = Q(next_try_at=None) | Q(next_try_at__lte=now)
    planned = Q(state=CodeState.PLANNED, due_at__lte=now, ends_at__gt=now) & ripe
    return Q(account=account) & (planned | Q(state=CodeState.ISSUING) | (Q(state=CodeState.REVOKING) & ripe))


# ------------------------------------------------------------------------------------------------ bundles


def _bundles(account: VendorAccount, now: datetime) -> Iterable[Bundle]:
    """The due codes, those of one cardholder together with all that he has already."""
    codes = list(
        IssuedCode.objects.filter(due(account, now))
        .select_related("door", "grant__occurrence__booking")
        .order_by("starts_at", "pk")
    )
    holders: dict[str, Bundle] = {}
    for code in codes:
        if code.holder_key:
            holders.setdefault(code.holder_key, Bundle())
        else:
            yield Bundle(wanted=[code])
    rows = IssuedCode.objects.filter(account=account, holder_key__in=holders).select_related(
        "door", "grant__occurrence__booking"
    )
    due_now = {code.pk for code in codes}
    for row in rows.order_by("pk"):
        if row.state == CodeState.REVOKING:
            holders[row.holder_key].unwanted.append(row)
        elif row.pk in due_now or (row.state == CodeState.ACTIVE and row.ends_at > now):
            holders[row.holder_key].wanted.append(row)
    yield from holders.values()


def _order(bundle: Bundle) -> CodeOrder:
    code = bundle.first
    parts = bundle.wanted or bundle.unwanted
    start = datetime.strptime(code.start_local, "%Y-%m-%d %H:%M") if code.start_local else None  # noqa: DTZ007
    by_lock = code.duration_id is not None
    return CodeOrder(
        key=code.key,
        method=Method(code.method),
        starts_at=min(part.starts_at for part in parts),
        ends_at=max(part.ends_at for part in parts),
        door_ref=code.door.ref,
        lock=code.door.lock,
        start_local=start,
        duration=Duration(code.duration_id or 0, code.duration_hours, code.duration_days)
        if by_lock
        else None,
        holder_key=code.holder_key,
        holder_name=_holder_name(code),
        card_number=next((part.card_number for part in parts if part.card_number), ""),
        level_refs=tuple(sorted({part.level_ref for part in bundle.wanted if part.level_ref})),
    )


def _holder_name(code: IssuedCode) -> str:
    """What the lock vendor's people see: a booking to look up here, not a guest's name."""
    occurrence = code.grant.occurrence
    return f"Booking {occurrence.booking.ref}" if occurrence else f"Guest of staff {code.grant_id}"


# ---------------------------------------------------------------------------------------------- the vendor


def _settle_orphans(
    bundles: list[Bundle], provider: AccessProvider, done: Issued, now: datetime
) -> list[Bundle]:
    """Look for what dead workers left; what is there as ordered is recorded, the rest is to be done."""
    orphans = [b for b in bundles if any(code.state == CodeState.ISSUING for code in b.wanted)]
    if not orphans or not provider.limits.readable:
        return bundles
    found = provider.look([_order(bundle) for bundle in orphans])
    settled = []
    for bundle, record in zip(orphans, found, strict=True):
        if record is not None and record.confirmed and not bundle.unwanted:
            _record(bundle, record, done, now)
            settled.append(id(bundle))
    return [bundle for bundle in bundles if id(bundle) not in settled]


def _carry_out_all(bundles: Sequence[Bundle], provider: AccessProvider, done: Issued, now: datetime) -> None:
    """Batch after batch; a vendor that fails again and again is left alone until the next pass."""
    size, failures = provider.limits.batch, 0
    for start in range(0, len(bundles), size):
        try:
            _carry_out(bundles[start : start + size], provider, done, now)
            failures = 0
        except (Unavailable, Garbled) as error:
            done.error = error.text
            failures += 1
            if failures == PATIENCE or isinstance(error, OverBudget):
                return


def _carry_out(bundles: Sequence[Bundle], provider: AccessProvider, done: Issued, now: datetime) -> None:
    """One batch: commit what is about to be asked, ask, record."""
    granting = [b for b in bundles if b.wanted and _claim(b, now)]
    taking = [b for b in bundles if not b.wanted]
    for ask, batch in ((_issue, granting), (_withdraw, taking)):
        if not batch:
            continue
        try:
            outcomes = {o.key: o for o in ask(provider, batch, now)}
        except VendorError as error:
            for bundle in batch:
                _put_off(bundle, error, done, now)
            raise
        for bundle in batch:
            _end(bundle, outcomes.get(bundle.first.key), done, now)
        _stop_if_misconfigured(outcomes)


def _stop_if_misconfigured(outcomes: Mapping[str, Outcome]) -> None:
    for outcome in outcomes.values():
        if isinstance(outcome.error, Misconfigured):
            raise outcome.error


def _claim(bundle: Bundle, now: datetime) -> bool:
    """Commit that the vendor is about to be asked; False when nothing is to be asked any more."""
    number = next((code.card_number for code in bundle.wanted if code.card_number), "")
    if bundle.first.holder_key and not number:
        number = _next_card_number(bundle.first.account_id)
    kept = []
    for code in bundle.wanted:
        if code.state == CodeState.PLANNED and not move(code, CodeState.ISSUING, card_number=number):
            continue
        kept.append(code)
    bundle.wanted = kept
    return bool(kept)


def _next_card_number(account_id: int) -> str:
    """A card number nobody has; race-free because one worker at a time issues for an account."""
    tables = (Cardholder, Credential, Fob, IssuedCode)
    taken: set[str] = set()
    for table in tables:
        rows = table._default_manager.filter(account_id=account_id, card_number__regex=r"^\d{1,12}$")  # noqa: SLF001
        taken.update(rows.values_list("card_number", flat=True))
    return str(max((int(number) for number in taken), default=FIRST_CARD_NUMBER - 1) + 1)


def _issue(provider: AccessProvider, bundles: Sequence[Bundle], now: datetime) -> Iterable[Outcome]:
    orders = [_order(bundle) for bundle in bundles]
    if provider.limits.readable:
        return provider.issue(orders)
    return [_ask_once(provider, bundle, order, now) for bundle, order in zip(bundles, orders, strict=True)]


def _withdraw(provider: AccessProvider, bundles: Sequence[Bundle], _now: datetime) -> Iterable[Outcome]:
    return provider.withdraw([_order(bundle) for bundle in bundles])


def _ask_once(provider: AccessProvider, bundle: Bundle, order: CodeOrder, now: datetime) -> Outcome:
    """A computed code, from our memory where we have it: the same each time, and paid each time (C-C8)."""
    account, digest = bundle.first.account, answer_digest(order)
    known = KnownAnswer.objects.filter(account=account, digest=digest).first()
    if known:
        return Outcome(order.key, CodeRecord(order.key, order.door_ref, known.secret))
    (outcome,) = provider.issue([order])
    if outcome.record:
        KnownAnswer.objects.get_or_create(
            account=account, digest=digest, defaults={"secret": outcome.record.secret, "asked_at": now}
        )
    return outcome


def answer_digest(order: CodeOrder) -> str:
    """What a computed code depends on: lock, start on its clock, duration."""
    lock = order.lock
    parts = (lock.get("model"), lock.get("timecode"), lock.get("identifier"), order.door_ref)
    length = order.duration.id if order.duration else ""
    return hashlib.sha256(repr((*parts, order.start_local, length)).encode()).hexdigest()


# --------------------------------------------------------------------------------------------- recording


def _end(bundle: Bundle, outcome: Outcome | None, done: Issued, now: datetime) -> None:
    if outcome is None:
        _put_off(bundle, Garbled("the vendor's answer says nothing of this code"), done, now)
    elif outcome.error is not None:
        _put_off(bundle, outcome.error, done, now)
    elif outcome.record is not None:
        _record(bundle, outcome.record, done, now)


def _record(bundle: Bundle, record: CodeRecord, done: Issued, now: datetime) -> None:
    """Write down what the vendor made of an order, all of it or nothing."""
    known = Known.CONFIRMED if record.confirmed else Known.ACCEPTED
    with transaction.atomic():
        for code in bundle.wanted:
            if code.state != CodeState.ISSUING:
                continue
            done.issued += move(
                code,
                CodeState.ACTIVE,
                known=known,
                ref=record.ref,
                secret=record.secret,
                card_number=record.card_number or code.card_number,
                issued_at=now,
                confirmed_at=now if record.confirmed else None,
                error="",
                next_try_at=None,
                reason=record.note or "issued",
            )
        for code in bundle.unwanted:
            if record.confirmed:
                done.revoked += move(
                    code, CodeState.REVOKED, known=known, ended_at=now, confirmed_at=now, error=""
                )
            else:
                _later(code, "the vendor accepted, but reading back does not show it yet", now)


def _put_off(bundle: Bundle, error: VendorError, done: Issued, now: datetime) -> None:
    """An error's next step, written into every code of the bundle."""
    if isinstance(error, Misconfigured | Unavailable):
        done.postponed += len(bundle.wanted) + len(bundle.unwanted)
        _back(bundle, error, now)
    elif isinstance(error, Garbled) and bundle.first.attempts + 1 < GARBLED_TRIES:
        done.postponed += len(bundle.wanted)
        _back(bundle, error, now)
    else:
        for code in bundle.wanted:
            if code.state == CodeState.ISSUING:
                done.failed += move(code, CodeState.FAILED, error=error.text, attempts=code.attempts + 1)
        for code in bundle.unwanted:
            _later(code, error.text, now)


def _back(bundle: Bundle, error: VendorError, now: datetime) -> None:
    for code in bundle.wanted:
        if code.state == CodeState.ISSUING:
            move(
                code,
                CodeState.PLANNED,
                error=error.text,
                attempts=code.attempts + 1,
                next_try_at=now + _pause(code, error),
            )
    for code in bundle.unwanted:
        _later(code, error.text, now)


def _later(code: IssuedCode, text: str, now: datetime) -> None:
    """Try a revocation again later; it is never given up."""
    IssuedCode.objects.filter(pk=code.pk).update(
        error=text, attempts=code.attempts + 1, next_try_at=now + _pause(code, None)
    )


def _pause(code: IssuedCode, error: VendorError | None) -> timedelta:
    if isinstance(error, OverBudget):
        return BUDGET_RETRY
    pause: timedelta = min(FIRST_RETRY * 2**code.attempts, LAST_RETRY) if code.attempts < 10 else LAST_RETRY
    if error is not None and error.retry_after:
        return max(pause, timedelta(seconds=min(error.retry_after, 3600)))
    return pause
