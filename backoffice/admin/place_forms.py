"""The forms of what staff own: venues, rooms with their paths, doors."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.models import BaseInlineFormSet
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from backoffice.admin.checks import checked_lock, checked_with
from backoffice.models import Door, PathStep, Room, VendorAccount, Venue
from backoffice.sitefile.schema import KITLOCKS, dialled, known_zone
from integrations.types import Role

POLICY = (
    ("lead_minutes", "lag_minutes"),
    ("issue_ahead_hours", "reveal_ahead_hours"),
    ("max_early_minutes", "max_late_minutes"),
)
POLICY_HELP = {
    "lead_minutes": "the door may open so long before a booking",
    "lag_minutes": "and so long after it",
    "issue_ahead_hours": "codes are made so long ahead",
    "reveal_ahead_hours": "guests are told so long ahead",
    "max_early_minutes": "the most that a lock's full hours may open before that; beyond it staff are asked",
    "max_late_minutes": "and after it",
}
LOCK = ("model", "timecode", "identifier", "clock", "star")


def accounts_of(role: Role) -> Any:
    """The accounts that play a role."""
    pks = [account.pk for account in VendorAccount.objects.all() if account.profile.role == role]
    return VendorAccount.objects.filter(pk__in=pks)


class VenueForm(forms.ModelForm[Venue]):
    """A venue."""

    class Meta:
        model = Venue
        fields = ("name", "slug", "timezone", "phone", *(name for pair in POLICY for name in pair))
        help_texts = {**POLICY_HELP, "timezone": "IANA name, such as Europe/Berlin"}

    def clean_timezone(self) -> str:
        """A zone that there is."""
        return checked_with(known_zone, self.cleaned_data["timezone"])

    def clean_phone(self) -> str:
        """A number that can be called, or none."""
        return checked_with(dialled, self.cleaned_data["phone"])


class RoomForm(forms.ModelForm[Room]):
    """A room; where bookings from elsewhere block it is an act of its own."""

    class Meta:
        model = Room
        fields = ("venue", "slug", "name", "part_of", *(name for pair in POLICY for name in pair))
        help_texts = {**POLICY_HELP, "part_of": "a booking of one occupies the other"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "part_of" in self.fields and self.instance.pk:
            others = Room.objects.filter(venue=self.instance.venue).exclude(pk=self.instance.pk)
            self.fields["part_of"].queryset = others  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """A part lies in the same venue as the whole, and not the other way round as well."""
        data = super().clean() or self.cleaned_data
        whole, venue = data.get("part_of"), data.get("venue")
        if whole and venue and whole.venue_id != venue.pk:
            self.add_error("part_of", "It must be a room of the same venue.")
        if whole and self.instance.pk and whole.part_of_id == self.instance.pk:
            self.add_error("part_of", f"{whole} is itself a part of this room.")
        return data


class StepForm(forms.ModelForm[PathStep]):
    """One door of a path. Whether doors and places repeat, the whole path says, not the rows as stored."""

    position = forms.IntegerField(required=False, min_value=1, widget=UnfoldAdminIntegerFieldWidget())

    class Meta:
        model = PathStep
        fields = ("position", "door")

    def validate_unique(self) -> None:
        """Left to the path: two steps may change places."""

    def validate_constraints(self) -> None:
        """Left to the path: two steps may change places."""


class PathFormSet(BaseInlineFormSet[PathStep, Room, StepForm]):
    """The doors on the way to a room, in order; the list to choose from is read once."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        doors = Door.objects.filter(venue=self.instance.venue_id) if self.instance.pk else Door.objects.none()
        self.doors = [("", "choose a door"), *((door.pk, str(door)) for door in doors)]

    def add_fields(self, form: Any, index: int | None) -> None:
        """Give every line the same choices."""
        super().add_fields(form, index)
        if "door" in form.fields:
            form.fields["door"].choices = self.doors

    def validate_unique(self) -> None:
        """Done in `clean`, in words."""

    def path(self) -> list[Door]:
        """The doors as they are to stand, the outermost first."""
        steps = [
            (form.cleaned_data.get("position") or 99, form.cleaned_data["door"])
            for form in self.forms
            if form.cleaned_data.get("door") and not form.cleaned_data.get("DELETE")
        ]
        return [door for _, door in sorted(steps, key=lambda step: step[0])]

    def clean(self) -> None:
        """A door stands on a path once."""
        super().clean()
        if any(self.errors):
            return
        doors = self.path()
        twice = {str(door) for door in doors if doors.count(door) > 1}
        if twice:
            raise ValidationError(f"On the path twice: {', '.join(sorted(twice))}.")


