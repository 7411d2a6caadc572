from __future__ import annotations

from backoffice.flow.plan.outcome import Codes, Decision, Fit, Move, NewCode
from backoffice.flow.plan.planning import plan
from backoffice.flow.plan.values import (
    Back,
    Decided,
    Door,
    Fob,
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
    "Back",
    "Codes",
    "Decided",
    "Decision",
    "Door",
    "Fit",
    "Fob",
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
