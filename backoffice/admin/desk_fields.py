"""Fields of the pages on which staff book at a source: days and times on the account's own clock."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from django import forms
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from backoffice.admin.forms import MomentInput

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class DayInput(UnfoldAdminTextInputWidget):
    """A day, picked with the browser's own means."""

    input_type = "date"

    def format_value(self, value: Any) -> str | None:
        """The form that browsers understand."""
        return value.isoformat() if isinstance(value, date) else value


class ClockInput(UnfoldAdminTextInputWidget):
    """A time of day, picked with the browser's own means."""

    input_type = "time"

    def format_value(self, value: Any) -> str | None:
        """The form that browsers understand."""
        return f"{value:%H:%M}" if isinstance(value, time) else value


class LocalMoment(forms.Field):
    """A date and a time as they were written, without a zone: whose clock is meant is known to the form."""

    widget = MomentInput

    def to_python(self, value: Any) -> datetime | None:
        """A naive time; ValidationError for what is none."""
        if value in self.empty_values:
            return None
        try:
            return datetime.fromisoformat(str(value)).replace(tzinfo=None, second=0, microsecond=0)
        except ValueError:
            raise forms.ValidationError("Write a date and a time.") from None


def moment(label: str) -> LocalMoment:
    """A date and a time that need not be filled in."""
    return LocalMoment(label=label, required=False, widget=MomentInput())


def day(label: str, *, required: bool = False) -> forms.DateField:
    """A day."""
    return forms.DateField(label=label, required=required, widget=DayInput())


def clock(label: str) -> forms.TimeField:
    """A time of day that need not be filled in."""
    return forms.TimeField(label=label, required=False, widget=ClockInput())


def text(label: str, help_text: str = "", most: int = 250) -> forms.CharField:
    """A line that need not be filled in."""
    widget = UnfoldAdminTextInputWidget()
    return forms.CharField(label=label, required=False, max_length=most, help_text=help_text, widget=widget)


def note(label: str) -> forms.CharField:
    """A few lines that need not be filled in."""
    widget = UnfoldAdminTextareaWidget(attrs={"rows": 2})
    return forms.CharField(label=label, required=False, max_length=2000, widget=widget)


def number(label: str, least: int, most: int, initial: int | None = None) -> forms.IntegerField:
    """A whole number between two."""
    widget = UnfoldAdminIntegerFieldWidget(attrs={"min": least, "max": most})
    return forms.IntegerField(
        label=label, required=False, min_value=least, max_value=most, initial=initial, widget=widget
    )


def tick(label: str, help_text: str = "") -> forms.BooleanField:
    """Yes or no."""
    return forms.BooleanField(label=label, required=False, help_text=help_text, widget=UnfoldBooleanWidget())


def one_of(label: str, choices: Any, *, required: bool = False) -> forms.ChoiceField:
    """One of several, in a list to choose from."""
    return forms.ChoiceField(
        label=label, required=required, choices=choices, widget=UnfoldAdminSelectWidget()
    )


def some_of(label: str, choices: Any, help_text: str = "") -> forms.MultipleChoiceField:
    """Any of several, to be ticked."""
    widget = UnfoldAdminCheckboxSelectMultipleWidget()
    return forms.MultipleChoiceField(
        label=label, required=False, choices=choices, help_text=help_text, widget=widget
    )


def hidden(**attrs: Any) -> forms.CharField:
    """Something that the page keeps for the next step."""
    return forms.CharField(required=False, max_length=64, widget=forms.HiddenInput(attrs=attrs))
