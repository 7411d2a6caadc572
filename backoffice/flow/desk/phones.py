"""A phone key that opens nothing for a while, on staff's word: asked once, read back, the key itself stays.

The vendor has one client per lock and address, so all of a guest's keys of one door are suspended and
restored together. That staff want it is written down before the vendor is asked: whoever dies on the way
leaves a look to be had, and what that shows is told and never put right behind anybody's back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from backoffice import ledger
from backoffice.flow.desk.record import Ask
from backoffice.flow.desk.site import alone, client_of, done_or_refused
from backoffice.models import IssuedCode
from backoffice.states import CodeState, GrantState, Known
from backoffice.word import NotPossible, Word, on_record
from backoffice.wording import SUSPENDED, SUSPENDED_BY_STAFF, period
from integrations.errors import Garbled, OverBudget, Refused, Unavailable, VendorError
from integrations.types import Method, PhoneClientRecord, PhoneKeys, PhoneState, Verdict, Written

ABLE = "phone_keys"
SUSPEND, RESTORE = "suspend phone key", "restore phone key"
LOOK = timedelta(minutes=1)  # after which a key is looked at whose suspension nobody saw the end of
OPEN_AGAIN = "Restored by staff: it opens again in its hours."
GONE = "the key is no longer at the vendor"
REVOKE = "To keep the guest out, revoke the key or deny the access."
AS_TOLD = {PhoneState.SUSPENDED: "suspended", PhoneState.ACTIVE: "one that opens"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to become of one client at the vendor, whose keys those are, and since when."""

    provider: PhoneKeys
    code: IssuedCode
    state: PhoneState  # SUSPENDED, or ACTIVE again
    now: datetime

    @property
    def keys(self) -> list[IssuedCode]:
        """All keys that are this client, as their rows are now."""
        return _of_guest(self.code, state=CodeState.ACTIVE)


def _of_guest(code: IssuedCode, **which: Any) -> list[IssuedCode]:
    """The phone keys of one guest at one door."""
    rows = IssuedCode.objects.filter(door=code.door_id, method=Method.PHONE, **which).defer("secret")
    return [row for row in rows if row.address == code.address]


def can_suspend(code: IssuedCode) -> bool:
    """Is this a key that opens, as far as we know, and that staff may have suspended?"""
    at_the_vendor = code.method == Method.PHONE and code.state == CodeState.ACTIVE
    return at_the_vendor and code.accepted_at is not None and not (code.suspended_at and not code.error)


def can_restore(code: IssuedCode) -> bool:
    """Have staff suspended it, here or in the vendor's portal, and does that keep anybody out still?"""
    if code.method != Method.PHONE:
        return False
    if code.state == CodeState.ACTIVE:
        return code.suspended_at is not None or code.error == SUSPENDED
    return code.suspended_at is not None and code.grant.state == GrantState.HELD


def suspend(code: IssuedCode, word: Word) -> str:
    """Let a phone key open nothing until staff restore it; what came of it, in words.

    Two paid calls: the vendor is told, its list is read. Until then the plan gives no other way in.
    NotPossible, before anything is asked, for what is no accepted phone key; and in the vendor's words when
    it refused, or when nobody knows what came of it (C-C18).
    """
    if not can_suspend(code):
        raise NotPossible(_why_not(code))
    return _have(code, SUSPEND, PhoneState.SUSPENDED, word)


def restore(code: IssuedCode, word: Word) -> str:
    """Let a suspended phone key open again in its hours; what came of it, in words.

    Of a key that is no longer at the vendor only staff's word is taken back, and nothing is asked: the plan
    issues another where one is wanted. NotPossible for a key that is not suspended, and as for `suspend`.
    """
    if not can_restore(code):
        raise NotPossible("This phone key is not suspended.")
    if _of_guest(code, state=CodeState.ACTIVE):
        said = _have(code, RESTORE, PhoneState.ACTIVE, word)
        _lift(code)
        return said
    with transaction.atomic():
        _lift(code)
        on_record(word, RESTORE, code, grant=code.grant, code=code)
    return "This key is no longer at the vendor. If the guest is still to come, a new one is issued."


def _lift(code: IssuedCode) -> None:
    """Let the plan hold nothing any more for keys that were suspended and are no longer at the vendor."""
    ended = [row.pk for row in _of_guest(code, suspended_at__isnull=False) if row.state != CodeState.ACTIVE]
    IssuedCode.objects.filter(pk__in=ended).update(suspended_at=None)


