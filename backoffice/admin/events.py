from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin import display
from django.db.models import QuerySet
from django.http import HttpRequest

from backoffice.admin.access import who
from backoffice.admin.base import CHOICE, RELATED, Days, GuestSearch, ReadOnly, ReadOnlyWithActs
from backoffice.admin.names import link, related
from backoffice.admin.show import at, chip_of, secret, stacked, state
from backoffice.admin.verbs import READ, RESEND
from backoffice.models import EntryEvent, Notice, StaffAct


@admin.register(EntryEvent)
class EntryEventAdmin(ReadOnly):
    list_display = (at("happened_at"), "place", "outcome_chip", "text", "holder", at("learned_at"))
    list_filter = (
        ("outcome", CHOICE),
        ("happened_at", Days),
        ("door__venue", RELATED),
        ("door", RELATED),
        ("account", RELATED),
    )
    search_fields = (
        "door__name",
        "text",
        "card_number",
        "code__grant__occurrence__booking__ref",
        "code__grant__occurrence__booking__customer__name",
    )
    search_help_text = "door, guest, booking number, card number or the door's words"
    fieldsets = (
        (
            None,
            {
                "fields": (
                    (at("happened_at"), "place", "outcome_chip"),
                    ("text", "holder", related("code")),
                    ("account", "ref", "card_number"),
                    (at("learned_at"),),
                )
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[EntryEvent]:
        """Events with their doors and with who held the credential."""
        holder = "code__grant__occurrence__booking"
        rows = super().get_queryset(request).defer("raw", f"{holder}__raw")
        return rows.select_related(
            "account",
            "door__venue",
            "code__door",
            f"{holder}__customer",
            f"{holder}__account",
            "code__grant__person",
        )

    @display(description="door", ordering="door__name")
    def place(self, row: EntryEvent) -> Any:
        return stacked(link(row.door), row.door.venue) if row.door else "a door we do not know"

    @display(description="outcome", ordering="outcome")
    def outcome_chip(self, row: EntryEvent) -> Any:
        return chip_of({"denied": "failed"}.get(row.outcome, row.outcome), row.outcome)

    @display(description="who")
    def holder(self, row: EntryEvent) -> Any:
        if row.code is None:
            return row.card_number or None
        grant = row.code.grant
        return stacked(who(grant), link(grant.occurrence.booking) if grant.occurrence else "")


@admin.register(Notice)
class NoticeAdmin(GuestSearch, ReadOnlyWithActs):
    customer = "booking__customer"
    acts = (READ, RESEND)
    list_display = (
        at("due_at"),
        "guest",
        "order",
        "kind",
        state(),
        at("sent_at"),
        "error",
        secret("recipient", "to"),
    )
    list_filter = (("state", CHOICE), ("kind", CHOICE), ("due_at", Days), ("booking__account", RELATED))
    search_fields = ("booking__ref", "booking__customer__name", "grant__person__person_name")
    search_help_text = "guest, whole e-mail address or booking number"
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("guest", "order", "kind"),
                    (state(), at("due_at"), at("sent_at")),
                    ("language", secret("recipient", "to"), secret("body", "text")),
                    ("attempts", at("next_try_at", "next try"), "error"),
                )
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Notice]:
        """Messages with their bookings."""
        rows = (
            super()
            .get_queryset(request)
            .select_related("booking__account", "booking__customer", "grant__door__venue", "grant__person")
        )
        return rows.defer("booking__raw").prefetch_related("booking__occurrences__resource__room__venue")

    @display(description="guest", ordering="booking__customer__name")
    def guest(self, row: Notice) -> Any:
        if row.booking:
            return row.booking.customer
        return row.grant.person.person_name if row.grant and row.grant.person else None

    @display(description="booking", ordering="booking__ref")
    def order(self, row: Notice) -> Any:
        return link(row.booking, row.booking.ref) if row.booking else link(row.grant)


@admin.register(StaffAct)
class StaffActAdmin(ReadOnly):
    list_display = (at("at", "when"), "author", "verb", "about", "reason")
    list_filter = (("author", RELATED), "verb", ("at", Days))
    search_fields = ("reason", "verb", "booking__ref", "booking__customer__name", "author__username")
    search_help_text = "who, what, reason, guest or booking number"
    fieldsets = (
        (
            None,
            {"fields": ((at("at", "when"), "author", "verb"), ("about", "target"), ("reason",))},
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[StaffAct]:
        """Acts with what they were about."""
        rows = (
            super()
            .get_queryset(request)
            .select_related(
                "author", "booking__account", "booking__customer", "grant__door__venue", "code__door__venue"
            )
        )
        return rows.defer("booking__raw").prefetch_related("booking__occurrences__resource__room__venue")

    @display(description="about")
    def about(self, row: StaffAct) -> Any:
        subjects = [link(subject) for subject in (row.booking, row.grant, row.code) if subject]
        return stacked(*(subjects or [row.target]))
