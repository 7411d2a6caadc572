"""How values are shown to staff: times with their zone, states as coloured words, secrets as dots."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.admin import display
from django.db.models import Model
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from backoffice.admin.zones import zone_of_row
from backoffice.clock import now as clock
from backoffice.models import IssuedCode
from backoffice.states import CodeState
from backoffice.wording import invitation, whole_days
from integrations.types import Method

EMPTY = "–"
HIDDEN = "••••••"
COLOURS = {
    "green": "ok active granted acknowledged sent confirmed seen done",
    "blue": "planned issuing due sending received applied running pending accepted asked",
    "orange": "held hold lingering revoking unknown today changed denied deny in_doubt",
    "red": "failed blocked stopped now refused",
}
COLOUR = {state: colour for colour, states in COLOURS.items() for state in states.split()}

METHODS = {Method.NETCODE: "PIN", Method.PHONE: "phone key", Method.CARD: "card", Method.FOB: "fob"}

Shown = Callable[[Any], Any]


def chip(text: str, colour: str = "grey", why: str = "") -> SafeString:
    """A coloured word; `why` shows when the pointer rests on it."""
    return format_html('<span class="lk-chip lk-{}" title="{}">{}</span>', colour, why, text)


def chip_of(state: str, text: str) -> SafeString:
    """A state as a coloured word; the rest of its text (after the colon) when the pointer rests on it."""
    return chip(text.partition(":")[0], COLOUR.get(state, "grey"), text)


def code_chip(code: IssuedCode) -> SafeString:
    """How far a code has come as a coloured word; a phone key that staff have suspended is no active one."""
    if code.state == CodeState.ACTIVE and code.suspended_at:
        return chip("suspended", "red" if code.error else "orange", invitation(code))
    return chip_of(code.state, code.get_state_display())


def stamp(at: datetime | None, zone: ZoneInfo) -> str:
    """An instant on a zone's clock, with the zone: Mon 9 Mar 18:45 CET; the year where it is not this one."""
    if at is None:
        return EMPTY
    local = at.astimezone(zone)
    year = "" if local.year == clock().astimezone(zone).year else f" {local.year}"
    return f"{local:%a} {local.day} {local:%b}{year} {local:%H:%M %Z}"


def span(first: datetime, last: datetime, zone: ZoneInfo) -> str:
    """A period on a zone's clock: Mon 9 Mar 18:45 to 20:15 CET; both days and zones where they differ.

    Whole days are told as days.
    """
    if days := whole_days(first, last, zone, clock().astimezone(zone).year):
        return days
    start, end = first.astimezone(zone), last.astimezone(zone)
    if start.date() == end.date() and start.utcoffset() == end.utcoffset():
        return f"{stamp(first, zone).rpartition(' ')[0]}–{end:%H:%M %Z}"
    return f"{stamp(first, zone)} – {stamp(last, zone)}"


def distance(at: datetime, now: datetime) -> str:
    """How far an instant is from now, roughly: in 25 min, 3 h ago."""
    gap = abs(at - now)
    if gap < timedelta(minutes=1):
        return "now"
    if gap < timedelta(minutes=100):
        size = f"{gap // timedelta(minutes=1)} min"
    elif gap < timedelta(hours=48):
        size = f"{gap // timedelta(hours=1)} h"
    else:
        size = f"{gap.days} days"
    return f"in {size}" if at > now else f"{size} ago"


def way_in(method: str) -> str:
    """How a door is opened, in a word."""
    return METHODS[Method(method)] if method else EMPTY


def masked(value: Any) -> str:
    """Dots for a secret that is there, a dash where there is none."""
    return HIDDEN if value else EMPTY


# ------------------------------------------------------------- columns and lines made from a field's name


def _named(field: str, title: str, shown: Shown, ordering: str | None) -> Shown:
    """Name a column after its field, which is what the admin calls its class in the page."""
    shown.__name__ = field
    return display(description=title or field.replace("_", " "), ordering=ordering)(shown)


def at(field: str, title: str = "") -> Shown:
    """The instant in a field, on the clock of the row's place."""

    def shown(row: Model) -> str:
        return stamp(getattr(row, field), zone_of_row(row))

    return _named(field, title or field.removesuffix("_at").replace("_", " "), shown, field)


def window(title: str = "when") -> Shown:
    """A row's starts_at and ends_at as one period."""

    def shown(row: Any) -> str:
        if not row.starts_at or not row.ends_at:
            return EMPTY
        return span(row.starts_at, row.ends_at, zone_of_row(row))

    return _named("starts_at", title, shown, "starts_at")


def code_state() -> Shown:
    """The state of a code as a coloured word."""

    def shown(row: IssuedCode) -> SafeString:
        return code_chip(row)

    return _named("state", "", shown, "state")


def state(field: str = "state", title: str = "") -> Shown:
    """A field with choices as a coloured word."""

    def shown(row: Model) -> SafeString:
        return chip_of(getattr(row, field), getattr(row, f"get_{field}_display")())

    return _named(field, title, shown, field)


def secret(field: str, title: str = "") -> Shown:
    """Dots for a field that is never shown."""

    def shown(row: Model) -> str:
        return masked(getattr(row, field))

    return _named(field, title, shown, None)


def method(title: str = "opened by") -> Shown:
    """How a row's door is opened."""

    def shown(row: Any) -> str:
        return way_in(row.method)

    return _named("method", title, shown, "method")


def gone(title: str = "at the source") -> Shown:
    """Whether a mirrored row still exists there."""

    def shown(row: Any) -> SafeString:
        if row.gone_at:
            return chip("gone", "grey", f"since {stamp(row.gone_at, zone_of_row(row))}")
        if getattr(row, "missing_since", None):
            return chip("missing", "orange", f"since {stamp(row.missing_since, zone_of_row(row))}")
        return chip("there", "green")

    return _named("gone_at", title, shown, "gone_at")


def stacked(*lines: Any) -> SafeString:
    """Lines one below the other in a cell, those after the first in a quieter tone."""
    first, *rest = [line for line in lines if line] or [EMPTY]
    quiet = format_html_join("", '<span class="lk-quiet">{}</span>', ((line,) for line in rest))
    return format_html('<span class="lk-stack"><span>{}</span>{}</span>', first, quiet)
