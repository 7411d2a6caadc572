"""Let go of what nobody asks for any more: readings, messages, hours, gone events, words of old mails.

What staff may have to answer for stays for ever: their acts, writes at vendors, paid calls, codes, loans,
conflicts, and that a guest was told, when and by which mail's subject.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from backoffice.models import (
    CalendarEvent,
    EntryEvent,
    Notice,
    PushChannel,
    RejectedRow,
    SlotDay,
    SyncRun,
    WebhookMessage,
)
from backoffice.states import MessageState, NoticeState

DAY = timedelta(days=1)
BATCH = 1000  # rows that are locked at a time
NEWEST = 200  # events of a door that stay: a vendor tells its last ones again, and they would be new
Rows = Callable[[datetime], QuerySet[Any]]


def due(now: datetime) -> bool:
    """Is it time to let go, at `now` (aware UTC)? Once a day: when a reading is past its time by a day."""
    return bool(settings.KEEP_DAYS) and _runs(_cut(settings.KEEP_DAYS, now) - DAY).exists()


def prune(now: datetime) -> dict[str, int]:
    """Delete what is older than KEEP_DAYS (door events: KEEP_EVENTS_DAYS) at `now`; how many rows, by kind.

    0 days keep for ever. The words of a mail are blanked, not its row. In batches, each by itself, so that it
    may be stopped anywhere and run again; where nothing is old nothing is written.
    """
    counts = {name: _delete(rows, settings.KEEP_DAYS, now) for name, rows in OLD.items()}
    counts["events"] = _delete(_events, settings.KEEP_EVENTS_DAYS, now)
    counts["mails"] = _blank(settings.KEEP_DAYS, now)
    return counts


def _cut(days: int, now: datetime) -> datetime:
    return now - days * DAY


def _delete(rows: Rows, days: int, now: datetime) -> int:
    found = rows(_cut(days, now)) if days else None
    if found is None:
        return 0
    pks = list(found.order_by("pk").values_list("pk", flat=True))
    manager = found.model._default_manager  # noqa: SLF001 the public way to it
    return sum(manager.filter(pk__in=part).delete()[0] for part in _parts(pks))


def _blank(days: int, now: datetime) -> int:
    pks = list(_mails(_cut(days, now)).order_by("pk").values_list("pk", flat=True)) if days else []
    return sum(Notice.objects.filter(pk__in=part).update(body="", recipient="") for part in _parts(pks))


def _parts(pks: list[int]) -> list[list[int]]:
    return [pks[start : start + BATCH] for start in range(0, len(pks), BATCH)]


# ---------------------------------------------------------------------------------------- what is old


def _runs(cut: datetime) -> QuerySet[SyncRun]:
    """Readings, but for the last of each account, kind and outcome: findings look at those."""
    same = SyncRun.objects.filter(account=OuterRef("account"), kind=OuterRef("kind"), state=OuterRef("state"))
    return SyncRun.objects.filter(
        Exists(same.filter(started_at__gt=OuterRef("started_at"))), started_at__lt=cut
    )


def _messages(cut: datetime) -> QuerySet[WebhookMessage]:
    return WebhookMessage.objects.filter(state=MessageState.ACKNOWLEDGED, acknowledged_at__lt=cut)


def _rejected(cut: datetime) -> QuerySet[RejectedRow]:
    return RejectedRow.objects.filter(resolved_at__lt=cut)


def _channels(cut: datetime) -> QuerySet[PushChannel]:
    return PushChannel.objects.filter(stopped_at__lt=cut)


def _hours(cut: datetime) -> QuerySet[SlotDay]:
    return SlotDay.objects.filter(day__lt=cut.date())


def _gone(cut: datetime) -> QuerySet[CalendarEvent]:
    """Events that are gone and over: one to come may be brought back, and staff would look for it."""
    return CalendarEvent.objects.filter(gone_at__lt=cut, ends_at__lt=cut)


def _events(cut: datetime) -> QuerySet[EntryEvent]:
    """Door events, but for the last of each door: where the next reading goes on is read from them."""
    place = Window(RowNumber(), partition_by=[F("account"), F("door")], order_by=F("pk").desc())
    ranked = EntryEvent.objects.annotate(place=place)
    return ranked.filter(place__gt=NEWEST, happened_at__lt=cut, learned_at__lt=cut)


def _mails(cut: datetime) -> QuerySet[Notice]:
    """What guests were told of a stay that is long over, and is still to be read."""
    told = Notice.objects.filter(state=NoticeState.SENT, sent_at__lt=cut).exclude(body="", recipient="")
    return told.filter(Q(grant=None) | Q(grant__ends_at__lt=cut))


OLD: dict[str, Rows] = {
    "readings": _runs,
    "messages": _messages,
    "rows not understood": _rejected,
    "push channels": _channels,
    "hours on offer": _hours,
    "calendar events": _gone,
}
