"""What a source tells now, shown where it helps: asked for once the page stands, so that every page opens."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_GET

from backoffice.admin import desk_fields as fields
from backoffice.admin.desk_page import must, page
from backoffice.admin.show import chip, stamp
from backoffice.clock import now as clock
from backoffice.flow.desk import bookings, reads
from backoffice.flow.desk.reads import Told
from backoffice.models import Booking, Customer, Resource, Room, VendorAccount
from integrations.types import InvoiceRecord, OccasionRecord, Payment, PlaceDetail, StockRecord

COLOURS = {Payment.PAID: "green", Payment.OPEN: "orange", Payment.VOID: "grey", Payment.UNKNOWN: "grey"}
LOOK = "backoffice.view_booking"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a panel."""

    name: Any
    text: Any = ""
    state: Any = ""


def panels_of(row: Booking | Customer | Resource | Room) -> list[str]:
    """The addresses of the panels that belong on a row's page; a room has those of all it is sold as."""
    if isinstance(row, Room):
        sold = row.resources.filter(gone_at=None).select_related("account")
        return [address for each in sold for address in panels_of(each)[:1]]
    if bookings.DESK not in row.account.profile.desk:
        return []
    kind = type(row).__name__.lower()
    return [reverse("desk_panel", args=[kind, row.pk, name]) for name in PANELS[type(row)]]


@require_GET
def panel(request: HttpRequest, kind: str, pk: int, name: str) -> HttpResponse:
    """One part of a row's page: what its source tells of it now."""
    model = next((each for each in PANELS if each.__name__.lower() == kind), None)
    if model is None or name not in PANELS[model]:
        raise Http404
    must(request, f"backoffice.view_{kind}")
    row: Any = get_object_or_404(model._default_manager.select_related("account"), pk=pk)  # noqa: SLF001 the public way to it
    return page(request, "desk_panel", **PANELS[model][name](row, request))


def _along(row: Booking, request: HttpRequest) -> dict[str, Any]:
    del request
    found = reads.booked_along(row, clock())
    lines = [Line(each.name, f"{each.quantity} ×", each.kind) for each in found.value or ()]
    return _context(row.account, "Things and services", found, lines, "Nothing is booked along.")


def _invoices(row: Booking | Customer, request: HttpRequest) -> dict[str, Any]:
    del request
    found = reads.invoices_of(row, clock())
    lines = [_invoice(each, row.account) for each in found.value or ()]
    return _context(row.account, "Invoices", found, lines, "No invoice yet.")


def _to_book_along(row: Resource, request: HttpRequest) -> dict[str, Any]:
    del request
    found, owner = reads.stock(row.account, clock()), row.parent_ref or row.ref
    lines = _stock(each for each in found.value or () if owner in each.resource_refs)
    return _context(row.account, "To be booked along", found, lines, "Nothing.")


def _open(row: Resource, request: HttpRequest) -> dict[str, Any]:
    found = reads.place(row, clock())
    links = [_link("Free times", f"{reverse('desk_free', args=[row.account.slug])}?resource={row.ref}")]
    if request.user.has_perm("backoffice.write_booking"):
        links.append(_link("Book", reverse("desk_book", args=[row.pk])))
    lines = _opening(found.value) if found.value else []
    return {**_context(row.account, f"{row}, open today", found, lines, "Closed today."), "links": links}


PANELS: dict[type[Any], dict[str, Callable[[Any, HttpRequest], dict[str, Any]]]] = {
    Booking: {"along": _along, "invoices": _invoices},
    Customer: {"invoices": _invoices},
    Resource: {"open": _open, "stock": _to_book_along},
}


@require_GET
def told(request: HttpRequest, slug: str, name: str) -> HttpResponse:
    """All that an account tells of one kind: invoices, stock, occasions, owner."""
    must(request, LOOK)
    account = get_object_or_404(VendorAccount, slug=slug)
    if bookings.DESK not in account.profile.desk:
        raise Http404
    pages: dict[str, Callable[[HttpRequest, VendorAccount], dict[str, Any]]] = {
        "invoices": _all_invoices,
        "stock": _all_stock,
        "occasions": _all_occasions,
        "owner": _owner,
    }
    if name not in pages:
        raise Http404
    return page(request, "desk_told", **pages[name](request, account))


def _all_invoices(request: HttpRequest, account: VendorAccount) -> dict[str, Any]:
    del request
    found = reads.invoices(account, clock())
    lines = [_invoice(each, account) for each in found.value or ()]
    return _context(account, "Invoices", found, lines, "No invoice yet.")


