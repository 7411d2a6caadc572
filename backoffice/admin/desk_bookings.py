"""Staff book at a source: what is sold there, the form, the look before it is sent, change and cancel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from backoffice import tasks
from backoffice.admin.acts import Act
from backoffice.admin.desk_forms import BookingForm, ChangeForm, digest
from backoffice.admin.desk_page import ask, finished, must, offered_accounts, page, said, stock_and_fields
from backoffice.admin.show import span
from backoffice.clock import now as clock
from backoffice.flow.desk import bookings
from backoffice.flow.desk.bookings import Outlook
from backoffice.models import Booking, Resource, VendorAccount
from backoffice.states import WriteState
from backoffice.word import NotPossible, Word

WRITE = "backoffice.write_booking"
MOST_DATES = 60  # of a preview; the rest is counted


@require_GET
def hub(request: HttpRequest) -> HttpResponse:
    """All that can be booked at sources that take bookings from here."""
    must(request, "backoffice.view_booking")
    sold = [(account, list(_sold(account))) for account in offered_accounts(bookings.DESK)]
    may = {"may_book": request.user.has_perm(WRITE)}
    may["may_customer"] = request.user.has_perm("backoffice.write_customer")
    return page(
        request, "desk_hub", "At the desk", sold=sold, customer=request.GET.get("customer", ""), **may
    )


@require_http_methods(["GET", "POST"])
def book(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for a booking of a resource (GET); look at it, or have it made (POST)."""
    must(request, WRITE)
    resource = _resource(pk)
    told = stock_and_fields(resource)
    data = request.POST if request.method == "POST" else None
    form = BookingForm(data, initial=_initial(request, resource), resource=resource, **told.choices)
    found: Outlook | None = None
    if form.is_valid() and form.order is not None:
        order = form.order
        try:
            found = bookings.outlook(resource.account, order, clock())
            if _looked_at(form, found, resource.account.pk, order):
                how = {"key": form.cleaned_data["key"], "all_the_same": form.cleaned_data["all_the_same"]}
                write = bookings.add(resource.account, order, ask(request, form), **how)
                if answer := finished(request, form, write):
                    return answer
        except NotPossible as error:
            form.add_error(None, str(error))
    context = {"form": form, "resource": resource, "main": form.main, "trouble": told.trouble}
    shown = _shown(found, resource.account) if found else None
    return page(request, "desk_book", f"Book {form.main}", **context, found=shown, zone=form.zone)


@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask what a booking is to be instead (GET), have it changed at its source (POST)."""
    must(request, WRITE)
    booking = _booking(pk)
    current = bookings.one_span(booking)
    if current is None:
        messages.error(request, bookings.SEVERAL)
        return redirect(_page_of(booking))
    data = request.POST if request.method == "POST" else None
    form = ChangeForm(data, now=current)
    warnings: list[str] = []
    if form.is_valid() and form.change is not None:
        how = {"key": form.cleaned_data["key"], "all_the_same": form.cleaned_data["all_the_same"]}
        try:
            write = bookings.change(booking, form.change, ask(request, form), **how)
            if answer := finished(request, form, write):
                return answer
        except bookings.Doubts as doubts:
            warnings = doubts.warnings
        except NotPossible as error:
            form.add_error(None, str(error))
    context = {"form": form, "booking": booking, "warnings": warnings, "zone": form.zone}
    return page(request, "desk_change", "Change the booking", **context, back=_page_of(booking))


def buttons(request: HttpRequest, booking: Booking) -> list[dict[str, Any]]:
    """What can be had done at the source of a booking, beside its acts."""
    if not (request.user.has_perm(WRITE) and bookings.offered(booking) and bookings.one_span(booking)):
        return []
    path = reverse("desk_change", args=[booking.pk])
    return [{"title": "Change at the source", "icon": "edit_calendar", "attrs": {}, "path": path}]


def _cancel(row: Booking, given: dict[str, Any], word: Word) -> str:
    del given
    write = bookings.cancel(row, word)
    tasks.take_over(write)
    if write.state == WriteState.REFUSED:
        raise NotPossible(f"{row.account.profile.label} refused: {write.text}")
    return said(write)


CANCEL = Act(
    "cancel-at-source",
    "Cancel at the source",
    "The booking is cancelled where it was made, with all of its times. It is asked for once and read back; "
    "then the guest's way in is taken back where the lock allows it.",
    WRITE,
    _cancel,
    icon="event_busy",
    danger=True,
    offered=bookings.offered,
    after=lambda row: None,
    folded=True,
)


@dataclass(frozen=True, slots=True)
class Preview:
    """What a booking would be, as the page shows it."""

    places: str
    dates: list[str]
    more: int
    count: int
    warnings: list[str]


def _looked_at(form: BookingForm, found: Outlook, *about: Any) -> bool:
    """Have staff seen all of it? A series is looked at first, and so is what something stands against."""
    mark = digest(*about, found.warnings)
    seen = form.cleaned_data["seen"] == mark
    if found.warnings and not (seen and form.cleaned_data["all_the_same"]):
        form.keep(seen=mark)
        return False
    if not seen and not form.is_once():
        form.keep(seen=mark)
        return False
    return True


def _shown(found: Outlook, account: VendorAccount) -> Preview:
    zone = ZoneInfo(account.timezone)
    dates = [span(*each, zone) for each in found.spans[:MOST_DATES]]
    places = ", ".join(str(each) for each in found.resources)
    return Preview(places, dates, len(found.spans) - len(dates), len(found.spans), found.warnings)


def _initial(request: HttpRequest, resource: Resource) -> dict[str, Any]:
    """What the address says already: a free time that was chosen, a customer."""
    named = ("starts", "ends", "first", "last", "kind")
    said = {name: request.GET[name] for name in named if request.GET.get(name)}
    parts = [resource.ref] if resource.parent_ref else []
    return {"parts": parts, "who": request.GET.get("customer", ""), **said}


def _sold(account: VendorAccount) -> QuerySet[Resource]:
    rows = Resource.objects.filter(account=account, gone_at=None, parent_ref="")
    return rows.select_related("account", "room").order_by("title")


def _resource(pk: int) -> Resource:
    found = get_object_or_404(Resource.objects.select_related("account", "room"), pk=pk, gone_at=None)
    if bookings.DESK not in found.account.profile.desk:
        raise Http404
    return found


def _booking(pk: int) -> Booking:
    found = get_object_or_404(Booking.objects.select_related("account", "customer").defer("raw"), pk=pk)
    if not bookings.offered(found):
        raise Http404
    return found


def _page_of(booking: Booking) -> str:
    return reverse("admin:backoffice_booking_change", args=[booking.pk])
