"""Staff's word: what a person may say, written down and on record; the next plan obeys it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple, TypeVar

from django.db import models, transaction

from backoffice import pools, promises, states
from backoffice.models import (
    AccessGrant,
    Booking,
    Door,
    Fob,
    IssuedCode,
    Notice,
    Override,
    OverrideKind,
    SyncRun,
    VendorAccount,
    WebhookMessage,
)
from backoffice.states import CodeState, GrantState, MessageState, NoticeState, RunState
from backoffice.word import NotPossible, Target, Word, on_record, say, take_back
from backoffice.wording import moment
from integrations.types import Method

READINGS = ("poll", "full")
TOLD = (RunState.OK, RunState.STOPPED)  # of the others nothing was learned
OVER = (GrantState.ENDED, GrantState.WITHDRAWN)


class Person(NamedTuple):
    """Somebody without a booking who is to get in."""

    name: str
    email: str = ""


Row = TypeVar("Row", Notice, WebhookMessage)


def hold(target: Target, until: datetime, word: Word) -> Override:
    """Issue nothing for a booking, a grant or a door until then; what is out stays out."""
    return say(OverrideKind.HOLD, target, until, word)


def deny(target: Target, until: datetime, word: Word) -> Override:
    """No access for a booking or a grant, or through a door, until then; what can be taken back is."""
    return say(OverrideKind.DENY, target, until, word)


def extend(target: Target, minutes_before: int, minutes_after: int, until: datetime, word: Word) -> Override:
    """Open so many minutes earlier and later than policy says, for windows before `until`."""
    if minutes_before < 0 or minutes_after < 0 or not minutes_before + minutes_after:
        raise NotPossible("Say by how many minutes: before, after or both, and not less than none.")
    return say(
        OverrideKind.EXTEND, target, until, word, minutes_before=minutes_before, minutes_after=minutes_after
    )


def reissue(target: AccessGrant | IssuedCode, word: Word) -> Override:
    """A new way in for a grant; the old one stops counting, and lingers where it cannot be withdrawn."""
    grant = target.grant if isinstance(target, IssuedCode) else target
    if grant.ends_at <= word.now or grant.state == GrantState.WITHDRAWN:
        raise NotPossible("This access is over: there is nothing to issue again.")
    return say(OverrideKind.REISSUE, grant, grant.ends_at, word)


def use_method(target: Booking | AccessGrant, method: str, until: datetime, word: Word) -> Override:
    """Open the doors of a booking or a grant by another method of their vendors, for windows before `until`.

    Doors whose vendor does not have the method stay as they are; NotPossible where that is all of them.
    """
    doors = [grant.door for grant in _grants_of(target).filter(ends_at__gt=word.now)]
    can = {one.value for door in doors for one in door.account.profile.methods}
    if method not in can:
        other = f"what can be used is {', '.join(sorted(can))}" if can else "no access by it is to come"
        raise NotPossible(f"No door here can be opened by {method or 'nothing'}: {other}.")
    return say(OverrideKind.METHOD, target, until, word, method=method)


def _grants_of(target: Booking | AccessGrant) -> models.QuerySet[AccessGrant]:
    about = {"pk": target.pk} if isinstance(target, AccessGrant) else {"occurrence__booking": target}
    return AccessGrant.objects.filter(**about).exclude(state__in=OVER).select_related("door__account")


def lend(fob: Fob, door: Door, person: Person, ends_at: datetime, word: Word) -> Override:
    """Give a fob to somebody without a booking, from now on until its end, for one door.

    NotPossible unless the fob is here, of the door's pool, and lent or promised to nobody; of two who ask
    at once the second is refused.
    """
    with transaction.atomic():
        promises.must_be_free(fob, word.now)
        fob.refresh_from_db()
        _must_be_here(fob, door)
        return grant_person(door, person, word.now, ends_at, word, method=Method.FOB, fob=fob)


def _must_be_here(fob: Fob, door: Door) -> None:
    if fob.lost_at or fob.gone_at:
        raise NotPossible(f"{fob} is {fob.out_of_use or 'no longer listed by its vendor'}.")
    if pools.open_loans().filter(fob=fob).exists():
        raise NotPossible(f"{fob} is lent or promised to somebody else: take another one.")
    if not pools.belongs(fob, door):
        raise NotPossible(f"{fob} is not of the pool of {door}: take one that is, or change the pool.")


def grant_person(
    door: Door, person: Person, starts_at: datetime, ends_at: datetime, word: Word, **how: Any
) -> Override:
    """Let somebody without a booking in at one door, for a time of at most a year.

    `how`: another `method` of the door's vendor, and the `fob` that he is given.
    """
    if not person.name.strip():
        raise NotPossible("Say who it is for: a name.")
    if not (how.get("method") or door.method):
        raise NotPossible(f"{door} has no method yet: say on its page how it is opened.")
    if ends_at <= starts_at:
        raise NotPossible("The end must be after the start.")
    return say(
        OverrideKind.GRANT,
        door,
        ends_at,
        word,
        starts_at=starts_at,
        person_name=person.name.strip(),
        person_email=person.email.strip(),
        **how,
    )


def release(override: Override, word: Word) -> Override:
    """Take back a hold, a denial or any other word of staff."""
    return take_back(override, word)


def revoke(code: IssuedCode, word: Word) -> str:
    """Deny the grant until its code ends, and say what that does: a NetCode opens on regardless."""
    if code.state in (CodeState.REVOKED, CodeState.EXPIRED) or code.ends_at <= word.now:
        raise NotPossible("This code opens nothing any more.")
    with transaction.atomic():
        deny(code.grant, max(code.grant.ends_at, code.ends_at), word)
        never_issued = states.move_all(
            IssuedCode.objects.filter(pk=code.pk, state__in=(CodeState.PLANNED, CodeState.HELD)),
            CodeState.REVOKED,
            reason=f"revoked by staff: {word.reason}",
            ended_at=word.now,
        )
        on_record(word, "revoke", code, grant=code.grant, code=code)
    if never_issued:
        return "Revoked before it was issued."
    if code.method == Method.NETCODE:
        until = moment(code.ends_at, code.door.venue)
        return f"The lock cannot forget it: it opens until {until} and is listed as lingering."
    return "It is being withdrawn at the vendor and read back."


def retry(code: IssuedCode, word: Word) -> IssuedCode:
    """Try a failed code again: issue it where it is wanted, withdraw it where it is not."""
    wanted = code.grant.state == GrantState.GRANTED
    if not wanted and code.issued_at is None:
        raise NotPossible("Nobody needs this code any more.")
    again: dict[str, Any] = {"attempts": 0, "next_try_at": None, "error": ""}
    if wanted:
        again["due_at"] = word.now
    target = CodeState.PLANNED if wanted else CodeState.REVOKING
    with transaction.atomic():
        if code.state != CodeState.FAILED or not states.move(code, target, **again):
            raise NotPossible("Only a failed code can be tried again.")
        on_record(word, "retry", code, grant=code.grant, code=code)
    return code


def retry_notice(notice: Notice, word: Word) -> Notice:
    """Send a failed message again with the next round."""
    return _again(notice, NoticeState.FAILED, NoticeState.DUE, word)


def retry_message(message: WebhookMessage, word: Word) -> WebhookMessage:
    """Open a failed webhook message again with the next round."""
    return _again(message, MessageState.FAILED, MessageState.RECEIVED, word)


def reveal(code: IssuedCode, word: Word) -> str:
    """The code's secret; who saw it, when and why is on record before it is given out."""
    if not code.secret:
        raise NotPossible("There is nothing to show: it has not been issued yet.")
    on_record(word, "reveal", code, grant=code.grant, code=code)
    return code.secret