def _all_stock(request: HttpRequest, account: VendorAccount) -> dict[str, Any]:
    del request
    found = reads.stock(account, clock())
    return _context(account, "Things and services", found, _stock(found.value or ()), "Nothing.")


def _owner(request: HttpRequest, account: VendorAccount) -> dict[str, Any]:
    del request
    found = reads.owner(account, clock())
    lines = [Line(name.replace("_", " "), value) for name, value in (found.value or {}).items()]
    return _context(account, "Whose account it is", found, lines, "It says nothing.")


class Days(forms.Form):
    """From a day to a day."""

    first = fields.day("First day", required=True)
    last = fields.day("Last day", required=True)


def _all_occasions(request: HttpRequest, account: VendorAccount) -> dict[str, Any]:
    today = clock().astimezone(ZoneInfo(account.timezone)).date()
    given = {"first": today.isoformat(), "last": (today + timedelta(days=60)).isoformat()}
    form = Days({**given, **request.GET.dict()})
    if not form.is_valid():
        return {**_context(account, "Events", Told(None, None), [], ""), "form": form}
    if request.GET.get("ref"):
        return _one_occasion(request.GET["ref"], account)
    found = reads.occasions(account, form.cleaned_data["first"], form.cleaned_data["last"], clock())
    lines = [_occasion(each, form.cleaned_data) for each in found.value or ()]
    return {**_context(account, "Events", found, lines, "Nothing takes place."), "form": form}


def _one_occasion(ref: str, account: VendorAccount) -> dict[str, Any]:
    found = reads.occasion(account, ref, clock())
    if found.value is None:
        return _context(account, "Event", found, [], "There is no such event.")
    known = dict(
        Booking.objects.filter(account=account, ref__in=found.value.booking_refs).values_list("ref", "pk")
    )
    lines = [Line("When", _days(found.value)), *(Line("Document", each) for each in found.value.documents)]
    lines += [Line("Booking", _booking(each, known.get(each))) for each in found.value.booking_refs]
    return _context(account, found.value.title, found, lines, "")


def _occasion(each: OccasionRecord, days: dict[str, date]) -> Line:
    where = f"?ref={each.ref}&first={days['first']}&last={days['last']}"
    return Line(format_html('<a class="text-link" href="{}">{}</a>', where, each.title), _days(each))


def _days(each: OccasionRecord) -> str:
    hours = f", {each.opens:%H:%M}–{each.closes:%H:%M}" if each.opens and each.closes else ""
    doors = f", doors {each.entrance:%H:%M}" if each.entrance else ""
    last = f" – {_day(each.last)}" if each.last != each.first else ""
    return f"{_day(each.first)}{last}{hours}{doors}"


def _booking(ref: str, pk: int | None) -> Any:
    if pk is None:
        return f"{ref}, not mirrored"
    path = reverse("admin:backoffice_booking_change", args=[pk])
    return format_html('<a class="text-link" href="{}">{}</a>', path, ref)


def _invoice(each: InvoiceRecord, account: VendorAccount) -> Line:
    amount = each.total or each.rows_total
    texts = [
        f"{amount} {each.currency}" if amount is not None else "",
        f"due {_day(each.due_on)}" if each.due_on else "",
    ]
    if each.created_at:
        texts.append(f"of {stamp(each.created_at, ZoneInfo(account.timezone))}")
    said = each.payment if each.payment != Payment.UNKNOWN else each.payment_label or "not told"
    why = f"the source says: {each.payment_label}, {each.status_label}"
    return Line(
        each.number or each.ref, ", ".join(filter(None, texts)), chip(said, COLOURS[each.payment], why)
    )


def _stock(records: Iterable[StockRecord]) -> list[Line]:
    return [
        Line(each.name, f"{each.quantity} there" if each.quantity is not None else "", each.kind)
        for each in records
    ]


def _opening(found: PlaceDetail) -> list[Line]:
    hours = [Line("Open", f"{opens:%H:%M}–{closes:%H:%M}") for opens, closes in found.open_today]
    return hours + [
        Line(title or "Holiday", f"{_day(first)} – {_day(last)}", chip("closed", "orange"))
        for title, first, last in found.holidays
    ]


def _day(day: date) -> str:
    return f"{day:%a} {day.day} {day:%b %Y}"


def _link(title: str, path: str) -> dict[str, str]:
    return {"title": title, "path": path}


def _context(
    account: VendorAccount, title: str, told: Told[Any], lines: list[Line], nothing: str
) -> dict[str, Any]:
    when = stamp(told.at, ZoneInfo(account.timezone)) if told.at else ""
    source = f"{account.profile.label}, {account}"
    return {"title": title, "told": told, "lines": lines, "nothing": nothing, "when": when, "from": source}