class DoorForm(forms.ModelForm[Door]):
    """What staff say of a door; how a KitLock computes its codes, field by field."""

    lock_model = forms.ChoiceField(label="lock model", required=False, widget=UnfoldAdminSelectWidget())
    lock_timecode = forms.CharField(label="timecode", required=False, widget=UnfoldAdminTextInputWidget())
    lock_identifier = forms.CharField(label="identifier", required=False, widget=UnfoldAdminTextInputWidget())
    lock_clock = forms.CharField(
        label="the lock's clock",
        required=False,
        help_text="what its own clock shows: UTC, an offset such as +01:00, or a zone such as Europe/Berlin",
        widget=UnfoldAdminTextInputWidget(),
    )
    lock_star = forms.BooleanField(
        label="codes begin with a star", required=False, widget=UnfoldBooleanSwitchWidget()
    )

    class Meta:
        model = Door
        exclude = ("lock", "raw", "digest", "gone_at", "missing_since")  # noqa: DJ006 the rest is on the page
        widgets = {"fob_refs": UnfoldAdminTextareaWidget(attrs={"rows": 1})}
        help_texts = {
            **POLICY_HELP,
            "access_level_ref": "empty: the one with the fewest other doors",
            "fob_refs": 'the fobs kept for this door, such as ["6950", "6951"]; empty: all of the account',
            "ref": "the vendor's id; empty for a lock that no list has: then it comes from its two numbers",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "lock_model" in self.fields:
            models = [*KITLOCKS, "K3CONNECT"]
            self.fields["lock_model"].choices = [("", "not needed"), *((m, m) for m in models)]  # type: ignore[attr-defined]
        for name in LOCK:
            if f"lock_{name}" in self.fields:
                self.initial.setdefault(f"lock_{name}", (self.instance.lock or {}).get(name))
        if "ref" in self.fields:
            self.fields["ref"].required = False
        if "account" in self.fields:
            self.fields["account"].queryset = accounts_of(Role.ACCESS)  # type: ignore[attr-defined]

    def clean_fob_refs(self) -> list[str]:
        """A list of the vendor's ids."""
        refs = self.cleaned_data["fob_refs"] or []
        if not isinstance(refs, list):
            raise ValidationError('Write a list, such as ["6950", "6951"].')
        return [str(ref) for ref in refs]

    def clean(self) -> dict[str, Any]:
        """The lock's numbers have their shape, the method is one that the account's vendor has."""
        data = super().clean() or self.cleaned_data
        self._check_lock(data)
        self._check_method(data)
        if "ref" in self.fields and not data.get("ref"):
            data["ref"] = self._ref_of_kitlock(data)
        return data

    def _check_lock(self, data: dict[str, Any]) -> None:
        values = {name: data.get(f"lock_{name}") for name in LOCK}
        if not any(value for name, value in values.items() if name not in ("star", "clock")):
            self.instance.lock = {}
            return
        try:
            self.instance.lock = checked_lock(values)
        except ValidationError as error:
            self.add_error("lock_model", error)

    def _check_method(self, data: dict[str, Any]) -> None:
        account = data.get("account") or (self.instance.account if self.instance.pk else None)
        method = data.get("method")
        if account and method and method not in account.profile.methods:
            can = ", ".join(account.profile.methods)
            self.add_error("method", f"{account.profile.label} has no {method}; it has {can}.")

    def _ref_of_kitlock(self, data: dict[str, Any]) -> str:
        timecode, identifier = data.get("lock_timecode"), data.get("lock_identifier")
        if timecode and identifier:
            return f"{timecode}/{identifier}"
        self.add_error("ref", "Give the vendor's id, or the lock's timecode and identifier.")
        return ""
