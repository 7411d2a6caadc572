"""Bookings as staff have a source make, change and cancel them: checked here, asked for once, on record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, is_dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from backoffice import accounts
from backoffice.flow.desk import overlaps, times
from backoffice.flow.desk.record import Ask, RuleWord, already, carry_out
from backoffice.flow.desk.times import Span
from backoffice.models import Booking, Customer, Occurrence, Resource, VendorAccount, VendorWrite
from backoffice.word import NotPossible, Word
from integrations.errors import VendorError
from integrations.types import AddOrder, Before, BookingDesk, Once, SaveOrder, SaveStatus

DESK = "bookings"  # in a vendor's profile: staff can have bookings made there
ADD, SAVE, CHANGE, CANCEL = "add booking", "save booking", "change booking", "cancel booking"
BEFORE = "before"  # in what was asked: the booking as it was, for a later look
SEVERAL = "It has several times or rooms, and the source would keep one: change it there."
GONE = "This booking no longer exists at its source: there is nothing to change."


class Doubts(NotPossible):
    """It can be done, but staff should know something first and say "all the same"."""

    def __init__(self, warnings: Sequence[str]) -> None:
        super().__init__(" ".join(warnings))
        self.warnings = list(warnings)


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a booking would be: what is booked, all of its times in UTC, and what stands against it."""

    resources: tuple[Resource, ...]
    spans: tuple[Span, ...]
    warnings: list[str]


@dataclass(frozen=True, slots=True)
class Change:
    """What a booking is to be instead: one place and one span of aware instants, with a status."""

    resource: Resource
    starts_at: datetime
    ends_at: datetime
    status: SaveStatus = SaveStatus.LIVE


def outlook(account: VendorAccount, order: AddOrder, now: datetime) -> Outlook:
    """Look at an order before it is sent: nothing is asked of the vendor, nothing is written.

    NotPossible, in words that say what to change, for what cannot be.
    """
    _has_desk(account)
    booked = _booked(account, order)
    spans = times.spans(order.when, ZoneInfo(account.timezone))
    _check_people(account, order)
    return Outlook(booked, spans, overlaps.warnings(booked, spans, now))


def add(
    account: VendorAccount,
    order: AddOrder,
    word: Word | RuleWord,
    *,
    key: str = "",
    all_the_same: bool = False,
) -> VendorWrite:
    """Have a booking of any kind made: once, whole days, a series. Of one `key` it is asked once only.

    NotPossible as `outlook`; Doubts (the room is taken, the time is over) unless `all_the_same`.
    """
    if made := already(key):
        return made
    found = outlook(account, order, word.now)
    _stand(found.warnings, all_the_same=all_the_same)
    client = _desk(account)
    ask = Ask(account, ADD, _subject(found, account), _plain(order), resource=found.resources[0], key=key)
    return carry_out(ask, word, lambda: client.add_booking(order))


def save(
    account: VendorAccount,
    order: SaveOrder,
    word: Word | RuleWord,
    *,
    key: str = "",
    all_the_same: bool = False,
) -> VendorWrite:
    """Have a new booking of one span made, together with its customer. As `add`; changes go by `change`."""
    if made := already(key):
        return made
    _has_desk(account)
    if order.ref:
        raise NotPossible("This booking is there already: change it on its own page.")
    resource = _resource(account, order.resource_ref)
    spans = times.spans(Once(order.starts_at, order.ends_at), ZoneInfo(account.timezone))
    found = Outlook((resource,), spans, overlaps.warnings([resource], spans, word.now))
    _stand(found.warnings, all_the_same=all_the_same)
    client = _desk(account)
    ask = Ask(account, SAVE, _subject(found, account), _plain(order), resource=resource, key=key)
    return carry_out(ask, word, lambda: client.save_booking(order))


def change(
    booking: Booking, to: Change, word: Word | RuleWord, *, key: str = "", all_the_same: bool = False
) -> VendorWrite:
    """Have a booking of one span put somewhere else, or given another status, at its source.

    NotPossible for a booking that is gone or has several times, of which the source would keep one; Doubts
    as `add`.
    """
    if made := already(key):
        return made
    account = _changeable(booking)
    was = one_span(booking)
    if was is None:
        raise NotPossible(SEVERAL)
    resource = _resource(account, to.resource.ref)
    spans = times.spans(Once(to.starts_at, to.ends_at), ZoneInfo(account.timezone))
    found = Outlook((resource,), spans, overlaps.warnings([resource], spans, word.now, but=booking))
    _stand(found.warnings, all_the_same=all_the_same)
    order = SaveOrder(resource.ref, to.starts_at, to.ends_at, to.status, booking.ref)
    subject = _subject(found, account)
    asked = {**_plain(order), BEFORE: _plain(_as_it_is(booking, was))}
    return _saved(Ask(account, CHANGE, subject, asked, resource, booking, key), order, word)


def _as_it_is(booking: Booking, was: Change) -> Before:
    customer = booking.customer.ref if booking.customer else ""
    return Before(was.resource.ref, was.starts_at, was.ends_at, customer)


