"""What is asked for when staff book at a source, or change what is booked there."""

from __future__ import annotations

import hashlib
import uuid
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.db.models import Q
from unfold.widgets import UnfoldAdminTextareaWidget

from backoffice.admin import desk_fields as fields
from backoffice.admin.desk_when import ONCE, When
from backoffice.fields import fingerprints
from backoffice.flow.desk import times
from backoffice.flow.desk.bookings import Change
from backoffice.models import Customer, Resource, VendorAccount
from backoffice.word import NotPossible
from integrations.types import AddOrder, FieldRecord, SaveStatus, StockRecord

MOST_ALIKE = 8
EXTRAS = ("request", "comment", "internal_comment", "color", "season_ref", "in_entrance_hall", "hidden")
STATUSES = [
    (SaveStatus.LIVE, "Live: it counts"),
    (SaveStatus.DRAFT, "Draft: an option, nobody gets in"),
    (SaveStatus.COMPLETE, "Complete: it counts, and is done with"),
]


def new_key() -> str:
    """A name for one form, so that a second click asks nothing."""
    return uuid.uuid4().hex


class Sent(forms.Form):
    """What every form that writes at a source has: a reason, a tick for "all the same", and its own name."""

    all_the_same = fields.tick("Book all the same")
    reason = forms.CharField(
        label="Reason",
        max_length=1000,
        help_text="In words for the next shift. It stays on record with your name.",
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
    )
    key = fields.hidden()
    seen = fields.hidden()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("key", new_key())

    def keep(self, **values: str) -> None:
        """Let the page keep these for the next step."""
        data: Any = self.data  # what was sent, which Django keeps from being changed
        self.data = data = data.copy()
        for name, value in values.items():
            data[name] = value


class BookingForm(When, Sent):
    """A booking of a resource, or of parts of it."""

    parts = fields.some_of("Parts", [], "None ticked: all of it.")
    who = fields.text("Customer", "Name, company, whole e-mail address or number. Empty: for nobody named.")
    pick = fields.hidden()  # the number of the one who was chosen where several are known by the same
    title = fields.text("Title")
    request = fields.tick(
        "Only a request", "It waits for approval at the source, and nobody gets in until then."
    )
    comment = fields.note("Comment, seen by the customer")
    internal_comment = fields.note("Comment for staff")
    color = fields.text("Colour", "Like #ff0000. Empty: the source's own.", 7)
    season_ref = fields.text("Season", "Its number at the source, for bookings of a season.", 20)
    in_entrance_hall = fields.tick("Show it in the entrance hall")
    hidden = fields.tick("Hide it from the public calendar")

    def __init__(
        self,
        *args: Any,
        resource: Resource,
        things: tuple[StockRecord, ...] = (),
        custom: tuple[FieldRecord, ...] = (),
        **kwargs: Any,
    ) -> None:
        self.account = resource.account
        super().__init__(*args, zone=ZoneInfo(self.account.timezone), **kwargs)
        self.main, self.things, self.custom = _main(resource), things, custom
        self.alike: list[Customer] = []
        self.order: AddOrder | None = None
        parts = Resource.objects.filter(account=self.account, parent_ref=self.main.ref, gone_at=None)
        self._parts = [(part.ref, str(part)) for part in parts] if self.main.ref else []
        self.fields["parts"].choices = self._parts  # type: ignore[attr-defined]
        for thing in things:
            self.fields[_thing(thing)] = fields.number(thing.name, 1, thing.quantity or 9999)
        for one in custom:
            self.fields[f"field_{one.ref}"] = _custom(one)

    def clean(self) -> dict[str, Any]:
        """All of it as one order, in `order`; errors say at their fields what to change."""
        when = self.when()
        customer = self._customer()
        if when is not None and not self.errors:
            self.order = self._order(when, customer)
        return self.cleaned_data

    def _customer(self) -> str:
        """The number of the customer who is meant; an error where nobody is, or several are."""
        who = self.cleaned_data.get("pick") or self.cleaned_data.get("who", "").strip()
        if not who:
            return ""
        self.alike = alike(self.account, who)
        if len(self.alike) == 1:
            self.keep(who=self.alike[0].ref, pick="")
            return self.alike[0].ref
        if self.alike:
            self.add_error("who", "Several are known by that: choose one of them, or write more of it.")
        else:
            self.add_error("who", "Nobody is known by that at this account: add the customer first.")
        return ""

    def _order(self, when: Any, customer: str) -> AddOrder:
        given, main = self.cleaned_data, self.main.ref
        counts = {kind: self._counts(kind) for kind in ("inventory", "service")}
        custom = {each.ref: given[f"field_{each.ref}"] for each in self.custom if given[f"field_{each.ref}"]}
        said = {name: given[name] for name in ("title", "comment", "internal_comment", "color", "season_ref")}
        return AddOrder(
            resource_ref=main,
            when=when,
            request=given["request"],
            customer_ref=customer,
            in_entrance_hall=given["in_entrance_hall"],
            hidden=given["hidden"],
            parts={main: given["parts"]} if given["parts"] else {},
            fields={main: custom} if custom else {},
            inventory={main: counts["inventory"]} if counts["inventory"] else {},
            services={main: counts["service"]} if counts["service"] else {},
            **said,
        )

    def _counts(self, kind: str) -> dict[str, int]:
        mine = [each for each in self.things if each.kind == kind]
        return {each.ref: self.cleaned_data[_thing(each)] for each in mine if self.cleaned_data[_thing(each)]}

    # ------------------------------------------------------------------------------------------ for the page

    def is_once(self) -> bool:
        """Is it a single time, which needs no preview?"""
        return self.cleaned_data.get("kind") == ONCE

    def extras(self) -> list[Any]:
        """The fields that are seldom needed."""
        names = [
            "request",
            "comment",
            "internal_comment",
            "color",
            "season_ref",
            "in_entrance_hall",
            "hidden",
        ]
        return [self[name] for name in names]

    def along(self) -> list[Any]:
        """The things and services, and the custom fields."""
        return [self[_thing(each)] for each in self.things] + [self[f"field_{e.ref}"] for e in self.custom]


