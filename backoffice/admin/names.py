"""What staff know a row by: guest and number, door and time on the place's clock."""

from __future__ import annotations

from functools import singledispatch
from typing import Any

from django.contrib.admin import display
from django.db.models import Model
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator

from backoffice.admin.show import EMPTY, Shown, span, stamp, way_in
from backoffice.admin.zones import zone_of_row
from backoffice.models import (
    AccessGrant,
    Block,
    Booking,
    CalendarPairing,
    Conflict,
    EntryEvent,
    Finding,
    FobLoan,
    IssuedCode,
    Occurrence,
    Override,
    SyncRun,
)
from integrations.types import BookingStatus

HEADING = 9  # words of a text that head its page


@singledispatch
def named(row: Any) -> str:
    """A row's name; most say it themselves."""
    return str(row)


@named.register
def _(row: Booking) -> str:
    if row.status == BookingStatus.BLOCK:
        return f"An entry in a calendar ({row.account})"
    return f"{row.customer or 'nobody named'}, {row.ref}"


@named.register
def _(row: Occurrence) -> str:
    return f"{row.resource.room or row.resource}, {_span(row)}"


@named.register
def _(row: AccessGrant) -> str:
    return f"{row.door}, {_span(row)}"


@named.register
def _(row: IssuedCode) -> str:
    return f"{way_in(row.method)} for {row.door}, {_span(row)}"


@named.register
def _(row: FobLoan) -> str:
    return f"{row.fob}, {_span(row)}"


@named.register
def _(row: Override) -> str:
    return f"{row.get_kind_display().partition(':')[0]}, until {stamp(row.ends_at, zone_of_row(row))}"


@named.register
def _(row: EntryEvent) -> str:
    return f"{row.outcome}, {stamp(row.happened_at, zone_of_row(row))}"


@named.register
def _(row: Conflict) -> str:
    return (
        f"{row.room or row.door}, {_span(row)}: {_order(row.first.booking)} and {_order(row.second.booking)}"
    )


def _order(booking: Booking) -> str:
    return "an entry" if booking.status == BookingStatus.BLOCK else booking.ref


@named.register
def _(row: Finding) -> str:
    return Truncator(row.text).words(HEADING)


@named.register
def _(row: Block) -> str:
    return f"{row.room} at {row.account}, {_span(row)}"


@named.register
def _(row: CalendarPairing) -> str:
    return f"{row.room} and the calendar {row.title or row.ref}"


@named.register
def _(row: SyncRun) -> str:
    return f"{row.account}, {stamp(row.started_at, zone_of_row(row))}"


def _span(row: Any) -> str:
    return span(row.starts_at, row.ends_at, zone_of_row(row))


def link(row: Model | None, text: str = "") -> SafeString | str:
    """A row's name, leading to its page."""
    if row is None:
        return EMPTY
    meta = row._meta  # noqa: SLF001 Django's public way to a model's name
    address = reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[row.pk])
    return format_html('<a class="text-link" href="{}">{}</a>', address, text or named(row))


def related(field: str, title: str = "") -> Shown:
    """The row that a field points to, by its name, leading to its page."""

    def shown(row: Model) -> SafeString | str:
        return link(getattr(row, field))

    shown.__name__ = field
    return display(description=title or field, ordering=field)(shown)
