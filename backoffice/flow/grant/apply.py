"""Write a plan: only what it changes, and every move of a state by compare-and-set."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from backoffice.flow.grant.load import Rows
from backoffice.flow.plan import Decision, Fit, Move, NewCode
from backoffice.models import AccessGrant, IssuedCode
from backoffice.states import CodeState, GrantState, move_all

GRANT_FIELDS = ("method", "position", "starts_at", "ends_at", "reason", "conflict", "trimmed")
FIT_FIELDS = ("starts_at", "ends_at", "due_at", "early_minutes", "late_minutes")
OVER = (CodeState.REVOKED, CodeState.EXPIRED)


@dataclass(frozen=True, slots=True)
class Replanned:
    """How much a plan changed: decisions made and altered, codes planned, moved and fitted anew."""

    granted: int = 0
    changed: int = 0
    planned: int = 0
    moved: int = 0
    fitted: int = 0

    @property
    def quiet(self) -> bool:
        """Whether nothing was written."""
        return not (self.granted or self.changed or self.planned or self.moved or self.fitted)


def apply(decisions: Iterable[Decision], rows: Rows, now: datetime) -> Replanned:
    """Write the decisions and their codes; what the issue step moved meanwhile stays."""
    decisions = list(decisions)
    fits = [fit for decision in decisions for fit in decision.codes.fits]
    moves = [move for decision in decisions for move in decision.codes.moves]
    created = _create(decisions, now)
    return Replanned(
        granted=len(created),
        changed=_change(decisions, rows, now),
        fitted=_fit(fits, rows),
        moved=_move(moves, now),
        planned=_plan_codes(decisions, created, rows, now),
    )


# ---------------------------------------------------------------------------------------------- decisions


def _create(decisions: Iterable[Decision], now: datetime) -> dict[Decision, AccessGrant]:
    fresh = [decision for decision in decisions if decision.grant_id is None]
    grants = [
        AccessGrant(
            occurrence_id=decision.place[0],
            person_id=decision.place[1],
            door_id=decision.place[2],
            state=GrantState(decision.state),
            decided_at=now,
            **{name: getattr(decision, name) for name in GRANT_FIELDS},
        )
        for decision in fresh
    ]
    return dict(zip(fresh, AccessGrant.objects.bulk_create(grants), strict=True))


def _change(decisions: Iterable[Decision], rows: Rows, now: datetime) -> int:
    """Bring the rows to what was decided; a decision that is as it was is not touched."""
    changed, states = [], defaultdict(list)
    for decision in decisions:
        row = rows.grants.get(decision.grant_id or 0)
        if row is None:
            continue
        if row.state != decision.state:
            states[GrantState(decision.state)].append(row.pk)
        if _differs(row, decision):
            for name in GRANT_FIELDS:
                setattr(row, name, getattr(decision, name))
            row.decided_at = now
            changed.append(row)
    for state, ids in states.items():
        move_all(AccessGrant.objects.filter(pk__in=ids), state)
    AccessGrant.objects.bulk_update(changed, [*GRANT_FIELDS, "decided_at"], batch_size=500)
    return len(changed)


def _differs(row: AccessGrant, decision: Decision) -> bool:
    names = (*GRANT_FIELDS, "state")
    return any(getattr(row, name) != getattr(decision, name) for name in names)


# -------------------------------------------------------------------------------------------------- codes


def _fit(fits: Iterable[Fit], rows: Rows) -> int:
    changed = []
    for fit in fits:
        row = rows.codes[fit.code_id]
        for name in FIT_FIELDS:
            setattr(row, name, getattr(fit, name))
        changed.append(row)
    IssuedCode.objects.bulk_update(changed, FIT_FIELDS, batch_size=500)
    return len(changed)


def _move(moves: Iterable[Move], now: datetime) -> int:
    """Each group of alike moves at once, and each only from the state that the plan saw, or one like it."""
    alike: dict[tuple[CodeState, str], list[int]] = defaultdict(list)
    for move in moves:
        alike[CodeState(move.to), move.reason].append(move.code_id)
    count = 0
    for (state, reason), ids in alike.items():
        more: dict[str, Any] = {"ended_at": now} if state in OVER else {}
        if state == CodeState.REVOKING:  # what it waited for before does not put this off
            more = {"next_try_at": None, "attempts": 0}
        count += move_all(IssuedCode.objects.filter(pk__in=ids), state, reason=reason, **more)
    return count


def _plan_codes(
    decisions: Iterable[Decision], created: dict[Decision, AccessGrant], rows: Rows, now: datetime
) -> int:
    codes: list[IssuedCode] = []
    for decision in decisions:
        grant = created[decision].pk if decision.grant_id is None else decision.grant_id
        codes += [_row(decision, grant, new, rows, now) for new in decision.codes.new]
    return len(IssuedCode.objects.bulk_create(codes))


def _row(decision: Decision, grant_id: int, new: NewCode, rows: Rows, now: datetime) -> IssuedCode:
    return IssuedCode(
        grant_id=grant_id,
        account_id=rows.accounts[decision.place[2]],
        door_id=decision.place[2],
        method=new.method,
        key=_key(grant_id, new, rows),
        starts_at=new.starts_at,
        ends_at=new.ends_at,
        early_minutes=new.early_minutes,
        late_minutes=new.late_minutes,
        due_at=new.due_at,
        start_local=f"{new.start_local:%Y-%m-%d %H:%M}" if new.start_local else "",
        duration_id=new.duration.id if new.duration else None,
        duration_hours=new.duration.hours if new.duration else 0,
        duration_days=new.duration.days if new.duration else 0,
        holder_key=new.holder_key,
        card_number=new.card_number,
        level_ref=new.level_ref,
        periods=[[f"{p.starts:%H:%M}", f"{p.ends:%H:%M}", list(p.days)] for p in new.periods],
        reason=decision.reason,
        created_at=now,
    )


def _key(grant_id: int, new: NewCode, rows: Rows) -> str:
    """The same for the same code of the same grant, so that a plan made twice cannot plan it twice."""
    length = int((new.ends_at - new.starts_at).total_seconds() // 60)
    base = f"g{grant_id}-r{new.generation}-{new.starts_at:%Y%m%dT%H%M}-{length}-"
    before = sum(key.startswith(base) for key in rows.keys[grant_id])
    key = f"{base}{before}"
    rows.keys[grant_id].append(key)
    return key