class ChangeForm(Sent):
    """A booking of one span, put somewhere else."""

    resource = fields.one_of("What is booked", [], required=True)
    starts = fields.moment("From")
    ends = fields.moment("Until")
    status = fields.one_of("Status", STATUSES, required=True)
    field_order = ["resource", "starts", "ends", "status", "all_the_same", "reason"]

    def __init__(self, *args: Any, now: Change, **kwargs: Any) -> None:
        self.account = now.resource.account
        self.zone = ZoneInfo(self.account.timezone)
        local = {name: getattr(now, f"{name}_at").astimezone(self.zone) for name in ("starts", "ends")}
        initial = {"resource": str(now.resource.pk), "status": now.status, **local}
        super().__init__(*args, initial=initial, **kwargs)
        rows = Resource.objects.filter(account=self.account, gone_at=None)
        self.sold = {str(row.pk): row for row in rows.select_related("account").order_by("title")}
        names = {row.ref: str(row) for row in self.sold.values()}
        self.fields["resource"].choices = [  # type: ignore[attr-defined]
            (pk, f"{names[row.parent_ref]} › {row}" if row.parent_ref in names else str(row))
            for pk, row in self.sold.items()
        ]
        self.fields["all_the_same"].label = "Change it all the same"
        self.change: Change | None = None

    def clean(self) -> dict[str, Any]:
        """What the booking is to be, in `change`."""
        given = self.cleaned_data
        for name in ("starts", "ends"):
            if given.get(name) is None and name not in self.errors:
                self.add_error(name, "Fill this in.")
        if self.errors:
            return given
        try:
            starts = times.instant(given["starts"], self.zone)
            ends = times.instant(given["ends"], self.zone, ends=True)
        except NotPossible as error:
            self.add_error(None, str(error))
            return given
        self.change = Change(self.sold[given["resource"]], starts, ends, SaveStatus(given["status"]))
        return given


def alike(account: VendorAccount, who: str) -> list[Customer]:
    """The customers of an account who may be meant by a number, a whole e-mail address, or part of a name."""
    rows = Customer.objects.filter(account=account).order_by("name", "company", "pk")
    if "@" in who:
        return list(rows.filter(email_fingerprint__in=fingerprints(who))[:MOST_ALIKE])
    return list(rows.filter(ref=who)) or list(
        rows.filter(Q(name__icontains=who) | Q(company__icontains=who))[:MOST_ALIKE]
    )


def digest(*parts: Any) -> str:
    """What staff have looked at: another order is looked at again."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def _main(resource: Resource) -> Resource:
    if not resource.parent_ref:
        return resource
    whole = Resource.objects.filter(account=resource.account, ref=resource.parent_ref).first()
    return whole or resource


def _thing(each: StockRecord) -> str:
    return f"{each.kind}_{each.ref}"


def _custom(each: FieldRecord) -> forms.Field:
    if each.options:
        return fields.one_of(each.name, [("", "–"), *((option, option) for option in each.options)])
    return fields.text(each.name)
