"""Who should be able to open which door and when: spans, access windows, and what neighbours do to them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import groupby

from backoffice.flow.plan.values import Door, Guest, Place, Policy, Room, Said, Standing, Stay, Word, World
from backoffice.flow.plan.words import minutes, period

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Span:
    """The touching occurrences of one booking and room, as one; its decisions hang on the first of them."""

    stays: tuple[Stay, ...]
    room: Room

    @property
    def head(self) -> Stay:
        return self.stays[0]

    @property
    def starts_at(self) -> datetime:
        return self.head.starts_at

    @property
    def ends_at(self) -> datetime:
        return max(stay.ends_at for stay in self.stays)


@dataclass(slots=True)
class Wish:
    """One guest, one door, one access window, before it is known whether and how it can be granted."""

    place: Place
    booking_id: int | None
    guest: Guest
    label: str
    door: Door
    position: int
    policy: Policy
    starts_at: datetime
    ends_at: datetime
    why: str  # what it is for, in words
    address: str = ""  # a digest of the e-mail address to which a phone key can be sent
    keep: bool = False  # its standing is not understood: nothing new, nothing taken away
    trims: list[str] = field(default_factory=list)  # what was settled with a neighbour without a person
    fob_ref: str = ""  # the fob that staff give to this guest
    fob_since: datetime | None = None  # when they gave it, if that is long before its time

    @property
    def order(self) -> tuple[datetime, int, int, int, int]:
        """Who chooses a code first: the first to come."""
        occurrence, person, door = self.place
        return self.starts_at, self.booking_id or 0, occurrence or 0, person or 0, door


def spans_of(stays: Iterable[Stay], rooms: Mapping[int, Room]) -> list[Span]:
    """The stays that are in or may be, in spans; in the order of time."""

    def kin(stay: Stay) -> tuple[int, int, str]:
        return stay.booking_id, stay.room_id or 0, stay.standing

    living = [stay for stay in stays if stay.standing != Standing.OUT and stay.room_id in rooms]
    spans = []
    for (_, room_id, _), group in groupby(
        sorted(living, key=lambda s: (*kin(s), s.starts_at, s.id)), key=kin
    ):
        spans += [Span(tuple(touching), rooms[room_id]) for touching in _touching(group)]
    return sorted(spans, key=lambda span: (span.starts_at, span.head.id))


def _touching(stays: Iterable[Stay]) -> Iterator[list[Stay]]:
    """Stays in order of time, cut where there is a gap."""
    together: list[Stay] = []
    for stay in stays:
        if together and stay.starts_at > max(each.ends_at for each in together):
            yield together
            together = []
        together.append(stay)
    if together:
        yield together


def wishes_of(world: World) -> list[Wish]:
    """A wish for every door on the way of every span, and for every person whom staff let in."""
    spans = spans_of(world.stays, world.rooms)
    by_span = {span.head.id: _on_the_path(span, world.doors) for span in spans}
    for earlier, later in _neighbours(spans, world.rooms):
        _compare(earlier, later, by_span[earlier.head.id], by_span[later.head.id])
    people = [_person(word, world) for word in world.words if is_person(word, world.now)]
    return [wish for wishes in by_span.values() for wish in wishes.values()] + people


def is_person(word: Word, now: datetime) -> bool:
    """Does this word of staff let somebody without a booking in?"""
    return word.kind == Said.GRANT and not word.lifted and word.ends_at > now and word.door_id is not None


def _on_the_path(span: Span, doors: Mapping[int, Door]) -> dict[int, Wish]:
    """Door -> wish, with lead and lag as policy says."""
    head, room = span.head, span.room
    why = f"{room.name} {period(span.starts_at, span.ends_at, room.zone)}"
    return {
        step.door_id: Wish(
            place=(head.id, None, step.door_id),
            booking_id=head.booking_id,
            guest=head.guest,
            label=head.label,
            door=doors[step.door_id],
            position=step.position,
            policy=step.policy,
            starts_at=_floor(span.starts_at) - step.policy.lead,
            ends_at=_ceil(span.ends_at) + step.policy.lag,
            why=why,
            address=head.address,
            keep=head.standing == Standing.KEEP,
        )
        for step in room.steps
    }


def _person(word: Word, world: World) -> Wish:
    door = world.doors[word.door_id or 0]
    if word.method in door.offered:
        door = replace(door, method=word.method)
    return Wish(
        place=(None, word.id, door.id),
        booking_id=None,
        guest=f"person {word.id}",
        label="somebody let in by staff",
        door=door,
        position=1,
        policy=door.policy,
        starts_at=_floor(word.starts_at),
        ends_at=_ceil(word.ends_at),
        why=f"Let in by staff {period(word.starts_at, word.ends_at, door.zone)}: {word.reason}",
        fob_ref=word.fob_ref,
        address=word.address,
    )


def _floor(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)


def _ceil(at: datetime) -> datetime:
    return at if at == _floor(at) else _floor(at) + MINUTE


# --------------------------------------------------------------------------------------------- neighbours


def _neighbours(spans: Iterable[Span], rooms: Mapping[int, Room]) -> Iterator[tuple[Span, Span]]:
    """Pairs of spans of different bookings that are near each other in rooms which occupy each other."""
    families: dict[int, list[Span]] = defaultdict(list)
    for span in spans:
        families[wholes(span.room, rooms)[-1]].append(span)
    for family in families.values():
        reach = max(
            (step.policy.lead + step.policy.lag for s in family for step in s.room.steps), default=MINUTE
        )
        for n, earlier in enumerate(family):
            for later in map(family.__getitem__, range(n + 1, len(family))):
                if later.starts_at >= earlier.ends_at + reach:
                    break
                if later.head.booking_id != earlier.head.booking_id and _occupy(earlier, later, rooms):
                    yield earlier, later


def wholes(room: Room, rooms: Mapping[int, Room]) -> list[int]:
    """The room and all that it is a part of, the outermost last."""
    chain = [room.id]
    while (whole := rooms.get(room.part_of or 0)) and whole.id not in chain:
        room = whole
        chain.append(room.id)
    return chain


def _occupy(one: Span, other: Span, rooms: Mapping[int, Room]) -> bool:
    return one.room.id in wholes(other.room, rooms) or other.room.id in wholes(one.room, rooms)


def _compare(earlier: Span, later: Span, mine: Mapping[int, Wish], theirs: Mapping[int, Wish]) -> None:
    """On the doors of both: where lag meets lead, let them meet in the gap.

    Of a double booking both keep their windows: it is the conflicts step's to tell, and staff's to settle.
    """
    if later.starts_at < earlier.ends_at:
        return
    for door in mine.keys() & theirs.keys():
        _meet(earlier, later, mine[door], theirs[door])


def _meet(earlier: Span, later: Span, mine: Wish, theirs: Wish) -> None:
    wanted_end = _ceil(earlier.ends_at) + mine.policy.lag
    wanted_start = _floor(later.starts_at) - theirs.policy.lead
    if wanted_end <= wanted_start:
        return
    gap = minutes(later.starts_at - earlier.ends_at)
    middle = earlier.ends_at + MINUTE * (gap // 2)
    if mine.ends_at > middle:
        mine.ends_at = middle
        mine.trims.append(
            f"{later.head.label} has {later.room.name} {gap} min later: this access ends"
            f" {minutes(middle - earlier.ends_at)} min after the booking, not {mine.policy.lag_minutes}."
        )
    if theirs.starts_at < middle:
        theirs.starts_at = middle
        theirs.trims.append(
            f"{earlier.head.label} has {earlier.room.name} until {gap} min before: this access begins"
            f" {minutes(later.starts_at - middle)} min before the booking, not {theirs.policy.lead_minutes}."
        )
