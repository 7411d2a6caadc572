from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin import display
from django.db.models import Case, QuerySet, Value, When
from django.http import HttpRequest
from unfold.widgets import UnfoldAdminSelectWidget

from backoffice.admin.acts import Act
from backoffice.admin.base import CHOICE, RELATED, Days, ReadOnlyWithActs
from backoffice.admin.forms import Because, Until, moment_field
from backoffice.admin.show import at, chip, chip_of, span, stacked
from backoffice.admin.sides import clashes
from backoffice.admin.zones import zone_of_row
from backoffice.clock import now as clock
from backoffice.flow import conflicts
from backoffice.flow.conflicts import RELATED as JOINED
from backoffice.flow.conflicts import UNREAD, whose
from backoffice.models import Booking, Conflict
from backoffice.states import ConflictState
from integrations.types import BookingStatus

SETTLE = "backoffice.settle_conflict"


def is_open(row: Conflict) -> bool:
    """Nobody has settled it, and it is not over."""
    return row.state == ConflictState.OPEN


def between_guests(row: Conflict) -> bool:
    """Both sides are let in: an entry in a calendar is to be moved or taken out where it was made."""
    return is_open(row) and all(o.booking.status != BookingStatus.BLOCK for o in (row.first, row.second))


def _choices(row: Conflict) -> list[tuple[int, str]]:
    sides = (row.first, row.second)
    return [
        (o.booking_id, f"{whose(o.booking)}, {span(o.starts_at, o.ends_at, zone_of_row(o))}") for o in sides
    ]


class OneSide(Until):
    """Which of the two, and until when."""

    side = forms.TypedChoiceField(label="Who gets no access", coerce=int, widget=UnfoldAdminSelectWidget())
    field_order = ["side", "until", "reason"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["side"].choices = _choices(self.rows[0])  # type: ignore[attr-defined]  # a choice field


class OneAfterTheOther(Because):
    """Who goes first, and when the other may come."""

    side = forms.TypedChoiceField(label="Who leaves first", coerce=int, widget=UnfoldAdminSelectWidget())
    moment = moment_field("Until", "From this moment on the other one gets in, and this one no longer.")
    field_order = ["side", "moment", "reason"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        row = self.rows[0]
        choices = _choices(row)
        if row.second.starts_at < row.first.starts_at:
            choices.reverse()
        self.fields["side"].choices = choices  # type: ignore[attr-defined]  # a choice field
        if denied := conflicts.still_denied(row, clock()):
            self.fields["moment"].help_text = " ".join(denied)
        self.fields["moment"].initial = row.starts_at + (row.ends_at - row.starts_at) / 2


def _side(row: Conflict, given: dict[str, Any]) -> Booking:
    return next(o.booking for o in (row.first, row.second) if o.booking_id == given["side"])


ACCEPT = Act(
    "accept",
    "Accept it",
    "It stays as it is and is no longer shown as open. When the time that both have changes, it opens again.",
    SETTLE,
    lambda row, given, word: _nothing_to_say(conflicts.accept(row, word)),
    icon="check",
    offered=is_open,
)
TRIM = Act(
    "trim",
    "One after the other",
    "One guest's way in ends at that moment and the other's begins there. A PIN that the lock computed "
    "before opens until its own end. The bookings stay as they are: tell both guests.",
    SETTLE,
    lambda row, given, word: conflicts.trim(row, _side(row, given), given["moment"], word),
    OneAfterTheOther,
    icon="content_cut",
    first=True,
    offered=between_guests,
)
DENY = Act(
    "deny-side",
    "Deny one side",
    "One of the two gets no access until then. What can be taken back is taken back at once; a PIN that the "
    "lock computed itself cannot be. The booking itself stays: cancel it where it was made.",
    SETTLE,
    lambda row, given, word: conflicts.deny(row, _side(row, given), given["until"], word),
    OneSide,
    icon="block",
    danger=True,
    offered=between_guests,
)
REOPEN = Act(
    "reopen",
    "Open again",
    "It is shown as open again, and what settled it is taken back: who was denied or trimmed for it gets in "
    "as before, and is told so. What was said of a guest elsewhere stays.",
    SETTLE,
    lambda row, given, word: conflicts.reopen(row, word),
    icon="undo",
    offered=lambda row: row.state == ConflictState.ACCEPTED,
)
ONE_BY_ONE = (TRIM.verb, DENY.verb)


def _nothing_to_say(row: Conflict) -> None:
    del row


@admin.register(Conflict)
class ConflictAdmin(ReadOnlyWithActs):
    acts = (TRIM, DENY, ACCEPT, REOPEN)
    act_related = JOINED
    change_form_before_template = "admin/latchkey/conflict.html"
    list_display = ("state_chip", "both", "what", "overlap", at("opened_at", "since"))
    list_display_links = ("both",)
    list_filter = (
        ("state", CHOICE),
        ("kind", CHOICE),
        ("starts_at", Days),
        ("room", RELATED),
        ("door", RELATED),
        ("first__booking__account", RELATED),
    )
    search_fields = (
        "first__booking__ref",
        "second__booking__ref",
        "first__booking__customer__name",
        "second__booking__customer__name",
        "room__name",
        "door__name",
    )
    search_help_text = "guest, booking number, room or door"
    fieldsets = (
        (
            "On record",
            {
                "fields": (
                    ("state_chip", at("opened_at", "since"), at("closed_at", "over since")),
                    ("accepted_by", at("accepted_at", "accepted"), "accepted_reason"),
                )
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Conflict]:
        """Conflicts with both sides, the open ones first."""
        first = Case(When(state=ConflictState.OPEN, then=Value(0)), default=Value(1))
        rows = super().get_queryset(request).select_related(*JOINED, "accepted_by").defer(*UNREAD)
        return rows.order_by(first, "starts_at", "pk")

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Who goes first, and who is denied, is said of one conflict at a time."""
        found = super().get_actions(request)
        return {verb: act for verb, act in found.items() if verb not in ONE_BY_ONE}

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        """The page begins with what is wrong and both sides."""
        if kwargs.get("obj") is not None:
            (context["clash"],) = clashes([kwargs["obj"]], request, clock())
        return super().render_change_form(request, context, *args, **kwargs)

    @display(description="state", ordering="state")
    def state_chip(self, row: Conflict) -> Any:
        return chip("open", "red") if is_open(row) else chip_of("", row.get_state_display())

    @display(description="who", ordering="text")
    def both(self, row: Conflict) -> Any:
        return stacked(*(whose(side.booking) for side in (row.first, row.second)))

    @display(description="what both have")
    def what(self, row: Conflict) -> Any:
        return stacked(row.room or row.door, row.get_kind_display())

    @display(description="when both have it", ordering="starts_at")
    def overlap(self, row: Conflict) -> str:
        return span(row.starts_at, row.ends_at, zone_of_row(row))
