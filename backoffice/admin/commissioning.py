"""Setting a lock up: the sequence that is typed in, shown once, and the lock entered as a door."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from unfold.widgets import (
    UnfoldAdminPasswordWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from backoffice.admin.acts import Act
from backoffice.admin.forms import Because
from backoffice.flow.desk import locks
from backoffice.models import Venue
from integrations.types import InitRecord

PERMISSION = "backoffice.commission_door"
SET_UP = ("KL1060", "KL1060C2", "KL1550")


class SetupForm(Because):
    """What a sequence is asked for."""

    model = forms.ChoiceField(
        label="Lock model", choices=[(name, name) for name in SET_UP], widget=UnfoldAdminSelectWidget()
    )
    timezone = forms.CharField(
        label="Time zone",
        required=False,
        max_length=64,
        help_text="May be empty: whatever it says, the vendor sets the lock's clock to UTC.",
        widget=UnfoldAdminTextInputWidget(),
    )
    random_id = forms.BooleanField(
        label="A random identifier",
        required=False,
        initial=True,
        help_text="Off: the vendor's standard one. It stands in the sequence.",
        widget=UnfoldBooleanSwitchWidget(),
    )
    master_code = forms.CharField(
        label="Your own master code",
        required=False,
        help_text="4 to 8 digits; empty: the factory's. It is sent to the vendor and kept nowhere here.",
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )
    key = forms.CharField(widget=forms.HiddenInput(), max_length=40)
    field_order = ["model", "timezone", "random_id", "master_code", "reason"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["key"].initial = uuid.uuid4().hex
        self.fields["reason"].initial = "a new lock is set up"

    def add_error(self, field: str | None, error: Any) -> None:
        """What was refused may be sent again, on purpose: as another form."""
        super().add_error(field, error)
        self.data = {**self.data.dict(), "key": uuid.uuid4().hex}  # type: ignore[attr-defined]


class Twice(UnfoldAdminTextInputWidget):
    """Digits, typed and not filled in by the browser."""

    def __init__(self) -> None:
        super().__init__(attrs={"autocomplete": "off", "inputmode": "numeric", "onpaste": "return false"})


class EnterForm(Because):
    """A lock as its own numbers say, each typed twice."""

    name = forms.CharField(label="On which door", max_length=200, widget=UnfoldAdminTextInputWidget())
    venue = forms.ModelChoiceField(
        label="Venue", queryset=Venue.objects.all(), required=False, widget=UnfoldAdminSelectWidget()
    )
    model = forms.ChoiceField(
        label="Lock model", choices=[(name, name) for name in locks.MODELS], widget=UnfoldAdminSelectWidget()
    )
    timecode = forms.CharField(label="Timecode", max_length=20, help_text="12 digits", widget=Twice())
    timecode_again = forms.CharField(label="Timecode, once more", max_length=20, widget=Twice())
    identifier = forms.CharField(
        label="Identifier", max_length=20, help_text="6 digits, as typed into the lock", widget=Twice()
    )
    identifier_again = forms.CharField(label="Identifier, once more", max_length=20, widget=Twice())
    clock = forms.CharField(
        label="The lock's clock shows",
        max_length=64,
        initial="UTC",
        help_text="UTC after a setup by sequence; else an offset such as +01:00, or a zone.",
        widget=UnfoldAdminTextInputWidget(),
    )
    field_order = [
        "name",
        "venue",
        "model",
        "timecode",
        "timecode_again",
        "identifier",
        "identifier_again",
        "clock",
        "reason",
    ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].initial = "a new lock was set up"


def _sequence(row: Any, given: dict[str, Any], word: Any) -> str:
    names = ("model", "timezone", "random_id", "master_code", "key")
    return _told(locks.commission(row, locks.Setup(**{name: given[name] for name in names}), word))


def _told(record: InitRecord) -> str:
    timecode = record.timecode or record.timecode_text
    lines = [
        record.sequence,
        f"How it reads: {record.format_text or record.format}",
        f"Timecode: {timecode}",
        f"Factory's master code: {record.default_master_code}" if record.default_master_code else "",
    ]
    return "\n".join(line for line in lines if line)


def _entered(row: Any, given: dict[str, Any], word: Any) -> str:
    values = {name: given[name] for name in EnterForm.field_order or [] if name != "reason"}
    door = locks.enter_lock(row, locks.NewLock(**values), word)
    return f"{door} is entered. Try a code at the lock before a guest does, then put the door on a path."


def _offered(row: Any) -> bool:
    return "commissioning" in row.profile.desk


ENTER = Act(
    "enter-lock",
    "Enter a lock",
    "Makes a door of a lock that was set up. Type both numbers twice: with a mistake the vendor gives codes "
    "all the same, and they open nothing.",
    PERMISSION,
    _entered,
    EnterForm,
    icon="door_front",
    offered=_offered,
    folded=True,
)
COMMISSION = Act(
    "commission",
    "Set up a lock",
    "Asks the vendor for the sequence that sets up a new KitLock: one paid Utility call. It sets the lock's "
    "clock, so ask when you stand at the keypad. It is shown once and kept nowhere.",
    PERMISSION,
    _sequence,
    SetupForm,
    icon="dialpad",
    offered=_offered,
    after=lambda row: None,
    shows=True,
    folded=True,
    template="admin/latchkey/sequence.html",
    more=lambda row, given: {
        "entry": EnterForm(rows=[row], initial={"model": given["model"]}),
        "entering": ENTER,
    },
)
