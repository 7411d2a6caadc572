from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin import display
from django.db.models import QuerySet
from django.http import HttpRequest

from backoffice.admin.base import CHOICE, RELATED, Days, ReadOnlyWithActs
from backoffice.admin.names import link
from backoffice.admin.show import at, chip_of, secret, stacked, stamp, window
from backoffice.admin.verbs import RELEASE
from backoffice.admin.zones import zone_of_row
from backoffice.models import Override


@admin.register(Override)
class OverrideAdmin(ReadOnlyWithActs):
    acts = (RELEASE,)
    list_display = ("kind_chip", "about", "reason", "author", window("holds"), "extra", "lifted")
    list_filter = (("kind", CHOICE), ("ends_at", Days), ("door", RELATED), ("author", RELATED))
    search_fields = (
        "booking__ref",
        "booking__customer__name",
        "grant__occurrence__booking__ref",
        "grant__door__name",
        "door__name",
        "person_name",
        "reason",
    )
    search_help_text = "guest, person, booking number, door or reason"
    joined = (
        "author",
        "lifted_by",
        "door__venue",
        "door__account",
        "grant__door__venue",
        "grant__occurrence__booking__account",
        "booking__account",
        "booking__customer",
    )
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("kind_chip", "about", "extra"),
                    ("reason", "author", at("created_at", "said")),
                    (window("holds"), "lifted"),
                    ("person_name", secret("person_email", "e-mail")),
                )
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Override]:
        """Staff's words with what they are about."""
        rows = super().get_queryset(request).select_related(*self.joined)
        rows = rows.defer("booking__raw", "grant__occurrence__booking__raw")
        return rows.prefetch_related("booking__occurrences__resource__room__venue")

    @display(description="word", ordering="kind")
    def kind_chip(self, row: Override) -> Any:
        return chip_of(row.kind, row.get_kind_display())

    @display(description="about")
    def about(self, row: Override) -> Any:
        subject = row.grant or row.booking or row.door
        guest = row.booking.customer if row.booking else row.person_name
        return stacked(link(subject), guest)

    @display(description="minutes")
    def extra(self, row: Override) -> Any:
        parts = ((row.minutes_before, "earlier"), (row.minutes_after, "later"))
        said = [f"{minutes} min {word}" for minutes, word in parts if minutes]
        bounds = ((row.not_before, "opens from"), (row.not_after, "opens until"))
        said += [f"{word} {stamp(moment, zone_of_row(row))}" for moment, word in bounds if moment]
        return ", ".join(said) or None

    @display(description="released", ordering="lifted_at")
    def lifted(self, row: Override) -> Any:
        return (
            stacked(stamp(row.lifted_at, zone_of_row(row)), f"by {row.lifted_by}") if row.lifted_at else None
        )
