"""Connecting an account in the browser: to the vendor's page and back, or a token from its panel."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods
from unfold.enums import ActionVariant
from unfold.widgets import UnfoldAdminTextareaWidget

from backoffice import accounts, tasks
from backoffice.admin.acts import Act
from backoffice.admin.forms import Because
from backoffice.clock import now as clock
from backoffice.flow import consent
from backoffice.flow.desk import trial
from backoffice.models import VendorAccount
from backoffice.word import NotPossible, Word

PERMISSION = "backoffice.change_vendoraccount"


class Tried(Because):
    """A trial: the usual reason stands there already."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].initial = "to see whether it works"


TRY = Act(
    "try",
    "Try the connection",
    "The vendor is asked whether address, version and token work, and whose token it is. Nothing is changed.",
    "backoffice.refresh_vendoraccount",
    lambda row, given, word: trial.try_out(row, word),
    Tried,
    icon="network_check",
    offered=lambda row: "trial" in row.profile.desk and row.enabled and row.stopped_at is None,
    after=lambda row: None,
)


class Why(Because):
    """Why an account is connected: the usual reason stands there already."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].initial = "to connect the account"


class Pasted(Why):
    """A token that the vendor's panel shows."""

    token = forms.CharField(
        label="Token",
        help_text="All that the panel shows, from { to }. It is stored encrypted and never shown.",
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 4, "autocomplete": "off", "spellcheck": "false"}),
    )
    field_order = ["token", "reason"]


def buttons(request: HttpRequest, row: VendorAccount) -> list[dict[str, Any]]:
    """The way to connect an account, where its vendor knows one and this person may."""
    if row.profile.consent is None or not request.user.has_perm(PERMISSION):
        return []
    known = accounts.connected(row)
    wanted = not known or bool(row.stopped_at)
    return [
        {
            "title": "Reconnect" if known else "Connect",
            "icon": "link",
            "variant": ActionVariant.PRIMARY if wanted else ActionVariant.DEFAULT,
            "attrs": {},
            "path": reverse("connect_account", args=[row.pk]),
        }
    ]


def callback_address(request: HttpRequest) -> str:
    """Where a vendor's consent leads back to: the address to be registered there."""
    return request.build_absolute_uri(reverse("account_connected"))


@require_http_methods(["GET", "POST"])
def connect(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what connecting does (GET); go to the vendor's page or store a pasted token (POST)."""
    account = _account(request, pk)
    sent = request.POST if request.method == "POST" else None
    pasting = sent is not None and "token" in sent
    why = Why(None if pasting else sent, rows=[])
    pasted = Pasted(sent if pasting else None, rows=[], auto_id="pasted_%s")
    form = pasted if pasting else why
    if form.is_valid():
        try:
            return _carry_out(request, account, form)
        except NotPossible as error:
            form.add_error("token" if pasting else None, str(error))
    return _page(request, account, why, pasted)


@require_GET
def connected(request: HttpRequest) -> HttpResponse:
    """Where the vendor leads back to: store what the answer is worth, and go on to the account's page."""
    if not request.user.has_perm(PERMISSION):
        raise PermissionDenied
    author: Any = request.user
    try:
        account = consent.finish(
            request.session, request.GET.dict(), callback_address(request), author, clock()
        )
    except NotPossible as error:
        messages.error(request, str(error))
        return _unseen(_where_it_began(error))
    return _unseen(_done(request, account))


def _where_it_began(error: NotPossible) -> HttpResponse:
    """The page of the account that was to be connected; the list where nobody knows which."""
    if isinstance(error, consent.NotConnected):
        return redirect("admin:backoffice_vendoraccount_change", error.account.pk)
    return redirect("admin:backoffice_vendoraccount_changelist")


def _account(request: HttpRequest, pk: int) -> VendorAccount:
    if not request.user.has_perm(PERMISSION):
        raise PermissionDenied
    account = get_object_or_404(VendorAccount, pk=pk)
    if account.profile.consent is None:
        raise Http404
    return account


def _carry_out(request: HttpRequest, account: VendorAccount, form: Because) -> HttpResponse:
    given = form.cleaned_data
    word = Word(author=request.user, reason=given["reason"], now=clock())  # type: ignore[arg-type]  # signed in
    here = callback_address(request)
    if isinstance(form, Pasted):
        return _done(request, consent.paste(account, given["token"], here, word))
    return _unseen(HttpResponseRedirect(consent.begin(account, request.session, here, word)))


def _done(request: HttpRequest, account: VendorAccount) -> HttpResponse:
    messages.success(request, f"{account}: authorization completed.")
    if account.enabled:
        tasks.refresh_account.delay_on_commit(account.pk, full=True)
    else:
        messages.warning(request, f"{account} is switched off: switch it on to have it read.")
    return redirect("admin:backoffice_vendoraccount_change", account.pk)


def _page(request: HttpRequest, account: VendorAccount, why: Why, pasted: Pasted) -> HttpResponse:
    here = callback_address(request)
    stored = (account.secrets or {}).get(consent.ADDRESS, "")
    context = {
        **admin.site.each_context(request),
        "title": f"Connect {account}",
        "account": account,
        "why": why,
        "pasted": pasted if account.profile.consent and account.profile.consent.paste else None,
        "here": here,
        "other": stored if stored and stored != here else "",
        "missing": [name for name in account.profile.entered if not (account.secrets or {}).get(name)],
        "back": reverse("admin:backoffice_vendoraccount_change", args=[account.pk]),
    }
    answer = render(request, "admin/latchkey/connect.html", context)
    answer["Cache-Control"] = "no-store"  # its form must tell its origin, so no word about referrers
    return answer


def _unseen(answer: HttpResponse) -> HttpResponse:
    """An answer that no cache keeps and whose address no other site is told."""
    answer["Cache-Control"] = "no-store"
    answer["Referrer-Policy"] = "no-referrer"
    return answer
