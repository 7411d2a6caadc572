"""Budgets of paid calls: one page for all accounts, what was bought, and staff's word about them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from backoffice import ledger, outlook
from backoffice.admin.acts import Act, buttons_of
from backoffice.admin.base import RELATED, Days, ReadOnly
from backoffice.admin.forms import Because
from backoffice.admin.health import bar
from backoffice.admin.show import at, stamp
from backoffice.admin.zones import zone_of_row
from backoffice.clock import now as clock
from backoffice.flow.desk import calls
from backoffice.models import BoltOn, CounterStop, PaidCall, VendorAccount
from backoffice.outlook import Outlook

LAST = 10  # calls shown of each counter
PERMISSION = "backoffice.add_bolton"


class CounterForm(Because):
    """Which of an account's counters, and why."""

    counter = forms.ChoiceField(label="Which calls", widget=UnfoldAdminSelectWidget())
    field_order = ["counter", "reason"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        account = self.rows[0]
        known = [(counter, ledger.label(account, counter)) for counter in account.profile.budgets]
        self.fields["counter"].choices = known  # type: ignore[attr-defined]


class MonthInput(UnfoldAdminTextInputWidget):
    """A month, picked with the browser's own means."""

    input_type = "month"


class Bought(CounterForm):
    """Calls bought on top of a month's plan."""

    calls = forms.IntegerField(
        label="Calls bought", min_value=1, widget=UnfoldAdminIntegerFieldWidget(attrs={"min": 1})
    )
    month = forms.DateField(
        label="For the month",
        help_text="Months are those of UTC.",
        input_formats=["%Y-%m"],
        widget=MonthInput(),
    )
    field_order = ["counter", "calls", "month", "reason"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["month"].initial = f"{clock():%Y-%m}"


def _paid(row: Any) -> bool:
    return bool(row.profile.budgets)


BUY = Act(
    "buy-calls",
    "Calls bought",
    "Enter what you have bought at the vendor. Codes that wait for the budget are asked for at once.",
    PERMISSION,
    lambda row, given, word: _bought(calls.buy(row, given["counter"], given["calls"], given["month"], word)),
    Bought,
    icon="add_shopping_cart",
    offered=_paid,
    folded=True,
)
ASK_AGAIN = Act(
    "ask-again",
    "Ask the vendor again",
    "The vendor has said that this month's calls are spent. Do this when it will answer again: a wrong try "
    "is a counted call.",
    PERMISSION,
    lambda row, given, word: calls.ask_again(row, given["counter"], word),
    CounterForm,
    icon="replay",
    offered=lambda row: _paid(row) and bool(getattr(row, "ended", ())),
    folded=True,
)


def _bought(row: BoltOn) -> str:
    name = ledger.label(row.account, row.counter)
    return f"{row.calls} {name} calls are entered for {row.month:%B %Y}."


# -------------------------------------------------------------------------------------------------- the page


@dataclass(frozen=True, slots=True)
class Line:
    """One counter of an account, as the page shows it."""

    outlook: Outlook
    bar: SafeString
    calls: list[tuple[str, str, int]]  # when, about what, how many


def lines(account: VendorAccount) -> list[Line]:
    """The counters of an account with their last calls; [] where no calls are paid."""
    return [
        Line(one, bar(one.label, one.budget), _last(account, one.counter))
        for one in outlook.outlooks(account, clock())
    ]


def _last(account: VendorAccount, counter: str) -> list[tuple[str, str, int]]:
    rows = PaidCall.objects.filter(account=account, counter=counter).order_by("-at", "-pk")[:LAST]
    return [(stamp(row.at, zone_of_row(account)), row.subject, row.calls) for row in rows]


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Every account whose calls are paid, with its counters."""
    if not request.user.has_perm("backoffice.view_paidcall"):
        raise PermissionDenied
    keeper: Any = admin.site.get_model_admin(VendorAccount)
    rows = [row for row in keeper.get_queryset(request) if row.profile.budgets]
    cards = [{"row": row, "lines": lines(row), "buttons": _buttons(row, request)} for row in rows]
    context = {**admin.site.each_context(request), "title": "Budgets", "cards": cards}
    return render(request, "admin/latchkey/budgets.html", context)


def _buttons(row: VendorAccount, request: HttpRequest) -> list[dict[str, Any]]:
    wanted = {BUY.title, ASK_AGAIN.title}
    return [button for button in buttons_of(row, request, folded=True) if button["title"] in wanted]


@admin.register(BoltOn)
class BoltOnAdmin(ReadOnly):
    list_display = (at("bought_at"), "account", "counter", "calls", "month", "author", "reason")
    list_select_related = ("account", "author")
    list_filter = (("account", RELATED), "counter", ("bought_at", Days))
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("account", "counter", "calls", "month"),
                    (at("bought_at"), "author"),
                    ("reason",),
                )
            },
        ),
    )


@admin.register(CounterStop)
class CounterStopAdmin(ReadOnly):
    list_display = (at("at", "when"), "account", "counter", "month", "text", at("lifted_at"))
    list_select_related = ("account",)
    list_filter = (("account", RELATED), "counter")
    fieldsets = (
        (
            None,
            {"fields": (("account", "counter", "month"), ("text",), (at("at", "when"), at("lifted_at")))},
        ),
    )
