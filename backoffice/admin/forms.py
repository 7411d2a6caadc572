"""What an act of staff asks for before it is carried out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from unfold.widgets import (
    UnfoldAdminEmailInputWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from backoffice.admin.show import METHODS

AFTERWARDS = timedelta(hours=3)  # longer than any usual lag, so that the word outlasts the access window
MOMENT = "%Y-%m-%dT%H:%M"


class MomentInput(UnfoldAdminTextInputWidget):
    """A date and a time, picked with the browser's own means (also on a phone)."""

    input_type = "datetime-local"

    def format_value(self, value: Any) -> str | None:
        """The form that browsers understand."""
        return value.strftime(MOMENT) if hasattr(value, "strftime") else value


def moment_field(label: str, help_text: str = "") -> forms.DateTimeField:
    """A date and a time on the clock of the place; the page says which."""
    return forms.DateTimeField(label=label, help_text=help_text, widget=MomentInput())


def minutes_field(label: str) -> forms.IntegerField:
    """A number of minutes, none by default."""
    widget = UnfoldAdminIntegerFieldWidget(attrs={"min": 0})
    return forms.IntegerField(label=label, min_value=0, max_value=1440, initial=0, widget=widget)


class Plain(forms.Form):
    """An act that asks for nothing but a yes."""

    def __init__(self, *args: Any, rows: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rows = rows


class Because(Plain):
    """An act with its reason."""

    reason = forms.CharField(
        label="Reason",
        max_length=1000,
        help_text="In words for the next shift. It stays on record with your name.",
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
    )
    field_order: list[str] | None = None


class Reread(Because):
    """A reading out of turn: the usual reason stands there already."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].initial = "to see what is new"


class Until(Because):
    """An act that ends."""

    until = moment_field("Until", "When it ends by itself. It can be released earlier.")
    field_order = ["until", "reason"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ends = [end for row in self.rows if (end := last_end(row)) is not None]
        if ends:
            self.fields["until"].initial = max(ends) + AFTERWARDS


class Extension(Until):
    """By how much doors open earlier and later."""

    minutes_before = minutes_field("Minutes earlier")
    minutes_after = minutes_field("Minutes later")
    field_order = ["minutes_before", "minutes_after", "until", "reason"]


class ByMethod(Until):
    """Another method of the doors' vendors."""

    method = forms.ChoiceField(label="By", choices=METHODS.items(), widget=UnfoldAdminSelectWidget())
    field_order = ["method", "until", "reason"]


class LetIn(Because):
    """Somebody without a booking."""

    name = forms.CharField(label="Who", max_length=200, widget=UnfoldAdminTextInputWidget())
    email = forms.EmailField(
        label="E-mail",
        required=False,
        help_text="Where the way in is sent. Empty: nobody is written to.",
        widget=UnfoldAdminEmailInputWidget(),
    )
    starts_at = moment_field("From")
    ends_at = moment_field("Until")
    field_order = ["name", "email", "starts_at", "ends_at", "reason"]


def last_end(row: Any) -> Any:
    """When what a row is about ends: the last time of a booking, the window of a grant; None for a door."""
    if hasattr(row, "occurrences"):
        return max((o.ends_at for o in row.occurrences.all() if o.gone_at is None), default=None)
    return getattr(row, "ends_at", None)
