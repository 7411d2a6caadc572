"""NetCodes: what may be asked for, and what of an answer may be believed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from integrations.errors import Garbled, Refused
from integrations.http import Answer
from integrations.types import CodeOrder, Duration, Method
from integrations.vendors.codelocks.line import lowered, said

K3 = "K3CONNECT"
C2 = "KL1060C2"  # its identifier is a group and a member, and the group has no zero in front
LENGTHS = {"KL1060": (6, 6), "KL1060C2": (7, 7), "KL1060G3": (7, 7), "KL1550": (4, 8), K3: (6, 6)}
K3_ID = re.compile(r"[0-9a-fA-F]{32}")
FAILURE = re.compile(r"(?<!no )\berror", re.IGNORECASE)
SPREAD = timedelta(hours=1)  # how far the vendor's own times may be off before it is worth a word


@dataclass(frozen=True, slots=True)
class Question:
    """One NetCode to ask for; `identifier` is "" for a K3 lock, whose identifier is the account's secret."""

    model: str
    lock_id: str
    identifier: str = field(repr=False)
    start: datetime  # naive, on the lock's clock
    duration: Duration

    @property
    def ends(self) -> datetime:
        """The end on the lock's clock, by our own reckoning."""
        return self.start + timedelta(hours=self.duration.hours, days=self.duration.days)

    @property
    def subject(self) -> str:
        """For the ledger: no secret in it."""
        return f"{self.model} {self.lock_id} {self.start:%Y-%m-%d %H:%M} duration {self.duration.id}"

    def query(self, identifier: str) -> dict[str, str]:
        """The request's parameters."""
        return {
            "start": f"{self.start:%Y-%m-%d %H:%M}",
            "duration": str(self.duration.id),  # 0 is a duration
            "lockmodel": self.model,
            "identifier": identifier,
        }


def question(order: CodeOrder) -> Question:
    """What to ask for an order; Refused, before anything is spent, when it cannot be right (C-C3, C-C4)."""
    if order.method != Method.NETCODE:
        raise Refused(f"Codelocks gives NetCodes, not {order.method}")
    model = _model(order)
    lock_id, identifier = _k3(order) if model == K3 else _kitlock(model, order.lock)
    start, duration = _span(order)
    return Question(model, lock_id, identifier, start, duration)


def _model(order: CodeOrder) -> str:
    given = str(order.lock.get("model") or "").upper()
    if not given and K3_ID.fullmatch(order.door_ref) and not order.lock.get("timecode"):
        return K3
    if given not in LENGTHS:
        raise Refused(f"the lock model must be one of {', '.join(LENGTHS)}, not {given or 'empty'}")
    return given


def _k3(order: CodeOrder) -> tuple[str, str]:
    if not K3_ID.fullmatch(order.door_ref):
        raise Refused("a K3 lock's id must be 32 hexadecimal digits")
    if order.lock.get("identifier"):
        raise Refused("a K3 lock has no identifier of its own: the account's access key stands in its place")
    return order.door_ref, ""


def _kitlock(model: str, lock: Mapping[str, str]) -> tuple[str, str]:
    timecode, identifier = str(lock.get("timecode") or ""), str(lock.get("identifier") or "")
    if not _is_timecode(timecode):
        raise Refused(f"a {model}'s timecode must be 12 digits and a date, YYYYMMDDhhmm")
    # what was given is not repeated: an access key in the wrong place would be shown
    if not re.fullmatch(r"[0-9]{6}", identifier):
        raise Refused(f"a {model}'s identifier must be six digits")
    if model == C2 and identifier.startswith("0"):
        raise Refused(f"a {model}'s identifier never begins with 0: read it from the lock again")
    return timecode, identifier


def _is_timecode(text: str) -> bool:
    if not re.fullmatch(r"[0-9]{12}", text):
        return False
    try:
        datetime.strptime(text, "%Y%m%d%H%M")  # noqa: DTZ007 only whether it is a date
    except ValueError:
        return False
    return True


def _span(order: CodeOrder) -> tuple[datetime, Duration]:
    start, duration = order.start_local, order.duration
    if start is None or duration is None:
        raise Refused("the start on the lock's clock or the duration is missing")
    if start.tzinfo is not None:
        raise Refused("the start is on the lock's own clock and has no zone")
    if (
        duration.id < 0
        or min(duration.hours, duration.days) < 0
        or bool(duration.hours) == bool(duration.days)
    ):
        raise Refused("a duration is either hours or days")
    aligned = start.replace(minute=0, second=0, microsecond=0)
    if duration.days:
        aligned = aligned.replace(hour=0)
    if start != aligned:
        raise Refused(
            f"a code must start at {'00:00' if duration.days else 'a full hour'} of the lock's clock"
        )
    return start, duration


def code(answer: Answer, lengths: tuple[int, int]) -> tuple[str, dict[str, Any]]:
    """The code in an answer, as text with its leading zeros, and the answer's fields by lower-case name.

    C-C10: 200 alone proves nothing. Refused when the vendor says in some way that it failed; Garbled when
    the code is missing, is not digits or has the wrong length (`lengths`: least and most digits).
    """
    fields = lowered(answer.object())
    if _failed(fields):
        words = said(answer.text) or "no reason given"
        raise Refused(f"{answer.where} answered {answer.status} with an error: {words}", status=answer.status)
    found = fields.get("actualnetcode")
    least, most = lengths
    if answer.status != 200 or not isinstance(found, str) or not re.fullmatch(r"[0-9]+", found):
        raise Garbled(f"{answer.where} answered {answer.status} without a code")
    if not least <= len(found) <= most:
        wanted = str(least) if least == most else f"{least} to {most}"
        raise Garbled(f"{answer.where} answered with a code of {len(found)} digits instead of {wanted}")
    return found, fields


def _failed(fields: Mapping[str, Any]) -> bool:
    """Whether an answer says that it is an error, in one of the ways seen (section 2)."""
    if fields.get("error"):
        return True
    told = (fields.get(name) for name in ("status", "resultstatus", "netcode", "actualnetcode"))
    if any(isinstance(value, str) and FAILURE.search(value) for value in told):
        return True
    return "actualnetcode" not in fields and bool(fields.get("message"))


def disagreement(asked: Question, fields: Mapping[str, Any]) -> str:
    """In words, where the vendor's own times are more than an hour off ours; ours win (C-C14)."""
    ours = {"startdate": asked.start, "expires": asked.ends}
    notes = [
        f"Codelocks says {name} {theirs:%Y-%m-%d %H:%M} instead of {time:%Y-%m-%d %H:%M}"
        for name, time in ours.items()
        if (theirs := _local(fields.get(name))) and abs(theirs - time) > SPREAD
    ]
    return "; ".join(notes)


def _local(value: Any) -> datetime | None:
    """A time without zone in one of the two ways seen, or None: it is only advice."""
    found = re.match(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)", value) if isinstance(value, str) else None
    try:
        return datetime.fromisoformat(f"{found[1]} {found[2]}") if found else None
    except ValueError:
        return None
