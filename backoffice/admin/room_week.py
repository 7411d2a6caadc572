"""When a room is offered at its source: its week, the exceptions to come, how late one may book."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_http_methods
from unfold.enums import ActionVariant
from unfold.widgets import (
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from backoffice.admin.desk_page import must, page
from backoffice.admin.reservation_forms import day_field
from backoffice.clock import now as clock
from backoffice.flow.desk import hours, room_calendar
from backoffice.models import Resource, VendorWrite
from backoffice.states import WriteState
from backoffice.word import NotPossible, Word

WRITE = "backoffice.write_calendar"
LOOK = "backoffice.view_resource"
DESK = "room_calendar"
HOURS = "Such as 10:00, 12:30. Price options by number in brackets: 10:00 (1, 2). Empty: closed."


class Change(forms.Form):
    """What every change asks for."""

    reason = forms.CharField(label="Reason", max_length=1000, widget=UnfoldAdminTextInputWidget())


class Hours(Change):
    """The hours of a day; `was` is what the page showed."""

    hours = forms.CharField(
        label="Hours",
        required=False,
        help_text=HOURS,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
    )
    was = forms.CharField(required=False, widget=forms.HiddenInput())
    field_order = ["hours", "reason"]


class Weekday(Hours):
    """A day of the week."""

    weekday = forms.IntegerField(widget=forms.HiddenInput())


class Special(Hours):
    """A date with hours of its own."""

    day = day_field("Date")
    field_order = ["day", "hours", "reason"]


class Clear(Change):
    """A date that is to be like its weekday again."""

    day = forms.DateField(widget=forms.HiddenInput())


class Margin(Change):
    """How late one may book."""

    margin = forms.DecimalField(
        label="Hours between booking and start",
        min_value=0,
        max_value=room_calendar.MOST_HOURS,
        max_digits=6,
        decimal_places=2,
        help_text="It can be set here; to take it away, use the source's own panel.",
        widget=UnfoldAdminDecimalFieldWidget(),
    )
    field_order = ["margin", "reason"]


Do = Callable[[Resource, dict[str, Any], Word], VendorWrite]


def _weekday(resource: Resource, given: dict[str, Any], word: Word) -> VendorWrite:
    was = hours.parse(given["was"]) if given["was"] else None
    return room_calendar.set_weekday(resource, given["weekday"], hours.parse(given["hours"]), word, was)


def _date(resource: Resource, given: dict[str, Any], word: Word) -> VendorWrite:
    was = hours.parse(given["was"]) if given["was"] else None
    return room_calendar.set_date(resource, given["day"], hours.parse(given["hours"]), word, was)


CHANGES: dict[str, tuple[type[Change], Do]] = {
    "weekday": (Weekday, _weekday),
    "date": (Special, _date),
    "clear": (Clear, lambda resource, given, word: room_calendar.clear_date(resource, given["day"], word)),
    "margin": (
        Margin,
        lambda resource, given, word: room_calendar.set_margin(resource, float(given["margin"]), word),
    ),
}


def buttons(request: HttpRequest, row: Resource) -> list[dict[str, Any]]:
    """The way to the page, where the source has such a calendar."""
    if DESK not in row.account.profile.desk or not request.user.has_perm(LOOK):
        return []
    look = {"icon": "calendar_view_week", "variant": ActionVariant.DEFAULT, "attrs": {}}
    return [{"title": "Week and exceptions", "path": reverse("room_week", args=[row.pk]), **look}]


@require_http_methods(["GET", "POST"])
def room_week(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a room's week as the source has it now (GET); change a part of it (POST)."""
    must(request, LOOK)
    resource = get_object_or_404(Resource.objects.select_related("account", "room__venue"), pk=pk)
    if DESK not in resource.account.profile.desk:
        raise Http404
    wrong: Change | None = None
    if request.method == "POST":
        must(request, WRITE)
        form, do = _form(request)
        if form.is_valid() and _changed(request, resource, form, do):
            return HttpResponseRedirect(request.get_full_path())
        wrong = form
    return _page(request, resource, wrong)


def _form(request: HttpRequest) -> tuple[Change, Do]:
    kind, do = CHANGES.get(request.POST.get("what", ""), (None, None))
    if kind is None or do is None:
        raise Http404
    return kind(request.POST), do


def _changed(request: HttpRequest, resource: Resource, form: Change, do: Do) -> bool:
    given = form.cleaned_data
    word = Word(author=request.user, reason=given["reason"], now=clock())  # type: ignore[arg-type]  # signed in
    try:
        write = do(resource, given, word)
    except NotPossible as error:
        form.add_error(None, str(error))
        return False
    if write.state == WriteState.REFUSED:
        form.add_error(None, f"{write.account.profile.label} refused: {write.text}")
        return False
    tell = messages.success if write.state == WriteState.DONE else messages.warning
    unseen = "" if write.confirmed else " It could not be read back: compare it below."
    tell(request, f"{write.subject}. {write.text}{unseen if write.state == WriteState.DONE else ''}")
    return True


def _page(request: HttpRequest, resource: Resource, wrong: Change | None) -> HttpResponse:
    first = _first(request)
    week, trouble = None, ""
    try:
        week = room_calendar.week(resource, first)
    except NotPossible as error:
        trouble = str(error)
    may = request.user.has_perm(WRITE)
    return page(
        request,
        "room_week",
        f"{resource}: week and exceptions",
        resource=resource,
        week=week,
        trouble=trouble,
        wrong=wrong,
        days=_days(week) if week else [],
        exceptions=_exceptions(week) if week else [],
        new=Special() if may else None,
        margin=Margin(initial={"margin": week.margin}) if may and week else None,
        earlier=first - timedelta(days=room_calendar.AHEAD),
        later=first + timedelta(days=room_calendar.AHEAD),
        may=may,
        back=reverse("admin:backoffice_resource_change", args=[resource.pk]),
    )


def _first(request: HttpRequest) -> date:
    try:
        return date.fromisoformat(request.GET.get("from", ""))
    except ValueError:
        return clock().date()


def _days(week: room_calendar.RoomWeek) -> list[dict[str, Any]]:
    found = []
    for number, slots in enumerate(week.days):
        told = hours.told(slots)
        text = "" if told == hours.CLOSED else told
        form = Weekday(initial={"weekday": number, "hours": text, "was": told}, auto_id=f"day{number}_%s")
        found.append({"name": room_calendar.WEEKDAYS[number], "told": told, "form": form})
    return found


def _exceptions(week: room_calendar.RoomWeek) -> list[dict[str, Any]]:
    return [
        {
            "day": each.day,
            "told": hours.told(each.slots),
            "usual": hours.told(each.usual),
            "form": Clear(initial={"day": each.day}, auto_id=f"clear{each.day}_%s"),
        }
        for each in week.exceptions
    ]
