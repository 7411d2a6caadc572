"""A booking's way from message to door event, as its page shows it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.http import HttpRequest

from backoffice.admin.acts import buttons_of
from backoffice.admin.fobs import at_hand
from backoffice.admin.leads import Lead, leads_from
from backoffice.admin.moments import Moment, moments
from backoffice.admin.readiness import Readiness, readiness
from backoffice.admin.show import chip, chip_of, code_chip, masked, span, stamp, way_in
from backoffice.admin.zones import zone_of_row
from backoffice.clock import now as clock
from backoffice.flow import audit
from backoffice.models import (
    AccessGrant,
    Booking,
    EntryEvent,
    Finding,
    IssuedCode,
    Notice,
    Occurrence,
    Override,
    StaffAct,
    WebhookMessage,
)
from backoffice.states import LIVE_CODES

SUBJECTS = ("account", "booking__customer", "conflict", "door", "room")
Fobs = dict[str, tuple[Any, list[dict[str, Any]]]]  # by holder: which and where, and what can be done


@dataclass(slots=True)
class CodeLine:
    """One code: its state, how we know, when it really opens, and what can be done with it."""

    code: IssuedCode
    kind: str
    state: Any
    known: Any
    opens: str
    secret: str
    buttons: list[dict[str, Any]]
    fob: Any = ""  # which one, and where it is


@dataclass(slots=True)
class DoorLine:
    """One door of one time: the decision and what makes it true."""

    grant: AccessGrant
    state: Any
    ready: Readiness
    window: str
    codes: list[CodeLine]
    buttons: list[dict[str, Any]]


@dataclass(slots=True)
class TimeLine:
    """One time in one room, and its doors in path order."""

    occurrence: Occurrence
    when: str
    state: Any
    over: bool
    doors: list[DoorLine] = field(default_factory=list)


@dataclass(slots=True)
class WordLine:
    """Staff's word that is in force, and how to take it back."""

    override: Override
    state: Any
    until: str
    about: str
    buttons: list[dict[str, Any]]


@dataclass(slots=True)
class Way:
    """All that the page shows."""

    booking: Booking
    status: Any
    contact: list[tuple[str, str]]
    times: list[TimeLine]
    words: list[WordLine]
    findings: list[tuple[Finding, list[Lead]]]  # and where else they lead
    still_open: list[str]  # what its old codes open
    moments: list[Moment]
    zone: str


def way(booking: Booking, request: HttpRequest) -> Way:
    """The way of a booking; how many queries it takes does not depend on how much there is."""
    now, zone = clock(), zone_of_row(booking)
    grants = list(_grants(booking))
    codes = [code for grant in grants for code in grant.codes.all()]
    rows = _rows(booking, codes)
    overrides = [word for word in rows["overrides"] if word.lifted_at is None and word.ends_at > now]
    return Way(
        booking=booking,
        status=chip("gone") if booking.gone_at else chip_of(booking.status, booking.status),
        contact=_contact(booking, request),
        times=_times(booking, grants, request, now, at_hand(codes, request)),
        words=[_word(word, request, zone) for word in overrides],
        findings=[(row, leads_from(booking, row)) for row in rows["findings"]],
        still_open=audit.still_open(booking, now),
        moments=moments(booking, grants, codes, rows, zone),
        zone=zone.key,
    )


def _grants(booking: Booking) -> QuerySet[AccessGrant]:
    rows = AccessGrant.objects.filter(occurrence__booking=booking).order_by("starts_at", "position")
    return rows.select_related("door__venue").prefetch_related("codes__door__venue", "codes__account")


def _rows(booking: Booking, codes: Iterable[IssuedCode]) -> dict[str, list[Any]]:
    """What else happened around the booking."""
    messages = WebhookMessage.objects.filter(account=booking.account_id, booking_ref=booking.ref)
    words = Override.objects.filter(booking=booking) | Override.objects.filter(
        grant__occurrence__booking=booking
    )
    findings = Finding.objects.filter(closed_at=None).exclude(kind=audit.LINGERING)  # it tells of others, too
    about = findings.filter(booking=booking) | findings.filter(grant__occurrence__booking=booking)
    about |= findings.filter(conflict__first__booking=booking)
    return {
        "messages": list(messages.defer("raw")),
        "overrides": list(words.select_related("author", "lifted_by", "grant__door")),
        "findings": list(about.select_related(*SUBJECTS).defer("booking__raw").distinct()),
        "notices": list(Notice.objects.filter(booking=booking)),
        "events": list(
            EntryEvent.objects.filter(code__in=codes).select_related("door", "account").defer("raw")
        ),
        "acts": list(
            StaffAct.objects.filter(booking=booking).select_related("author", "code__door", "grant__door")
        ),
    }


def _contact(booking: Booking, request: HttpRequest) -> list[tuple[str, str]]:
    """E-mail and phone, to those who may see them; to others, that there are some."""
    customer = booking.customer
    if customer is None:
        return []
    may = request.user.has_perm("backoffice.contact_customer")
    values = (("E-mail", customer.email), ("Phone", customer.phone))
    return [(name, value if may else masked(value)) for name, value in values if value]


def _times(
    booking: Booking, grants: list[AccessGrant], request: HttpRequest, now: datetime, fobs: Fobs
) -> list[TimeLine]:
    by_time: dict[int | None, list[AccessGrant]] = {}
    for grant in grants:
        by_time.setdefault(grant.occurrence_id, []).append(grant)
    lines = []
    for occurrence in booking.occurrences.all():
        zone = zone_of_row(occurrence)
        when = span(occurrence.starts_at, occurrence.ends_at, zone)
        doors = [_door(grant, request, now, fobs) for grant in by_time.get(occurrence.pk, ())]
        over = occurrence.ends_at < now or occurrence.gone_at is not None
        lines.append(TimeLine(occurrence, when, _presence(occurrence, zone), over, doors))
    return lines


def _presence(occurrence: Occurrence, zone: ZoneInfo) -> Any:
    if occurrence.gone_at:
        return chip("gone", "grey", f"since {stamp(occurrence.gone_at, zone)}")
    if occurrence.missing_since:
        return chip("missing at the source", "orange", f"since {stamp(occurrence.missing_since, zone)}")
    return ""


def _door(grant: AccessGrant, request: HttpRequest, now: datetime, fobs: Fobs) -> DoorLine:
    zone = zone_of_row(grant)
    return DoorLine(
        grant=grant,
        state=chip_of(grant.state, grant.get_state_display()),
        ready=readiness(grant, list(grant.codes.all()), now),
        window=span(grant.starts_at, grant.ends_at, zone),
        codes=[_code(code, request, zone, fobs) for code in grant.codes.all()],
        buttons=buttons_of(grant, request),
    )


def _code(code: IssuedCode, request: HttpRequest, zone: ZoneInfo, fobs: Fobs) -> CodeLine:
    fob, at_the_desk = fobs.get(code.holder_key if code.state in LIVE_CODES else "", ("", []))
    return CodeLine(
        code=code,
        kind=way_in(code.method),
        state=code_chip(code),
        known=chip_of(code.known, code.get_known_display()),
        opens=span(code.starts_at, code.ends_at, zone),
        secret=masked(code.secret),
        buttons=[*at_the_desk, *buttons_of(code, request)],
        fob=fob,
    )


def _word(override: Override, request: HttpRequest, zone: ZoneInfo) -> WordLine:
    about = str(override.grant.door) if override.grant else "the whole booking"
    state = chip_of(override.kind, override.get_kind_display())
    return WordLine(override, state, stamp(override.ends_at, zone), about, buttons_of(override, request))
