"""The states of rows, the table of moves between them, and the one way to move."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from django.db import models


class RunState(models.TextChoices):
    """How a reading of an account ended."""

    RUNNING = "running", "running"
    OK = "ok", "ok"
    FAILED = "failed", "failed"
    STOPPED = "stopped", "stopped: would lose too much"


class MessageState(models.TextChoices):
    """How far a webhook message has come."""

    RECEIVED = "received", "received"
    APPLIED = "applied", "applied, not yet marked read"
    ACKNOWLEDGED = "acknowledged", "done"
    FAILED = "failed", "failed: needs a person"


class GrantState(models.TextChoices):
    """What was decided about one occurrence (or person) and one door."""

    GRANTED = "granted", "granted"
    HELD = "held", "held by staff"
    DENIED = "denied", "denied by staff"
    BLOCKED = "blocked", "cannot be made true: needs a person"
    WITHDRAWN = "withdrawn", "withdrawn"
    ENDED = "ended", "ended"


class CodeState(models.TextChoices):
    """How far an issued code has come at the vendor."""

    PLANNED = "planned", "planned"
    ISSUING = "issuing", "being issued"
    ACTIVE = "active", "active"
    REVOKING = "revoking", "being revoked"
    REVOKED = "revoked", "revoked"
    EXPIRED = "expired", "expired"
    FAILED = "failed", "failed: needs a person"
    HELD = "held", "held by staff"
    LINGERING = "lingering", "lingering: still opens"


class Known(models.TextChoices):
    """How we know that a code is what we say it is."""

    COMPUTED = "computed", "computed by us"
    ACCEPTED = "accepted", "accepted by the vendor"
    CONFIRMED = "confirmed", "confirmed by reading back"
    SEEN = "seen", "seen used at the door"


class NoticeState(models.TextChoices):
    """How far a message to a guest has come."""

    DUE = "due", "due"
    SENDING = "sending", "being sent"
    SENT = "sent", "sent"
    FAILED = "failed", "failed: needs a person"
    DROPPED = "dropped", "no longer needed"


class WriteState(models.TextChoices):
    """What is known of a write at a vendor."""

    ASKED = "asked", "being asked"
    DONE = "done", "done"
    REFUSED = "refused", "refused"
    IN_DOUBT = "in_doubt", "in doubt: look at the vendor"


class BlockState(models.TextChoices):
    """How far a block has come at its channel."""

    PLANNED = "planned", "to be written"
    WRITING = "writing", "being written"
    ACTIVE = "active", "there"
    REMOVING = "removing", "to be removed"
    REMOVED = "removed", "removed"
    FAILED = "failed", "refused: needs a person"


class ConflictState(models.TextChoices):
    """What became of a conflict."""

    OPEN = "open", "open"
    ACCEPTED = "accepted", "accepted by staff"
    CLOSED = "closed", "over"


# a code in one of these is wanted; of one grant and period there is one (the one that is being revoked beside
# it is on its way out: a card with a new number takes the place of the old one in a single write)
LIVE_CODES = (
    CodeState.PLANNED,
    CodeState.ISSUING,
    CodeState.ACTIVE,
    CodeState.HELD,
)
LIVE_GRANTS = (GrantState.GRANTED, GrantState.HELD, GrantState.DENIED, GrantState.BLOCKED)

C, G, M, N = CodeState, GrantState, MessageState, NoticeState
W, B, X = WriteState, BlockState, ConflictState
MOVES: Mapping[type[models.TextChoices], Mapping[str, set[Any]]] = {
    CodeState: {
        C.PLANNED: {C.ISSUING, C.REVOKING, C.REVOKED, C.EXPIRED, C.HELD, C.FAILED},
        C.ISSUING: {C.ACTIVE, C.PLANNED, C.FAILED, C.LINGERING},
        C.ACTIVE: {C.REVOKING, C.LINGERING, C.EXPIRED, C.ISSUING},
        C.REVOKING: {C.REVOKED, C.ACTIVE, C.FAILED, C.EXPIRED},
        C.FAILED: {C.PLANNED, C.REVOKED, C.EXPIRED, C.REVOKING, C.LINGERING},
        C.HELD: {C.PLANNED, C.REVOKING, C.REVOKED, C.EXPIRED},
        C.LINGERING: {C.EXPIRED, C.ACTIVE},
        C.REVOKED: {C.REVOKING},  # a phone key that its vendor lists again
        C.EXPIRED: {C.REVOKING},
    },
    GrantState: {
        G.GRANTED: {G.HELD, G.DENIED, G.BLOCKED, G.WITHDRAWN, G.ENDED},
        G.HELD: {G.GRANTED, G.DENIED, G.BLOCKED, G.WITHDRAWN, G.ENDED},
        G.DENIED: {G.GRANTED, G.HELD, G.BLOCKED, G.WITHDRAWN, G.ENDED},
        G.BLOCKED: {G.GRANTED, G.HELD, G.DENIED, G.WITHDRAWN, G.ENDED},
        G.WITHDRAWN: {G.GRANTED, G.HELD, G.DENIED, G.BLOCKED},
        G.ENDED: {G.GRANTED, G.HELD, G.DENIED, G.BLOCKED},
    },
    MessageState: {
        M.RECEIVED: {M.APPLIED, M.FAILED},
        M.APPLIED: {M.ACKNOWLEDGED, M.FAILED},
        M.FAILED: {M.RECEIVED, M.APPLIED},
        M.ACKNOWLEDGED: set(),
    },
    NoticeState: {
        N.DUE: {N.SENDING, N.DROPPED, N.FAILED},
        N.SENDING: {N.SENT, N.DUE, N.FAILED},
        N.FAILED: {N.DUE, N.DROPPED},
        N.SENT: set(),
        N.DROPPED: {N.DUE},
    },
    WriteState: {
        W.ASKED: {W.DONE, W.REFUSED, W.IN_DOUBT},
        W.IN_DOUBT: {W.DONE, W.REFUSED},
        W.DONE: set(),
        W.REFUSED: set(),
    },
    BlockState: {
        B.PLANNED: {B.WRITING, B.REMOVED, B.FAILED},
        B.WRITING: {B.ACTIVE, B.PLANNED, B.FAILED, B.REMOVING},
        B.ACTIVE: {B.PLANNED, B.REMOVING, B.REMOVED},  # removed: by a person, at its channel
        B.REMOVING: {B.REMOVED, B.PLANNED, B.FAILED},
        B.FAILED: {B.PLANNED, B.WRITING, B.REMOVING, B.REMOVED},
        B.REMOVED: {B.PLANNED, B.REMOVING},  # removing: it is there after all
    },
    ConflictState: {
        X.OPEN: {X.ACCEPTED, X.CLOSED},
        X.ACCEPTED: {X.OPEN, X.CLOSED},
        X.CLOSED: set(),
    },
}

Row = TypeVar("Row", bound=models.Model)


def sources(to: models.TextChoices) -> list[models.TextChoices]:
    """The states from which a row may go to `to`."""
    return [state for state, targets in MOVES[type(to)].items() if to in targets]  # type: ignore[misc]


def move(row: models.Model, to: models.TextChoices, **fields: Any) -> bool:
    """Move a row to a state; False if the row, as it is in the database now, may not go there."""
    rows = type(row)._default_manager.filter(pk=row.pk, state__in=sources(to))  # noqa: SLF001 the public way to it
    if not rows.update(state=to, **fields):
        return False
    row.refresh_from_db()
    return True


def move_all(rows: models.QuerySet[Row], to: models.TextChoices, **fields: Any) -> int:
    """Move all rows of a queryset that may go to a state; how many went."""
    return rows.filter(state__in=sources(to)).update(state=to, **fields)
