"""One write at a vendor: on record before it is sent, sent once, and what is known of it after."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from backoffice import accounts, states
from backoffice.models import Booking, IssuedCode, Resource, VendorAccount, VendorWrite
from backoffice.states import WriteState
from backoffice.word import NotPossible, Word, on_record
from integrations.errors import Garbled, Misconfigured, OverBudget, Unavailable, VendorError
from integrations.types import Verdict, Written

STATES = {
    Verdict.DONE: WriteState.DONE,
    Verdict.REFUSED: WriteState.REFUSED,
    Verdict.IN_DOUBT: WriteState.IN_DOUBT,
}
AGAIN = "Asked again later: this is what came of that."
LOOK = "It may have been done or not: look at the vendor before you ask again."


@dataclass(frozen=True, slots=True)
class RuleWord:
    """A rule that staff switched on asks, and no person: its name, why it asks now, and when."""

    rule: str
    reason: str
    now: datetime


@dataclass(frozen=True, slots=True)
class Ask:
    """What a vendor is to be asked: `subject` in words without a guest's data, `asked` with all of it.

    `key` names one form or request: a second ask with it gets what came of the first, and asks nothing.
    """

    account: VendorAccount
    verb: str
    subject: str
    asked: Mapping[str, Any] = field(default_factory=dict)
    resource: Resource | None = None
    booking: Booking | None = None
    key: str = ""
    code: IssuedCode | None = None


def carry_out(ask: Ask, word: Word | RuleWord, call: Callable[[], Written]) -> VendorWrite:
    """Ask the vendor once, on staff's or a rule's word; the write with its end: done, refused, or in doubt.

    NotPossible, and nothing is asked, when the account is stopped or switched off. An error of the vendor is
    not raised but recorded: Unavailable and Garbled leave a write in doubt, all else has refused it;
    after Misconfigured the account is stopped.
    """
    if ask.account.stopped_at or not ask.account.enabled:
        how = "stopped" if ask.account.stopped_at else "switched off"
        raise NotPossible(f"{ask.account} is {how}: nothing can be written there.")
    try:
        write = _begun(ask, word)
    except IntegrityError:
        return VendorWrite.objects.get(key=ask.key)
    try:
        _settle(write, call(), word.now)
    except VendorError as error:
        _settle(write, _end_of(error), word.now)
        if isinstance(error, Misconfigured):
            accounts.stop(ask.account, error.text, word.now)
    return write


def supersede(write: VendorWrite) -> int:
    """What came of a rule's ask is the end of its earlier ones, of which nobody knew; how many there were."""
    if write.state not in (WriteState.DONE, WriteState.REFUSED) or not write.rule:
        return 0
    earlier = VendorWrite.objects.filter(
        account=write.account, rule=write.rule, verb=write.verb, booking=write.booking, pk__lt=write.pk
    )
    unknown = earlier.filter(state__in=(WriteState.ASKED, WriteState.IN_DOUBT))
    return states.move_all(unknown, WriteState(write.state), text=AGAIN, settled_at=write.settled_at)


def already(key: str) -> VendorWrite | None:
    """What came of a form or request that was sent before."""
    return VendorWrite.objects.filter(key=key).first() if key else None


def link(write: VendorWrite) -> None:
    """Point a write at its booking, once that is mirrored."""
    if write.booking_id or not write.ref or write.resource_id is None:
        return
    write.booking = Booking.objects.filter(account=write.account, ref=write.ref).first()
    if write.booking:
        VendorWrite.objects.filter(pk=write.pk).update(booking=write.booking)


def _begun(ask: Ask, word: Word | RuleWord) -> VendorWrite:
    asked: Any = dict(ask.asked)  # the stubs take an encrypted value for a text
    by = {"author": word.author} if isinstance(word, Word) else {"rule": word.rule}
    with transaction.atomic():
        write = VendorWrite.objects.create(
            account=ask.account,
            verb=ask.verb,
            subject=ask.subject[:200],
            resource=ask.resource,
            booking=ask.booking,
            asked=asked,
            reason=word.reason.strip(),
            asked_at=word.now,
            key=ask.key or None,
            **by,
        )
        if isinstance(word, Word):
            on_record(word, f"vendor {ask.verb}", write, booking=ask.booking, code=ask.code)
    return write


def _end_of(error: VendorError) -> Written:
    if isinstance(error, OverBudget):
        return Written(Verdict.REFUSED, text=f"Nothing was done: {error.text}")
    if isinstance(error, Unavailable | Garbled):
        return Written(Verdict.IN_DOUBT, text=f"{error.text}. {LOOK}")
    return Written(Verdict.REFUSED, text=error.text)


def _settle(write: VendorWrite, end: Written, now: datetime) -> None:
    states.move(
        write,
        STATES[end.verdict],
        text=end.text,
        ref=end.ref[:100],
        confirmed=end.confirmed,
        candidates=list(end.candidates),
        settled_at=now,
    )
