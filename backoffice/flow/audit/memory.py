"""What a lock has noted by itself, as door events: a reading is paid for, so only when it was asked for."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models.functions import Length

from backoffice import ledger, lockclock
from backoffice.flow.audit.trouble import Trouble, open_findings
from backoffice.models import Door, EntryEvent, IssuedCode, Severity, SyncRun, VendorAccount
from backoffice.states import Known, RunState
from backoffice.wording import door_name
from integrations.errors import VendorError
from integrations.types import LockEntries, LockEntryRecord, Method

KIND = "memory"  # of a reading
MARGIN = timedelta(minutes=15)  # clocks of locks go wrong by minutes
DENIED = re.compile("denied|refus|reject|invalid|wrong|fail|block", re.IGNORECASE)
GRANTED = re.compile("access|grant|open|unlock", re.IGNORECASE)
BY_PIN = re.compile("netcode", re.IGNORECASE)
ADDRESS = re.compile(r"\S+@\S+")


def memory_due(account: VendorAccount, now: datetime) -> bool:
    """Whether the account's option `audit_minutes` says that its locks are to be read now; 0 = never."""
    minutes = ledger.whole(account.option("audit_minutes"), 0)
    if not minutes or "lock_memory" not in account.profile.desk:
        return False
    since = now - timedelta(minutes=minutes)
    return not SyncRun.objects.filter(account=account, kind=KIND, started_at__gt=since).exists()


def doors_with_memory(account: VendorAccount) -> list[Door]:
    """The doors of an account that its vendor lists: those that it has a memory of."""
    listed = Door.objects.filter(account=account, gone_at=None, ref__regex="^[0-9a-fA-F]{32}$")
    return list(listed.order_by("pk"))


def memory_cursor(door: Door) -> str:
    """The ref of the newest line that is known of a lock; "" when none is."""
    known = EntryEvent.objects.filter(account=door.account_id, ref__startswith=f"{door.ref}/")
    newest = known.order_by(Length("ref").desc(), "-ref").values_list("ref", flat=True).first()
    return newest.rpartition("/")[2] if newest else ""


def remember(door: Door, found: LockEntries, now: datetime) -> int:
    """Keep a lock's lines as events and mark the code that one of them can only be about; how many were new.

    Lines are known by lock and ref, so late, repeated and out-of-order ones are as good as others (C-C21).
    Times are from the lock's own clock to UTC. What may be missing or cannot be read becomes a finding.
    """
    since = memory_cursor(door)
    refs = {f"{door.ref}/{entry.ref}": entry for entry in found.entries}
    known = set(
        EntryEvent.objects.filter(account=door.account_id, ref__in=refs).values_list("ref", flat=True)
    )
    clock = lockclock.clock_of(door)
    rows, unread = [], []
    for ref, entry in refs.items():
        if ref not in known:
            at = entry.entered_local and lockclock.to_utc(entry.entered_local, clock, now)
            if at:
                rows.append(_event(door, ref, entry, at, now))
            else:
                unread.append(entry)
    codes = _codes(door, rows)
    for row in rows:
        row.code = _used(codes, row)
    with transaction.atomic():
        EntryEvent.objects.bulk_create(rows, ignore_conflicts=True)
        _mark_seen(rows)
        open_findings(_missed(door, found, unread, since), now)
    return len(rows)


def read(account: VendorAccount, started_at: datetime, new: int, error: VendorError | None) -> SyncRun:
    """Note that an account's memories were read, and what came of it."""
    return SyncRun.objects.create(
        account=account,
        kind=KIND,
        state=RunState.FAILED if error else RunState.OK,
        started_at=started_at,
        finished_at=started_at,
        created=new,
        error=error.text if error else "",
    )


def _event(door: Door, ref: str, entry: LockEntryRecord, at: datetime, now: datetime) -> EntryEvent:
    raw: Any = dict(entry.raw)
    words = " ".join(filter(None, (entry.kind, entry.text)))
    return EntryEvent(
        account_id=door.account_id,
        ref=ref[:100],
        door=door,
        happened_at=at,
        learned_at=now,
        outcome=outcome(entry.kind, entry.text),
        text=ADDRESS.sub("(address)", words)[:250],
        raw=raw,
    )


def outcome(kind: str, text: str) -> str:
    """Granted or denied as far as the vendor's words say so; they are documented nowhere."""
    words = f"{kind} {text}"
    if DENIED.search(words):
        return "denied"
    return "granted" if GRANTED.search(kind) else "other"


# ------------------------------------------------------------------------------------------- who it may be


def _codes(door: Door, rows: Iterable[EntryEvent]) -> list[IssuedCode]:
    times = [row.happened_at for row in rows if row.outcome == "granted" and BY_PIN.search(row.text)]
    if not times:
        return []
    found = IssuedCode.objects.filter(door=door, method=Method.NETCODE, issued_at__isnull=False)
    near = found.filter(starts_at__lt=max(times) + MARGIN, ends_at__gt=min(times) - MARGIN)
    return list(near.defer("secret").order_by("pk"))


def _used(codes: Iterable[IssuedCode], row: EntryEvent) -> IssuedCode | None:
    """The one code that can have opened the door then, a clock's error allowed for; None where two can.

    A lock's line names no code, so the time alone decides.
    """
    if row.outcome != "granted" or not BY_PIN.search(row.text):
        return None
    at = row.happened_at
    near = [code for code in codes if code.starts_at - MARGIN <= at < code.ends_at + MARGIN]
    if len(near) != 1 or not near[0].starts_at <= at < near[0].ends_at:
        return None
    return near[0]


def _mark_seen(rows: Iterable[EntryEvent]) -> None:
    """A code is seen from the first time on; that a door saw it is what only audit learns."""
    first: dict[int, IssuedCode] = {}
    for row in sorted(rows, key=lambda row: row.happened_at):
        if row.code and row.code.seen_at is None:
            row.code.known, row.code.seen_at = Known.SEEN, row.happened_at
            first.setdefault(row.code.pk, row.code)
    IssuedCode.objects.bulk_update(first.values(), ["known", "seen_at"])


def _missed(
    door: Door, found: LockEntries, unread: Iterable[LockEntryRecord], since: str
) -> Iterable[Trouble]:
    links = {"account_id": door.account_id, "door_id": door.pk}
    if found.gap:
        yield Trouble(
            "event_gap",
            f"{door.account_id} {door.pk} after {since}",
            Severity.TODAY,
            f"Lines of the memory of {door_name(door)} are missing: {found.gap}. Who came in then is not "
            "known here; look it up at the vendor if it matters.",
            **links,
        )
    lines = [(each.ref, each.reason) for each in found.rejected]
    lines += [(each.ref, f"its time, {each.entered_text!r}, is none") for each in unread]
    for ref, reason in lines:
        yield Trouble(
            "event_unreadable",
            f"{door.account_id} {door.ref}/{ref}"[:200],
            Severity.NOTE,
            f"A line of the memory of {door_name(door)} ({ref}) could not be read: {reason}.",
            **links,
        )
