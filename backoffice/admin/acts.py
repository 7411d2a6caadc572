"""Staff's acts on chosen rows: a page that asks for the reason, then one call to flow/overrule.py each.

The rule whether an act is possible is not here: `overrule` says NotPossible, and the person reads why.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from unfold.enums import ActionVariant

from backoffice import tasks
from backoffice.admin.forms import Because, Plain
from backoffice.admin.names import named
from backoffice.admin.unfolded import ModelAdmin
from backoffice.admin.zones import common_zone
from backoffice.clock import now as clock
from backoffice.word import NotPossible, Word

MOST = 200  # rows in one act

Given = dict[str, Any]


def always(row: Any) -> bool:
    """An act that is offered for every row."""
    del row
    return True


def no_more(row: Any, given: Given) -> Given:
    """A page that shows the text alone."""
    del row, given
    return {}


def follow_up(row: Any) -> None:
    """Let the next plan obey at once."""
    del row
    tasks.follow.delay_on_commit()


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that staff can do with a row."""

    verb: str  # in the address
    title: str  # on the button
    does: str  # what it does and what it does not, for the page that asks
    permission: str
    do: Callable[[Any, Given, Word], Any]  # gives a text when there is more to say than that it is done
    form: type[Plain] = Because
    icon: str = "gavel"
    first: bool = False  # the act that a row of this kind is opened for
    danger: bool = False
    offered: Callable[[Any], bool] = always  # whether its button stands on a row's page
    after: Callable[[Any], None] = follow_up
    shows: bool = False  # the text is a secret: shown once, on a page that nobody keeps; one row at a time
    template: str = "admin/latchkey/shown.html"  # of that page
    more: Callable[[Any, Given], Given] = no_more  # what else that page shows, by the row and the form
    folded: bool = False  # its button stands in a section of the row's page, and in no list


@dataclass(slots=True)
class Outcome:
    """What came of an act on several rows."""

    done: list[Model] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    given: Given = field(default_factory=dict)


