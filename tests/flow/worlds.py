"""Small worlds to plan for, and a way to carry a plan out without a database."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

from backoffice import states
from backoffice.flow.plan import (
    Codes,
    Decision,
    Door,
    HeldCode,
    HeldGrant,
    Level,
    Lock,
    NewCode,
    Room,
    State,
    Stay,
    Step,
    Word,
    World,
    plan,
)

NOW = datetime(2026, 3, 9, 8, 0, tzinfo=UTC)
START = datetime(2026, 3, 9, 17, 0, tzinfo=UTC)  # 18:00 in Berlin
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
BERLIN = "Europe/Berlin"
BOTH = frozenset({"netcode", "phone"})
CARDS = frozenset({"card", "fob"})
K3_REF = "0a0b0c0d0e0f00112233445566778899"


def kitlock(number: int = 1, **fields) -> Door:
    lock = Lock("KL1060", "202511161623", "101691", "UTC")
    given = {"name": f"Door {number}", "method": "netcode", "offered": BOTH, "lock": lock, "zone": BERLIN}
    return Door(**{"id": number, "ref": f"202511161623/{number}", "account_id": 1, **given, **fields})


def k3(number: int = 1, **fields) -> Door:
    return kitlock(number, **{"ref": K3_REF, "lock": Lock(zone=BERLIN), **fields})


def card_door(number: int = 5, **fields) -> Door:
    given = {"name": f"Door {number}", "method": "card", "offered": CARDS, "zone": BERLIN}
    levels = (Level("all", frozenset({"501", "502"})), Level(f"only-{number}", frozenset({f"50{number}"})))
    door = {"id": number, "ref": f"50{number}", "account_id": 2, "levels": levels, **given}
    return Door(**{**door, **fields})


def room(number: int, *doors: Door, policy=None, **fields) -> Room:
    extra = {"policy": policy} if policy else {}
    steps = tuple(Step(door.id, position, **extra) for position, door in enumerate(doors, 1))
    return Room(**{"id": number, "name": f"Room {number}", "zone": BERLIN, "steps": steps, **fields})


def stay(number: int = 1, *, start=START, hours: float = 1, **fields) -> Stay:
    given = {"booking_id": number, "label": f"lockme/{number}", "guest": f"guest {number}", "room_id": 1}
    span = {"starts_at": start, "ends_at": start + hours * HOUR}
    return Stay(**{"id": number, **given, **span, **fields})


def world(*stays: Stay, doors: Iterable[Door] = (), rooms: Iterable[Room] = (), now=NOW, **fields) -> World:
    """One KitLock on the way to room 1, unless said otherwise."""
    doors = tuple(doors) or (kitlock(),)
    rooms = tuple(rooms) or (room(1, *doors),)
    return World(now, stays, {room.id: room for room in rooms}, {door.id: door for door in doors}, **fields)


# ---------------------------------------------------------------------------------------------- carrying out


def carry_out(before: World, decisions: Sequence[Decision] | None = None) -> World:
    """The world once its plan (or these decisions) is carried out, by the rules of the database."""
    decisions = plan(before) if decisions is None else decisions
    grants = {grant.id: grant for grant in before.held}
    grant_ids = count(max(grants, default=0) + 1)
    code_ids = count(max((code.id for grant in before.held for code in grant.codes), default=0) + 1)
    people = {stay.id: stay for stay in before.stays}
    for decision in decisions:
        held = grants.get(decision.grant_id or 0)
        if held:
            moved = held.state == decision.state
            assert moved or decision.state in states.MOVES[states.GrantState][held.state], decision
        pk = held.id if held else next(grant_ids)
        codes = _codes(held.codes if held else (), decision.codes, code_ids)
        owner = people.get(decision.place[0])
        guest, label = (owner.guest, owner.label) if owner else (f"person {decision.place[1]}", "staff")
        assert decision.ends_at > decision.starts_at
        grants[pk] = HeldGrant(
            pk,
            *decision.place,
            decision.method,
            decision.position,
            decision.starts_at,
            decision.ends_at,
            decision.state,
            decision.reason,
            decision.conflict,
            guest,
            label,
            codes,
        )
    return replace(before, held=tuple(grants.values()))


def _codes(held: Iterable[HeldCode], asked: Codes, ids: Iterable[int]) -> tuple[HeldCode, ...]:
    rows = {code.id: code for code in held}
    for fit in asked.fits:
        names = ("starts_at", "ends_at", "due_at", "early_minutes", "late_minutes")
        rows[fit.code_id] = replace(rows[fit.code_id], **{name: getattr(fit, name) for name in names})
    for move in asked.moves:
        row = rows[move.code_id]
        assert move.to in states.MOVES[states.CodeState][row.state], (row.state, move)
        assert move.reason
        rows[move.code_id] = replace(row, state=move.to)
    for new in asked.new:
        row = _row(new, next(ids))
        rows[row.id] = row
    live = [(row.starts_at, row.ends_at) for row in rows.values() if row.state in states.LIVE_CODES]
    assert len(live) == len(set(live)), "two live codes for one grant and period"
    return tuple(rows.values())


def _row(new: NewCode, pk: int) -> HeldCode:
    assert new.ends_at > new.starts_at
    return HeldCode(id=pk, state=State.PLANNED, **{name: getattr(new, name) for name in NewCode.__slots__})


def changes(before: World) -> list[Decision]:
    """The decisions of a world's plan that would write something."""
    rows = {grant.id: grant for grant in before.held}
    names = ("method", "position", "starts_at", "ends_at", "state", "reason", "conflict")

    def is_change(decision: Decision) -> bool:
        row = rows.get(decision.grant_id)
        if row is None or decision.codes != Codes():
            return True
        return any(getattr(row, name) != getattr(decision, name) for name in names)

    return [decision for decision in plan(before) if is_change(decision)]


