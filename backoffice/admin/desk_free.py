"""When something is free at a source, by every filter it has, and from there to a booking."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET

from backoffice.admin import desk_fields as fields
from backoffice.admin.desk_page import must, page
from backoffice.admin.show import stamp
from backoffice.clock import now as clock
from backoffice.flow.desk import bookings, reads
from backoffice.models import Resource, VendorAccount
from integrations.types import Comparison, Condition, FieldRecord, FreeQuery, Slots

LONGEST = 31  # days in one question
CONDITIONS = 3
LENGTHS = [(f"{minutes // 60:02}:{minutes % 60:02}", f"{minutes / 60:g} h") for minutes in
           (30, 45, 60, 90, 120, 180, 240, 360, 480, 600, 720)]  # fmt: skip
HOW = [
    (Comparison.EQUAL, "is"),
    (Comparison.AT_LEAST, "at least"),
    (Comparison.MORE, "more than"),
    (Comparison.AT_MOST, "at most"),
    (Comparison.LESS, "less than"),
    (Comparison.ANY, "has it"),
]


class FreeForm(forms.Form):
    """Which days, how long, and what else; `query` is the question."""

    resource = fields.one_of("What", [])
    first = fields.day("First day", required=True)
    last = fields.day("Last day", required=True)
    length = fields.one_of("How long", LENGTHS, required=True)
    opens = fields.clock("Not before")
    closes = fields.clock("Not after")
    limit = fields.number("Most free times", 1, 1000)

    def __init__(
        self, *args: Any, account: VendorAccount, custom: tuple[FieldRecord, ...], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        rows = Resource.objects.filter(account=account, gone_at=None).select_related("room")
        self.sold = {row.ref: row for row in rows.order_by("title")}
        mains = [(row.ref, str(row)) for row in self.sold.values() if not row.parent_ref]
        parts = [(row.ref, named(row, self.sold)) for row in self.sold.values() if row.parent_ref]
        self.fields["resource"].choices = [("", "everything"), *mains, *sorted(parts, key=lambda p: p[1])]  # type: ignore[attr-defined]
        known = [("", "–"), *((each.ref, each.name) for each in custom)]
        for number in range(CONDITIONS):
            self.fields[f"field_{number}"] = fields.one_of("Field", known)
            self.fields[f"how_{number}"] = fields.one_of("How", HOW)
            self.fields[f"value_{number}"] = fields.text("Value")

    def clean(self) -> dict[str, Any]:
        """Days in order and not too many."""
        given = self.cleaned_data
        first, last = given.get("first"), given.get("last")
        if first and last and last < first:
            self.add_error("last", "The last day is before the first.")
        elif first and last and (last - first).days >= LONGEST:
            self.add_error("last", f"At most {LONGEST} days at once.")
        opens, closes = given.get("opens"), given.get("closes")
        if opens and closes and closes <= opens:
            self.add_error("closes", "This is before it begins.")
        return given

    def query(self) -> FreeQuery:
        """The question, once the form is valid."""
        given = self.cleaned_data
        return FreeQuery(
            given["first"],
            given["last"],
            (given["resource"],) if given["resource"] else (),
            time.fromisoformat(given["length"]),
            given["opens"],
            given["closes"],
            tuple(self._conditions()),
            given["limit"],
        )

    def _conditions(self) -> list[Condition]:
        given = self.cleaned_data
        chosen = (n for n in range(CONDITIONS) if given[f"field_{n}"])
        return [
            Condition(given[f"field_{n}"], Comparison(given[f"how_{n}"]), given[f"value_{n}"]) for n in chosen
        ]

    # ------------------------------------------------------------------------------------------ for the page

    def main(self) -> list[Any]:
        """What everybody fills in."""
        return [self[name] for name in ("resource", "first", "last", "length")]

    def further(self) -> list[Any]:
        """What few do."""
        return [self[name] for name in ("opens", "closes", "limit")]

    def conditions(self) -> list[tuple[Any, Any, Any]]:
        """The conditions on custom fields: field, how, value."""
        return [(self[f"field_{n}"], self[f"how_{n}"], self[f"value_{n}"]) for n in range(CONDITIONS)]

    def narrowed(self) -> bool:
        """Is anything of what few fill in filled in?"""
        names = ["opens", "closes", "limit", *(f"field_{n}" for n in range(CONDITIONS))]
        return any(self.data.get(name) for name in names)


@dataclass(frozen=True, slots=True)
class SlotLine:
    """A free time, and where it is booked."""

    text: str
    path: str


@dataclass(frozen=True, slots=True)
class DayLine:
    """A day with its free times."""

    name: str
    slots: list[SlotLine]


@dataclass(frozen=True, slots=True)
class PlaceLine:
    """What is free, and when."""

    name: str
    resource: Resource | None
    days: list[DayLine]


@require_GET
def free(request: HttpRequest, slug: str) -> HttpResponse:
    """Free times of an account: asked for now, each with its way to a booking."""
    must(request, "backoffice.view_booking")
    account = get_object_or_404(VendorAccount, slug=slug)
    if bookings.DESK not in account.profile.desk:
        raise Http404
    now, zone = clock(), ZoneInfo(account.timezone)
    today = now.astimezone(zone).date()
    given = {"first": today.isoformat(), "last": today.isoformat(), "length": "01:00", **request.GET.dict()}
    given.setdefault("resource", "")
    for number in range(CONDITIONS):
        given.setdefault(f"how_{number}", Comparison.EQUAL)
    form = FreeForm(given, account=account, custom=reads.fields(account, now).value or ())
    shown: dict[str, Any] = {"told": None}
    if "length" in request.GET or "resource" in request.GET:
        shown |= _asked(request, account, form, now)
    return page(request, "desk_free", "Free times", form=form, account=account, zone=zone, **shown)


def _asked(request: HttpRequest, account: VendorAccount, form: FreeForm, now: datetime) -> dict[str, Any]:
    if not form.is_valid():
        return {}
    told = reads.free(account, form.query(), now)
    may = request.user.has_perm("backoffice.write_booking")
    places = [_place(ref, slots, form.sold, may=may) for ref, slots in (told.value or {}).items()]
    when = stamp(told.at, ZoneInfo(account.timezone)) if told.at else ""
    return {"told": told, "places": places, "when": when}


def _place(ref: str, slots: Slots, sold: dict[str, Resource], *, may: bool) -> PlaceLine:
    resource = sold.get(ref)
    name = named(resource, sold) if resource else f"number {ref}, not known here yet"
    days = [
        DayLine(
            f"{day:%a} {day.day} {day:%b}",
            [_slot(resource if may else None, day, *each) for each in slots[day]],
        )
        for day in sorted(slots)
    ]
    return PlaceLine(name, resource, days)


def _slot(resource: Resource | None, day: date, starts: time, ends: time) -> SlotLine:
    text = f"{starts:%H:%M}–{ends:%H:%M}"
    if resource is None:
        return SlotLine(text, "")
    query = urlencode({"starts": f"{day}T{starts:%H:%M}", "ends": f"{day}T{ends:%H:%M}"})
    return SlotLine(text, f"{reverse('desk_book', args=[resource.pk])}?{query}")


def named(row: Resource, sold: dict[str, Resource]) -> str:
    """A part with what it is a part of."""
    whole = sold.get(row.parent_ref)
    return f"{whole} › {row}" if whole else str(row)
