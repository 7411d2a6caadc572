"""What needs a person about phone keys: a PIN in their place, what the vendor lists, keys left behind."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import chain

from django.db.models import Q

from backoffice.flow.audit.trouble import GRANT, Trouble, about, sentence, soon, what_for, who
from backoffice.models import AccessGrant, IssuedCode, Severity
from backoffice.states import CodeState, GrantState
from backoffice.wording import TURNED_UP, door_name, moment, period, zone_of
from integrations.types import Method

UNREAD = ("occurrence__booking__raw", "occurrence__booking__customer__email")
BOOKING = "occurrence__booking__account"
TOLD_FOR = timedelta(days=3)  # so long staff read of a key that turned up again and was removed
LATE = timedelta(hours=6)
INSTEAD = "A PIN is given instead of a phone key"  # as the plan puts it


def troubles(now: datetime) -> Iterable[Trouble]:
    """What is wrong with phone keys."""
    return chain(_pins_instead(now), _keys(now), _suspended(now), _back(now), _unsure(now))


def _pins_instead(now: datetime) -> Iterator[Trouble]:
    """Nobody has to do anything: the guest is told the PIN; but staff may be asked about an invitation."""
    tried = AccessGrant.objects.filter(state=GrantState.GRANTED, method=Method.NETCODE, ends_at__gt=now)
    rows = tried.filter(reason__contains=INSTEAD).select_related(*GRANT, BOOKING).defer(*UNREAD)
    for grant in rows.order_by("starts_at", "pk"):
        text = f"{who(grant)}, {what_for(grant)}, at {grant.door}: {sentence(_reason(grant))}"
        yield Trouble("pin_instead", str(grant.pk), Severity.NOTE, text, **about(grant))


def _reason(grant: AccessGrant) -> str:
    """The plan's sentence about it, without the times that stand before."""
    return "a" + INSTEAD[1:] + grant.reason.partition(INSTEAD)[2]


def _keys(now: datetime) -> Iterator[Trouble]:
    """Keys of which the vendor lists something odd, and keys whose time is over and that are there still."""
    odd = Q(state=CodeState.ACTIVE, accepted_at=None, suspended_at=None, ends_at__gt=now) & ~Q(error="")
    left = Q(state=CodeState.REVOKING, ends_at__lte=now, attempts__gt=0)
    for code in _phones(odd | left):
        yield _odd(code, now) if code.state == CodeState.ACTIVE else _left_behind(code, now)


def _phones(which: Q) -> Iterable[IssuedCode]:
    rows = IssuedCode.objects.filter(which, method=Method.PHONE)
    related = ("door__venue", *(f"grant__{path}" for path in (*GRANT, BOOKING)))
    unread = ("secret", "address", *(f"grant__{path}" for path in UNREAD))
    return rows.select_related(*related).defer(*unread).order_by("starts_at", "pk")


def _suspended(now: datetime) -> Iterator[Trouble]:
    """Nobody else is going to restore it; and where it opens all the same, staff think that it does not."""
    for code in _phones(Q(state=CodeState.ACTIVE, suspended_at__isnull=False, ends_at__gt=now)):
        now_is = f"{code.error}; look there" if code.error else "it opens nothing until it is restored"
        yield Trouble(
            "phone_key_suspended",
            str(code.pk),
            Severity.NOW if code.error else Severity.NOTE,
            f"The phone key of {who(code.grant)}, {what_for(code.grant)}, at {code.door} is suspended by "
            f"staff: {sentence(now_is)} Restore it on its page, or deny the access.",
            account_id=code.account_id,
            **about(code.grant),
        )


def _back(now: datetime) -> Iterator[Trouble]:
    """The vendor's lists lacked a key, we believed them, and it was there: nobody else would ever be told."""
    since = Q(state=CodeState.REVOKING) | Q(state=CodeState.REVOKED, ended_at__gt=now - TOLD_FOR)
    for code in _phones(Q(reason=TURNED_UP) & since):
        gone = code.ended_at if code.state == CodeState.REVOKED else None
        end = f"was removed {moment(gone, code.door.venue)}" if gone else "is being removed"
        hours = period(code.starts_at, code.ends_at, code.door.venue)
        yield Trouble(
            "phone_key_back",
            str(code.pk),
            Severity.NOTE if gone else Severity.TODAY,
            f"The phone key of {who(code.grant)} ({hours}) at "
            f"{door_name(code.door)}: its vendor's lists did not show it, and now do. Until it was seen it "
            f"could open in these hours; it {end}.",
            account_id=code.account_id,
            **about(code.grant),
        )


def _unsure(now: datetime) -> Iterator[Trouble]:
    """A look that cannot be had: without calls left, or while the vendor does not list its lock."""
    late = Q(recheck_at__lte=now - LATE, next_try_at__gt=now)
    for code in _phones(late & Q(state__in=(CodeState.FAILED, CodeState.REVOKED, CodeState.EXPIRED))):
        yield Trouble(
            "phone_key_unsure",
            str(code.pk),
            Severity.TODAY,
            f"The phone key of {who(code.grant)} is gone from {door_name(code.door)} as far as its vendor's "
            f"lists say, and it could not be looked at once more. If it is there, it opens again from "
            f"{moment(_next(code, now), code.door.venue)} on: look in the vendor's portal, or see to it that "
            "calls are left.",
            account_id=code.account_id,
            **about(code.grant),
        )


def _odd(code: IssuedCode, now: datetime) -> Trouble:
    """Invited, and the vendor lists something that is neither an invitation nor an accepted key."""
    grant = code.grant
    return Trouble(
        "phone_key",
        str(code.pk),
        soon(grant.starts_at, now),
        f"The phone key of {who(grant)}, {what_for(grant)}, at {code.door}: {sentence(code.error)} "
        "It is not counted as accepted, and a PIN is given before the guest comes.",
        account_id=code.account_id,
        **about(grant),
    )


def _left_behind(code: IssuedCode, now: datetime) -> Trouble:
    """It opens again at the same hours next week."""
    hours = period(code.starts_at, code.ends_at, code.door.venue)
    again = moment(_next(code, now), code.door.venue)
    return Trouble(
        "phone_key_left",
        str(code.pk),
        Severity.TODAY,
        f"The phone key of {who(code.grant)} ({hours}) is still at the vendor and opens "
        f"{door_name(code.door)} again from {again} on: {sentence(code.error or 'it was not removed')} "
        "It is tried again; or remove it in the vendor's portal.",
        account_id=code.account_id,
        **about(code.grant),
    )


def _next(code: IssuedCode, now: datetime) -> datetime:
    """When its hours come back: they are the same every week, by the clock at the door."""
    local = code.starts_at.astimezone(zone_of(code.door.venue))
    return local + timedelta(weeks=(now - code.starts_at).days // 7 + 1)