def cancel(booking: Booking, word: Word | RuleWord, *, key: str = "") -> VendorWrite:
    """Have a booking cancelled at its source, with all of its times. NotPossible when it is gone already."""
    if made := already(key):
        return made
    account = _changeable(booking)
    live = _live(booking)
    if not live:
        raise NotPossible("Nothing is known of when it takes place: cancel it at the source.")
    first = live[0]
    order = SaveOrder(first.resource.ref, first.starts_at, first.ends_at, SaveStatus.CANCEL, booking.ref)
    found = Outlook((first.resource,), tuple((o.starts_at, o.ends_at) for o in live), [])
    asked = _plain(order)
    subject = _subject(found, account)
    return _saved(Ask(account, CANCEL, subject, asked, first.resource, booking, key), order, word)


def offered(booking: Booking) -> bool:
    """Can staff have this booking changed at its source?"""
    account = booking.account
    return DESK in account.profile.desk and booking.gone_at is None


def one_span(booking: Booking) -> Change | None:
    """The place and time of a booking that is in one place at one time, else None."""
    live = _live(booking)
    if not _in_one_piece(live):
        return None
    return Change(live[0].resource, live[0].starts_at, live[-1].ends_at)


def _saved(ask: Ask, order: SaveOrder, word: Word | RuleWord) -> VendorWrite:
    client = _desk(ask.account)
    return carry_out(ask, word, lambda: client.save_booking(order))


def _changeable(booking: Booking) -> VendorAccount:
    _has_desk(booking.account)
    if booking.gone_at:
        raise NotPossible(GONE)
    return booking.account


def _live(booking: Booking) -> list[Occurrence]:
    """Its times that stand, in order; read already where a page shows many bookings."""
    live = (one for one in booking.occurrences.all() if one.gone_at is None)
    return sorted(live, key=lambda one: (one.starts_at, one.pk))


def _in_one_piece(live: Sequence[Occurrence]) -> bool:
    """Is it one span of one resource, though it may be written down in daily pieces?"""
    return bool(live) and all(
        one.resource_id == next_one.resource_id and next_one.starts_at <= one.ends_at
        for one, next_one in pairwise(live)
    )


def _stand(warnings: Sequence[str], *, all_the_same: bool) -> None:
    if warnings and not all_the_same:
        raise Doubts(warnings)


def _has_desk(account: VendorAccount) -> None:
    if DESK not in account.profile.desk:
        raise NotPossible(f"{account.profile.label} takes no bookings from here: make them there.")


def _desk(account: VendorAccount) -> BookingDesk:
    try:
        client = accounts.booking_source(account)
    except VendorError as error:
        raise NotPossible(error.text) from None
    if not isinstance(client, BookingDesk):
        raise NotPossible(f"{account.profile.label} takes no bookings from here: make them there.")
    return client


def _booked(account: VendorAccount, order: AddOrder) -> tuple[Resource, ...]:
    """What is taken: the parts that are named, and each main resource of which no part is."""
    mains = list(dict.fromkeys([order.resource_ref, *order.parts]))
    booked: list[Resource] = []
    for ref in mains:
        main = _resource(account, ref)
        if main.parent_ref:
            raise NotPossible(f"{main} is a part: name what it is a part of, and the part with it.")
        parts = [_resource(account, part) for part in order.parts.get(ref, ())]
        for part in parts:
            if part.parent_ref != main.ref:
                raise NotPossible(f"{part} is no part of {main}.")
        booked += parts or [main]
    return tuple(booked)


def _resource(account: VendorAccount, ref: str) -> Resource:
    found = Resource.objects.select_related("account", "room").filter(account=account, ref=ref).first()
    if found is None:
        raise NotPossible(f"{account} sells nothing with the number {ref}.")
    if found.gone_at:
        raise NotPossible(f"{found} is no longer sold at {account}.")
    return found


def _check_people(account: VendorAccount, order: AddOrder) -> None:
    refs = {ref for ref in (order.customer_ref, *order.person_refs) if ref}
    known = set(Customer.objects.filter(account=account, ref__in=refs).values_list("ref", flat=True))
    if unknown := sorted(refs - known):
        raise NotPossible(f"{account} has no customer with the number {', '.join(unknown)}.")


def _subject(found: Outlook, account: VendorAccount) -> str:
    zone = ZoneInfo(account.timezone)
    first, last = found.spans[0][0].astimezone(zone), found.spans[-1][1].astimezone(zone)
    places = ", ".join(str(each) for each in found.resources)
    when = f"{first:%a} {first.day} {first:%b %Y %H:%M} to "
    when += f"{last:%H:%M}" if last.date() == first.date() else f"{last:%a} {last.day} {last:%b %Y %H:%M}"
    return f"{places}, {when}" + (f", {len(found.spans)} times" if len(found.spans) > 1 else "")


def _plain(value: Any) -> Any:
    """An order as it is kept with the write."""
    if is_dataclass(value) and not isinstance(value, type):
        return _plain(asdict(value))
    if isinstance(value, dict):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value if isinstance(value, int | str | None) else str(value)
