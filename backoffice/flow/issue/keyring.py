"""The rows of phone keys: which of them are one client at the vendor, and what is written down of it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from django.db import transaction
from django.db.models import Q

from backoffice import selectors
from backoffice.flow.issue.bundles import due
from backoffice.flow.issue.lost import BELIEVED_GONE, REMEMBERED, look_at
from backoffice.flow.issue.record import Issued
from backoffice.models import Door, IssuedCode, VendorAccount
from backoffice.states import CodeState, GrantState, Known, move
from backoffice.wording import OPENS_AGAIN, SUSPENDED, SUSPENDED_BY_STAFF, TURNED_UP
from integrations.errors import OverBudget, VendorError
from integrations.types import Method, Period, PhoneClientRecord, PhoneState, together

FIRST_LOOK, NEXT_LOOK = timedelta(hours=1), timedelta(minutes=30)
FIRST_RETRY, LAST_RETRY = timedelta(seconds=20), timedelta(minutes=15)
BUDGET_RETRY, QUOTA_RETRY, SLOW_RETRY = timedelta(hours=1), timedelta(hours=6), timedelta(hours=6)
AT_THE_VENDOR = (CodeState.ISSUING, CodeState.ACTIVE, CodeState.REVOKING)
RELATED = ("account", "door__venue", "grant__person", "grant__occurrence__booking__customer")
GENERATION = re.compile(r"g\d+-r(\d+)-")

INVITED = "Invited: the guest is to accept in the app."
ACCEPTED = "The guest has accepted it."
GONE = "the key is no longer at the vendor: the guest declined it, or it was removed there"
UNKNOWN_WORD = "the vendor says “{word}” of it, which the account's option phone_status does not explain"
OTHER_HOURS = "its hours were changed at the vendor"
UNREADABLE = "its hours at the vendor cannot be read"
UNLISTED = "the vendor's list did not show it; one list is not believed"


@dataclass(slots=True)
class Client:
    """One address at one lock: all rows that are one client there, and whether it is to be invited."""

    door: Door
    address: str
    planned: list[IssuedCode] = field(default_factory=list)
    issuing: list[IssuedCode] = field(default_factory=list)
    active: list[IssuedCode] = field(default_factory=list)
    revoking: list[IssuedCode] = field(default_factory=list)
    lost: list[IssuedCode] = field(default_factory=list)  # believed gone, and perhaps there all the same
    shut: bool = False  # in this pass the vendor said yes to what takes the revoked hours away
    told: bool = True  # or, where False, that there is none: by a refusal and a list

    @property
    def ours(self) -> bool:
        """Is it known to have come from us? What others made at the vendor is left alone."""
        return bool(self.active or self.revoking)

    @property
    def rows(self) -> list[IssuedCode]:
        """All of it."""
        return [*self.planned, *self.issuing, *self.active, *self.revoking]

    @property
    def hours(self) -> tuple[Period, ...]:
        """What the client is to open: the hours of every row that is wanted."""
        return hours_of([*self.planned, *self.issuing, *self.active])

    @property
    def again(self) -> bool:
        """Do staff want another invitation in the place of the one that is being taken back?"""
        old = max((_generation(code) for code in self.revoking), default=0)
        return not self.active and any(_generation(code) > old for code in self.planned)


def _generation(code: IssuedCode) -> int:
    found = GENERATION.match(code.key)
    return int(found[1]) if found else 0


def hours_of(codes: Iterable[IssuedCode]) -> tuple[Period, ...]:
    """The weekly hours of some rows, as one set of periods."""
    return together(
        Period(time.fromisoformat(starts), time.fromisoformat(ends), tuple(days))
        for code in codes
        for starts, ends, days in code.periods
    )


def clients_due(account: VendorAccount, now: datetime) -> list[list[Client]]:
    """Lock by lock, where anything is due, all clients there that we know of; the most urgent lock first."""
    rows = IssuedCode.objects.filter(account=account, method=Method.PHONE)
    ripe, gone = rows.filter(due(account, now)), Q(state__in=BELIEVED_GONE)
    in_turn = (*ripe.exclude(gone).order_by("starts_at"), *ripe.filter(gone).order_by("recheck_at"))
    found: dict[int, dict[str, Client]] = {code.door_id: {} for code in in_turn}
    planned, there = ripe.filter(state=CodeState.PLANNED), rows.filter(state__in=AT_THE_VENDOR)
    asked = Q(issued_at__isnull=False) | Q(attempts__gt=1)
    given_up = rows.filter(asked, state=CodeState.FAILED, ends_at__gt=now - REMEMBERED).exclude(address="")
    doubted = rows.filter(gone, recheck_at__gt=now - REMEMBERED)
    known = planned | (there | given_up | doubted).filter(door__in=found)
    for code in known.select_related(*RELATED).order_by("starts_at", "pk"):
        address = code.address or guests_address(code)
        client = found[code.door_id].setdefault(address, Client(code.door, address))
        getattr(client, "lost" if code.state in BELIEVED_GONE else str(code.state)).append(code)
    return [list(clients.values()) for clients in found.values()]


def guests_address(code: IssuedCode) -> str:
    """Where a guest is invited: his e-mail address in lower case; "" when there is none."""
    occurrence, person = code.grant.occurrence, code.grant.person
    customer = occurrence.booking.customer if occurrence else None
    email = person.person_email if person else customer.email if customer else ""
    return email.strip().lower()


def is_wanted(code: IssuedCode, now: datetime) -> bool:
    """Is the key still the way in, or has the plan found another one meanwhile?"""
    grant = code.grant
    return grant.state == GrantState.GRANTED and grant.method == Method.PHONE and code.ends_at > now


# ------------------------------------------------------------------------------------------- what came of it


def claim(client: Client) -> bool:
    """Commit that the vendor is about to be asked; False when nothing is to be asked any more."""
    fresh = [code for code in client.planned if move(code, CodeState.ISSUING, address=client.address)]
    client.issuing, client.planned = [*client.issuing, *fresh], []
    return bool(client.issuing)


def back(codes: Iterable[IssuedCode], error: VendorError | None, done: Issued, now: datetime) -> None:
    """Not asked, or not there after all: to be asked again later, at once where there was no error."""
    for code in codes:
        later = {"next_try_at": now + pause(code, error, now), "error": error.text} if error else {}
        tries = code.attempts + 1 if error else code.attempts
        done.postponed += move(code, CodeState.PLANNED, attempts=tries, **later)


def failed(codes: Iterable[IssuedCode], text: str, done: Issued, *, look: datetime | None = None) -> None:
    """There is no such key, and asking again is of no use: the plan finds another way in.

    `look`: that is so by what lists lack and nothing else, as of then, so it is looked for again.
    """
    for code in codes:
        again = {"recheck_at": look_at(code, look), "next_try_at": None} if look else {}
        with transaction.atomic():
            if code.state == CodeState.ACTIVE:
                move(code, CodeState.ISSUING)
            done.failed += move(code, CodeState.FAILED, error=text, attempts=code.attempts + 1, **again)


def unlisted(codes: Iterable[IssuedCode], done: Issued, now: datetime) -> None:
    """A complete list lacks a key that was there: believed when the next one lacks it, too."""
    for code in codes:
        if code.error == UNLISTED:
            failed([code], GONE, done, look=now)
            continue
        again = {"error": UNLISTED, "next_try_at": now + FIRST_RETRY}
        IssuedCode.objects.filter(pk=code.pk, state=CodeState.ACTIVE).update(**again)


def turned_up(codes: Iterable[IssuedCode], hours: Iterable[Period]) -> bool:
    """Keys believed gone are listed with just their hours: they would open every week, and are removed."""
    listed = together(hours)
    mine = [code for code in codes if code.periods and together([*listed, *hours_of([code])]) == listed]
    if hours_of(mine) != listed:
        return False
    again = {"next_try_at": None, "recheck_at": None, "ended_at": None, "attempts": 0, "error": ""}
    return sum(move(code, CodeState.REVOKING, **again, reason=TURNED_UP) for code in mine) > 0


def revoked(codes: Iterable[IssuedCode], done: Issued, now: datetime, *, told: bool = True) -> None:
    """A complete list shows that the key is gone; it is looked for again unless the vendor took it away."""
    for code in codes:
        how = {"known": Known.CONFIRMED, "confirmed_at": now, "looked_at": now, "ended_at": now}
        again = None if told else look_at(code, now)
        done.revoked += move(code, CodeState.REVOKED, **how, next_try_at=None, recheck_at=again)


def made(code: IssuedCode, record: PhoneClientRecord, done: Issued, now: datetime) -> None:
    """The vendor has the key: accepted by the guest already, or an invitation."""
    code.issued_at = now
    how = _progress(code, record, True, now)  # noqa: FBT003
    done.issued += move(code, CodeState.ACTIVE, issued_at=now, recheck_at=None, **how)


def looked(code: IssuedCode, record: PhoneClientRecord, fits: bool, now: datetime) -> None:  # noqa: FBT001
    """How far an invitation has come, as the vendor lists it."""
    how = _suspended(record, fits, now) if code.suspended_at else _progress(code, record, fits, now)
    IssuedCode.objects.filter(pk=code.pk, state=CodeState.ACTIVE).update(**how)


def _suspended(record: PhoneClientRecord, fits: bool, now: datetime) -> dict[str, object]:  # noqa: FBT001
    """Staff have suspended it: that it was accepted stays, and what else the vendor says is told them."""
    error = OPENS_AGAIN if record.state in (PhoneState.ACTIVE, PhoneState.INVITED) else ""
    if not error and (record.state == PhoneState.UNKNOWN or not fits):
        error = _trouble(record, fits)
    told = {"looked_at": now, "error": error, "reason": SUSPENDED_BY_STAFF}
    return {**told, "attempts": 0, "next_try_at": None}


def _progress(code: IssuedCode, record: PhoneClientRecord, fits: bool, now: datetime) -> dict[str, object]:  # noqa: FBT001
    taken = fits and (
        record.state == PhoneState.ACTIVE
        or (record.state == PhoneState.UNKNOWN and code.accepted_at is not None)  # a word takes nothing back
    )
    return {
        "looked_at": now,
        "accepted_at": (code.accepted_at or now) if taken else None,
        "known": _known(code, taken),
        "confirmed_at": now if taken else None,
        "error": _trouble(record, fits),
        "attempts": 0,
        "next_try_at": None if taken else next_look(code, now),
        "reason": ACCEPTED if taken else INVITED,
    }


def _known(code: IssuedCode, taken: bool) -> Known:  # noqa: FBT001
    if code.known == Known.SEEN:
        return Known.SEEN
    return Known.CONFIRMED if taken else Known.ACCEPTED


def _trouble(record: PhoneClientRecord, fits: bool) -> str:  # noqa: FBT001
    if record.state == PhoneState.UNKNOWN:
        return UNKNOWN_WORD.format(word=record.status_text[:40])
    if record.state == PhoneState.SUSPENDED:
        return SUSPENDED
    return "" if fits else OTHER_HOURS


def next_look(code: IssuedCode, now: datetime) -> datetime:
    """When to look at an invitation: an hour after it, at the deadline, and then until there is a PIN."""
    deadline = code.starts_at - selectors.phone_deadline(code.account)
    first = (code.issued_at or now) + FIRST_LOOK
    return min((at for at in (first, deadline) if at > now), default=now + NEXT_LOOK)


def later(codes: Iterable[IssuedCode], error: VendorError, done: Issued, now: datetime) -> None:
    """Something went wrong on the way: the rows stay as they are and have their turn again later."""
    for code in codes:
        if code.next_try_at and code.next_try_at > now:
            continue
        if code.state == CodeState.ACTIVE and code.next_try_at is None:
            continue
        again = now + pause(code, error, now)
        turn = {"next_try_at": again, "attempts": code.attempts + 1}
        told = {} if code.state == CodeState.ACTIVE else {"error": error.text}
        IssuedCode.objects.filter(pk=code.pk, state=code.state).update(**turn, **told)
        code.next_try_at = again
        done.postponed += 1


def pause(code: IssuedCode, error: VendorError | None, now: datetime) -> timedelta:
    """How long to wait; every try is paid for, so a key that opens nothing for days is not hurried."""
    if isinstance(error, OverBudget):
        return QUOTA_RETRY if error.status == 429 else BUDGET_RETRY
    longest = SLOW_RETRY if code.ends_at <= now else LAST_RETRY
    wait: timedelta = min(FIRST_RETRY * 2 ** min(code.attempts, 12), longest)
    asked = timedelta(seconds=min(error.retry_after or 0, 3600)) if error else timedelta()
    return max(wait, asked)