def issued(before: World, state: State = State.ACTIVE) -> World:
    """The world once the issue step has done all that is planned and being revoked."""
    done = {State.PLANNED: state, State.ISSUING: state, State.REVOKING: State.REVOKED}

    def after(code: HeldCode) -> HeldCode:
        number = code.card_number or (f"5{code.id}" if code.method == "card" else "")
        return replace(code, state=done.get(code.state, code.state), card_number=number)

    grants = (replace(grant, codes=tuple(after(code) for code in grant.codes)) for grant in before.held)
    return replace(before, held=tuple(grants))


def granted(before: World) -> World:
    """The world with all ways in made, as it is when its bookings are known for long."""
    return issued(carry_out(before))


def with_stays(before: World, *stays: Stay) -> World:
    """The same world with other bookings."""
    guests = {stay.id: {"guest": stay.guest, "label": stay.label} for stay in stays}
    held = tuple(replace(grant, **guests.get(grant.occurrence_id, {})) for grant in before.held)
    return replace(before, stays=stays, held=held)


def codes_of(after: World, *found: State) -> list[HeldCode]:
    """All codes in one of some states."""
    return [code for grant in after.held for code in grant.codes if code.state in found]


def asked(codes: Iterable[HeldCode]) -> list[tuple[str, int]]:
    """What PINs are computed from, in short."""
    return [(f"{code.start_local:%H:%M}", code.duration.id) for code in codes]


# ------------------------------------------------------------------------------------------- short ways


def only(decisions):
    """The only decision there is."""
    (decision,) = decisions
    return decision


def window(decision):
    """When it opens."""
    return (decision.starts_at, decision.ends_at)


def word(kind, number=9, **fields):
    """What staff say from an hour ago until late in the evening."""
    span = {"starts_at": NOW - HOUR, "ends_at": START + 5 * HOUR}
    return Word(**{"id": number, "kind": kind, "reason": "the pipe burst", **span, **fields})
