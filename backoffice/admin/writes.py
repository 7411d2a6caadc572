from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin import display
from django.db.models import QuerySet
from django.http import HttpRequest

from backoffice.admin.acts import Act
from backoffice.admin.base import CHOICE, RELATED, Days, ReadOnlyWithActs
from backoffice.admin.names import link
from backoffice.admin.show import at, stacked, state
from backoffice.flow import desk
from backoffice.models import Booking, VendorWrite
from backoffice.states import WriteState


def _open(row: VendorWrite) -> bool:
    return row.state in (WriteState.IN_DOUBT, WriteState.ASKED)


DONE = Act(
    "was-done",
    "It was done",
    "You have looked at the vendor, and it is there as it was asked for. Nothing is sent.",
    "backoffice.write_booking",
    lambda row, given, word: desk.settle(row, done=True, word=word),
    icon="check",
    offered=_open,
)
NOT_DONE = Act(
    "was-not-done",
    "It was not done",
    "You have looked at the vendor, and it was not done. Nothing is sent: ask again if it is still wanted.",
    "backoffice.write_booking",
    lambda row, given, word: desk.settle(row, done=False, word=word),
    icon="close",
    offered=_open,
)


@admin.register(VendorWrite)
class VendorWriteAdmin(ReadOnlyWithActs):
    acts = (DONE, NOT_DONE)
    list_display = (at("asked_at"), "account", "what", state(), "text", "by", "reason")
    list_filter = (("account", RELATED), ("state", CHOICE), "verb", ("asked_at", Days))
    search_fields = ("subject", "ref", "verb", "booking__ref", "reason", "author__username")
    search_help_text = "what, the vendor's number, booking number, reason or who"
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("account", "what", state()),
                    ("text", "ref", "confirmed"),
                    ("order", "resource", "may_be"),
                    ("by", "reason"),
                    (at("asked_at"), at("settled_at", "known since")),
                )
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[VendorWrite]:
        """Writes without what was sent: it holds the guest's contact."""
        related = ("account", "author", "resource", "booking__account", "booking__customer")
        return super().get_queryset(request).select_related(*related).defer("asked", "booking__raw")

    @display(description="what may be it")
    def may_be(self, row: VendorWrite) -> Any:
        known = Booking.objects.filter(account=row.account, ref__in=row.candidates).select_related("account")
        rows = {booking.ref: booking for booking in known.defer("raw")} if row.resource_id else {}
        return stacked(*(link(rows[ref], ref) if ref in rows else ref for ref in row.candidates))

    @display(description="what", ordering="verb")
    def what(self, row: VendorWrite) -> Any:
        return stacked(row.verb, row.subject)

    @display(description="by", ordering="author")
    def by(self, row: VendorWrite) -> Any:
        return row.author or f"rule: {row.rule}"

    @display(description="booking", ordering="booking__ref")
    def order(self, row: VendorWrite) -> Any:
        return link(row.booking)
