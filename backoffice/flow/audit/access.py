"""What needs a person about ways in: blocked, failed, late, in conflict, or not withdrawn."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import chain

from django.db.models import Exists, OuterRef, Q
from django.db.models.expressions import Combinable

from backoffice.flow.audit.codes import codes, still_opens
from backoffice.flow.audit.trouble import GRANT, Trouble, about, sentence, soon, what_for, who
from backoffice.models import AccessGrant, IssuedCode, Severity
from backoffice.states import LIVE_GRANTS, CodeState, GrantState
from backoffice.wording import moment
from integrations.types import BookingStatus, Method

READY_BEFORE = timedelta(minutes=60)
WITHDRAWAL_TRIES = 3
UNREAD = ("occurrence__booking__raw", "occurrence__booking__customer__email")


def troubles(now: datetime) -> Iterable[Trouble]:
    """What is wrong with ways in that matter still."""
    return chain(
        _blocked(now),
        _late(now),
        _conflicts(now),
        _trimmed(now),
        _failed(now),
        _not_withdrawn(now),
    )


def _grants(*wanted: Q | Combinable) -> Iterable[AccessGrant]:
    rows = AccessGrant.objects.filter(*wanted).select_related(*GRANT, "occurrence__booking__account")
    return rows.defer(*UNREAD).order_by("starts_at", "position", "pk")


# ------------------------------------------------------------------------------------------------ grants


def _blocked(now: datetime) -> Iterator[Trouble]:
    """The way in cannot be made; bookings of unknown status have a finding of their own."""
    blocked = Q(state=GrantState.BLOCKED, ends_at__gt=now)
    for grant in _grants(blocked, ~Q(occurrence__booking__status=BookingStatus.UNKNOWN)):
        yield Trouble(
            "grant_blocked",
            str(grant.pk),
            soon(grant.starts_at, now),
            f"{who(grant)} cannot be given a way in at {grant.door} for {what_for(grant)}: "
            f"{sentence(grant.reason)} "
            "Let them in yourself, or change what stands in the way.",
            **about(grant),
        )


def _late(now: datetime) -> Iterator[Trouble]:
    """Granted and about to start, and the door does not open for the guest yet: one finding per stay."""
    active = IssuedCode.objects.filter(grant=OuterRef("pk"), state=CodeState.ACTIVE, ends_at__gt=now)
    active = active.exclude(method=Method.PHONE, accepted_at=None)
    failed = IssuedCode.objects.filter(grant=OuterRef("pk"), state=CodeState.FAILED, issued_at=None)
    in_turn = IssuedCode.objects.filter(  # its fob is with the guest before, and is to be back in time
        grant=OuterRef("pk"), state=CodeState.PLANNED, method=Method.FOB, due_at__gt=now
    )
    near = Q(state=GrantState.GRANTED, starts_at__lte=now + READY_BEFORE, ends_at__gt=now)
    stays: dict[tuple[int | None, int | None], list[AccessGrant]] = defaultdict(list)
    for grant in _grants(near, ~Exists(active), ~Exists(failed), ~Exists(in_turn)):
        stays[grant.occurrence_id, grant.person_id].append(grant)
    for (occurrence, person), grants in stays.items():
        first = grants[0]
        doors = ", ".join(str(grant.door) for grant in grants)
        yield Trouble(
            "not_ready",
            f"occurrence {occurrence}" if occurrence else f"person {person}",
            Severity.NOW,
            f"{who(first)} has no way in yet at {doors} and may come from "
            f"{moment(first.starts_at, first.door.venue)} on: {what_for(first)}. Be ready to open the door.",
            **about(first),
        )


def _conflicts(now: datetime) -> Iterator[Trouble]:
    """One finding per stay and text, however many doors of the path say the same.

    Nothing can be done before they come, so it is pressing only then.
    """
    seen: set[tuple[int | None, int | None, str]] = set()
    for grant in _grants(Q(state__in=LIVE_GRANTS, ends_at__gt=now) & ~Q(conflict="")):
        same = (grant.occurrence_id, grant.person_id, grant.conflict)
        if same in seen:
            continue
        seen.add(same)
        yield Trouble(
            "conflict",
            str(grant.pk),
            soon(grant.starts_at, now, READY_BEFORE),
            f"{who(grant)}, {what_for(grant)}, at {grant.door}: {sentence(grant.conflict)} "
            "Be at the door when they come.",
            **about(grant),
        )


def _trimmed(now: datetime) -> Iterator[Trouble]:
    """Settled by the plan: nobody has to do anything, but staff may be asked why a door opens late."""
    seen: set[tuple[int | None, int | None]] = set()
    for grant in _grants(Q(state__in=LIVE_GRANTS, ends_at__gt=now) & ~Q(trimmed="")):
        if (grant.occurrence_id, grant.person_id) in seen:
            continue
        seen.add((grant.occurrence_id, grant.person_id))
        text = f"{who(grant)}, {what_for(grant)}: {grant.trimmed}"
        yield Trouble("trimmed", str(grant.pk), Severity.NOTE, text, **about(grant))


# ------------------------------------------------------------------------------------------------- codes


def _failed(now: datetime) -> Iterator[Trouble]:
    """Refused, and no other code covers the time."""
    instead = IssuedCode.objects.filter(
        grant=OuterRef("grant"),
        state=CodeState.ACTIVE,
        starts_at__lte=OuterRef("starts_at"),
        ends_at__gte=OuterRef("ends_at"),
    )
    wanted = Q(state=CodeState.FAILED, ends_at__gt=now, grant__state__in=LIVE_GRANTS)
    wanted &= ~Q(method=Method.PHONE) | Q(grant__method=Method.PHONE)  # else there are PINs in its place
    for code in codes(wanted, ~Exists(instead)):
        yield Trouble(
            "code_failed",
            str(code.pk),
            soon(code.grant.starts_at, now),
            f"{who(code.grant)} got no way in at {code.door} for {what_for(code.grant)}: "
            f"{sentence(code.error)} "
            "Put right what the vendor names and try the code again, or let them in yourself.",
            account_id=code.account_id,
            **about(code.grant),
        )


def _not_withdrawn(now: datetime) -> Iterator[Trouble]:
    stuck = Q(state=CodeState.REVOKING, attempts__gte=WITHDRAWAL_TRIES)
    unclear = Q(state=CodeState.FAILED, issued_at__isnull=False) & ~Q(method=Method.PHONE)  # those are gone
    stuck |= unclear & ~Q(grant__state__in=LIVE_GRANTS)
    for code in codes(stuck & Q(ends_at__gt=now)):
        yield Trouble(
            "not_withdrawn",
            str(code.pk),
            Severity.NOW,
            f"{still_opens(code)}: it cannot be withdrawn ({code.error.rstrip('. ')}). "
            "It is tried again; or disable it at the vendor.",
            account_id=code.account_id,
            **about(code.grant),
        )
