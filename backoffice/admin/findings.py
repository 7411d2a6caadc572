from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin import display
from django.db.models import Case, F, QuerySet, When
from django.http import HttpRequest
from django.utils.html import format_html
from unfold.enums import ActionVariant

from backoffice.admin.base import CHOICE, RELATED, ReadOnly
from backoffice.admin.leads import Lead, leads, ways_to_connect
from backoffice.admin.names import related
from backoffice.admin.show import at, chip_of, stacked
from backoffice.models import Finding, Severity

PRESSING = Case(*(When(severity=severity, then=place) for place, severity in enumerate(Severity.values)))

LINK = '<a class="text-link" href="{}">{}</a>'


class Waiting(admin.SimpleListFilter):
    """What waits for a person, as long as nothing is searched for or filtered by; then everything."""

    title = "what"
    parameter_name = "what"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """What can be chosen."""
        del request, model_admin
        return [("open", "Also what is for information"), ("over", "Over"), ("all", "Everything")]

    def choices(self, changelist: Any) -> Any:
        """The first choice is what stands here unasked."""
        first, *others = super().choices(changelist)
        yield {**first, "display": "Needs a person"}
        yield from others

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Rows by whether they are open."""
        if self.value() in ("open", "over"):
            return queryset.filter(closed_at__isnull=self.value() == "open")
        asked = {name for name, value in request.GET.items() if value} - {"p", "o", "what"}
        if self.value() == "all" or asked:
            return queryset
        return queryset.filter(closed_at=None).exclude(severity=Severity.NOTE)


@admin.register(Finding)
class FindingAdmin(ReadOnly):
    list_display = ("severity_chip", "text", "see_to_it", at("opened_at", "since"), at("closed_at", "over"))
    list_filter = (
        Waiting,
        ("severity", CHOICE),
        ("room", RELATED),
        ("door", RELATED),
        ("account", RELATED),
        "kind",
    )
    search_fields = (
        "text",
        "booking__ref",
        "booking__customer__name",
        "door__name",
        "room__name",
        "kind",
    )
    search_help_text = "guest, booking number, room, door or text"
    ordering = (F("closed_at").desc(nulls_first=True), PRESSING, "opened_at")
    joined = (
        "account",
        "conflict",
        "room__venue",
        "door__venue",
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
                    ("text",),
                    ("severity_chip", "kind", at("opened_at", "since"), at("closed_at", "over")),
                    (related("booking"), related("room"), "door", related("grant", "access"), "account"),
                )
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Finding]:
        """Findings with what they are about."""
        rows = super().get_queryset(request).select_related(*self.joined)
        rows = rows.defer("booking__raw", "grant__occurrence__booking__raw")
        return rows.prefetch_related("booking__occurrences__resource__room__venue")

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """The list, headed as it is called everywhere else."""
        return super().changelist_view(request, {"title": "Needs a person", **(extra_context or {})})

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        """A finding's page, headed by the ways to where it is seen to."""
        row = kwargs["obj"]
        context["actions_detail"] = [
            *ways_to_connect(row, request),
            *(_button(each) for each in leads(row)),
        ]
        return super().render_change_form(request, context, *args, **kwargs)

    @display(description="how soon", ordering="severity")
    def severity_chip(self, row: Finding) -> Any:
        return chip_of("" if row.closed_at else row.severity, row.get_severity_display())

    @display(description="see to it")
    def see_to_it(self, row: Finding) -> Any:
        lines = ((each.path, each.name) for each in leads(row))
        return stacked(*(format_html(LINK, *line) for line in lines))


def _button(lead: Lead) -> dict[str, Any]:
    return {"title": lead.title, "variant": ActionVariant.DEFAULT, "attrs": {}, "path": lead.path}