def reveal_notice(notice: Notice, word: Word) -> str:
    """What a guest was told, codes and all; on record before it is given out."""
    if not notice.body:
        raise NotPossible("There is nothing to show: it has not been written yet, or is too old.")
    on_record(word, "reveal", notice, booking=notice.booking, grant=notice.grant)
    return notice.body


def refresh(account: VendorAccount, word: Word) -> VendorAccount:
    """Put on record that somebody wants an account read now; the caller wakes the reading."""
    _must_be_read(account)
    on_record(word, "refresh", account)
    return account


def resume(account: VendorAccount, word: Word) -> VendorAccount:
    """Use an account again that was stopped."""
    with transaction.atomic():
        stopped = VendorAccount.objects.filter(pk=account.pk, stopped_at__isnull=False)
        if not stopped.update(stopped_at=None, stopped_reason="", resumed_at=word.now):
            raise NotPossible(f"{account} is not stopped.")
        account.refresh_from_db()
        on_record(word, "resume", account)
    return account


def accept_loss(account: VendorAccount, word: Word) -> None:
    """What the last reading missed is gone indeed: on record before the caller has it read on that word.

    NotPossible unless the last reading that told anything missed too much to be believed.
    """
    _must_be_read(account)
    told = SyncRun.objects.filter(account=account, kind__in=READINGS, state__in=TOLD).order_by("-started_at")
    if told.values_list("state", flat=True).first() != RunState.STOPPED:
        raise NotPossible(f"The last reading of {account} missed nothing that is in doubt.")
    on_record(word, "accept_loss", account)


def _must_be_read(account: VendorAccount) -> None:
    if account.stopped_at or not account.enabled:
        how = "stopped" if account.stopped_at else "switched off"
        raise NotPossible(f"{account} is {how}: nothing is read.")


def _again(row: Row, failed: models.TextChoices, to: models.TextChoices, word: Word) -> Row:
    with transaction.atomic():
        if row.state != failed or not states.move(row, to, attempts=0, next_try_at=None, error=""):
            raise NotPossible("Only what failed can be tried again.")
        on_record(
            word, "retry", row, booking=getattr(row, "booking", None), grant=getattr(row, "grant", None)
        )
    return row
