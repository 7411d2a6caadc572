from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import admin
from django.contrib.admin import display
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join

from backoffice import pools
from backoffice.admin.acts import Act, buttons_of
from backoffice.admin.base import RELATED, Days, ReadOnly, ReadOnlyInline, ReadOnlyWithActs
from backoffice.admin.fob_acts import (
    ACTS,
    BROKEN,
    CHECK_IN,
    FOUND,
    HAND_OUT,
    LEND,
    LOST,
    REPAIRED,
    SWAP,
    current,
)
from backoffice.admin.names import link
from backoffice.admin.show import EMPTY, at, chip, gone, span, stacked, stamp, window
from backoffice.admin.zones import zone_of_row
from backoffice.clock import now as clock
from backoffice.models import EntryEvent, Fob, FobLoan, IssuedCode, StaffAct
from backoffice.states import CodeState
from integrations.types import Method

NEXT = (FOUND, REPAIRED, HAND_OUT, CHECK_IN, LEND)  # the first that can be done is what most likely will be
SHOWN = 8  # lines of what staff did


def who(loan: FobLoan) -> str:
    """Who has the fob, or is to get it."""
    occurrence, person = loan.grant.occurrence, loan.grant.person
    if occurrence:
        return f"{occurrence.booking.customer or 'nobody named'}, {occurrence.booking.ref}"
    return person.person_name if person else EMPTY


def standing(fob: Fob) -> Any:
    """Where the fob is now, as a coloured word and who has it."""
    loan, zone = current(fob), zone_of_row(fob)
    if fob.lost_at:
        shut = "shut at its vendor" if fob.shut_at and fob.shut_at >= fob.lost_at else "may open doors still"
        since = f"since {stamp(fob.lost_at, zone)}, {shut}"
        return stacked(chip(fob.out_of_use, "red"), since, fob.lost_reason)
    if fob.gone_at:
        return chip("no longer listed", "grey")
    if loan is None:
        return chip("in stock", "green")
    zone = zone_of_row(loan)
    over = loan.ends_at <= clock() or (loan.code is not None and loan.code.state in pools.OVER)
    if pools.is_out(loan):
        word = chip("overdue", "red") if over else chip("out", "blue")
        return stacked(word, f"{who(loan)}, until {stamp(loan.ends_at, zone)}")
    ready = loan.code is not None and loan.code.state == CodeState.ACTIVE
    word = chip("to hand out", "orange") if ready else chip("being lent", "blue")
    return stacked(word, f"{who(loan)}, {span(loan.starts_at, loan.ends_at, zone)}")


class StandingFilter(admin.SimpleListFilter):
    """Where fobs are."""

    title = "where it is"
    parameter_name = "standing"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """What can be chosen."""
        del request, model_admin
        return [(name, name.capitalize().replace("_", " ")) for name in self._choices()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Fob]) -> QuerySet[Fob]:
        """Fobs by their loan."""
        del request
        return queryset.filter(self._choices().get(self.value() or "", Q()))

    def _choices(self) -> dict[str, Q]:
        now = clock()
        return {
            "to_hand_out": Q(pk__in=pools.to_hand_out(now + 2 * pools.DAY, now).values("fob")),
            "out": Q(pk__in=pools.open_loans().filter(pools.OUT).values("fob")),
            "overdue": Q(pk__in=pools.overdue(now).values("fob")),
            "lost": Q(lost_at__isnull=False, broken=False),
            "broken": Q(broken=True),
        }


