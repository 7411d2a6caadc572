"""Staff make, change, move and cancel reservations at their source: which room and day, which hour, who."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_http_methods
from unfold.enums import ActionVariant

from backoffice import tasks
from backoffice.admin.acts import Act
from backoffice.admin.desk_page import must, page
from backoffice.admin.names import named
from backoffice.admin.reservation_forms import Edit, Moved, Reservation, Where
from backoffice.clock import now as clock
from backoffice.flow.desk import reservations, slots
from backoffice.models import Booking, Resource, VendorWrite
from backoffice.states import WriteState
from backoffice.word import NotPossible, Word
from integrations import registry

WRITE = "backoffice.write_booking"
DESK = "reservations"


def _ended(write: VendorWrite) -> str:
    """What came of a write, in words; NotPossible when it was refused. What was written is mirrored now."""
    label = write.account.profile.label
    if write.state == WriteState.REFUSED:
        raise NotPossible(f"{label} refused: {write.text}")
    tasks.take_over(write)
    return f"{label}: {write.text}"


def _nothing(row: Any) -> None:
    del row  # `_ended` has woken what follows


def offered(row: Booking) -> bool:
    """Whether a booking's source takes changes of it from here."""
    return DESK in row.account.profile.desk and row.gone_at is None


EDIT = Act(
    "edit-there",
    "Edit at the source",
    "What you fill in replaces what the source has; what you leave empty stays, unless you take it away. Its "
    "hour is moved instead.",
    WRITE,
    lambda row, given, word: _ended(reservations.edit(row, _fields(given), word, given["empty"])),
    Edit,
    icon="edit",
    offered=offered,
    after=_nothing,
    folded=True,
)
CANCEL = Act(
    "cancel-there",
    "Cancel at the source",
    "The reservation is deleted there, and its access ends with it; a PIN that the lock computed itself "
    "opens until its end. One that the guest paid there cannot be deleted from here.",
    WRITE,
    lambda row, given, word: _ended(reservations.cancel(row, word)),
    icon="event_busy",
    danger=True,
    offered=offered,
    after=_nothing,
    folded=True,
)
ACTS = (EDIT, CANCEL)


def buttons(request: HttpRequest, row: Booking) -> list[dict[str, Any]]:
    """The way to the page on which a booking is moved, for those who may."""
    if not (offered(row) and request.user.has_perm(WRITE)):
        return []
    path = reverse("move_reservation", args=[row.pk])
    look = {"icon": "event_repeat", "variant": ActionVariant.DEFAULT, "attrs": {}}
    return [{"title": "Move at the source", "path": path, **look}]


@dataclass(slots=True)
class _Choice:
    """Which room and day, and the hours there."""

    where: Where
    resource: Resource | None = None
    day: date | None = None
    offers: list[slots.Offer] | None = None
    trouble: str = ""


@require_http_methods(["GET", "POST"])
def make(request: HttpRequest) -> HttpResponse:
    """Choose room and day (GET), then make a reservation there (POST)."""
    must(request, WRITE)
    choice = _choice(request, _resources())
    form = Reservation(request.POST or None, rows=[], pricers=_pricers(choice), initial={"key": _new_key()})
    if choice.resource and choice.day and form.is_valid():
        resource, day, given = choice.resource, choice.day, form.cleaned_data
        write = _done(
            form,
            lambda: reservations.make(
                resource, day, given["hour"], _fields(given), _word(request, given), given["key"]
            ),
        )
        if write:
            return _finished(request, write)
        form = form.again(_new_key())
    return page(request, "reservation", "New reservation", choice=choice, form=form, verb="Book it")


@require_http_methods(["GET", "POST"])
def move(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose room and day (GET), then move a reservation there (POST)."""
    must(request, WRITE)
    booking = get_object_or_404(Booking.objects.select_related("account", "customer").defer("raw"), pk=pk)
    choice = _choice(request, _resources().filter(account=booking.account), booking)
    form = Moved(request.POST or None, rows=[])
    if choice.resource and choice.day and form.is_valid():
        resource, day, given = choice.resource, choice.day, form.cleaned_data
        write = _done(
            form,
            lambda: reservations.move(booking, resource, day, given["hour"], _word(request, given)),
        )
        if write:
            return _finished(request, write)
    back = reverse("admin:backoffice_booking_change", args=[booking.pk])
    title = f"Move {named(booking)}"
    return page(request, "reservation", title, choice=choice, form=form, verb="Move it", back=back)


def _done(form: Any, write: Any) -> VendorWrite | None:
    """The write, or None when it was refused, by us or by the vendor, which the form says then."""
    try:
        made: VendorWrite = write()
    except NotPossible as error:
        form.add_error(None, str(error))
        return None
    if made.state == WriteState.REFUSED:
        form.add_error(None, f"{made.account.profile.label} refused: {made.text}")
        return None
    return made


def _finished(request: HttpRequest, write: VendorWrite) -> HttpResponse:
    """On to the booking as it is now, or to the write whose end nobody knows."""
    said = _ended(write)
    if write.state == WriteState.DONE:
        messages.success(request, said)
        if write.booking_id:
            return HttpResponseRedirect(reverse("admin:backoffice_booking_change", args=[write.booking_id]))
    else:
        messages.warning(request, said)
    return HttpResponseRedirect(reverse("admin:backoffice_vendorwrite_change", args=[write.pk]))


def _resources() -> QuerySet[Resource]:
    """What is sold where staff make reservations from here."""
    vendors = [slug for slug, vendor in registry.VENDORS.items() if DESK in vendor.desk]
    found = Resource.objects.filter(gone_at=None, account__vendor__in=vendors, account__enabled=True)
    return found.select_related("account", "room__venue")


def _choice(request: HttpRequest, found: QuerySet[Resource], booking: Booking | None = None) -> _Choice:
    asked = request.GET.dict()
    if booking is not None and "resource" not in asked:
        asked = _present(booking)
    where = Where({"day": _today(), **asked} if "resource" in asked else None, found=found)
    choice = _Choice(where)
    if where.is_bound and where.is_valid():
        choice.resource, choice.day = where.cleaned_data["resource"], where.cleaned_data["day"]
        try:
            choice.offers = slots.offers(choice.resource, choice.day, clock(), besides=booking)
        except NotPossible as error:
            choice.trouble = str(error)
    return choice


def _present(booking: Booking) -> dict[str, Any]:
    """Room and day of a booking as they are."""
    at = booking.occurrences.filter(gone_at=None).select_related("resource__account").first()
    if at is None:
        return {}
    day = at.starts_at.astimezone(ZoneInfo(at.resource.account.timezone)).date()
    return {"resource": str(at.resource_id), "day": day.isoformat()}


def _today() -> str:
    return clock().date().isoformat()


def _pricers(choice: _Choice) -> list[int]:
    return sorted({pricer for offer in choice.offers or () for pricer in offer.pricers})


def _fields(given: dict[str, Any]) -> dict[str, Any]:
    """The reservation's own fields of a form."""
    return {name: given.get(name) for name in reservations.FIELDS if name in given}


def _word(request: HttpRequest, given: dict[str, Any]) -> Word:
    return Word(author=request.user, reason=given["reason"], now=clock())  # type: ignore[arg-type]  # signed in


def _new_key() -> str:
    return secrets.token_urlsafe(16)
