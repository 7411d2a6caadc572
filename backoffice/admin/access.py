from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin import display
from django.db.models import QuerySet
from django.http import HttpRequest

from backoffice.admin.base import (
    CHOICE,
    RELATED,
    Days,
    GuestSearch,
    Ongoing,
    ReadOnlyInline,
    ReadOnlyWithActs,
)
from backoffice.admin.fob_acts import GIVE
from backoffice.admin.names import link, related
from backoffice.admin.phone_keys import PHONE_KEY, RESTORE, SUSPEND, PhoneKeyShown
from backoffice.admin.show import (
    at,
    code_chip,
    code_state,
    method,
    secret,
    span,
    stacked,
    state,
    window,
)
from backoffice.admin.verbs import DENY, EXTEND, HOLD, REISSUE, RETRY, REVEAL, REVOKE, USE_METHOD
from backoffice.admin.zones import zone_of_row
from backoffice.models import AccessGrant, IssuedCode

GRANT_RELATED = (
    "door__venue",
    "person",
    "occurrence__booking__account",
    "occurrence__booking__customer",
    "occurrence__resource__room",
)
CODE_RELATED = ("account", "door__venue", *(f"grant__{name}" for name in GRANT_RELATED))

PIN = secret("secret", "PIN or key")


def who(grant: AccessGrant) -> Any:
    """The guest of a grant, or the person whom staff let in."""
    if grant.occurrence:
        return grant.occurrence.booking.customer
    return grant.person.person_name if grant.person else None


class CodesInline(ReadOnlyInline):
    model = IssuedCode
    verbose_name_plural = "codes"
    fields = (
        method(),
        code_state(),
        state("known", "how we know"),
        secret("secret"),
        window("opens"),
        "reason",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[IssuedCode]:
        """Codes with what their times need."""
        return super().get_queryset(request).select_related("door__venue", "account")


@admin.register(AccessGrant)
class AccessGrantAdmin(GuestSearch, ReadOnlyWithActs):
    customer = "occurrence__booking__customer"
    acts = (HOLD, DENY, EXTEND, REISSUE, USE_METHOD, GIVE)
    list_display = (window(), "door_and_venue", "guest", "order", state(), "why", "codes_now")
    list_select_related = GRANT_RELATED
    list_filter = (
        Ongoing,
        ("state", CHOICE),
        ("method", CHOICE),
        ("starts_at", Days),
        ("door__venue", RELATED),
        ("door", RELATED),
        ("occurrence__resource__room", RELATED),
        ("occurrence__booking__account", RELATED),
    )
    search_fields = (
        "occurrence__booking__ref",
        "occurrence__booking__external_ref",
        "occurrence__booking__customer__name",
        "person__person_name",
        "door__name",
        "door__slug",
    )
    search_help_text = "guest, whole e-mail address, booking number or door"
    ordering = ("starts_at", "position")
    inlines = (CodesInline,)
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("guest", "order", related("occurrence", "time and room")),
                    ("door_and_venue", method(), "position"),
                    (state(), window("may open"), at("decided_at")),
                    ("reason", "conflict", "trimmed"),
                )
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[AccessGrant]:
        """Grants with all that a line shows; the bookings' raw answers stay in the database."""
        rows = super().get_queryset(request).select_related(*GRANT_RELATED)
        return rows.defer("occurrence__booking__raw").prefetch_related("codes")

    @display(description="door", ordering="door__name")
    def door_and_venue(self, row: AccessGrant) -> Any:
        return stacked(link(row.door), row.door.venue)

    @display(description="guest", ordering="occurrence__booking__customer__name")
    def guest(self, row: AccessGrant) -> Any:
        return who(row)

    @display(description="booking", ordering="occurrence__booking__ref")
    def order(self, row: AccessGrant) -> Any:
        return link(row.occurrence.booking, row.occurrence.booking.ref) if row.occurrence else "by staff"

    @display(description="reason")
    def why(self, row: AccessGrant) -> Any:
        return stacked(row.reason, row.conflict, row.trimmed)

    @display(description="codes")
    def codes_now(self, row: AccessGrant) -> Any:
        return stacked(*(code_chip(code) for code in row.codes.all()))


