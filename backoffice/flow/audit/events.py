"""What doors reported, matched to the door and to who held the credential at that time."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models.functions import Length

from backoffice.flow.audit.trouble import Trouble, open_findings, sentence
from backoffice.models import Door, EntryEvent, IssuedCode, Severity, SyncRun, VendorAccount
from backoffice.states import Known, RunState
from integrations.errors import VendorError
from integrations.types import EventPage, EventRecord

MARGIN = timedelta(minutes=15)  # clocks of doors go wrong by minutes
KIND = "events"  # of a reading; only one that failed leaves a row
PATIENCE = 3  # readings in a row


def cursor(account: VendorAccount) -> str:
    """The ref of the account's newest event by number, as late events come in late; "" when none is known."""
    numbered = EntryEvent.objects.filter(account=account, ref__regex=r"^[0-9]+$")
    newest = numbered.order_by(Length("ref").desc(), "-ref").values_list("ref", flat=True).first()
    return newest or ""


def learn(account: VendorAccount, page: EventPage, now: datetime) -> int:
    """Keep a page of events and mark the codes that were seen used; how many events were new.

    An event is known by its ref, so a repeated page writes nothing. What the page says was missed, or could
    not be read, becomes a finding.
    """
    last = cursor(account)
    refs = [event.ref for event in page.events]
    known = set(EntryEvent.objects.filter(account=account, ref__in=refs).values_list("ref", flat=True))
    fresh = {event.ref: event for event in page.events if event.ref not in known}
    rows = _rows(account, fresh.values(), now)
    with transaction.atomic():
        EntryEvent.objects.bulk_create(rows, ignore_conflicts=True)  # another reader may have kept them too
        _mark_seen(rows)
        open_findings(_missed(account, page, last), now)
    return len(rows)


def unheard(account: VendorAccount, error: VendorError, now: datetime) -> SyncRun:
    """Note that doors' reports could not be read; the next reading begins where the last good one ended."""
    return SyncRun.objects.create(
        account=account,
        kind=KIND,
        state=RunState.FAILED,
        started_at=now,
        finished_at=now,
        error=error.text,
    )


def troubles() -> Iterator[Trouble]:
    """Accounts that are read, and whose doors' reports are not: one each, after some failures in a row."""
    failed = SyncRun.objects.filter(kind=KIND, account__enabled=True, account__stopped_at=None)
    last = (
        failed.order_by("account_id", "-started_at", "-pk").distinct("account_id").select_related("account")
    )
    for run in last:
        polls = SyncRun.objects.filter(account=run.account, kind__in=("poll", "full"), state=RunState.OK)
        since = list(polls.order_by("-started_at").values_list("started_at", flat=True)[:PATIENCE])
        if (
            len(since) == PATIENCE
            and failed.filter(account=run.account, started_at__gte=since[-1]).count() >= PATIENCE
        ):
            yield Trouble(
                "events_unread",
                str(run.account_id),
                Severity.TODAY,
                f"What the doors of {run.account} report cannot be read: {sentence(run.error)} Ways in are "
                "made and taken back as before, but who came in is not known. If it goes on, ask the vendor.",
                account_id=run.account_id,
            )


def _rows(account: VendorAccount, events: Iterable[EventRecord], now: datetime) -> list[EntryEvent]:
    events = list(events)
    if not events:
        return []
    doors, holders = _Doors.of(account), _holders(account, events)
    rows = []
    for event in events:
        door = doors.find(event)
        raw: Any = dict(event.raw)
        rows.append(
            EntryEvent(
                account=account,
                ref=event.ref,
                door=door,
                happened_at=event.happened_at,
                learned_at=now,
                outcome=event.outcome,
                text=event.text[:250],
                card_number=event.card_number[:40],
                code=_held_by(holders.get(event.card_number, ()), door, event.happened_at),
                raw=raw,
            )
        )
    return rows


@dataclass(frozen=True, slots=True)
class _Doors:
    """The doors of an account, by the vendor's id and by those names that only one of them has."""

    by_ref: dict[str, Door]
    by_name: dict[str, Door]

    @classmethod
    def of(cls, account: VendorAccount) -> _Doors:
        doors = list(Door.objects.filter(account=account))
        names = Counter(door.name for door in doors)
        return cls(
            {door.ref: door for door in doors},
            {door.name: door for door in doors if names[door.name] == 1},
        )

    def find(self, event: EventRecord) -> Door | None:
        if event.door_ref:
            return self.by_ref.get(event.door_ref)
        return self.by_name.get(event.door_name) if event.door_name else None


def _holders(account: VendorAccount, events: Iterable[EventRecord]) -> dict[str, list[IssuedCode]]:
    """The codes that ever held the cards of these events."""
    numbers = {event.card_number for event in events if event.card_number}
    held: dict[str, list[IssuedCode]] = defaultdict(list)
    for code in IssuedCode.objects.filter(
        account=account, card_number__in=numbers, issued_at__isnull=False
    ).defer("secret"):
        held[code.card_number].append(code)
    return held


def _held_by(codes: Iterable[IssuedCode], door: Door | None, at: datetime) -> IssuedCode | None:
    """Whose card it was at `at`: cards are lent again, so the time decides, then the door."""
    held = [code for code in codes if code.starts_at - MARGIN <= at <= code.ends_at + MARGIN]

    def nearness(code: IssuedCode) -> tuple[bool, bool, datetime]:
        here = door is not None and code.door_id == door.pk
        return code.starts_at <= at < code.ends_at, here, code.starts_at

    return max(held, key=nearness, default=None)


def _mark_seen(rows: Iterable[EntryEvent]) -> None:
    """A code that opened its own door is seen, from the first time on.

    The issue step owns these rows; that a door saw the code is the one thing that only audit learns.
    """
    first: dict[int, IssuedCode] = {}
    for row in sorted(rows, key=lambda row: row.happened_at):
        code = row.code
        if code and row.outcome == "granted" and row.door_id == code.door_id and code.seen_at is None:
            code.known, code.seen_at = Known.SEEN, row.happened_at
            first.setdefault(code.pk, code)
    IssuedCode.objects.bulk_update(first.values(), ["known", "seen_at"])


def _missed(account: VendorAccount, page: EventPage, last: str) -> Iterable[Trouble]:
    """What was not learnt: there is no row that says so but the finding itself."""
    if page.gap:
        yield Trouble(
            "event_gap",
            f"{account.pk} after {last}",
            Severity.TODAY,
            f"Door events of {account} are missing: {page.gap}. Who came in then is not known here; "
            "look it up at the vendor if it matters.",
            account_id=account.pk,
        )
    for row in page.rejected:
        yield Trouble(
            "event_unreadable",
            f"{account.pk} {row.ref}"[:200],
            Severity.NOTE,
            f"A door event of {account} ({row.ref}) could not be read: {row.reason}.",
            account_id=account.pk,
        )
