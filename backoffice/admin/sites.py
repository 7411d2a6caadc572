"""What staff have a lock vendor do and tell from the account's page: written times, doors, live facts."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from backoffice import outlook, tasks
from backoffice.admin import budgets
from backoffice.admin.acts import Act, buttons_of
from backoffice.admin.base import RELATED, Days, ReadOnly
from backoffice.admin.commissioning import COMMISSION, ENTER
from backoffice.admin.forms import Because
from backoffice.admin.show import at, chip, stacked
from backoffice.flow.desk import facts, site
from backoffice.models import Door, VendorAccount, ZoneProof

ASKING = "backoffice.refresh_vendoraccount"


class Spare(Because):
    """Whom the trial may write on."""

    spare = forms.CharField(
        label="Key of a disabled spare user",
        required=False,
        max_length=100,
        help_text="Its id_num at the vendor. Empty: a disabled user is made for it.",
        widget=UnfoldAdminTextInputWidget(),
    )
    field_order = ["spare", "reason"]


class NewDoors(Because):
    """Names of doors to be made."""

    names = forms.CharField(
        label="Names", help_text="One on a line.", widget=UnfoldAdminTextareaWidget(attrs={"rows": 4})
    )
    field_order = ["names", "reason"]


class OfDoor(Because):
    """One of the account's doors, or all of them."""

    door = forms.ModelChoiceField(
        label="Which lock",
        queryset=Door.objects.none(),
        required=False,
        empty_label="all of the account",
        widget=UnfoldAdminSelectWidget(),
    )
    field_order = ["door", "reason"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        listed = Door.objects.filter(account=self.rows[0], gone_at=None, ref__regex="^[0-9a-fA-F]{32}$")
        self.fields["door"].queryset = listed  # type: ignore[attr-defined]


class Asked(OfDoor):
    """What the vendor is asked now."""

    what = forms.ChoiceField(label="What", widget=UnfoldAdminSelectWidget())
    model = forms.CharField(
        label="Lock model",
        required=False,
        max_length=20,
        help_text="For what is about a model, such as KL1060.",
        widget=UnfoldAdminTextInputWidget(),
    )
    who = forms.CharField(
        label="Who",
        required=False,
        max_length=100,
        help_text="For what is about one card holder: the key (id_num) or the number at the vendor.",
        widget=UnfoldAdminTextInputWidget(),
    )
    field_order = ["what", "door", "model", "who", "reason"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        account = self.rows[0]
        self.fields["what"].choices = facts.facts_of(account)  # type: ignore[attr-defined]
        self.fields["door"].empty_label = "none"  # type: ignore[attr-defined]
        if "lock_facts" not in account.profile.desk:
            del self.fields["door"], self.fields["model"]
        if "site" not in account.profile.desk:
            del self.fields["who"]


def _read_memory(row: Any, given: dict[str, Any], word: Any) -> str:
    door = given["door"]
    facts.want_memory(row, door, word)
    tasks.read_memory.delay_on_commit(row.pk, door.pk if door else None)
    return "It is being read; what the locks noted is among the door events."


def _refresh(row: Any) -> None:
    tasks.refresh_account.delay_on_commit(row.pk)


def _can(able: str) -> Any:
    return lambda row: able in row.profile.desk


PROVE = Act(
    "prove-zone",
    "Prove the time zone",
    "Writes two known times on a disabled spare user, reads them back, and puts the user back as it was. So "
    "it is known whether doors open at the hours that are written.",
    "backoffice.add_zoneproof",
    lambda row, given, word: f"{site.prove_zone(row, given['spare'], word).note}.",
    Spare,
    icon="schedule",
    offered=_can("zone_proof"),
    folded=True,
)
DOORS = Act(
    "create-doors",
    "Make doors",
    "Makes doors at the vendor by name; one that is there already is not made again. A door opens for nobody "
    "until an access level has it.",
    "backoffice.add_door",
    lambda row, given, word: site.create_doors(row, given["names"].splitlines(), word).text,
    NewDoors,
    icon="add_home",
    offered=_can("site"),
    after=_refresh,
    folded=True,
)
MEMORY = Act(
    "read-memory",
    "Read the locks' memory",
    "Asks what K3 locks have noted by themselves. Every page of every lock is a paid Utility call.",
    ASKING,
    _read_memory,
    OfDoor,
    icon="history",
    offered=_can("lock_memory"),
    after=lambda row: None,
    folded=True,
)
ASK = Act(
    "ask",
    "Ask the vendor",
    "Asks now for what is not mirrored here. Where calls are paid for, each question is one or two of them.",
    ASKING,
    lambda row, given, word: facts.ask(
        given["what"],
        facts.Question(row, word, given.get("door"), given.get("model", ""), given.get("who", "")),
    ),
    Asked,
    icon="contact_support",
    offered=lambda row: bool(facts.facts_of(row)),
    after=lambda row: None,
    shows=True,
    folded=True,
    template="admin/latchkey/told.html",
)
ACTS = (budgets.BUY, budgets.ASK_AGAIN, COMMISSION, ENTER, PROVE, DOORS, MEMORY, ASK)


def section(request: HttpRequest, row: VendorAccount) -> dict[str, Any]:
    """What an account's page shows below its form: budgets, written times, what can be asked for."""
    may_see = request.user.has_perm("backoffice.view_paidcall")
    return {
        "budget_lines": budgets.lines(row) if may_see else [],
        "written_times": zone_chip(row) if "zone_proof" in row.profile.desk else "",
        "desk_acts": buttons_of(row, request, folded=True),
    }


def written_times(account: VendorAccount) -> Any:
    """The same for a door of the account; nothing where no times are written."""
    if "zone_proof" not in account.profile.desk:
        return None
    found = zone_chip(account)
    return stacked(found["chip"], found["why"])


def zone_chip(row: VendorAccount) -> dict[str, Any]:
    """Whether the times that are written to an account mean what its zone says."""
    proof = outlook.zone_proofs([row]).get(row.pk)
    word, colour = ("never tried", "grey") if proof is None else ("refused", "red")
    if proof and proof.proven:
        word, colour = "proven", "green"
    return {"chip": chip(word, colour), "why": outlook.zone_words(row, proof)}


@admin.register(ZoneProof)
class ZoneProofAdmin(ReadOnly):
    list_display = (at("at", "when"), "account", "timezone", "proven", "restored", "note", "author")
    list_select_related = ("account", "author")
    list_filter = (("account", RELATED), "proven", ("at", Days))
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("account", "timezone", at("at", "when")),
                    ("proven", "restored", "author"),
                    ("note",),
                    ("readings",),
                )
            },
        ),
    )