class LoansInline(ReadOnlyInline):
    model = FobLoan
    verbose_name_plural = "loans, the newest first"
    fields = (window("lent"), "guest", "handed", "returned")
    ordering = ("-pk",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[FobLoan]:
        """Loans with their guests and the staff who handed them out."""
        related = ("grant__door__venue", "grant__person", "grant__occurrence__booking__customer")
        rows = super().get_queryset(request).select_related(*related, "handed_by", "returned_by")
        return rows.defer("grant__occurrence__booking__raw")

    @display(description="to")
    def guest(self, row: FobLoan) -> Any:
        return stacked(who(row), link(row.grant))

    @display(description="handed out")
    def handed(self, row: FobLoan) -> Any:
        return _moment(row, row.handed_at, row.handed_by)

    @display(description="back")
    def returned(self, row: FobLoan) -> Any:
        by = row.returned_by or ("nobody came for it, or it was taken back before" if row.returned_at else "")
        return _moment(row, row.returned_at, by)


def _moment(row: FobLoan, at_: Any, by: Any) -> Any:
    return stacked(stamp(at_, zone_of_row(row)), f"by {by}" if getattr(by, "pk", None) else by or "")


@admin.register(Fob)
class FobAdmin(ReadOnlyWithActs):
    acts = ACTS
    act_related = ("account", "venue")
    list_display = ("name", "standing", "venue", "card_number", "account", gone())
    list_filter = (StandingFilter, ("venue", RELATED), ("account", RELATED))
    search_fields = ("ref", "name", "key", "card_number", "loans__grant__occurrence__booking__ref")
    search_help_text = "name, number, the vendor's id or a booking's number"
    ordering = ("name", "ref")
    inlines = (LoansInline,)
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("name", "standing", "venue"),
                    ("last_seen", "did"),
                )
            },
        ),
        (
            "At the vendor",
            {
                "fields": (
                    ("ref", "account", "key"),
                    ("card_number", "enabled", window("valid")),
                    (gone(),),
                )
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Fob]:
        """Fobs with all their loans, read at once."""
        return pools.with_loans(super().get_queryset(request))

    def get_list_display(self, request: HttpRequest) -> Any:
        """The columns; for those who hand fobs out, what is to be done next, one click away."""
        if not request.user.has_perm(HAND_OUT.permission):
            return self.list_display
        return (*self.list_display[:2], "next_act", *self.list_display[2:])

    @display(description="now")
    def standing(self, row: Fob) -> Any:
        return standing(row)

    @display(description="do")
    def next_act(self, row: Fob) -> Any:
        offered = [act for act in NEXT if act.offered(row)][:1]
        back = reverse("admin:backoffice_fob_changelist")
        links = [(self.act_address(act, row.pk, back=back), act.title) for act in offered]
        return format_html_join(" ", '<a class="text-link" href="{}">{}</a>', links) or EMPTY

    @display(description="last seen at a door")
    def last_seen(self, row: Fob) -> Any:
        events = EntryEvent.objects.filter(account=row.account_id, card_number=row.card_number)
        last = events.select_related("door__venue").defer("raw").order_by("-happened_at").first()
        if last is None or not row.card_number:
            return EMPTY
        return stacked(f"{last.door or 'a door'}, {stamp(last.happened_at, zone_of_row(last))}", last.outcome)

    @display(description="what staff did")
    def did(self, row: Fob) -> Any:
        acts = StaffAct.objects.filter(target=f"fob {row.pk}").select_related("author")[:SHOWN]
        return stacked(*(_told(act, zone_of_row(row)) for act in acts))


def _told(act: StaffAct, zone: ZoneInfo) -> Any:
    verb = f"{act.verb}, it is broken" if act.detail.get("broken") else act.verb
    return format_html("{}, {}: {} ({})", stamp(act.at, zone), act.author, verb, act.reason)


@admin.register(FobLoan)
class FobLoanAdmin(ReadOnly):
    list_display = ("fob", "guest", "door", window("lent"), at("handed_at"), at("returned_at", "back"))
    list_filter = (("starts_at", Days), ("fob", RELATED))
    search_fields = ("fob__name", "fob__ref", "grant__occurrence__booking__ref")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("fob", "guest", "door"),
                    (window("lent"), "holder_key"),
                    (at("handed_at"), "handed_by"),
                    (at("returned_at", "back"), "returned_by"),
                )
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[FobLoan]:
        """Loans with their guests and doors."""
        related = ("fob", "grant__door__venue", "grant__person", "grant__occurrence__booking__customer")
        rows = super().get_queryset(request).select_related(*related)
        return rows.defer("grant__occurrence__booking__raw")

    @display(description="to")
    def guest(self, row: FobLoan) -> str:
        return who(row)

    @display(description="for")
    def door(self, row: FobLoan) -> Any:
        return link(row.grant)


def lines(
    request: HttpRequest, loans: QuerySet[FobLoan], most: int, acts: Iterable[Act]
) -> list[dict[str, Any]]:
    """Loans for the first page: the fob, who it is about, from when to when, and what can be done."""
    related = ("fob__account", "fob__venue", "code", "grant__door__venue", "grant__person")
    rows = loans.select_related(*related, "grant__occurrence__booking__customer")
    rows = rows.defer("code__secret", "grant__occurrence__booking__raw").prefetch_related("fob__loans__code")
    titles = {act.title for act in acts}
    return [
        {
            "fob": loan.fob,
            "who": who(loan),
            "where": loan.grant.door,
            "when": span(loan.starts_at, loan.ends_at, zone_of_row(loan)),
            "buttons": [one for one in buttons_of(loan.fob, request) if one["title"] in titles],
        }
        for loan in rows[:most]
    ]


def at_hand(codes: Iterable[IssuedCode], request: HttpRequest) -> dict[str, tuple[Any, list[dict[str, Any]]]]:
    """For a booking's page, by holder: the fob that he has or gets, where it is, and what is to be done."""
    holders = {code.holder_key for code in codes if code.method == Method.FOB and code.holder_key}
    loans = pools.open_loans().filter(holder_key__in=holders)
    fobs = pools.with_loans(Fob.objects.filter(pk__in=loans.values("fob"))) if holders else []
    titles = {act.title for act in (HAND_OUT, CHECK_IN, SWAP, LOST, BROKEN)}
    found = {}
    for fob in fobs:
        loan = current(fob)
        if loan is not None and loan.holder_key in holders:
            buttons = [one for one in buttons_of(fob, request) if one["title"] in titles]
            found[loan.holder_key] = (stacked(link(fob), standing(fob)), buttons)
    return found


def cards(request: HttpRequest, now: datetime, until: datetime, most: int) -> dict[str, Any]:
    """What the first page says of fobs: those not back in time, out, and to be handed out before `until`."""
    return {
        "fobs_out": lines(request, pools.out(now), most, (CHECK_IN, SWAP)),
        "fobs_late": lines(request, pools.overdue(now), most, (CHECK_IN, LOST)),
        "fobs_waiting": lines(request, pools.to_hand_out(until, now), most, (HAND_OUT,)),
    }
