"""What needs a person about what only a trial shows: written times, and what a lock's codes count by."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import chain
from zoneinfo import ZoneInfo

from backoffice import lockclock, outlook
from backoffice.flow.audit.trouble import Trouble
from backoffice.models import Door, LockGrid, Severity, VendorAccount
from backoffice.wording import door_name

LISTED = "K3CONNECT"  # the model of locks that their vendor lists
HOURS_START, DAYS_START = ("", "00:00"), ("", "00:00", "00:00:00")


def troubles() -> Iterable[Trouble]:
    """Accounts whose written times are refused or never tried; locks whose clock the vendor contradicts."""
    return chain(_zones(), _clocks())


def _zones() -> Iterator[Trouble]:
    """Only where a door on a path goes by it (L-C15)."""
    used = VendorAccount.objects.filter(enabled=True, doors__steps__isnull=False).distinct()
    asked = [account for account in used if "zone_proof" in account.profile.desk]
    proofs = outlook.zone_proofs(asked) if asked else {}
    for account in asked:
        proof = proofs.get(account.pk)
        if proof is None:
            yield Trouble(
                "zone_untried",
                str(account.pk),
                Severity.NOTE,
                f"Whether {account} takes the times that are written to it as {account.timezone} was never "
                "tried. Prove the zone on its page: a wrong one opens every door at the wrong hours.",
                account_id=account.pk,
            )
        elif not proof.proven:
            yield Trouble(
                "zone_refused",
                str(account.pk),
                Severity.NOW,
                f"Doors of {account} open at the wrong hours: {proof.note}. Correct the account's time zone "
                "and prove it again; until then look at every guest's times at the vendor.",
                account_id=account.pk,
            )


# ----------------------------------------------------------------------------------------------- the clocks


def _clocks() -> Iterator[Trouble]:
    """The vendor's rules are compared with a lock's clock and never applied: who is to is not said."""
    grids = {(grid.account_id, grid.ref): grid for grid in LockGrid.objects.exclude(rules=[])}
    if not grids:
        return
    doors = Door.objects.filter(steps__isnull=False, gone_at=None).select_related("venue", "account")
    for door in doors.distinct().order_by("pk"):
        model = str((door.lock or {}).get("model") or LISTED).upper()
        grid = grids.get((door.account_id, model))
        against = list(dict.fromkeys(contradictions(grid, lockclock.clock_of(door)))) if grid else []
        if against:
            yield Trouble(
                "clock_contradicted",
                str(door.pk),
                Severity.TODAY,
                f"{door_name(door)}: {'; '.join(against)}. Nothing was converted on that word. Try a code at "
                "the door at the hour when it begins; if it is off, correct the clock on the door's page.",
                door_id=door.pk,
                account_id=door.account_id,
            )


def contradictions(grid: LockGrid, clock: str) -> Iterator[str]:
    """What the vendor's rules of a lock model say against a lock's clock, in words."""
    shifts = _has_summer_time(clock)
    for number, hours, days, in_utc, summer, start in grid.rules:
        if in_utc and clock != "UTC":
            yield f"its vendor counts {grid.ref} codes in UTC, and the door's clock is said to show {clock}"
        elif summer and not in_utc and not shifts:
            yield f"its vendor counts {grid.ref} codes in summer time, and the clock, {clock}, has none"
        elif summer is False and in_utc is False and shifts:
            yield f"its vendor counts {grid.ref} codes without summer time, and the clock, {clock}, has it"
        length = f"{days} days" if days else f"{hours} hours"
        if start not in (DAYS_START if days else HOURS_START):
            yield f"codes of {length} (id {number}) may begin at {start} only, and are asked for otherwise"


def _has_summer_time(clock: str) -> bool:
    zone = lockclock.zone_named(clock)
    if not isinstance(zone, ZoneInfo):
        return False
    winter, summer = (datetime(2026, month, 15, tzinfo=zone).utcoffset() for month in (1, 7))
    return winter != summer
