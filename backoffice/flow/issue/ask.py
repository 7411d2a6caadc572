"""Make codes true at the vendor, and take them away: what is due is found in rows, whoever died before.

One worker at a time issues for an account (an advisory lock that the database gives back when its holder
dies), so a row found ISSUING belongs to a dead worker: the vendor is looked at before it is asked again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from backoffice import accounts, ledger
from backoffice.flow.issue.bundles import Bundle, bundles_due, order_of
from backoffice.flow.issue.fobs import carry_out_fobs
from backoffice.flow.issue.numbers import next_card_number
from backoffice.flow.issue.phones import keys_due
from backoffice.flow.issue.record import Issued, end, put_off, queue, record_made
from backoffice.flow.issue.waiting import wake
from backoffice.models import KnownAnswer, VendorAccount
from backoffice.states import CodeState, move
from integrations.errors import Garbled, Misconfigured, OverBudget, Unavailable, VendorError
from integrations.types import AccessProvider, CodeOrder, CodeRecord, Outcome

PATIENCE = 3  # failures in a row


def issue_due(account: VendorAccount, provider: AccessProvider, now: datetime, wait: float = 0) -> Issued:
    """Issue and revoke all that is due at one account; safe to run again at any time.

    Errors end in the rows: Unavailable is planned again with a later try, Refused has failed with the
    vendor's words, Misconfigured stops the account, Garbled is not believed. Gives up when another worker
    is at it, after `wait` seconds of trying.
    """
    done = Issued()
    with accounts.exclusive(f"issue {account.pk}", wait) as mine:
        if not mine or account.stopped_at or not account.enabled:
            return done
        wake(account, now)
        bundles = list(bundles_due(account, now))
        try:
            bundles = _settle_orphans(bundles, provider, done, now)
            _carry_out_all(bundles, provider, done, now)
            carry_out_fobs(account, provider, done, now)
            keys_due(account, provider, done, now)
        except Misconfigured as error:
            accounts.stop(account, error.text, now)
            done.error = error.text
        except VendorError as error:
            done.error = error.text
    return done


def _settle_orphans(
    bundles: list[Bundle], provider: AccessProvider, done: Issued, now: datetime
) -> list[Bundle]:
    """Look for what dead workers left; what is there as ordered is recorded, the rest is to be done."""
    orphans = [b for b in bundles if any(code.state == CodeState.ISSUING for code in b.wanted)]
    if not orphans or not provider.limits.readable:
        return bundles
    found = provider.look([order_of(bundle) for bundle in orphans])
    settled = []
    for bundle, record in zip(orphans, found, strict=True):
        if record is not None and record.confirmed and not bundle.unwanted:
            record_made(bundle, record, done, now)
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
            if isinstance(error, OverBudget):
                queue(bundles[start + size :], error, now)
            if failures == PATIENCE or isinstance(error, OverBudget):
                return


def _carry_out(bundles: Sequence[Bundle], provider: AccessProvider, done: Issued, now: datetime) -> None:
    """One batch: commit what is about to be asked, ask, record."""
    granting = [b for b in bundles if b.wanted and _claim(b, now)]
    taking = [b for b in bundles if not b.wanted]
    for ask, batch in ((_issue, granting), (_withdraw, taking)):
        if not batch:
            continue
        first = batch[0].first
        try:
            with ledger.urgent(ledger.is_tonight(first.account, first.starts_at, now)):
                outcomes = {o.key: o for o in ask(provider, batch, now)}
        except VendorError as error:
            for bundle in batch:
                put_off(bundle, error, done, now)
            raise
        for bundle in batch:
            end(bundle, outcomes.get(bundle.first.key), done, now)
        _stop_if_misconfigured(outcomes)


def _stop_if_misconfigured(outcomes: Mapping[str, Outcome]) -> None:
    for outcome in outcomes.values():
        if isinstance(outcome.error, Misconfigured):
            raise outcome.error


def _claim(bundle: Bundle, now: datetime) -> bool:
    """Commit that the vendor is about to be asked; False when nothing is to be asked any more."""
    number = next((code.card_number for code in bundle.wanted if code.card_number), "")
    if bundle.first.holder_key and not number:
        number = next_card_number(bundle.first.account_id)
    kept = []
    for code in bundle.wanted:
        if code.state == CodeState.PLANNED and not move(code, CodeState.ISSUING, card_number=number):
            continue
        kept.append(code)
    bundle.wanted = kept
    return bool(kept)


def _issue(provider: AccessProvider, bundles: Sequence[Bundle], now: datetime) -> Iterable[Outcome]:
    orders = [order_of(bundle) for bundle in bundles]
    if provider.limits.readable:
        return provider.issue(orders)
    return [_ask_once(provider, bundle, order, now) for bundle, order in zip(bundles, orders, strict=True)]


def _withdraw(provider: AccessProvider, bundles: Sequence[Bundle], _now: datetime) -> Iterable[Outcome]:
    return provider.withdraw([order_of(bundle) for bundle in bundles])


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
