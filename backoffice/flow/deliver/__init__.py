"""Tell guests, by mail, how they get in: once, when every door's way in is active and may be revealed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.db import transaction

from backoffice import states
from backoffice.flow.deliver.post import Post
from backoffice.flow.deliver.spans import OPEN, relevant_notices
from backoffice.flow.deliver.tellings import Telling, tellings
from backoffice.models import Notice
from backoffice.states import NoticeState

NOT_KNOWN = "interrupted while it was sent: it may not have arrived"
MOST = 100  # mails in one run, so that no lease ends before its mail is out


def deliver(now: datetime) -> dict[str, int]:
    """Tell guests what is due at `now` (aware UTC); how many mails were sent, failed, dropped or put off.

    Safe to run again at any time: what was told is a row with a key that says what it tells. A mail whose
    sender died is sent again under the same Message-ID, as a guest without a code is worse off than one with
    two copies.
    """
    notices = relevant_notices(now)
    wanted = {telling.key: telling for telling in tellings(notices, now)}
    counts = Counter(dropped=_drop(notices, wanted, now))
    rows = _rows(wanted, now)
    with Post(now) as post:
        for row in _to_send(rows, wanted, now)[:MOST]:
            counts[post.send(row, wanted[row.key])] += 1
            if post.broken:
                break
    counts["waiting"] = sum(row.state == NoticeState.DUE for row in rows)
    return {name: counts[name] for name in ("sent", "failed", "dropped", "waiting")}


def _drop(notices: Iterable[Notice], wanted: Mapping[str, Telling], now: datetime) -> int:
    """What no longer holds is not sent; what may have been sent already counts as told."""
    dropped = 0
    for notice in notices:
        if notice.key in wanted or notice.state not in OPEN:
            continue
        if notice.state != NoticeState.SENDING:
            dropped += states.move(notice, NoticeState.DROPPED)
        elif _lapsed(notice, now):
            states.move(notice, NoticeState.SENT, sent_at=now, error=NOT_KNOWN)
    return dropped


def _rows(wanted: Mapping[str, Telling], now: datetime) -> list[Notice]:
    """A notice for everything that is to be told; those that were there already among them."""
    known = set(Notice.objects.filter(key__in=wanted).values_list("key", flat=True))
    fresh = [_notice(telling, now) for key, telling in wanted.items() if key not in known]
    with transaction.atomic():
        Notice.objects.bulk_create(fresh, ignore_conflicts=True)  # another worker may be at it
        rows = list(Notice.objects.filter(key__in=wanted).order_by("pk"))
        link = Notice.codes.through
        links = [
            link(notice_id=row.pk, issuedcode_id=code.pk)
            for row in rows
            if row.key not in known
            for code in wanted[row.key].codes
        ]
        link.objects.bulk_create(links, ignore_conflicts=True)
    return rows


def _notice(telling: Telling, now: datetime) -> Notice:
    span = telling.span
    grants = span.granted or span.grants
    return Notice(
        booking=span.booking,
        grant=grants[0],
        kind=telling.kind,
        key=telling.key,
        due_at=now,
        recipient=span.email,
    )


def _to_send(rows: Sequence[Notice], wanted: Mapping[str, Telling], now: datetime) -> list[Notice]:
    """The rows whose turn it is, the guests who come first in front."""
    ready = [row for row in rows if _made_ready(row, wanted[row.key], now)]
    return sorted(ready, key=lambda row: (wanted[row.key].span.starts_at, row.pk))


def _made_ready(row: Notice, telling: Telling, now: datetime) -> bool:
    if row.state == NoticeState.SENDING and _lapsed(row, now):
        return states.move(row, NoticeState.DUE)
    if row.state == NoticeState.DROPPED or (row.state == NoticeState.FAILED and _address_came(row, telling)):
        return states.move(row, NoticeState.DUE, error="", attempts=0, next_try_at=None)
    return row.state == NoticeState.DUE and (row.next_try_at is None or row.next_try_at <= now)


def _address_came(row: Notice, telling: Telling) -> bool:
    """Was there no usable address when it failed, and is there another one now?"""
    return telling.span.email != row.recipient


def _lapsed(row: Notice, now: datetime) -> bool:
    return row.lease_until is None or row.lease_until <= now