class WithActs(ModelAdmin):
    """A table whose rows staff can act on, from the list and from a row's page."""

    acts: tuple[Act, ...] = ()
    act_related: tuple[str, ...] = ()  # select_related for the rows acted on

    def get_urls(self) -> list[URLPattern]:
        """The usual addresses, and the page that asks."""
        view = self.admin_site.admin_view(self.act_view)
        return [path("act/<slug:verb>/", view, name=self._act_name()), *super().get_urls()]

    def _act_name(self) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_act"

    def act_address(self, act: Act, *pks: Any, back: str = "") -> str:
        """Where an act on these rows is asked about; `back` is where to go when it is done."""
        query = {"ids": ",".join(map(str, pks)), **({"next": back} if back else {})}
        return reverse(f"admin:{self._act_name()}", args=[act.verb]) + "?" + urlencode(query)

    def acts_for(self, request: HttpRequest) -> list[Act]:
        """The acts that this person may do."""
        return [act for act in self.acts if request.user.has_perm(act.permission)]

    # ------------------------------------------------------------------------------- where they are offered

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """The acts that can be done with several rows at once."""
        return {
            act.verb: (partial(_ask, act), act.verb, act.title)
            for act in self.acts_for(request)
            if not (act.shows or act.folded) and "_popup" not in request.GET
        }

    def buttons(
        self, request: HttpRequest, row: Any, back: str = "", *, folded: bool = False
    ) -> list[dict[str, Any]]:
        """The acts that a row's page offers at its head, or (`folded`) below."""
        return [
            {
                "title": act.title,
                "icon": act.icon,
                "variant": ActionVariant.PRIMARY if act.first else ActionVariant.DEFAULT,
                "attrs": {},
                "path": self.act_address(act, row.pk, back=back),
                "does": act.does,
            }
            for act in self.acts_for(request)
            if act.folded == folded and act.offered(row)
        ]

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        """The row's page with its buttons."""
        row = kwargs.get("obj")
        if row is not None:
            context["actions_detail"] = self.buttons(request, row)
        return super().render_change_form(request, context, *args, **kwargs)

    # ------------------------------------------------------------------------------------ asking and doing

    def act_view(self, request: HttpRequest, verb: str) -> HttpResponse:
        """Ask for the reason (GET), carry the act out (POST)."""
        act = next((act for act in self.acts if act.verb == verb), None)
        if act is None:
            raise Http404
        if not (request.user.has_perm(act.permission) and self.has_view_permission(request)):
            raise PermissionDenied
        rows = self._chosen(request, act)
        zone = common_zone(rows)
        with timezone.override(zone):
            form = act.form(request.POST if request.method == "POST" else None, rows=rows)
            if form.is_valid():
                outcome = self._carry_out(request, act, rows, form)
                if not (outcome.refused and len(rows) == 1):
                    return self._done(request, act, rows, outcome)
                form.add_error(None, outcome.refused[0])
            return self._page(request, "admin/latchkey/act.html", act, rows, form=form, zone=zone)

    def _chosen(self, request: HttpRequest, act: Act) -> list[Any]:
        """The rows of the address, as far as this person sees them; 404 when there are none."""
        pks = [int(pk) for pk in request.GET.get("ids", "").split(",") if pk.isdecimal()]
        rows = self.get_queryset(request).filter(pk__in=pks[: 1 if act.shows else MOST])
        chosen = list(rows.select_related(*self.act_related) if self.act_related else rows)
        if not chosen:
            raise Http404
        return chosen

    def _carry_out(self, request: HttpRequest, act: Act, rows: list[Any], form: Plain) -> Outcome:
        given = form.cleaned_data
        outcome = Outcome(given=given)
        for row in rows:
            try:
                said = act.do(row, given, _word(request, given))
            except NotPossible as error:
                outcome.refused.append(str(error) if len(rows) == 1 else f"{named(row)}: {error}")
                continue
            outcome.done.append(row)
            if isinstance(said, str):
                outcome.said.append(said)
            act.after(row)
        return outcome

    def _done(self, request: HttpRequest, act: Act, rows: list[Any], outcome: Outcome) -> HttpResponse:
        if act.shows:
            back = self._back(request, rows)
            page = {"secret": outcome.said[0], "back": back, **act.more(rows[0], outcome.given)}
            return self._page(request, act.template, act, rows, **page)
        for text in outcome.refused:
            messages.error(request, text)
        if outcome.done:
            messages.success(request, _report(act, outcome))
        return HttpResponseRedirect(self._back(request, rows))

    def _back(self, request: HttpRequest, rows: list[Any]) -> str:
        """The page from which the act was asked for, never another site's."""
        asked = request.GET.get("next", "")
        if asked and url_has_allowed_host_and_scheme(asked, allowed_hosts=None):
            return asked
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}"
        return (
            reverse(f"{name}_change", args=[rows[0].pk]) if len(rows) == 1 else reverse(f"{name}_changelist")
        )

    def _page(
        self, request: HttpRequest, template: str, act: Act, rows: list[Any], **more: Any
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": act.title,
            "act": act,
            "rows": rows,
            "back": self._back(request, rows),
            **more,
        }
        answer = render(request, template, context)
        answer["Cache-Control"] = "no-store"
        return answer


def buttons_of(row: Model, request: HttpRequest, *, folded: bool = False) -> list[dict[str, Any]]:
    """What this person may do with a row, coming back to the page where it is shown."""
    keeper: Any = admin.site.get_model_admin(type(row))
    return keeper.buttons(request, row, back=request.path, folded=folded)


def _word(request: HttpRequest, given: Given) -> Word:
    return Word(author=request.user, reason=given.get("reason", ""), now=clock())  # type: ignore[arg-type]  # signed in


def _report(act: Act, outcome: Outcome) -> str:
    if len(outcome.done) == 1:
        return outcome.said[0] if outcome.said else f"{act.title}: done for {named(outcome.done[0])}."
    return f"{act.title}: done for {len(outcome.done)}."


def _ask(act: Act, admin: WithActs, request: HttpRequest, rows: QuerySet[Any]) -> HttpResponse | None:
    """From rows chosen in a list to the page that asks."""
    pks = list(rows.values_list("pk", flat=True)[: MOST + 1])
    if len(pks) > MOST:
        messages.error(request, f"At most {MOST} at once: choose fewer, or filter the list.")
        return None
    return redirect(admin.act_address(act, *pks))
