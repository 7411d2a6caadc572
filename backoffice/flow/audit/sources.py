"""What needs a person at the vendors: accounts, readings, messages, batteries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import chain

from django.db.models import Count, F, Max, Window
from django.db.models.functions import RowNumber

from backoffice.flow.audit.trouble import Trouble, remedy, sentence
from backoffice.models import (
    CalendarPairing,
    Door,
    RejectedRow,
    Severity,
    SyncRun,
    VendorAccount,
    WebhookMessage,
)
from backoffice.selectors import with_reading
from backoffice.states import MessageState, RunState
from backoffice.vendorwords import plainly
from backoffice.wording import door_name
from integrations.types import Role

READINGS = ("poll", "full")
PATIENCE = 3  # failed readings in a row
LOOKBACK = timedelta(days=7)
SHORTEST_SILENCE = timedelta(hours=1)
BATTERY_LOW, BATTERY_EMPTY = 0.2, 0.1
NAMED = 3  # examples in one text
MISSED = {
    Role.BOOKINGS: "new bookings and changes there are not seen",
    Role.ACCESS: "no way in is made or taken back there",
    Role.CALENDAR: "its calendars cannot be listed or paired",
}


def troubles(now: datetime) -> Iterable[Trouble]:
    """What is wrong between us and the vendors, and with the doors themselves."""
    used = list(VendorAccount.objects.filter(enabled=True))
    paired = _paired()
    mirrored = _mirrored(used, paired)
    asked = [account for account in mirrored if account.stopped_at is None]
    stopped = [account for account in used if account.stopped_at and account.pk not in paired]
    return chain(_stopped(stopped), _readings(asked, now), _rejected(), _messages(), _strange(now), _doors())


def _paired() -> set[int]:
    """Accounts with a calendar in use: what is wrong with one of them is told with the rooms' names."""
    active = CalendarPairing.objects.filter(activated_at__isnull=False).order_by()
    return set(active.values_list("account", flat=True).distinct())


def _mirrored(accounts: Iterable[VendorAccount], paired: Collection[int]) -> list[VendorAccount]:
    """Those that are read; calendars only once a pairing with one was activated."""
    return [
        account
        for account in accounts
        if (account.pk in paired if account.profile.role == Role.CALENDAR else account.profile.connect)
    ]


def _stopped(stopped: Iterable[VendorAccount]) -> Iterator[Trouble]:
    for account in stopped:
        yield Trouble(
            "account_stopped",
            str(account.pk),
            Severity.NOW,
            f"{account} ({account.profile.label}) is stopped, and {MISSED[account.profile.role]}: "
            f"{sentence(account.stopped_reason)} {remedy(account)}",
            account_id=account.pk,
        )


# --------------------------------------------------------------------------------------------- readings


def _readings(asked: Sequence[VendorAccount], now: datetime) -> Iterator[Trouble]:
    latest, good = _latest(now), _good(now)
    for account in asked:
        runs = latest[account.pk]
        told = [run for run in runs if run.state != RunState.FAILED]
        if told and told[0].state == RunState.STOPPED:
            yield _braked(account, told[0])
        elif _failing(account, runs, good.get(account.pk), now):
            yield _silent(account, runs[0], good.get(account.pk))


def _good(now: datetime) -> dict[int, datetime]:
    """Per account, when it was last read well: of calendars all that are in use, for that one of them is
    not there any more is told by itself."""
    runs = SyncRun.objects.filter(state=RunState.OK, kind__in=READINGS, started_at__gt=now - LOOKBACK)
    last = runs.order_by().values("account").annotate(last=Max("finished_at"))
    good = dict(last.values_list("account", "last"))
    for account, at in _calendars_read(now).items():
        good[account] = max(at, good.get(account, at))
    return good


def _calendars_read(now: datetime) -> dict[int, datetime]:
    """Per account, since when each of its calendars in use has been read; none where one never was."""
    used = CalendarPairing.objects.filter(activated_at__isnull=False, paused_at=None)
    moments: dict[int, list[datetime | None]] = defaultdict(list)
    for pairing in with_reading(used, now):
        moments[pairing.account_id].append(pairing.read_at)  # type: ignore[attr-defined]  # annotated
    known = {account: [at for at in each if at] for account, each in moments.items()}
    return {account: min(each) for account, each in known.items() if len(each) == len(moments[account])}


def _latest(now: datetime) -> dict[int, list[SyncRun]]:
    """Per account, its last finished readings, newest first."""
    newest_first = Window(RowNumber(), partition_by=F("account"), order_by=F("started_at").desc())
    recent = SyncRun.objects.filter(
        kind__in=READINGS, started_at__gt=now - LOOKBACK, finished_at__isnull=False
    )
    latest: dict[int, list[SyncRun]] = defaultdict(list)
    for run in recent.annotate(place=newest_first).filter(place__lte=PATIENCE).order_by("-started_at", "-pk"):
        latest[run.account_id].append(run)
    return latest


