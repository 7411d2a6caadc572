"""What becomes of the codes there are: kept, taken back, left to linger, expired."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from backoffice.flow.plan.netcodes import Wanted
from backoffice.flow.plan.outcome import Codes, Fit, Move
from backoffice.flow.plan.values import HeldCode, State
from integrations.types import Method

MAY_EXPIRE = {State.PLANNED, State.ACTIVE, State.HELD, State.FAILED, State.LINGERING}
NOT_OURS = {State.ISSUING, State.REVOKING}  # the issue step is at them: the next plan sees what came of it


def settle(
    codes: Sequence[HeldCode], wanted: Wanted, now: datetime, why: str, *, hold: bool = False
) -> Codes:
    """Keep what is wanted, or put off its issue on `hold`; take back all else, `why` says for what reason."""
    moves = []
    for code in codes:
        if code.id not in wanted.ids:
            moves.append(_expiry(code, now) or _taken_back(code, why))
        elif hold:
            moves.append(_expiry(code, now) or _put_off(code, why))
        else:
            moves.append(_expiry(code, now) or _kept(code))
    rows = {code.id: code for code in codes}
    fits = tuple(fit for fit in wanted.fits if _differs(fit, rows[fit.code_id]))
    return Codes(wanted.new, tuple(move for move in moves if move), fits)


def end(codes: Iterable[HeldCode], now: datetime, why: str) -> Codes:
    """The window is over: a PIN runs out by itself in a while, a card is taken back."""
    runs_out = (Method.NETCODE, State.ACTIVE)
    moves = (
        _expiry(code, now) or (None if (code.method, code.state) == runs_out else _taken_back(code, why))
        for code in codes
    )
    return Codes(moves=tuple(move for move in moves if move))


def _expiry(code: HeldCode, now: datetime) -> Move | None:
    comes_back = code.method == Method.PHONE and code.state == State.ACTIVE  # next week, at the same hours
    if code.ends_at <= now and code.state in MAY_EXPIRE and not comes_back:
        return Move(code.id, State.EXPIRED, "its time is over")
    return None


def _taken_back(code: HeldCode, why: str) -> Move | None:
    """A PIN that is out cannot be withdrawn; a card can, also one that may or may not be there."""
    if code.state in {State.PLANNED, State.HELD}:
        if code.method == Method.CARD and code.attempts:  # asked for once, and nobody knows what came of it
            return Move(code.id, State.REVOKING, why)
        return Move(code.id, State.REVOKED, f"never issued: {why}")
    if code.method == Method.PHONE:  # what was refused is not there
        to = {State.ACTIVE: State.REVOKING, State.FAILED: State.REVOKED}.get(code.state)
    elif code.method == Method.NETCODE:
        to = {State.ACTIVE: State.LINGERING, State.FAILED: State.REVOKED}.get(code.state)
    else:
        to = {State.ACTIVE: State.REVOKING, State.FAILED: State.REVOKING}.get(code.state)
    return Move(code.id, to, why) if to else None


def _put_off(code: HeldCode, why: str) -> Move | None:
    return Move(code.id, State.HELD, why) if code.state == State.PLANNED else None


def _kept(code: HeldCode) -> Move | None:
    if code.state == State.HELD:
        return Move(code.id, State.PLANNED, "released by staff")
    if code.state == State.LINGERING:
        return Move(code.id, State.ACTIVE, "wanted again")
    return None


def _differs(fit: Fit, code: HeldCode) -> bool:
    if code.state in NOT_OURS:
        return False
    now_is = (fit.starts_at, fit.ends_at, fit.due_at, fit.early_minutes, fit.late_minutes)
    was = (code.starts_at, code.ends_at, code.due_at, code.early_minutes, code.late_minutes)
    return now_is != was
