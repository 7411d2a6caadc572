from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.contrib.admin import display
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from backoffice.admin.acts import Act, Outcome, WithActs
from backoffice.admin.base import CHOICE, RELATED, Table
from backoffice.admin.show import at, chip, masked, stacked
from backoffice.clock import now as clock
from backoffice.flow import feeds
from backoffice.models import Feed, Room, Venue
from backoffice.models.places import Scope
from backoffice.word import Word

CHANGE = "backoffice.change_feed"


def in_use(row: Feed) -> bool:
    """Whether something is to be seen there."""
    return row.withdrawn_at is None


def _nothing(row: Any) -> None:
    del row  # no plan depends on a feed


REVEAL = Act(
    "reveal",
    "Reveal the address",
    "Shows the address once. Whoever has it sees the calendar, without signing in. That you saw it, when and "
    "why stays on record.",
    "backoffice.reveal_feed",
    lambda row, given, word: feeds.reveal(row, word),
    icon="visibility",
    first=True,
    offered=in_use,
    after=_nothing,
    shows=True,
)
RENEW = Act(
    "renew",
    "Renew the address",
    "The old address shows nothing from now on; reveal the new one and give it to those who are to have it.",
    CHANGE,
    lambda row, given, word: f"{feeds.renew(row, word)} has a new address.",
    icon="autorenew",
    offered=in_use,
    after=_nothing,
)
WITHDRAW = Act(
    "withdraw",
    "Withdraw",
    "The address shows nothing from now on, for good. Calendars subscribed to it go empty or stale.",
    CHANGE,
    lambda row, given, word: f"{feeds.withdraw(row, word)} is withdrawn.",
    icon="link_off",
    danger=True,
    offered=in_use,
    after=_nothing,
)


class FeedForm(forms.ModelForm[Feed]):
    """What is to be seen, how much of it, and who gets the address."""

    place = forms.ChoiceField(label="Of what", widget=UnfoldAdminSelectWidget())
    note = forms.CharField(
        label="Who gets the address, and why",
        max_length=200,
        widget=UnfoldAdminTextInputWidget(),
        help_text="It stays on record with your name.",
    )

    class Meta:
        model = Feed
        fields = ("scope",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["place"].choices = [  # type: ignore[attr-defined]  # a choice field
            *((f"venue {venue.pk}", f"{venue}: all rooms") for venue in Venue.objects.all()),
            *((f"room {r.pk}", f"{r.venue}: {r}") for r in Room.objects.select_related("venue")),
        ]

    def chosen(self) -> Venue | Room:
        """The venue or room that was chosen."""
        kind, _, pk = self.cleaned_data["place"].partition(" ")
        return Venue.objects.get(pk=pk) if kind == "venue" else Room.objects.get(pk=pk)


@admin.register(Feed)
class FeedAdmin(WithActs, Table):
    form = FeedForm
    acts = (REVEAL, RENEW, WITHDRAW)
    act_related = ("venue", "room")
    list_display = ("place", "scope_chip", "note", "made_by", at("made_at", "since"), "state_chip", "address")
    list_select_related = ("venue", "room__venue", "made_by")
    list_filter = (("scope", CHOICE), ("venue", RELATED), ("withdrawn_at", admin.EmptyFieldListFilter))
    search_fields = ("venue__name", "room__name", "note")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """A new one is asked for; one that is there is only looked at."""
        if obj is None:
            return ((None, {"fields": ("place", "scope", "note")}),)
        there = (
            ("place", "scope_chip", "state_chip"),
            ("note", "made_by", at("made_at", "since")),
            "address",
        )
        return ((None, {"fields": there}),)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody: it is renewed or withdrawn."""
        del request, obj
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody: what was given out stays on record."""
        del request, obj
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Feed]:
        """Feeds with their places."""
        return super().get_queryset(request).select_related(*self.list_select_related)

    def save_model(self, request: HttpRequest, obj: Feed, form: Any, change: bool) -> None:  # noqa: FBT001 Django's
        """A new address, on record."""
        del change
        word = Word(request.user, form.cleaned_data["note"], clock())  # type: ignore[arg-type]  # signed in
        made = feeds.offer(form.chosen(), form.cleaned_data["scope"], word)
        obj.__dict__.update(made.__dict__)

    def _done(self, request: HttpRequest, act: Act, rows: list[Any], outcome: Outcome) -> HttpResponse:
        """The address is shown whole, with the site's own in front."""
        if act is REVEAL:
            outcome.said = [address(request, outcome.said[0])]
        return super()._done(request, act, rows, outcome)

    @display(description="of what", ordering="venue__name")
    def place(self, row: Feed) -> Any:
        return stacked(row.room or row.venue, row.venue if row.room else "all rooms")

    @display(description="shows", ordering="scope")
    def scope_chip(self, row: Feed) -> Any:
        colour = {Scope.FULL: "orange", Scope.NO_CONTACT: "blue"}.get(Scope(row.scope), "grey")
        return chip(row.get_scope_display(), colour)

    @display(description="state", ordering="withdrawn_at")
    def state_chip(self, row: Feed) -> Any:
        return chip("in use", "green") if in_use(row) else chip("withdrawn", "grey")

    @display(description="address")
    def address(self, row: Feed) -> str:
        return masked(in_use(row))


def address(request: HttpRequest, path: str) -> str:
    """A path as the outside sees it."""
    public = str(settings.PUBLIC_URL).rstrip("/")
    return f"{public}{path}" if public else request.build_absolute_uri(path)
