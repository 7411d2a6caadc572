"""A second look at bookings whose write was not answered, as far as a look proves what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db.models import Q

from backoffice.flow.desk import bookings
from backoffice.models import Booking, VendorWrite
from backoffice.states import WriteState
from integrations.types import (
    AddOrder,
    Before,
    Once,
    Proof,
    SaveOrder,
    SaveStatus,
    SecondLook,
    Sight,
    WholeDays,
)

MAKES = (bookings.ADD, bookings.SAVE)
KNOWN = (*MAKES, bookings.CHANGE, bookings.CANCEL)
OPEN = (WriteState.ASKED, WriteState.IN_DOUBT)
SERIES = "a series is not compared date by date"
TWICE = "the same was asked for twice, and of neither it is known what came"
MEANWHILE = "the same customer has another booking since, which may be it"


def seen(source: SecondLook, write: VendorWrite) -> Sight:
    """What a look proves of a write. Raises VendorError; nothing is sent but readings."""
    order = _order(write.asked)
    if order is None:
        return Sight(Proof.NEITHER, text=SERIES)
    if isinstance(order, SaveOrder) and order.ref:
        other = write.ref not in ("", order.ref)
        return _unsaid(write) if other else source.look_at(order, _before(write.asked))
    if _asked_twice(write):
        return Sight(Proof.NEITHER, text=TWICE)
    sight = source.look_for(order, write.ref, _not_it(write))
    if sight.proof is Proof.NOT_DONE and _came_since(write, order):
        return Sight(Proof.NEITHER, text=MEANWHILE)
    return sight


def _unsaid(write: VendorWrite) -> Sight:
    return Sight(Proof.NEITHER, text=f"it was answered with booking {write.ref} instead")


def _asked_twice(write: VendorWrite) -> bool:
    """Is there another open write for the same rooms and time? One booking would then be either's."""
    others = VendorWrite.objects.filter(account=write.account_id, resource=write.resource_id, verb__in=MAKES)
    others = others.filter(state__in=OPEN).exclude(pk=write.pk)
    return any(_when(other.asked) == _when(write.asked) for other in others)


def _not_it(write: VendorWrite) -> set[str]:
    """The bookings that were there before it was asked for, or that another write made."""
    before = Booking.objects.filter(account=write.account_id, first_seen_at__lt=write.asked_at)
    others = VendorWrite.objects.filter(account=write.account_id, verb__in=KNOWN).exclude(
        Q(ref="") | Q(pk=write.pk)
    )
    return {*before.values_list("ref", flat=True), *others.values_list("ref", flat=True)}


def _came_since(write: VendorWrite, order: AddOrder | SaveOrder) -> bool:
    """Has somebody put it elsewhere meanwhile? A new booking of the same customer may be it."""
    if isinstance(order, SaveOrder) or not order.customer_ref:
        return False
    since = Booking.objects.filter(account=write.account_id, first_seen_at__gte=write.asked_at)
    return since.filter(customer__ref=order.customer_ref).exclude(ref__in=_not_it(write)).exists()


# ------------------------------------------------------------------------------------- what was asked, again


def _when(asked: Mapping[str, Any]) -> list[Any]:
    when = asked.get("when", asked)
    return [when.get(name) for name in ("starts_at", "ends_at", "first", "last")]


def _order(asked: Mapping[str, Any]) -> AddOrder | SaveOrder | None:
    """The order as it was sent; None for a series."""
    given = {name: value for name, value in asked.items() if name != bookings.BEFORE}
    if "when" not in given:
        status = SaveStatus(given["status"])
        return SaveOrder(**{**given, **_span(given), "status": status})
    when = _once_or_days(given["when"])
    return AddOrder(**{**given, "when": when, "person_refs": tuple(given["person_refs"])}) if when else None


def _once_or_days(when: Mapping[str, Any]) -> Once | WholeDays | None:
    if "starts_at" in when:
        return Once(**_span(when))
    if "rule" in when:
        return None
    return WholeDays(date.fromisoformat(when["first"]), date.fromisoformat(when["last"]))


def _before(asked: Mapping[str, Any]) -> Before | None:
    was = asked.get(bookings.BEFORE)
    return Before(**{**was, **_span(was)}) if was else None


def _span(given: Mapping[str, Any]) -> dict[str, datetime]:
    return {name: datetime.fromisoformat(given[name]) for name in ("starts_at", "ends_at")}