def _failing(account: VendorAccount, runs: list[SyncRun], good: datetime | None, now: datetime) -> bool:
    """Failed several times in a row, or not read well for three intervals; a new account is not failing."""
    if not runs:
        return False
    in_a_row = len(runs) == PATIENCE and all(run.state == RunState.FAILED for run in runs)
    in_a_row &= good is None or good < runs[-1].started_at
    silence = max(SHORTEST_SILENCE, timedelta(minutes=PATIENCE * account.poll_minutes))
    return in_a_row or (good is not None and good < now - silence)


def _braked(account: VendorAccount, run: SyncRun) -> Trouble:
    return Trouble(
        "run_stopped",
        str(account.pk),
        Severity.NOW,
        f"The last reading of {account} would have removed too much, so nothing was: {run.error}",
        account_id=account.pk,
    )


def _silent(account: VendorAccount, run: SyncRun, good: datetime | None) -> Trouble:
    since = f"since {good:%Y-%m-%d %H:%M} UTC" if good else "for a week or since it was entered"
    why = f": {plainly(run.error, account.profile.label).rstrip('. ')}" if run.error else ""
    return Trouble(
        "account_failing",
        str(account.pk),
        Severity.NOW,
        f"{account} ({account.profile.label}) has not been read well {since}{why}. New bookings and changes "
        "there are not seen. It is tried again by itself; if the vendor works, check the account.",
        account_id=account.pk,
    )


# -------------------------------------------------------------------------------------- rows and messages


def _rejected() -> Iterator[Trouble]:
    rows = RejectedRow.objects.filter(resolved_at=None).select_related("account").defer("raw").order_by("pk")
    groups: dict[tuple[VendorAccount, str], list[RejectedRow]] = defaultdict(list)
    for row in rows:
        groups[row.account, row.kind].append(row)
    for (account, kind), group in groups.items():
        examples = "; ".join(f"{row.ref}: {row.reason}" for row in group[:NAMED])
        yield Trouble(
            "rejected",
            f"{account.pk} {kind}",
            Severity.TODAY,
            f"{len(group)} of {account} ({kind}) cannot be read and are left as they were: {examples}. "
            "Correct them at the vendor.",
            account_id=account.pk,
        )


def _messages() -> Iterator[Trouble]:
    failed = WebhookMessage.objects.filter(state=MessageState.FAILED).select_related("account").defer("raw")
    groups: dict[VendorAccount, list[WebhookMessage]] = defaultdict(list)
    for message in failed.order_by("pk"):
        groups[message.account].append(message)
    for account, group in groups.items():
        examples = "; ".join(f"{message.ref}: {message.error}" for message in group[:NAMED])
        yield Trouble(
            "message_failed",
            str(account.pk),
            Severity.TODAY,
            f"{len(group)} messages of {account} could not be opened: {examples}. The next reading shows the "
            "bookings all the same; try the messages again, or refresh the account.",
            account_id=account.pk,
        )


def _strange(now: datetime) -> Iterator[Trouble]:
    """Messages of the last week with an action that nobody knows: they were kept, and nothing was done."""
    read = WebhookMessage.objects.filter(
        state__in=(MessageState.APPLIED, MessageState.ACKNOWLEDGED), received_at__gt=now - LOOKBACK
    )
    rows = read.exclude(error="").order_by("account", "action").values("account", "account__slug", "action")
    for row in rows.annotate(n=Count("pk")):
        yield Trouble(
            "message_strange",
            f"{row['account']}:{row['action']}",
            Severity.TODAY,
            f"{row['account__slug']} has told {row['n']} times of “{row['action']}”, which Latchkey does not "
            "know: nothing was done. Look at the source, and tell whoever looks after Latchkey.",
            account_id=row["account"],
        )


# ------------------------------------------------------------------------------------------------- doors


def _doors() -> Iterator[Trouble]:
    doors = Door.objects.filter(steps__isnull=False).select_related("venue", "account").distinct()
    for door in doors.order_by("pk"):
        links = {"door_id": door.pk, "account_id": door.account_id}
        if door.gone_at or not door.enabled:
            how = "is no longer listed by its vendor" if door.gone_at else "is switched off at its vendor"
            text = f"{door_name(door)} {how} and is on a path: correct it there, or change the path."
            yield Trouble("door_gone", str(door.pk), Severity.NOW, text, **links)
        elif door.battery is not None and door.battery < BATTERY_LOW:
            severity = Severity.NOW if door.battery < BATTERY_EMPTY else Severity.TODAY
            text = f"The battery of {door_name(door)} is at {door.battery:.0%}. Change it before it is empty."
            yield Trouble("battery", str(door.pk), severity, text, **links)
