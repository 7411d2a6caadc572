"""Pairing rooms with the calendars of an account: any number of rooms in one form, all or none of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods
from unfold.enums import ActionVariant

from backoffice.admin.desk_page import must, page
from backoffice.admin.forms import Because
from backoffice.admin.pairing_forms import Line
from backoffice.clock import now as clock
from backoffice.flow import channels
from backoffice.models import CalendarPairing, Room, VendorAccount
from backoffice.word import NotPossible, Word
from integrations.types import CalendarRecord, Role

PERMISSION = "backoffice.add_calendarpairing"


class Why(Because):
    """Why the rooms are paired: the usual reason stands there already."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].initial = "to keep the rooms' calendars"


def buttons(request: HttpRequest, row: VendorAccount) -> list[dict[str, Any]]:
    """The way to the page, for accounts that have calendars."""
    if row.profile.role != Role.CALENDAR or not request.user.has_perm(PERMISSION):
        return []
    first = not row.stopped_at and not row.pairings.exists()
    variant = ActionVariant.PRIMARY if first else ActionVariant.DEFAULT
    path = reverse("pair_calendars", args=[row.pk])
    return [{"title": "Pair rooms", "icon": "edit_calendar", "variant": variant, "attrs": {}, "path": path}]


@require_http_methods(["GET", "POST"])
def pair(request: HttpRequest, pk: int) -> HttpResponse:
    """Show every room with the account's calendars (GET); pair those for which one was chosen (POST)."""
    must(request, PERMISSION)
    account = get_object_or_404(VendorAccount, pk=pk)
    sent = request.POST if request.method == "POST" else None
    why = Why(sent, rows=[])
    try:
        calendars = channels.calendars_of(account, clock())
    except NotPossible as error:
        return _page(request, account, why, [], str(error))
    lines = _lines(account, calendars, sent)
    if sent is not None and _paired(request, account, calendars, lines, why):
        return redirect("admin:backoffice_vendoraccount_change", account.pk)
    return _page(request, account, why, lines)


def _lines(account: VendorAccount, calendars: Sequence[CalendarRecord], sent: Any) -> list[Line]:
    known: dict[int, list[CalendarPairing]] = defaultdict(list)
    for pairing in CalendarPairing.objects.filter(account=account).order_by("title"):
        known[pairing.room_id].append(pairing)
    rooms = Room.objects.select_related("venue").order_by("venue__name", "venue", "name", "pk")
    return [Line(room, calendars, known[room.pk], sent) for room in rooms]


def _paired(
    request: HttpRequest,
    account: VendorAccount,
    calendars: Sequence[CalendarRecord],
    lines: list[Line],
    why: Why,
) -> bool:
    wrong = [line for line in lines if not line.is_valid()]  # each says what is wrong with it
    chosen = [line for line in lines if line not in wrong and line.cleaned_data["calendar"]]
    if not why.is_valid() or wrong:
        return False
    if not chosen:
        why.add_error(None, "Choose a calendar for at least one room.")
        return False
    by_ref = {each.ref: each for each in calendars}
    choices = [
        channels.Choice(line.room, by_ref[line.cleaned_data["calendar"]], line.given()) for line in chosen
    ]
    word = Word(request.user, why.cleaned_data["reason"], clock())  # type: ignore[arg-type]  # signed in
    refused = channels.pair_all(account, choices, word)
    for n, error in refused.items():
        chosen[n].refuse(error)
    if not refused:
        rooms = f"{len(chosen)} rooms are" if len(chosen) > 1 else f"{chosen[0].room} is"
        messages.success(request, f"{rooms} paired. Nothing syncs yet: look it over, then activate.")
    return not refused


def _page(
    request: HttpRequest, account: VendorAccount, why: Why, lines: list[Line], trouble: str = ""
) -> HttpResponse:
    for line in lines:
        line.shares = line.shares or bool(line.is_bound and line.data.get(line.add_prefix("acknowledged")))
    venues = [(venue, list(group)) for venue, group in groupby(lines, key=lambda line: line.room.venue)]
    return page(
        request,
        "pair",
        f"{account}: pair rooms with calendars",
        account=account,
        why=why,
        venues=venues,
        trouble=trouble,
        wrong=bool(why.errors) or any(line.is_bound and line.errors for line in lines),
        back=reverse("admin:backoffice_vendoraccount_change", args=[account.pk]),
    )
