"""What staff fill in for a reservation at its source."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminEmailInputWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from backoffice.admin.forms import Because, Plain
from backoffice.models import Resource

GUEST = ("name", "surname", "email", "phone", "people", "pricer", "price", "comment")
STATUSES = [("", "as it is"), ("1", "confirmed"), ("0", "not confirmed")]


class DayInput(UnfoldAdminTextInputWidget):
    """A date, picked with the browser's own means."""

    input_type = "date"

    def format_value(self, value: Any) -> str | None:
        """The form that browsers understand."""
        return value.isoformat() if hasattr(value, "isoformat") else value


def day_field(label: str = "Day") -> forms.DateField:
    """A date of the room's own calendar."""
    return forms.DateField(label=label, widget=DayInput())


class Resources(forms.ModelChoiceField[Resource]):
    """A thing sold, by its room and its account."""

    def label_from_instance(self, obj: Resource) -> str:
        """Its name at the source, and where that is."""
        return f"{obj} · {obj.account}"


def _text(label: str, most: int) -> forms.CharField:
    return forms.CharField(label=label, max_length=most, required=False, widget=UnfoldAdminTextInputWidget())


class Where(forms.Form):
    """Which room, which day."""

    resource = Resources(label="Room", queryset=Resource.objects.none(), widget=UnfoldAdminSelectWidget())
    day = day_field()

    def __init__(self, *args: Any, found: QuerySet[Resource], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["resource"].queryset = found  # type: ignore[attr-defined]


class Guest(Plain):
    """Who comes, and what for."""

    name = _text("First name", 100)
    surname = _text("Surname", 100)
    email = forms.EmailField(
        label="E-mail",
        required=False,
        help_text="Where the way in is sent.",
        widget=UnfoldAdminEmailInputWidget(),
    )
    phone = _text("Phone", 40)
    people = forms.IntegerField(
        label="People", min_value=0, max_value=1000, required=False, widget=UnfoldAdminIntegerFieldWidget()
    )
    pricer = _text("Price option", 60)
    price = forms.DecimalField(
        label="Price",
        min_value=0,
        decimal_places=2,
        required=False,
        help_text="In the source's own currency.",
        widget=UnfoldAdminDecimalFieldWidget(),
    )
    comment = forms.CharField(
        label="Comment", max_length=1000, required=False, widget=UnfoldAdminTextareaWidget(attrs={"rows": 2})
    )


class Edit(Guest, Because):
    """What is to be changed; empty stays."""

    status = forms.ChoiceField(
        label="Status", choices=STATUSES, required=False, widget=UnfoldAdminSelectWidget()
    )
    empty = forms.MultipleChoiceField(
        label="Take away",
        choices=[("email", "E-mail"), ("phone", "Phone"), ("comment", "Comment")],
        required=False,
        help_text="What the source has there now is deleted.",
        widget=UnfoldAdminCheckboxSelectMultipleWidget(),
    )
    field_order = [
        "name",
        "surname",
        "email",
        "phone",
        "people",
        "pricer",
        "price",
        "comment",
        "empty",
        "status",
        "reason",
    ]


class Moved(Because):
    """To which hour."""

    hour = forms.TimeField(label="Hour", error_messages={"required": "Choose an hour."})
    field_order = ["hour", "reason"]

    @property
    def rest(self) -> list[forms.BoundField]:
        """The fields that stand below the hours."""
        return [field for field in self.visible_fields() if field.name != "hour"]


class Reservation(Guest, Moved):
    """A whole reservation. `key` names this form, so that sending it twice books once."""

    status = forms.BooleanField(
        label="Confirmed",
        required=False,
        initial=True,
        help_text="Only a confirmed reservation lets the guest in.",
        widget=UnfoldBooleanSwitchWidget(),
    )
    key = forms.CharField(max_length=60, widget=forms.HiddenInput())
    field_order = ["hour", *GUEST, "status", "reason"]

    def __init__(self, *args: Any, pricers: Sequence[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].required = True
        if pricers:
            choices = [("", "none"), *((str(pricer), f"option {pricer}") for pricer in pricers)]
            self.fields["pricer"] = forms.ChoiceField(
                label="Price option",
                choices=choices,
                required=False,
                help_text="The source tells their numbers, not their names.",
                widget=UnfoldAdminSelectWidget(),
            )

    def again(self, key: str) -> Reservation:
        """The same form with another key: corrected, it is another one."""
        data: Any = self.data
        self.data = data.copy()
        self.data["key"] = key  # type: ignore[index]  # a copy may be written to
        return self
