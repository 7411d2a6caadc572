"""Write down what the vendor made of an order, or what is to be done next about its error."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from backoffice import ledger
from backoffice.flow.issue.bundles import Bundle
from backoffice.models import IssuedCode
from backoffice.states import CodeState, Known, move
from integrations.errors import Garbled, Misconfigured, OverBudget, Unavailable, VendorError
from integrations.types import CodeRecord, Method, Outcome

FIRST_RETRY, LAST_RETRY = timedelta(seconds=20), timedelta(minutes=15)
GARBLED_TRIES = 3  # of a PIN: an answer nobody understands costs a paid call each time


@dataclass(slots=True)
class Issued:
    """What one pass over an account did."""

    issued: int = 0
    revoked: int = 0
    failed: int = 0
    postponed: int = 0
    error: str = ""


def end(bundle: Bundle, outcome: Outcome | None, done: Issued, now: datetime) -> None:
    if outcome is None:
        put_off(bundle, Garbled("the vendor's answer says nothing of this code"), done, now)
    elif outcome.error is not None:
        put_off(bundle, outcome.error, done, now)
    elif outcome.record is not None:
        record_made(bundle, outcome.record, done, now)


def record_made(bundle: Bundle, record: CodeRecord, done: Issued, now: datetime) -> None:
    """Write down what the vendor made of an order, all of it or nothing."""
    known = Known.CONFIRMED if record.confirmed else Known.ACCEPTED
    with transaction.atomic():
        for code in bundle.wanted:
            if code.state == CodeState.ACTIVE and not code.secret:
                _key_found(code, record, now)
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
                reason=record.note or "Issued.",
            )
        for code in bundle.unwanted:
            if record.confirmed:
                done.revoked += move(
                    code, CodeState.REVOKED, known=known, ended_at=now, confirmed_at=now, error=""
                )
            else:
                _later(code, "the vendor accepted, but reading back does not show it yet", now)


def _key_found(code: IssuedCode, record: CodeRecord, now: datetime) -> None:
    """A card whose key the vendor had not made when it was issued; ask again later while there is none."""
    later = None if record.secret else now + _pause(code, None)
    rows = IssuedCode.objects.filter(pk=code.pk)
    rows.update(secret=record.secret, next_try_at=later, attempts=code.attempts + 1)


def put_off(bundle: Bundle, error: VendorError, done: Issued, now: datetime) -> None:
    """An error's next step, written into every code of the bundle."""
    if isinstance(error, Misconfigured | Unavailable):
        done.postponed += len(bundle.wanted) + len(bundle.unwanted)
        _back(bundle, error, now)
    elif isinstance(error, Garbled) and (not _is_paid(bundle) or bundle.first.attempts + 1 < GARBLED_TRIES):
        done.postponed += len(bundle.wanted)
        _back(bundle, error, now)
    else:
        for code in bundle.wanted:
            if code.state == CodeState.ISSUING:
                done.failed += move(code, CodeState.FAILED, error=error.text, attempts=code.attempts + 1)
        for code in bundle.unwanted:
            _later(code, error.text, now)


def _is_paid(bundle: Bundle) -> bool:
    return bundle.first.method == Method.NETCODE


def _back(bundle: Bundle, error: VendorError, now: datetime) -> None:
    if isinstance(error, OverBudget):
        _wait(bundle, error, now)
        return
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


def _wait(bundle: Bundle, error: OverBudget, now: datetime) -> None:
    """The one that was asked for and not allowed waits, too: it was not tried, so no try is counted."""
    for code in bundle.wanted:
        if code.state == CodeState.ISSUING:
            move(code, CodeState.PLANNED, **_until_allowed(error, now))
    for code in bundle.unwanted:
        _later(code, error.text, now)


def queue(bundles: Sequence[Bundle], error: OverBudget, now: datetime) -> None:
    """Let codes that were not even asked for wait for the budget with the one that was."""
    waiting = [code.pk for bundle in bundles for code in bundle.wanted if code.state == CodeState.PLANNED]
    rows = IssuedCode.objects.filter(pk__in=waiting, state=CodeState.PLANNED)
    rows.update(**_until_allowed(error, now))


def _until_allowed(error: OverBudget, now: datetime) -> dict[str, Any]:
    """The next month has new calls; what frees some before that, `waiting.wake` sees."""
    return {"error": f"{ledger.QUEUED}{error.text}.", "next_try_at": ledger.next_month(now)}


def _later(code: IssuedCode, text: str, now: datetime) -> None:
    """Try a revocation again later; it is never given up."""
    IssuedCode.objects.filter(pk=code.pk).update(
        error=text, attempts=code.attempts + 1, next_try_at=now + _pause(code, None)
    )


def _pause(code: IssuedCode, error: VendorError | None) -> timedelta:
    pause: timedelta = min(FIRST_RETRY * 2**code.attempts, LAST_RETRY) if code.attempts < 10 else LAST_RETRY
    if error is not None and error.retry_after:
        return max(pause, timedelta(seconds=min(error.retry_after, 3600)))
    return pause
