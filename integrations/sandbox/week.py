"""A week on a vendor's page: what is in it can be dragged with the mouse, and the vendor's side is moved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol, runtime_checkable

from markupsafe import Markup

DAYS = 7
COLOURS = 8
WHICH = ("this", "following", "all")
HELP = (
    "Drag something to another time or day, or onto a name above; its lower edge, where it has one, "
    "makes it longer. "
    "By touch or key: pick it, then tap where it is to go. A name that is clicked hides what is in it."
)


@dataclass(frozen=True, slots=True)
class Piece:
    """Something in a week. Its times are naive, on the wall clock of the lane that it is in."""

    lane: str
    key: str
    title: str
    start: datetime
    end: datetime
    days: bool = False  # of whole days: it has no hour
    series: bool = False
    fixed: bool = False  # its length is not its own


@dataclass(frozen=True, slots=True)
class Drop:
    """A piece that was let go elsewhere: in another lane, by so much later, and so much longer."""

    lane: str
    key: str
    to: str
    by: timedelta
    longer: timedelta
    which: str

    @classmethod
    def read(cls, form: Mapping[str, str]) -> Drop:
        """What the page sends; ValueError or KeyError for anything else."""
        by, longer = (timedelta(minutes=int(form[name])) for name in ("by", "longer"))
        which = form.get("which") or WHICH[0]
        if which not in WHICH:
            raise ValueError(f"{which} is none of {', '.join(WHICH)}")
        return cls(form["lane"], form["key"], form.get("to") or form["lane"], by, longer, which)


@runtime_checkable
class Draggable(Protocol):
    """A vendor whose page shows a week."""

    def lanes(self) -> Mapping[str, str]:
        """What things are booked or written in, by key: rooms, calendars."""

    def pieces(self, first: date, last: date) -> Iterable[Piece]:
        """What is there from a day until before another."""

    def drop(self, drop: Drop) -> str:
        """Do at the vendor's what was done on the page; what is said of it, ValueError in words."""


def first_day(asked: str, today: date) -> date:
    """The day with which the week begins: the one that is asked for, or today."""
    try:
        return date.fromisoformat(asked)
    except ValueError:
        return today


def shown(vendor: str, board: Draggable, first: date) -> Markup:
    """The week as the page's script takes it up; without scripts only the forms are there."""
    lanes = list(board.lanes().items())
    colours = {key: number % COLOURS for number, (key, _) in enumerate(lanes)}
    pieces = board.pieces(first, first + timedelta(days=DAYS))
    return Markup(
        '<section id="week" data-first="{first}" hidden><nav>'
        '<a href="/play/{vendor}?from={before}">earlier</a>'
        '<b>{first:%d %b} – {last:%d %b %Y}</b><a href="/play/{vendor}?from={after}">later</a></nav>'
        '<p class="lanes">{lanes}</p><p class="help" role="status">{help}</p>'
        '<div class="scroll"><div class="grid"></div></div>'
        '<div class="pieces" hidden>{pieces}</div>{form}</section>'
        "<noscript><p>To drag things in a week needs JavaScript; the forms below do the same.</p></noscript>"
    ).format(
        vendor=vendor,
        first=first,
        last=first + timedelta(days=DAYS - 1),
        before=first - timedelta(days=DAYS),
        after=first + timedelta(days=DAYS),
        lanes=Markup("").join(_lane(key, name, colours[key]) for key, name in lanes),
        help=HELP,
        pieces=Markup("").join(_piece(piece, colours[piece.lane]) for piece in pieces),
        form=_form(vendor, first),
    )


def _lane(key: str, name: str, colour: int) -> Markup:
    return Markup(
        '<button type="button" class="lane colour{}" data-lane="{}" aria-pressed="true">{}</button>'
    ).format(colour, key, name)


def _piece(piece: Piece, colour: int) -> Markup:
    traits = " ".join(name for name in ("days", "series", "fixed") if getattr(piece, name))
    return Markup(
        '<button type="button" class="piece colour{} {}" data-lane="{}" data-key="{}"'
        ' data-start="{:%Y-%m-%dT%H:%M}" data-end="{:%Y-%m-%dT%H:%M}">{}</button>'
    ).format(colour, traits, piece.lane, piece.key, piece.start, piece.end, piece.title or "(no title)")


def _form(vendor: str, first: date) -> Markup:
    names = ("lane", "key", "to", "by", "longer")
    hidden = Markup("").join(Markup('<input type="hidden" name="{}">').format(name) for name in names)
    which = Markup("").join(Markup("<option>{}</option>").format(name) for name in WHICH)
    return Markup(
        '<form method="post" action="/play/{}/drop">{}<input type="hidden" name="from" value="{}">'
        '<label class="which" hidden>of what repeats, move <select name="which">{}</select></label></form>'
    ).format(vendor, hidden, first, which)
