"""What the admins of all tables share."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.forms import BaseInlineFormSet
from django.http import HttpRequest
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RangeDateFilter, RelatedDropdownFilter

from backoffice.admin.acts import WithActs
from backoffice.admin.closed import unlink
from backoffice.admin.names import named
from backoffice.admin.show import EMPTY
from backoffice.admin.unfolded import ModelAdmin, TabularInline
from backoffice.clock import now as clock
from backoffice.fields import fingerprints
from backoffice.models import Venue
from backoffice.models.places import CENTRAL


class Table(ModelAdmin):
    """A table: filters applied by a button, 50 rows a page, a dash for what is empty."""

    list_per_page = 50
    list_filter_submit = True
    list_fullwidth = True
    compressed_fields = False
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER  # one more query per choice
    empty_value_display = EMPTY

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """None: rows are deleted one at a time, from their page."""
        del request
        return {}

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        """A row's page, headed by what staff know it by; links only to what they may open."""
        row = kwargs.get("obj")
        if row is not None:
            context["subtitle"] = named(row)
        unlink(context["adminform"], self.model, request)
        return super().render_change_form(request, context, *args, **kwargs)


class NotEdited:
    """Rows that only the flow writes: looked at, never added, changed or deleted here."""

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody."""
        del request, obj
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody."""
        del request, obj
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody."""
        del request, obj
        return False


class ReadOnly(NotEdited, Table):
    """A table that only the flow writes."""


class ReadOnlyWithActs(NotEdited, WithActs, Table):
    """A table that only the flow writes, and whose rows staff can act on."""


class Named(BaseInlineFormSet):  # type: ignore[type-arg]
    """Each row below another one is headed by its name for staff, which has its venue's time."""

    def _construct_form(self, i: int, **kwargs: Any) -> Any:
        form = super()._construct_form(i, **kwargs)  # type: ignore[misc]
        form.instance.get_inline_title = named(form.instance)
        return form


class ReadOnlyInline(NotEdited, TabularInline):
    """Rows below another row, to look at."""

    formset = Named
    extra = 0
    max_num = 0
    show_change_link = True

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        """All of them."""
        del request, obj
        return self.fields


class GuestSearch(ModelAdmin):
    """A search that also finds a guest by the whole e-mail address, which is stored encrypted."""

    customer = "customer"  # the way from this table to Customer; "" on Customer itself

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Rows of the guest with this address, or what the usual search finds."""
        if "@" not in search_term:
            return super().get_search_results(request, queryset, search_term)
        column = "__".join(filter(None, (self.customer, "email_fingerprint__in")))
        return queryset.filter(**{column: fingerprints(search_term)}), False


class Days(RangeDateFilter):
    """From a day to a day, both included, on the clock of the first venue."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        first = Venue.objects.order_by("pk").values_list("timezone", flat=True).first()
        self.zone = ZoneInfo(first or CENTRAL)
        self.title = f"day ({self.zone.key})"

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Rows whose instant lies in these days."""
        del request
        first, last = (self._day(end) for end in ("from", "to"))
        bounds = {}
        if first:
            bounds[f"{self.parameter_name}__gte"] = self._midnight(first)
        if last:
            bounds[f"{self.parameter_name}__lt"] = self._midnight(last + timedelta(days=1))
        return queryset.filter(**bounds)  # in one call, so that both hold for the same related row

    def _day(self, end: str) -> date | None:
        try:
            return date.fromisoformat(str(self.used_parameters.get(f"{self.parameter_name}_{end}")))
        except ValueError:
            return None

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(), self.zone)


class Ongoing(admin.SimpleListFilter):
    """Now and later, as long as nothing is searched for or filtered by; then everything."""

    title = "time"
    parameter_name = "time"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """What can be chosen."""
        del request, model_admin
        return [("all", "Everything"), ("over", "Over")]

    def choices(self, changelist: Any) -> Any:
        """The first choice is what stands here unasked."""
        first, *others = super().choices(changelist)
        yield {**first, "display": "Now and later"}
        yield from others

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Rows by their end."""
        if self.value() == "over":
            return queryset.filter(ends_at__lte=clock()).order_by("-starts_at")
        asked = {name for name, value in request.GET.items() if value} - {"p", "o", "time"}
        if self.value() == "all" or asked:
            return queryset
        return queryset.filter(ends_at__gt=clock())


CHOICE, RELATED = ChoicesDropdownFilter, RelatedDropdownFilter
