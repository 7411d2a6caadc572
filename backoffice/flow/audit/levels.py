"""Doors that nobody can be let in at: no access level covers them, or not the one that staff chose."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from backoffice.flow.audit.trouble import Trouble
from backoffice.models import AccessLevel, Door, Severity, SyncRun
from backoffice.states import RunState
from backoffice.wording import door_name
from integrations.types import Method

BY_LEVEL = (Method.CARD, Method.FOB)


def troubles() -> Iterator[Trouble]:
    """One for each such door of an account that was read whole at least once, with what to do."""
    read = SyncRun.objects.filter(state=RunState.OK).values("account")
    doors = Door.objects.filter(method__in=BY_LEVEL, gone_at=None, account__in=read)
    levels: dict[int, dict[str, set[str]]] = defaultdict(dict)
    for level in AccessLevel.objects.filter(gone_at=None):
        levels[level.account_id][level.ref] = set(map(str, level.door_refs))
    for door in doors.select_related("account", "venue").order_by("pk"):
        if what := _wrong(door, levels[door.account_id]):
            yield Trouble(
                "door_without_level",
                str(door.pk),
                Severity.TODAY,
                f"Nobody can be given a card or fob for {door_name(door)}: {what}",
                door_id=door.pk,
                account_id=door.account_id,
            )


def _wrong(door: Door, levels: dict[str, set[str]]) -> str:
    """What is wrong with the levels of a door, and the remedy; "" when nothing is."""
    chosen = door.access_level_ref
    if chosen and chosen not in levels:
        return f"its access level {chosen} is no longer at {door.account}. Choose another on the door's page."
    if chosen and door.ref not in levels[chosen]:
        return f"its access level {chosen} does not open it. Choose another on the door's page."
    if any(door.ref in opened for opened in levels.values()):
        return ""
    return (
        f"no access level of {door.account} opens it. Make one at the vendor, best with this door alone, and "
        "refresh the account."
    )