def _why_not(code: IssuedCode) -> str:
    if code.method != Method.PHONE:
        return "Only a phone key can be suspended. " + REVOKE
    if code.state != CodeState.ACTIVE:
        return "This phone key is not at the vendor: there is nothing to suspend."
    if code.suspended_at:
        return "It is suspended already."
    return "The guest has not accepted this key yet, so it opens nothing. " + REVOKE


def _have(code: IssuedCode, verb: str, state: PhoneState, word: Word) -> str:
    provider = client_of(code.account, ABLE)
    if not isinstance(provider, PhoneKeys):
        raise NotPossible(f"{code.account.profile.label} has no such call.")
    wanted = Wanted(provider, code, state, word.now)
    when = period(code.starts_at, code.ends_at, code.door.venue)
    occurrence = code.grant.occurrence
    booking = occurrence.booking if occurrence else None
    asked = {"door": code.door.ref, "address": code.address}
    ask = Ask(code.account, verb, f"{code.door}, {when}", asked, booking=booking, code=code)
    return done_or_refused(alone(ask, word, lambda: _asked(wanted))).text


# ------------------------------------------------------------------------------------------- asking once


def _asked(wanted: Wanted) -> Written:
    """Raises what the vendor says; then the rows are as they were, unless nobody knows what came of it."""
    keys = wanted.keys
    if not keys:
        raise Refused(GONE)
    _write(
        keys,
        suspended_at=wanted.now if wanted.state == PhoneState.SUSPENDED else None,
        next_try_at=wanted.now + LOOK,
    )
    try:
        with ledger.urgent(ledger.is_tonight(wanted.code.account, wanted.code.starts_at, wanted.now)):
            return _sent(wanted, keys)
    except (Unavailable, Garbled) as error:
        if isinstance(error, OverBudget):
            _as_before(keys)
        raise
    except VendorError:
        _as_before(keys)
        raise


def _sent(wanted: Wanted, keys: Sequence[IssuedCode]) -> Written:
    lock, address = wanted.code.door.ref, wanted.code.address
    doubt: VendorError | None = None
    try:
        if wanted.state == PhoneState.SUSPENDED:
            wanted.provider.suspend(lock, address)
        else:
            wanted.provider.restore(lock, address)
    except OverBudget:
        raise
    except (Unavailable, Garbled) as error:
        doubt = error
    return _read_back(wanted, keys, doubt)


def _read_back(wanted: Wanted, keys: Sequence[IssuedCode], doubt: VendorError | None) -> Written:
    """What the lock's list says, whether the vendor said yes or (`doubt`) nothing that can be understood."""
    try:
        listed = wanted.provider.clients(wanted.code.door.ref)
    except VendorError as error:
        if doubt:
            raise doubt from error
        return Written(Verdict.DONE, text=f"Accepted by the vendor, and not read back: {error.text}.")
    record = listed.find(wanted.code.address)
    if record and record.state == wanted.state:
        return _confirmed(wanted, keys)
    if doubt and record and record.state in AS_TOLD:
        _as_before(keys)
        return Written(
            Verdict.REFUSED, text=f"{doubt.text}. Its list shows the key as {_told(record)}: it was not done."
        )
    said = f"its list shows it as {_told(record)}" if record else "its list does not show the key"
    return Written(Verdict.IN_DOUBT, text=f"{doubt.text if doubt else 'The vendor accepted it'}; {said}.")


def _told(record: PhoneClientRecord) -> str:
    return AS_TOLD.get(record.state) or f"“{record.status_text[:40]}”"


def _confirmed(wanted: Wanted, keys: Sequence[IssuedCode]) -> Written:
    shut, door = wanted.state == PhoneState.SUSPENDED, wanted.code.door
    seen = {"looked_at": wanted.now, "confirmed_at": wanted.now, "error": "", "next_try_at": None}
    for key in keys:
        how = {} if key.known == Known.SEEN else {"known": Known.CONFIRMED}
        taken = {} if shut else {"accepted_at": key.accepted_at or wanted.now}
        _write([key], **seen, **how, **taken, reason=SUSPENDED_BY_STAFF if shut else OPEN_AGAIN)
    many = f" It is one key for {len(keys)} times of this guest." if len(keys) > 1 else ""
    text = f"Suspended: it opens {door} no more until it is restored." if shut else f"It opens {door} again."
    return Written(Verdict.DONE, text=text + many, confirmed=True)


# ------------------------------------------------------------------------------------------------ the rows


def _write(keys: Sequence[IssuedCode], **fields: Any) -> None:
    IssuedCode.objects.filter(pk__in=[key.pk for key in keys], state=CodeState.ACTIVE).update(**fields)


def _as_before(keys: Sequence[IssuedCode]) -> None:
    for key in keys:
        _write([key], suspended_at=key.suspended_at, next_try_at=key.next_try_at)
