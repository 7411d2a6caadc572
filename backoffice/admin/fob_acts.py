"""What staff can do with a fob, and what each act asks for; a usual reason stands there already."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from backoffice import pools, tasks
from backoffice.admin.acts import Act
from backoffice.admin.forms import Because, moment_field
from backoffice.clock import now as clock
from backoffice.flow import overrule, stock
from backoffice.flow.desk import fobs
from backoffice.models import AccessGrant, Door, Fob, FobLoan, VendorAccount, Venue
from backoffice.wording import moment
from integrations.types import Method

LEND_FOR = timedelta(hours=2)
DESK = "backoffice.change_fobloan"
KEEPER = "backoffice.change_fob"


def current(fob: Fob) -> FobLoan | None:
    """The loan that the fob is out for or promised to, from what was read with it."""
    loans = (loan for loan in fob.loans.all() if loan.returned_at is None)
    return next((loan for loan in loans if loan.ends_at > clock() or pools.is_out(loan)), None)


def _usual(text: str) -> type[Because]:
    """A form on which the usual reason stands already, to be left or changed."""

    class Usual(Because):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self.fields["reason"].initial = text

    return Usual


class Lend(_usual("lent at the desk")):  # type: ignore[misc]  # made just above
    """Who gets the fob, for which door, until when."""

    name = forms.CharField(label="Who", max_length=200, widget=UnfoldAdminTextInputWidget())
    door = forms.ModelChoiceField(queryset=Door.objects.none(), widget=UnfoldAdminSelectWidget())
    ends_at = moment_field("Until", "From then on it opens nothing, and is asked for.")
    field_order = ["name", "door", "ends_at", "reason"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fob = self.rows[0]
        doors = Door.objects.filter(account=fob.account_id, gone_at=None, venue__isnull=False)
        fitting = [door.pk for door in doors if pools.belongs(fob, door)]
        self.fields["door"].queryset = doors.filter(pk__in=fitting).order_by("-method", "name")
        if by_fob := [door for door in doors if door.pk in fitting and door.method == Method.FOB]:
            self.fields["door"].initial = by_fob[0].pk
        self.fields["ends_at"].initial = (clock() + LEND_FOR).replace(second=0, microsecond=0)


class Lies(_usual("put in its place")):  # type: ignore[misc]
    """Where fobs lie."""

    venue = forms.ModelChoiceField(
        queryset=Venue.objects.all(),
        required=False,
        empty_label="nowhere in particular: for all venues of its account",
        widget=UnfoldAdminSelectWidget(),
    )
    field_order = ["venue", "reason"]


class NewFobs(_usual("new fobs bought")):  # type: ignore[misc]
    """New fobs, one on a line."""

    fobs = forms.CharField(
        help_text="One on a line: the number printed on it, then a name, such as 30017 Fob 17.",
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 6}),
    )
    field_order = ["fobs", "reason"]


class OfStock(_usual("given at the desk")):  # type: ignore[misc]
    """A fob that a guest may be given now."""

    fob = forms.ModelChoiceField(
        queryset=Fob.objects.none(),
        empty_label=None,
        help_text="In stock, and of the pool of all his doors. With none to choose, ask for one back first.",
        widget=UnfoldAdminSelectWidget(),
    )
    field_order = ["fob", "reason"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        grant = self.grant()
        free = [fob.pk for fob in stock.free_for(grant)] if grant else []
        self.fields["fob"].queryset = Fob.objects.filter(pk__in=free).order_by("name", "ref")

    def grant(self) -> AccessGrant | None:
        """Whose fob it is to be."""
        return self.rows[0]


class Swapped(OfStock):
    """Which fob the guest gets for the one that he brings back, and whether that one works."""

    broken = forms.BooleanField(
        label="The old one is broken",
        required=False,
        initial=True,
        help_text="It is lent to nobody until it is said to work again. Off: it is back in stock.",
        widget=UnfoldBooleanSwitchWidget(),
    )
    field_order = ["fob", "broken", "reason"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["fob"].label = "The guest gets"
        self.fields["reason"].initial = "it does not open"

    def grant(self) -> AccessGrant | None:
        """That of the guest who has the fob."""
        loan = current(self.rows[0])
        return loan.grant if loan else None


def _lend(fob: Fob, given: dict[str, Any], word: Any) -> str:
    lent = overrule.lend(fob, given["door"], overrule.Person(given["name"]), given["ends_at"], word)
    until = moment(lent.ends_at, given["door"].venue)
    return f"{fob} is being made to open {given['door']}: it does in a few seconds, and until {until}."


def _read_again(account: VendorAccount) -> None:
    tasks.refresh_account.delay_on_commit(account.pk)


def _waits(fob: Fob) -> bool:
    loan = current(fob)
    return loan is not None and loan.handed_at is None and fob.lost_at is None


def _may_be_back(fob: Fob) -> bool:
    loan = current(fob)
    return loan is not None and (pools.is_out(loan) or loan.starts_at <= clock()) and fob.lost_at is None


def _with_guest(fob: Fob) -> bool:
    loan = current(fob)
    return loan is not None and pools.is_out(loan) and loan.ends_at > clock() and fob.lost_at is None


HAND_OUT = Act(
    "hand-out",
    "Hand out",
    "The guest takes it with him. It opens his doors in his time, and is asked for when that is over.",
    DESK,
    lambda row, given, word: f"{stock.hand_out(row, word).fob} is handed out.",
    _usual("handed to the guest"),
    icon="output",
    first=True,
    offered=_waits,
)
CHECK_IN = Act(
    "check-in",
    "Check in",
    "It is back. If its time is not over, it opens nothing from now on; before its time it waits on.",
    DESK,
    lambda row, given, word: stock.check_in(row, word),
    _usual("back at the desk"),
    icon="input",
    first=True,
    offered=_may_be_back,
)
SWAP = Act(
    "swap",
    "Swap",
    "The guest gets another fob for the rest of his time, and counts as having it. This one opens nothing "
    "any more.",
    DESK,
    lambda row, given, word: stock.swap(row, given["fob"], word, broken=given["broken"]),
    Swapped,
    icon="swap_horiz",
    offered=_with_guest,
)
GIVE = Act(
    "give-fob",
    "Give a fob now",
    "He takes it with him, long before his time or in the place of the one that waits for him. It opens "
    "his doors in his access window alone.",
    DESK,
    lambda row, given, word: stock.give(row, given["fob"], word),
    OfStock,
    icon="key",
    offered=stock.may_be_given,
)
LEND = Act(
    "lend",
    "Lend without a booking",
    "It opens one door from now on until its end, and counts as handed out.",
    "backoffice.add_override",
    _lend,
    Lend,
    icon="person_add",
    offered=lambda row: current(row) is None and not (row.lost_at or row.gone_at),
)
LOST = Act(
    "lost",
    "It is lost",
    "It is shut at its vendor at once and lent to nobody until it is found. A guest whose time is not over "
    "gets another one.",
    DESK,
    lambda row, given, word: stock.lost(row, word),
    icon="wrong_location",
    danger=True,
    offered=lambda row: row.lost_at is None,
)
BROKEN = Act(
    "broken",
    "It is broken",
    "It is shut at its vendor at once and lent to nobody until it works again. A guest whose time is not "
    "over gets another one; to choose which, swap it.",
    DESK,
    lambda row, given, word: stock.broken(row, word),
    _usual("it does not open"),
    icon="build",
    offered=lambda row: row.lost_at is None,
)
REPAIRED = Act(
    "repaired",
    "It works again",
    "It is in stock again.",
    DESK,
    lambda row, given, word: stock.repaired(row, word),
    _usual("it opens again"),
    icon="where_to_vote",
    first=True,
    offered=lambda row: row.broken,
)
FOUND = Act(
    "found",
    "It was found",
    "It is in stock again.",
    DESK,
    lambda row, given, word: stock.found(row, word),
    _usual("found"),
    icon="where_to_vote",
    first=True,
    offered=lambda row: row.lost_at is not None and not row.broken,
)
PUT = Act(
    "put",
    "Where it lies",
    "A fob is lent for the doors of the venue where it lies, unless a door names its fobs itself.",
    KEEPER,
    lambda row, given, word: f"{row} lies at {stock.put(row, given['venue'], word).venue or 'no one venue'}.",
    Lies,
    icon="pin_drop",
)
MAKE = Act(
    "create-fobs",
    "Put fobs into stock",
    "Makes fobs known to the vendor; one that is there already is not made again. They open nothing until "
    "they are lent. Say then on their page where they lie.",
    KEEPER,
    lambda row, given, word: fobs.create(row, fobs.lines(given["fobs"]), word).text,
    NewFobs,
    icon="key",
    offered=lambda row: fobs.ABLE in row.profile.desk,
    after=_read_again,
    folded=True,
)
ACTS = (HAND_OUT, CHECK_IN, SWAP, LEND, LOST, BROKEN, FOUND, REPAIRED, PUT)