@admin.register(IssuedCode)
class IssuedCodeAdmin(PhoneKeyShown, GuestSearch, ReadOnlyWithActs):
    customer = "grant__occurrence__booking__customer"
    acts = (REVEAL, REISSUE, SUSPEND, RESTORE, REVOKE, RETRY)
    act_related = CODE_RELATED
    list_display = (
        "opens",
        "door_and_venue",
        "guest",
        "order",
        code_state(),
        state("known", "how we know"),
        "why",
        PIN,
    )
    list_display_links = ("opens",)
    list_select_related = CODE_RELATED
    list_filter = (
        Ongoing,
        ("state", CHOICE),
        ("known", CHOICE),
        ("method", CHOICE),
        ("starts_at", Days),
        ("account", RELATED),
        ("door__venue", RELATED),
        ("door", RELATED),
        ("grant__occurrence__resource__room", RELATED),
    )
    search_fields = (
        "grant__occurrence__booking__ref",
        "grant__occurrence__booking__external_ref",
        "grant__occurrence__booking__customer__name",
        "grant__person__person_name",
        "door__name",
        "door__slug",
        "card_number",
        "ref",
    )
    search_help_text = "guest, whole e-mail address, booking number, door or card number"
    ordering = ("starts_at",)
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("guest", "order", related("grant", "access")),
                    ("door_and_venue", method(), "account"),
                    (code_state(), state("known", "how we know"), PIN),
                    ("reason", "error"),
                )
            },
        ),
        (
            "When it really opens",
            {"fields": (("opens", "early_minutes", "late_minutes"), ("start_local", "duration"))},
        ),
        PHONE_KEY,
        (
            "How it came",
            {
                "fields": (
                    (at("created_at", "planned"), at("due_at", "to be issued"), at("issued_at")),
                    (at("confirmed_at"), at("seen_at", "seen used"), at("ended_at")),
                    ("attempts", at("next_try_at", "next try")),
                )
            },
        ),
        (
            "At the vendor",
            {
                "classes": ["collapse"],
                "fields": (("ref", "key"), ("holder_key", "card_number", "level_ref")),
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[IssuedCode]:
        """Codes with all that a line shows; the bookings' raw answers stay in the database."""
        rows = super().get_queryset(request).select_related(*CODE_RELATED)
        return rows.defer("grant__occurrence__booking__raw")

    @display(description="really opens", ordering="starts_at")
    def opens(self, row: IssuedCode) -> Any:
        parts = ((row.early_minutes, "early"), (row.late_minutes, "late"))
        extra = [f"{minutes} min too {word}" for minutes, word in parts if minutes]
        return stacked(span(row.starts_at, row.ends_at, zone_of_row(row)), ", ".join(extra))

    @display(description="on the lock's clock")
    def duration(self, row: IssuedCode) -> Any:
        sizes = ((row.duration_days, "days"), (row.duration_hours, "hours"))
        return ", ".join(f"{size} {unit}" for size, unit in sizes if size) or None

    @display(description="door", ordering="door__name")
    def door_and_venue(self, row: IssuedCode) -> Any:
        return stacked(link(row.door), row.door.venue)

    @display(description="guest", ordering="grant__occurrence__booking__customer__name")
    def guest(self, row: IssuedCode) -> Any:
        return who(row.grant)

    @display(description="booking", ordering="grant__occurrence__booking__ref")
    def order(self, row: IssuedCode) -> Any:
        occurrence = row.grant.occurrence
        return link(occurrence.booking, occurrence.booking.ref) if occurrence else "by staff"

    @display(description="reason")
    def why(self, row: IssuedCode) -> Any:
        return stacked(row.error or row.reason, row.reason if row.error else "")
