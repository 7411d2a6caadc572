from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin import display
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest

from backoffice.admin import desk_bookings, desk_customers, reservations, way
from backoffice.admin.base import CHOICE, RELATED, Days, GuestSearch, Ongoing, ReadOnly, ReadOnlyWithActs
from backoffice.admin.desk_panels import panels_of
from backoffice.admin.names import link
from backoffice.admin.show import at, chip, chip_of, gone, secret, span, stacked, window
from backoffice.admin.verbs import DENY, EXTEND, HOLD, USE_METHOD
from backoffice.admin.zones import zone_of_row
from backoffice.models import Booking, Customer, Occurrence


@admin.register(Booking)
class BookingAdmin(GuestSearch, ReadOnlyWithActs):
    acts = (HOLD, DENY, EXTEND, USE_METHOD, *reservations.ACTS, desk_bookings.CANCEL)
    act_related = ("account",)
    list_display = ("order", "guest", "when", "shown_status", "people", "account", at("changed_at"))
    list_select_related = ("account", "customer")
    list_filter = (
        ("status", CHOICE),
        ("account", RELATED),
        ("occurrences__resource__room", RELATED),
        ("occurrences__resource__room__venue", RELATED),
        ("occurrences__starts_at", Days),
    )
    search_fields = (
        "ref",
        "external_ref",
        "title",
        "customer__name",
        "customer__company",
        "occurrences__resource__room__name",
        "occurrences__grants__door__name",
    )
    search_help_text = "guest, whole e-mail address, booking number, room or door"
    change_form_before_template = "admin/latchkey/way.html"
    change_form_after_template = "admin/latchkey/desk_panels.html"
    fieldsets = (
        (
            "As the source tells it",
            {
                "classes": ["collapse"],
                "fields": (
                    ("account", "ref", "external_ref"),
                    ("shown_status", "status_text", "channel"),
                    ("title", "people", "price"),
                    ("language", "booked_text"),
                    (at("first_seen_at"), at("changed_at"), at("gone_at", "no longer exists since")),
                ),
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Booking]:
        """Bookings with their times and rooms; the answer as it came stays in the database."""
        times = Occurrence.objects.select_related("resource__room__venue", "resource__account")
        return super().get_queryset(request).defer("raw").prefetch_related(Prefetch("occurrences", times))

    def buttons(
        self, request: HttpRequest, row: Booking, back: str = "", *, folded: bool = False
    ) -> list[dict[str, Any]]:
        """The acts; `folded`: what can be had done at its source, for one booking at a time."""
        found = super().buttons(request, row, back, folded=folded)
        if not folded:
            return found
        return [*reservations.buttons(request, row), *desk_bookings.buttons(request, row), *found]

    @display(description="booking", ordering="ref")
    def order(self, row: Booking) -> Any:
        return stacked(row.ref, row.external_ref or row.title)

    @display(description="guest", ordering="customer__name")
    def guest(self, row: Booking) -> Any:
        customer = row.customer
        return stacked(customer, customer.company if customer and customer.name else "")

    @display(description="status", ordering="status")
    def shown_status(self, row: Booking) -> Any:
        return chip("gone", "grey") if row.gone_at else chip_of(row.status, row.status)

    @display(description="when and where")
    def when(self, row: Booking) -> Any:
        live = [o for o in row.occurrences.all() if o.gone_at is None] or list(row.occurrences.all())
        if not live:
            return None
        first = live[0]
        more = f" and {len(live) - 1} more" if len(live) > 1 else ""
        where = first.resource.room or f"{first.resource}, not linked to a room"
        return stacked(span(first.starts_at, first.ends_at, zone_of_row(first)) + more, where)

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        """The booking's page begins with its way from message to door."""
        if kwargs.get("obj") is not None:
            context["way"] = way.way(kwargs["obj"], request)
            context["panels"] = panels_of(kwargs["obj"])
            context["at_source"] = self.buttons(request, kwargs["obj"], folded=True)
        return super().render_change_form(request, context, *args, **kwargs)


@admin.register(Occurrence)
class OccurrenceAdmin(GuestSearch, ReadOnly):
    customer = "booking__customer"
    list_display = (window(), "where", "guest", "order", "shown_status", gone())
    list_select_related = (
        "booking__account",
        "booking__customer",
        "resource__room__venue",
        "resource__account",
    )
    list_filter = (
        Ongoing,
        ("starts_at", Days),
        ("resource__room__venue", RELATED),
        ("resource__room", RELATED),
        ("booking__account", RELATED),
        ("booking__status", CHOICE),
    )
    search_fields = (
        "booking__ref",
        "booking__external_ref",
        "booking__customer__name",
        "resource__room__name",
    )
    search_help_text = "guest, whole e-mail address, booking number or room"
    ordering = ("starts_at",)
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("order", "guest", "shown_status"),
                    ("where", "resource", "ref"),
                    (window(), "starts_text", "ends_text"),
                    (at("missing_since"), at("gone_at")),
                )
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Occurrence]:
        """Times and rooms without the bookings' raw answers."""
        return super().get_queryset(request).select_related(*self.list_select_related).defer("booking__raw")

    @display(description="room", ordering="resource__room__name")
    def where(self, row: Occurrence) -> Any:
        room = row.resource.room
        return stacked(room or "not linked to a room", room.venue if room else row.resource)

    @display(description="guest", ordering="booking__customer__name")
    def guest(self, row: Occurrence) -> Any:
        return row.booking.customer

    @display(description="booking", ordering="booking__ref")
    def order(self, row: Occurrence) -> Any:
        return link(row.booking, row.booking.ref)

    @display(description="status", ordering="booking__status")
    def shown_status(self, row: Occurrence) -> Any:
        return chip_of(row.booking.status, row.booking.status)


@admin.register(Customer)
class CustomerAdmin(GuestSearch, ReadOnly):
    customer = ""
    change_form_after_template = "admin/latchkey/desk_panels.html"
    list_display = ("name", "company", "account", "language", secret("email"), secret("phone"))
    list_select_related = ("account",)
    list_filter = (("account", RELATED),)
    search_fields = ("name", "company", "ref")
    search_help_text = "name, company, or the whole e-mail address"
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("name", "company", "language"),
                    ("account", "ref"),
                    (secret("email", "e-mail (on the booking's page)"), secret("phone")),
                    "orders",
                )
            },
        ),
    )

    @display(description="bookings")
    def orders(self, row: Customer) -> Any:
        newest = row.bookings.select_related("account").defer("raw")[:20]
        return stacked(*(link(booking) for booking in newest))

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        """The guest's page with what can be had done at their source, and their invoices."""
        row = kwargs.get("obj")
        if row is not None:
            context["actions_detail"] = desk_customers.buttons(request, row)
            context["panels"] = panels_of(row)
        return super().render_change_form(request, context, *args, **kwargs)
