"""The forms of pairings: a room's line in the wizard, what can be changed later, and how to leave."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminSelectWidget,
    UnfoldBooleanWidget,
)

from backoffice.admin.forms import Because
from backoffice.flow.channels import OPTIONS, Shared, can_block
from backoffice.models import CalendarPairing, Mode, Room, Scope, VendorAccount
from backoffice.word import NotPossible
from integrations.types import CalendarRecord

COUNTED = {
    "transparent": "entries that are marked as free",
    "declined": "invitations that were declined",
    "working_location": "where somebody works",
    "birthday": "birthdays",
}
MODES = (
    (Mode.BIDIRECTIONAL, "both ways: bookings are written, entries block the room"),
    (Mode.TO_CALENDAR, "to the calendar only: nothing in it changes a booking"),
    (Mode.FROM_CALENDAR, "from the calendar only: entries block the room, nothing is written"),
)
SCOPES = (
    (Scope.NO_CONTACT, "name, price and details, no e-mail or phone"),
    (Scope.EMPTY, "the room's name alone"),
    (Scope.FULL, "all: name, price, details, e-mail and phone"),
)
SHARE = "Several rooms may use this calendar: what people enter in it blocks all of them"

TICK = "Tick that this is wanted, or give the room a calendar of its own."


def _mode() -> forms.ChoiceField:
    return forms.ChoiceField(label="Direction", choices=MODES, widget=UnfoldAdminSelectWidget())


def _scope() -> forms.ChoiceField:
    return forms.ChoiceField(label="What an event shows", choices=SCOPES, widget=UnfoldAdminSelectWidget())


def _options() -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label="Entries that block the room as well",
        choices=[(name, COUNTED[name]) for name in OPTIONS],
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget(),
    )


class Line(forms.Form):
    """One room: which calendar, in which direction, how much an event shows."""

    calendar = forms.ChoiceField(label="Calendar", required=False, widget=UnfoldAdminSelectWidget())
    mode = _mode()
    scope = _scope()
    options = _options()
    acknowledged = forms.BooleanField(label=SHARE, required=False, widget=UnfoldBooleanWidget())

    def __init__(
        self, room: Room, calendars: Sequence[CalendarRecord], known: list[CalendarPairing], data: Any = None
    ) -> None:
        super().__init__(data, prefix=f"room{room.pk}")
        self.room, self.known, self.shares = room, known, False
        taken = {pairing.ref for pairing in known}
        free = [(each.ref, _title(each)) for each in calendars if each.ref not in taken]
        self.fields["calendar"].choices = [("", "none"), *free]  # type: ignore[attr-defined]  # a choice field
        if not self.is_bound or not self["calendar"].value():
            for name in ("mode", "scope"):
                self.fields[name].required = False

    def refuse(self, error: NotPossible) -> None:
        """Say why it was not paired, at the field that puts it right."""
        self.shares = isinstance(error, Shared)
        words = f"{error.facts} {TICK}" if isinstance(error, Shared) else str(error)
        self.add_error("acknowledged" if self.shares else "calendar", words)

    def given(self) -> dict[str, Any]:
        """What `pair` takes."""
        return {name: self.cleaned_data[name] for name in ("mode", "scope", "options", "acknowledged")}


def _title(calendar: CalendarRecord) -> str:
    primary = " (the account's own)" if calendar.primary else ""
    return f"{calendar.title}{primary}{'' if calendar.can_write else ', only to be read'}"


class Change(Because):
    """Another direction, scope or options; what holds now stands there already."""

    mode = _mode()
    scope = _scope()
    options = _options()
    field_order = ["mode", "scope", "options", "reason"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        row = self.rows[0]
        chosen = [name for name, chosen in row.options.items() if chosen]
        self.initial.update(mode=row.mode, scope=row.scope, options=chosen)


class Leave(Because):
    """The end of a pairing."""

    take_out = forms.BooleanField(
        label="Take the events that Latchkey wrote out of the calendar",
        help_text="Those to come. Without this they stay there as they are, and nobody looks after them.",
        required=False,
        initial=True,
        widget=UnfoldBooleanWidget(),
    )
    field_order = ["take_out", "reason"]


class Synchronise(Because):
    """Which way, and all rooms or one."""

    mode = forms.ChoiceField(
        label="Direction",
        choices=[
            (Mode.BIDIRECTIONAL, "both ways, each pairing as it goes"),
            (Mode.TO_CALENDAR, "to the calendar: every event of ours to come is written again"),
            (Mode.FROM_CALENDAR, "from the calendar: all of it is read again"),
        ],
        widget=UnfoldAdminSelectWidget(),
    )
    room = forms.TypedChoiceField(
        label="Rooms", required=False, coerce=int, empty_value=None, widget=UnfoldAdminSelectWidget()
    )
    field_order = ["mode", "room", "reason"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        pairings = CalendarPairing.objects.filter(account=self.rows[0], activated_at__isnull=False)
        rooms = {each.room_id: str(each.room) for each in pairings.select_related("room")}
        self.fields["room"].choices = [("", "all rooms"), *rooms.items()]  # type: ignore[attr-defined]


class BlockOn(Because):
    """On which channels bookings from elsewhere block a room."""

    accounts = forms.MultipleChoiceField(
        label="Bookings made elsewhere block the room on",
        required=False,
        help_text="A booking of the room (or of a part or whole of it) at one place takes its time at those "
        "ticked. Taking a tick away frees what was blocked there.",
        widget=UnfoldAdminCheckboxSelectMultipleWidget(),
    )
    field_order = ["accounts", "reason"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        room = self.rows[0]
        known = [each for each in VendorAccount.objects.order_by("slug") if can_block(each)]
        sold = {each.account_id for each in room.resources.all()}
        self.fields["accounts"].choices = [  # type: ignore[attr-defined]
            (each.slug, f"{each.profile.label} ({each}){'' if each.pk in sold else ', where it is not sold'}")
            for each in known
        ]
        self.initial["accounts"] = room.block_on
