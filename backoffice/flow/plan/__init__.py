from __future__ import annotations

from backoffice.flow.plan.outcome import Codes, Decision, Fit, Move, NewCode
from backoffice.flow.plan.planning import plan
from backoffice.flow.plan.values import (
    Decided,
    Door,
    HeldCode,
    HeldGrant,
    Level,
    Lock,
    Policy,
    Room,
    Said,
    Standing,
    State,
    Stay,
    Step,
    Word,
    World,
)

__all__ = [
    "Codes",
    "Decided",
    "Decision",
    "Door",
    "Fit",
    "HeldCode",
    "HeldGrant",
    "Level",
    "Lock",
    "Move",
    "NewCode",
    "Policy",
    "Room",
    "Said",
    "Standing",
    "State",
    "Stay",
    "Step",
    "Word",
    "World",
    "plan",
]
