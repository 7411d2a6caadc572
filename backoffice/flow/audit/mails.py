"""What needs a person about guests' mails: nobody told, or the mail server silent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import chain

from django.db.models import Count, Min

from backoffice.flow.audit.trouble import GRANT, Trouble, about, what_for, who
from backoffice.models import Notice, NoticeKind, Severity
from backoffice.states import NoticeState

SLOW = timedelta(minutes=15)


def troubles(now: datetime) -> Iterable[Trouble]:
    """Who was not told, and whether mails are stuck."""
    return chain(_failed(now), _stuck(now))


def _failed(now: datetime) -> Iterator[Trouble]:
    related = tuple(f"grant__{path}" for path in GRANT)
    failed = Notice.objects.filter(state=NoticeState.FAILED, grant__ends_at__gt=now)
    rows = failed.select_related(*related, "grant__occurrence__booking__account")
    for notice in rows.defer("body", "recipient", "grant__occurrence__booking__raw").order_by("pk"):
        grant = notice.grant
        if grant is None:
            continue
        cancelled = notice.kind == NoticeKind.WITHDRAWN
        missed = "that the access counts no more" if cancelled else "how to get in"
        yield Trouble(
            "notice_failed",
            str(notice.pk),
            Severity.TODAY if cancelled else Severity.NOW,
            f"{who(grant)} was not told {missed} for {what_for(grant)}: {notice.error}. "
            "What to tell is on the notice's page.",
            **about(grant),
        )


def _stuck(now: datetime) -> Iterator[Trouble]:
    late = Notice.objects.filter(state=NoticeState.DUE, attempts__gt=0, due_at__lt=now - SLOW).order_by()
    for row in late.values("error").annotate(mails=Count("pk"), since=Min("due_at")):
        yield Trouble(
            "mail_stuck",
            row["error"][:200],
            Severity.NOW,
            f"{row['mails']} mails to guests wait since {row['since']:%Y-%m-%d %H:%M} UTC: the mail server "
            f"does not take them ({row['error']}). They are sent once it does.",
        )
